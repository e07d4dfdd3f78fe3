/* differences.c -- difference quotients as tables (text, LaTeX, CSV, JSON) and as a plot. */
#include "show/differences.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/plot.h"
#include "show/table.h"

static const MessageId formula_names[DIFFERENCE_COUNT] = { MESSAGE_DIFFERENCE_FORWARD, MESSAGE_DIFFERENCE_BACKWARD,
                                                           MESSAGE_DIFFERENCE_CENTRAL };
static const MessageId error_names[DIFFERENCE_COUNT] = { MESSAGE_ERROR_FORWARD, MESSAGE_ERROR_BACKWARD, MESSAGE_ERROR_CENTRAL };

typedef struct {
    Arena *arena;
    Language language;
} Show;

/* ---- texts --------------------------------------------------------------------------------------------- */

static const char *exact(const Show *s, double value)
{
    Text text;

    text_init(&text, s->arena);
    if (!isnan(value))
        text_double(&text, value == 0 ? 0 : value);
    return text_string(&text);
}

/* "5.17e-2", "5.17". */
static const char *scientific(const Show *s, char *text)
{
    size_t mantissa = strcspn(text, "e");
    int exponent = (int)strtol(text + mantissa + 1, NULL, 10);

    text[mantissa] = '\0';
    return exponent == 0 ? text_formatted(s->arena, "%s", text) : text_formatted(s->arena, "%se%d", text, exponent);
}

/* "-" where there is none. */
static const char *rounded(const Show *s, int digits, double value)
{
    char text[40];

    if (isnan(value))
        return "-";
    if (value == 0 || isinf(value))
        return exact(s, value);
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    return scientific(s, text);
}

/* The shortest that reads back: "0.1", "1e-8", "3.16e-6". */
static const char *step_text(const Show *s, double h)
{
    char text[40];

    for (int digits = 0; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*e", digits, h);
        if (strtod(text, NULL) == h)
            break;
    }
    return h >= 1e-3 && h < 1e6 ? exact(s, h) : scientific(s, text);
}

static const char *title_of(const Show *s, const Differences *d)
{
    return text_formatted(s->arena, message(s->language, MESSAGE_DIFFERENCE_TITLE), d->output, d->variable, d->point,
                          exact(s, d->derivative));
}

/* How many steps have a truncation error that is known. */
static size_t count_known(const Differences *d)
{
    size_t known = 0;

    for (size_t i = 0; i < d->count; i++)
        known += isnan(d->steps[i].truncation[DIFFERENCE_CENTRAL]) ? 0 : 1;
    return known;
}

/* What is the same for all tables, below the last. */
static void note_all(const Show *s, Table *table, const DifferencesVec *all)
{
    size_t known = 0, steps = 0;

    for (size_t i = 0; i < all->count; i++) {
        known += count_known(&all->at[i]);
        steps += all->at[i].count;
    }
    table_note(table, message(s->language, MESSAGE_DIFFERENCE_NOTE));
    table_note(table, message(s->language, known > 0 ? MESSAGE_TRUNCATION_NOTE : MESSAGE_DIFFERENCE_NO_SERIES));
    if (known > 0 && known < steps)
        table_note(table, message(s->language, MESSAGE_DIFFERENCE_DIVERGES));
}

/* ---- a column for each step ---------------------------------------------------------------------------- */

enum { ERROR_DIGITS = 4, PART_DIGITS = 1 };

static void add_row(const Show *s, Table *table, const char *label, const double *values, const Differences *d, int digits)
{
    size_t stride = sizeof *d->steps / sizeof *values;

    table_cell(table, "%s", label);
    for (size_t i = 0; i < d->count; i++)
        table_cell(table, "%s", digits == 0 && !isnan(values[i * stride]) ? exact(s, values[i * stride])
                                                                          : rounded(s, digits, values[i * stride]));
}

static void begin_table(const Show *s, Table *table, const Differences *d)
{
    table_init(table, s->arena, title_of(s, d));
    table_column(table, (TableColumn){ .key = "formula", .title = "" });
    for (size_t i = 0; i < d->count; i++)
        table_column(table, (TableColumn){ .key = "h", .title = text_formatted(s->arena, "h = %s", step_text(s, d->steps[i].h)),
                                           .number = true });
}

