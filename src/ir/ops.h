/* ops.h -- the operators: one row of ops.def each. Nothing else in the sources lists them. */
#ifndef BPGEN_OPS_H
#define BPGEN_OPS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
#define OP(ID, ...) OP_##ID,
#include "ir/ops.def"
    OP_COUNT
} Op;

enum { OP_MOST_ARGS = 3 };

/* How an operator is written in the language, in C and in dumps. */
typedef enum {
    FORM_LEAF,    /* literal, read, index: printed by their own rules */
    FORM_INFIX,   /* a + b */
    FORM_PREFIX,  /* -a */
    FORM_CALL,    /* sin(a): in C a function of libm, of the runtime or of the user's */
    FORM_SELECT,  /* c ? a : b */
    FORM_PART     /* a, b: what several arguments of a function are */
} OpForm;

/* What C function stands behind FORM_CALL. */
typedef enum {
    FROM_NOWHERE,
    FROM_LIBM,    /* <math.h>; float: the name with f behind it */
    FROM_RUNTIME, /* a function of runtime/bpgen_runtime.h, printed into the emitted file; float: with f behind it */
    FROM_USER     /* a C function that the user links; the first argument is its name */
} OpSource;

/* How tightly the language's text of a construct binds (LANGUAGE.md, section 4). A printer sets brackets around an operand that binds
 * less than its place asks. */
typedef enum {
    PRECEDENCE_ANY,
    PRECEDENCE_CHOICE,
    PRECEDENCE_OR,
    PRECEDENCE_AND,
    PRECEDENCE_NOT,
    PRECEDENCE_COMPARE,
    PRECEDENCE_SUM,
    PRECEDENCE_PRODUCT,
    PRECEDENCE_SIGN,
    PRECEDENCE_POWER,
    PRECEDENCE_ATOM
} Precedence;

typedef enum { KIND_REAL, KIND_CONDITION, KIND_PART } OpResult;

typedef struct {
    const char *name;  /* of the language: "sin", "+"; for internal operators the name in dumps, with a leading '.' */
    const char *c;     /* C spelling: "sin", "+", "fabs" */
    uint8_t arity;
    uint8_t form;      /* OpForm */
    uint8_t source;    /* OpSource */
    uint8_t result;    /* OpResult */
    uint8_t weight;    /* DESIGN.md section 3: + - * / neg abs min max sqrt 1, libm call 8, sig 11, comparisons and selects 0 */
    bool commutes;
    bool callable;     /* a scalar function of the language: found by name, listed by `bpgen functions` */
    bool expensive;    /* outlined into a stage of its own when it stands inside a domain (cost >= 5: divisions, roots, calls) */
    bool no_derivative; /* trigamma: to differentiate it is an error (step and sign have the derivative 0) */
    bool positive;      /* its value is greater than 0 wherever it is defined */
    bool bounded;       /* its value is less than 1 and greater than -1 */
    const char *note;  /* kink and domain, for `bpgen functions` and the reference */
    /* The partial derivatives in postfix, over the arguments a b c and the result y: "y 1 y - *" is y*(1-y). Words are operator
     * names of this table, whole numbers, pi, and `?:` for select. NULL: structurally 0 (or never asked for). Postfix, because it
     * fixes the order in which nodes are made; C leaves the order of nested calls open. */
    const char *partial[OP_MOST_ARGS];
    /* LaTeX: of infix and prefix operators the sign; of functions the name ("\\sin"), or with # in it what the argument is put in
     * ("\\sqrt{#}"); "": by its name in the language. */
    const char *tex;
    const char *gates; /* the same function by elementary operators, in the words of `partial`; NULL: it is one */
} OpInfo;

extern const OpInfo op_info[OP_COUNT];

/* The callable operator of this name (aliases ln, sigmoid included), or OP_COUNT. */
Op op_find(const char *name);

/* One word of a partial derivative. */
typedef struct {
    enum { WORD_ARGUMENT, WORD_RESULT, WORD_NUMBER, WORD_OP } kind;
    int32_t value; /* which argument; the number; the operator */
} PartialWord;

/* Reads the word at *at, which then stands at the next one, or at the end of the text. */
PartialWord partial_word(const char **at);

/* The function's value for numeric arguments, as the emitted C computes it (the same runtime helpers). Conditions are 0 and 1.
 * OP_SELECT is not evaluated here: its untaken branch must not be. */
double op_value(Op op, const double *args);

/* How tightly an operator binds in the language. */
Precedence op_precedence(Op op);

#endif
