/* verify_read.c -- what a stage reads: subscripts in range, and written before. */
#include "ir/verify.h"

enum { SEEN_CONDITIONAL = 1, SEEN_ALWAYS = 2, MOST_READ_BOXES = 16, MOST_POINTS = 1024 };

/* ---- reads ------------------------------------------------------------------------------------------ */

/* Cuts the box to the symbol; false if nothing is left. */
static bool clip(const Symbol *symbol, Box *box)
{
    for (unsigned k = 0; k < box->rank; k++) {
        box->low[k] = box->low[k] > 0 ? box->low[k] : 0;
        box->high[k] = box->high[k] < symbol->extents[k] - 1 ? box->high[k] : symbol->extents[k] - 1;
        if (box->low[k] > box->high[k])
            return false;
    }
    return true;
}

bool verify_box(Verifier *v, SymId id, const AffId *subs, uint32_t count, bool conditional, Box *box)
{
    const Symbol *symbol = &v->p->symbols.at[id];

    if (!scope_box(&v->scope, subs, count, box))
        return false;
    for (unsigned k = 0; k < count && !conditional; k++) {
        if (box->low[k] < 0 || box->high[k] >= symbol->extents[k]) {
            verify_fail(v, "subscript %u of %s runs over %lld..%lld", k, verify_symbol_name(v, id),
                        (long long)box->low[k], (long long)box->high[k] + 1);
            return false;
        }
    }
    box->exact &= !conditional;
    for (unsigned k = count; k < symbol->rank; k++) { /* the positions that argmax writes */
        box->low[k] = 0;
        box->high[k] = symbol->extents[k] - 1;
    }
    box->rank = symbol->rank;
    return clip(symbol, box);
}

/* In which turn, counted from now in the direction of the loop, does the write meet what is read? False if it is not
 * known. */
static bool turn_distance(Verifier *v, const Stage *write, const AffId *subs, const Loop *loop, int64_t *turns)
{
    AffPool *affs = (AffPool *)&v->p->affs;

    for (uint32_t k = 0; k < stage_subs(v->p, write); k++) {
        int64_t coef = aff_coef(affs, subs[k], loop->index), distance;
        AffId difference;

        if (coef == 0 || coef != aff_coef(affs, write->subs[k], loop->index))
            continue;
        difference = aff_sub(affs, subs[k], write->subs[k]);
        if (difference == AFF_FAIL || !aff_is_const(affs, difference, &distance) || distance % coef != 0)
            continue;
        *turns = loop->reverse ? -distance / coef : distance / coef;
        return true;
    }
    return false;
}

/* Can the pending write have happened before the read now? The outermost loop around both that tells decides. */
static bool comes_before(Verifier *v, const Pending *write, const AffId *subs)
{
    for (size_t i = 0; i < v->loops_open && i < write->depth; i++) {
        LoopId id = v->scope.entries.at[i].loop;
        int64_t turns;

        if (id != write->loops[i])
            break;
        if (!turn_distance(v, &v->p->stages.at[write->stage], subs, &v->p->loops.at[id], &turns))
            return true;
        if (turns != 0)
            return turns < 0;
    }
    return v->passed[write->stage];
}

static void copy_elements(Verifier *v, const Elements *from, const Symbol *symbol, Elements *to)
{
    *to = (Elements){ .whole = from->whole };
    if (from->bits != NULL) {
        Box all = { .rank = symbol->rank };

        for (unsigned k = 0; k < symbol->rank; k++)
            all.high[k] = symbol->extents[k] - 1;
        elements_add(v->scratch, to, symbol, &all); /* rare: parts of an array written in no order, then a loop */
    }
    for (size_t i = 0; i < from->exact.count; i++)
        vec_push(v->scratch, &to->exact, from->exact.at[i]);
    for (size_t i = 0; i < from->ends.count; i++)
        vec_push(v->scratch, &to->ends, from->ends.at[i]);
}

/* The box of a read is larger than what is read where bounds depend on one another. In doubt: yes. */
static bool points_are_covered(Verifier *v, SymId id, const Elements *written, const AffId *subs, const Box *box)
{
    const Symbol *symbol = &v->p->symbols.at[id];
    int64_t *elements;
    size_t count;

    if (box->exact || !elements_meet(written, symbol, box, false))
        return false;
    elements = arena_array(v->scratch, int64_t, MOST_POINTS * (size_t)symbol->rank);
    if (!scope_elements(&v->scope, subs, symbol->rank, elements, MOST_POINTS, &count))
        return true;
    for (size_t i = 0; i < count; i++) {
        Box point = { .rank = symbol->rank, .exact = true };

        for (unsigned k = 0; k < symbol->rank; k++)
            point.low[k] = point.high[k] = elements[i * symbol->rank + k];
        if (!elements_cover(&v->cover, written, symbol, &point))
            return false;
    }
    return true;
}

