/* c_shape.c -- which nodes get a line of their own, and which selects become an `if`.
 *
 * In the function's block every gate that the user wrote has a line; elsewhere what is used once stands inside its
 * user's expression, unless that grows too long. */
#include "emit/c_body.h"

/* Operations in one printed expression; in both branches of one `? :`. */
enum { MOST_IN_BLOCK = 8, MOST_IN_LOOP = 16, MOST_IN_BRANCHES = 6, DEEP = UINT16_MAX };

typedef struct {
    CBody *b;
    uint32_t scope;
} Shaper;

static Inst *instance_of(const Shaper *s, NodeId node, uint32_t context)
{
    uint32_t id = c_find(s->b, node, context);

    return id == NO_ID ? NULL : &s->b->insts.at[id];
}

/* The operand as it is printed. */
static Inst *operand(const Shaper *s, const Inst *inst, unsigned k)
{
    uint32_t context;
    NodeId node = c_operand(s->b, inst->node, inst->context, k, &context);

    return instance_of(s, node, context);
}

static void measure(const Shaper *s, Inst *inst)
{
    const Node *node = &s->b->p->nodes.at[inst->node];
    uint32_t tree = 1;

    inst->deep = 0;
    for (unsigned k = 0; k < op_info[node->op].arity; k++) {
        const Inst *arg = operand(s, inst, k);
        uint32_t deep;

        if (arg == NULL)
            continue;
        deep = arg->own ? s->b->contexts.at[arg->context].depth : arg->deep;
        inst->deep = deep > inst->deep ? (uint16_t)(deep < DEEP ? deep : DEEP) : inst->deep;
        tree += arg->own ? 0 : arg->tree;
    }
    inst->tree = (uint16_t)(tree < UINT16_MAX ? tree : UINT16_MAX);
}

static uint32_t tree_of(const Inst *inst)
{
    return inst == NULL || inst->own ? 0 : inst->tree;
}

/* Gives lines of their own to the largest operands until the expression is short enough. */
static void shorten(const Shaper *s, Inst *inst)
{
    const Node *node = &s->b->p->nodes.at[inst->node];
    unsigned most = s->scope == 0 ? MOST_IN_BLOCK : MOST_IN_LOOP;

    measure(s, inst);
    while (inst->tree > most && node->op != OP_SELECT) {
        Inst *largest = NULL;

        for (unsigned k = 0; k < op_info[node->op].arity; k++) {
            Inst *arg = operand(s, inst, k);

            if (tree_of(arg) > tree_of(largest) && !c_is_part(s->b, arg->node))
                largest = arg;
        }
        if (largest == NULL)
            return;
        largest->own = true;
        measure(s, inst);
    }
}

/* Does a branch hold more than one short expression? */
static bool needs_if(const Shaper *s, const Inst *inst)
{
    const Node *node = &s->b->p->nodes.at[inst->node];
    uint32_t depth = s->b->contexts.at[inst->context].depth, tree = 0;

    if (node->op != OP_SELECT && node->op != OP_AND && node->op != OP_OR)
        return false;
    for (unsigned k = 1; k < op_info[node->op].arity; k++) {
        const Inst *arg = operand(s, inst, k);

        if (arg != NULL && (arg->own ? s->b->contexts.at[arg->context].depth : arg->deep) > depth)
            return true;
        tree += tree_of(arg);
    }
    return node->op == OP_SELECT && tree > MOST_IN_BRANCHES;
}

static bool is_gate(const Shaper *s, const Inst *inst)
{
    const CBody *b = s->b;
    const NodeInfo *info = &b->p->infos.at[inst->node];

    return s->scope == 0 && b->contexts.at[inst->context].depth == 0 && b->p->nodes.at[inst->node].op != OP_READ &&
           op_info[b->p->nodes.at[inst->node].op].result == KIND_REAL && (info->name != NAME_NONE || info->at.end > 0);
}

/* Selects that share an `if` ask for its condition once; asked once, it can stand in the `if` itself. */
static void share_condition(const Shaper *s, const Inst *inst)
{
    CBody *b = s->b;
    const Node *node = &b->p->nodes.at[inst->node];
    uint32_t inside = c_context(b, inst->context, node->u.arg[0], 0), group = b->contexts.at[inside].group;
    Inst *condition = instance_of(s, b->groups.at[group].condition, inst->context);

    if (b->groups.at[group].asked && condition != NULL && --condition->uses == 1)
        condition->own = condition->branch;
    b->groups.at[group].asked = true;
}

/* What stands in a list that several calls use is used by all of them. */
static void share_arguments(const Shaper *s, const Inst *list)
{
    while (list != NULL && c_is_part(s->b, list->node)) {
        Inst *first = operand(s, list, 0), *rest = operand(s, list, 1);

        if (first != NULL)
            first->own = true;
        if (rest != NULL && !c_is_part(s->b, rest->node))
            rest->own = true;
        list = rest;
    }
}

void c_shape_scope(CBody *b, uint32_t scope)
{
    Shaper s = { b, scope };

    for (uint32_t i = 0; i < b->scopes[scope].inst_count; i++) {
        Inst *inst = &b->insts.at[b->scopes[scope].first_inst + i];

        if (c_is_part(b, inst->node) && inst->uses > 1)
            share_arguments(&s, inst);
        shorten(&s, inst);
        inst->branch = needs_if(&s, inst);
        inst->own = !c_is_part(b, inst->node) && (inst->branch || inst->uses > 1 || is_gate(&s, inst));
    }
    for (uint32_t i = 0; i < b->scopes[scope].inst_count; i++)
        if (b->insts.at[b->scopes[scope].first_inst + i].branch)
            share_condition(&s, &b->insts.at[b->scopes[scope].first_inst + i]);
}
