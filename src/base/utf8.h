/* utf8.h -- the characters of UTF-8 text from outside: what is not UTF-8 is read as U+FFFD. */
#ifndef BPGEN_UTF8_H
#define BPGEN_UTF8_H

#include <stdbool.h>

#include "base/text.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/* The next character of a text that ends in NUL; *at moves behind it. 0 at the end, where *at stays. A byte that begins no
 * well-formed sequence (overlong, surrogate, beyond U+10FFFF, cut short) is one character U+FFFD. */
uint32_t utf8_next(const char **at);

/* Appends a character. */
void utf8_add(Text *text, uint32_t c);

/* Control characters, and those that nobody sees or that turn the text around them: with them a text can look like another one. */
bool utf8_is_hidden(uint32_t c);

/* Appends the text with U+FFFD for hidden characters; tabs and line ends stay in a text of `lines`. */
void utf8_add_plain(Text *out, const char *text, bool lines);

#endif