static bool covered_in_loop(Verifier *v, SymId id, const AffId *subs, const Box *box)
{
    const Symbol *symbol = &v->p->symbols.at[id];
    Elements all;

    copy_elements(v, &v->written[id], symbol, &all);
    for (uint32_t i = v->last_pending[id]; i != 0; i = v->pending.at[i - 1].next)
        if (comes_before(v, &v->pending.at[i - 1], subs))
            elements_add(v->scratch, &all, symbol, v->pending.at[i - 1].box);
    return elements_cover(&v->cover, &all, symbol, box) || points_are_covered(v, id, &all, subs, box);
}

static void check_read(Verifier *v, SymId id, const AffId *subs, bool conditional)
{
    const Symbol *symbol = &v->p->symbols.at[id];
    Box box;

    if (!verify_box(v, id, subs, symbol->rank, conditional, &box) || v->given[id])
        return;
    if (conditional ? elements_meet(&v->written[id], symbol, &box, false)
                    : elements_cover(&v->cover, &v->written[id], symbol, &box)) {
        if (v->loops_open == 0 && box.exact && v->read[id].exact.count < MOST_READ_BOXES)
            elements_add(v->scratch, &v->read[id], symbol, &box);
        return;
    }
    if (v->loops_open > 0 && (conditional || covered_in_loop(v, id, subs, &box)))
        return;
    if (v->loops_open == 0 && points_are_covered(v, id, &v->written[id], subs, &box))
        return;
    verify_fail(v, "%s is read before it is written completely", verify_symbol_name(v, id));
}

/* The elements stand inside the expression and inside the subscripts of other elements. */
void verify_aff(Verifier *v, AffId aff, bool conditional)
{
    VEC(AffId) work = { 0 };

    if (!aff_is_whole(&v->p->affs, aff))
        verify_fail(v, "an integer expression is a fraction");
    if (!scope_knows(&v->scope, aff))
        verify_fail(v, "an integer expression uses an index that is not in scope");
    if (v->wrong != NULL || !aff_has_element(&v->p->affs, aff))
        return;
    vec_push(v->scratch, &work, aff);
    for (size_t i = 0; i < work.count && v->wrong == NULL; i++) {
        Affine a = v->p->affs.affs.at[work.at[i]];

        for (uint32_t k = 0; k < a.count; k++) {
            Atom atom = v->p->affs.atoms.at[v->p->affs.terms.at[a.first + k].atom];

            if (atom.kind != ATOM_ELEMENT)
                continue;
            if (!v->p->symbols.at[atom.of].integer || atom.rank != v->p->symbols.at[atom.of].rank)
                verify_fail(v, "%s stands in a subscript", verify_symbol_name(v, atom.of));
            else
                check_read(v, atom.of, v->p->affs.subs.at + atom.subs, conditional);
            for (unsigned n = 0; n < atom.rank; n++)
                vec_push(v->scratch, &work, v->p->affs.subs.at[atom.subs + n]);
        }
    }
}

/* ---- the nodes that a stage needs ------------------------------------------------------------------- */

static void visit(Verifier *v, NodeId node, bool conditional)
{
    uint32_t epoch = v->p->nodes.at[node].deps == 0 ? 0 : v->epochs;
    uint8_t how = conditional ? SEEN_CONDITIONAL : SEEN_ALWAYS;

    if (v->epoch[node] != epoch)
        v->seen[node] = 0;
    v->epoch[node] = epoch;
    if (v->seen[node] < how) {
        v->seen[node] = how;
        vec_push(v->scratch, &v->visits, (Visit){ node, conditional });
    }
}

static void visit_arguments(Verifier *v, const Node *node, bool conditional)
{
    bool lazy = node->op == OP_SELECT || node->op == OP_AND || node->op == OP_OR;

    for (unsigned k = 0; k < op_info[node->op].arity; k++)
        visit(v, node->u.arg[k], conditional || (lazy && k > 0 && v->on_index[node->u.arg[0]]));
}

void verify_value(Verifier *v, NodeId root, bool conditional)
{
    uint32_t count;
    const IndexId *deps = set_items(v->p, v->p->nodes.at[root].deps, &count);

    for (uint32_t i = 0; i < count; i++)
        if (v->scope.position[deps[i]] == 0)
            verify_fail(v, "its value depends on an index that is not in scope");
    if (v->wrong == NULL)
        visit(v, root, conditional);
    while (v->visits.count > 0 && v->wrong == NULL) {
        Visit next = vec_pop(&v->visits);
        const Node *node = &v->p->nodes.at[next.node];

        visit_arguments(v, node, next.conditional);
        if (node->op == OP_INTEGER)
            verify_aff(v, node->u.aff, next.conditional);
        if (node->op != OP_READ)
            continue;
        for (unsigned k = 0; k < v->p->symbols.at[node->u.read.symbol].rank && v->wrong == NULL; k++)
            verify_aff(v, node_subs(v->p, next.node)[k], next.conditional);
        if (v->wrong == NULL)
            check_read(v, node->u.read.symbol, node_subs(v->p, next.node), next.conditional);
    }
}
