/* plan_programs.h -- random programs for the tests of plans: shifts, triangles, reductions, scatters, guards, recurrences. */
#ifndef BPGEN_TESTS_PLAN_PROGRAMS_H
#define BPGEN_TESTS_PLAN_PROGRAMS_H

#include "tests/unit/plan_machine.h"

/* ---- random programs --------------------------------------------------------------------------------- */

enum { MOST_MADE = 64 };

typedef struct {
    Fixture f;
    SymId made[MOST_MADE]; /* complete symbols */
    bool seen[MOST_MADE];  /* read by some stage: nobody writes them any more */
    unsigned count;
    SymId table, label;    /* integers */
} Random;

static inline int32_t extent_of(const Random *r, SymId s, unsigned k)
{
    return r->f.p->symbols.at[s].extents[k];
}

/* A subscript for a dimension of `extent` elements from an index over low .. low+count-1. */
static inline AffId random_sub(Random *r, int32_t extent, IndexId i, int64_t low, int32_t count)
{
    AffPool *pool = &r->f.p->affs;

    if (extent < count || pick(8) == 0)
        return number(&r->f, pick((unsigned)extent));
    if (pick(6) == 0)
        return aff_sub(pool, number(&r->f, low + extent - 1 - pick((unsigned)(extent - count + 1))), plain(&r->f, i));
    if (pick(8) == 0 && extent_of(r, r->label, 0) >= low + count && extent >= 4) {
        AffId sub = plain(&r->f, i);

        return aff_element(pool, r->label, &sub, 1);
    }
    return shifted(&r->f, i, (int64_t)pick((unsigned)(extent - count + 1)) - low);
}

/* The domain of a stage: indices with their lows and counts. */
typedef struct {
    Domain domain;
    int64_t low[4];
    int32_t count[4];
} Space;

static inline NodeId random_read(Random *r, const Space *space)
{
    unsigned at = pick(r->count);
    SymId s = r->made[at];
    AffId subs[3];

    r->seen[at] = true;
    for (unsigned k = 0; k < r->f.p->symbols.at[s].rank; k++) {
        int32_t extent = extent_of(r, s, k);
        unsigned d = space->domain.rank == 0 ? 0 : pick(space->domain.rank);

        if (space->domain.rank == 0)
            subs[k] = number(&r->f, pick((unsigned)extent));
        else
            subs[k] = random_sub(r, extent, space->domain.domain[d].index, space->low[d], space->count[d]);
    }
    return node_read(r->f.p, s, subs);
}

static inline NodeId random_condition(Random *r, const Space *space)
{
    Program *p = r->f.p;

    if (space->domain.rank > 0 && pick(2) == 0) {
        NodeId a = node_integer(p, plain(&r->f, space->domain.domain[pick(space->domain.rank)].index));

        return node_raw(p, OP_LT, a, node_int(p, 1 + pick(3)), NO_ID);
    }
    return node_raw(p, OP_GT, random_read(r, space), node_int(p, 0), NO_ID);
}

static inline NodeId random_value(Random *r, const Space *space)
{
    Program *p = r->f.p;
    NodeId value = random_read(r, space);

    for (unsigned n = pick(4); n > 0; n--) {
        static const Op ops[] = { OP_ADD, OP_SUB, OP_MUL, OP_MAX };
        NodeId other = random_read(r, space);

        value = node_raw(p, ops[pick(4)], value, other, NO_ID);
        if (pick(6) == 0)
            value = node_raw(p, OP_SELECT, random_condition(r, space), value, other);
    }
    return node_raw(p, OP_MUL, value, node_literal(p, (Rational){ 1, 3, NULL }), NO_ID);
}

static inline int32_t random_extent(void)
{
    return pick(4) == 0 ? 4 + (int32_t)pick(3) : 5;
}

static inline Space random_space(Random *r, unsigned rank)
{
    Space space = { .domain = { .rank = 0 } };

    for (unsigned k = 0; k < rank; k++) {
        IndexId i = index_of(&r->f, &"i\0j\0k\0l"[2 * k]);

        space.low[k] = pick(3) == 0 ? pick(3) : 0;
        space.count[k] = random_extent();
        space.domain = range(space.domain, &r->f, i, space.low[k], space.low[k] + space.count[k]);
    }
    return space;
}

