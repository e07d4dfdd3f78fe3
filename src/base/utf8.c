/* utf8.c -- decoding with the checks that XML and JSON readers make. */
#include "base/utf8.h"

/* How many bytes follow the first one; *low and *high bound the second byte, which keeps out what a shorter sequence can say,
 * surrogates, and what lies beyond U+10FFFF. False: no sequence begins so. */
static bool sequence(unsigned char first, unsigned *more, unsigned char *low, unsigned char *high)
{
    *low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    *more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    return first >= 0xC2 && first <= 0xF4;
}

uint32_t utf8_next(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    unsigned char low, high;
    unsigned more;
    uint32_t c;

    if (bytes[0] == '\0')
        return 0;
    *at += 1;
    if (bytes[0] < 0x80)
        return bytes[0];
    if (!sequence(bytes[0], &more, &low, &high) || bytes[1] < low || bytes[1] > high)
        return UTF8_REPLACEMENT;
    c = bytes[0] & (0x3Fu >> more);
    for (unsigned i = 1; i <= more; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return UTF8_REPLACEMENT;
        c = c << 6 | (bytes[i] & 0x3Fu);
    }
    *at += more;
    return c;
}

void utf8_add(Text *text, uint32_t c)
{
    char bytes[4];
    unsigned more = c >= 0x10000 ? 3 : c >= 0x800 ? 2 : c >= 0x80 ? 1 : 0;

    if (more == 0)
        bytes[0] = (char)c;
    else
        bytes[0] = (char)((0xFFu << (7 - more) & 0xFF) | c >> 6 * more);
    for (unsigned i = 1; i <= more; i++)
        bytes[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3F));
    text_bytes(text, bytes, more + 1);
}

/* Soft hyphen, joiners, marks of direction, embeddings, isolates, line separators, fillers, tags and selectors. */
static const struct {
    uint32_t first, last;
} hidden[] = { { 0x00, 0x1F },     { 0x7F, 0x9F },     { 0xAD, 0xAD },     { 0x34F, 0x34F },   { 0x61C, 0x61C },
               { 0x115F, 0x1160 }, { 0x180B, 0x180F }, { 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },
               { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF9, 0xFFFB },
               { 0xE0000, 0xE0FFF } };

bool utf8_is_hidden(uint32_t c)
{
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (c >= hidden[i].first && c <= hidden[i].last)
            return true;
    return false;
}

void utf8_add_plain(Text *out, const char *text, bool lines)
{
    uint32_t c;

    while ((c = utf8_next(&text)) != 0)
        utf8_add(out, utf8_is_hidden(c) && !(lines && (c == '\n' || c == '\t')) ? UTF8_REPLACEMENT : c);
}
