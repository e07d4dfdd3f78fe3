/* svg.c -- elements of SVG, the style block with both palettes, escaping. */
#include "show/svg.h"
#include "base/utf8.h"
#include "show/message.h"

#include <math.h>
#include <stdint.h>

/* ---- palette ------------------------------------------------------------------------------------------- */

/* On white and on #12151c; text in each of these colours has a contrast of 4.5 or more there (tests/unit/svg.c). */
static const struct {
    const char *light, *dark;
} palette[SVG_COLOUR_COUNT] = {
    [SVG_INK] = { "#1a2333", "#e6eaf2" },    [SVG_MUTED] = { "#5b677a", "#9aa7bd" },
    [SVG_GRID] = { "#dde2ea", "#2c3444" },   [SVG_VALUE] = { "#0a7a33", "#5fd68a" },
    [SVG_GRADIENT] = { "#c2152c", "#ff8088" }, [SVG_BLUE] = { "#0b62c4", "#6cb2ff" },
    [SVG_ORANGE] = { "#a85400", "#ffad5c" }, [SVG_PURPLE] = { "#6b3fc0", "#c3a1ff" },
    [SVG_TEAL] = { "#007a85", "#4dd0e1" },   [SVG_PINK] = { "#b3257a", "#ff8fce" },
    [SVG_OLIVE] = { "#6b6a00", "#cfd05a" },
};

static const char page_light[] = "#ffffff", page_dark[] = "#12151c";

/* Neighbours differ most. */
static const char *const series_dashes[] = { NULL, "7 4", "2 3", NULL, "9 3 2 3", "5 3", NULL, "12 4" };

static const double DEFAULT_SIZE = 13, DEFAULT_WIDTH = 1.5;

const char *svg_series_dashes(size_t number)
{
    return series_dashes[number % (sizeof series_dashes / sizeof *series_dashes)];
}

/* An element has its colour as `color`; stroke and filling refer to it. */
static void write_palette(Text *out, bool dark)
{
    const char *indent = dark ? "    " : "  ";

    text_printf(out, "%s.bpgen .page{color:%s}\n", indent, dark ? page_dark : page_light);
    for (unsigned c = 0; c < SVG_COLOUR_COUNT; c++)
        text_printf(out, "%s.bpgen .c%u{color:%s}\n", indent, c, dark ? palette[c].dark : palette[c].light);
    text_printf(out, "%s.bpgen .fp{fill:%s}\n%s.bpgen .halo{stroke:%s}\n", indent, dark ? page_dark : page_light, indent,
                dark ? page_dark : page_light);
}

static void write_style(Text *out)
{
    text_add(out, "<style>\n"
                  "  .bpgen text{fill:currentColor;font-family:\"Helvetica Neue\",Arial,\"DejaVu Sans\",\"PingFang SC\","
                  "\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif}\n"
                  "  .bpgen text.mono{font-family:\"DejaVu Sans Mono\",Menlo,Consolas,\"Noto Sans Mono CJK SC\",monospace}\n"
                  "  .bpgen .s{stroke:currentColor;stroke-linejoin:round;stroke-linecap:butt}\n"
                  "  .bpgen .fn{fill:none}\n"
                  "  .bpgen .ft{fill:currentColor;fill-opacity:.12}\n"
                  "  .bpgen .fc{fill:currentColor}\n"
                  "  .bpgen .halo{stroke-width:4px;paint-order:stroke;stroke-linejoin:round}\n");
    write_palette(out, false);
    text_add(out, "  @media screen and (prefers-color-scheme:dark){\n");
    write_palette(out, true);
    text_add(out, "  }\n</style>\n");
}

/* ---- escaping ------------------------------------------------------------------------------------------ */

/* XML 1.0 has no control characters, and these two are none at all. */
static bool is_allowed(uint32_t c)
{
    return (c >= 0x20 || c == '\t' || c == '\n' || c == '\r') && c != 0xFFFE && c != 0xFFFF;
}

void svg_escape(Text *out, const char *text)
{
    uint32_t c;

    while ((c = utf8_next(&text)) != 0) {
        if (c == '<')
            text_add(out, "&lt;");
        else if (c == '>')
            text_add(out, "&gt;");
        else if (c == '&')
            text_add(out, "&amp;");
        else if (c == '"')
            text_add(out, "&quot;");
        else if (c == '\'')
            text_add(out, "&#39;");
        else
            utf8_add(out, is_allowed(c) ? c : UTF8_REPLACEMENT);
    }
}

