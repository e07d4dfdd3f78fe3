/* merge.c -- arrays that are computed alike become one: two gradients of one value share most of their adjoints, two calls of a
 * function with the same arguments all they compute.
 *
 * Equal scalars are one node from the start. An array is a symbol with stages, and holds what another one holds if its stages are the
 * same, where symbols that hold the same count as one. Straight code is looked at in its order, so what a stage reads is known.
 * Symbols of a loop may read one another: they are taken for those of an earlier loop until that proves wrong.
 */
#include <stdlib.h>
#include <string.h>

#include "pass/pass.h"

enum { MOST_CANDIDATES = 8, MOST_ROUNDS = 256, LOOKED_AT = 24 };

/* A symbol whose stages have all been seen. */
typedef struct {
    SymId symbol;
    uint64_t hash;
    uint32_t next; /* an earlier one with the same hash, or NO_ID */
} Known;

typedef struct {
    const Program *p;
    Program *nodes;     /* equal values are the same node of it */
    Arena *arena;
    Rebuild rebuild;
    SymId *same;        /* by symbol: the one that it is merged into, or itself */
    StageId *stages;    /* of symbol s: stages[first[s] .. first[s + 1]), in their order */
    uint32_t *first;
    uint32_t *place;    /* by stage: its item in the body */
    LoopId *inside;     /* by stage, then by loop: the loop around it, or NO_ID */
    VEC(Known) known;
    HashTable heads;    /* the last one of each hash */
    bool merged;
} Merger;

/* ---- stages by symbol ------------------------------------------------------------------------------- */

static void sort_stages(Merger *m)
{
    const Program *p = m->p;
    uint32_t *next = arena_array(m->arena, uint32_t, p->symbols.count + 1);

    m->first = arena_array(m->arena, uint32_t, p->symbols.count + 1);
    m->stages = arena_array(m->arena, StageId, p->stages.count + 1);
    for (size_t i = 0; i < p->body.count; i++)
        if (p->body.at[i].kind == ITEM_STAGE)
            m->first[p->stages.at[p->body.at[i].id].target + 1]++;
    for (SymId s = 0; s < p->symbols.count; s++)
        next[s + 1] = m->first[s + 1] += m->first[s];
    for (size_t i = 0; i < p->body.count; i++)
        if (p->body.at[i].kind == ITEM_STAGE)
            m->stages[next[p->stages.at[p->body.at[i].id].target]++] = p->body.at[i].id;
}

static void find_places(Merger *m)
{
    const Program *p = m->p;
    LoopId open = NO_ID;

    m->place = arena_array(m->arena, uint32_t, p->stages.count + 1);
    m->inside = arena_array(m->arena, LoopId, p->stages.count + p->loops.count + 1);
    for (uint32_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE) {
            m->place[item.id] = i;
            m->inside[item.id] = open;
        } else if (item.kind == ITEM_LOOP) {
            m->inside[p->stages.count + item.id] = open;
            open = item.id;
        } else {
            open = m->inside[p->stages.count + item.id];
        }
    }
}

static uint32_t writers(const Merger *m, SymId symbol)
{
    return m->first[symbol + 1] - m->first[symbol];
}

static const Stage *writer(const Merger *m, SymId symbol, uint32_t k)
{
    return &m->p->stages.at[m->stages[m->first[symbol] + k]];
}

static uint32_t first_place(const Merger *m, SymId symbol)
{
    return m->place[m->stages[m->first[symbol]]];
}

static bool may_merge(const Merger *m, SymId symbol)
{
    const Symbol *s = &m->p->symbols.at[symbol];

    return writers(m, symbol) > 0 && (s->role == SYM_LOCAL || (s->role == SYM_INTEGER && s->local));
}

/* ---- are two symbols computed alike? ---------------------------------------------------------------- */

static bool same_kind(const Symbol *a, const Symbol *b)
{
    return a->role == b->role && a->rank == b->rank && a->inactive == b->inactive && a->compensated == b->compensated &&
           a->low == b->low && a->high == b->high &&
           (a->rank == 0 || memcmp(a->extents, b->extents, a->rank * sizeof *a->extents) == 0);
}