static Table step_table(const Show *s, const Differences *d)
{
    const DifferenceStep *first = &d->steps[0];
    Table table;

    begin_table(s, &table, d);
    for (unsigned f = 0; f < DIFFERENCE_COUNT; f++)
        add_row(s, &table, message(s->language, formula_names[f]), &first->quotient[f], d, 0);
    table_rule(&table);
    for (unsigned f = 0; f < DIFFERENCE_COUNT; f++)
        add_row(s, &table, message(s->language, error_names[f]), &first->error[f], d, ERROR_DIGITS);
    if (count_known(d) > 0) {
        table_rule(&table);
        add_row(s, &table, "h^2/6 * f'''", &first->leading[DIFFERENCE_CENTRAL], d, ERROR_DIGITS);
        add_row(s, &table, message(s->language, MESSAGE_TRUNCATION_CENTRAL), &first->truncation[DIFFERENCE_CENTRAL], d, ERROR_DIGITS);
        add_row(s, &table, message(s->language, MESSAGE_ROUND_OFF_CENTRAL), &first->round_off[DIFFERENCE_CENTRAL], d, PART_DIGITS);
    }
    return table;
}

/* ---- a row for each step ------------------------------------------------------------------------------- */

static void note_best(const Show *s, Table *table, const Differences *d)
{
    static const DifferenceFormula formulas[] = { DIFFERENCE_FORWARD, DIFFERENCE_CENTRAL };
    static const char *const rules[][2] = { { "sqrt(2*eps*|f/f''|)", "sqrt(eps)*max(|x|,1)" },
                                            { "cbrt(3*eps*|f/f'''|)", "cbrt(eps)*max(|x|,1)" } };

    for (size_t i = 0; i < 2; i++) {
        DifferenceFormula f = formulas[i];

        if (d->best[f] < d->count)
            table_note(table, text_formatted(s->arena, message(s->language, MESSAGE_BEST_STEP), message(s->language, formula_names[f]),
                                             step_text(s, d->steps[d->best[f]].h),
                                             rounded(s, 2, fabs(d->steps[d->best[f]].error[f])), rules[i][d->by_thumb[f]],
                                             rounded(s, 2, d->theory[f])));
    }
}

static Table sweep_table(const Show *s, const Differences *d)
{
    static const char *const keys[] = { "forward", "backward", "central" };
    Table table;

    table_init(&table, s->arena, title_of(s, d));
    table_column(&table, (TableColumn){ .key = "h", .title = "h", .number = true });
    for (unsigned f = 0; f < DIFFERENCE_COUNT; f++)
        table_column(&table, (TableColumn){ .key = keys[f], .title = message(s->language, error_names[f]), .number = true });
    if (count_known(d) > 0) {
        table_column(&table, (TableColumn){ "truncation", message(s->language, MESSAGE_TRUNCATION_CENTRAL), .number = true });
        table_column(&table, (TableColumn){ "round_off", message(s->language, MESSAGE_ROUND_OFF_CENTRAL), .number = true });
    }
    for (size_t i = 0; i < d->count; i++) {
        const DifferenceStep *step = &d->steps[i];

        table_cell(&table, "%s", step_text(s, step->h));
        for (unsigned f = 0; f < DIFFERENCE_COUNT; f++)
            table_cell(&table, "%s", rounded(s, 3, step->error[f]));
        if (count_known(d) > 0) {
            table_cell(&table, "%s", rounded(s, 3, step->truncation[DIFFERENCE_CENTRAL]));
            table_cell(&table, "%s", rounded(s, 3, step->round_off[DIFFERENCE_CENTRAL]));
        }
    }
    note_best(s, &table, d);
    return table;
}

/* ---- tables as text and LaTeX -------------------------------------------------------------------------- */

typedef Table MakeTable(const Show *s, const Differences *d);
typedef void PrintTable(const Table *table, Text *out);

static void print_each(const DifferencesVec *all, Language language, MakeTable *make, PrintTable *print, Text *out)
{
    Show s = { out->arena, language };

    for (size_t i = 0; i < all->count; i++) {
        Table table = make(&s, &all->at[i]);

        if (i + 1 == all->count && make == sweep_table)
            table_note(&table, message(language, MESSAGE_SWEEP_NOTE));
        if (i + 1 == all->count)
            note_all(&s, &table, all);
        text_add(out, i == 0 ? "" : "\n");
        print(&table, out);
    }
}

void differences_text(const DifferencesVec *all, Language language, Text *out)
{
    print_each(all, language, step_table, table_text, out);
}

void differences_tex(const DifferencesVec *all, Language language, Text *out)
{
    print_each(all, language, step_table, table_tex, out);
}

void sweep_text(const DifferencesVec *all, Language language, Text *out)
{
    print_each(all, language, sweep_table, table_text, out);
}

void sweep_tex(const DifferencesVec *all, Language language, Text *out)
{
    print_each(all, language, sweep_table, table_tex, out);
}

/* ---- everything ---------------------------------------------------------------------------------------- */

