/* diag.h -- what the user is told, with the place in the source. */
#ifndef BPGEN_DIAG_H
#define BPGEN_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "base/vec.h"

/* Byte offsets [begin, end) into the source. */
typedef struct {
    uint32_t begin, end;
} Span;

/* The text of one model. Line and column are computed only when a message is printed. */
typedef struct {
    const char *name; /* as messages show it */
    const char *text; /* `size` bytes, any bytes; a NUL follows */
    uint32_t size;
} Source;

typedef enum { SEVERITY_ERROR, SEVERITY_WARNING } Severity;

typedef struct {
    Severity severity;
    Span at;
    const char *text;
} Message;

enum { DIAG_MOST_ERRORS = 20 };

typedef struct {
    Arena *arena;
    const Source *source;
    VEC(Message) messages; /* in the order of detection */
    unsigned errors, warnings;
} Diag;

void diag_init(Diag *diag, Arena *arena, const Source *source);

/* Adds a message. A second error at the same place is dropped, and so is what follows the 20th error
 * (they are counted all the same). */
void diag_error(Diag *diag, Span at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_warning(Diag *diag, Span at, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The messages as text: "file:line:col: error: text", the source line, a caret under the span. Long
 * lines are clipped to a window about the caret; bytes that are not printable become '?'. */
void diag_print(const Diag *diag, Text *out);

#endif
