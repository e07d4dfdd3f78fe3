/* fold.c -- folding of time: a carried value is kept once, not once a turn.
 *
 * A recurrence goes from element c of its turn to element c + 1 (backwards: from c + 1 to c). If nothing else of the
 * symbol is looked at in the loop, and outside only the element that the loop begins with and, behind it, the one that
 * it ends with, then no more than two elements are alive at a time: the old one and the new one. One place holds both
 * if the old one is not looked at any more where the new one is written.
 */
#include "plan/contract.h"

typedef struct {
    const Contractor *c;
    SymId symbol;
    const Slice *slices;
    PlanId loop;
    unsigned folded;
    int64_t old, new; /* offsets of the subscripts */
    bool cell;        /* no dimension is left */
} Folding;

static const PlanNode *plan_at(const Folding *f, PlanId id)
{
    return &f->c->plan->nodes.at[id];
}

static const Use *use_at(const Folding *f, uint32_t use)
{
    return &f->c->uses.at[use];
}

static unsigned rank_of(const Folding *f)
{
    return f->c->plan->program->symbols.at[f->symbol].rank;
}

static bool is_kept(const Folding *f, unsigned k)
{
    return k != f->folded && f->slices[k].loop == NO_ID;
}

static bool is_inside(const Folding *f, const Use *use)
{
    return use->from >= f->loop && use->to <= f->c->end[f->loop];
}

/* ---- which loop -------------------------------------------------------------------------------------- */

/* The subscript as the loop's index plus an offset. */
static bool time_offset(const Folding *f, const Use *use, int64_t *offset)
{
    uint32_t index;

    return aff_is_shifted_index(&f->c->plan->program->affs, use->subs[f->folded], &index, offset) &&
           index == plan_at(f, f->loop)->index;
}

static bool find_loop(Folding *f)
{
    for (uint32_t u = f->c->first[f->symbol]; u != NO_ID; u = use_at(f, u)->next) {
        uint32_t index;
        int64_t offset;

        if (!aff_is_shifted_index(&f->c->plan->program->affs, use_at(f, u)->subs[f->folded], &index, &offset))
            continue;
        f->loop = f->c->loop_of[index];
        if (f->loop != NO_ID && plan_at(f, f->loop)->sequential)
            return plan_at(f, f->loop)->parent == f->c->home[f->symbol];
    }
    return false;
}

/* Two neighbouring offsets in the loop. */
static bool find_offsets(Folding *f)
{
    int64_t least = INT64_MAX, most = INT64_MIN, offset;

    for (uint32_t u = f->c->first[f->symbol]; u != NO_ID; u = use_at(f, u)->next) {
        if (!is_inside(f, use_at(f, u)))
            continue;
        if (!time_offset(f, use_at(f, u), &offset))
            return false;
        least = offset < least ? offset : least;
        most = offset > most ? offset : most;
    }
    f->old = plan_at(f, f->loop)->reverse ? most : least;
    f->new = plan_at(f, f->loop)->reverse ? least : most;
    return least < most && least + 1 == most;
}

/* ---- outside of it ----------------------------------------------------------------------------------- */

/* Behind the last turn; AFF_FAIL: nobody knows which that is. */
static AffId end_of_turns(const Folding *f)
{
    const PlanNode *loop = plan_at(f, f->loop);
    Program *p = f->c->plan->copy;

    if (p->loops.at[loop->loop].condition == NO_ID)
        return loop->high;
    return loop->count == AFF_FAIL ? AFF_FAIL : aff_add(&p->affs, loop->low, loop->count);
}

/* The elements that the loop begins and ends with. */
static void find_ends(const Folding *f, AffId *entry, AffId *exit)
{
    const PlanNode *loop = plan_at(f, f->loop);
    AffPool *pool = &f->c->plan->copy->affs;
    AffId end = end_of_turns(f);

    *entry = loop->reverse ? end : loop->low;
    *exit = loop->reverse ? loop->low : end;
    *entry = *entry == AFF_FAIL ? AFF_FAIL : aff_offset(pool, *entry, f->old - loop->reverse);
    *exit = *exit == AFF_FAIL ? AFF_FAIL : aff_offset(pool, *exit, f->new - !loop->reverse);
}

