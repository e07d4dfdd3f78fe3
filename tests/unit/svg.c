/* svg.c -- escaping, numbers, readable colours, ticks and labels of plots. */
#include "show/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(bool good, const char *name, const char *got)
{
    printf("%s %s%s%s\n", good ? "PASS" : "FAIL", name, good ? "" : ": ", good ? "" : got);
}

static void test_escape(Arena *arena, const char *text, const char *want)
{
    Text out;

    text_init(&out, arena);
    svg_escape(&out, text);
    say(strcmp(text_string(&out), want) == 0, "escape", text_string(&out));
}

#define BAD "\xEF\xBF\xBD"

static void test_escapes(Arena *arena)
{
    test_escape(arena, "<a href=\"x\">&'</a>", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
    test_escape(arena, "\xE6\xA2\xAF\xE5\xBA\xA6 \xF0\x9F\x98\x80 \xC3\xA9", "\xE6\xA2\xAF\xE5\xBA\xA6 \xF0\x9F\x98\x80 \xC3\xA9");
    test_escape(arena, "a\x01\x1b z\t", "a" BAD BAD " z\t");
    test_escape(arena, "\xE6\xA2", BAD BAD);          /* cut off */
    test_escape(arena, "\xC0\xBC", BAD BAD);          /* a '<' in two bytes */
    test_escape(arena, "\xED\xA0\x80", BAD BAD BAD);  /* a surrogate */
    test_escape(arena, "\xEF\xBF\xBE", BAD);          /* U+FFFE */
    test_escape(arena, "\xFF<", BAD "&lt;");
}

static void test_number(Arena *arena, double value, const char *want)
{
    Text out;

    text_init(&out, arena);
    svg_number(&out, value);
    say(strcmp(text_string(&out), want) == 0, "number", text_string(&out));
}

static void test_numbers(Arena *arena)
{
    test_number(arena, 12, "12");
    test_number(arena, -0.5, "-0.5");
    test_number(arena, 3.14159, "3.14");
    test_number(arena, 7.05, "7.05");
    test_number(arena, -0.001, "0");
    test_number(arena, (double)NAN, "0");
}

/* ---- contrast ------------------------------------------------------------------------------------------ */

static double luminance(const char *hex)
{
    static const double weights[] = { 0.2126, 0.7152, 0.0722 };
    double sum = 0;

    for (int k = 0; k < 3; k++) {
        char two[] = { hex[1 + 2 * k], hex[2 + 2 * k], '\0' };
        double c = (double)strtol(two, NULL, 16) / 255;

        sum += weights[k] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(const char *a, const char *b)
{
    double x = luminance(a), y = luminance(b);

    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

/* The WCAG's 4.5 for all colours of text, on both pages as the style block has them. */
static void test_contrast(Arena *arena)
{
    const char *style, *page;
    Text out;

    text_init(&out, arena);
    svg_begin(&out, 10, 10, "t", NULL);
    svg_end(&out);
    style = text_string(&out);
    for (int dark = 0; dark < 2; dark++) {
        page = strstr(dark ? strstr(style, "@media") : style, ".page{color:");
        for (int c = 0; c < SVG_COLOUR_COUNT; c++) {
            char rule[20], name[80];

            snprintf(rule, sizeof rule, ".c%d{color:", c);
            snprintf(name, sizeof name, "contrast of %s on the %s page", rule, dark ? "dark" : "light");
            if (c != SVG_GRID)
                say(contrast(strstr(page, rule) + strlen(rule), page + 12) >= 4.5, name, "below 4.5");
        }
    }
}

/* ---- plots --------------------------------------------------------------------------------------------- */

static const char *plot_text(Arena *arena, const Plot *plot)
{
    Text out;

    text_init(&out, arena);
    plot_svg(plot, &out);
    return text_string(&out);
}

static void test_has(const char *svg, const char *part, const char *name)
{
    say(strstr(svg, part) != NULL, name, part);
}

static void test_log_axis(Arena *arena)
{
    SvgPoint points[17];
    PlotSeries series = { .label = "a<b", .points = points, .count = 17, .colour = SVG_BLUE };
    Plot plot = { .title = "t & u", .x = { .label = "h", .logarithmic = true }, .y = { .logarithmic = true }, .series = &series,
                  .series_count = 1 };
    const char *svg;

    for (int k = 0; k < 17; k++)
        points[k] = (SvgPoint){ pow(10, -k), k == 5 ? 0 : pow(10, k - 20) };
    svg = plot_text(arena, &plot);
    test_has(svg, ">10<tspan dy=\"-4.6\" font-size=\"8.63\">\xE2\x88\x92" "16</tspan>", "powers of ten");
    test_has(svg, ">1</text>", "1 and not 10^0");
    test_has(svg, "<title>t &amp; u</title>", "title");
    test_has(svg, ">a&lt;b</text>", "label");
    say(strstr(strstr(svg, "<polyline") + 1, "<polyline") != NULL, "what is not above 0 is a gap", svg);
}

static void test_linear_axis(Arena *arena)
{
    static const SvgPoint points[] = { { 1, 0.05 }, { 4, 0.35 } };
    PlotSeries series = { .label = "s", .points = points, .count = 2 };
    Plot plot = { .title = "t", .x = { .whole = true }, .series = &series, .series_count = 1 };
    const char *svg = plot_text(arena, &plot);

    test_has(svg, ">0.15</text>", "ticks are round numbers");
    test_has(svg, ">3</text>", "whole ticks");
    say(strstr(svg, ">1.5</text>") == NULL, "only whole ticks", svg);
}

/* Ends at the same height: no label covers another. */
static void test_end_labels(Arena *arena)
{
    enum { MANY = 12 };
    static const SvgPoint points[] = { { 0, 0 }, { 1, 1 } };
    PlotSeries series[MANY];
    Plot plot = { .title = "t", .series = series, .series_count = MANY };
    double ys[MANY];
    size_t count = 0;
    bool good = true;

    for (size_t i = 0; i < MANY; i++)
        series[i] = (PlotSeries){ .label = "the end", .points = points, .count = 2, .colour = (SvgColour)(SVG_BLUE + i % (SVG_COLOUR_COUNT - SVG_BLUE)), .dashed = true };
    for (const char *at = plot_text(arena, &plot); (at = strstr(at, "font-size=\"13\"")) != NULL && count < MANY; at++) {
        const char *y = at;

        while (strncmp(y, "y=\"", 3) != 0)
            y--;
        ys[count++] = strtod(y + 3, NULL);
    }
    for (size_t i = 1; i < count; i++)
        good &= fabs(ys[i] - ys[i - 1]) >= 15;
    say(good && count == MANY, "labels at the ends do not overlap", "they do");
}

static void test_empty(Arena *arena)
{
    static const SvgPoint one = { 3, 7 };
    PlotSeries series = { .label = "s", .points = &one, .count = 1 };
    Plot plot = { .title = "t", .y = { .logarithmic = true } };

    test_has(plot_text(arena, &plot), "</svg>", "a plot of nothing");
    plot.series = &series;
    plot.series_count = 1;
    test_has(plot_text(arena, &plot), "<circle", "a plot of one point");
}

int main(void)
{
    Heap heap = { 0 };
    Arena *arena;

    if (setjmp(heap.on_failure) != 0) {
        printf("FAIL memory\n");
        return 1;
    }
    arena = heap_arena(&heap);
    test_escapes(arena);
    test_numbers(arena);
    test_contrast(arena);
    test_log_axis(arena);
    test_linear_axis(arena);
    test_end_labels(arena);
    test_empty(arena);
    heap_free(&heap);
    return 0;
}
