/* eval.c -- an interpreter over stages: every point of every domain in program order.
 *
 * Values are pure, so both branches of a select may be computed and one is taken; a subscript that only the untaken
 * branch reads out of range gives 0 there. A node that depends on no index is computed once a run: what it reads is
 * complete when it is first needed.
 */
#include "eval/eval.h"
#include "eval/code.h"
#include "runtime/bpgen_runtime.h"

#include <float.h>
#include <math.h>
#include <string.h>

size_t eval_elements(const Program *program, SymId symbol)
{
    return symbol_elements(&program->symbols.at[symbol]);
}

/* ---- memory ------------------------------------------------------------------------------------------ */

static void allocate_symbol(Evaluation *e, SymId id)
{
    const Symbol *symbol = &e->program->symbols.at[id];
    size_t count = eval_elements(e->program, id);

    if (symbol->integer)
        e->integers[id] = arena_array(e->arena, int32_t, count);
    if (!symbol->integer || symbol->role == SYM_TABLE)
        e->reals[id] = arena_array(e->arena, double, count);
    if (symbol->compensated)
        e->code->rests[id] = arena_array(e->arena, double, count);
    if (symbol->role == SYM_SAMPLES)
        e->reals[id][0] = e->program->samples;
    if (symbol->role != SYM_TABLE)
        return;
    for (size_t i = 0; i < count; i++) {
        int64_t whole;

        e->reals[id][i] = rational_to_double(symbol->values[i]);
        if (symbol->integer && rational_to_int(symbol->values[i], &whole))
            e->integers[id][i] = (int32_t)whole;
    }
}

static void prepare_stage(Evaluation *e, const Stage *stage)
{
    Best *best = &e->code->best[stage->target];

    if (stage->op == STAGE_MAX)
        e->code->started[stage->target] = true;
    if (stage->op != STAGE_ARGMAX)
        return;
    best->value = arena_array(e->arena, double, eval_elements(e->program, stage->target));
    best->seen = arena_array(e->arena, bool, eval_elements(e->program, stage->target));
}

void eval_init(Evaluation *e, Arena *arena, const Program *program)
{
    size_t symbols = program->symbols.count;

    *e = (Evaluation){ .program = program, .arena = arena, .code = arena_new(arena, EvalCode) };
    e->reals = arena_array(arena, double *, symbols + 1);
    e->integers = arena_array(arena, int32_t *, symbols + 1);
    e->code->started = arena_array(arena, bool, symbols + 1);
    e->code->best = arena_array(arena, Best, symbols + 1);
    e->code->rests = arena_array(arena, double *, symbols + 1);
    for (SymId s = 0; s < symbols; s++)
        allocate_symbol(e, s);
    e->code->stages = arena_array(arena, StageCode, program->stages.count + 1);
    e->code->loops = arena_array(arena, StageCode, program->loops.count + 1);
    e->code->values = arena_array(arena, double, program->nodes.count + 1);
    e->code->literals = arena_array(arena, double, program->literals.count + 1);
    e->code->atom_values = arena_array(arena, int64_t, program->affs.atoms.count + 1);
    e->code->indices = arena_array(arena, int64_t, program->indices.count + 1);
    for (size_t i = 0; i < program->literals.count; i++)
        e->code->literals[i] = rational_to_double(program->literals.at[i]);
    for (size_t i = 0; i < program->stages.count; i++)
        prepare_stage(e, &program->stages.at[i]);
    eval_list(e);
}

/* Computed symbols start at 0, maxima at -inf, so that a fresh accumulation needs no step of its own. */
static void reset_symbols(Evaluation *e)
{
    for (SymId s = 0; s < e->program->symbols.count; s++) {
        SymRole role = (SymRole)e->program->symbols.at[s].role;
        size_t count = eval_elements(e->program, s);

        if (e->code->best[s].seen != NULL)
            memset(e->code->best[s].seen, 0, count * sizeof *e->code->best[s].seen);
        if (role <= SYM_TABLE || role == SYM_SEED || role == SYM_DIRECTION || e->reals[s] == NULL)
            continue;
        for (size_t i = 0; i < count; i++)
            e->reals[s][i] = e->code->started[s] ? -HUGE_VAL : 0;
        for (size_t i = 0; i < count && e->code->rests[s] != NULL; i++)
            e->code->rests[s][i] = 0;
    }
}

/* ---- computing --------------------------------------------------------------------------------------- */

static int64_t aff_value(const Evaluation *e, AffId aff)
{
    const AffPool *pool = &e->program->affs;
    const Affine *a = &pool->affs.at[aff];
    int64_t value = a->constant;

    for (uint32_t t = 0; t < a->count; t++)
        value += pool->terms.at[a->first + t].coef * e->code->atom_values[pool->terms.at[a->first + t].atom];
    return value;
}

