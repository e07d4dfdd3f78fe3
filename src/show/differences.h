/* differences.h -- tables and the plot of difference quotients. */
#ifndef BPGEN_SHOW_DIFFERENCES_H
#define BPGEN_SHOW_DIFFERENCES_H

#include "show/message.h"
#include "teach/differences.h"

/* Of `bpgen check --table`: a column for each step, as in a textbook; several derivatives below each other. */
void differences_text(const DifferencesVec *all, Language language, Text *out);
void differences_tex(const DifferencesVec *all, Language language, Text *out);

/* Of `bpgen check --sweep-h`: a row for each step. */
void sweep_text(const DifferencesVec *all, Language language, Text *out);
void sweep_tex(const DifferencesVec *all, Language language, Text *out);

/* Of both: a row for each derivative and step, with everything that is known. */
void differences_csv(const DifferencesVec *all, Language language, Text *out);
void differences_json(const DifferencesVec *all, Language language, Text *out);

/* |error| over the step, both logarithmic, with the regions of truncation and round-off. */
void sweep_svg(const Differences *fine, Language language, Text *out);

#endif
