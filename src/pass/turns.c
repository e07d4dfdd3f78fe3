/* turns.c -- adjoints whose time is limited by a count of turns.
 *
 * A loop with a condition makes n of at most N turns, its reversed loop n again. What it carries has elements 0 .. N, of
 * which 0 .. n are of interest: turn t reaches t and t + 1, the count itself names n. What is local to a turn has
 * elements 0 .. N-1. If contributions and reads of an adjoint are all of this kind, the program for n turns is the one
 * for N turns with N replaced, and who writes an element first can be found out for N.
 */
#include "pass/first_write.h"

typedef struct {
    Writes *w;
    SymId *of_index; /* by index: the count of turns of the loops that have it, or NO_ID */
    LoopId *loop_of; /* by index of the count's symbol: one of its loops */
} Turns;

/* How a subscript goes with a count of turns. */
typedef struct {
    SymId turns;   /* NO_ID: not at all */
    bool names;    /* the count itself, else the turn */
    int64_t offset;
} TurnSub;

/* `subs`: all subscripts of the element, of which the count takes the first ones. */
static TurnSub place_of(const Turns *t, const AffId *subs, unsigned k)
{
    const Program *p = t->w->p;
    const AffPool *pool = &p->affs;
    const Affine *a = &pool->affs.at[subs[k]];
    TurnSub place = { NO_ID, false, 0 };
    const Atom *atom;
    uint32_t index;

    if (aff_is_shifted_index(pool, subs[k], &index, &place.offset)) {
        place.turns = t->of_index[index];
        if (place.turns != NO_ID)
            place.offset += p->loops.at[t->loop_of[place.turns]].low;
        return place;
    }
    if (a->count != 1 || pool->terms.at[a->first].coef != 1)
        return place;
    atom = &pool->atoms.at[pool->terms.at[a->first].atom];
    if (atom->kind != ATOM_ELEMENT || t->loop_of[atom->of] == NO_ID || atom->rank > k)
        return place;
    for (unsigned j = 0; j < atom->rank; j++)
        if (pool->subs.at[atom->subs + j] != subs[j])
            return place;
    return (TurnSub){ atom->of, true, a->constant };
}

/* Is it one of the elements 0 .. n, or of 0 .. n-1, wherever it is reached? */
static bool fits(const Turns *t, TurnSub place, SymId turns, int32_t extent)
{
    const Loop *loop = &t->w->p->loops.at[t->loop_of[turns]];
    bool carried = extent == loop->high - loop->low + 1;

    if (place.turns != turns || (!carried && extent != loop->high - loop->low))
        return false;
    if (place.names)
        return carried && place.offset == 0;
    return place.offset == 0 || (carried && place.offset == 1);
}

/* The count that limits the dimension: that of the first contribution that says one. */
static SymId limit_of(const Turns *t, SymId symbol, unsigned k)
{
    const Writes *w = t->w;

    for (uint32_t c = w->first[symbol]; c < w->first[symbol + 1]; c++) {
        TurnSub place = place_of(t, w->p->stages.at[w->all.at[c].stage].subs, k);

        if (place.turns != NO_ID)
            return place.turns;
    }
    return NO_ID;
}

static bool contributions_fit(const Turns *t, SymId symbol, const SymId *limits)
{
    const Writes *w = t->w;
    const Symbol *s = &w->p->symbols.at[symbol];

    for (uint32_t c = w->first[symbol]; c < w->first[symbol + 1]; c++)
        for (unsigned k = 0; k < s->rank; k++)
            if (limits[k] != NO_ID &&
                !fits(t, place_of(t, w->p->stages.at[w->all.at[c].stage].subs, k), limits[k], s->extents[k]))
                return false;
    return true;
}

static void find_limits(Turns *t, SymId symbol)
{
    const Symbol *s = &t->w->p->symbols.at[symbol];
    SymId *limits = arena_array(t->w->arena, SymId, s->rank);
    bool any = false;

    for (unsigned k = 0; k < s->rank; k++) {
        limits[k] = limit_of(t, symbol, k);
        any |= limits[k] != NO_ID;
    }
    if (any && contributions_fit(t, symbol, limits))
        t->w->turns[symbol] = limits;
}

/* A read elsewhere, but of element 0 of what is carried, asks for elements that no turn may have reached. */
static void check_read(const Turns *t, NodeId id)
{
    const Program *p = t->w->p;
    SymId symbol = p->nodes.at[id].u.read.symbol;
    const SymId *limits = t->w->turns[symbol];
    const AffId *subs = node_subs(p, id);

    for (unsigned k = 0; limits != NULL && k < p->symbols.at[symbol].rank; k++) {
        int32_t extent = p->symbols.at[symbol].extents[k];
        const Loop *loop = limits[k] == NO_ID ? NULL : &p->loops.at[t->loop_of[limits[k]]];

        if (loop == NULL || (subs[k] == AFF_ZERO && extent == loop->high - loop->low + 1))
            continue;
        if (!fits(t, place_of(t, subs, k), limits[k], extent)) {
            t->w->turns[symbol] = NULL;
            return;
        }
    }
}

void turns_find(Writes *w)
{
    const Program *p = w->p;
    Turns t = { .w = w, .of_index = arena_array(w->arena, SymId, p->indices.count + 1) };
    bool any = false;

    t.loop_of = arena_array(w->arena, LoopId, p->symbols.count + 1);
    for (IndexId i = 0; i < p->indices.count; i++)
        t.of_index[i] = NO_ID;
    for (SymId s = 0; s < p->symbols.count; s++)
        t.loop_of[s] = NO_ID;
    for (LoopId l = 0; l < p->loops.count; l++) {
        if (p->loops.at[l].turns == NO_ID)
            continue;
        t.of_index[p->loops.at[l].index] = p->loops.at[l].turns;
        t.loop_of[p->loops.at[l].turns] = l;
        any = true;
    }
    for (SymId s = 0; s < p->symbols.count && any; s++)
        if (w->adds_only[s] && p->symbols.at[s].role == SYM_LOCAL && p->symbols.at[s].of != NO_ID)
            find_limits(&t, s);
    for (NodeId id = 0; id < p->nodes.count && any; id++)
        if (p->nodes.at[id].op == OP_READ)
            check_read(&t, id);
}
