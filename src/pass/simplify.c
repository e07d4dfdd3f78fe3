/* simplify.c -- a program rebuilt through simplifying constructors, and log(sum(exp(e))) shifted by the maximum.
 *
 * log(sum(exp(e))) overflows where e > 709 and loses everything where e < -745. With m = max(e), finite or 0, it is
 * m + log(sum(exp(e - m))), whose derivative by m cancels exactly (Blanchard, Higham and Higham, Accurately computing
 * the log-sum-exp and softmax functions, IMA J. Numer. Anal. 41, 2021), so m is an inactive symbol.
 */
#include "pass/pass.h"

/* What may be shifted: the only writer of a local symbol, and the symbols that it gets in the new program. */
typedef struct {
    StageId stage; /* NO_ID: not this symbol */
    SymId most, shift;
} Shifted;

typedef struct {
    const Program *from;
    Program *to;
    Arena *scratch;
    Rebuild rebuild;
    Shifted *shifted; /* by symbol of `from` */
} Simplifier;

/* ---- which sums ------------------------------------------------------------------------------------- */

/* Do the subscripts use this index of the domain (else it is reduced over)? */
static bool is_kept(const Program *p, const Stage *stage, IndexId index)
{
    for (uint32_t i = 0; i < stage_subs(p, stage); i++)
        if (aff_uses_index(&p->affs, stage->subs[i], index))
            return true;
    return false;
}

static bool has_points(Program *p, const Range *range)
{
    int64_t extent;

    return aff_is_const(&p->affs, aff_sub(&p->affs, range->high, range->low), &extent) && extent > 0;
}

static bool bounds_use(const Program *p, const Range *range, IndexId index)
{
    return aff_uses_index(&p->affs, range->low, index) || aff_uses_index(&p->affs, range->high, index);
}

/* The reduced ranges are never empty, and the kept ones and the guard do not use reduced indices. */
static bool has_shiftable_domain(Program *p, const Stage *stage)
{
    bool reduces = false;

    for (unsigned d = 0; d < stage->rank; d++) {
        IndexId index = stage->domain[d].index;

        if (is_kept(p, stage, index))
            continue;
        reduces = true;
        if (!has_points(p, &stage->domain[d]))
            return false;
        if (stage->guard != NO_ID && set_has(p, p->nodes.at[stage->guard].deps, index))
            return false;
        for (unsigned k = d + 1; k < stage->rank; k++)
            if (is_kept(p, stage, stage->domain[k].index) && bounds_use(p, &stage->domain[k], index))
                return false;
    }
    return reduces;
}

/* The finite part of a maximum, or a symbol that holds one. */
static bool is_shift(const Program *p, NodeId id)
{
    const Node *node = &p->nodes.at[id];

    return node->op == OP_FINITE || (node->op == OP_READ && p->symbols.at[node->u.read.symbol].inactive);
}

/* exp(e), but not exp(e - shift) with a shift already. What is subtracted last stands on the right of one of the
 * operators on the way along the left operands. */
static bool is_bare_exponential(const Program *p, NodeId value)
{
    NodeId at = p->nodes.at[value].u.arg[0];

    if (p->nodes.at[value].op != OP_EXP)
        return false;
    for (;; at = p->nodes.at[at].u.arg[0]) {
        const Node *node = &p->nodes.at[at];

        if (is_shift(p, at) || ((node->op == OP_ADD || node->op == OP_SUB) && is_shift(p, node->u.arg[1])))
            return false;
        if (node->op != OP_ADD && node->op != OP_SUB && node->op != OP_NEG)
            return true;
    }
}

static void reject(Simplifier *s, NodeId node)
{
    if (node != NO_ID && s->from->nodes.at[node].op == OP_READ)
        s->shifted[s->from->nodes.at[node].u.read.symbol].stage = NO_ID;
}

/* A sum that anything but log reads is needed as it is. */
static void reject_read_elsewhere(Simplifier *s)
{
    const Program *p = s->from;

    for (NodeId i = 0; i < p->nodes.count; i++)
        for (unsigned k = 0; k < op_info[p->nodes.at[i].op].arity; k++)
            if (p->nodes.at[i].op != OP_LOG)
                reject(s, p->nodes.at[i].u.arg[k]);
    for (size_t i = 0; i < p->stages.count; i++) {
        reject(s, p->stages.at[i].value);
        reject(s, p->stages.at[i].guard);
    }
    for (size_t i = 0; i < p->loops.count; i++)
        reject(s, p->loops.at[i].condition);
}

static void find_shifted(Simplifier *s, Program *p)
{
    bool *written = arena_array(s->scratch, bool, p->symbols.count);

    s->shifted = arena_array(s->scratch, Shifted, p->symbols.count);
    for (SymId i = 0; i < p->symbols.count; i++)
        s->shifted[i] = (Shifted){ NO_ID, NO_ID, NO_ID };
    for (StageId i = 0; i < p->stages.count; i++) {
        const Stage *stage = &p->stages.at[i];
        bool only = !written[stage->target] && p->symbols.at[stage->target].role == SYM_LOCAL;

        only = only && stage->op == STAGE_ADD && stage->fresh && is_bare_exponential(p, stage->value);
        s->shifted[stage->target].stage = only && has_shiftable_domain(p, stage) ? i : NO_ID;
        written[stage->target] = true;
    }
    reject_read_elsewhere(s);
}