static inline void made(Random *r, SymId s)
{
    r->made[r->count] = s;
    r->seen[r->count++] = false;
}

static inline SymRole random_role(void)
{
    return pick(3) == 0 ? SYM_OUTPUT : SYM_LOCAL;
}

static inline NodeId random_guard(Random *r, const Space *space)
{
    return pick(5) == 0 ? random_condition(r, space) : NO_ID;
}

/* T[i - low, ...] = value, or a sum or maximum over further indices. */
static inline void add_filling(Random *r)
{
    unsigned rank = pick(3), reduced = pick(2) * (1 + pick(2));
    Space space = random_space(r, rank + reduced);
    int32_t extents[2] = { 1, 1 };
    AffId subs[2];
    unsigned first = reduced > 0 && pick(3) == 0 ? reduced : 0; /* reductions outside */
    bool maximum = reduced > 0 && pick(4) == 0;
    SymId target;
    NodeId value;

    for (unsigned k = 0; k < rank; k++) {
        extents[k] = space.count[first + k];
        subs[k] = shifted(&r->f, space.domain.domain[first + k].index, -space.low[first + k]);
    }
    target = symbol(&r->f, "t", random_role(), rank, extents[0], extents[1], 1);
    value = random_value(r, &space);
    if (reduced == 0 && pick(3) > 0)
        stage(&r->f, STAGE_SET, false, target, subs, space.domain, value, NO_ID);
    else
        stage(&r->f, maximum ? STAGE_MAX : STAGE_ADD, true, target, subs, space.domain, value,
              maximum ? NO_ID : random_guard(r, &space));
    made(r, target);
}

/* T[i+k] += value over two indices. */
static inline void add_scatter(Random *r)
{
    Space space = random_space(r, 2);
    int32_t extent = space.count[0] + space.count[1] - 1;
    SymId target = symbol(&r->f, "y", random_role(), 1, extent, 0, 0);
    AffId sub = plain(&r->f, space.domain.domain[0].index);
    NodeId value = random_value(r, &space);

    sub = aff_add(&r->f.p->affs, sub, plain(&r->f, space.domain.domain[1].index));
    sub = aff_offset(&r->f.p->affs, sub, -space.low[0] - space.low[1]);
    stage(&r->f, STAGE_ADD, true, target, &sub, space.domain, value, random_guard(r, &space));
    made(r, target);
}

/* T[i] += value over j <= i, or over j with i <= j; or more is added to what nobody has read. */
static inline void add_triangle(Random *r)
{
    Space space = random_space(r, 2);
    bool transposed = pick(2) == 0;
    SymId target;
    AffId sub;
    NodeId value;

    space.low[0] = space.low[1] = 0;
    space.count[1] = space.count[0];
    space.domain.domain[0].low = space.domain.domain[1].low = number(&r->f, 0);
    space.domain.domain[0].high = number(&r->f, space.count[0]);
    space.domain.domain[1].high = shifted(&r->f, space.domain.domain[0].index, 1);
    target = symbol(&r->f, "l", random_role(), 1, space.count[0], 0, 0);
    sub = plain(&r->f, space.domain.domain[transposed].index);
    value = random_value(r, &space);
    stage(&r->f, STAGE_ADD, true, target, &sub, space.domain, value, random_guard(r, &space));
    made(r, target);
}

/* T[0] = .., T[i+1] = .., T[i] += .. */
static inline void add_adjoint(Random *r)
{
    Space space = random_space(r, 1), none = { .domain = { .rank = 0 } };
    SymId target = symbol(&r->f, "d", random_role(), 1, space.count[0] + 1, 0, 0);
    IndexId i = space.domain.domain[0].index;
    NodeId value = random_value(r, &none);

    stage1(&r->f, STAGE_SET, false, target, number(&r->f, 0), none.domain, value);
    value = random_value(r, &space);
    stage1(&r->f, STAGE_SET, false, target, shifted(&r->f, i, 1 - space.low[0]), space.domain, value);
    value = random_value(r, &space);
    stage1(&r->f, STAGE_ADD, false, target, shifted(&r->f, i, -space.low[0]), space.domain, value);
    made(r, target);
}