/* Outside, all before the loop is about the first element, all behind it about the last one; and the first element is
 * written, that of a C local where it can be declared. */
static bool ends_fit(const Folding *f)
{
    AffId entry, exit;
    PlanId first = NO_ID, place = NO_ID;

    find_ends(f, &entry, &exit);
    for (uint32_t u = f->c->first[f->symbol]; u != NO_ID; u = use_at(f, u)->next) {
        const Use *use = use_at(f, u);

        if (is_inside(f, use))
            continue;
        if (use->from > f->c->end[f->loop] ? use->subs[f->folded] != exit
                                            : use->to >= f->loop || use->subs[f->folded] != entry)
            return false;
        if (use->write && use->from < f->loop && use->from < first) {
            first = use->from;
            place = use->place;
        }
    }
    return first != NO_ID && (!f->cell || place == f->c->home[f->symbol]);
}

/* The other dimensions are the same array in every turn of the loops around. */
static bool others_fit(const Folding *f)
{
    const AffPool *pool = &f->c->plan->program->affs;

    for (uint32_t u = f->c->first[f->symbol]; u != NO_ID; u = use_at(f, u)->next)
        for (unsigned k = 0; k < rank_of(f); k++)
            for (PlanId at = f->loop; is_kept(f, k) && at != NO_ID; at = plan_at(f, at)->parent)
                if (aff_uses_index(pool, use_at(f, u)->subs[k], plan_at(f, at)->index))
                    return false;
    return true;
}

/* ---- one place or two -------------------------------------------------------------------------------- */

/* Where in the loop a use takes effect: a leaf, or the loop over which it is held. */
static PlanId position_of(const Folding *f, const Use *use)
{
    PlanId hold = plan_at(f, use->from)->kind == PLAN_STAGE && use->write ? plan_at(f, use->from)->hold : NO_ID;

    return hold != NO_ID && hold > f->loop ? hold : use->from;
}

/* The child of `loop` that is or contains the node. */
static PlanId child_around(const Folding *f, PlanId loop, PlanId id)
{
    while (plan_at(f, id)->parent != loop)
        id = plan_at(f, id)->parent;
    return id;
}

static bool are_apart(const Folding *f, const Use *a, const Use *b)
{
    const AffPool *pool = &f->c->plan->program->affs;
    int64_t x, y;

    for (unsigned k = 0; k < rank_of(f); k++)
        if (is_kept(f, k) && aff_is_const(pool, a->subs[k], &x) && aff_is_const(pool, b->subs[k], &y) && x != y)
            return true;
    return false;
}

/* Do both touch an element only in the same turn of this loop? */
static bool keeps_turn(const Folding *f, const Use *a, const Use *b, PlanId loop)
{
    uint32_t index;
    int64_t offset;

    for (unsigned k = 0; k < rank_of(f); k++)
        if (is_kept(f, k) && a->subs[k] == b->subs[k] &&
            aff_is_shifted_index(&f->c->plan->program->affs, a->subs[k], &index, &offset) &&
            index == plan_at(f, loop)->index)
            return true;
    return false;
}

/* In one turn of the loops around both. An accumulation that is held is stored behind its loop; in a C local it is
 * nowhere else. */
static bool comes_first(const Folding *f, PlanId old, PlanId new, PlanId around)
{
    PlanId x = child_around(f, around, old), y = child_around(f, around, new);

    if (x != y)
        return x < y;
    if (plan_at(f, new)->kind == PLAN_STAGE)
        return old == new;
    return y == new && old != new && !f->cell;
}

