/* oracle.c -- the oracle runs a program of stages. */
#include "oracle_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- subscripts, numbers ----------------------------------------------------------------------------- */

static int64_t aff_value(const Oracle *o, AffId id);

static int64_t atom_value(const Oracle *o, AtomId id)
{
    const AffPool *pool = &o->p->affs;
    const Atom *atom = &pool->atoms.at[id];
    const Symbol *s;
    int64_t offset = 0;

    if (atom->kind == ATOM_INDEX)
        return o->indices[atom->of];
    s = &o->p->symbols.at[atom->of];
    for (unsigned k = 0; k < atom->rank; k++) {
        int64_t at = aff_value(o, pool->subs.at[atom->subs + k]);

        if (at < 0 || at >= s->extents[k])
            return 0; /* in a branch that is not taken */
        offset = offset * s->extents[k] + at;
    }
    return o->integers[atom->of][offset];
}

static int64_t aff_value(const Oracle *o, AffId id)
{
    const Affine *a = &o->p->affs.affs.at[id];
    int64_t value = a->constant;

    for (uint32_t t = 0; t < a->count; t++)
        value += o->p->affs.terms.at[a->first + t].coef * atom_value(o, o->p->affs.terms.at[a->first + t].atom);
    return value;
}

/* The position of an element, or -1 in a branch that is not taken. */
static int64_t position(const Oracle *o, SymId symbol, const AffId *subs, unsigned rank)
{
    const Symbol *s = &o->p->symbols.at[symbol];
    int64_t offset = 0;

    for (unsigned k = 0; k < rank; k++) {
        int64_t at = aff_value(o, subs[k]);

        if (at < 0 || at >= s->extents[k])
            return -1;
        offset = offset * s->extents[k] + at;
    }
    return offset;
}

static void set_rational(mpfr_t y, Rational value)
{
    Text text;
    Heap heap = { .arenas = NULL };
    mpq_t q;

    text_init(&text, heap_arena(&heap));
    rational_print(value, &text);
    mpq_init(q);
    mpq_set_str(q, text_string(&text), 10);
    mpfr_set_q(y, q, MPFR_RNDN);
    mpq_clear(q);
    heap_free(&heap);
}

/* ---- stated derivatives and C functions -------------------------------------------------------------- */

/* The value at the point and at the base, of what has the value `now` in this run. */
static Stated *value_before(Oracle *o, mpfr_t now)
{
    Stated *stated;

    if (o->next_stated == o->stated.count) {
        vec_push(o->arena, &o->stated, (Stated){ 0 });
        oracle_real(o, o->stated.at[o->next_stated].point);
        oracle_real(o, o->stated.at[o->next_stated].base);
    }
    stated = &o->stated.at[o->next_stated++];
    if (o->mode == RUN_POINT)
        mpfr_set(stated->point, now, MPFR_RNDN);
    if (o->mode != RUN_BESIDE)
        mpfr_set(stated->base, now, MPFR_RNDN);
    return stated;
}

/* y += slope (to - from) */
static void add_move(Oracle *o, mpfr_t y, const mpfr_t slope, const mpfr_t to, const mpfr_t from)
{
    mpfr_sub(o->t, to, from, MPFR_RNDN);
    mpfr_mul(o->t, o->t, slope, MPFR_RNDN);
    mpfr_add(y, y, o->t, MPFR_RNDN);
}

static void compute_link(Oracle *o, mpfr_t y, mpfr_t value, mpfr_t argument, mpfr_t derivative)
{
    size_t at = o->next_stated;
    const Stated *x, *slope;

    (void)value_before(o, argument);
    (void)value_before(o, derivative); /* the first one may have moved */
    x = &o->stated.at[at];
    slope = &o->stated.at[at + 1];
    mpfr_set(y, value, MPFR_RNDN);
    add_move(o, y, slope->point, x->base, x->point);
    add_move(o, y, slope->base, argument, x->base);
}

