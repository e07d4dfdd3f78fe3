/* index_print.c -- lines of an index form and its tables as statements that bpgen reads. */
#include "sym/index_form.h"
#include "sym/print.h"

void index_form_print_line(const FormLine *line, const ExprPool *pool, Text *out)
{
    const ExprVariable *variable = &pool->variables.at[line->variable];

    text_add(out, names_text(pool->names, variable->name));
    for (unsigned k = 0; k < variable->rank; k++)
        text_printf(out, "%s%s", k == 0 ? "[" : ",", names_text(pool->names, pool->indices.at[line->indices[k]]));
    text_add(out, variable->rank > 0 ? "] = " : " = ");
    expr_print(pool, pool->arena, line->value, out);
    for (unsigned k = 0; k < variable->rank; k++)
        text_printf(out, "%s%s in 0..%d", k == 0 ? " for " : ", ", names_text(pool->names, pool->indices.at[line->indices[k]]),
                    (int)variable->extents[k]);
}

/* Row-major values as nested brackets. */
static void print_table(const Symbol *table, Text *out)
{
    size_t count = (size_t)symbol_elements(table);

    for (size_t i = 0; i < count; i++) {
        text_brackets(out, table->extents, table->rank, i, "[");
        rational_print(table->values[i], out);
        text_brackets(out, table->extents, table->rank, i + 1, "]");
        text_add(out, i + 1 < count ? ", " : "");
    }
}

/* What is given has one. */
static const ExprVariable *variable_of(const ExprPool *pool, SymId symbol)
{
    size_t v = 0;

    while (pool->variables.at[v].symbol != symbol)
        v++;
    return &pool->variables.at[v];
}

void index_form_print_table(const ExprPool *pool, const Program *program, SymId table, Text *out)
{
    text_printf(out, "const %s = ", names_text(pool->names, variable_of(pool, table)->name));
    print_table(&program->symbols.at[table], out);
    text_add(out, "\n");
}
