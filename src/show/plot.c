/* plot.c -- a line plot: axes with round ticks, bands, lines with marks, labels at the lines' ends. */
#include "show/plot.h"
#include "base/vec.h"

#include <math.h>
#include <stdint.h>

static const double WIDTH = 520, HEIGHT = 320;      /* of the field inside the axes */
static const double TOP = 66, TICK_SIZE = 11.5, LABEL_SIZE = 13, LINE = 16;
static const double LEAST_LEFT = 48, SIDE = 16, END_GAP = 12; /* margins; between a line's end and its label */

enum { MOST_TICKS = 9 };

/* Where a range of numbers lies on the page; of a logarithmic axis low and high are exponents of 10. */
typedef struct {
    bool logarithmic;
    double low, high;
    double from, to;
} Scale;

typedef struct {
    double value;  /* like Scale.low */
    double number; /* what it says */
} Tick;

typedef VEC(Tick) TickVec;

typedef struct {
    const Plot *plot;
    Text *out;
    Scale x, y;
    TickVec x_ticks, y_ticks;
    double left, right, bottom; /* of the field; its top is TOP */
} Drawing;

/* ---- scales -------------------------------------------------------------------------------------------- */

static double scaled(const Scale *scale, double value)
{
    return !scale->logarithmic ? value : value > 0 ? log10(value) : (double)NAN;
}

static double place(const Scale *scale, double value)
{
    return scale->from + (value - scale->low) / (scale->high - scale->low) * (scale->to - scale->from);
}

/* Is the point in the field? Where? */
static bool place_point(const Drawing *d, SvgPoint point, SvgPoint *at)
{
    double x = scaled(&d->x, point.x), y = scaled(&d->y, point.y), slack = 1e-9;

    if (!isfinite(x) || !isfinite(y) || x < d->x.low - slack || x > d->x.high + slack || y < d->y.low - slack ||
        y > d->y.high + slack)
        return false;
    *at = (SvgPoint){ place(&d->x, x), place(&d->y, y) };
    return true;
}

/* The range of an axis: what it states, else that of the points. */
static Scale range_of(const Plot *plot, const PlotAxis *axis)
{
    Scale scale = { .logarithmic = axis->logarithmic, .low = HUGE_VAL, .high = -HUGE_VAL };

    if (axis->low < axis->high) {
        scale.low = scaled(&scale, axis->low);
        scale.high = scaled(&scale, axis->high);
        return scale;
    }
    for (size_t s = 0; s < plot->series_count; s++) {
        for (size_t i = 0; i < plot->series[s].count; i++) {
            const SvgPoint *point = &plot->series[s].points[i];
            double x = scaled(&(Scale){ .logarithmic = plot->x.logarithmic }, point->x);
            double y = scaled(&(Scale){ .logarithmic = plot->y.logarithmic }, point->y);
            double value = axis == &plot->x ? x : y;

            if (isfinite(x) && isfinite(y)) {
                scale.low = fmin(scale.low, value);
                scale.high = fmax(scale.high, value);
            }
        }
    }
    if (scale.low > scale.high)
        return (Scale){ .logarithmic = axis->logarithmic, .low = 0, .high = 1 };
    if (scale.low == scale.high) {
        scale.low -= 0.5;
        scale.high += 0.5;
    }
    return scale;
}

/* ---- ticks --------------------------------------------------------------------------------------------- */

/* m*10^exponent with m of 1, 2, 5: the distance of at most MOST_TICKS ticks. A quotient of whole numbers is rounded once. */
static Tick linear_step(double range, bool whole, int *exponent)
{
    static const double mantissas[] = { 1, 2, 5 };

    *exponent = whole ? 0 : (int)floor(log10(range)) - 1;
    for (;; ++*exponent) {
        for (size_t k = 0; k < 3; k++) {
            double step = mantissas[k] * pow(10, *exponent);

            if (range / step <= MOST_TICKS - 1)
                return (Tick){ step, mantissas[k] };
        }
    }
}

