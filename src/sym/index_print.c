/* index_print.c -- an index form as a model that bpgen reads. */
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

static void print_extents(const ExprVariable *variable, Text *out)
{
    for (unsigned k = 0; k < variable->rank; k++)
        text_printf(out, "%s%d", k == 0 ? "[" : ",", (int)variable->extents[k]);
    text_add(out, variable->rank > 0 ? "]" : "");
}

/* Row-major values as nested brackets. */
static void print_table(const Symbol *table, Text *out)
{
    size_t count = (size_t)symbol_elements(table);

    for (size_t i = 0; i < count; i++) {
        size_t block = count;

        for (unsigned k = 0; k < table->rank; k++) {
            if (i % block == 0)
                text_add(out, "[");
            block /= (size_t)table->extents[k];
        }
        rational_print(table->values[i], out);
        block = 1;
        for (unsigned k = table->rank; k-- > 0;) {
            block *= (size_t)table->extents[k];
            if ((i + 1) % block == 0)
                text_add(out, "]");
        }
        text_add(out, i + 1 < count ? ", " : "");
    }
}

static const ExprVariable *variable_of(const ExprPool *pool, SymId symbol)
{
    for (size_t v = 0; v < pool->variables.count; v++)
        if (pool->variables.at[v].symbol == symbol)
            return &pool->variables.at[v];
    return NULL;
}

void index_form_print_given(const ExprPool *pool, const Program *program, SymId id, Text *out)
{
    const Symbol *symbol = &program->symbols.at[id];
    const ExprVariable *variable = variable_of(pool, id);

    text_add(out, symbol->role == SYM_PARAM ? "param " : symbol->role == SYM_TABLE ? "const " : "input ");
    text_add(out, names_text(pool->names, variable->name));
    if (symbol->role == SYM_TABLE) {
        text_add(out, " = ");
        print_table(symbol, out);
    } else {
        print_extents(variable, out);
        if (symbol->role == SYM_INTEGER)
            text_printf(out, " in %lld..%lld", (long long)symbol->low, (long long)symbol->high);
    }
    text_add(out, "\n");
}

void index_form_print(const IndexForm *form, const ExprPool *pool, const Program *program, Text *out)
{
    bool first = true;

    for (size_t i = 0; i < form->given.count; i++)
        index_form_print_given(pool, program, form->given.at[i], out);
    for (size_t i = 0; i < form->upstream.count; i++) {
        if (form->upstream.at[i] == EXPR_NONE)
            continue;
        text_printf(out, "input %s", names_text(pool->names, pool->variables.at[form->upstream.at[i]].name));
        print_extents(&pool->variables.at[form->upstream.at[i]], out);
        text_add(out, "\n");
    }
    for (size_t i = 0; i < form->lines.count; i++) {
        index_form_print_line(&form->lines.at[i], pool, out);
        text_add(out, "\n");
    }
    for (size_t i = 0; i < form->lines.count; i++) {
        if (form->lines.at[i].by == NO_ID)
            continue;
        text_add(out, first ? "output " : ", ");
        text_add(out, names_text(pool->names, pool->variables.at[form->lines.at[i].variable].name));
        first = false;
    }
    text_add(out, "\n");
}
