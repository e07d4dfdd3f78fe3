/* explain_text.c -- the listing of explain for a terminal: forward | backward, forks, remarks, the verdict. */
#include "show/explain.h"

#include <string.h>

#include "show/table.h"

/* Wider than this, forward stands above backward and not beside it; longer arrays get a line of their own. */
enum { WIDEST = 132 };

/* One side of the listing: a row is "(8) dnum    = ", formula, shape, value. */
typedef struct {
    const char *number, *target, *sign, *formula, *shape, *value;
    bool scalar;
} Row;

typedef struct {
    VEC(Row) rows;
    size_t target, formula, shape, value; /* widths */
    const char *title, *last;             /* of the formulas, of the values */
    bool shapes;                          /* has it arrays? */
    size_t sign;                          /* 2 if there is a += */
    size_t width;
} Side;

/* ---- filling ------------------------------------------------------------------------------------------ */

static size_t larger(size_t a, const char *text)
{
    size_t b = message_width(text);

    return b > a ? b : a;
}

static Row make_row(const Explain *e, const ExplainLine *line, Language language)
{
    const Circuit *c = e->circuit;
    Row row = { .target = line->target, .sign = line->adds ? "+=" : "=", .number = "",
                .scalar = c->program->symbols.at[line->value].rank == 0 };
    Text number, formula, shape, value;

    text_init(&number, c->arena);
    text_init(&formula, c->arena);
    text_init(&shape, c->arena);
    text_init(&value, c->arena);
    text_printf(&number, "(%u)", (unsigned)line->number);
    explain_formula(line, language, &formula);
    circuit_shape(c, line->value, &shape);
    explain_value(c, line->value, &value);
    row.number = line->opens ? text_string(&number) : "";
    row.formula = text_string(&formula);
    row.shape = text_string(&shape);
    row.value = text_string(&value);
    return row;
}

enum { BETWEEN = 2 }; /* blanks between formula, shape and value */

static Side make_side(const Explain *e, const ExplainLine *lines, size_t count, Language language)
{
    Side side = { .title = "", .last = "" };

    for (size_t i = 0; i < count; i++) {
        Row row = make_row(e, &lines[i], language);

        side.target = larger(side.target, row.target);
        side.formula = larger(side.formula, row.formula);
        side.shape = larger(side.shape, row.shape);
        side.value = larger(side.value, row.value);
        side.sign = larger(side.sign, row.sign);
        side.shapes |= row.shape[0] != '\0';
        vec_push(e->circuit->arena, &side.rows, row);
    }
    return side;
}

static size_t number_width(const Explain *e)
{
    size_t width = 0;

    for (size_t i = 0; i < e->forward.count; i++) {
        Text number;

        text_init(&number, e->circuit->arena);
        text_printf(&number, "(%u)", (unsigned)e->forward.at[i].number);
        width = larger(width, text_string(&number));
    }
    return width;
}

/* Titles take room, too: the one of the formulas may reach over the shapes, that of the values stands on the right. */
static void set_titles(Side *side, size_t number, const char *title, const char *last)
{
    size_t shapes = side->shapes ? side->shape + BETWEEN : 0;
    size_t before = number + 1 + side->target + side->sign + 2 + side->formula + BETWEEN + shapes;

    side->title = title;
    side->last = last;
    side->value = larger(side->value, last);
    side->width = before + side->value;
    if (side->width < message_width(title) + BETWEEN + message_width(last)) {
        side->formula += message_width(title) + BETWEEN + message_width(last) - side->width;
        side->width = message_width(title) + BETWEEN + message_width(last);
    }
}

/* ---- writing ------------------------------------------------------------------------------------------ */

static void pad(Text *out, const char *text, size_t width)
{
    text_add(out, text);
    text_blanks(out, width > message_width(text) ? width - message_width(text) : 0);
}

static void pad_left(Text *out, const char *text, size_t width)
{
    text_blanks(out, width > message_width(text) ? width - message_width(text) : 0);
    text_add(out, text);
}

static void write_title(const Side *side, Text *out)
{
    pad(out, side->title, side->width - message_width(side->last));
    text_add(out, side->last);
}

static void write_row(const Side *side, size_t number, const Row *row, Text *out)
{
    pad(out, row->number, number + 1);
    pad(out, row->target, side->target + 1);
    pad_left(out, row->sign, side->sign);
    text_add(out, " ");
    pad(out, row->formula, side->formula + BETWEEN);
    if (side->shapes)
        pad(out, row->shape, side->shape + BETWEEN);
    if (row->scalar && !side->shapes)
        pad_left(out, row->value, side->value);
    else
        pad(out, row->value, side->value);
}

