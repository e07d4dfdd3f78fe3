/* circuit_flat.c -- the lowered program at a point: loops written out in turns, functions as elementary gates, and what the
 * results need where of a scalar branch only one side is taken.
 */
#include "teach/circuit_make.h"

#include "eval/code.h"

/* ---- elementary gates --------------------------------------------------------------------------------- */

static const char *const elementary[OP_COUNT] = {
#define ELEMENTARY(OP, formula) [OP_##OP] = formula,
#include "teach/elementary.def"
};

/* ---- writing out -------------------------------------------------------------------------------------- */

/* A loop that is gone through: where its ITEM_LOOP stands, and the turn. */
typedef struct {
    size_t begin;
    int32_t turn;
} Running;

typedef struct {
    Flat *flat;
    Arena *arena;
    const Program *from;
    const Evaluation *point;
    bool elementary;
    Rebuild rebuild;
    AffId *indices;      /* by index: the number that it is in this turn, or AFF_FAIL */
    VEC(Running) running;
    const char *tag;     /* of this turn, or NULL */
} Flattener;

static const Loop *loop_at(const Flattener *f, size_t begin)
{
    return &f->from->loops.at[f->from->body.at[begin].id];
}

/* Elements of the count of turns of a loop, whose subscripts are the turns of the loops around. */
static AffId known_turns(Rebuild *r, SymId symbol, const AffId *subs, uint32_t rank)
{
    const Flattener *f = r->context;
    const Symbol *s = &f->from->symbols.at[symbol];
    size_t offset = 0;

    if (!f->flat->turns[symbol])
        return AFF_FAIL;
    for (uint32_t k = 0; k < rank; k++) {
        int64_t sub;

        if (!aff_is_const(&r->to->affs, subs[k], &sub) || sub < 0 || sub >= s->extents[k])
            return AFF_FAIL;
        offset = offset * (size_t)s->extents[k] + (size_t)sub;
    }
    return aff_const(&r->to->affs, f->point->integers[symbol][offset]);
}

static bool belongs_to_turn(const Flattener *f, SetId deps)
{
    for (size_t i = 0; i < f->running.count; i++)
        if (set_has(f->from, deps, loop_at(f, f->running.at[i].begin)->index))
            return true;
    return false;
}

static void describe_up_to(Flattener *f, size_t nodes)
{
    while (f->flat->notes.count < nodes)
        vec_push(f->arena, &f->flat->notes, (FlatNote){ NULL, NAME_NONE });
}

static NodeId copy_op(Rebuild *r, NodeId old, const NodeId *args)
{
    Flattener *f = r->context;
    const Node *node = &f->from->nodes.at[old];
    const char *formula = f->elementary ? elementary[node->op] : NULL;
    size_t before = r->to->nodes.count;
    NodeId made;

    made = formula != NULL ? node_formula(r->to, formula, args) : node_raw(r->to, (Op)node->op, args[0], args[1], args[2]);
    describe_up_to(f, r->to->nodes.count);
    for (size_t i = before; i < r->to->nodes.count; i++) {
        if (belongs_to_turn(f, node->deps))
            f->flat->notes.at[i].tag = f->tag;
        node_describe(r->to, (NodeId)i, NAME_NONE, f->from->infos.at[old].at);
    }
    if (made >= before)
        f->flat->notes.at[made].name = node_telling_name(f->from, old);
    return made;
}

/* The element of the count of turns of the innermost running loop. */
static int32_t turns_made(const Flattener *f, const Loop *loop)
{
    size_t offset = 0, rank = f->from->symbols.at[loop->turns].rank;

    for (size_t i = f->running.count - 1 - rank; i + 1 < f->running.count; i++) {
        const Loop *outer = loop_at(f, f->running.at[i].begin);
        int64_t value = 0;

        (void)aff_is_const(&f->rebuild.to->affs, f->indices[outer->index], &value);
        offset = offset * (size_t)(outer->high - outer->low) + (size_t)(value - outer->low);
    }
    return f->point->integers[loop->turns][offset];
}