/* More is added to a symbol that nobody has read. */
static inline void add_more(Random *r)
{
    unsigned at = pick(r->count);
    SymId target = r->made[at];
    const Symbol *s = &r->f.p->symbols.at[target];
    unsigned rank = s->rank;
    Space space = random_space(r, rank + pick(2));
    AffId subs[3];
    NodeId value, guard;

    if (r->seen[at] || (s->role != SYM_LOCAL && s->role != SYM_OUTPUT))
        return;
    r->seen[at] = true; /* not by its own value */
    for (unsigned k = 0; k < rank; k++)
        subs[k] = random_sub(r, s->extents[k], space.domain.domain[k].index, space.low[k], space.count[k]);
    r->made[at] = r->made[0];
    value = random_value(r, &space);
    guard = random_guard(r, &space);
    r->made[at] = target;
    r->seen[at] = false;
    for (StageId id = 0; id < r->f.p->stages.count; id++)
        if (r->f.p->stages.at[id].target == target && r->f.p->stages.at[id].op == STAGE_MAX)
            return;
    stage(&r->f, STAGE_ADD, false, target, subs, space.domain, value, guard);
}

/* label2 = argmax over k of value, then y[i] = x[label2[i]]. */
static inline void add_argmax(Random *r)
{
    Space space = random_space(r, 2);
    int32_t extents[2];
    SymId label, target = symbol(&r->f, "m", random_role(), 1, space.count[0], 0, 0);
    AffId sub = shifted(&r->f, space.domain.domain[0].index, -space.low[0]), element[2];
    NodeId value = random_value(r, &space);
    Domain outer = space.domain;

    extents[0] = space.count[0];
    extents[1] = 1;
    label = program_symbol(r->f.p, (Symbol){ .role = SYM_INTEGER, .integer = true, .local = true, .rank = 2,
                                             .low = space.low[1], .high = space.low[1] + space.count[1],
                                             .extents = extents, .of = NO_ID });
    stage(&r->f, STAGE_ARGMAX, false, label, &sub, space.domain, value, NO_ID);
    element[0] = sub;
    element[1] = AFF_ZERO;
    element[0] = aff_offset(&r->f.p->affs, aff_element(&r->f.p->affs, label, element, 2), -space.low[1]);
    outer.rank = 1;
    value = read1(&r->f, r->made[1], element[0]);
    stage1(&r->f, STAGE_SET, false, target, sub, outer, value);
    made(r, target);
}

/* A stage that fills T[t, i] within a loop over t from what is complete and from h[t or t+1, ..]. */
static inline void add_turn_stage(Random *r, SymId target, AffId time, AffId old_time, SymId h)
{
    Space space = random_space(r, 1 + pick(2));
    int32_t count = extent_of(r, target, 1);
    AffId subs[2], read[2];
    NodeId value;

    space.low[0] = 0;
    space.count[0] = count;
    space.domain.domain[0].low = number(&r->f, 0);
    space.domain.domain[0].high = number(&r->f, count);
    value = random_value(r, &space);
    subs[0] = time;
    subs[1] = plain(&r->f, space.domain.domain[0].index);
    read[0] = old_time;
    read[1] = random_sub(r, count, space.domain.domain[0].index, 0, count);
    value = node_raw(r->f.p, OP_ADD, value, node_read(r->f.p, h, read), NO_ID);
    stage(&r->f, STAGE_ADD, true, target, subs, space.domain, value, random_guard(r, &space));
}