/* The same turns: loops with a condition only if they are one. */
static bool same_loops(const Merger *m, LoopId a, LoopId b)
{
    const Program *p = m->p;

    while (a != b && a != NO_ID && b != NO_ID) {
        const Loop *x = &p->loops.at[a], *y = &p->loops.at[b];

        if (x->index != y->index || x->low != y->low || x->high != y->high || x->reverse != y->reverse ||
            x->turns != y->turns || x->condition != NO_ID || y->condition != NO_ID)
            return false;
        a = m->inside[p->stages.count + a];
        b = m->inside[p->stages.count + b];
    }
    return a == b;
}

static bool same_affs(Merger *m, const AffId *a, const AffId *b, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        if (a[k] != b[k] && rebuild_aff(&m->rebuild, a[k]) != rebuild_aff(&m->rebuild, b[k]))
            return false;
    return true;
}

static bool same_node(Merger *m, NodeId a, NodeId b)
{
    if (a == b || a == NO_ID || b == NO_ID)
        return a == b;
    return rebuild_node(&m->rebuild, a) == rebuild_node(&m->rebuild, b);
}

static bool same_stage(Merger *m, const Stage *a, const Stage *b)
{
    if (a->op != b->op || a->fresh != b->fresh || a->rank != b->rank)
        return false;
    for (unsigned d = 0; d < a->rank; d++)
        if (a->domain[d].index != b->domain[d].index || !same_affs(m, &a->domain[d].low, &b->domain[d].low, 1) ||
            !same_affs(m, &a->domain[d].high, &b->domain[d].high, 1))
            return false;
    return same_affs(m, a->subs, b->subs, stage_subs(m->p, a)) && same_node(m, a->guard, b->guard) &&
           same_node(m, a->value, b->value);
}

static bool computed_alike(Merger *m, SymId a, SymId b)
{
    if (writers(m, a) != writers(m, b) || !same_kind(&m->p->symbols.at[a], &m->p->symbols.at[b]))
        return false;
    for (uint32_t k = 0; k < writers(m, a); k++) {
        StageId x = m->stages[m->first[a] + k], y = m->stages[m->first[b] + k];

        if (!same_loops(m, m->inside[x], m->inside[y]) || !same_stage(m, &m->p->stages.at[x], &m->p->stages.at[y]))
            return false;
    }
    return true;
}

/* ---- candidates ------------------------------------------------------------------------------------- */

/* Of the upper part of an expression, whatever symbols it reads. */
static uint64_t hash_of_form(const Merger *m, NodeId root)
{
    NodeId queue[LOOKED_AT + OP_MOST_ARGS] = { root };
    uint64_t hash = HASH_START;
    unsigned count = 1;

    for (unsigned i = 0; i < count && i < LOOKED_AT; i++) {
        const Node *node = &m->p->nodes.at[queue[i]];

        hash = hash_mix(hash, node->op);
        if (node->op == OP_READ)
            hash = hash_mix(hash, node->u.read.subs);
        else if (node->op == OP_LITERAL)
            hash = hash_mix(hash, node->u.literal);
        for (unsigned k = 0; k < op_info[node->op].arity && count < LOOKED_AT; k++)
            queue[count++] = node->u.arg[k];
    }
    return hash;
}

/* Of what computes a symbol; with the values where those are known. */
static uint64_t hash_of(Merger *m, SymId symbol, bool values)
{
    uint64_t hash = hash_mix(HASH_START, writers(m, symbol));

    hash = hash_mix(hash_mix(hash, m->p->symbols.at[symbol].rank), values);
    for (uint32_t k = 0; k < writers(m, symbol); k++) {
        const Stage *stage = writer(m, symbol, k);

        hash = hash_mix(hash_mix(hash, stage->op), stage->rank);
        for (unsigned d = 0; d < stage->rank; d++)
            hash = hash_mix(hash, stage->domain[d].index);
        hash = hash_mix(hash, values ? rebuild_node(&m->rebuild, stage->value) : hash_of_form(m, stage->value));
    }
    return hash;
}

