/* oracle.h -- a program of stages run in 256 bits: what the numbers of bpgen are compared with. It takes the lowered program, before
 * any simplification, and knows no derivative.
 *
 * A function with stated derivatives is replaced, in the runs for differences, by the linear function that it has by definition:
 * its value at the point plus stated derivatives (at the point) times what the arguments moved. C functions of the user's are
 * those of tests/emitted/externs.c.
 */
#ifndef BPGEN_TESTS_ORACLE_H
#define BPGEN_TESTS_ORACLE_H

#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval.h"

#ifndef ORACLE_BITS
#define ORACLE_BITS 256
#endif
enum { BITS = ORACLE_BITS };

typedef struct {
    const Program *p;
    mpfr_t *nodes;       /* by node */
    mpfr_t **elements;   /* by symbol */
    int32_t **integers;  /* by symbol */
    int64_t *indices;
    mpfr_t **best;       /* by symbol of positions: the largest value so far, for each maximum; */
    bool **found;        /* was there any? */
    mpfr_t t, u;
    NodeVec *needs;      /* by stage: nodes to compute at every point */
    NodeVec *loop_needs; /* by loop: of its condition */
    VEC(const Loop *) open; /* around what runs, outermost first */
    Arena *arena;
    bool replays;        /* a run for differences: stated functions are linear around the run before */
    VEC(mpfr_t *) stated; /* values of them in that run, in the order in which they were computed */
    size_t next_stated;
} Oracle;

/* ---- operators --------------------------------------------------------------------------------------- */

static void set_condition(mpfr_t y, bool c)
{
    mpfr_set_si(y, c, MPFR_RNDN);
}

static void normal_cdf(Oracle *o, mpfr_t y, const mpfr_t a)
{
    mpfr_set_si(o->t, 2, MPFR_RNDN);
    mpfr_sqrt(o->t, o->t, MPFR_RNDN);
    mpfr_div(o->t, a, o->t, MPFR_RNDN);
    mpfr_neg(o->t, o->t, MPFR_RNDN);
    mpfr_erfc(o->t, o->t, MPFR_RNDN);
    mpfr_div_si(y, o->t, 2, MPFR_RNDN);
}

static void sigmoid(Oracle *o, mpfr_t y, const mpfr_t a)
{
    mpfr_neg(o->t, a, MPFR_RNDN);
    mpfr_exp(o->t, o->t, MPFR_RNDN);
    mpfr_add_si(o->t, o->t, 1, MPFR_RNDN);
    mpfr_si_div(y, 1, o->t, MPFR_RNDN);
}

/* trigamma(x) as a difference of digamma at twice the bits. */
static void trigamma(mpfr_t y, const mpfr_t a)
{
    mpfr_t x, h, f, g;

    mpfr_inits2(4 * BITS, x, h, f, g, (mpfr_ptr)0);
    mpfr_set_si_2exp(h, 1, -BITS, MPFR_RNDN);
    mpfr_add(x, a, h, MPFR_RNDN);
    mpfr_digamma(f, x, MPFR_RNDN);
    mpfr_sub(x, a, h, MPFR_RNDN);
    mpfr_digamma(g, x, MPFR_RNDN);
    mpfr_sub(f, f, g, MPFR_RNDN);
    mpfr_div(f, f, h, MPFR_RNDN);
    mpfr_div_si(y, f, 2, MPFR_RNDN);
    mpfr_clears(x, h, f, g, (mpfr_ptr)0);
}

