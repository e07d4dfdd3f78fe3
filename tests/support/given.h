/* given.h -- the arguments at a point, written as C by tools that make drivers of emitted functions. */
#ifndef BPGEN_TESTS_GIVEN_H
#define BPGEN_TESTS_GIVEN_H

#include "emit/c_sample.h"

/* "    static const REAL given_params[] = {...};": the elements of a part (parameters, inputs, index, samples) in the order of its
 * struct, one struct behind the other for each of `samples`, which is 1 for all parts but PART_SAMPLES. */
void print_given(const char *real, const Sample *sample, const Evaluation *e, Part part, uint64_t samples);

#endif