/* h[0,i] = .., then over t: u[t,i] from h[t,..], h[t+1,i] from u[t,..], s += h. */
static inline void add_recurrence(Random *r)
{
    Space space = random_space(r, 1);
    int32_t turns = 2 + (int32_t)pick(3), count = space.count[0];
    bool reverse = pick(2) == 0;
    SymId h = symbol(&r->f, "h", random_role(), 2, turns + 1, count, 0);
    SymId u = symbol(&r->f, "u", SYM_LOCAL, 2, turns, count, 0);
    SymId s = symbol(&r->f, "s", random_role(), 1, count, 0, 0);
    IndexId t = index_of(&r->f, "t"), i = space.domain.domain[0].index;
    AffId old = shifted(&r->f, t, reverse), now = shifted(&r->f, t, !reverse), subs[2];
    NodeId value = random_value(r, &space);
    LoopId loop;

    subs[0] = number(&r->f, reverse ? turns : 0);
    subs[1] = shifted(&r->f, i, -space.low[0]);
    stage(&r->f, STAGE_SET, false, h, subs, space.domain, value, NO_ID);
    stage1(&r->f, STAGE_SET, false, s, subs[1], space.domain, value);
    loop = program_begin_loop(r->f.p, (Loop){ .index = t, .low = 0, .high = turns, .reverse = reverse,
                                              .condition = NO_ID, .turns = NO_ID });
    add_turn_stage(r, u, plain(&r->f, t), old, h);
    add_turn_stage(r, h, now, plain(&r->f, t), u);
    if (pick(2) == 0) {
        subs[0] = pick(2) == 0 ? old : now;
        stage1(&r->f, STAGE_ADD, false, s, subs[1], space.domain, read2(&r->f, h, subs[0], subs[1]));
    }
    program_end_loop(r->f.p, loop);
    made(r, h);
    made(r, u);
    made(r, s);
}

/* ---- carried values that are folded ------------------------------------------------------------------ */

/* A loop with a value that it carries and nobody else looks at but before and behind it. */
typedef struct {
    Random *r;
    Space space;       /* of the other dimension, if there is one */
    unsigned rank;
    IndexId time;
    int32_t low, turns;
    bool reverse;
    SymId count;       /* of the turns made, or NO_ID */
} Carrying;

static inline SymId carried_symbol(Carrying *c, const char *name)
{
    return symbol(&c->r->f, name, SYM_LOCAL, c->rank, c->turns + 1, c->space.count[0], 0);
}

/* The element of the carried value that the loop begins with, or ends with. */
static inline AffId end_of_carrying(Carrying *c, bool exit)
{
    if (c->reverse == exit)
        return number(&c->r->f, 0);
    return c->count == NO_ID ? number(&c->r->f, c->turns) : aff_element(&c->r->f.p->affs, c->count, NULL, 0);
}

static inline AffId time_of_carrying(Carrying *c, bool new)
{
    return shifted(&c->r->f, c->time, (new != c->reverse) - c->low);
}

static inline NodeId read_carried(Carrying *c, SymId s, AffId time)
{
    AffId subs[2];

    subs[0] = time;
    subs[1] = c->rank == 1 ? AFF_ZERO
                           : random_sub(c->r, c->space.count[0], c->space.domain.domain[0].index, c->space.low[0],
                                        c->space.count[0]);
    return node_read(c->r->f.p, s, subs);
}

static inline void write_carried(Carrying *c, StageOp op, bool fresh, SymId s, AffId time, NodeId value)
{
    Space space = c->space;
    AffId subs[2];

    subs[0] = time;
    subs[1] = c->rank == 1 ? AFF_ZERO : shifted(&c->r->f, c->space.domain.domain[0].index, -c->space.low[0]);
    if (fresh && pick(2) == 0) { /* a sum over one index more */
        space.low[c->rank - 1] = 0;
        space.count[c->rank - 1] = 3;
        space.domain.rank = c->rank - 1;
        space.domain = range(space.domain, &c->r->f, index_of(&c->r->f, "q"), 0, 3);
        value = node_raw(c->r->f.p, OP_MUL, value, random_read(c->r, &space), NO_ID);
    }
    stage(&c->r->f, op, fresh, s, subs, space.domain, value, NO_ID);
}

