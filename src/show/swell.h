/* swell.h -- the swell table in every format. */
#ifndef BPGEN_SHOW_SWELL_H
#define BPGEN_SHOW_SWELL_H

#include "show/message.h"
#include "show/table.h"
#include "teach/swell.h"

void swell_print_text(const Swell *swell, Language language, Text *out);
void swell_print_csv(const Swell *swell, Language language, Text *out);
void swell_print_json(const Swell *swell, Language language, Text *out);
void swell_print_tex(const Swell *swell, Language language, Text *out);
void swell_print_svg(const Swell *swell, Language language, Text *out); /* swell_plot.c */

/* What belongs to all rows in words: "f = l, f' = d l/d x"; rows of different functions: "". */
const char *swell_subject(const Swell *swell, Language language, Arena *arena);

/* For people: "123", "4.797e+62"; "-": not known. */
const char *swell_shown(Arena *arena, const SwellCount *count);

/* log10 of a count, which may be far beyond a double; counts below 1: 0. */
double swell_log10(Arena *arena, const SwellCount *count);

#endif
