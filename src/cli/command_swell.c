/* command_swell.c -- bpgen swell */
#include "cli/cli.h"

void command_swell(Unit *unit, Run *run)
{
    (void)unit;
    text_line(&run->errors, "bpgen: swell: in the making");
    run->code = EXIT_INTERNAL;
}