/* The arrays of a step, and what they are called. */
static const struct {
    const char *keys[DIFFERENCE_COUNT];
    size_t offset;
} parts[] = {
    { { "forward", "backward", "central" }, offsetof(DifferenceStep, quotient) },
    { { "error_forward", "error_backward", "error_central" }, offsetof(DifferenceStep, error) },
    { { "leading_forward", "leading_backward", "leading_central" }, offsetof(DifferenceStep, leading) },
    { { "truncation_forward", "truncation_backward", "truncation_central" }, offsetof(DifferenceStep, truncation) },
    { { "round_off_forward", "round_off_backward", "round_off_central" }, offsetof(DifferenceStep, round_off) },
};

enum { PARTS = sizeof parts / sizeof *parts };

static Table whole_table(const Show *s, const DifferencesVec *all)
{
    static const char *const firsts[] = { "output", "variable", "x", "derivative", "h" };
    Table table;

    table_init(&table, s->arena, NULL);
    for (size_t k = 0; k < sizeof firsts / sizeof *firsts; k++)
        table_column(&table, (TableColumn){ .key = firsts[k], .title = firsts[k], .number = k >= 2 });
    for (size_t k = 0; k < PARTS; k++)
        for (unsigned f = 0; f < DIFFERENCE_COUNT; f++)
            table_column(&table, (TableColumn){ .key = parts[k].keys[f], .title = parts[k].keys[f], .number = true });
    for (size_t n = 0; n < all->count; n++) {
        const Differences *d = &all->at[n];

        for (size_t i = 0; i < d->count; i++) {
            table_cell(&table, "%s", d->output);
            table_cell(&table, "%s", d->variable);
            table_cell(&table, "%s", exact(s, d->at));
            table_cell(&table, "%s", exact(s, d->derivative));
            table_cell(&table, "%s", exact(s, d->steps[i].h));
            for (size_t k = 0; k < PARTS; k++)
                for (unsigned f = 0; f < DIFFERENCE_COUNT; f++)
                    table_cell(&table, "%s", exact(s, ((const double *)(const void *)((const char *)&d->steps[i] + parts[k].offset))[f]));
        }
    }
    return table;
}

void differences_csv(const DifferencesVec *all, Language language, Text *out)
{
    Show s = { out->arena, language };
    Table table = whole_table(&s, all);

    table_csv(&table, out);
}

void differences_json(const DifferencesVec *all, Language language, Text *out)
{
    Show s = { out->arena, language };
    Table table = whole_table(&s, all);

    table_json(&table, out);
    text_add(out, "\n");
}

/* ---- the plot ------------------------------------------------------------------------------------------ */

static PlotSeries error_series(const Show *s, const Differences *d, DifferenceFormula formula)
{
    SvgPoint *points = arena_array(s->arena, SvgPoint, d->count + 1);
    PlotSeries series = { .label = message(s->language, formula_names[formula]), .points = points, .count = d->count,
                          .unmarked = true };

    for (size_t i = 0; i < d->count; i++)
        points[i] = (SvgPoint){ d->steps[i].h, fabs(d->steps[i].error[formula]) };
    return series;
}

static const char *plot_note(const Show *s, const Differences *d)
{
    Table notes;
    Text text;

    table_init(&notes, s->arena, NULL);
    note_best(s, &notes, d);
    table_note(&notes, message(s->language, MESSAGE_SWEEP_NOTE));
    text_init(&text, s->arena);
    for (size_t i = 0; i < notes.notes.count; i++)
        table_paragraph(&text, notes.notes.at[i], 100);
    return text_string(&text);
}

void sweep_svg(const Differences *fine, Language language, Text *out)
{
    Show s = { out->arena, language };
    PlotSeries series[] = { error_series(&s, fine, DIFFERENCE_FORWARD), error_series(&s, fine, DIFFERENCE_CENTRAL) };
    double forward = fine->theory[DIFFERENCE_FORWARD], central = fine->theory[DIFFERENCE_CENTRAL];
    PlotRegion regions[] = {
        { .label = message(language, MESSAGE_ROUND_OFF), .low = 0, .high = fmin(forward, central),
          .colour = SVG_GRADIENT },
        { .label = message(language, MESSAGE_TRUNCATION), .low = fmax(forward, central), .high = HUGE_VAL,
          .colour = SVG_BLUE },
    };
    Plot plot = { .title = title_of(&s, fine), .note = plot_note(&s, fine),
                  .x = { .label = message(language, MESSAGE_STEP_AXIS), .logarithmic = true, .low = fine->steps[fine->count - 1].h,
                         .high = fine->steps[0].h },
                  .y = { .label = message(language, MESSAGE_ERROR_AXIS), .logarithmic = true },
                  .series = series, .series_count = 2, .regions = regions, .region_count = 2 };

    plot.description = plot.note;
    series[0].colour = SVG_BLUE;
    series[0].dashed = true;
    series[1].colour = SVG_GRADIENT;
    plot_svg(&plot, out);
}
