/* check.h -- the parts of plan_check. Private to src/plan. */
#ifndef BPGEN_PLAN_CHECK_H
#define BPGEN_PLAN_CHECK_H

#include "plan/plan.h"

/* NULL, or what is wrong with the folded symbols. */
const char *check_folds(const Plan *plan, Arena *arena);

#endif