static void linear_ticks(Arena *arena, Scale *scale, const PlotAxis *axis, bool widen, TickVec *ticks)
{
    int exponent;
    Tick step = linear_step(scale->high - scale->low, axis->whole, &exponent);
    double first, last;

    if (widen && !(axis->low < axis->high)) {
        scale->low = floor(scale->low / step.value) * step.value;
        scale->high = ceil(scale->high / step.value) * step.value;
    }
    first = ceil(scale->low / step.value - 1e-9);
    last = floor(scale->high / step.value + 1e-9);
    for (double k = first; k <= last; k++) {
        double units = k * step.number, value = exponent < 0 ? units / pow(10, -exponent) : units * pow(10, exponent);

        vec_push(arena, ticks, (Tick){ value, value });
    }
}

/* Powers of ten, some left out of many; of less than two decades also 2 and 5 times them. */
static void logarithmic_ticks(Arena *arena, Scale *scale, const PlotAxis *axis, bool widen, TickVec *ticks)
{
    static const double steps[] = { 1, 2, 3, 5, 10, 20, 50, 100, 200 };
    static const double between[] = { 1, 2, 5 };
    double step = 0;
    size_t parts;

    if (widen && !(axis->low < axis->high)) {
        scale->low = floor(scale->low + 1e-9);
        scale->high = fmax(ceil(scale->high - 1e-9), scale->low + 1);
    }
    for (size_t k = 0; k < sizeof steps / sizeof *steps && (step == 0 || (scale->high - scale->low) / step > MOST_TICKS - 1); k++)
        step = steps[k];
    parts = scale->high - scale->low < 2 ? 3 : 1;
    for (double k = floor(scale->low / step) * step; k <= scale->high + 1e-9; k += step) {
        for (size_t i = 0; i < parts; i++) {
            Tick tick = { k + log10(between[i]), parts == 1 ? (double)NAN : between[i] * pow(10, k) };

            if (tick.value >= scale->low - 1e-9 && tick.value <= scale->high + 1e-9)
                vec_push(arena, ticks, tick);
        }
    }
}

static void make_ticks(Arena *arena, Scale *scale, const PlotAxis *axis, bool widen, TickVec *ticks)
{
    (axis->logarithmic ? logarithmic_ticks : linear_ticks)(arena, scale, axis, widen, ticks);
}

/* "20", or 10 and an exponent; the exponent is "" if there is none. */
static void tick_texts(Arena *arena, Tick tick, Text *base, Text *exponent)
{
    text_init(base, arena);
    text_init(exponent, arena);
    if (!isnan(tick.number) || tick.value == 0 || tick.value == 1) {
        text_double(base, isnan(tick.number) ? pow(10, tick.value) : tick.number);
        return;
    }
    text_add(base, "10");
    if (tick.value < 0)
        text_add(exponent, "\xE2\x88\x92"); /* the minus sign */
    text_integer(exponent, (int64_t)fabs(round(tick.value)));
}

static double tick_width(Arena *arena, Tick tick)
{
    Text base, exponent;

    tick_texts(arena, tick, &base, &exponent);
    return svg_text_width(text_string(&base), TICK_SIZE) + svg_text_width(text_string(&exponent), 0.75 * TICK_SIZE);
}

static void write_tick(Drawing *d, Tick tick, SvgPoint at, SvgAnchor anchor)
{
    SvgFont font = { .colour = SVG_MUTED, .anchor = anchor, .size = TICK_SIZE };
    Text base, exponent;

    tick_texts(d->out->arena, tick, &base, &exponent);
    if (exponent.size == 0)
        svg_text(d->out, at, font, text_string(&base));
    else
        svg_power(d->out, at, font, text_string(&base), text_string(&exponent));
}

/* ---- what lies below the lines ------------------------------------------------------------------------- */

static void write_region(Drawing *d, const PlotRegion *region)
{
    double low = fmax(scaled(&d->x, region->low), d->x.low), high = fmin(scaled(&d->x, region->high), d->x.high);
    double from, to;

    if (!(low < high))
        return;
    from = place(&d->x, low);
    to = place(&d->x, high);
    svg_rect(d->out, (SvgBox){ from, TOP, to - from, HEIGHT }, 0, (SvgPen){ .colour = region->colour, .fill = SVG_SHADE });
}

static void write_region_label(Drawing *d, const PlotRegion *region)
{
    double low = fmax(scaled(&d->x, region->low), d->x.low), high = fmin(scaled(&d->x, region->high), d->x.high);

    if (low < high && region->label != NULL)
        svg_text(d->out, (SvgPoint){ place(&d->x, (low + high) / 2), d->bottom - 10 },
                 (SvgFont){ .colour = region->colour, .anchor = SVG_MIDDLE, .size = 12, .halo = true }, region->label);
}