void svg_number(Text *out, double value)
{
    double hundredths = isfinite(value) && fabs(value) < 1e9 ? round(value * 100) : 0;
    int64_t whole = (int64_t)fabs(hundredths);

    text_printf(out, "%s%lld", hundredths < 0 ? "-" : "", (long long)(whole / 100));
    if (whole % 10 != 0)
        text_printf(out, ".%02lld", (long long)(whole % 100));
    else if (whole % 100 != 0)
        text_printf(out, ".%lld", (long long)(whole % 100 / 10));
}

static void write_attribute(Text *out, const char *name, double value)
{
    text_printf(out, " %s=\"", name);
    svg_number(out, value);
    text_add(out, "\"");
}

/* ---- document ------------------------------------------------------------------------------------------ */

void svg_begin(Text *out, double width, double height, const char *title, const char *description)
{
    text_add(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bpgen\" role=\"img\" viewBox=\"0 0 ");
    svg_number(out, width);
    text_add(out, " ");
    svg_number(out, height);
    text_add(out, "\"");
    write_attribute(out, "width", width);
    write_attribute(out, "height", height);
    text_add(out, ">\n<title>");
    svg_escape(out, title);
    text_add(out, "</title>\n");
    if (description != NULL) {
        text_add(out, "<desc>");
        svg_escape(out, description);
        text_add(out, "</desc>\n");
    }
    write_style(out);
    text_add(out, "<rect class=\"page fc\" width=\"100%\" height=\"100%\"/>\n");
}

void svg_end(Text *out)
{
    text_add(out, "</svg>\n");
}

void svg_begin_group(Text *out, const char *title)
{
    text_add(out, "<g>");
    if (title != NULL) {
        text_add(out, "<title>");
        svg_escape(out, title);
        text_add(out, "</title>");
    }
    text_add(out, "\n");
}

void svg_end_group(Text *out)
{
    text_add(out, "</g>\n");
}

/* ---- text ---------------------------------------------------------------------------------------------- */

static double font_size(SvgFont font)
{
    return font.size > 0 ? font.size : DEFAULT_SIZE;
}

static void begin_text(Text *out, SvgPoint at, SvgFont font)
{
    text_printf(out, "<text class=\"c%d%s%s\"", (int)font.colour, font.mono ? " mono" : "", font.halo ? " halo" : "");
    write_attribute(out, "x", at.x);
    write_attribute(out, "y", at.y);
    write_attribute(out, "font-size", font_size(font));
    if (font.anchor != SVG_START)
        text_printf(out, " text-anchor=\"%s\"", font.anchor == SVG_END ? "end" : "middle");
    if (font.bold)
        text_add(out, " font-weight=\"bold\"");
    text_add(out, " xml:space=\"preserve\">");
}

void svg_text(Text *out, SvgPoint at, SvgFont font, const char *text)
{
    begin_text(out, at, font);
    svg_escape(out, text);
    text_add(out, "</text>\n");
}

void svg_power(Text *out, SvgPoint at, SvgFont font, const char *base, const char *exponent)
{
    double size = font_size(font);

    begin_text(out, at, font);
    svg_escape(out, base);
    text_add(out, "<tspan");
    write_attribute(out, "dy", -0.4 * size);
    write_attribute(out, "font-size", 0.75 * size);
    text_add(out, ">");
    svg_escape(out, exponent);
    text_add(out, "</tspan></text>\n");
}

/* Wide characters are as wide as they are high, others less than this of it. */
double svg_text_width(const char *text, double size)
{
    static const double NARROW = 0.61;
    size_t characters = 0, columns = message_width(text), wide;

    for (const char *at = text; utf8_next(&at) != 0;)
        characters++;
    wide = columns > characters ? columns - characters : 0;
    return size * ((double)wide + NARROW * (double)(characters - wide));
}

/* ---- shapes -------------------------------------------------------------------------------------------- */

