/* ops.c -- the table of operators, and their values for numbers. */
#include "ir/ops.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/bpgen_runtime.h"

enum { COMMUTES = 1, CALLABLE = 2, EXPENSIVE = 4, NO_DERIVATIVE = 8, POSITIVE = 16, BOUNDED = 32 };

/* The columns KIND and flags of ops.def. */
#define C COMMUTES
#define F CALLABLE
#define X EXPENSIVE
#define N NO_DERIVATIVE
#define P POSITIVE
#define B BOUNDED
#define LEAF FORM_LEAF, FROM_NOWHERE, KIND_REAL
#define ARITHMETIC FORM_INFIX, FROM_NOWHERE, KIND_REAL
#define MINUS FORM_PREFIX, FROM_NOWHERE, KIND_REAL
#define TEST FORM_INFIX, FROM_NOWHERE, KIND_CONDITION
#define NOT FORM_PREFIX, FROM_NOWHERE, KIND_CONDITION
#define SELECT FORM_SELECT, FROM_NOWHERE, KIND_REAL
#define LIBM FORM_CALL, FROM_LIBM, KIND_REAL
#define HELPER FORM_CALL, FROM_RUNTIME, KIND_REAL
#define USER FORM_CALL, FROM_USER, KIND_REAL
#define PART FORM_PART, FROM_NOWHERE, KIND_PART
#define MARK FORM_CALL, FROM_NOWHERE, KIND_REAL
#define ZERO NULL
#define NONE NULL

const OpInfo op_info[OP_COUNT] = {
#define OP(ID, name, c, arity, kind, weight, flags, value, da, db, dc, note, tex, gates)                              \
    { name, c, arity, kind, weight, ((flags) & COMMUTES) != 0, ((flags) & CALLABLE) != 0, ((flags) & EXPENSIVE) != 0, \
      ((flags) & NO_DERIVATIVE) != 0, ((flags) & POSITIVE) != 0, ((flags) & BOUNDED) != 0, note, { da, db, dc }, tex, gates },
#include "ir/ops.def"
};

Op op_find(const char *name)
{
    if (strcmp(name, "ln") == 0)
        return OP_LOG;
    if (strcmp(name, "sigmoid") == 0)
        return OP_SIG;
    for (int op = 0; op < OP_COUNT; op++)
        if (op_info[op].callable && strcmp(op_info[op].name, name) == 0)
            return (Op)op;
    return OP_COUNT;
}

static bool is_word(const char *word, size_t size, const char *text)
{
    return strncmp(word, text, size) == 0 && text[size] == '\0';
}

static PartialWord read_word(const char *word, size_t size)
{
    if (size == 1 && *word >= 'a' && *word <= 'c')
        return (PartialWord){ WORD_ARGUMENT, *word - 'a' };
    if (size == 1 && *word == 'y')
        return (PartialWord){ WORD_RESULT, 0 };
    if ((*word >= '0' && *word <= '9') || (*word == '-' && size > 1))
        return (PartialWord){ WORD_NUMBER, (int32_t)strtol(word, NULL, 10) };
    for (int32_t op = 0; op < OP_COUNT; op++)
        if (is_word(word, size, op_info[op].name))
            return (PartialWord){ WORD_OP, op };
    return (PartialWord){ WORD_OP, OP_COUNT };
}

PartialWord partial_word(const char **at)
{
    const char *word = *at;
    size_t size = strcspn(word, " ");

    *at = word + size + strspn(word + size, " ");
    return read_word(word, size);
}

double op_value(Op op, const double *args)
{
    const unsigned arity = op_info[op].arity;
    const double a = arity > 0 ? args[0] : 0.0, b = arity > 1 ? args[1] : 0.0, c = arity > 2 ? args[2] : 0.0;

    switch (op) {
#define OP(ID, name, spelling, arity, kind, weight, flags, value, ...) \
    case OP_##ID:                                                     \
        return value;
#include "ir/ops.def"
    case OP_COUNT:
        break;
    }
    return 0.0;
}

Precedence op_precedence(Op op)
{
    switch (op) {
    case OP_ADD:
    case OP_SUB:
        return PRECEDENCE_SUM;
    case OP_MUL:
    case OP_DIV:
        return PRECEDENCE_PRODUCT;
    case OP_NEG:
        return PRECEDENCE_SIGN;
    case OP_POW:
        return PRECEDENCE_POWER;
    case OP_NOT:
        return PRECEDENCE_NOT;
    case OP_AND:
        return PRECEDENCE_AND;
    case OP_OR:
        return PRECEDENCE_OR;
    case OP_SELECT:
        return PRECEDENCE_CHOICE;
    default:
        return op_info[op].form == FORM_INFIX ? PRECEDENCE_COMPARE : PRECEDENCE_ATOM;
    }
}