static void compute_call(Oracle *o, NodeId call)
{
    const char *name = names_text(o->p->names, node_called(o->p, call));
    const Node *list = &o->p->nodes.at[o->p->nodes.at[call].u.arg[1]];
    mpfr_t *y = &o->nodes[call], *x = &o->nodes[o->p->nodes.at[call].u.arg[1]];

    if (strcmp(name, "lut") == 0) {
        mpfr_sin(*y, *x, MPFR_RNDN);
    } else if (strcmp(name, "dlut") == 0) {
        mpfr_cos(*y, *x, MPFR_RNDN);
    } else if (strcmp(name, "d2lut") == 0) {
        mpfr_sin(*y, *x, MPFR_RNDN);
        mpfr_neg(*y, *y, MPFR_RNDN);
    } else if (strcmp(name, "rho") == 0) {
        mpfr_mul_ui(*y, o->nodes[list->u.arg[1]], 287, MPFR_RNDN);
        mpfr_div(*y, o->nodes[list->u.arg[0]], *y, MPFR_RNDN);
    } else {
        fprintf(stderr, "oracle: no C function '%s' here\n", name);
        exit(70);
    }
}

static void decide(Oracle *o, unsigned way)
{
    if (way != 0)
        o->decisions = (o->decisions ^ way) * 0x100000001b3u; /* FNV */
}

static void compute_operator(Oracle *o, NodeId id, const Node *n)
{
    const mpfr_t *args[OP_MOST_ARGS];

    for (unsigned k = 0; k < OP_MOST_ARGS; k++)
        args[k] = (const mpfr_t *)&o->nodes[n->u.arg[k < op_info[n->op].arity ? k : 0]];
    o->work++;
    oracle_function((Op)n->op, o->nodes[id], *args[0], *args[1], *args[2]);
    if (mpfr_zero_p(o->nodes[id]))
        mpfr_set_zero(o->nodes[id], 1);
    decide(o, oracle_decision((Op)n->op, *args[0], *args[1], *args[2]));
    if (o->measured)
        oracle_bound_operator(o, id, args);
}

/* In a branch that is not taken a subscript may be out of range. */
static void compute_read(Oracle *o, NodeId id, const Node *n)
{
    SymId symbol = n->u.read.symbol;
    int64_t at = position(o, symbol, node_subs(o->p, id), o->p->symbols.at[symbol].rank);

    if (at < 0)
        mpfr_set_zero(o->nodes[id], 1);
    else if (o->elements[symbol] != NULL)
        mpfr_set(o->nodes[id], o->elements[symbol][at], MPFR_RNDN);
    else
        mpfr_set_si(o->nodes[id], o->integers[symbol][at], MPFR_RNDN);
    if (o->measured)
        o->node_errors[id] = at < 0 ? 0 : o->element_errors[symbol][at];
}

static void compute_node(Oracle *o, NodeId id)
{
    const Node *n = &o->p->nodes.at[id];

    switch (n->op) {
    case OP_FUNCTION:
    case OP_LIST: return;
    case OP_CALL: compute_call(o, id); return;
    case OP_STOP: mpfr_set(o->nodes[id], value_before(o, o->nodes[n->u.arg[0]])->point, MPFR_RNDN); return;
    case OP_LINK:
        compute_link(o, o->nodes[id], o->nodes[n->u.arg[0]], o->nodes[n->u.arg[1]], o->nodes[n->u.arg[2]]);
        return;
    case OP_LITERAL: break; /* set once */
    case OP_PI: mpfr_const_pi(o->nodes[id], MPFR_RNDN); break;
    case OP_E: mpfr_set_si(o->t, 1, MPFR_RNDN); mpfr_exp(o->nodes[id], o->t, MPFR_RNDN); break;
    case OP_INTEGER: mpfr_set_si(o->nodes[id], (long)aff_value(o, n->u.aff), MPFR_RNDN); break;
    case OP_READ: compute_read(o, id, n); return;
    default: compute_operator(o, id, n); return;
    }
    if (o->measured)
        oracle_bound_constant(o, id);
}