static void end_line(Text *out)
{
    while (out->size > 0 && out->at[out->size - 1] == ' ')
        out->at[--out->size] = '\0';
    text_add(out, "\n");
}

static void write_beside(const Side *left, const Side *right, size_t number, Text *out)
{
    size_t count = left->rows.count > right->rows.count ? left->rows.count : right->rows.count;

    write_title(left, out);
    text_add(out, "  |  ");
    write_title(right, out);
    end_line(out);
    for (size_t i = 0; i < count; i++) {
        if (i < left->rows.count)
            write_row(left, number, &left->rows.at[i], out);
        else
            text_blanks(out, left->width);
        text_add(out, "  |  ");
        if (i < right->rows.count)
            write_row(right, number, &right->rows.at[i], out);
        end_line(out);
    }
}

/* Below its line: a matrix row by row. */
static void write_below(const char *value, size_t indent, Text *out)
{
    for (const char *at = value; *at != '\0';) {
        const char *row = strstr(at, "], [");
        size_t size = row == NULL ? strlen(at) : (size_t)(row - at) + 2;

        text_blanks(out, indent + (at > value));
        text_bytes(out, at, size);
        text_add(out, "\n");
        at += size + (row != NULL);
    }
}

/* Values that do not fit behind the formulas stand below them. */
static void write_above(Side *side, size_t number, Text *out)
{
    size_t before = side->width - side->value, widest = 0;

    for (size_t i = 0; i < side->rows.count; i++)
        if (before + message_width(side->rows.at[i].value) <= WIDEST)
            widest = larger(widest, side->rows.at[i].value);
    side->value = larger(widest, side->last);
    side->width = before + side->value;
    write_title(side, out);
    end_line(out);
    for (size_t i = 0; i < side->rows.count; i++) {
        Row row = side->rows.at[i];
        bool below = before + message_width(row.value) > WIDEST;

        if (below)
            row.value = "";
        write_row(side, number, &row, out);
        end_line(out);
        if (!below)
            continue;
        write_below(side->rows.at[i].value, number + 1 + side->target + side->sign + 2, out);
    }
}

static void write_listing(const Explain *e, Language language, Text *out)
{
    Side left = make_side(e, e->forward.at, e->forward.count, language);
    Side right = make_side(e, e->backward.at, e->backward.count, language);
    size_t number = number_width(e);

    set_titles(&left, number, message(language, MESSAGE_EXPLAIN_FORWARD), message(language, MESSAGE_VALUE));
    set_titles(&right, number, message(language, MESSAGE_EXPLAIN_BACKWARD), message(language, MESSAGE_GRADIENT));
    if (left.width + 5 + right.width <= WIDEST) {
        write_beside(&left, &right, number, out);
        return;
    }
    write_above(&left, number, out);
    text_add(out, "\n");
    write_above(&right, number, out);
}

/* What follows the listing, each a paragraph. */
static void write_sentences(const Explain *e, Language language, Text *out)
{
    size_t forks = e->forks.count, remarks = forks + e->remarks.count, failures = remarks + e->failures.count;

    for (size_t i = 0; i <= failures; i++) {
        Text line;

        text_init(&line, e->circuit->arena);
        if (i < forks)
            explain_fork(e, &e->forks.at[i], language, &line);
        else if (i < remarks)
            explain_remark(e, &e->remarks.at[i - forks], language, &line);
        else if (i < failures)
            explain_failure(e, &e->failures.at[i - remarks], language, &line);
        else
            explain_verdict(e, language, &line);
        if (message_width(text_string(&line)) <= WIDEST)
            text_line(out, "%s", text_string(&line));
        else
            table_paragraph(out, text_string(&line), WIDEST);
    }
}

void explain_text(const Explain *e, Mistake mistake, Language language, Text *out)
{
    const char *wrong = explain_mistake(mistake, language);
    Text line;

    text_init(&line, e->circuit->arena);
    explain_title(e->circuit, language, &line);
    table_paragraph(out, text_string(&line), WIDEST);
    if (wrong != NULL)
        text_line(out, "%s", wrong);
    text_add(out, "\n");
    write_listing(e, language, out);
    text_add(out, "\n");
    write_sentences(e, language, out);
}
