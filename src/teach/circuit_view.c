/* circuit_view.c -- arrays by the indices that they are read with: what lines up with what, and which products of two are
 * products of matrices and vectors.
 */
#include "teach/circuit_print.h"

#include <string.h>

/* ---- views: arrays by their indices ------------------------------------------------------------------- */

static const Range *range_of(const Stage *stage, IndexId index)
{
    for (unsigned d = 0; d < stage->rank; d++)
        if (stage->domain[d].index == index)
            return &stage->domain[d];
    return NULL;
}

static bool is_whole(const Printer *p, AffId sub, int32_t extent, IndexId *index)
{
    const AffPool *affs = &p->circuit->program->affs;
    const Range *range;
    int64_t low, high;

    if (!aff_is_index(affs, sub, index))
        return false;
    range = range_of(p->stage, *index);
    return range != NULL && aff_is_const(affs, range->low, &low) && low == 0 && aff_is_const(affs, range->high, &high) &&
           high == extent;
}

/* The first `rank` dimensions of a symbol at these subscripts. */
View view_of(const Printer *p, SymId symbol, const AffId *subs, unsigned rank, const char *name)
{
    const Symbol *s = &p->circuit->program->symbols.at[symbol];
    View view = { .plain = true };
    unsigned fixed = 0;
    int64_t value;
    Text label;

    while (fixed < rank && aff_is_const(&p->circuit->program->affs, subs[fixed], &value))
        fixed++;
    text_init(&label, p->circuit->arena);
    text_add(&label, name);
    print_subs(p, subs, fixed, &label);
    view.label = text_string(&label);
    for (unsigned k = fixed; k < rank && view.plain; k++) {
        view.plain = is_whole(p, subs[k], s->extents[k], &view.index[view.rank]);
        for (unsigned i = 0; i < view.rank && view.plain; i++)
            view.plain = view.index[i] != view.index[view.rank];
        view.rank++;
    }
    return view;
}

const char *print_name(const Circuit *c, SymId symbol)
{
    if (c->names != NULL && c->names[symbol] != NULL)
        return c->names[symbol];
    return names_text(c->program->names, c->program->symbols.at[symbol].name);
}

View view_of_read(const Printer *p, NodeId read)
{
    SymId symbol = p->circuit->program->nodes.at[read].u.read.symbol;

    return view_of(p, symbol, node_subs(p->circuit->program, read), p->circuit->program->symbols.at[symbol].rank,
                   print_name(p->circuit, symbol));
}

bool view_same(const View *a, const View *b)
{
    return a->rank == b->rank && memcmp(a->index, b->index, a->rank * sizeof *a->index) == 0;
}

/* Are the indices of `part` the last ones of `whole`, so that elements line up as the language lines them up? */
bool view_is_trailing(const View *part, const View *whole)
{
    return part->rank <= whole->rank &&
           memcmp(part->index, whole->index + (whole->rank - part->rank), part->rank * sizeof *part->index) == 0;
}

static unsigned place_in(const View *view, IndexId index)
{
    unsigned k = 0;

    while (k < view->rank && view->index[k] != index)
        k++;
    return k;
}

/* Are its indices some of the other's, in the same order? */
bool view_is_subsequence(const View *part, const View *whole)
{
    unsigned next = 0;

    for (unsigned k = 0; k < whole->rank && next < part->rank; k++)
        next += whole->index[k] == part->index[next];
    return next == part->rank;
}

/* Do all arrays in the expression line up with the target? */
bool view_lines_up(const Printer *p, NodeId expression, const View *target)
{
    const Program *program = p->circuit->program;
    NodeVec nodes = { 0 };

    if (!target->plain)
        return false;
    node_reach(program, p->circuit->arena, &expression, 1, &nodes);
    for (size_t i = 0; i < nodes.count; i++) {
        const Node *node = &program->nodes.at[nodes.at[i]];
        View view;

        if (node->op == OP_INTEGER && node->deps != 0)
            return false;
        if (node->op != OP_READ)
            continue;
        view = view_of_read(p, nodes.at[i]);
        if (!view.plain || !view_is_trailing(&view, target))
            return false;
    }
    return true;
}

/* ---- products of two ---------------------------------------------------------------------------------- */

/* The side that gives the target's index `kept`, where the other index (if there is one) is summed over: [kept, k] on the left
 * as it is, [k, kept] transposed; on the right the other way around. */
static bool make_side(const View *view, IndexId kept, bool left, Side *side)
{
    unsigned place = place_in(view, kept);

    *side = (Side){ view, view->rank == 2 && place != (left ? 0u : 1u) };
    return place < view->rank && view->rank <= 2;
}

static IndexId summed_of(const View *view, IndexId kept)
{
    return view->index[view->rank == 2 && view->index[0] == kept];
}

static void write_sides(const Side *left, const char *between, const Side *right, Text *out)
{
    text_printf(out, "%s%s%s%s%s", left->view->label, left->transposed ? "^T" : "", between, right->view->label,
                right->transposed ? "^T" : "");
}

static bool write_matrix_product(const View *a, const View *b, const View *target, Side *first, Side *second, Text *out)
{
    const View *left = place_in(a, target->index[0]) < a->rank ? a : b, *right = left == a ? b : a;

    if (!make_side(left, target->index[0], true, first) || !make_side(right, target->index[1], false, second) ||
        left->rank != right->rank)
        return false;
    if (left->rank == 2 && (summed_of(left, target->index[0]) != summed_of(right, target->index[1]) ||
                            place_in(target, summed_of(left, target->index[0])) < 2))
        return false;
    write_sides(first, left->rank == 1 ? " outer " : " @ ", second, out);
    return true;
}

/* A matrix by a vector; the model's own x @ W stays as it is. */
static bool write_vector_product(const View *a, const View *b, const View *target, bool forward, Side *first, Side *second,
                                 Text *out)
{
    const View *matrix = a->rank == 2 ? a : b, *vector = a->rank == 2 ? b : a;

    if (matrix->rank != 2 || vector->rank != 1 || !make_side(matrix, target->index[0], true, first) ||
        summed_of(matrix, target->index[0]) != vector->index[0])
        return false;
    *second = (Side){ vector, false };
    if (forward && matrix == b && first->transposed) {
        *second = (Side){ matrix, false };
        *first = (Side){ vector, false };
    }
    write_sides(first, " @ ", second, out);
    return true;
}

bool view_product(const View *a, const View *b, const View *target, bool forward, Side *first, Side *second, Text *out)
{
    if (!a->plain || !b->plain || !target->plain)
        return false;
    *first = (Side){ a, false };
    *second = (Side){ b, false };
    if (target->rank == 0 && view_same(a, b) && a->rank > 0) {
        text_printf(out, a->rank == 1 ? "%s @ %s" : "sum(%s*%s)", a->label, b->label);
        return true;
    }
    if (view_same(a, target) && view_same(b, target)) {
        write_sides(first, "*", second, out);
        return true;
    }
    if (target->rank == 1)
        return write_vector_product(a, b, target, forward, first, second, out);
    return target->rank == 2 && write_matrix_product(a, b, target, first, second, out);
}