static void compute_function(Oracle *o, Op op, mpfr_t y, mpfr_t *a, mpfr_t *b, mpfr_t *c)
{
    int sign;

#define ONE(OP, fn) case OP_##OP: fn(y, *a, MPFR_RNDN); return
#define TWO(OP, fn) case OP_##OP: fn(y, *a, *b, MPFR_RNDN); return
#define TEST(OP, fn) case OP_##OP: set_condition(y, fn(*a, *b)); return
    switch (op) {
    TWO(ADD, mpfr_add); TWO(SUB, mpfr_sub); TWO(MUL, mpfr_mul); TWO(DIV, mpfr_div); TWO(POW, mpfr_pow);
    TWO(ATAN2, mpfr_atan2); TWO(HYPOT, mpfr_hypot); TWO(MIN, mpfr_min); TWO(MAX, mpfr_max);
    ONE(NEG, mpfr_neg); ONE(SIN, mpfr_sin); ONE(COS, mpfr_cos); ONE(TAN, mpfr_tan); ONE(ASIN, mpfr_asin); ONE(ACOS, mpfr_acos);
    ONE(ATAN, mpfr_atan); ONE(SINH, mpfr_sinh); ONE(COSH, mpfr_cosh); ONE(TANH, mpfr_tanh); ONE(ASINH, mpfr_asinh);
    ONE(ACOSH, mpfr_acosh); ONE(ATANH, mpfr_atanh); ONE(EXP, mpfr_exp); ONE(EXP2, mpfr_exp2); ONE(EXPM1, mpfr_expm1);
    ONE(LOG, mpfr_log); ONE(LOG2, mpfr_log2); ONE(LOG10, mpfr_log10); ONE(LOG1P, mpfr_log1p); ONE(SQRT, mpfr_sqrt);
    ONE(ROOT, mpfr_sqrt); ONE(CBRT, mpfr_cbrt); ONE(ABS, mpfr_abs); ONE(ERF, mpfr_erf); ONE(ERFC, mpfr_erfc);
    ONE(DIGAMMA, mpfr_digamma);
    TEST(EQ, mpfr_equal_p); TEST(LT, mpfr_less_p); TEST(LE, mpfr_lessequal_p); TEST(GT, mpfr_greater_p); TEST(GE, mpfr_greaterequal_p);
    TEST(NE, mpfr_lessgreater_p);
    case OP_AND: set_condition(y, !mpfr_zero_p(*a) && !mpfr_zero_p(*b)); return;
    case OP_OR: set_condition(y, !mpfr_zero_p(*a) || !mpfr_zero_p(*b)); return;
    case OP_NOT: set_condition(y, mpfr_zero_p(*a)); return;
    case OP_SELECT: mpfr_set(y, mpfr_zero_p(*a) ? *c : *b, MPFR_RNDN); return;
    case OP_LGAMMA: mpfr_lgamma(y, &sign, *a, MPFR_RNDN); return;
    case OP_TRIGAMMA: trigamma(y, *a); return;
    case OP_SIGN: mpfr_set_si(y, mpfr_sgn(*a), MPFR_RNDN); return;
    case OP_STEP: mpfr_set_si(y, mpfr_sgn(*a) > 0, MPFR_RNDN); return;
    case OP_SIG: sigmoid(o, y, *a); return;
    case OP_RELU: mpfr_set(y, *a, MPFR_RNDN); if (mpfr_sgn(y) < 0) mpfr_set_zero(y, 1); return;
    case OP_SOFTPLUS: mpfr_exp(o->t, *a, MPFR_RNDN); mpfr_log1p(y, o->t, MPFR_RNDN); return;
    case OP_LOGSIG: mpfr_neg(o->t, *a, MPFR_RNDN); mpfr_exp(o->t, o->t, MPFR_RNDN); mpfr_log1p(y, o->t, MPFR_RNDN); mpfr_neg(y, y, MPFR_RNDN); return;
    case OP_SILU: sigmoid(o, o->u, *a); mpfr_mul(y, *a, o->u, MPFR_RNDN); return;
    case OP_GELU: normal_cdf(o, o->u, *a); mpfr_mul(y, *a, o->u, MPFR_RNDN); return;
    case OP_CLAMP: mpfr_max(o->t, *a, *b, MPFR_RNDN); mpfr_min(y, o->t, *c, MPFR_RNDN); return;
    case OP_SCALE_OF: mpfr_set_si(y, 1, MPFR_RNDN); return; /* exact arithmetic needs no scaling */
    case OP_FINITE: mpfr_set(y, *a, MPFR_RNDN); if (!mpfr_number_p(y)) mpfr_set_zero(y, 1); return;
    default: fprintf(stderr, "oracle: no rule for '%s'\n", op_info[op].name); exit(70);
    }
}

/* ---- the program ------------------------------------------------------------------------------------- */

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

/* The value in the run around which differences are taken: that of now, in this run. */
static mpfr_t *value_before(Oracle *o, mpfr_t now)
{
    if (o->next_stated == o->stated.count) {
        mpfr_t *kept = arena_array(o->arena, mpfr_t, 1);

        mpfr_init2(*kept, BITS);
        vec_push(o->arena, &o->stated, kept);
    }
    if (!o->replays)
        mpfr_set(*o->stated.at[o->next_stated], now, MPFR_RNDN);
    return o->stated.at[o->next_stated++];
}

