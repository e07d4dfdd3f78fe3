/* layout.c -- random graphs: every wire goes from left to right, nothing overlaps, crossings become no more. */
#include "show/layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static uint64_t random_state = 12345;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % bound;
}

static void expect(bool good, const char *what, unsigned graph)
{
    if (!good)
        printf("FAIL graph %u: %s\n", graph, what);
}

typedef struct {
    double left, top, right, bottom;
} Frame;

static bool overlap(Frame a, Frame b)
{
    return a.left < b.right - 1e-6 && b.left < a.right - 1e-6 && a.top < b.bottom - 1e-6 && b.top < a.bottom - 1e-6;
}

static Frame box_frame(const LayoutBox *b)
{
    return (Frame){ b->x - b->width / 2, b->y - b->up, b->x + b->width / 2, b->y + b->down };
}

static Frame label_frame(const LayoutWire *w)
{
    return (Frame){ w->x - w->width / 2, w->y - w->up, w->x + w->width / 2, w->y + w->down };
}

/* Boxes first, labels behind them. */
static Frame frame_of(const Layout *layout, size_t i)
{
    size_t boxes = layout->boxes.count;

    return i < boxes ? box_frame(&layout->boxes.at[i]) : label_frame(&layout->wires.at[i - boxes]);
}

static bool is_there(const Layout *layout, size_t i)
{
    return i < layout->boxes.count || layout->wires.at[i - layout->boxes.count].width > 0;
}

/* ---- checks -------------------------------------------------------------------------------------------- */

static void check_frames(const Layout *layout, unsigned graph)
{
    size_t all = layout->boxes.count + layout->wires.count;

    for (size_t i = 0; i < all; i++)
        for (size_t k = i + 1; k < all; k++) {
            if (is_there(layout, i) && is_there(layout, k))
                expect(!overlap(frame_of(layout, i), frame_of(layout, k)), "two boxes or labels overlap", graph);
        }
    for (size_t i = 0; i < all; i++) {
        Frame a = frame_of(layout, i), whole = { -1e-6, -1e-6, layout->width + 1e-6, layout->height + 1e-6 };

        expect(a.top > whole.top && a.bottom < whole.bottom && a.left > whole.left && a.right < whole.right,
               "outside of the drawing", graph);
    }
}

/* A short piece of a wire against all boxes but its ends, and all labels but its own. */
static void check_piece(const Layout *layout, size_t wire, LayoutPoint from, LayoutPoint to, unsigned graph)
{
    Frame piece = { from.x, fmin(from.y, to.y) - 1, to.x, fmax(from.y, to.y) + 1 };

    expect(to.x >= from.x - 1e-9, "a wire goes back", graph);
    for (size_t b = 0; b < layout->boxes.count; b++)
        if (b != layout->wires.at[wire].from && b != layout->wires.at[wire].to)
            expect(!overlap(piece, box_frame(&layout->boxes.at[b])), "a wire crosses a box", graph);
    for (size_t w = 0; w < layout->wires.count; w++)
        if (w != wire && layout->wires.at[w].width > 0)
            expect(!overlap(piece, label_frame(&layout->wires.at[w])), "a wire crosses a label", graph);
}

/* The curve in a gap, level at both ends. */
static void check_curve(const Layout *layout, size_t wire, LayoutPoint a, LayoutPoint b, unsigned graph)
{
    LayoutPoint before = a;

    for (unsigned k = 1; k <= 16; k++) {
        double t = k / 16.0, u = 1 - t;
        double early = u * u * u, late = t * t * t, middle = 1.5 * u * t; /* the middle points have the mean of both x */
        LayoutPoint now = { a.x * (early + middle) + b.x * (middle + late),
                            a.y * (early + 3 * u * u * t) + b.y * (3 * u * t * t + late) };

        check_piece(layout, wire, before, now, graph);
        before = now;
    }
}

static void check_wires(const Layout *layout, unsigned graph)
{
    for (size_t w = 0; w < layout->wires.count; w++) {
        const LayoutWire *wire = &layout->wires.at[w];
        const LayoutBox *from = &layout->boxes.at[wire->from], *to = &layout->boxes.at[wire->to];
        const LayoutGap *gaps = &layout->gaps.at[wire->first];
        LayoutPoint end = { from->x + from->width / 2, gaps[0].from.y };

        expect(fabs(gaps[0].from.y - from->y) <= from->span + 1e-6 && fabs(gaps[wire->gaps - 1].to.y - to->y) <= to->span + 1e-6,
               "a wire misses its box", graph);
        for (uint32_t k = 0; k < wire->gaps; k++) {
            expect(end.y == gaps[k].from.y, "a wire jumps", graph);
            check_piece(layout, w, end, gaps[k].from, graph);
            if (gaps[k].broken == 0)
                check_curve(layout, w, gaps[k].from, gaps[k].to, graph);
            else
                expect(gaps[k].to.y > gaps[k].from.y && layout->rows > 1, "a wire breaks off", graph);
            end = gaps[k].to;
        }
        check_piece(layout, w, end, (LayoutPoint){ to->x - to->width / 2, end.y }, graph);
    }
}

/* ---- random graphs ------------------------------------------------------------------------------------- */