static void set_tag(Flattener *f)
{
    Text tag;

    text_init(&tag, f->arena);
    for (size_t i = 0; i < f->running.count; i++) {
        int64_t value = 0;

        (void)aff_is_const(&f->rebuild.to->affs, f->indices[loop_at(f, f->running.at[i].begin)->index], &value);
        text_add(&tag, i == 0 ? "[" : ",");
        text_integer(&tag, value);
    }
    text_add(&tag, "]");
    f->tag = f->running.count == 0 ? NULL : text_string(&tag);
}

/* Begins a turn of the innermost running loop, or leaves it. */
static bool enter_turn(Flattener *f)
{
    Running running = vec_top(&f->running);
    const Loop *loop = loop_at(f, running.begin);
    int32_t extent = loop->turns == NO_ID ? loop->high - loop->low : turns_made(f, loop);
    bool enters = running.turn < extent;

    rebuild_forget(&f->rebuild);
    if (enters) {
        int32_t turn = loop->reverse ? loop->low + extent - 1 - running.turn : loop->low + running.turn;

        f->indices[loop->index] = aff_const(&f->rebuild.to->affs, turn);
    } else {
        f->indices[loop->index] = AFF_FAIL;
        (void)vec_pop(&f->running);
    }
    set_tag(f);
    return enters;
}

static bool write_out(Flattener *f, Span *at)
{
    for (size_t i = 0; i < f->from->body.count; i++) {
        Item item = f->from->body.at[i];

        if (item.kind == ITEM_STAGE) {
            rebuild_stage(&f->rebuild, item.id);
            vec_push(f->arena, &f->flat->turned, f->tag != NULL);
            *at = f->running.count > 0 ? loop_at(f, f->running.at[0].begin)->at : (Span){ 0, 0 };
            if (f->rebuild.to->stages.count > MOST_GATES)
                return false;
            continue;
        }
        if (item.kind == ITEM_LOOP)
            vec_push(f->arena, &f->running, (Running){ i, 0 });
        else
            vec_top(&f->running).turn++;
        i = vec_top(&f->running).begin;
        if (!enter_turn(f))
            i = program_end_of_loop(f->from, i);
    }
    return true;
}

/* ---- what is needed ----------------------------------------------------------------------------------- */

typedef struct {
    Flat *flat;
    Arena *arena;
    bool *symbols; /* by symbol */
    bool *seen;    /* by node */
    NodeVec stack;
    VEC(AffId) affs;
} Needs;

static void need_aff(Needs *n, AffId root)
{
    const AffPool *pool = &n->flat->program->affs;

    vec_push(n->arena, &n->affs, root);
    while (n->affs.count > 0) {
        const Affine *aff = &pool->affs.at[vec_pop(&n->affs)];

        for (uint32_t t = 0; t < aff->count; t++) {
            const Atom *atom = &pool->atoms.at[pool->terms.at[aff->first + t].atom];

            if (atom->kind != ATOM_ELEMENT)
                continue;
            n->symbols[atom->of] = true;
            for (uint32_t k = 0; k < atom->rank; k++)
                vec_push(n->arena, &n->affs, pool->subs.at[atom->subs + k]);
        }
    }
}

static void need_node(Needs *n, NodeId root)
{
    const Program *p = n->flat->program;

    vec_push(n->arena, &n->stack, root);
    while (n->stack.count > 0) {
        NodeId id = vec_pop(&n->stack);
        const Node *node = &p->nodes.at[id];

        if (n->seen[id])
            continue;
        n->seen[id] = true;
        if (node->op == OP_INTEGER)
            need_aff(n, node->u.aff);
        if (node->op == OP_READ) {
            n->symbols[node->u.read.symbol] = true;
            for (uint32_t k = 0; k < p->symbols.at[node->u.read.symbol].rank; k++)
                need_aff(n, node_subs(p, id)[k]);
        }
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            if (!flat_is_branch(n->flat, id) || k == 0 || k == flat_taken(n->flat, id))
                vec_push(n->arena, &n->stack, node->u.arg[k]);
    }
}

