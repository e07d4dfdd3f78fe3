/* swell_table.c -- the rows of swell as text, CSV, JSON and LaTeX. */
#include "show/swell.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer counts are shown to people as powers of ten; a bar has at most so many signs. */
enum { MOST_SHOWN_DIGITS = 12, BAR_WIDTH = 24 };

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* Do all rows differentiate the same function by the same variable? */
static bool is_uniform(const Swell *swell)
{
    for (size_t i = 1; i < swell->rows.count; i++)
        if (!same_text(swell->rows.at[0].output, swell->rows.at[i].output) ||
            !same_text(swell->rows.at[0].variable, swell->rows.at[i].variable))
            return false;
    return swell->rows.count > 0;
}

const char *swell_subject(const Swell *swell, Language language, Arena *arena)
{
    const SwellRow *last = swell->rows.at + swell->rows.count - 1;
    Text f, text;

    text_init(&f, arena);
    text_init(&text, arena);
    if (!is_uniform(swell))
        return "";
    text_printf(&f, same_text(last->output, "f") ? "f" : "f = %s", last->output);
    if (last->elements > 1)
        text_printf(&text, message(language, MESSAGE_SWELL_SUBJECT_ALL), text_string(&f), last->variable, last->elements);
    else
        text_printf(&text, message(language, MESSAGE_SWELL_SUBJECT), text_string(&f), last->variable);
    return text_string(&text);
}

/* ---- numbers ----------------------------------------------------------------------------------------- */

static const char *digits_of(Arena *arena, const SwellCount *count)
{
    Text digits;

    text_init(&digits, arena);
    rational_print(count->count, &digits);
    return text_string(&digits);
}

double swell_log10(Arena *arena, const SwellCount *count)
{
    const char *digits = digits_of(arena, count);
    size_t size = strlen(digits), most = size < 17 ? size : 17;
    double leading = strtod(arena_copy(arena, digits, most), NULL);

    return leading < 1 ? 0 : log10(leading) + (double)(size - most);
}

const char *swell_shown(Arena *arena, const SwellCount *count)
{
    const char *digits = digits_of(arena, count);
    size_t size = strlen(digits);
    double mantissa, exponent;
    Text shown;

    if (!count->known)
        return "-";
    if (size <= MOST_SHOWN_DIGITS)
        return digits;
    exponent = (double)(size - 1);
    mantissa = pow(10, swell_log10(arena, count) - exponent);
    if (mantissa >= 9.9995) {
        mantissa = 1;
        exponent++;
    }
    text_init(&shown, arena);
    text_printf(&shown, "%.3fe+%.0f", mantissa, exponent);
    return text_string(&shown);
}

static void count_cell(Table *table, const SwellCount *count)
{
    if (count->known)
        table_cell_exact(table, swell_shown(table->arena, count), digits_of(table->arena, count));
    else
        table_cell(table, "-");
}

