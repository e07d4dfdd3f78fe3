/* sample.h -- a point of a model at which its outputs are numbers. */
#ifndef BPGEN_TESTS_SAMPLE_H
#define BPGEN_TESTS_SAMPLE_H

#include "eval/point.h"
#include "tests/support/oracle.h"
#include "unit.h"

/* Fills the declared symbols of `point` (an evaluation of the unit's lowered program) and of `o` with numbers that float holds,
 * too, so that one reference serves both. False: in some dozen tries there was no point with a finite sum(seed * output). */
bool sample_point(const Unit *unit, Evaluation *point, Oracle *o, const OracleQuery *q, Random *random);

#endif
