/* sema_override.c -- values of consts given from outside: a number, or numbers in nested brackets. */
#include <string.h>

#include "front/sema.h"

typedef struct {
    Sema *s;
    const char *at;
    Shape shape;
    unsigned depth;
    bool leaves;              /* a number was read: all lie as deep */
    int32_t counts[MOST_AXES];
    bool fixed[MOST_AXES];    /* the extent of this axis is known */
    VEC(Rational) values;
} Reader;

static void skip_blanks(Reader *reader)
{
    reader->at += strspn(reader->at, " \t");
}

static bool read_number(Reader *reader)
{
    const char *start = reader->at + strspn(reader->at, "+-"), *digits = "0123456789";
    size_t size = strspn(start, digits), whole = size;
    Rational value;

    if (start - reader->at > 1)
        return false;
    if (start[size] == '.')
        size += 1 + strspn(start + size + 1, digits);
    if (size == 0 || (size == 1 && whole == 0))
        return false;
    if (start[size] == 'e' || start[size] == 'E') {
        size_t sign = start[size + 1] == '+' || start[size + 1] == '-', more = strspn(start + size + 1 + sign, digits);

        if (more == 0)
            return false;
        size += 1 + sign + more;
    }
    if (!rational_parse(reader->s->arena, start, size, &value))
        return false;
    if (*reader->at == '-')
        value = rational_neg(reader->s->arena, value);
    vec_push(reader->s->arena, &reader->values, value);
    reader->at = start + size;
    return true;
}

static bool open_bracket(Reader *reader)
{
    if (reader->depth == MOST_AXES || (reader->leaves && reader->depth == reader->shape.rank))
        return false;
    reader->counts[reader->depth++] = 0;
    reader->at++;
    return true;
}

static bool leaf(Reader *reader)
{
    if (reader->leaves && reader->shape.rank != reader->depth)
        return false;
    reader->leaves = true;
    reader->shape.rank = (uint8_t)reader->depth;
    return read_number(reader);
}

static bool close_bracket(Reader *reader)
{
    unsigned axis = --reader->depth;

    reader->at++;
    if (reader->fixed[axis] && reader->shape.extent[axis] != reader->counts[axis])
        return false;
    reader->fixed[axis] = true;
    reader->shape.extent[axis] = reader->counts[axis];
    return true;
}

/* An element is complete: what may follow? True: another element comes. */
static bool after_element(Reader *reader, bool *good)
{
    while (*good && reader->depth > 0) {
        reader->counts[reader->depth - 1]++;
        skip_blanks(reader);
        if (*reader->at == ',') {
            reader->at++;
            return true;
        }
        *good = *reader->at == ']' && close_bracket(reader);
    }
    return false;
}

static bool read_value(Reader *reader)
{
    bool good = true, more = true;

    while (good && more) {
        skip_blanks(reader);
        if (*reader->at == '[') {
            good = open_bracket(reader);
            continue;
        }
        good = leaf(reader);
        more = good && after_element(reader, &good);
    }
    skip_blanks(reader);
    return good && *reader->at == '\0';
}

/* The last one given for this name counts. */
static const char *given_value(Sema *s, Name name)
{
    const char *value = NULL;

    for (size_t i = 0; i < s->override_count; i++) {
        if (strcmp(s->overrides[i].name, sema_name(s, name)) != 0)
            continue;
        s->override_used[i] = true;
        value = s->overrides[i].value;
    }
    return value;
}

const Rational *sema_override(Sema *s, Name name, Span at, Shape *shape, bool *given)
{
    const char *value = given_value(s, name);
    Reader reader = { .s = s, .at = value };

    *given = value != NULL;
    if (value == NULL)
        return NULL;
    if (!read_value(&reader)) {
        sema_error(s, at, "the value given for '%s' is not a number or an array of numbers: %s", sema_name(s, name), value);
        return NULL;
    }
    *shape = reader.shape;
    return reader.values.at;
}

void sema_check_overrides(Sema *s)
{
    for (size_t i = 0; i < s->override_count; i++)
        if (!s->override_used[i])
            sema_error(s, (Span){ 0, 0 }, "the model has no const '%s' to give a value", s->overrides[i].name);
}
