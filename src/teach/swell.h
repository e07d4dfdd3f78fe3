/* swell.h -- how large derivatives are: as trees, as graphs, by automatic differentiation; for one model after the other.
 *
 * A row is one model: of a list, or of a family, which is one model at several values of a const. Counts are exact at any size: trees
 * are never built, their sizes are found on the shared graph (sym/count.h has the rule).
 */
#ifndef BPGEN_TEACH_SWELL_H
#define BPGEN_TEACH_SWELL_H

#include "sym/polynomial.h"
#include "unit.h"

/* What only higher layers can do. */
typedef struct {
    size_t (*code_size)(Unit *unit); /* bytes of the C function for value and gradient; 0: there is none */
    double (*seconds)(void);         /* a clock */
} SwellTools;

typedef struct {
    const char *path;  /* in messages */
    const char *label; /* in the table */
    const char *text;
    size_t size;
} SwellModel;

/* NAME=VALUE of the point at which accuracy is shown; point_parse reads the text. */
typedef struct {
    const char *name;
    const char *text;
    bool plain;
} SwellValue;

typedef struct {
    const SwellModel *models;
    size_t model_count;
    const char *family;  /* a row for each value low ... high-1 of this const of the one model; NULL: a row for each model */
    int64_t low, high;
    const Options *options; /* of all rows */
    const char *const *wrt; /* "x"; "W[0,1]" is one element, the name of an array alone all of them */
    size_t wrt_count;    /* 0: the first element of the first param */
    const SwellValue *point;
    size_t point_count;  /* 0: accuracy is not asked for */
    SwellTools tools;
} SwellRequest;

/* Larger ranges are refused; what has more terms is not expanded. */
enum { SWELL_MOST_ROWS = 1000, SWELL_MOST_TERMS = POLYNOMIAL_MOST_TERMS,
       SWELL_MOST_PRODUCTS = POLYNOMIAL_MOST_PRODUCTS };

/* A number of operations. Not known: more than RATIONAL_MOST_BITS bits, or not asked for. */
typedef struct {
    bool known;
    Rational count;
} SwellCount;

typedef struct {
    const char *label;       /* the value of the const, or the model's */
    double place;            /* the value of the const, or the number of the model from 1 */
    const char *output;      /* f */
    const char *variable;    /* by what: "x", "W[0,1]", "x, y" */
    size_t elements;         /* how many derivatives these are; counts are their sums */
    const char *gradient;    /* reverse mode: by all params and the names of wrt: "w, b, x" */
    SwellCount function;     /* operations of the trees */
    SwellCount unfolded;     /* of the derivative, nothing folded */
    SwellCount folded;       /* 0, 1 and constants folded */
    SwellCount expanded;     /* everything multiplied out; not of a member of a family behind one that was too large */
    SwellCount unfolded_nodes, folded_nodes; /* the same trees with their leaves */
    uint64_t graph;          /* operations of function and derivative together, each once */
    uint64_t value;          /* operations of the function, each once */
    uint64_t forward, reverse; /* of tangents and of the backward sweep, beside it */
    size_t code;             /* bytes of C; 0: none */
    double seconds;          /* to derive */
    /* Accuracy at the point. */
    bool accuracy;
    double automatic;        /* by the adjoint program in double */
    bool has_horner;
    double horner;           /* the expanded derivative in double */
    size_t digits;           /* of its largest coefficient */
    bool has_exact;
    double exact;            /* in fractions, rounded once */
} SwellRow;

typedef struct {
    VEC(SwellRow) rows;
    const char *family;      /* the const, or NULL */
    const char *point;       /* "x=0.9", or "" */
    Text errors;             /* messages, whole lines */
    const char *failure;     /* memory ran out, or a bug: what it was; else NULL */
} Swell;

/* Rows and messages live in the arena. A family ends at its first error; of a list, the models without errors have rows. False: there
 * are errors, or it failed. */
bool swell_run(Swell *swell, Arena *arena, const SwellRequest *request);

#endif
