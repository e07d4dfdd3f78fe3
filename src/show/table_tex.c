/* table_tex.c -- tables as LaTeX. */
#include "show/escape.h"
#include "show/table.h"

#include <string.h>

/* A line between rows, with some room below it. */
#define RULE "\\hline\\noalign{\\smallskip}\n"

/* Numbers are formulas, so that "-" is a minus; 1e-20 is a power of ten. */
static void number(Text *out, const char *cell)
{
    size_t size = strcspn(cell, "eE");

    text_add(out, "$");
    text_bytes(out, cell, size);
    if (cell[size] != '\0')
        text_printf(out, " \\cdot 10^{%s}", cell + size + (cell[size + 1] == '+' ? 2 : 1));
    text_add(out, "$");
}

/* A cell of the head: lines one above the other. */
static void title(const Table *table, Text *out, const TableColumn *column)
{
    const char *text = column->title;
    bool stacked = strchr(text, '\n') != NULL;

    text_add(out, stacked ? (column->right ? "\\shortstack[r]{\\strut " : "\\shortstack[l]{\\strut ") : "");
    for (;;) {
        size_t size = strcspn(text, "\n");

        escape_tex(out, arena_copy(table->arena, text, size));
        if (text[size] == '\0')
            break;
        text_add(out, "\\\\");
        text += size + 1;
    }
    text_add(out, stacked ? "}" : "");
}

static void row(const Table *table, Text *out, size_t r)
{
    bool first = true;

    for (size_t c = 0; c < table->columns.count; c++) {
        const TableColumn *column = &table->columns.at[c];
        const char *cell = r == 0 ? "" : table_at(table, r - 1, c)->shown;

        if (column->only_text || column->only_data)
            continue;
        text_add(out, first ? "" : " & ");
        first = false;
        if (r == 0)
            title(table, out, column);
        else if (column->number && escape_is_number(cell))
            number(out, cell);
        else
            escape_tex(out, cell);
    }
    text_add(out, " \\\\\n");
}

void table_tex(const Table *table, Text *out)
{
    if (table->title != NULL) {
        text_add(out, "\\noindent ");
        escape_tex(out, table->title);
        text_add(out, "\n\n\\medskip\n");
    }
    text_add(out, "\\noindent\\begin{tabular}{");
    for (size_t c = 0; c < table->columns.count; c++)
        if (!table->columns.at[c].only_text && !table->columns.at[c].only_data)
            text_add(out, table->columns.at[c].right ? "r" : "l");
    text_add(out, "}\n\\hline\n");
    row(table, out, 0);
    text_add(out, RULE);
    for (size_t r = 0; r < table_rows(table); r++) {
        if (table_has_rule(table, r))
            text_add(out, RULE);
        row(table, out, r + 1);
    }
    text_add(out, "\\hline\n\\end{tabular}\n");
    for (size_t i = 0; i < table->notes.count; i++) {
        text_add(out, i == 0 ? "\n\\medskip\n" : "\n");
        escape_tex(out, table->notes.at[i]);
        text_add(out, "\n");
    }
}
