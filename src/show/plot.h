/* plot.h -- line plots in SVG. */
#ifndef BPGEN_SHOW_PLOT_H
#define BPGEN_SHOW_PLOT_H

#include "show/svg.h"

typedef struct {
    const char *label;  /* may be NULL */
    bool logarithmic;   /* what is not above 0 is left out */
    bool whole;         /* only whole numbers get a tick */
    double low, high;   /* the range; low >= high: that of the points */
} PlotAxis;

typedef struct {
    const char *label;  /* stands at the line's end */
    const SvgPoint *points; /* x and y of the data, in the order of the line; what is not finite is a gap */
    size_t count;
    SvgColour colour;
    bool dashed;
    bool unmarked;      /* no mark on each point */
} PlotSeries;

/* A shaded band between two values of x. */
typedef struct {
    const char *label;
    double low, high;
    SvgColour colour;
} PlotRegion;

typedef struct {
    const char *title;
    const char *description; /* for screen readers; may be NULL */
    const char *note;        /* below the plot; line ends begin new lines; may be NULL */
    PlotAxis x, y;
    const PlotSeries *series;
    size_t series_count;
    const PlotRegion *regions;
    size_t region_count;
} Plot;

/* The whole SVG document. */
void plot_svg(const Plot *plot, Text *out);

#endif
