/* c_comment.c -- source text inside C comments. */
#include "emit/c_model.h"

static bool is_blank(char byte)
{
    return (unsigned char)byte <= ' ';
}

/* The end of the comment that the model's own '#' begins. */
static size_t skip_comment(const char *bytes, size_t size, size_t i)
{
    while (i < size && bytes[i] != '\n' && bytes[i] != '\r')
        i++;
    return i;
}

/* A slash beside a star would begin or end a comment, two question marks a trigraph, a backslash a spliced line. */
static bool is_dangerous(char before, char byte)
{
    return (before == '*' && byte == '/') || (before == '/' && byte == '*') || (before == '?' && byte == '?') ||
           (before == '/' && byte == '/');
}

void c_comment_string(const char *bytes, size_t size, size_t most, Text *out)
{
    char before = '\0';
    size_t written = 0;
    bool gap = false;

    for (size_t i = 0; i < size; i++) {
        char byte = bytes[i] == '\\' || (unsigned char)bytes[i] >= 0x7f ? '?' : bytes[i];

        if (byte == '#')
            i = skip_comment(bytes, size, i);
        if (is_blank(byte) || byte == '#') {
            gap = written > 0;
            continue;
        }
        if (written >= most) {
            text_add(out, " ...");
            return;
        }
        if (gap || is_dangerous(before, byte))
            text_add(out, " ");
        written += 1u + gap;
        gap = false;
        text_bytes(out, &byte, 1);
        before = byte;
    }
}

void c_comment_text(const Source *source, Span at, size_t most, Text *out)
{
    uint32_t end = at.end < source->size ? at.end : source->size;

    if (at.begin < end)
        c_comment_string(source->text + at.begin, end - at.begin, most, out);
}
