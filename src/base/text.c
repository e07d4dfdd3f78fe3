/* text.c -- appending to a buffer in an arena; shortest decimals. */
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256, INDENT = 4 };

void text_init(Text *text, Arena *arena)
{
    *text = (Text){ .arena = arena };
}

static void reserve(Text *text, size_t extra)
{
    size_t room = text->room == 0 ? FIRST_ROOM : text->room;

    while (room - text->size <= extra)
        room *= 2;
    if (room != text->room)
        text->at = arena_grow(text->arena, text->at, text->room, room);
    text->room = room;
}

void text_bytes(Text *text, const char *bytes, size_t size)
{
    if (text->room - text->size <= size)
        reserve(text, size);
    memcpy(text->at + text->size, bytes, size);
    text->size += size;
    text->at[text->size] = '\0';
}

/* Most pieces are a few bytes long: cheaper to copy than to measure. */
void text_add(Text *text, const char *string)
{
    enum { FEW = 16 };
    size_t size = 0;
    char *at;

    if (text->room - text->size <= FEW) {
        text_bytes(text, string, strlen(string));
        return;
    }
    at = text->at + text->size;
    for (; size < FEW && string[size] != '\0'; size++)
        at[size] = string[size];
    at[size] = '\0';
    text->size += size;
    if (size == FEW)
        text_bytes(text, string + FEW, strlen(string + FEW));
}

/* Most pieces fit in the room that is left, so they are formatted once. */
enum { USUAL = 200 };

void text_vprintf(Text *text, const char *format, va_list args)
{
    va_list again;
    int size;

    va_copy(again, args);
    reserve(text, USUAL);
    size = vsnprintf(text->at + text->size, text->room - text->size, format, args);
    if (size < 0) /* it needed memory of its own, or gives more than INT_MAX bytes */
        longjmp(*text->arena->on_failure, 1);
    if ((size_t)size >= text->room - text->size) {
        reserve(text, (size_t)size + 1);
        vsnprintf(text->at + text->size, (size_t)size + 1, format, again);
    }
    va_end(again);
    text->size += (size_t)size;
}

void text_printf(Text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_vprintf(text, format, args);
    va_end(args);
}

void text_blanks(Text *text, size_t count)
{
    static const char blanks[] = "                                                                ";
    const size_t most = sizeof blanks - 1;

    for (; count > most; count -= most)
        text_bytes(text, blanks, most);
    text_bytes(text, blanks, count);
}

void text_begin_line(Text *text)
{
    text_blanks(text, (size_t)text->indent * INDENT);
}

void text_integer(Text *text, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    text_bytes(text, digits + at, sizeof digits - at);
}

void text_line(Text *text, const char *format, ...)
{
    va_list args;

    if (format[0] != '\0')
        text_begin_line(text);
    va_start(args, format);
    text_vprintf(text, format, args);
    va_end(args);
    text_bytes(text, "\n", 1);
}

const char *text_formatted(Arena *arena, const char *format, ...)
{
    va_list args;
    Text text;

    text_init(&text, arena);
    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    return text_string(&text);
}

const char *text_string(const Text *text)
{
    return text->at == NULL ? "" : text->at;
}

/* An axis begins at element i if all that it holds lies in front of it; then those inside of it do, too. */
void text_brackets(Text *text, const int32_t *extents, unsigned rank, uint64_t i, const char *bracket)
{
    uint64_t inside = 1;

    while (rank-- > 0) {
        inside *= (uint64_t)extents[rank];
        if (i % inside != 0)
            return;
        text_add(text, bracket);
    }
}

/* %.15g gives back every decimal of up to 15 digits without trailing zeros, so among normal numbers the
 * first of 15, 16, 17 digits that reads back is the shortest; subnormal ones have fewer digits. */
enum { LONGEST_NUMBER = 40, DOUBLE_SURE = 15, DOUBLE_ALL = 17, FLOAT_SURE = 6, FLOAT_ALL = 9 };

void text_double(Text *text, double value)
{
    char digits[LONGEST_NUMBER];
    bool normal = isnormal(value) || value == 0;

    for (int n = normal ? DOUBLE_SURE : 1; n <= DOUBLE_ALL; n++) {
        snprintf(digits, sizeof digits, "%.*g", n, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    text_add(text, isnan(value) ? "nan" : digits);
}

void text_float(Text *text, float value)
{
    char digits[LONGEST_NUMBER];
    bool normal = isnormal(value) || value == 0;

    for (int n = normal ? FLOAT_SURE : 1; n <= FLOAT_ALL; n++) {
        snprintf(digits, sizeof digits, "%.*g", n, (double)value);
        if (strtof(digits, NULL) == value)
            break;
    }
    text_add(text, isnan(value) ? "nan" : digits);
}
