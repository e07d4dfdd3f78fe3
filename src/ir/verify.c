/* verify.c -- checks the invariants of a program. In doubt a program passes: what cannot be decided is not reported.
 *
 * Elements under a guard count as written. Reads and writes under conditions on indices (which may protect a
 * subscript) are checked only as far as they lie inside the symbol. In a loop a read may be served by a write of the
 * same loop if that happened in an earlier turn, or earlier in the same turn.
 */
#include "ir/verify.h"

#include <stdarg.h>
#include <string.h>

void verify_fail(Verifier *v, const char *format, ...)
{
    Text text;
    va_list args;

    if (v->wrong != NULL)
        return;
    text_init(&text, v->p->arena);
    if (v->stage != NO_ID) {
        const Symbol *target = &v->p->symbols.at[v->p->stages.at[v->stage].target];

        text_printf(&text, "stage %u (of %s): ", (unsigned)v->stage, names_text(v->p->names, target->name));
    }
    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    v->wrong = text_string(&text);
}

const char *verify_symbol_name(const Verifier *v, SymId symbol)
{
    const char *name = names_text(v->p->names, v->p->symbols.at[symbol].name);

    return *name == '\0' ? "a nameless symbol" : name;
}

/* ---- nodes ------------------------------------------------------------------------------------------ */

/* Must argument k of this operator be a condition? */
static bool wants_condition(Op op, unsigned k)
{
    return op == OP_AND || op == OP_OR || op == OP_NOT || (op == OP_SELECT && k == 0);
}

static void check_argument(Verifier *v, NodeId id, unsigned k)
{
    const Node *node = &v->p->nodes.at[id];
    NodeId arg = node->u.arg[k];
    bool condition;

    if (arg >= id) {
        verify_fail(v, "node %u has argument %u behind it", (unsigned)id, (unsigned)arg);
        return;
    }
    condition = op_info[v->p->nodes.at[arg].op].result == KIND_CONDITION;
    if (condition != wants_condition((Op)node->op, k) && v->p->nodes.at[arg].op != OP_LITERAL)
        verify_fail(v, "argument %u of node %u (%s) is %s", k, (unsigned)id, op_info[node->op].name,
                    condition ? "a condition" : "no condition");
    v->on_index[id] |= v->on_index[arg];
}

static void check_dependence(Verifier *v, NodeId id)
{
    const Node *node = &v->p->nodes.at[id];

    for (unsigned k = 0; k < op_info[node->op].arity; k++) {
        SetId deps = v->p->nodes.at[node->u.arg[k]].deps;
        uint32_t count;
        const IndexId *items = set_items(v->p, deps, &count);

        for (uint32_t i = 0; deps != node->deps && i < count; i++)
            if (!set_has(v->p, node->deps, items[i]))
                verify_fail(v, "node %u does not depend on what its argument depends on", (unsigned)id);
    }
}

static void check_nodes(Verifier *v)
{
    for (NodeId i = 0; i < v->p->nodes.count && v->wrong == NULL; i++) {
        const Node *node = &v->p->nodes.at[i];

        if (node->op >= OP_COUNT) {
            verify_fail(v, "node %u has no operator", (unsigned)i);
            return;
        }
        v->on_index[i] = node->op == OP_INTEGER;
        for (unsigned k = 0; k < op_info[node->op].arity && v->wrong == NULL; k++)
            check_argument(v, i, k);
        if (v->wrong == NULL)
            check_dependence(v, i);
        if (node->op == OP_READ && node->u.read.symbol >= v->p->symbols.count)
            verify_fail(v, "node %u reads a symbol that there is not", (unsigned)i);
    }
}

/* ---- stages ----------------------------------------------------------------------------------------- */

typedef struct {
    const Program *p;
    const Stage *stage;
} SoughtDomain;

static bool same_domain(const void *context, uint32_t id)
{
    const SoughtDomain *sought = context;
    const Stage *other = &sought->p->stages.at[id];

    return other->rank == sought->stage->rank
           && (other->rank == 0
               || memcmp(other->domain, sought->stage->domain, other->rank * sizeof *other->domain) == 0);
}