/* s[new] from s[old] and from another one, old or new. */
static inline void step_carried(Carrying *c, SymId s, SymId other, bool of_new)
{
    Program *p = c->r->f.p;
    NodeId value = random_value(c->r, &c->space), old = read_carried(c, s, time_of_carrying(c, false));
    bool sum = pick(3) == 0;

    value = node_raw(p, OP_ADD, value, old, NO_ID);
    value = node_raw(p, OP_MUL, value, read_carried(c, other, time_of_carrying(c, of_new)), NO_ID);
    value = node_raw(p, OP_MUL, value, node_literal(p, (Rational){ 1, 4, NULL }), NO_ID);
    write_carried(c, sum ? STAGE_ADD : STAGE_SET, sum, s, time_of_carrying(c, true), value);
    if (pick(3) == 0)
        write_carried(c, STAGE_ADD, false, s, time_of_carrying(c, true), random_value(c->r, &c->space));
}

static inline NodeId loop_condition(Carrying *c, SymId s)
{
    Program *p = c->r->f.p;
    AffId subs[2];

    subs[0] = time_of_carrying(c, false);
    subs[1] = AFF_ZERO;
    return node_raw(p, OP_LT, node_read(p, s, subs), node_literal(p, (Rational){ 1, 2, NULL }), NO_ID);
}

static inline SymId count_symbol(Random *r, int32_t turns)
{
    return program_symbol(r->f.p, (Symbol){ .name = names_intern_text(&r->f.names, "turns"), .role = SYM_INTEGER,
                                            .integer = true, .local = true, .high = turns + 1, .of = NO_ID });
}

static inline void result_of_carrying(Carrying *c, SymId s)
{
    SymId result = symbol(&c->r->f, "z", SYM_OUTPUT, c->rank - 1, c->space.count[0], 0, 0);
    AffId sub = c->rank == 1 ? AFF_ZERO : shifted(&c->r->f, c->space.domain.domain[0].index, -c->space.low[0]);

    stage1(&c->r->f, STAGE_SET, false, result, sub, c->space.domain, read_carried(c, s, end_of_carrying(c, true)));
    made(c->r, result);
}

static inline LoopId begin_carrying(Carrying *c, NodeId condition)
{
    Loop loop = { .index = c->time, .low = c->low, .high = c->low + c->turns, .reverse = c->reverse,
                  .condition = condition, .turns = c->count };

    return program_begin_loop(c->r->f.p, loop);
}

/* A first loop, with a condition or without; then a reversed one over the turns that it made. */
static inline void add_carried(Random *r)
{
    Carrying c = { .r = r, .rank = 1 + pick(2), .low = (int32_t)pick(3), .turns = 3 + (int32_t)pick(4), .count = NO_ID };
    bool again = pick(2) == 0, conditional = pick(2) == 0;
    SymId h, g, d;
    AffId entry;

    c.space = random_space(r, c.rank - 1);
    c.time = index_of(&r->f, "t");
    h = carried_symbol(&c, "h");
    g = carried_symbol(&c, "g");
    entry = end_of_carrying(&c, false);
    write_carried(&c, STAGE_SET, false, h, entry, random_value(r, &c.space));
    write_carried(&c, STAGE_SET, false, g, entry, random_value(r, &c.space));
    c.count = conditional ? count_symbol(r, c.turns) : NO_ID;
    {
        LoopId loop = begin_carrying(&c, conditional ? loop_condition(&c, h) : NO_ID);

        step_carried(&c, h, g, false);
        step_carried(&c, g, h, pick(2) == 0);
        program_end_loop(r->f.p, loop);
    }
    result_of_carrying(&c, h);
    result_of_carrying(&c, g);
    if (!again)
        return;
    c.reverse = true;
    d = carried_symbol(&c, "d");
    write_carried(&c, STAGE_SET, false, d, end_of_carrying(&c, false), random_value(r, &c.space));
    {
        LoopId loop = begin_carrying(&c, NO_ID);

        step_carried(&c, d, pick(2) == 0 ? g : d, false);
        program_end_loop(r->f.p, loop);
    }
    result_of_carrying(&c, d);
}

#endif
