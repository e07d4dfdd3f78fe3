/* table.h -- tables: filled once, printed as text, CSV, JSON or LaTeX. */
#ifndef BPGEN_TABLE_H
#define BPGEN_TABLE_H

#include <stdbool.h>

#include "base/text.h"
#include "base/vec.h"

typedef struct {
    const char *key;   /* in CSV and JSON: an identifier, the same in every language */
    const char *title; /* for people; '\n' begins another line of the head */
    bool number;       /* cells are numbers: to the right; in JSON not strings. "" and "-": there is none */
    bool right;        /* texts to the right */
    bool only_text;    /* only table_text shows it: bars, measured times */
    bool only_data;    /* only CSV and JSON have it: details */
} TableColumn;

typedef struct {
    const char *shown; /* to people: "4.82e+62" */
    const char *exact; /* in CSV and JSON; usually the same */
} TableCell;

typedef struct {
    Arena *arena;
    const char *title;          /* or NULL */
    VEC(TableColumn) columns;
    VEC(TableCell) cells;       /* row by row */
    VEC(const char *) notes;    /* paragraphs below the table */
    VEC(size_t) rules;          /* rows (counted from 0) with a line in front of them */
} Table;

/* Texts of columns, titles and notes are kept as they are given and must live as long as the table; cells are copied. */
void table_init(Table *table, Arena *arena, const char *title);
/* All columns come before the first cell. */
void table_column(Table *table, TableColumn column);
/* The next cell, row by row. */
void table_cell(Table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_cell_exact(Table *table, const char *shown, const char *exact);
void table_note(Table *table, const char *note);
void table_rule(Table *table); /* a line before the next row; `text` and LaTeX show it */
size_t table_rows(const Table *table);
const TableCell *table_at(const Table *table, size_t row, size_t column);
bool table_has_rule(const Table *table, size_t row); /* in front of it? */

/* For a terminal: title, aligned columns, notes broken into lines. */
void table_text(const Table *table, Text *out);
/* Fields as in RFC 4180, lines end in "\n"; the first line has the keys. No title, no notes. */
void table_csv(const Table *table, Text *out);
/* An object { "title", "columns": [{ "key", "title" }], "rows": [{ key: cell }], "notes": [] } without a line end behind it, so
 * that it may stand in another one; out->indent is the indentation of the lines behind the first. */
void table_json(const Table *table, Text *out);
/* \begin{tabular} ... \end{tabular}, notes as paragraphs below. Needs no package. */
void table_tex(const Table *table, Text *out);

/* A paragraph broken into lines of at most `width` columns (where words allow); between Chinese characters anywhere but before
 * closing punctuation. */
void table_paragraph(Text *out, const char *text, size_t width);

#endif
