/* layout_graph.h -- between the files of the layout: the graph of places, in which every link joins neighbouring columns. */
#ifndef BPGEN_SHOW_LAYOUT_GRAPH_H
#define BPGEN_SHOW_LAYOUT_GRAPH_H

#include "show/layout.h"

#define NO_PLACE UINT32_MAX

typedef enum { PLACE_BOX, PLACE_BEND, PLACE_LABEL } PlaceKind;

typedef struct {
    uint8_t kind;
    uint32_t owner;    /* BOX: of which box; else of which wire */
    uint32_t column;
    uint32_t position; /* in its column, from above */
    double width, up, down, y;
} Place;

/* A piece of a wire between two neighbouring columns. */
typedef struct {
    uint32_t end[2];    /* places: [0] in the left column, [1] in the right one */
    double port[2];     /* how far from their lines it reaches them */
    uint32_t rank;      /* its order at the right end among links whose order is given; else 0 */
    uint32_t wire;
    bool inner;         /* no end is a box: to be kept straight */
    bool broken;        /* its ends are in different rows */
} Link;

/* The links of every place on one side: list[first[p] .. first[p + 1] - 1]. */
typedef struct {
    uint32_t *first, *list;
} Sides;

typedef struct {
    Arena *arena;
    Layout *layout;
    VEC(Place) places;
    VEC(Link) links;
    Sides side[2];       /* [0]: links on the left, which end here; [1]: on the right */
    uint32_t columns, rows;
    uint32_t *row;       /* by column */
    uint32_t *first;     /* by column, and one more: where its places begin in `order` */
    uint32_t *order;     /* all places, column by column, from above */
    uint32_t *work[3];   /* room for as many numbers as there are places or links */
} LayoutGraph;

/* Sets the positions in a column by `order`. */
void layout_number(LayoutGraph *g, uint32_t c);

/* Crossings of links (layout_order.c). */
uint64_t layout_crossings(const LayoutGraph *g);

/* Orders the places of each column so that few links cross; positions are set. (layout_order.c) */
void layout_order(LayoutGraph *g);

/* The distance that the lines of two places, one above the other in a column, need. */
double layout_apart(const Place *above, const Place *below);

/* Which columns make a row; marks broken links. (layout_fold.c) */
void layout_fold(LayoutGraph *g);

/* Sets the positions of columns and rows in the drawing, and all that the caller gets. (layout_draw.c) */
void layout_draw(LayoutGraph *g);

/* Finds Place.y for all; rows are independent. (layout_place.c) */
void layout_place(LayoutGraph *g);

/* Moves single boxes and long wires nearer to what they are joined to. (layout_slide.c) */
void layout_slide(LayoutGraph *g);

#endif
