/* code.c -- listing what a stage needs: nodes without indices once a run, the others at every point. */
#include "base/sort.h"
#include "eval/code.h"

typedef struct {
    const Program *program;
    Arena *arena;
    EvalCode *code;
    uint32_t *seen;  /* by node: number of the listing that met it last */
    bool *known;     /* by node: an earlier stage computes it */
    VEC(NodeId) loop_known; /* made known inside loops: unknown again behind the loop, which may have made no turn */
    VEC(size_t) loop_marks; /* by open loop: where those of its body begin */
    uint32_t *atom_seen;
    uint32_t listing;
    NodeVec stack, bound, free;
    VEC(AtomId) atom_stack, atoms;
} Lister;

static void want_node(Lister *l, NodeId node)
{
    if (node == NO_ID || l->seen[node] == l->listing || l->known[node])
        return;
    l->seen[node] = l->listing;
    vec_push(l->arena, &l->stack, node);
}

static void want_aff(Lister *l, AffId aff)
{
    const Affine *a = &l->program->affs.affs.at[aff];

    for (uint32_t t = 0; t < a->count; t++) {
        AtomId atom = l->program->affs.terms.at[a->first + t].atom;

        if (l->atom_seen[atom] == l->listing)
            continue;
        l->atom_seen[atom] = l->listing;
        vec_push(l->arena, &l->atom_stack, atom);
    }
}

/* The subscripts of an element have older atoms than the element itself. */
static void list_atoms(Lister *l)
{
    while (l->atom_stack.count > 0) {
        const Atom *atom = &l->program->affs.atoms.at[vec_top(&l->atom_stack)];

        vec_push(l->arena, &l->atoms, vec_pop(&l->atom_stack));
        if (atom->kind == ATOM_ELEMENT)
            for (unsigned k = 0; k < atom->rank; k++)
                want_aff(l, l->program->affs.subs.at[atom->subs + k]);
    }
}

static void list_nodes(Lister *l)
{
    const Program *p = l->program;

    while (l->stack.count > 0) {
        NodeId id = vec_pop(&l->stack);
        const Node *node = &p->nodes.at[id];

        if (node->deps == 0)
            vec_push(l->arena, &l->free, id);
        else
            vec_push(l->arena, &l->bound, id);
        if (node->op == OP_READ)
            for (unsigned k = 0; k < p->symbols.at[node->u.read.symbol].rank; k++)
                want_aff(l, node_subs(p, id)[k]);
        else if (node->op == OP_INTEGER)
            want_aff(l, node->u.aff);
        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            want_node(l, node->u.arg[k]);
        list_atoms(l);
    }
}

static uint32_t append_nodes(Lister *l, NodeVec *list)
{
    uint32_t first = (uint32_t)l->code->nodes.count;

    if (list->count > 1)
        sort_ids(l->program->heap, list->at, list->count);
    for (size_t i = 0; i < list->count; i++)
        vec_push(l->arena, &l->code->nodes, list->at[i]);
    return first;
}

static void finish_listing(Lister *l, StageCode *code, bool in_loop)
{
    list_nodes(l);
    list_atoms(l);
    *code = (StageCode){ .free_count = (uint32_t)l->free.count, .bound_count = (uint32_t)l->bound.count };
    code->free = append_nodes(l, &l->free);
    code->bound = append_nodes(l, &l->bound);
    for (size_t i = 0; i < l->free.count; i++) {
        l->known[l->free.at[i]] = true;
        if (in_loop)
            vec_push(l->arena, &l->loop_known, l->free.at[i]);
    }
    code->atoms = (uint32_t)l->code->atoms.count;
    code->atom_count = (uint32_t)l->atoms.count;
    if (l->atoms.count > 1)
        sort_ids(l->program->heap, l->atoms.at, l->atoms.count);
    for (size_t i = 0; i < l->atoms.count; i++)
        vec_push(l->arena, &l->code->atoms, l->atoms.at[i]);
    l->free.count = l->bound.count = l->atoms.count = 0;
    l->listing++;
}

static void list_stage(Lister *l, StageId id, bool in_loop)
{
    const Stage *stage = &l->program->stages.at[id];
    unsigned rank = l->program->symbols.at[stage->target].rank;

    for (unsigned k = 0; k < stage->rank; k++) {
        want_aff(l, stage->domain[k].low);
        want_aff(l, stage->domain[k].high);
    }
    rank -= stage->op == STAGE_ARGMAX;
    for (unsigned k = 0; k < rank; k++)
        want_aff(l, stage->subs[k]);
    want_node(l, stage->guard);
    want_node(l, stage->value);
    finish_listing(l, &l->code->stages[id], in_loop);
}

static void list_body(Lister *l)
{
    const Program *p = l->program;

    for (size_t i = 0; i < p->body.count; i++) {
        const Item *item = &p->body.at[i];

        if (item->kind == ITEM_STAGE) {
            list_stage(l, item->id, l->loop_marks.count > 0);
        } else if (item->kind == ITEM_LOOP) {
            vec_push(l->arena, &l->loop_marks, l->loop_known.count);
            want_node(l, p->loops.at[item->id].condition);
            finish_listing(l, &l->code->loops[item->id], true);
        } else {
            size_t mark = vec_pop(&l->loop_marks);

            while (l->loop_known.count > mark)
                l->known[vec_pop(&l->loop_known)] = false;
        }
    }
}

void eval_list(Evaluation *e)
{
    const Program *p = e->program;
    Lister l = { .program = p, .arena = e->arena, .code = e->code, .listing = 1 };

    l.seen = arena_array(e->arena, uint32_t, p->nodes.count + 1);
    l.known = arena_array(e->arena, bool, p->nodes.count + 1);
    l.atom_seen = arena_array(e->arena, uint32_t, p->affs.atoms.count + 1);
    list_body(&l);
}
