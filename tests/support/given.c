/* given.c -- numbers of a point, sample by sample, in hexadecimal, so that they are read back as they are. */
#include "tests/support/given.h"

#include <stdio.h>

static void print_elements(const SampleSymbol *symbol, const Evaluation *e, uint64_t begin, uint64_t end)
{
    for (uint64_t i = begin; i < end; i++) {
        if (symbol->part == PART_INDEX)
            printf("%d,", (int)e->integers[symbol->symbol][i]);
        else
            printf("%a,", e->reals[symbol->symbol][i]);
    }
}

void print_given(const char *real, const Sample *sample, const Evaluation *e, Part part, uint64_t samples)
{
    printf("    static const %s given_%s[] = {", part == PART_INDEX ? "int32_t" : real, c_argument_names[part]);
    for (uint64_t at = 0; at < samples; at++)
        for (size_t k = 0; k < sample->symbols.count; k++) {
            const SampleSymbol *symbol = &sample->symbols.at[k];
            uint64_t own = symbol->count / samples;

            if (symbol->part == part)
                print_elements(symbol, e, at * own, (at + 1) * own);
        }
    printf("};\n");
}