static void make(Layout *layout, Arena *arena, uint32_t boxes, uint32_t wires)
{
    memset(layout, 0, sizeof *layout);
    for (uint32_t b = 0; b < boxes; b++) {
        LayoutBox box = { .width = 20 + random_below(80), .up = 20 + random_below(30), .span = 15 };

        box.down = 20 + random_below(20);
        box.ordered = random_below(2) == 0;
        vec_push(arena, &layout->boxes, box);
    }
    for (uint32_t w = 0; w < wires; w++) {
        LayoutWire wire = { 0 };

        wire.to = 1 + random_below(boxes - 1);
        wire.from = wire.to - 1 - random_below(wire.to < 8 ? wire.to : 8);
        if (random_below(5) > 0) {
            wire.width = 20 + random_below(60);
            wire.up = wire.down = 8 + random_below(10);
        }
        vec_push(arena, &layout->wires, wire);
    }
}

static bool same(const Layout *a, const Layout *b)
{
    for (size_t i = 0; i < a->boxes.count; i++)
        if (a->boxes.at[i].x != b->boxes.at[i].x || a->boxes.at[i].y != b->boxes.at[i].y)
            return false;
    return a->gaps.count == b->gaps.count && a->crossings == b->crossings;
}

static void check_graph(Heap *heap, unsigned graph)
{
    Arena *arena = heap_arena(heap);
    Layout layout, again;
    uint32_t boxes = 2 + random_below(graph % 10 == 9 ? 120 : 25), wires = 1 + random_below(2 * boxes);
    uint64_t state = random_state;

    make(&layout, arena, boxes, wires);
    random_state = state;
    make(&again, arena, boxes, wires);
    layout.most_width = again.most_width = graph % 3 == 0 ? 700 : 0;
    layout.lead = again.lead = 40;
    expect(layout_run(&layout, arena) && layout_run(&again, arena), "refused", graph);
    expect(same(&layout, &again), "another drawing the second time", graph);
    expect(layout.rows == 1 || layout.most_width > 0, "folded without need", graph);
    expect(!(layout.most_width > 0) || layout.width < 2 * layout.most_width, "too wide", graph);
    expect(layout.crossings <= layout.first_crossings, "more crossings than in the order given", graph);
    check_frames(&layout, graph);
    check_wires(&layout, graph);
    heap_release(heap, arena);
}

/* ---- known ones ---------------------------------------------------------------------------------------- */

static void add(Layout *layout, Arena *arena, uint32_t from, uint32_t to)
{
    vec_push(arena, &layout->wires, (LayoutWire){ .from = from, .to = to, .width = 40, .up = 10, .down = 10 });
}

/* a, b, c, d are joined to h, g, f, e: without crossings in the right order; a chain is straight. */
static void check_known(Heap *heap)
{
    Arena *arena = heap_arena(heap);
    Layout layout = { 0 };

    for (unsigned k = 0; k < 11; k++)
        vec_push(arena, &layout.boxes, (LayoutBox){ .width = 40, .up = 20, .down = 20, .span = 10 });
    for (uint32_t k = 0; k < 4; k++)
        add(&layout, arena, k, 7 - k);
    add(&layout, arena, 8, 9);
    add(&layout, arena, 9, 10);
    add(&layout, arena, 8, 10);
    printf("%s layout of known graphs\n", layout_run(&layout, arena) ? "PASS" : "FAIL");
    printf("%s all crossings found (%d) and taken away\n", layout.first_crossings == 6 && layout.crossings == 0 ? "PASS" : "FAIL",
           (int)layout.first_crossings);
    printf("%s straight wires\n",
           layout.boxes.at[0].y == layout.boxes.at[7].y && layout.boxes.at[3].y == layout.boxes.at[4].y ? "PASS" : "FAIL");
    printf("%s columns\n", layout.boxes.at[9].column == 2 && layout.boxes.at[10].column == 4 ? "PASS" : "FAIL");
    heap_release(heap, arena);
}

/* Nothing, one box, and more than can be drawn. */
static void check_limits(Heap *heap)
{
    Arena *arena = heap_arena(heap);
    Layout layout = { 0 };

    printf("%s empty layout\n", layout_run(&layout, arena) && layout.width == 0 ? "PASS" : "FAIL");
    vec_push(arena, &layout.boxes, (LayoutBox){ .width = 40, .up = 20, .down = 20, .span = 10 });
    printf("%s one box\n", layout_run(&layout, arena) && layout.width == 40 && layout.height == 40 ? "PASS" : "FAIL");
    for (uint32_t k = 1; k < 1000; k++) {
        vec_push(arena, &layout.boxes, layout.boxes.at[0]);
        add(&layout, arena, k - 1, k);
        add(&layout, arena, 0, k);
    }
    printf("%s too large to draw\n", !layout_run(&layout, arena) ? "PASS" : "FAIL");
    heap_release(heap, arena);
}

int main(void)
{
    static Heap heap;

    if (setjmp(heap.on_failure) != 0) {
        printf("FAIL memory\n");
        return 1;
    }
    for (unsigned graph = 0; graph < 300; graph++)
        check_graph(&heap, graph);
    printf("PASS 300 random graphs were looked at\n");
    check_known(&heap);
    check_limits(&heap);
    heap_free(&heap);
    return 0;
}
