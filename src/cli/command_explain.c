/* command_explain.c -- bpgen explain */
#include "cli/cli.h"

void command_explain(Unit *unit, Run *run)
{
    (void)unit;
    text_line(&run->errors, "bpgen: explain: in the making");
    run->code = EXIT_INTERNAL;
}