/* A guard without an index is known at the point. */
static bool guard_holds(const Flat *flat, NodeId guard)
{
    return guard == NO_ID || flat->program->nodes.at[guard].deps != 0 || flat->values.code->values[guard] != 0;
}

static bool need_stage(Needs *n, const Stage *stage)
{
    if (!n->symbols[stage->target] || !guard_holds(n->flat, stage->guard))
        return false;
    need_node(n, stage->value);
    if (stage->guard != NO_ID)
        need_node(n, stage->guard);
    for (unsigned d = 0; d < stage->rank; d++) {
        need_aff(n, stage->domain[d].low);
        need_aff(n, stage->domain[d].high);
    }
    for (uint32_t k = 0; k < stage_subs(n->flat->program, stage); k++)
        need_aff(n, stage->subs[k]);
    return true;
}

static void find_needed(Flat *flat, Arena *arena)
{
    const Program *p = flat->program;
    Needs n = { .flat = flat, .arena = arena };

    flat->needed = arena_array(arena, bool, p->stages.count + 1);
    flat->used = n.symbols = arena_array(arena, bool, p->symbols.count + 1);
    n.seen = arena_array(arena, bool, p->nodes.count + 1);
    for (size_t i = 0; i < p->outputs.count; i++)
        n.symbols[p->outputs.at[i]] = true;
    for (size_t i = p->body.count; i-- > 0;)
        flat->needed[p->body.at[i].id] = need_stage(&n, &p->stages.at[p->body.at[i].id]);
}

/* ---- the flat program --------------------------------------------------------------------------------- */

bool flat_is_branch(const Flat *flat, NodeId node)
{
    const Node *at = &flat->program->nodes.at[node];

    return at->op == OP_SELECT && flat->program->nodes.at[at->u.arg[0]].deps == 0;
}

unsigned flat_taken(const Flat *flat, NodeId select)
{
    return flat->values.code->values[flat->program->nodes.at[select].u.arg[0]] != 0 ? 1 : 2;
}

void flat_copy_point(const Flat *flat, const Evaluation *from, Evaluation *to)
{
    const Program *p = flat->program;

    for (SymId s = 0; s < p->symbols.count; s++) {
        bool given = p->symbols.at[s].role < SYM_TABLE;

        for (size_t i = 0; i < eval_elements(p, s); i++) {
            if (given && from->reals[s] != NULL)
                to->reals[s][i] = from->reals[s][i];
            if ((given || flat->turns[s]) && from->integers[s] != NULL)
                to->integers[s][i] = from->integers[s][i];
        }
    }
}

bool flat_make(Flat *flat, Arena *arena, const Program *lowered, const Evaluation *point, bool elementary_gates, Span *at)
{
    Flattener f = { .flat = flat, .arena = arena, .from = lowered, .point = point, .elementary = elementary_gates };

    flat->program = program_like(lowered);
    f.indices = arena_array(arena, AffId, lowered->indices.count + 1);
    for (IndexId i = 0; i < lowered->indices.count; i++)
        f.indices[i] = AFF_FAIL;
    flat->turns = arena_array(arena, bool, lowered->symbols.count + 1);
    for (size_t i = 0; i < lowered->loops.count; i++)
        if (lowered->loops.at[i].turns != NO_ID)
            flat->turns[lowered->loops.at[i].turns] = true;
    rebuild_begin(&f.rebuild, lowered, flat->program);
    f.rebuild.indices = f.indices;
    f.rebuild.element = known_turns;
    f.rebuild.op = copy_op;
    f.rebuild.context = &f;
    if (!write_out(&f, at))
        return false;
    describe_up_to(&f, flat->program->nodes.count);
    eval_init(&flat->values, arena, flat->program);
    flat_copy_point(flat, point, &flat->values);
    eval_run(&flat->values);
    find_needed(flat, arena);
    return true;
}
