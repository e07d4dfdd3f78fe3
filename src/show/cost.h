/* cost.h -- the table of bpgen cost. */
#ifndef BPGEN_SHOW_COST_H
#define BPGEN_SHOW_COST_H

#include "show/message.h"
#include "show/table.h"
#include "teach/cost.h"

/* `plain`: for programs (CSV, JSON): names of rows that are the same in every language. */
Table cost_table(const Cost *cost, Arena *arena, Language language, bool plain);

#endif