/* Nodes visited for a stage with the same domain need no second visit: what was written stays written. Not so in
 * loops. */
static void begin_epoch(Verifier *v, StageId id)
{
    const Stage *stage = &v->p->stages.at[id];
    uint64_t hash = hash_mix(HASH_START, stage->rank);
    uint32_t first;

    for (unsigned d = 0; d < stage->rank; d++)
        hash = hash_mix(hash_mix(hash_mix(hash, stage->domain[d].index), stage->domain[d].low), stage->domain[d].high);
    first = hash_find(&v->domains, hash, same_domain, &(SoughtDomain){ v->p, stage });
    if (first == HASH_NONE) {
        first = id;
        hash_add(v->scratch, &v->domains, hash, id);
    }
    v->epochs = v->loops_open == 0 ? first + 1 : (uint32_t)v->p->stages.count + id + 1;
}

static void push_domain(Verifier *v, const Stage *stage)
{
    for (unsigned d = 0; d < stage->rank && v->wrong == NULL; d++) {
        const Range *range = &stage->domain[d];

        if (range->index >= v->p->indices.count || v->scope.position[range->index] != 0) {
            verify_fail(v, "index %u of its domain is in scope already", d);
            return;
        }
        verify_aff(v, range->low, false);
        verify_aff(v, range->high, false);
        if (v->wrong == NULL)
            scope_push(&v->scope, (ScopeEntry){ range->index, NO_ID, range->low, range->high });
    }
}

/* Does some element surely get a value more than once (by an index that no subscript uses)? */
static bool repeats(Verifier *v, const Stage *stage)
{
    for (unsigned d = 0; d < stage->rank; d++) {
        const Range *range = &stage->domain[d];
        int64_t low, high;
        bool used = false;

        for (uint32_t k = 0; k < stage_subs(v->p, stage); k++)
            used |= aff_uses_index(&v->p->affs, stage->subs[k], range->index);
        if (!used && aff_is_const(&v->p->affs, range->low, &low) && aff_is_const(&v->p->affs, range->high, &high)
            && high - low > 1)
            return true;
    }
    return false;
}

static void write_box(Verifier *v, const Stage *stage, Box *box)
{
    const Symbol *symbol = &v->p->symbols.at[stage->target];
    bool first = stage->op == STAGE_SET || stage->op == STAGE_ARGMAX || stage->fresh;
    Elements *written = &v->written[stage->target];

    if (box->exact && elements_meet(&v->read[stage->target], symbol, box, true))
        verify_fail(v, "an element is changed after it was read");
    else if (first && box->exact && elements_meet(written, symbol, box, true))
        verify_fail(v, "an element is written first twice");
    else if (!first && !(box->exact ? elements_cover(&v->cover, written, symbol, box)
                                    : elements_meet(written, symbol, box, false)))
        verify_fail(v, "an element is accumulated that has no value yet");
    else if (first)
        elements_add(v->scratch, written, symbol, box);
}

static void check_target(Verifier *v, StageId id)
{
    const Stage *stage = &v->p->stages.at[id];
    bool conditional = stage->guard != NO_ID && v->on_index[stage->guard];
    Box box;

    for (uint32_t k = 0; k < stage_subs(v->p, stage) && v->wrong == NULL; k++)
        verify_aff(v, stage->subs[k], conditional);
    if (v->wrong != NULL || !verify_box(v, stage->target, stage->subs, stage_subs(v->p, stage), conditional, &box))
        return;
    box.exact &= stage->guard == NO_ID;
    if (stage->op == STAGE_SET && stage->guard == NO_ID && repeats(v, stage))
        verify_fail(v, "an element is set more than once");
    else if (v->loops_open == 0)
        write_box(v, stage, &box);
}

