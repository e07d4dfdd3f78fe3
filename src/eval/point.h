/* point.h -- where a model is evaluated: values of params and inputs, given, by default, or sampled. */
#ifndef BPGEN_POINT_H
#define BPGEN_POINT_H

#include "eval/eval.h"
#include "front/lower.h"

/* A reproducible stream of numbers (splitmix64: Steele, Lea and Flood, OOPSLA 2014). */
typedef struct {
    uint64_t state;
} Random;

uint64_t random_next(Random *random);
double random_between(Random *random, double low, double high);

/* The declared default, else the middle of the declared range; false if there is neither. */
bool point_fill_default(Evaluation *e, const Declared *declared);

/* A point of the declared range; without one, near the default, else between -1 and 1. Integer inputs: any of their range. */
void point_sample(Evaluation *e, const Declared *declared, Random *random);

/* Fills a symbol from text: a number, which fills an array; nested brackets of the symbol's shape; with `plain`, as many numbers as
 * the symbol has elements, separated by blanks, commas or line ends. False: `why` tells, the symbol is left as it was. */
bool point_parse(Evaluation *e, SymId symbol, const char *text, bool plain, Text *why);

/* Elements as nested brackets, each number the shortest that reads back: "3", "[[1, 2], [3, 4]]". */
void point_print(const Evaluation *e, SymId symbol, Text *out);
/* The same of row-major values. */
void point_print_array(const double *values, const int32_t *extents, unsigned rank, Text *out);

#endif
