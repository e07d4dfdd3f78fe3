/* command_derive.c -- bpgen derive */
#include "cli/cli.h"

void command_derive(Unit *unit, Run *run)
{
    (void)unit;
    text_line(&run->errors, "bpgen: derive: in the making");
    run->code = EXIT_INTERNAL;
}