/* The position of an element, or SIZE_MAX where a subscript is out of range (only in an untaken branch). */
static size_t element_offset(const Evaluation *e, SymId symbol, const AffId *subs, unsigned rank)
{
    const Symbol *s = &e->program->symbols.at[symbol];
    size_t offset = 0;

    for (unsigned k = 0; k < rank; k++) {
        int64_t at = aff_value(e, subs[k]);

        if (at < 0 || at >= s->extents[k])
            return SIZE_MAX;
        offset = offset * (size_t)s->extents[k] + (size_t)at;
    }
    return offset;
}

static void compute_atoms(Evaluation *e, const StageCode *code)
{
    for (uint32_t i = 0; i < code->atom_count; i++) {
        AtomId id = e->code->atoms.at[code->atoms + i];
        const Atom *atom = &e->program->affs.atoms.at[id];
        size_t offset;

        if (atom->kind == ATOM_INDEX) {
            e->code->atom_values[id] = e->code->indices[atom->of];
            continue;
        }
        offset = element_offset(e, atom->of, e->program->affs.subs.at + atom->subs, atom->rank);
        e->code->atom_values[id] = offset == SIZE_MAX ? 0 : e->integers[atom->of][offset];
    }
}

static double read_element(const Evaluation *e, NodeId id)
{
    const Node *node = &e->program->nodes.at[id];
    SymId symbol = node->u.read.symbol;
    size_t offset = element_offset(e, symbol, node_subs(e->program, id), e->program->symbols.at[symbol].rank);

    if (offset == SIZE_MAX)
        return 0;
    return e->reals[symbol] != NULL ? e->reals[symbol][offset] : e->integers[symbol][offset];
}

/* What an operation gives, in as many bits as are wanted. */
static double rounded(EvalCode *code, double result)
{
    uint64_t bits, mask = (UINT64_C(1) << (DBL_MANT_DIG - code->bits)) - 1;

    if (code->bits == 0 || !isfinite(result))
        return result;
    memcpy(&bits, &result, sizeof bits);
    bits = (bits + (random_next(&code->random) & mask)) & ~mask;
    memcpy(&result, &bits, sizeof result);
    if (code->bits == FLOAT_BITS && fabs(result) > (double)FLT_MAX)
        return copysign(HUGE_VAL, result);
    return code->bits == FLOAT_BITS && fabs(result) < (double)FLT_MIN * (double)FLT_EPSILON ? 0 : result;
}

static double compute_node(const Evaluation *e, NodeId id)
{
    const Node *node = &e->program->nodes.at[id];
    const double *values = e->code->values;
    double args[OP_MOST_ARGS] = { 0 };

    switch (node->op) {
    case OP_LITERAL:
        return e->code->literals[node->u.literal];
    case OP_INTEGER:
        return (double)aff_value(e, node->u.aff);
    case OP_READ:
        return read_element(e, id);
    case OP_SELECT:
        return values[node->u.arg[0]] != 0 ? values[node->u.arg[1]] : values[node->u.arg[2]];
    default:
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            args[k] = values[node->u.arg[k]];
        return rounded(e->code, op_value((Op)node->op, args));
    }
}

static void compute_list(Evaluation *e, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        e->code->values[e->code->nodes.at[i]] = compute_node(e, e->code->nodes.at[i]);
}

/* ---- running stages ---------------------------------------------------------------------------------- */

static bool in_range(Evaluation *e, const Stage *stage, const StageCode *code, unsigned k)
{
    compute_atoms(e, code);
    return e->code->indices[stage->domain[k].index] < aff_value(e, stage->domain[k].high);
}

/* Goes on to the next point of the domain; `first` begins. The bounds of a range may use the indices to its left, so
 * ranges are filled from the left, and one that is empty or used up steps the one to its left. */
static bool next_point(Evaluation *e, const Stage *stage, const StageCode *code, bool first)
{
    unsigned k = first ? 0 : stage->rank;

    for (bool fill = first;;) {
        if (fill && k == stage->rank) {
            compute_atoms(e, code);
            return true;
        }
        if (!fill && k == 0)
            return false;
        if (fill) {
            compute_atoms(e, code);
            e->code->indices[stage->domain[k].index] = aff_value(e, stage->domain[k].low);
        } else {
            e->code->indices[stage->domain[--k].index]++;
        }
        fill = in_range(e, stage, code, k);
        k += fill;
    }
}

static void store_point(Evaluation *e, const Stage *stage, double value)
{
    unsigned rank = e->program->symbols.at[stage->target].rank;
    size_t offset = element_offset(e, stage->target, stage->subs, rank);
    double *rests = e->code->rests[stage->target], *element;

    if (offset == SIZE_MAX)
        return;
    element = &e->reals[stage->target][offset];
    switch ((StageOp)stage->op) {
    case STAGE_SET:
        *element = value;
        if (rests != NULL)
            rests[offset] = 0;
        break;
    case STAGE_ADD:
        if (rests != NULL)
            add_to(element, &rests[offset], value);
        else
            *element = rounded(e->code, *element + value);
        break;
    case STAGE_MAX:
        *element = op_value(OP_MAX, (const double[]){ *element, value });
        break;
    case STAGE_ARGMAX:
        break;
    }
}

