/* escape.c -- CSV, JSON and LaTeX. */
#include "show/escape.h"
#include "base/utf8.h"

#include <string.h>

/* Spreadsheets compute what begins so. Formulas of models cannot hold the signs that such a text needs to reach out of its sheet,
 * and keep their minus. */
static bool is_spreadsheet_formula(const char *text)
{
    return strchr("=@\t\r", *text) != NULL ? *text != '\0' : strchr("+-", *text) != NULL && strpbrk(text, "|!\"") != NULL;
}

void escape_csv(Text *out, const char *text)
{
    size_t size = strlen(text);
    bool quoted = strpbrk(text, ",\"\r\n") != NULL || (size > 0 && (text[0] == ' ' || text[size - 1] == ' '));

    if (!quoted) {
        text_add(out, is_spreadsheet_formula(text) ? "'" : "");
        text_add(out, text);
        return;
    }
    text_add(out, is_spreadsheet_formula(text) ? "\"'" : "\"");
    for (; *text != '\0'; text++)
        text_bytes(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    text_add(out, "\"");
}

void escape_json(Text *out, const char *text)
{
    uint32_t c;

    text_add(out, "\"");
    while ((c = utf8_next(&text)) != 0) {
        if (c == '"' || c == '\\')
            text_printf(out, "\\%c", (char)c);
        else if (c == '\n')
            text_add(out, "\\n");
        else if (c < 0x20 || c == 0x7F)
            text_printf(out, "\\u%04x", (unsigned)c);
        else
            utf8_add(out, c);
    }
    text_add(out, "\"");
}

static const char *skip_digits(const char *at)
{
    return at + strspn(at, "0123456789");
}

bool escape_is_number(const char *text)
{
    const char *digits = text + (*text == '-'), *at = skip_digits(digits);

    if (at == digits || (*digits == '0' && at > digits + 1))
        return false;
    if (*at == '.') {
        digits = at + 1;
        at = skip_digits(digits);
        if (at == digits)
            return false;
    }
    if (*at == 'e' || *at == 'E') {
        digits = at + 1 + (at[1] == '-' || at[1] == '+');
        at = skip_digits(digits);
        if (at == digits)
            return false;
    }
    return *at == '\0';
}

typedef struct {
    uint32_t character;
    const char *tex;
} TexRow;

/* A "-" and a quote get braces so that two of them do not become one sign. */
static const TexRow tex_rows[] = {
    { '\\', "\\textbackslash{}" }, { '^', "\\textasciicircum{}" }, { '~', "\\textasciitilde{}" }, { '&', "\\&" },
    { '%', "\\%" },                { '$', "\\$" },                 { '#', "\\#" },                { '_', "\\_" },
    { '{', "\\{" },                { '}', "\\}" },                 { '<', "$<$" },                { '>', "$>$" },
    { '|', "$|$" },                { '"', "\\char34{}" },          { '`', "\\char96{}" },         { '\'', "\\char39{}" },
    { '-', "-{}" },                { 0xB1, "$\\pm$" },             { 0xB7, "$\\cdot$" },          { 0xD7, "$\\times$" },
    { 0x2202, "$\\partial$" },     { 0x2207, "$\\nabla$" },        { 0x2212, "$-$" },             { 0x3C3, "$\\sigma$" },
    { 0x2248, "$\\approx$" },      { 0x2264, "$\\le$" },           { 0x2265, "$\\ge$" },          { 0x2192, "$\\to$" },
    { 0x2211, "$\\sum$" },         { UTF8_REPLACEMENT, "?" },
};

static const char *tex_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof tex_rows / sizeof *tex_rows; i++)
        if (tex_rows[i].character == c)
            return tex_rows[i].tex;
    return c < 0x20 || c == 0x7F ? " " : NULL;
}

void escape_tex(Text *out, const char *text)
{
    uint32_t c;

    while ((c = utf8_next(&text)) != 0) {
        const char *tex = tex_of(c);

        if (tex != NULL)
            text_add(out, tex);
        else
            utf8_add(out, c);
    }
}
