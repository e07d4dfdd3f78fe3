/* command_cost.c -- bpgen cost */
#include "cli/cli.h"

void command_cost(Unit *unit, Run *run)
{
    (void)unit;
    text_line(&run->errors, "bpgen: cost: in the making");
    run->code = EXIT_INTERNAL;
}