static bool is_subscript(const Evaluation *e, const Stage *stage, unsigned rank, IndexId index)
{
    for (unsigned k = 0; k < rank; k++)
        if (aff_uses_index(&e->program->affs, stage->subs[k], index))
            return true;
    return false;
}

/* Where the largest value of each group lies; `best` holds it so far, NaN counts as largest. */
static void store_position(Evaluation *e, const Stage *stage, double value, Best *best)
{
    const Symbol *target = &e->program->symbols.at[stage->target];
    unsigned rank = target->rank - 1u;
    size_t offset = element_offset(e, stage->target, stage->subs, rank), q = 0;

    if (best->seen[offset] && !(value > best->value[offset] || (isnan(value) && !isnan(best->value[offset]))))
        return;
    best->seen[offset] = true;
    best->value[offset] = value;
    for (unsigned k = 0; k < stage->rank; k++)
        if (!is_subscript(e, stage, rank, stage->domain[k].index))
            e->integers[stage->target][offset * (size_t)target->extents[rank] + q++] =
                (int32_t)e->code->indices[stage->domain[k].index];
}

static void run_stage(Evaluation *e, StageId id)
{
    const Stage *stage = &e->program->stages.at[id];
    const StageCode *code = &e->code->stages[id];
    Best *best = &e->code->best[stage->target];
    bool first = true;

    compute_atoms(e, code);
    compute_list(e, code->free, code->free_count);
    for (; next_point(e, stage, code, first); first = false) {
        compute_list(e, code->bound, code->bound_count);
        if (stage->guard != NO_ID && e->code->values[stage->guard] == 0)
            continue;
        if (stage->op == STAGE_ARGMAX)
            store_position(e, stage, e->code->values[stage->value], best);
        else
            store_point(e, stage, e->code->values[stage->value]);
    }
}

/* Where a running loop is. */
typedef struct {
    size_t begin; /* position of its ITEM_LOOP */
    int32_t turn;
} Running;

typedef VEC(Running) RunningVec;

/* Where the number of turns of the innermost running loop is recorded: an element for each turn of the loops around (but for
 * that over the samples, if they all make the same turns). */
static int32_t *turns_made(const Evaluation *e, const RunningVec *running)
{
    const Program *p = e->program;
    const Loop *loop = &p->loops.at[p->body.at[vec_top(running).begin].id];
    size_t offset = 0;

    for (size_t i = running->count - 1 - e->program->symbols.at[loop->turns].rank; i + 1 < running->count; i++) {
        const Loop *outer = &p->loops.at[p->body.at[running->at[i].begin].id];

        offset = offset * (size_t)(outer->high - outer->low) + (size_t)(e->code->indices[outer->index] - outer->low);
    }
    return &e->integers[loop->turns][offset];
}

/* Begins a turn, or says that the loop is over. */
static bool enter_turn(Evaluation *e, LoopId id, const RunningVec *running)
{
    const Loop *loop = &e->program->loops.at[id];
    const StageCode *code = &e->code->loops[id];
    int32_t extent = loop->high - loop->low, turn = vec_top(running).turn;

    if (loop->turns != NO_ID && loop->condition == NO_ID)
        extent = *turns_made(e, running);
    if (turn >= extent)
        return false;
    e->code->indices[loop->index] = loop->reverse ? loop->low + extent - 1 - turn : loop->low + turn;
    if (loop->condition == NO_ID)
        return true;
    compute_atoms(e, code);
    compute_list(e, code->free, code->free_count);
    compute_list(e, code->bound, code->bound_count);
    return e->code->values[loop->condition] != 0;
}

void eval_run(Evaluation *e)
{
    const Program *p = e->program;
    RunningVec running = { 0 };

    reset_symbols(e);
    for (size_t i = 0; i < p->body.count; i++) {
        const Item *item = &p->body.at[i];

        if (item->kind == ITEM_STAGE) {
            run_stage(e, item->id);
            continue;
        }
        if (item->kind == ITEM_LOOP)
            vec_push(e->arena, &running, (Running){ i, 0 });
        else
            vec_top(&running).turn++;
        if (enter_turn(e, item->id, &running)) {
            i = vec_top(&running).begin;
        } else {
            if (p->loops.at[item->id].turns != NO_ID && p->loops.at[item->id].condition != NO_ID)
                *turns_made(e, &running) = vec_top(&running).turn;
            i = program_end_of_loop(p, vec_top(&running).begin);
            (void)vec_pop(&running);
        }
    }
}

void eval_run_coarse(Evaluation *e, unsigned bits, uint64_t seed)
{
    e->code->bits = bits;
    e->code->random = (Random){ seed };
    eval_run(e);
    e->code->bits = 0;
}
