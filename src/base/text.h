/* text.h -- text that is being written: a growing buffer with indentation. */
#ifndef BPGEN_TEXT_H
#define BPGEN_TEXT_H

#include <stdarg.h>
#include <stdint.h>

#include "base/arena.h"

/* A text is written whole in memory and handed out at the end, so a failed run leaves nothing behind. */
typedef struct {
    Arena *arena;
    char *at; /* always ends in NUL once anything was written */
    size_t size, room;
    unsigned indent; /* put before the first character of every line written by text_line */
} Text;

void text_init(Text *text, Arena *arena);
void text_bytes(Text *text, const char *bytes, size_t size);
void text_add(Text *text, const char *string);
/* Faster than text_printf, for what is written a million times. */
void text_integer(Text *text, int64_t value);
void text_blanks(Text *text, size_t count);

void text_printf(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

void text_vprintf(Text *text, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Nested brackets of an array written element by element, row-major: the opening ones in front of element i; with i + 1 the closing
 * ones behind it. */
void text_brackets(Text *text, const int32_t *extents, unsigned rank, uint64_t i, const char *bracket);

/* A whole line: indentation, the formatted text, a line end. */
void text_line(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The indentation alone, before a line that is written in parts. */
void text_begin_line(Text *text);

/* What was written, "" if nothing; valid until the next write. */
const char *text_string(const Text *text);

/* A text of its own, of one line or a part of one. */
const char *text_formatted(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The shortest decimal that strtod (strtof) reads back as the same number: "3", "-0.5", "1e-20", "inf", "nan". */
void text_double(Text *text, double value);
void text_float(Text *text, float value);

#endif
