/* command_graph.c -- bpgen graph */
#include "cli/cli.h"

void command_graph(Unit *unit, Run *run)
{
    (void)unit;
    text_line(&run->errors, "bpgen: graph: in the making");
    run->code = EXIT_INTERNAL;
}