static void write_axes(Drawing *d)
{
    SvgPen grid = { .colour = SVG_GRID, .width = 1 }, axis = { .colour = SVG_MUTED, .width = 1 };

    for (size_t i = 0; i < d->x_ticks.count; i++) {
        double x = place(&d->x, d->x_ticks.at[i].value);

        svg_line(d->out, (SvgPoint){ x, TOP }, (SvgPoint){ x, d->bottom }, grid);
        svg_line(d->out, (SvgPoint){ x, d->bottom }, (SvgPoint){ x, d->bottom + 5 }, axis);
        write_tick(d, d->x_ticks.at[i], (SvgPoint){ x, d->bottom + 19 }, SVG_MIDDLE);
    }
    for (size_t i = 0; i < d->y_ticks.count; i++) {
        double y = place(&d->y, d->y_ticks.at[i].value);

        svg_line(d->out, (SvgPoint){ d->left, y }, (SvgPoint){ d->right, y }, grid);
        write_tick(d, d->y_ticks.at[i], (SvgPoint){ d->left - 8, y + 4 }, SVG_END);
    }
    svg_line(d->out, (SvgPoint){ d->left, TOP }, (SvgPoint){ d->left, d->bottom }, axis);
    svg_line(d->out, (SvgPoint){ d->left, d->bottom }, (SvgPoint){ d->right, d->bottom }, axis);
}

static void write_words(Drawing *d)
{
    const Plot *plot = d->plot;
    double y = d->bottom + 40;

    svg_text(d->out, (SvgPoint){ SIDE, 26 }, (SvgFont){ .size = 16, .bold = true }, plot->title);
    if (plot->y.label != NULL)
        svg_text(d->out, (SvgPoint){ SIDE, TOP - 14 }, (SvgFont){ .colour = SVG_MUTED, .size = 12 }, plot->y.label);
    if (plot->x.label != NULL)
        svg_text(d->out, (SvgPoint){ (d->left + d->right) / 2, y },
                 (SvgFont){ .colour = SVG_MUTED, .anchor = SVG_MIDDLE, .size = 12 }, plot->x.label);
    y += 2 * LINE - 8;
    for (const char *at = plot->note; at != NULL && *at != '\0'; y += LINE) {
        const char *end = at;
        Text line;

        while (*end != '\0' && *end != '\n')
            end++;
        text_init(&line, d->out->arena);
        text_bytes(&line, at, (size_t)(end - at));
        svg_text(d->out, (SvgPoint){ SIDE, y }, (SvgFont){ .colour = SVG_MUTED, .size = 12 }, text_string(&line));
        at = *end == '\n' ? end + 1 : end;
    }
}

/* ---- lines --------------------------------------------------------------------------------------------- */

static const char *dashes_of(const PlotSeries *series, size_t number)
{
    const char *own = svg_series_dashes(number);

    return !series->dashed ? NULL : own == NULL ? "6 4" : own;
}

static void write_series(Drawing *d, size_t number)
{
    const PlotSeries *series = &d->plot->series[number];
    SvgPen pen = { .colour = series->colour, .width = 1.8, .dashes = dashes_of(series, number) };
    SvgPoint *run = arena_array(d->out->arena, SvgPoint, series->count + 1);
    size_t count = 0;

    svg_begin_group(d->out, series->label);
    for (size_t i = 0; i <= series->count; i++) {
        if (i < series->count && place_point(d, series->points[i], &run[count])) {
            count++;
            continue;
        }
        if (count > 1)
            svg_polyline(d->out, run, count, pen);
        for (size_t k = 0; k < count && (!series->unmarked || count == 1); k++)
            svg_mark(d->out, run[k], number, series->colour);
        count = 0;
    }
    svg_end_group(d->out);
}

/* A label at the end of a line, moved from `wanted` to where it does not cover others. */
typedef struct {
    const PlotSeries *series;
    SvgPoint end;
    double y;
} EndLabel;

