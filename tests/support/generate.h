/* generate.h -- random models that are valid, with everything that the language has. */
#ifndef BPGEN_TESTS_GENERATE_H
#define BPGEN_TESTS_GENERATE_H

#include "tests/support/piece.h"

/* What is counted, so that one sees that it occurs: CONSTRUCT(ID, what it is). */
#define CONSTRUCTS(CONSTRUCT) \
    CONSTRUCT(IMPLICIT, "model without declarations") \
    CONSTRUCT(CONST, "const: extent") \
    CONSTRUCT(CONST_ARRAY, "const: array of numbers") \
    CONSTRUCT(CONST_PLACES, "const: array of subscripts") \
    CONSTRUCT(PARAM, "param: scalar") \
    CONSTRUCT(PARAM_ARRAY, "param: array") \
    CONSTRUCT(INPUT, "input: scalar") \
    CONSTRUCT(INPUT_ARRAY, "input: array") \
    CONSTRUCT(INPUT_INTEGER, "input: integers") \
    CONSTRUCT(DATA, "data") \
    CONSTRUCT(RANGE, "range of a declaration") \
    CONSTRUCT(DEFAULT, "default of a declaration") \
    CONSTRUCT(OUTPUT, "output") \
    CONSTRUCT(LAST_STATEMENT, "result by the last statement") \
    CONSTRUCT(ASSIGN, "assignment") \
    CONSTRUCT(ASSIGN_INDEX, "assignment in index form") \
    CONSTRUCT(DEF, "def: expression") \
    CONSTRUCT(DEF_BLOCK, "def: block") \
    CONSTRUCT(DEF_LOOP, "def: with a loop") \
    CONSTRUCT(DEF_STATED, "def: stated derivative") \
    CONSTRUCT(EXTERN, "extern: no derivative") \
    CONSTRUCT(EXTERN_STATED, "extern: stated derivative") \
    CONSTRUCT(CALL_DEF, "call of a def") \
    CONSTRUCT(CALL_EXTERN, "call of an extern") \
    CONSTRUCT(FOR, "for") \
    CONSTRUCT(FOR_WHILE, "for with while") \
    CONSTRUCT(FOR_NESTED, "for inside for") \
    CONSTRUCT(FOR_DATA, "for with names per sample") \
    CONSTRUCT(CARRIED_ARRAY, "carried array") \
    CONSTRUCT(GATHERED, "gathered array") \
    CONSTRUCT(GATHERED_BOTH, "gathered over two loops") \
    CONSTRUCT(LOCAL, "local of a turn") \
    CONSTRUCT(FUNCTION, "scalar function") \
    CONSTRUCT(OUTSIDE, "argument perhaps outside the domain") \
    CONSTRUCT(ARITHMETIC, "+ - *") \
    CONSTRUCT(DIVISION, "/") \
    CONSTRUCT(POWER, "^") \
    CONSTRUCT(SIGN, "prefix -") \
    CONSTRUCT(BROADCAST, "broadcast") \
    CONSTRUCT(CHOICE, "?:") \
    CONSTRUCT(CHOICE_GUARD, "?: that guards a domain") \
    CONSTRUCT(CHOICE_INDEX, "?: on indices") \
    CONSTRUCT(CHOICE_BOUND, "?: that guards a subscript") \
    CONSTRUCT(CONDITION_JOIN, "&& and ||") \
    CONSTRUCT(CONDITION_NOT, "!") \
    CONSTRUCT(MINMAX_MANY, "min, max of several") \
    CONSTRUCT(REDUCE_ARRAY, "reduction of an array") \
    CONSTRUCT(REDUCE_INDEX, "reduction by clauses") \
    CONSTRUCT(REDUCE_ROWS, "reduction of arrays by clauses") \
    CONSTRUCT(REDUCE_TRIANGLE, "reduction with a bound that depends") \
    CONSTRUCT(REDUCE_INFERRED, "range that is inferred") \
    CONSTRUCT(REDUCE_WINDOW, "subscripts i and i+1") \
    CONSTRUCT(REDUCE_DATA, "reduction over data") \
    CONSTRUCT(COMPREHENSION, "comprehension") \
    CONSTRUCT(LITERAL_ARRAY, "[a, b, c]") \
    CONSTRUCT(MATMUL, "@") \
    CONSTRUCT(TRANSPOSE, "'") \
    CONSTRUCT(DOT, "dot") \
    CONSTRUCT(OUTER, "outer") \
    CONSTRUCT(SOFTMAX, "softmax") \
    CONSTRUCT(CONCAT, "concat") \
    CONSTRUCT(SIZE, "size") \
    CONSTRUCT(SUBSCRIPT, "subscript") \
    CONSTRUCT(SUBSCRIPT_GATHER, "subscript by integers") \
    CONSTRUCT(SUBSCRIPT_ALL, "subscript :") \
    CONSTRUCT(SLICE, "slice") \
    CONSTRUCT(INTEGER, "integer expression as a number") \
    CONSTRUCT(GRAD, "grad") \
    CONSTRUCT(JVP, "jvp") \
    CONSTRUCT(JACOBIAN, "jacobian")

typedef enum {
#define CONSTRUCT(ID, what) CONSTRUCT_##ID,
    CONSTRUCTS(CONSTRUCT)
#undef CONSTRUCT
    CONSTRUCT_COUNT
} Construct;

extern const char *const construct_names[CONSTRUCT_COUNT];

typedef struct {
    unsigned long counts[CONSTRUCT_COUNT];
} Tally;

/* The model of this seed, the same on every machine. `size` is about the number of its statements: 1 and more. What occurs is
 * added to `tally`, which may be NULL. C functions that it calls are those of tests/emitted/externs.c. */
Piece *generate_model(Arena *arena, uint64_t seed, unsigned size, Tally *tally);

#endif
