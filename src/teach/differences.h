/* differences.h -- difference quotients with given steps against the exact derivative: what truncation and round-off do. */
#ifndef BPGEN_TEACH_DIFFERENCES_H
#define BPGEN_TEACH_DIFFERENCES_H

#include "eval/eval.h"
#include "unit.h"

/* f(x+h) and the like are computed in double, as written, and so are the quotients. */
typedef enum {
    DIFFERENCE_FORWARD,  /* (f(x+h) - f(x)) / h */
    DIFFERENCE_BACKWARD, /* (f(x) - f(x-h)) / h */
    DIFFERENCE_CENTRAL,  /* (f(x+h) - f(x-h)) / (2h) */
    DIFFERENCE_COUNT
} DifferenceFormula;

/* With one step. What is not known is NaN. */
typedef struct {
    double h;
    double quotient[DIFFERENCE_COUNT];
    double error[DIFFERENCE_COUNT];      /* quotient - derivative */
    double leading[DIFFERENCE_COUNT];    /* the first term of the truncation error: h/2 f'', -h/2 f'', h^2/6 f''' */
    double truncation[DIFFERENCE_COUNT]; /* the error that the quotient would have in exact arithmetic, from the Taylor series */
    double round_off[DIFFERENCE_COUNT];  /* the rest: error - truncation */
} DifferenceStep;

/* Of one element of an output by one element of a param or input. */
typedef struct {
    const char *output, *variable; /* "f", "W[0,1]" */
    const char *point;             /* "x = 3, y = -4"; of larger models the variable alone */
    double at, value, derivative;  /* the variable, the output, its derivative by reverse mode */
    bool has_series;               /* the Taylor series is known: leading terms are, and truncation where it converges */
    DifferenceStep *steps;
    size_t count;
    size_t best[DIFFERENCE_COUNT]; /* the step with the smallest |error|; `count`: none */
    /* The step where truncation, by its first term, and round-off, eps |f|/h, together are smallest: sqrt(2 eps |f/f''|), for central
     * differences cbrt(3 eps |f/f'''|); where these say nothing, the rule of thumb sqrt(eps) or cbrt(eps) times max(|x|, 1). */
    double theory[DIFFERENCE_COUNT];
    bool by_thumb[DIFFERENCE_COUNT];
} Differences;

typedef VEC(Differences) DifferencesVec;

/* More derivatives than these are not tabulated. */
enum { DIFFERENCES_MOST = 100 };

/* How many derivatives the unit has: elements of outputs times wanted elements. */
uint64_t differences_count(const Unit *unit);

/* Of all outputs by all wanted elements, at the point that both evaluations hold: `value` of unit->value, `reversed` of
 * unit->reversed, whose seeds are overwritten. The steps are above 0. */
void differences_make(DifferencesVec *out, Unit *unit, Evaluation *value, Evaluation *reversed, const double *steps, size_t count);

/* 10^0 ... 10^-16 with `per_decade` (1 or 10) of them in a decade: decimals of few digits, so that they are the same on every machine. */
enum { SWEEP_DECADES = 16 };
size_t differences_sweep(Arena *arena, unsigned per_decade, double **steps);

#endif
