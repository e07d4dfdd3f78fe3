/* table.c -- filling tables; text, CSV and JSON. */
#include "show/table.h"
#include "base/utf8.h"
#include "show/escape.h"
#include "show/message.h"

#include <string.h>

enum { NOTE_WIDTH = 100 };

void table_init(Table *table, Arena *arena, const char *title)
{
    *table = (Table){ .arena = arena, .title = title };
}

void table_column(Table *table, TableColumn column)
{
    column.right = column.right || column.number;
    vec_push(table->arena, &table->columns, column);
}

void table_cell(Table *table, const char *format, ...)
{
    Text cell;
    va_list args;

    text_init(&cell, table->arena);
    va_start(args, format);
    text_vprintf(&cell, format, args);
    va_end(args);
    vec_push(table->arena, &table->cells, (TableCell){ text_string(&cell), text_string(&cell) });
}

void table_cell_exact(Table *table, const char *shown, const char *exact)
{
    vec_push(table->arena, &table->cells,
             (TableCell){ arena_copy(table->arena, shown, strlen(shown)), arena_copy(table->arena, exact, strlen(exact)) });
}

void table_note(Table *table, const char *note)
{
    vec_push(table->arena, &table->notes, note);
}

void table_rule(Table *table)
{
    vec_push(table->arena, &table->rules, table_rows(table));
}

size_t table_rows(const Table *table)
{
    return table->columns.count == 0 ? 0 : table->cells.count / table->columns.count;
}

const TableCell *table_at(const Table *table, size_t row, size_t column)
{
    return &table->cells.at[row * table->columns.count + column];
}

/* ---- paragraphs -------------------------------------------------------------------------------------- */

static bool is_wide(const char *from, const char *to)
{
    char bytes[8] = { 0 };

    memcpy(bytes, from, (size_t)(to - from));
    return message_width(bytes) == 2;
}

static bool is_one_of(uint32_t c, const uint32_t *signs)
{
    for (; *signs != 0; signs++)
        if (*signs == c)
            return true;
    return false;
}

/* Closing signs do not begin a line, opening ones do not end it. */
static const uint32_t closing[] = { 0x2019, 0x201D, 0x3001, 0x3002, 0x300B, 0x300D, 0x300F, 0x3011, 0xFF01, 0xFF09, 0xFF0C, 0xFF1A,
                                    0xFF1B, 0xFF1F, 0 },
                      opening[] = { 0x2018, 0x201C, 0x300A, 0x300C, 0x300E, 0x3010, 0xFF08, 0 };

/* The end of the piece that must stay together: a word, or a wide character, with the signs around it. */
static const char *piece_end(const char *at)
{
    const char *next = at;
    uint32_t last = utf8_next(&next);
    bool wide = is_wide(at, next);

    for (at = next; *at != '\0' && *at != ' '; at = next) {
        uint32_t c = utf8_next(&next);
        bool breaks = wide || is_wide(at, next);

        if (breaks && !is_one_of(c, closing) && !is_one_of(last, opening))
            break;
        wide = is_wide(at, next);
        last = c;
    }
    return at;
}

void table_paragraph(Text *out, const char *text, size_t width)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t blanks = strspn(text, " ");
        const char *begin = text + blanks, *end = *begin == '\0' ? begin : piece_end(begin);
        size_t size = (size_t)(end - begin), wide;
        Text piece;

        text_init(&piece, out->arena);
        text_bytes(&piece, begin, size);
        wide = message_width(text_string(&piece));
        if (column > 0 && column + (blanks > 0) + wide > width) {
            text_add(out, "\n");
            column = blanks = 0;
        }
        if (column > 0 && blanks > 0 && size > 0) {
            text_add(out, " ");
            column++;
        }
        text_bytes(out, begin, size);
        column += wide;
        text = end;
    }
    text_add(out, "\n");
}

/* ---- text -------------------------------------------------------------------------------------------- */

/* Line `k` of a text of several lines, "" if it has fewer. */
static const char *line_of(const Table *table, const char *text, size_t k)
{
    for (; k > 0; k--) {
        text = strchr(text, '\n');
        if (text == NULL)
            return "";
        text++;
    }
    return arena_copy(table->arena, text, strcspn(text, "\n"));
}