/* ---- shifting --------------------------------------------------------------------------------------- */

static SymId like_symbol(Simplifier *s, SymId sum, const char *what)
{
    Symbol symbol = s->from->symbols.at[sum];

    if (symbol.name == NAME_NONE)
        symbol.name = names_intern_text(s->to->names, what);
    else
        symbol.name = names_format(s->to->names, "%s_%s", what, names_text(s->to->names, symbol.name));
    symbol.named = false;
    symbol.inactive = true;
    symbol.compensated = false;
    symbol.of = NO_ID;
    return program_symbol(s->to, symbol);
}

/* Logarithms of shifted sums, before anything else is copied: log(s) becomes shift + log(s). */
static void replace_logarithms(Simplifier *s)
{
    const Program *p = s->from;

    for (NodeId i = 0; i < p->nodes.count; i++) {
        const Node *node = &p->nodes.at[i], *read;
        Shifted *shifted;
        NodeId sum, shift;

        if (node->op != OP_LOG || p->nodes.at[node->u.arg[0]].op != OP_READ)
            continue;
        read = &p->nodes.at[node->u.arg[0]];
        shifted = &s->shifted[read->u.read.symbol];
        if (shifted->stage == NO_ID)
            continue;
        sum = rebuild_node(&s->rebuild, node->u.arg[0]);
        shift = node_read(s->to, shifted->shift, node_subs(s->to, sum));
        s->rebuild.memo[i] = node_op2(s->to, OP_ADD, shift, node_op1(s->to, OP_LOG, sum));
        node_describe(s->to, s->rebuild.memo[i], p->infos.at[i].name, p->infos.at[i].at);
    }
}

static void add_shift_stage(Simplifier *s, const Shifted *shifted, Stage stage)
{
    Range kept[UINT8_MAX];
    uint8_t rank = 0;

    for (unsigned d = 0; d < stage.rank; d++)
        if (is_kept(s->to, &stage, stage.domain[d].index))
            kept[rank++] = stage.domain[d];
    stage.value = node_op1(s->to, OP_FINITE, node_read(s->to, shifted->most, stage.subs));
    stage.target = shifted->shift;
    stage.op = STAGE_SET;
    stage.fresh = false;
    stage.domain = kept;
    stage.rank = rank;
    program_stage(s->to, stage);
}

/* The stage was copied as it is: it becomes the maximum, then come the shift and the sum. */
static void shift_stage(Simplifier *s, const Shifted *shifted)
{
    Program *to = s->to;
    Stage *most = &to->stages.at[to->stages.count - 1];
    Stage sum = *most;
    NodeId exponent = to->nodes.at[sum.value].u.arg[0], shift;

    most->target = shifted->most;
    most->op = STAGE_MAX;
    most->value = exponent;
    add_shift_stage(s, shifted, sum);
    shift = node_read(to, shifted->shift, sum.subs);
    sum.value = node_op1(to, OP_EXP, node_op2(to, OP_SUB, exponent, shift));
    program_stage(to, sum);
}

/* ---- the pass --------------------------------------------------------------------------------------- */

static void copy_stage(Simplifier *s, StageId old)
{
    const Shifted *shifted = &s->shifted[s->from->stages.at[old].target];
    Stage *stage;

    rebuild_stage(&s->rebuild, old);
    stage = &s->to->stages.at[s->to->stages.count - 1];
    if (stage->guard != NO_ID && node_is_int(s->to, stage->guard, 1))
        stage->guard = NO_ID;
    if (shifted->stage == old && s->to->nodes.at[stage->value].op == OP_EXP)
        shift_stage(s, shifted);
}

Program *pass_simplify(Program *p)
{
    Simplifier s = { .from = p, .to = program_like(p), .scratch = heap_arena(p->heap) };

    s.to->simplify = true;
    rebuild_begin(&s.rebuild, p, s.to);
    find_shifted(&s, p);
    for (SymId i = 0; i < p->symbols.count; i++) {
        if (s.shifted[i].stage != NO_ID) {
            s.shifted[i].most = like_symbol(&s, i, "max");
            s.shifted[i].shift = like_symbol(&s, i, "shift");
        }
    }
    replace_logarithms(&s);
    rebuild_all_nodes(&s.rebuild);
    for (size_t i = 0; i < p->body.count; i++) {
        if (p->body.at[i].kind == ITEM_STAGE)
            copy_stage(&s, p->body.at[i].id);
        else
            rebuild_item(&s.rebuild, p->body.at[i]);
    }
    heap_release(p->heap, s.scratch);
    return s.to;
}
