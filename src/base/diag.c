/* diag.c -- messages: collected, then printed with their source lines. */
#include "base/diag.h"

#include <stdio.h>
#include <string.h>

void diag_init(Diag *diag, Arena *arena, const Source *source)
{
    *diag = (Diag){ .arena = arena, .source = source };
}

/* Line and column (in bytes) from 1. LF, CR LF and CR end a line. */
typedef struct {
    uint32_t line, column;
} Place;

static bool ends_line(const Source *source, uint32_t i)
{
    return source->text[i] == '\n' || (source->text[i] == '\r' && (i + 1 == source->size || source->text[i + 1] != '\n'));
}

static Place place_of(const Source *source, uint32_t offset)
{
    Place place = { 1, 1 };
    uint32_t start = 0;

    for (uint32_t i = 0; i < offset && i < source->size; i++) {
        if (ends_line(source, i)) {
            place.line++;
            start = i + 1;
        }
    }
    place.column = offset - start + 1;
    return place;
}

static bool has_error_at(const Diag *diag, uint32_t begin)
{
    for (size_t i = 0; i < diag->messages.count; i++)
        if (diag->messages.at[i].severity == SEVERITY_ERROR && diag->messages.at[i].at.begin == begin)
            return true;
    return false;
}

static void add(Diag *diag, Severity severity, Span at, const char *format, va_list args)
{
    Text text;

    text_init(&text, diag->arena);
    text_vprintf(&text, format, args);
    vec_push(diag->arena, &diag->messages, (Message){ severity, at, text_string(&text) });
}

void diag_error(Diag *diag, Span at, const char *format, ...)
{
    va_list args;

    if (diag->errors >= DIAG_MOST_ERRORS) {
        diag->errors++;
        return;
    }
    if (has_error_at(diag, at.begin))
        return;
    diag->errors++;
    va_start(args, format);
    add(diag, SEVERITY_ERROR, at, format, args);
    va_end(args);
}

void diag_warning(Diag *diag, Span at, const char *format, ...)
{
    va_list args;

    if (diag->warnings++ >= DIAG_MOST_ERRORS)
        return;
    va_start(args, format);
    add(diag, SEVERITY_WARNING, at, format, args);
    va_end(args);
}

/* At most this much of a source line is shown, and this much of it before the caret. */
enum { WINDOW = 100, BEFORE = 60 };

/* A tab stays a tab in both lines, so that the caret stands right whatever its width is; other control
 * bytes would disturb a terminal. UTF-8 is passed on. */
static char shown(char byte)
{
    return (unsigned char)byte < ' ' && byte != '\t' ? '?' : byte;
}

static bool continues_character(char byte)
{
    return ((unsigned char)byte & 0xC0u) == 0x80u;
}

static void print_source_line(const Source *source, Span at, uint32_t line, Text *out)
{
    uint32_t begin = at.begin, end = at.begin, stop;

    while (begin > 0 && !ends_line(source, begin - 1) && at.begin - begin < BEFORE)
        begin--;
    while (end < source->size && source->text[end] != '\n' && source->text[end] != '\r' && end - begin < WINDOW)
        end++;
    while (begin < at.begin && continues_character(source->text[begin]))
        begin++;
    while (end < source->size && end > begin && continues_character(source->text[end]))
        end--;
    text_printf(out, "%5u | ", line);
    for (uint32_t i = begin; i < end; i++)
        text_bytes(out, (char[]){ shown(source->text[i]) }, 1);
    text_add(out, "\n      | ");
    for (uint32_t i = begin; i < at.begin && i < end; i++)
        if (!continues_character(source->text[i]))
            text_add(out, source->text[i] == '\t' ? "\t" : " ");
    text_add(out, "^");
    stop = at.end < end ? at.end : end;
    for (uint32_t i = at.begin + 1; i < stop; i++)
        if (!continues_character(source->text[i]))
            text_add(out, "~");
    text_add(out, "\n");
}

void diag_print(const Diag *diag, Text *out)
{
    for (size_t i = 0; i < diag->messages.count; i++) {
        const Message *message = &diag->messages.at[i];
        Place place = place_of(diag->source, message->at.begin);

        text_printf(out, "%s:%u:%u: %s: %s\n", diag->source->name, place.line, place.column,
                    message->severity == SEVERITY_ERROR ? "error" : "warning", message->text);
        print_source_line(diag->source, message->at, place.line, out);
    }
    if (diag->errors > DIAG_MOST_ERRORS)
        text_printf(out, "%s: %u more errors are not shown\n", diag->source->name, diag->errors - DIAG_MOST_ERRORS);
    if (diag->warnings > DIAG_MOST_ERRORS)
        text_printf(out, "%s: %u more warnings are not shown\n", diag->source->name, diag->warnings - DIAG_MOST_ERRORS);
}