static void write_pen(Text *out, SvgPen pen)
{
    static const char *const classes[] = {
        [SVG_LINE] = "s fn", [SVG_PAGE] = "s fp", [SVG_TINT] = "s ft", [SVG_SHADE] = "ft", [SVG_SOLID] = "fc"
    };

    text_printf(out, " class=\"c%d %s\"", (int)pen.colour, classes[pen.fill]);
    if (pen.fill == SVG_SHADE || pen.fill == SVG_SOLID)
        return;
    write_attribute(out, "stroke-width", pen.width > 0 ? pen.width : DEFAULT_WIDTH);
    if (pen.dashes != NULL)
        text_printf(out, " stroke-dasharray=\"%s\"", pen.dashes);
}

void svg_line(Text *out, SvgPoint from, SvgPoint to, SvgPen pen)
{
    text_add(out, "<line");
    write_attribute(out, "x1", from.x);
    write_attribute(out, "y1", from.y);
    write_attribute(out, "x2", to.x);
    write_attribute(out, "y2", to.y);
    write_pen(out, pen);
    text_add(out, "/>\n");
}

static void write_points(Text *out, const char *element, const SvgPoint *points, size_t count, SvgPen pen)
{
    text_printf(out, "<%s points=\"", element);
    for (size_t i = 0; i < count; i++) {
        text_add(out, i == 0 ? "" : " ");
        svg_number(out, points[i].x);
        text_add(out, ",");
        svg_number(out, points[i].y);
    }
    text_add(out, "\"");
    write_pen(out, pen);
    text_add(out, "/>\n");
}

void svg_polyline(Text *out, const SvgPoint *points, size_t count, SvgPen pen)
{
    write_points(out, "polyline", points, count, pen);
}

void svg_path(Text *out, const char *path, SvgPen pen)
{
    text_printf(out, "<path d=\"%s\"", path);
    write_pen(out, pen);
    text_add(out, "/>\n");
}

void svg_rect(Text *out, SvgBox box, double radius, SvgPen pen)
{
    text_add(out, "<rect");
    write_attribute(out, "x", box.x);
    write_attribute(out, "y", box.y);
    write_attribute(out, "width", box.width);
    write_attribute(out, "height", box.height);
    if (radius > 0)
        write_attribute(out, "rx", radius);
    write_pen(out, pen);
    text_add(out, "/>\n");
}

void svg_circle(Text *out, SvgPoint centre, double radius, SvgPen pen)
{
    text_add(out, "<circle");
    write_attribute(out, "cx", centre.x);
    write_attribute(out, "cy", centre.y);
    write_attribute(out, "r", radius);
    write_pen(out, pen);
    text_add(out, "/>\n");
}

void svg_arrow(Text *out, SvgPoint from, SvgPoint tip, SvgColour colour)
{
    static const double LENGTH = 9, HALF = 3.6;
    double dx = tip.x - from.x, dy = tip.y - from.y, length = hypot(dx, dy);
    SvgPoint base;

    if (!(length > 0))
        return;
    dx /= length;
    dy /= length;
    base = (SvgPoint){ tip.x - LENGTH * dx, tip.y - LENGTH * dy };
    write_points(out, "polygon",
                 (const SvgPoint[]){ tip, { base.x - HALF * dy, base.y + HALF * dx }, { base.x + HALF * dy, base.y - HALF * dx } }, 3,
                 (SvgPen){ .colour = colour, .fill = SVG_SOLID });
}

void svg_mark(Text *out, SvgPoint centre, size_t shape, SvgColour colour)
{
    static const double R = 3.4;
    double x = centre.x, y = centre.y;
    bool hollow = shape % 8 >= 4;
    SvgPen pen = { .colour = colour, .fill = hollow ? SVG_PAGE : SVG_SOLID, .width = 1.3 };

    switch (shape % 4) {
    case 0:
        svg_circle(out, centre, R, pen);
        break;
    case 1:
        svg_rect(out, (SvgBox){ x - 0.9 * R, y - 0.9 * R, 1.8 * R, 1.8 * R }, 0, pen);
        break;
    case 2:
        write_points(out, "polygon",
                     (const SvgPoint[]){ { x, y - 1.25 * R }, { x + 1.15 * R, y + 0.8 * R }, { x - 1.15 * R, y + 0.8 * R } }, 3, pen);
        break;
    default:
        write_points(out, "polygon",
                     (const SvgPoint[]){ { x, y - 1.3 * R }, { x + 1.3 * R, y }, { x, y + 1.3 * R }, { x - 1.3 * R, y } }, 4, pen);
        break;
    }
}
