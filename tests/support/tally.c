/* tally.c -- cases that are right and wrong. */
#include "tests/support/tally.h"

#include <stdarg.h>
#include <stdio.h>

void expect(Tally *tally, bool right, const char *format, ...)
{
    va_list args;

    ++*(right ? &tally->passed : &tally->failed);
    if (right)
        return;
    va_start(args, format);
    printf("failed: ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
}

int tally_close(const Tally *tally, const char *name)
{
    printf("%s: %u passed, %u failed\n", name, tally->passed, tally->failed);
    return tally->failed != 0;
}
