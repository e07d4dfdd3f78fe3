/* c_table.c -- the constant arrays of an emitted file. */
#include "emit/c_model.h"

#include <string.h>

/* Patterns of more elements go to a file of their own. */
enum { MOST_IN_FILE = 1024 };

static uint64_t table_hash(const Symbol *symbol, bool integer)
{
    uint64_t hash = hash_mix(HASH_START, symbol->rank * 2u + integer);

    for (unsigned k = 0; k < symbol->rank; k++)
        hash = hash_mix(hash, (uint64_t)symbol->extents[k]);
    for (uint64_t i = 0; i < symbol_elements(symbol); i++)
        hash = hash_mix(hash, rational_hash(symbol->values[i]));
    return hash;
}

static bool same_table(const Symbol *a, const Symbol *b)
{
    if (a->rank != b->rank || (a->rank > 0 && memcmp(a->extents, b->extents, a->rank * sizeof *a->extents) != 0))
        return false;
    for (uint64_t i = 0; i < symbol_elements(a); i++)
        if (!rational_equal(a->values[i], b->values[i]))
            return false;
    return true;
}

static Rational keep_rational(Arena *arena, Rational value)
{
    return value.big == NULL ? value : rational_neg(arena, rational_neg(arena, value));
}

/* Symbols die with their plan. */
static const Symbol *keep_symbol(CModel *m, const Symbol *symbol)
{
    Symbol *copy = arena_new(m->arena, Symbol);
    Rational *values = arena_array(m->arena, Rational, symbol_elements(symbol));
    int32_t *extents = arena_array(m->arena, int32_t, symbol->rank + 1u);

    *copy = *symbol;
    for (uint64_t i = 0; i < symbol_elements(symbol); i++)
        values[i] = keep_rational(m->arena, symbol->values[i]);
    for (unsigned k = 0; k < symbol->rank; k++)
        extents[k] = symbol->extents[k];
    copy->values = values;
    copy->extents = extents;
    return copy;
}

const char *c_model_table_beginning(const CModel *m)
{
    Text text;

    text_init(&text, m->arena);
    text_printf(&text, "%s_table", m->prefix);
    return text_string(&text);
}

static const char *take_table(CModel *m, const Symbol *sought, const char *name, bool integer)
{
    uint64_t hash = table_hash(sought, integer);
    Text text;

    for (size_t i = 0; i < m->tables.count; i++) {
        const CTable *table = &m->tables.at[i];

        if (table->hash == hash && table->integer == integer && same_table(table->symbol, sought))
            return table->name;
    }
    text_init(&text, m->arena);
    text_printf(&text, "%s%u_%s", c_model_table_beginning(m), (unsigned)(m->tables.count + 1), name);
    vec_push(m->arena, &m->tables, (CTable){ text_string(&text), keep_symbol(m, sought), integer, hash });
    vec_push(m->arena, &m->globals, text_string(&text));
    return text_string(&text);
}

const char *c_model_table(CModel *m, const Program *p, SymId symbol, bool integer)
{
    return take_table(m, &p->symbols.at[symbol], names_text(p->names, p->symbols.at[symbol].name), integer);
}

const char *c_model_numbers(CModel *m, const char *name, const uint32_t *numbers, size_t count)
{
    Rational *values = arena_array(m->arena, Rational, count);
    int32_t extent = (int32_t)count;
    Symbol symbol = { .role = SYM_TABLE, .rank = 1, .integer = true, .pattern = true, .extents = &extent, .values = values };

    for (size_t i = 0; i < count; i++)
        values[i] = RATIONAL(numbers[i]);
    return take_table(m, &symbol, name, true);
}

static void print_element(const CModel *m, const CTable *table, uint64_t i, Text *out)
{
    int64_t whole = 0;

    if (!table->integer)
        c_literal(m, table->symbol->values[i], out);
    else if (rational_to_int(table->symbol->values[i], &whole))
        text_printf(out, "%ld", (long)whole);
}

/* A row of the last axis begins a line; long rows go on in the next one. */
static void print_values(const CModel *m, const CTable *table, Text *out)
{
    enum { MOST_ON_A_LINE = 8 };
    const Symbol *symbol = table->symbol;
    uint64_t count = symbol_elements(symbol), row;

    if (symbol->rank == 0) {
        text_add(out, "\n    ");
        print_element(m, table, 0, out);
        return;
    }
    row = (uint64_t)symbol->extents[symbol->rank - 1];
    text_add(out, "{");
    for (uint64_t i = 0; i < count; i++) {
        text_add(out, i % row % MOST_ON_A_LINE == 0 ? "\n    " : " ");
        text_brackets(out, symbol->extents + 1, symbol->rank - 1u, i, "{ ");
        print_element(m, table, i, out);
        text_brackets(out, symbol->extents + 1, symbol->rank - 1u, i + 1, " }");
        text_add(out, i + 1 < count ? "," : "");
    }
    text_add(out, " }");
}

static bool is_apart(const CTable *table)
{
    return table->symbol->pattern && symbol_elements(table->symbol) > MOST_IN_FILE;
}

bool c_model_has_tables(const CModel *m, bool apart)
{
    for (size_t i = 0; i < m->tables.count; i++)
        if (is_apart(&m->tables.at[i]) == apart)
            return true;
    return false;
}

void c_model_print_tables(const CModel *m, bool apart, Text *out)
{
    for (size_t i = 0; i < m->tables.count; i++) {
        const CTable *table = &m->tables.at[i];

        if (is_apart(table) != apart)
            continue;
        text_printf(out, "static const %s %s", table->integer ? "int32_t" : m->real, table->name);
        c_model_print_extents(table->symbol->extents, table->symbol->rank, out);
        text_add(out, " = ");
        print_values(m, table, out);
        text_add(out, ";\n\n");
    }
}