static void check_stage(Verifier *v, StageId id)
{
    const Stage *stage = &v->p->stages.at[id];
    size_t outer = v->scope.entries.count;

    v->stage = id;
    if (v->given[stage->target])
        verify_fail(v, "its target is given by the caller");
    if ((stage->op == STAGE_ARGMAX) != v->p->symbols.at[stage->target].integer)
        verify_fail(v, "its target has the wrong kind");
    if (stage->guard != NO_ID && op_info[v->p->nodes.at[stage->guard].op].result != KIND_CONDITION
        && v->p->nodes.at[stage->guard].op != OP_LITERAL)
        verify_fail(v, "its guard is no condition");
    if (op_info[v->p->nodes.at[stage->value].op].result != KIND_REAL)
        verify_fail(v, "its value is a condition");
    push_domain(v, stage);
    begin_epoch(v, id);
    if (v->wrong == NULL && stage->guard != NO_ID)
        verify_value(v, stage->guard, false);
    if (v->wrong == NULL)
        verify_value(v, stage->value, stage->guard != NO_ID && v->on_index[stage->guard]);
    if (v->wrong == NULL)
        check_target(v, id);
    v->passed[id] = true;
    scope_pop(&v->scope, outer);
    v->stage = NO_ID;
}

/* ---- loops ------------------------------------------------------------------------------------------ */

static void push_loop(Verifier *v, LoopId id)
{
    IndexId index = v->p->loops.at[id].index;

    if (v->scope.position[index] != 0)
        verify_fail(v, "the index of loop %u is in scope already", (unsigned)id);
    else
        scope_push(&v->scope, (ScopeEntry){ index, id, AFF_ZERO, AFF_ZERO });
}

static void add_pending(Verifier *v, StageId id, size_t depth)
{
    const Stage *stage = &v->p->stages.at[id];
    size_t outer = v->scope.entries.count;
    Pending pending = { .stage = id, .box = arena_new(v->scratch, Box), .next = v->last_pending[stage->target],
                        .depth = depth, .loops = arena_array(v->scratch, LoopId, depth) };

    for (size_t i = 0; i < depth; i++)
        pending.loops[i] = v->scope.entries.at[i].loop;
    for (unsigned d = 0; d < stage->rank; d++) {
        Range range = stage->domain[d];

        if (range.index < v->p->indices.count && v->scope.position[range.index] == 0)
            scope_push(&v->scope, (ScopeEntry){ range.index, NO_ID, range.low, range.high });
    }
    if (verify_box(v, stage->target, stage->subs, stage_subs(v->p, stage), true, pending.box)) {
        vec_push(v->scratch, &v->pending, pending);
        v->last_pending[stage->target] = (uint32_t)v->pending.count;
    }
    scope_pop(&v->scope, outer);
}

/* What the stages of an outermost loop write, gathered before they are checked. */
static void gather_pending(Verifier *v, size_t first)
{
    size_t depth = 0, i = first;

    do {
        Item item = v->p->body.at[i++];

        if (item.kind == ITEM_STAGE) {
            add_pending(v, item.id, depth);
        } else if (item.kind == ITEM_LOOP) {
            push_loop(v, item.id);
            depth++;
        } else {
            scope_pop(&v->scope, --depth);
        }
    } while (depth > 0 && v->wrong == NULL);
}

static void end_loop(Verifier *v)
{
    v->loops_open--;
    scope_pop(&v->scope, v->loops_open);
    if (v->loops_open > 0)
        return;
    for (size_t i = 0; i < v->pending.count; i++) {
        SymId target = v->p->stages.at[v->pending.at[i].stage].target;

        elements_add(v->scratch, &v->written[target], &v->p->symbols.at[target], v->pending.at[i].box);
        v->last_pending[target] = 0;
    }
    v->pending.count = 0;
}

static void begin_loop(Verifier *v, size_t place, LoopId id)
{
    const Loop *loop = &v->p->loops.at[id];

    if (v->loops_open == 0)
        gather_pending(v, place);
    if (v->wrong == NULL)
        push_loop(v, id);
    v->loops_open++;
    v->epochs = (uint32_t)(v->p->stages.count + v->p->stages.count + id + 1);
    if (v->wrong == NULL && loop->condition != NO_ID)
        verify_value(v, loop->condition, false);
}

/* ---- the whole -------------------------------------------------------------------------------------- */