static void number_cell(Table *table, double value)
{
    char shown[64];
    Text exact;

    if (!isfinite(value)) {
        table_cell(table, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        return;
    }
    text_init(&exact, table->arena);
    text_double(&exact, value);
    snprintf(shown, sizeof shown, "%.12g", value);
    table_cell_exact(table, shown, text_string(&exact));
}

/* ---- the table of sizes ------------------------------------------------------------------------------ */

static void bar_cell(Table *table, const SwellCount *count, double most)
{
    char bar[BAR_WIDTH + 1] = "";
    double log = count->known ? swell_log10(table->arena, count) : most;
    size_t size = most <= 0 ? 0 : (size_t)lround(BAR_WIDTH * log / most);

    memset(bar, '#', size);
    if (size == 0 && count->known && rational_sign(count->count) > 0)
        bar[0] = '#';
    table_cell(table, "%s", bar);
}

typedef struct {
    const char *key;
    MessageId title;
    enum { FOR_ALL, FOR_DIFFERENT, FOR_DATA, FOR_TEXT } use; /* FOR_DIFFERENT: people see it if rows are of different functions */
} ColumnRow;

/* Behind the first column; in the order of row_cells. */
static const ColumnRow size_columns[] = {
    { "f", MESSAGE_SWELL_OUTPUT, FOR_DIFFERENT },
    { "by", MESSAGE_SWELL_VARIABLE, FOR_DIFFERENT },
    { "f_tree", MESSAGE_SWELL_FUNCTION, FOR_ALL },
    { "df_tree_unfolded", MESSAGE_SWELL_UNFOLDED, FOR_ALL },
    { "df_tree_folded", MESSAGE_SWELL_FOLDED, FOR_ALL },
    { "df_tree_expanded", MESSAGE_SWELL_EXPANDED, FOR_ALL },
    { "graph", MESSAGE_SWELL_GRAPH, FOR_ALL },
    { "forward_ad", MESSAGE_SWELL_FORWARD_AD, FOR_ALL },
    { "reverse_ad", MESSAGE_SWELL_REVERSE_AD, FOR_ALL },
    { "c_bytes", MESSAGE_SWELL_CODE, FOR_ALL },
    { "f_graph", MESSAGE_SWELL_VALUE, FOR_DATA },
    { "df_tree_unfolded_nodes", MESSAGE_SWELL_UNFOLDED_NODES, FOR_DATA },
    { "df_tree_folded_nodes", MESSAGE_SWELL_FOLDED_NODES, FOR_DATA },
    { "seconds", MESSAGE_SWELL_SECONDS, FOR_TEXT },
    { "bar", MESSAGE_SWELL_BAR, FOR_TEXT },
};

/* In the order of accuracy_row. */
static const ColumnRow accuracy_columns[] = {
    { "exact", MESSAGE_SWELL_EXACT, FOR_ALL },
    { "ad", MESSAGE_SWELL_AUTOMATIC, FOR_ALL },
    { "ad_error", MESSAGE_SWELL_AUTOMATIC_ERROR, FOR_ALL },
    { "expanded", MESSAGE_SWELL_HORNER, FOR_ALL },
    { "expanded_error", MESSAGE_SWELL_HORNER_ERROR, FOR_ALL },
    { "digits", MESSAGE_SWELL_DIGITS, FOR_ALL },
};
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* What a row is of: the const of the family, or a model. A const that is called like another column is "const" in data. */
static void first_column(const Swell *swell, Language language, const ColumnRow *rows, size_t count, Table *t)
{
    TableColumn column = { .key = "model", .title = message(language, MESSAGE_SWELL_MODEL) };

    if (swell->family != NULL)
        column = (TableColumn){ .key = swell->family, .title = swell->family, .number = true };
    for (size_t i = 0; i < count; i++)
        if (same_text(rows[i].key, column.key))
            column.key = "const";
    table_column(t, column);
}

static void columns(const Swell *swell, Language language, const ColumnRow *rows, size_t count, Table *t)
{
    bool uniform = is_uniform(swell);

    first_column(swell, language, rows, count, t);
    for (size_t i = 0; i < count; i++) {
        bool text = rows[i].use == FOR_DIFFERENT || rows[i].use == FOR_TEXT;

        table_column(t, (TableColumn){ .key = rows[i].key, .title = message(language, rows[i].title), .number = !text,
                                       .right = rows[i].title == MESSAGE_SWELL_SECONDS,
                                       .only_text = rows[i].use == FOR_TEXT,
                                       .only_data = rows[i].use == FOR_DATA || (rows[i].use == FOR_DIFFERENT && uniform) });
    }
}

static void row_cells(const SwellRow *row, Table *t, double most)
{
    table_cell(t, "%s", row->label);
    table_cell(t, "%s", row->output);
    table_cell(t, "%s", row->variable);
    count_cell(t, &row->function);
    count_cell(t, &row->unfolded);
    count_cell(t, &row->folded);
    count_cell(t, &row->expanded);
    table_cell(t, "%llu", (unsigned long long)row->graph);
    table_cell(t, "%llu", (unsigned long long)(row->value + row->forward));
    table_cell(t, "%llu", (unsigned long long)(row->value + row->reverse));
    if (row->code == 0)
        table_cell(t, "-");
    else
        table_cell(t, "%zu", row->code);
    table_cell(t, "%llu", (unsigned long long)row->value);
    count_cell(t, &row->unfolded_nodes);
    count_cell(t, &row->folded_nodes);
    if (row->seconds < 0.01)
        table_cell(t, "<0.01");
    else
        table_cell(t, "%.2f", row->seconds);
    bar_cell(t, &row->folded, most);
}

static void note(Table *t, Language language, MessageId id, ...)
{
    Text text;
    va_list args;

    text_init(&text, t->arena);
    va_start(args, id);
    text_vprintf(&text, message(language, id), args);
    va_end(args);
    table_note(t, text_string(&text));
}

static void notes(const Swell *swell, Language language, Table *t)
{
    bool expanded = true, trees = true, code = true, same = true;
    const SwellRow *first = swell->rows.at;

    for (size_t i = 0; i < swell->rows.count; i++) {
        const SwellRow *row = &swell->rows.at[i];

        expanded = expanded && row->expanded.known;
        trees = trees && row->function.known && row->unfolded.known && row->folded.known;
        code = code && row->code > 0;
        same = same && same_text(row->gradient, first->gradient);
    }
    note(t, language, MESSAGE_SWELL_RULE);
    note(t, language, MESSAGE_SWELL_AD);
    if (same && swell->rows.count > 0)
        note(t, language, MESSAGE_SWELL_GRADIENT, first->gradient);
    note(t, language, MESSAGE_SWELL_CODE_NOTE);
    note(t, language, MESSAGE_SWELL_FAIR);
    if (!expanded)
        note(t, language, MESSAGE_SWELL_NOT_EXPANDED, SWELL_MOST_TERMS, SWELL_MOST_PRODUCTS);
    if (!trees)
        note(t, language, MESSAGE_SWELL_NOT_COUNTED, RATIONAL_MOST_BITS);
    if (!code)
        note(t, language, MESSAGE_SWELL_NO_CODE);
}

static void main_table(const Swell *swell, Language language, Table *out)
{
    Arena *arena = swell->errors.arena;
    const char *subject = swell_subject(swell, language, arena);
    double most = 0;
    Text title;

    text_init(&title, arena);
    text_printf(&title, "%s%s%s", message(language, MESSAGE_SWELL_TITLE),
                *subject == '\0' ? "" : message(language, MESSAGE_COLON), subject);
    table_init(out, arena, text_string(&title));
    columns(swell, language, size_columns, COUNT_OF(size_columns), out);
    for (size_t i = 0; i < swell->rows.count; i++)
        if (swell->rows.at[i].folded.known)
            most = fmax(most, swell_log10(arena, &swell->rows.at[i].folded));
    for (size_t i = 0; i < swell->rows.count; i++)
        row_cells(&swell->rows.at[i], out, most);
    notes(swell, language, out);
}

/* ---- the table of accuracy --------------------------------------------------------------------------- */

/* It compares numbers at a point, of rows that have them. */
static bool has_accuracy(const Swell *swell)
{
    for (size_t i = 0; i < swell->rows.count; i++)
        if (swell->rows.at[i].accuracy)
            return true;
    return false;
}

static void error_cell(Table *t, const SwellRow *row, bool known, double value)
{
    if (!known || !row->has_exact || row->exact == 0)
        table_cell(t, "-");
    else if (value == row->exact)
        table_cell(t, "0");
    else
        table_cell(t, "%.1e", fabs(value / row->exact - 1));
}

static void optional_cell(Table *t, bool known, double value)
{
    if (known)
        number_cell(t, value);
    else
        table_cell(t, "-");
}

static void accuracy_row(const SwellRow *row, Table *t)
{
    table_cell(t, "%s", row->label);
    optional_cell(t, row->has_exact, row->exact);
    number_cell(t, row->automatic);
    error_cell(t, row, true, row->automatic);
    optional_cell(t, row->has_horner, row->horner);
    error_cell(t, row, row->has_horner, row->horner);
    if (row->has_horner)
        table_cell(t, "%zu", row->digits);
    else
        table_cell(t, "-");
}

static void accuracy_table(const Swell *swell, Language language, Table *out)
{
    Arena *arena = swell->errors.arena;
    const char *subject = swell_subject(swell, language, arena);
    Text title;

    text_init(&title, arena);
    text_printf(&title, message(language, MESSAGE_SWELL_ACCURACY), swell->point);
    if (*subject != '\0')
        text_printf(&title, "%s%s", message(language, MESSAGE_COLON), subject);
    table_init(out, arena, text_string(&title));
    columns(swell, language, accuracy_columns, COUNT_OF(accuracy_columns), out);
    for (size_t i = 0; i < swell->rows.count; i++)
        accuracy_row(&swell->rows.at[i], out);
    note(out, language, MESSAGE_SWELL_ACCURACY_NOTE);
}

/* ---- formats ----------------------------------------------------------------------------------------- */

/* Both tables, one behind the other. */
static void print(const Swell *swell, Language language, Text *out, void (*table_print)(const Table *, Text *))
{
    Table table;

    main_table(swell, language, &table);
    table_print(&table, out);
    if (!has_accuracy(swell))
        return;
    text_add(out, "\n");
    accuracy_table(swell, language, &table);
    table_print(&table, out);
}

void swell_print_text(const Swell *swell, Language language, Text *out)
{
    print(swell, language, out, table_text);
}

void swell_print_csv(const Swell *swell, Language language, Text *out)
{
    print(swell, language, out, table_csv);
}

void swell_print_tex(const Swell *swell, Language language, Text *out)
{
    print(swell, language, out, table_tex);
}

void swell_print_json(const Swell *swell, Language language, Text *out)
{
    Table table;

    text_add(out, "{\n    \"swell\": ");
    out->indent = 1;
    main_table(swell, language, &table);
    table_json(&table, out);
    if (has_accuracy(swell)) {
        text_add(out, ",\n    \"accuracy\": ");
        accuracy_table(swell, language, &table);
        table_json(&table, out);
    }
    out->indent = 0;
    text_add(out, "\n}\n");
}