/* A NaN stays. */
static void store_larger(Oracle *o, mpfr_t y, const mpfr_t value)
{
    decide(o, oracle_decision(OP_MAX, value, y, y));
    if (mpfr_nan_p(value) || mpfr_greater_p(value, y))
        mpfr_set(y, value, MPFR_RNDN);
}

static void store(Oracle *o, const Stage *s)
{
    int64_t at = position(o, s->target, s->subs, o->p->symbols.at[s->target].rank);
    mpfr_t *element = &o->elements[s->target][at];
    bool from_nothing = mpfr_zero_p(*element) || mpfr_inf_p(*element);

    if (s->op == STAGE_ADD)
        mpfr_add(*element, *element, o->nodes[s->value], MPFR_RNDN);
    else if (s->op == STAGE_MAX)
        store_larger(o, *element, o->nodes[s->value]);
    else
        mpfr_set(*element, o->nodes[s->value], MPFR_RNDN);
    if (o->measured)
        oracle_bound_store(o, s, at, from_nothing);
}

static bool is_subscript(const Oracle *o, const Stage *s, IndexId index)
{
    for (uint32_t k = 0; k < stage_subs(o->p, s); k++)
        if (aff_uses_index(&o->p->affs, s->subs[k], index))
            return true;
    return false;
}

/* The first of the largest values wins. */
static void store_position(Oracle *o, const Stage *s)
{
    int64_t at = position(o, s->target, s->subs, stage_subs(o->p, s));
    int32_t *positions = o->integers[s->target] + at * o->p->symbols.at[s->target].extents[stage_subs(o->p, s)];

    bool found = o->found[s->target][at], wins = !found || mpfr_greater_p(o->nodes[s->value], o->best[s->target][at]);

    if (found)
        decide(o, oracle_decision(OP_MAX, o->nodes[s->value], o->best[s->target][at], o->t));
    if (o->measured)
        oracle_bound_position(o, s, at, !found, wins);
    if (!wins)
        return;
    o->found[s->target][at] = true;
    mpfr_set(o->best[s->target][at], o->nodes[s->value], MPFR_RNDN);
    for (unsigned d = 0; d < s->rank; d++)
        if (!is_subscript(o, s, s->domain[d].index))
            *positions++ = (int32_t)o->indices[s->domain[d].index];
}

/* All points below range k, by nested loops of at most `rank` levels (the language's ranks are small). */
static void run_points(Oracle *o, const Stage *s, StageId id, unsigned k)
{
    if (k < s->rank) {
        int64_t low = aff_value(o, s->domain[k].low), high = aff_value(o, s->domain[k].high);

        for (int64_t i = low; i < high; i++) {
            o->indices[s->domain[k].index] = i;
            run_points(o, s, id, k + 1);
        }
        return;
    }
    for (size_t i = 0; i < o->needs[id].count; i++)
        compute_node(o, o->needs[id].at[i]);
    if (o->measured && s->guard != NO_ID)
        oracle_bound_condition(o, s->guard);
    if (s->guard != NO_ID && mpfr_zero_p(o->nodes[s->guard]))
        return;
    if (s->op == STAGE_ARGMAX)
        store_position(o, s);
    else
        store(o, s);
}

static void clear_targets(Oracle *o)
{
    for (size_t i = 0; i < o->p->stages.count; i++) {
        const Stage *s = &o->p->stages.at[i];
        size_t count = eval_elements(o->p, s->target);

        if (o->measured)
            oracle_bound_clear(o, s->target);
        for (size_t k = 0; k < count && s->op != STAGE_SET; k++) {
            if (s->op == STAGE_ARGMAX)
                o->found[s->target][k] = false;
            else if (s->op == STAGE_MAX)
                mpfr_set_inf(o->elements[s->target][k], -1);
            else
                mpfr_set_zero(o->elements[s->target][k], 1);
        }
    }
}

