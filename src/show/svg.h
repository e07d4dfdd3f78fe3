/* svg.h -- drawing in SVG: escaped text, shapes, and one palette for light pages, dark pages and paper.
 *
 * A drawing paints its own background, so it is readable on any page; a viewer that prefers dark pages gets the dark palette,
 * paper always the light one. Colour is never the only cue: lines differ in dashes and markers, too, and have labels.
 * All rules of the style block begin with .bpgen, so drawings may stand inside an HTML page.
 */
#ifndef BPGEN_SHOW_SVG_H
#define BPGEN_SHOW_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Colours by what they mean. */
typedef enum {
    SVG_INK,      /* text, boxes */
    SVG_MUTED,    /* what is said in passing: tick labels, notes, wires */
    SVG_GRID,     /* the faintest lines */
    SVG_VALUE,    /* values, which flow forward: green */
    SVG_GRADIENT, /* gradients, which flow back: red */
    SVG_BLUE,     /* of series and stages */
    SVG_ORANGE,
    SVG_PURPLE,
    SVG_TEAL,
    SVG_PINK,
    SVG_OLIVE,
    SVG_COLOUR_COUNT
} SvgColour;

typedef enum { SVG_START, SVG_MIDDLE, SVG_END } SvgAnchor;

typedef struct {
    double x, y;
} SvgPoint;

typedef struct {
    double x, y, width, height;
} SvgBox;

typedef struct {
    SvgColour colour;
    SvgAnchor anchor;
    double size;   /* in pixels; 0: 13 */
    bool bold, mono;
    bool halo;     /* a rim in the colour of the page: readable across lines */
} SvgFont;

typedef enum {
    SVG_LINE,  /* no filling */
    SVG_PAGE,  /* filled in the colour of the page */
    SVG_TINT,  /* filled with a touch of its own colour */
    SVG_SHADE, /* the same without an outline */
    SVG_SOLID  /* filled with its colour, without an outline */
} SvgFill;

typedef struct {
    SvgColour colour;
    SvgFill fill;
    double width;       /* of the line; 0: 1.5 */
    const char *dashes; /* as in stroke-dasharray: "6 4"; NULL: a solid line */
} SvgPen;

/* The whole drawing; `title` and `description` (may be NULL) are read out by screen readers. */
void svg_begin(Text *out, double width, double height, const char *title, const char *description);
void svg_end(Text *out);

/* Text of a model inside an element or a quoted attribute: < > & " ' are escaped, what XML does not allow is replaced. */
void svg_escape(Text *out, const char *text);

/* A coordinate: at most two digits behind the point. */
void svg_number(Text *out, double value);

/* The shapes between begin and end of a group belong together; `title` (may be NULL) is shown when the mouse rests on them. */
void svg_begin_group(Text *out, const char *title);
void svg_end_group(Text *out);

/* (x, y) is the baseline. */
void svg_text(Text *out, SvgPoint at, SvgFont font, const char *text);
/* base with a raised exponent: 10 and -5. */
void svg_power(Text *out, SvgPoint at, SvgFont font, const char *base, const char *exponent);
/* How wide the text will be at most, roughly: fonts differ. */
double svg_text_width(const char *text, double size);

void svg_line(Text *out, SvgPoint from, SvgPoint to, SvgPen pen);
void svg_polyline(Text *out, const SvgPoint *points, size_t count, SvgPen pen);
/* `path` as in <path d="...">: only numbers and letters, never text of a model. */
void svg_path(Text *out, const char *path, SvgPen pen);
void svg_rect(Text *out, SvgBox box, double radius, SvgPen pen);
void svg_circle(Text *out, SvgPoint centre, double radius, SvgPen pen);
/* A filled arrow head whose tip is at `tip`, coming from the direction of `from`. */
void svg_arrow(Text *out, SvgPoint from, SvgPoint tip, SvgColour colour);

/* Marks of series: shapes that differ without colour. Any number is good: they repeat. */
void svg_mark(Text *out, SvgPoint centre, size_t shape, SvgColour colour);
/* The dashes (NULL: none) of the series with this number, likewise. */
const char *svg_series_dashes(size_t number);

#endif
