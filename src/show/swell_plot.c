/* swell_plot.c -- the rows of swell as a plot on a logarithmic axis. */
#include "show/plot.h"
#include "show/swell.h"

#include <math.h>

/* Above so many points a line has no marks. */
enum { NOTE_WIDTH = 105, MOST_MARKS = 50 };

/* A line: one of the row's counts. */
typedef SwellCount LineValue(const SwellRow *row);

static SwellCount number(uint64_t value)
{
    return (SwellCount){ value > 0 && value <= INT64_MAX, RATIONAL((int64_t)value) };
}

static SwellCount function_value(const SwellRow *row)
{
    return row->function;
}

static SwellCount unfolded_value(const SwellRow *row)
{
    return row->unfolded;
}

static SwellCount folded_value(const SwellRow *row)
{
    return row->folded;
}

static SwellCount expanded_value(const SwellRow *row)
{
    return row->expanded;
}

static SwellCount graph_value(const SwellRow *row)
{
    return number(row->graph);
}

static SwellCount forward_value(const SwellRow *row)
{
    return number(row->value + row->forward);
}

static SwellCount reverse_value(const SwellRow *row)
{
    return number(row->value + row->reverse);
}

static SwellCount code_value(const SwellRow *row)
{
    return number(row->code);
}

typedef struct {
    MessageId label;
    LineValue *value;
    SvgColour colour;
    bool dashed;
} Line;

static const Line lines[] = {
    { MESSAGE_SWELL_LINE_UNFOLDED, unfolded_value, SVG_PINK, true },
    { MESSAGE_SWELL_LINE_FOLDED, folded_value, SVG_GRADIENT, false },
    { MESSAGE_SWELL_LINE_FUNCTION, function_value, SVG_ORANGE, true },
    { MESSAGE_SWELL_LINE_EXPANDED, expanded_value, SVG_PURPLE, false },
    { MESSAGE_SWELL_LINE_GRAPH, graph_value, SVG_BLUE, true },
    { MESSAGE_SWELL_LINE_FORWARD, forward_value, SVG_TEAL, true },
    { MESSAGE_SWELL_LINE_REVERSE, reverse_value, SVG_VALUE, false },
    { MESSAGE_SWELL_LINE_CODE, code_value, SVG_MUTED, true },
};
enum { LINES = sizeof lines / sizeof *lines };

/* 0 has no place on a logarithmic axis, what is beyond a double neither. Models of a list are points with gaps between them. */
static PlotSeries line_of(const Swell *swell, Language language, const Line *line)
{
    Arena *arena = swell->errors.arena;
    size_t step = swell->family == NULL ? 2 : 1;
    SvgPoint *points = arena_array(arena, SvgPoint, step * swell->rows.count + 1);
    const char *last = "";
    Text label;

    for (size_t i = 0; i < step * swell->rows.count; i++)
        points[i] = (SvgPoint){ swell->rows.at[i / step].place, (double)NAN };
    for (size_t i = 0; i < swell->rows.count; i++) {
        SwellCount count = line->value(&swell->rows.at[i]);

        if (count.known && rational_sign(count.count) > 0)
            points[step * i].y = pow(10, swell_log10(arena, &count));
        if (count.known)
            last = swell_shown(arena, &count);
    }
    text_init(&label, arena);
    text_printf(&label, "%s  %s", message(language, line->label), last);
    return (PlotSeries){ .label = text_string(&label), .points = points, .count = step * swell->rows.count, .colour = line->colour,
                         .dashed = line->dashed, .unmarked = swell->rows.count > MOST_MARKS };
}

static bool has_points(const PlotSeries *series)
{
    for (size_t i = 0; i < series->count; i++)
        if (!isnan(series->points[i].y))
            return true;
    return false;
}

/* Of a list: which model is which number. */
static const char *note_of(const Swell *swell, Language language)
{
    Text text;

    text_init(&text, swell->errors.arena);
    for (size_t i = 0; swell->family == NULL && i < swell->rows.count; i++)
        text_line(&text, "%zu: %s", i + 1, swell->rows.at[i].label);
    table_paragraph(&text, message(language, MESSAGE_SWELL_FAIR), NOTE_WIDTH);
    text.at[text.size - 1] = '\0'; /* the last line end */
    return text_string(&text);
}

void swell_print_svg(const Swell *swell, Language language, Text *out)
{
    Arena *arena = swell->errors.arena;
    const char *subject = swell_subject(swell, language, arena);
    PlotSeries series[LINES];
    size_t count = 0;
    Text title;

    for (size_t i = 0; i < LINES; i++) {
        series[count] = line_of(swell, language, &lines[i]);
        count += has_points(&series[count]);
    }
    text_init(&title, arena);
    text_printf(&title, "%s%s%s", message(language, MESSAGE_SWELL_TITLE),
                *subject == '\0' ? "" : message(language, MESSAGE_COLON), subject);
    plot_svg(&(Plot){ .title = text_string(&title), .description = message(language, MESSAGE_SWELL_RULE),
                      .note = note_of(swell, language),
                      .x = { .label = swell->family == NULL ? message(language, MESSAGE_SWELL_X_MODEL) : swell->family, .whole = true },
                      .y = { .label = message(language, MESSAGE_SWELL_Y), .logarithmic = true },
                      .series = series, .series_count = count },
             out);
}