static void compute_link(Oracle *o, mpfr_t y, mpfr_t value, mpfr_t argument, mpfr_t derivative)
{
    mpfr_t *before = value_before(o, argument), *slope = value_before(o, derivative);

    mpfr_sub(o->t, argument, *before, MPFR_RNDN);
    mpfr_mul(o->t, o->t, *slope, MPFR_RNDN);
    mpfr_add(y, value, o->t, MPFR_RNDN);
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

static void compute_node(Oracle *o, NodeId id)
{
    const Node *n = &o->p->nodes.at[id];
    int64_t at;

    switch (n->op) {
    case OP_FUNCTION:
    case OP_LIST: return;
    case OP_CALL: compute_call(o, id); return;
    case OP_STOP: mpfr_set(o->nodes[id], *value_before(o, o->nodes[n->u.arg[0]]), MPFR_RNDN); return;
    case OP_LINK:
        compute_link(o, o->nodes[id], o->nodes[n->u.arg[0]], o->nodes[n->u.arg[1]], o->nodes[n->u.arg[2]]);
        return;
    case OP_LITERAL: return; /* set once */
    case OP_PI: mpfr_const_pi(o->nodes[id], MPFR_RNDN); return;
    case OP_E: mpfr_set_si(o->t, 1, MPFR_RNDN); mpfr_exp(o->nodes[id], o->t, MPFR_RNDN); return;
    case OP_INTEGER: mpfr_set_si(o->nodes[id], (long)aff_value(o, n->u.aff), MPFR_RNDN); return;
    case OP_READ:
        at = position(o, n->u.read.symbol, node_subs(o->p, id), o->p->symbols.at[n->u.read.symbol].rank);
        if (at < 0)
            mpfr_set_zero(o->nodes[id], 1);
        else if (o->elements[n->u.read.symbol] != NULL)
            mpfr_set(o->nodes[id], o->elements[n->u.read.symbol][at], MPFR_RNDN);
        else
            mpfr_set_si(o->nodes[id], o->integers[n->u.read.symbol][at], MPFR_RNDN);
        return;
    default:
        compute_function(o, (Op)n->op, o->nodes[id], &o->nodes[n->u.arg[0]],
                         op_info[n->op].arity > 1 ? &o->nodes[n->u.arg[1]] : NULL,
                         op_info[n->op].arity > 2 ? &o->nodes[n->u.arg[2]] : NULL);
    }
}

static void store(Oracle *o, const Stage *s)
{
    int64_t at = position(o, s->target, s->subs, o->p->symbols.at[s->target].rank);
    mpfr_t *element = &o->elements[s->target][at];

    if (s->op == STAGE_ADD)
        mpfr_add(*element, *element, o->nodes[s->value], MPFR_RNDN);
    else if (s->op == STAGE_MAX)
        mpfr_max(*element, *element, o->nodes[s->value], MPFR_RNDN);
    else
        mpfr_set(*element, o->nodes[s->value], MPFR_RNDN);
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

    if (o->found[s->target][at] && !mpfr_greater_p(o->nodes[s->value], o->best[s->target][at]))
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
    for (size_t i = 0; i < o->loop_needs[id].count; i++)
        compute_node(o, o->loop_needs[id].at[i]);
    return o->p->loops.at[id].condition == NO_ID || !mpfr_zero_p(o->nodes[o->p->loops.at[id].condition]);
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

static void oracle_run(Oracle *o)
{
    clear_targets(o);
    o->next_stated = 0;
    run_body(o, 0, o->p->body.count);
}

static void oracle_init(Oracle *o, const Program *p, Arena *arena)
{
    *o = (Oracle){ .p = p, .arena = arena, .nodes = arena_array(arena, mpfr_t, p->nodes.count + 1) };
    o->elements = arena_array(arena, mpfr_t *, p->symbols.count);
    o->integers = arena_array(arena, int32_t *, p->symbols.count);
    o->best = arena_array(arena, mpfr_t *, p->symbols.count);
    o->found = arena_array(arena, bool *, p->symbols.count);
    o->indices = arena_array(arena, int64_t, p->indices.count + 1);
    o->needs = arena_array(arena, NodeVec, p->stages.count + 1);
    o->loop_needs = arena_array(arena, NodeVec, p->loops.count + 1);
    mpfr_inits2(BITS, o->t, o->u, (mpfr_ptr)0);
    for (NodeId n = 0; n < p->nodes.count; n++) {
        mpfr_init2(o->nodes[n], BITS);
        if (p->nodes.at[n].op == OP_LITERAL)
            set_rational(o->nodes[n], p->literals.at[p->nodes.at[n].u.literal]);
    }
    for (SymId s = 0; s < p->symbols.count; s++) {
        const Symbol *symbol = &p->symbols.at[s];
        size_t count = eval_elements(p, s);

        if (symbol->integer)
            o->integers[s] = arena_array(arena, int32_t, count);
        if (symbol->local) {
            o->found[s] = arena_array(arena, bool, count);
            o->best[s] = arena_array(arena, mpfr_t, count);
            for (size_t i = 0; i < count; i++)
                mpfr_init2(o->best[s][i], BITS);
        }
        if (!symbol->integer || symbol->role == SYM_TABLE)
            o->elements[s] = arena_array(arena, mpfr_t, count);
        for (size_t i = 0; o->elements[s] != NULL && i < count; i++) {
            mpfr_init2(o->elements[s][i], BITS);
            mpfr_set_si(o->elements[s][i], symbol->role == SYM_SAMPLES ? p->samples : 0, MPFR_RNDN);
            if (symbol->role == SYM_TABLE) {
                set_rational(o->elements[s][i], symbol->values[i]);
                if (symbol->integer)
                    o->integers[s][i] = (int32_t)mpfr_get_si(o->elements[s][i], MPFR_RNDN);
            }
        }
    }
    for (StageId s = 0; s < p->stages.count; s++) {
        NodeId roots[2] = { p->stages.at[s].value, p->stages.at[s].guard };

        node_reach(p, arena, roots, roots[1] == NO_ID ? 1 : 2, &o->needs[s]);
    }
    for (LoopId l = 0; l < p->loops.count; l++)
        if (p->loops.at[l].condition != NO_ID)
            node_reach(p, arena, &p->loops.at[l].condition, 1, &o->loop_needs[l]);
}

#endif
