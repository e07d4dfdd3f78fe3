/* model_text.c -- declarations and long statements of a model as text that bpgen reads. */
#include "show/model_text.h"

enum { LINE_WIDTH = 100, CONTINUED = 4 };

/* ---- long lines -------------------------------------------------------------------------------------- */

/* A line is broken behind + and -, where it cannot end: what is written is the same statement. */
void model_text_broken(const char *text, Text *out)
{
    size_t column = 0;

    for (const char *at = text; *at != '\0'; at++) {
        bool gap = column >= LINE_WIDTH && *at == ' ' && at > text && (at[-1] == '+' || at[-1] == '-');

        if (gap) {
            text_add(out, "\n");
            text_blanks(out, CONTINUED);
            column = CONTINUED;
            continue;
        }
        text_bytes(out, at, 1);
        column = *at == '\n' ? 0 : column + 1;
    }
}

/* ---- declarations ------------------------------------------------------------------------------------ */

/* A constant as the language reads it. */
static void add_number(Arena *arena, Rational value, Text *out)
{
    if (!rational_decimal(arena, value, out))
        rational_print(value, out);
}

static bool all_equal(const Rational *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!rational_equal(values[i], values[0]))
            return false;
    return true;
}

/* Nested brackets of the shape; one number for all if they are equal. */
static void add_default(Arena *arena, const CheckedSymbol *s, Text *out)
{
    size_t count = 1;

    for (unsigned k = 0; k < s->shape.rank; k++)
        count *= (size_t)s->shape.extent[k];
    if (all_equal(s->values, count)) {
        add_number(arena, s->values[0], out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        text_brackets(out, s->shape.extent, s->shape.rank, i, "[");
        add_number(arena, s->values[i], out);
        text_brackets(out, s->shape.extent, s->shape.rank, i + 1, "]");
        text_add(out, i + 1 < count ? ", " : "");
    }
}

static void add_declaration(const Unit *unit, const CheckedSymbol *s, Text *out)
{
    Arena *arena = unit->arena;
    bool whole = s->role == NAME_INTEGER_INPUT; /* has a range always */

    text_add(out, names_text(&unit->names, s->name));
    for (unsigned k = 0; k < s->shape.rank; k++)
        text_printf(out, "%s%d%s", k == 0 ? "[" : ",", (int)s->shape.extent[k], k + 1 == s->shape.rank ? "]" : "");
    if (s->has_range || whole) {
        text_add(out, whole ? " in " : " in [");
        add_number(arena, s->low, out);
        text_add(out, whole ? ".." : ", ");
        add_number(arena, s->high, out);
        text_add(out, whole ? "" : "]");
    }
    if (s->has_default) {
        text_add(out, " = ");
        add_default(arena, s, out);
    }
}

void model_text_declarations(const Unit *unit, const CheckedSymbol *const *symbols, size_t count, Text *out)
{
    size_t begin = 0;
    bool was_param = false;

    for (size_t i = 0; i < count; i++) {
        bool param = symbols[i]->role == NAME_PARAM, first = i == 0 || param != was_param || out->size - begin > LINE_WIDTH;

        if (first) {
            text_add(out, i > 0 ? "\n" : "");
            begin = out->size;
        }
        text_add(out, first ? param ? "param " : "input " : ", ");
        add_declaration(unit, symbols[i], out);
        was_param = param;
    }
    text_add(out, count > 0 ? "\n" : "");
}