typedef struct {
    const Merger *m;
    uint64_t hash;
} Sought;

static bool same_hash(const void *context, uint32_t id)
{
    const Sought *sought = context;

    return sought->m->known.at[id].hash == sought->hash;
}

static uint32_t last_known(const Merger *m, uint64_t hash)
{
    Sought sought = { m, hash };
    uint32_t head = hash_find(&m->heads, hash, same_hash, &sought);

    return head == HASH_NONE ? NO_ID : m->known.at[head].next;
}

/* The first of each hash stands for the list: its `next` is the last one. */
static void add_known(Merger *m, SymId symbol, uint64_t hash)
{
    Sought sought = { m, hash };
    uint32_t head = hash_find(&m->heads, hash, same_hash, &sought);

    if (head == HASH_NONE) {
        head = (uint32_t)m->known.count;
        vec_push(m->arena, &m->known, (Known){ NO_ID, hash, NO_ID });
        hash_add(m->arena, &m->heads, hash, head);
    }
    vec_push(m->arena, &m->known, (Known){ symbol, hash, m->known.at[head].next });
    m->known.at[head].next = (uint32_t)(m->known.count - 1);
}

/* ---- straight code ---------------------------------------------------------------------------------- */

static void merge_straight(Merger *m, SymId symbol)
{
    uint64_t hash = hash_of(m, symbol, true);
    uint32_t other = last_known(m, hash);

    for (unsigned tries = 0; other != NO_ID && tries < MOST_CANDIDATES; tries++) {
        if (computed_alike(m, m->known.at[other].symbol, symbol)) {
            m->same[symbol] = m->known.at[other].symbol;
            m->merged = true;
            return;
        }
        other = m->known.at[other].next;
    }
    add_known(m, symbol, hash);
}

/* ---- loops ------------------------------------------------------------------------------------------ */

typedef struct {
    SymId symbol;
    uint32_t place;     /* of its first stage */
    uint32_t candidate; /* in Merger.known, or NO_ID */
    unsigned tries;
} Guess;

typedef VEC(Guess) GuessVec;

static int compare_places(const void *a, const void *b)
{
    uint32_t x = ((const Guess *)a)->place, y = ((const Guess *)b)->place;

    return (x > y) - (x < y);
}

/* From here on in the list, the next one that begins before. */
static void guess_from(const Merger *m, Guess *guess, uint32_t candidate)
{
    while (candidate != NO_ID && first_place(m, m->known.at[candidate].symbol) >= guess->place)
        candidate = m->known.at[candidate].next;
    guess->candidate = guess->tries++ < MOST_CANDIDATES ? candidate : NO_ID;
}

/* What begins first is settled first. */
static void apply_guesses(Merger *m, const GuessVec *guesses)
{
    rebuild_forget(&m->rebuild);
    for (size_t i = 0; i < guesses->count; i++) {
        const Guess *guess = &guesses->at[i];

        m->same[guess->symbol] = guess->candidate == NO_ID ? guess->symbol : m->same[m->known.at[guess->candidate].symbol];
    }
}

/* The first guess that is wrong; NULL: all are right. */
static Guess *find_wrong(Merger *m, const GuessVec *guesses)
{
    for (size_t i = 0; i < guesses->count; i++) {
        Guess *guess = &guesses->at[i];

        if (guess->candidate != NO_ID && !computed_alike(m, m->known.at[guess->candidate].symbol, guess->symbol))
            return guess;
    }
    return NULL;
}

/* Symbols may be merged into others of the same loop, so all are known before they are compared. A guess that proves wrong
 * is followed by the next one; then all others are looked at again. */