static void run_body(Oracle *o, size_t first, size_t last);

static bool goes_on(Oracle *o, LoopId id)
{
    NodeId condition = o->p->loops.at[id].condition;

    for (size_t i = 0; i < o->loop_needs[id].count; i++)
        compute_node(o, o->loop_needs[id].at[i]);
    if (o->measured && condition != NO_ID)
        oracle_bound_condition(o, condition);
    return condition == NO_ID || !mpfr_zero_p(o->nodes[condition]);
}

/* The element that counts the turns of a loop: one for each turn of the loops around it. */
static int32_t *count_of_turns(const Oracle *o, const Loop *loop)
{
    const Symbol *turns = &o->p->symbols.at[loop->turns];
    int64_t offset = 0;

    for (unsigned k = 0; k < turns->rank; k++) {
        const Loop *outer = o->open.at[o->open.count - turns->rank + k];

        offset = offset * turns->extents[k] + o->indices[outer->index] - outer->low;
    }
    return &o->integers[loop->turns][offset];
}

/* The turns that are made unless a condition ends the loop before: all, or as many as another loop has counted. */
static int32_t most_turns(const Oracle *o, const Loop *loop)
{
    bool counted = loop->turns != NO_ID && loop->condition == NO_ID;

    return counted ? *count_of_turns(o, loop) : loop->high - loop->low;
}

static void run_loop(Oracle *o, size_t first, size_t last, LoopId id)
{
    const Loop *loop = &o->p->loops.at[id];
    int32_t turns = most_turns(o, loop), made = 0;

    for (; made < turns; made++) {
        o->indices[loop->index] = loop->low + (loop->reverse ? turns - 1 - made : made);
        if (!goes_on(o, id))
            break;
        vec_push(o->arena, &o->open, loop);
        run_body(o, first, last);
        o->open.count--;
    }
    if (loop->turns != NO_ID && loop->condition != NO_ID)
        *count_of_turns(o, loop) = made;
}

static void run_body(Oracle *o, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++) {
        const Item *item = &o->p->body.at[i];

        if (item->kind == ITEM_STAGE) {
            run_points(o, &o->p->stages.at[item->id], item->id, 0);
        } else if (item->kind == ITEM_LOOP) {
            size_t end = i, depth = 0;

            do {
                depth += o->p->body.at[end].kind == ITEM_LOOP;
                depth -= o->p->body.at[end].kind == ITEM_END;
                end++;
            } while (depth > 0);
            run_loop(o, i + 1, end - 1, item->id);
            i = end - 1;
        }
    }
}

void oracle_run(Oracle *o)
{
    clear_targets(o);
    o->next_stated = 0;
    o->decisions = 0;
    o->work = 0;
    o->undecided = false;
    run_body(o, 0, o->p->body.count);
}

/* ---- memory ------------------------------------------------------------------------------------------ */

void oracle_real(const Oracle *o, mpfr_t x)
{
    void *digits = arena_alloc(o->arena, mpfr_custom_get_size(o->bits));

    mpfr_custom_init(digits, o->bits);
    mpfr_custom_init_set(x, MPFR_ZERO_KIND, 0, o->bits, digits);
}

static mpfr_t *real_array(const Oracle *o, size_t count)
{
    mpfr_t *x = arena_array(o->arena, mpfr_t, count);

    for (size_t i = 0; i < count; i++)
        oracle_real(o, x[i]);
    return x;
}