/* Is the old element, at every place that both may touch, done with when the new one is written? */
static bool precedes(const Folding *f, const Use *old, const Use *new)
{
    PlanId a = position_of(f, old), b = position_of(f, new), around;

    if (a == f->loop || are_apart(f, old, new)) /* the condition comes before the turn */
        return true;
    around = contract_common(f->c, plan_at(f, a)->parent, plan_at(f, b)->parent);
    for (PlanId at = around; at != f->loop; at = plan_at(f, at)->parent)
        if (!keeps_turn(f, old, new, at))
            return false;
    return comes_first(f, a, b, around);
}

static bool is_new(const Folding *f, const Use *use)
{
    int64_t offset;

    return is_inside(f, use) && time_offset(f, use, &offset) && offset == f->new;
}

static bool one_place_suffices(const Folding *f)
{
    for (uint32_t n = f->c->first[f->symbol]; n != NO_ID; n = use_at(f, n)->next) {
        if (!use_at(f, n)->write || !is_new(f, use_at(f, n)))
            continue;
        for (uint32_t o = f->c->first[f->symbol]; o != NO_ID; o = use_at(f, o)->next)
            if (is_inside(f, use_at(f, o)) && !is_new(f, use_at(f, o)) && !precedes(f, use_at(f, o), use_at(f, n)))
                return false;
    }
    return true;
}

static bool is_plain_array(const Folding *f)
{
    int64_t value;

    for (uint32_t u = f->c->first[f->symbol]; u != NO_ID; u = use_at(f, u)->next)
        for (unsigned k = 0; k < rank_of(f); k++)
            if (is_kept(f, k) && !aff_is_const(&f->c->plan->program->affs, use_at(f, u)->subs[k], &value))
                return false;
    return true;
}

/* In every turn, right in the loop. */
static bool is_written_surely(const Folding *f, const Use *write)
{
    const PlanNode *leaf = plan_at(f, write->from);
    const Stage *stage = &f->c->plan->program->stages.at[leaf->stage];

    return write->place == f->loop && (stage->guard == NO_ID || leaf->zero || leaf->hold != NO_ID);
}

/* Can the new element have a place of its own that is declared in the turn and copied at its end? In an array all
 * subscripts that are left are constants, so that each element is a variable to the compiler. */
static bool may_copy(const Folding *f)
{
    PlanId first = NO_ID, place = NO_ID;

    if (!is_plain_array(f))
        return false;
    for (uint32_t u = f->c->first[f->symbol]; u != NO_ID; u = use_at(f, u)->next) {
        const Use *use = use_at(f, u);

        if (!use->write || !is_new(f, use))
            continue;
        if (!f->cell && !is_written_surely(f, use))
            return false;
        if (use->from < first) {
            first = use->from;
            place = use->place;
        }
    }
    return first != NO_ID && place == f->loop;
}

static bool fold_dimension(Folding *f, Store *store)
{
    f->cell = true;
    for (unsigned k = 0; k < rank_of(f); k++)
        f->cell &= !is_kept(f, k);
    if (!find_loop(f) || !find_offsets(f) || !ends_fit(f) || !others_fit(f))
        return false;
    store->fold = one_place_suffices(f) ? FOLD_IN_PLACE : may_copy(f) ? FOLD_COPY : FOLD_PARITY;
    store->folded = (uint8_t)f->folded;
    store->loop = f->loop;
    store->new = f->new;
    return true;
}

bool fold_symbol(const Contractor *c, SymId symbol, const Slice *slices, Store *store)
{
    const Symbol *s = &c->plan->program->symbols.at[symbol];

    if (s->integer || c->plan->copy == NULL)
        return false;
    for (unsigned k = 0; k < s->rank; k++) {
        Folding f = { .c = c, .symbol = symbol, .slices = slices, .folded = k };

        if (slices[k].loop == NO_ID && fold_dimension(&f, store))
            return true;
    }
    return false;
}