static void merge_loop(Merger *m, const SymId *symbols, size_t count)
{
    GuessVec guesses = { 0 };
    Guess *wrong;
    unsigned rounds = 0;

    for (size_t i = 0; i < count; i++) {
        add_known(m, symbols[i], hash_of(m, symbols[i], false));
        vec_push(m->arena, &guesses, (Guess){ .symbol = symbols[i], .place = first_place(m, symbols[i]) });
    }
    if (count == 0)
        return;
    qsort(guesses.at, count, sizeof *guesses.at, compare_places);
    for (size_t i = 0; i < count; i++)
        guess_from(m, &guesses.at[i], last_known(m, hash_of(m, guesses.at[i].symbol, false)));
    apply_guesses(m, &guesses);
    while ((wrong = find_wrong(m, &guesses)) != NULL) {
        guess_from(m, wrong, m->known.at[wrong->candidate].next);
        for (size_t i = 0; rounds >= MOST_ROUNDS && i < count; i++)
            guesses.at[i].candidate = NO_ID;
        rounds++;
        apply_guesses(m, &guesses);
    }
    for (size_t i = 0; i < count; i++)
        m->merged |= m->same[symbols[i]] != symbols[i];
    rebuild_forget(&m->rebuild);
}

/* ---- the pass --------------------------------------------------------------------------------------- */

static void find_same(Merger *m)
{
    const Program *p = m->p;
    VEC(SymId) loop = { 0 };
    size_t depth = 0;

    for (uint32_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];
        SymId target;

        depth += item.kind == ITEM_LOOP;
        depth -= item.kind == ITEM_END;
        if (item.kind == ITEM_END && depth == 0) {
            merge_loop(m, loop.at, loop.count);
            loop.count = 0;
        }
        if (item.kind != ITEM_STAGE)
            continue;
        target = p->stages.at[item.id].target;
        if (!may_merge(m, target) || m->stages[m->first[target + 1] - 1] != item.id)
            continue;
        if (depth > 0)
            vec_push(m->arena, &loop, target);
        else
            merge_straight(m, target);
    }
}

/* A loop of which nothing is left goes, unless it counts its turns. */
static bool is_empty_loop(const Program *to, LoopId loop)
{
    return vec_top(&to->body).kind == ITEM_LOOP && to->loops.at[loop].condition == NO_ID;
}

static Program *copy_merged(Merger *m)
{
    const Program *p = m->p;
    Program *to = program_like(p);
    Rebuild rebuild;

    rebuild_begin(&rebuild, p, to);
    rebuild.symbols = m->same;
    rebuild_all_nodes(&rebuild);
    for (size_t i = 0; i < p->body.count; i++) {
        Item item = p->body.at[i];

        if (item.kind == ITEM_STAGE && m->same[p->stages.at[item.id].target] != p->stages.at[item.id].target)
            continue;
        if (item.kind == ITEM_END && is_empty_loop(to, vec_top(&to->body).id))
            program_close_loop(to, vec_top(&to->body).id);
        else
            rebuild_item(&rebuild, item);
    }
    return to;
}

static Program *merge(Program *p)
{
    Merger m = { .p = p, .nodes = program_like(p), .arena = heap_arena(p->heap) };
    Program *made = p;

    m.same = arena_array(m.arena, SymId, p->symbols.count + 1);
    for (SymId s = 0; s < p->symbols.count; s++)
        m.same[s] = s;
    sort_stages(&m);
    find_places(&m);
    rebuild_begin(&m.rebuild, p, m.nodes);
    m.rebuild.symbols = m.same;
    find_same(&m);
    if (m.merged)
        made = copy_merged(&m);
    program_free(m.nodes);
    heap_release(p->heap, m.arena);
    return made;
}

/* Where fewer than two arrays are computed nothing can be merged, and looking would take as long as copying all nodes. */
static bool has_two(const Program *p)
{
    unsigned computed = 0;

    for (SymId s = 0; s < p->symbols.count && computed < 2; s++)
        computed += p->symbols.at[s].role == SYM_LOCAL || (p->symbols.at[s].role == SYM_INTEGER && p->symbols.at[s].local);
    return computed > 1;
}

Program *pass_merge(Program *p)
{
    return has_two(p) ? merge(p) : p;
}
