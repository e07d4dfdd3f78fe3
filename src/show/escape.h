/* escape.h -- texts from outside (names, comments, file names) inside other notations, so that they stay texts. */
#ifndef BPGEN_ESCAPE_H
#define BPGEN_ESCAPE_H

#include <stdbool.h>

#include "base/text.h"

/* A field of a CSV line (RFC 4180): in quotes if it has a comma, a quote, a line end, or a blank at either end. */
void escape_csv(Text *out, const char *text);

/* A JSON string with its quotes. What is not UTF-8 becomes U+FFFD. */
void escape_json(Text *out, const char *text);

/* Is it a number as JSON writes them? */
bool escape_is_number(const char *text);

/* Running text of LaTeX. Mathematical signs that the tables use become formulas; other characters beyond ASCII stay, for
 * LaTeX with UTF-8. Line ends become blanks. */
void escape_tex(Text *out, const char *text);

#endif
