/* point.c -- filling and printing the symbols of an evaluation. */
#include "eval/point.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

uint64_t random_next(Random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double random_between(Random *random, double low, double high)
{
    return low + (high - low) * ((double)(random_next(random) >> 11) / 9007199254740992.0);
}

static void set_element(Evaluation *e, SymId symbol, size_t i, double value)
{
    if (e->reals[symbol] != NULL)
        e->reals[symbol][i] = value;
    if (e->integers[symbol] != NULL)
        e->integers[symbol][i] = (int32_t)value;
}

static bool is_integer(const Evaluation *e, SymId symbol)
{
    return e->program->symbols.at[symbol].integer;
}

bool point_fill_default(Evaluation *e, const Declared *declared)
{
    const Symbol *symbol = &e->program->symbols.at[declared->symbol];
    size_t count = eval_elements(e->program, declared->symbol);
    double middle = (declared->low + declared->high) / 2;

    if (declared->defaults == NULL && !declared->has_range && !symbol->integer)
        return false;
    if (symbol->integer)
        middle = trunc((double)(symbol->low + symbol->high - 1) / 2);
    for (size_t i = 0; i < count; i++)
        set_element(e, declared->symbol, i,
                    declared->defaults != NULL ? rational_to_double(declared->defaults[i]) : middle);
    return true;
}

/* How far from its default, relative to it, a param without a range is sampled. */
static const double SPREAD = 0.5;

static double sample_element(const Declared *declared, size_t i, Random *random)
{
    if (declared->has_range)
        return random_between(random, declared->low, declared->high);
    if (declared->defaults != NULL && rational_sign(declared->defaults[i]) != 0)
        return rational_to_double(declared->defaults[i]) * random_between(random, 1 - SPREAD, 1 + SPREAD);
    return random_between(random, -1, 1);
}

void point_sample(Evaluation *e, const Declared *declared, Random *random)
{
    const Symbol *symbol = &e->program->symbols.at[declared->symbol];
    size_t count = eval_elements(e->program, declared->symbol);

    for (size_t i = 0; i < count; i++) {
        if (symbol->integer)
            set_element(e, declared->symbol, i,
                        (double)(symbol->low + (int64_t)(random_next(random) % (uint64_t)(symbol->high - symbol->low))));
        else
            set_element(e, declared->symbol, i, sample_element(declared, i, random));
    }
}

/* ---- reading ----------------------------------------------------------------------------------------- */

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* One number, with nothing but a separator or the end behind it. */
static bool read_number(const Evaluation *e, SymId symbol, const char **at, double *value, Text *why)
{
    char *end;

    *value = strtod(*at, &end);
    if (end == *at || strchr(" \t\r\n,]", *end) == NULL) {
        text_printf(why, "'%.20s' is not a number", *at);
        return false;
    }
    if (is_integer(e, symbol)) {
        const Symbol *s = &e->program->symbols.at[symbol];

        if (!(*value >= (double)s->low && *value < (double)s->high) || *value != floor(*value)) {
            text_printf(why, "%.*s is not an integer in %lld..%lld", (int)(end - *at), *at, (long long)s->low, (long long)s->high);
            return false;
        }
    }
    *at = end;
    return true;
}

static void print_shape(const Symbol *symbol, Text *out)
{
    text_add(out, "[");
    for (unsigned k = 0; k < symbol->rank; k++)
        text_printf(out, k == 0 ? "%d" : ",%d", (int)symbol->extents[k]);
    text_add(out, "]");
}

static bool wrong_shape(const Symbol *symbol, Text *why)
{
    text_add(why, "the value does not have the shape ");
    print_shape(symbol, why);
    return false;
}

/* Numbers one after the other, each in brackets as deep as the rank. `open` counts brackets, `position` elements along each axis. */
static bool read_nested(Evaluation *e, SymId symbol, const char *at, double *values, Text *why)
{
    const Symbol *s = &e->program->symbols.at[symbol];
    int32_t *position = arena_array(e->arena, int32_t, s->rank + 1u);
    unsigned open = 0;
    size_t filled = 0;

    for (at = skip_blanks(at);; at = skip_blanks(at)) {
        if (*at == '[' && open < s->rank) {
            position[open++] = 0;
            at++;
            continue;
        }
        if (open != s->rank || filled == eval_elements(e->program, symbol))
            return wrong_shape(s, why);
        if (!read_number(e, symbol, &at, &values[filled], why))
            return false;
        filled++;
        for (at = skip_blanks(at); *at == ']' && open > 0; at = skip_blanks(at + 1)) {
            if (++position[open - 1] != s->extents[open - 1])
                return wrong_shape(s, why);
            open--;
        }
        if (open == 0)
            return *at == '\0' ? true : wrong_shape(s, why);
        if (*at++ != ',')
            return wrong_shape(s, why);
        position[open - 1]++;
    }
}

static bool read_plain(Evaluation *e, SymId symbol, const char *at, double *values, Text *why)
{
    size_t count = eval_elements(e->program, symbol), filled = 0;

    for (at += strspn(at, " \t\r\n,"); *at != '\0'; at += strspn(at, " \t\r\n,")) {
        if (filled == count) {
            text_printf(why, "more than %zu numbers", count);
            return false;
        }
        if (!read_number(e, symbol, &at, &values[filled], why))
            return false;
        filled++;
    }
    if (filled < count)
        text_printf(why, "%zu numbers instead of %zu", filled, count);
    return filled == count;
}

bool point_parse(Evaluation *e, SymId symbol, const char *text, bool plain, Text *why)
{
    size_t count = eval_elements(e->program, symbol);
    double *values = arena_array(e->arena, double, count);
    const char *at = skip_blanks(text);
    bool fills = !plain && *at != '[';

    if (fills) {
        if (!read_number(e, symbol, &at, values, why))
            return false;
        if (*skip_blanks(at) != '\0') {
            text_printf(why, "'%.20s' is not a number", text);
            return false;
        }
    } else if (!(plain ? read_plain : read_nested)(e, symbol, text, values, why)) {
        return false;
    }
    for (size_t i = 0; i < count; i++)
        set_element(e, symbol, i, values[fills ? 0 : i]);
    return true;
}

/* ---- printing ---------------------------------------------------------------------------------------- */

void point_print_array(const double *values, const int32_t *extents, unsigned rank, Text *out)
{
    size_t count = 1;

    for (unsigned k = 0; k < rank; k++)
        count *= (size_t)extents[k];
    for (size_t i = 0; i < count; i++) {
        text_add(out, i > 0 ? ", " : "");
        text_brackets(out, extents, rank, i, "[");
        text_double(out, values[i] == 0 ? 0 : values[i]);
        text_brackets(out, extents, rank, i + 1, "]");
    }
}

void point_print(const Evaluation *e, SymId symbol, Text *out)
{
    const Symbol *s = &e->program->symbols.at[symbol];
    size_t count = eval_elements(e->program, symbol);
    double *values = e->reals[symbol];

    if (values == NULL) {
        values = arena_array(e->arena, double, count);
        for (size_t i = 0; i < count; i++)
            values[i] = (double)e->integers[symbol][i];
    }
    point_print_array(values, s->extents, s->rank, out);
}