static void make_symbol(Oracle *o, SymId s)
{
    const Symbol *symbol = &o->p->symbols.at[s];
    size_t count = eval_elements(o->p, s);

    if (symbol->integer)
        o->integers[s] = arena_array(o->arena, int32_t, count);
    if (symbol->local) {
        o->found[s] = arena_array(o->arena, bool, count);
        o->best[s] = real_array(o, count);
    }
    if (symbol->integer && symbol->role != SYM_TABLE)
        return;
    o->elements[s] = real_array(o, count);
    for (size_t i = 0; i < count; i++) {
        if (symbol->role == SYM_SAMPLES)
            mpfr_set_si(o->elements[s][i], o->p->samples, MPFR_RNDN);
        if (symbol->role == SYM_TABLE)
            set_rational(o->elements[s][i], symbol->values[i]);
        if (symbol->role == SYM_TABLE && symbol->integer)
            o->integers[s][i] = (int32_t)mpfr_get_si(o->elements[s][i], MPFR_RNDN);
    }
}

static void list_needs(Oracle *o)
{
    for (StageId s = 0; s < o->p->stages.count; s++) {
        NodeId roots[2] = { o->p->stages.at[s].value, o->p->stages.at[s].guard };

        node_reach(o->p, o->arena, roots, roots[1] == NO_ID ? 1 : 2, &o->needs[s]);
    }
    for (LoopId l = 0; l < o->p->loops.count; l++)
        if (o->p->loops.at[l].condition != NO_ID)
            node_reach(o->p, o->arena, &o->p->loops.at[l].condition, 1, &o->loop_needs[l]);
}

Oracle *oracle_new(const Program *p, Arena *arena, mpfr_prec_t bits)
{
    Oracle *o = arena_new(arena, Oracle);

    *o = (Oracle){ .p = p, .arena = arena, .bits = bits };
    o->nodes = real_array(o, p->nodes.count + 1);
    o->elements = arena_array(arena, mpfr_t *, p->symbols.count + 1);
    o->integers = arena_array(arena, int32_t *, p->symbols.count + 1);
    o->best = arena_array(arena, mpfr_t *, p->symbols.count + 1);
    o->found = arena_array(arena, bool *, p->symbols.count + 1);
    o->indices = arena_array(arena, int64_t, p->indices.count + 1);
    o->needs = arena_array(arena, NodeVec, p->stages.count + 1);
    o->loop_needs = arena_array(arena, NodeVec, p->loops.count + 1);
    oracle_real(o, o->t);
    for (NodeId n = 0; n < p->nodes.count; n++)
        if (p->nodes.at[n].op == OP_LITERAL)
            set_rational(o->nodes[n], p->literals.at[p->nodes.at[n].u.literal]);
    for (SymId s = 0; s < p->symbols.count; s++)
        make_symbol(o, s);
    list_needs(o);
    return o;
}

mpfr_t *oracle_elements(const Oracle *o, SymId symbol)
{
    return o->elements[symbol];
}

int32_t *oracle_integers(const Oracle *o, SymId symbol)
{
    return o->integers[symbol];
}

/* Symbols that the caller of a program fills, in the programs of one unit under the same numbers; and those of one program. */
static bool is_given(const Oracle *o, const Evaluation *from, SymId s)
{
    const Symbol *symbol = &o->p->symbols.at[s];

    switch (symbol->role) {
    case SYM_PARAM: case SYM_INPUT: case SYM_DATA: return true;
    case SYM_INTEGER: return !symbol->local;
    case SYM_SEED: case SYM_DIRECTION: return from->program == o->p;
    default: return false;
    }
}

void oracle_set_point(Oracle *o, const Evaluation *from)
{
    for (SymId s = 0; s < o->p->symbols.count; s++)
        for (size_t k = 0; is_given(o, from, s) && k < eval_elements(o->p, s); k++) {
            if (o->elements[s] != NULL)
                mpfr_set_d(o->elements[s][k], from->reals[s][k], MPFR_RNDN);
            else
                o->integers[s][k] = from->integers[s][k];
        }
}

uint64_t oracle_work(const Oracle *o)
{
    return o->work;
}

OracleReal *oracle_reals(const Oracle *o, size_t count)
{
    OracleReal *reals = arena_array(o->arena, OracleReal, count);

    for (size_t i = 0; i < count; i++)
        oracle_real(o, reals[i].at);
    return reals;
}