static size_t line_count(const char *text)
{
    size_t count = 1;

    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    return count;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

typedef struct {
    const Table *table;
    Text *out;
    size_t *width; /* by column */
    size_t blanks; /* not written yet: none are left at the end of a line */
    bool first;    /* nothing stands in this line yet */
} Layout;

static void put(Layout *l, size_t column, const char *text)
{
    size_t fill = l->width[column] - message_width(text);
    bool right = l->table->columns.at[column].right;

    if (l->table->columns.at[column].only_data)
        return;
    if (!l->first)
        l->blanks += 2;
    l->first = false;
    if (right)
        l->blanks += fill;
    if (*text != '\0') {
        text_blanks(l->out, l->blanks);
        l->blanks = 0;
        text_add(l->out, text);
    }
    if (!right)
        l->blanks += fill;
}

static void end_line(Layout *l)
{
    text_add(l->out, "\n");
    l->blanks = 0;
    l->first = true;
}

static void rule(Layout *l)
{
    size_t width = 0;

    for (size_t c = 0; c < l->table->columns.count; c++)
        if (!l->table->columns.at[c].only_data)
            width += l->width[c] + 2;
    for (size_t i = 2; i < width; i++)
        text_add(l->out, "-");
    text_add(l->out, "\n");
}

/* The titles, the last lines at the same height. */
static void head(Layout *l)
{
    const Table *t = l->table;
    size_t lines = 0;

    for (size_t c = 0; c < t->columns.count; c++)
        lines = most(lines, line_count(t->columns.at[c].title));
    for (size_t k = 0; k < lines; k++) {
        for (size_t c = 0; c < t->columns.count; c++) {
            size_t missing = lines - line_count(t->columns.at[c].title);

            put(l, c, k < missing ? "" : line_of(t, t->columns.at[c].title, k - missing));
        }
        end_line(l);
    }
}

static void measure(Layout *l)
{
    const Table *t = l->table;

    for (size_t c = 0; c < t->columns.count; c++) {
        for (size_t k = 0; k < line_count(t->columns.at[c].title); k++)
            l->width[c] = most(l->width[c], message_width(line_of(t, t->columns.at[c].title, k)));
        for (size_t r = 0; r < table_rows(t); r++)
            l->width[c] = most(l->width[c], message_width(table_at(t, r, c)->shown));
    }
}

bool table_has_rule(const Table *table, size_t row)
{
    for (size_t i = 0; i < table->rules.count; i++)
        if (table->rules.at[i] == row)
            return true;
    return false;
}

void table_text(const Table *table, Text *out)
{
    Layout l = { table, out, arena_array(table->arena, size_t, table->columns.count + 1), 0, true };

    measure(&l);
    if (table->title != NULL) {
        table_paragraph(out, table->title, NOTE_WIDTH);
        text_add(out, "\n");
    }
    head(&l);
    rule(&l);
    for (size_t r = 0; r < table_rows(table); r++) {
        if (table_has_rule(table, r))
            rule(&l);
        for (size_t c = 0; c < table->columns.count; c++)
            put(&l, c, table_at(table, r, c)->shown);
        end_line(&l);
    }
    for (size_t i = 0; i < table->notes.count; i++) {
        text_add(out, "\n");
        table_paragraph(out, table->notes.at[i], NOTE_WIDTH);
    }
}

/* ---- CSV, JSON --------------------------------------------------------------------------------------- */

static bool is_missing(const char *cell)
{
    return *cell == '\0' || strcmp(cell, "-") == 0;
}

void table_csv(const Table *table, Text *out)
{
    for (size_t r = 0; r < table_rows(table) + 1; r++) {
        bool first = true;

        for (size_t c = 0; c < table->columns.count; c++) {
            if (table->columns.at[c].only_text)
                continue;
            if (!first)
                text_add(out, ",");
            first = false;
            if (r == 0)
                escape_csv(out, table->columns.at[c].key);
            else if (!table->columns.at[c].number || !is_missing(table_at(table, r - 1, c)->exact))
                escape_csv(out, table_at(table, r - 1, c)->exact);
        }
        text_add(out, "\n");
    }
}

static void json_cell(Text *out, const TableColumn *column, const char *cell)
{
    if (column->number && is_missing(cell))
        text_add(out, "null");
    else if (column->number && escape_is_number(cell))
        text_add(out, cell);
    else
        escape_json(out, cell);
}

/* One line: the titles of the columns if `row` is NO_ROW, else a row. */
#define NO_ROW SIZE_MAX

static void json_columns(const Table *table, Text *out, size_t row)
{
    bool first = true;

    for (size_t c = 0; c < table->columns.count; c++) {
        const TableColumn *column = &table->columns.at[c];

        if (column->only_text)
            continue;
        if (!first)
            text_add(out, ", ");
        first = false;
        if (row == NO_ROW)
            text_add(out, "{\"key\": ");
        escape_json(out, column->key);
        text_add(out, row == NO_ROW ? ", \"title\": " : ": ");
        if (row == NO_ROW) {
            char *lines = arena_copy(table->arena, column->title, strlen(column->title));

            for (char *at = strchr(lines, '\n'); at != NULL; at = strchr(at, '\n'))
                *at = ' ';
            escape_json(out, lines);
            text_add(out, "}");
        } else {
            json_cell(out, column, table_at(table, row, c)->exact);
        }
    }
}

static void json_key(Text *out, const char *key)
{
    out->indent++;
    text_begin_line(out);
    text_printf(out, "\"%s\": ", key);
    out->indent--;
}

static void json_notes(const Table *table, Text *out)
{
    json_key(out, "notes");
    text_add(out, "[");
    for (size_t i = 0; i < table->notes.count; i++) {
        if (i > 0)
            text_add(out, ", ");
        escape_json(out, table->notes.at[i]);
    }
    text_add(out, "]\n");
}

void table_json(const Table *table, Text *out)
{
    text_add(out, "{\n");
    json_key(out, "title");
    escape_json(out, table->title == NULL ? "" : table->title);
    text_add(out, ",\n");
    json_key(out, "columns");
    text_add(out, "[");
    json_columns(table, out, NO_ROW);
    text_add(out, "],\n");
    json_key(out, "rows");
    text_add(out, "[\n");
    out->indent += 2;
    for (size_t r = 0; r < table_rows(table); r++) {
        text_begin_line(out);
        text_add(out, "{");
        json_columns(table, out, r);
        text_add(out, r + 1 < table_rows(table) ? "},\n" : "}\n");
    }
    out->indent--;
    text_begin_line(out);
    out->indent--;
    text_add(out, "],\n");
    json_notes(table, out);
    text_begin_line(out);
    text_add(out, "}");
}