static size_t find_ends(Drawing *d, EndLabel *labels)
{
    size_t count = 0;

    for (size_t s = 0; s < d->plot->series_count; s++) {
        EndLabel label = { .series = &d->plot->series[s] };
        bool found = false;
        SvgPoint point;
        size_t i;

        for (size_t k = 0; k < label.series->count; k++) {
            if (!place_point(d, label.series->points[k], &point) || (found && point.x < label.end.x))
                continue;
            label.end = point;
            found = true;
        }
        if (!found || label.series->label == NULL)
            continue;
        label.y = label.end.y;
        for (i = count++; i > 0 && labels[i - 1].y > label.y; i--)
            labels[i] = labels[i - 1];
        labels[i] = label;
    }
    return count;
}

/* From above each makes room for the next; then from below, where they went too far. */
static void write_end_labels(Drawing *d)
{
    EndLabel *labels = arena_array(d->out->arena, EndLabel, d->plot->series_count + 1);
    size_t count = find_ends(d, labels);
    double x = d->right + END_GAP, limit = d->bottom + LINE / 2;

    for (size_t i = 1; i < count; i++)
        labels[i].y = fmax(labels[i].y, labels[i - 1].y + LINE);
    for (size_t i = count; i-- > 0; limit -= LINE)
        labels[i].y = fmin(labels[i].y, limit);
    for (size_t i = 0; i < count; i++) {
        svg_line(d->out, labels[i].end, (SvgPoint){ x - 2, labels[i].y },
                 (SvgPen){ .colour = labels[i].series->colour, .width = 0.8, .dashes = "1 2" });
        svg_text(d->out, (SvgPoint){ x, labels[i].y + 4 },
                 (SvgFont){ .colour = labels[i].series->colour, .size = LABEL_SIZE, .bold = true, .halo = true },
                 labels[i].series->label);
    }
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static void lay_out(Drawing *d)
{
    const Plot *plot = d->plot;
    double widest = 0;

    d->x = range_of(plot, &plot->x);
    d->y = range_of(plot, &plot->y);
    make_ticks(d->out->arena, &d->x, &plot->x, false, &d->x_ticks);
    make_ticks(d->out->arena, &d->y, &plot->y, true, &d->y_ticks);
    for (size_t i = 0; i < d->y_ticks.count; i++)
        widest = fmax(widest, tick_width(d->out->arena, d->y_ticks.at[i]));
    d->left = fmax(LEAST_LEFT, SIDE + widest + 8);
    d->right = d->left + WIDTH;
    d->bottom = TOP + HEIGHT;
    d->x.from = d->left;
    d->x.to = d->right;
    d->y.from = d->bottom;
    d->y.to = TOP;
}

static double width_of_lines(const char *text, double size)
{
    double widest = 0, width = 0;

    for (const char *at = text; at != NULL && *at != '\0'; at++) {
        char one[] = { *at, '\0' };

        /* a Chinese character has three bytes */
        width = *at == '\n' ? 0 : width + ((*at & 0x80) != 0 ? size / 3 : svg_text_width(one, size));
        widest = fmax(widest, width);
    }
    return widest;
}

void plot_svg(const Plot *plot, Text *out)
{
    Drawing d = { .plot = plot, .out = out };
    double ends = 0, width, height;

    lay_out(&d);
    for (size_t s = 0; s < plot->series_count; s++)
        if (plot->series[s].label != NULL)
            ends = fmax(ends, svg_text_width(plot->series[s].label, LABEL_SIZE) + END_GAP);
    width = ceil(fmax(d.right + ends, SIDE + fmax(width_of_lines(plot->title, 16), width_of_lines(plot->note, 12))) + SIDE);
    height = d.bottom + 40 + SIDE;
    for (const char *at = plot->note; at != NULL && *at != '\0'; at++)
        height += at == plot->note ? LINE + 8 : *at == '\n' ? LINE : 0;
    svg_begin(out, width, height, plot->title, plot->description);
    for (size_t i = 0; i < plot->region_count; i++)
        write_region(&d, &plot->regions[i]);
    write_axes(&d);
    write_words(&d);
    for (size_t s = 0; s < plot->series_count; s++)
        write_series(&d, s);
    write_end_labels(&d);
    for (size_t i = 0; i < plot->region_count; i++)
        write_region_label(&d, &plot->regions[i]);
    svg_end(out);
}