static void check_brackets(Verifier *v)
{
    VEC(LoopId) open = { 0 };

    for (size_t i = 0; i < v->p->body.count; i++) {
        Item item = v->p->body.at[i];

        if (item.kind == ITEM_LOOP)
            vec_push(v->scratch, &open, item.id);
        else if (item.kind == ITEM_END && (open.count == 0 || vec_pop(&open) != item.id))
            verify_fail(v, "loops are not nested");
    }
    if (open.count > 0)
        verify_fail(v, "a loop has no end");
}

/* A tape is given where nothing writes it: in the backward sweep. */
static void find_given(Verifier *v)
{
    for (SymId i = 0; i < v->p->symbols.count; i++) {
        const Symbol *symbol = &v->p->symbols.at[i];

        v->given[i] = symbol->role <= SYM_TABLE || symbol->role == SYM_SEED ||
                      symbol->role == SYM_TAPE || symbol->role == SYM_DIRECTION;
        if (symbol->role == SYM_INTEGER && symbol->local)
            v->given[i] = false;
    }
    for (size_t i = 0; i < v->p->body.count; i++) {
        Item item = v->p->body.at[i];

        if (item.kind == ITEM_STAGE && v->p->symbols.at[v->p->stages.at[item.id].target].role == SYM_TAPE)
            v->given[v->p->stages.at[item.id].target] = false;
    }
    for (size_t i = 0; i < v->p->loops.count; i++)
        if (v->p->loops.at[i].turns != NO_ID)
            v->given[v->p->loops.at[i].turns] = true;
}

static bool is_complete(Verifier *v, SymId id)
{
    const Symbol *symbol = &v->p->symbols.at[id];
    Box box = { .rank = symbol->rank };

    for (unsigned k = 0; k < symbol->rank; k++)
        box.high[k] = symbol->extents[k] - 1;
    if (!symbol->lower)
        return elements_cover(&v->cover, &v->written[id], symbol, &box);
    for (int32_t row = 0; row < symbol->extents[0]; row++) {
        box.low[0] = box.high[0] = box.high[1] = row;
        if (!elements_cover(&v->cover, &v->written[id], symbol, &box))
            return false;
    }
    return true;
}

static void check_complete(Verifier *v, const SymId *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!v->given[symbols[i]] && !is_complete(v, symbols[i]))
            verify_fail(v, "%s is not written completely", verify_symbol_name(v, symbols[i]));
}

static void check_body(Verifier *v)
{
    for (size_t i = 0; i < v->p->body.count && v->wrong == NULL; i++) {
        Item item = v->p->body.at[i];

        if (item.kind == ITEM_STAGE)
            check_stage(v, item.id);
        else if (item.kind == ITEM_LOOP)
            begin_loop(v, i, item.id);
        else
            end_loop(v);
    }
}

const char *program_verify(const Program *p)
{
    Verifier v = { .p = p, .scratch = heap_arena(p->heap), .stage = NO_ID };

    scope_init(&v.scope, v.scratch, p);
    v.cover.arena = v.scratch;
    v.written = arena_array(v.scratch, Elements, p->symbols.count);
    v.read = arena_array(v.scratch, Elements, p->symbols.count);
    v.given = arena_array(v.scratch, bool, p->symbols.count);
    v.on_index = arena_array(v.scratch, bool, p->nodes.count);
    v.epoch = arena_array(v.scratch, uint32_t, p->nodes.count);
    v.seen = arena_array(v.scratch, uint8_t, p->nodes.count);
    v.last_pending = arena_array(v.scratch, uint32_t, p->symbols.count);
    v.passed = arena_array(v.scratch, bool, p->stages.count);
    check_nodes(&v);
    check_brackets(&v);
    if (v.wrong == NULL) {
        find_given(&v);
        check_body(&v);
    }
    if (v.wrong == NULL) {
        check_complete(&v, p->outputs.at, p->outputs.count);
        check_complete(&v, p->gradients.at, p->gradients.count);
        check_complete(&v, p->derivatives.at, p->derivatives.count);
    }
    heap_release(p->heap, v.scratch);
    return v.wrong;
}
