/* reverse_expr.c -- the local reverse of one expression: from the adjoint of a node to those of its arguments.
 *
 * A value goes up to where it is needed: inside a branch nothing is masked, and a contribution that leaves a branch
 * is wrapped in a select (scope.h), so that no untaken branch can turn a 0 into a NaN. Where a statement has one
 * input, its partial is formed first and multiplied once by the adjoint (preaccumulation: Griewank and Walther,
 * section 10.2).
 */
#include "pass/reverse.h"

/* ---- partial derivatives ------------------------------------------------------------------------------ */

/* An adjoint that is 0 where no branch needs the value: a partial there may be infinite. */
static NodeId mask(Program *p, const Slot *slot, NodeId adjoint)
{
    NodeId zero = node_int(p, 0);

    if (slot->needed != NO_ID)
        adjoint = node_op(p, OP_SELECT, slot->needed, adjoint, zero);
    return slot->loose ? node_op(p, OP_SELECT, node_op2(p, OP_EQ, adjoint, zero), zero, adjoint) : adjoint;
}

/* The source text of the gate at hand. */
static Span gate_place(const Sweep *s)
{
    Span at = s->gate == NO_ID ? s->at : s->p->infos.at[s->gate].at;

    return at.end == 0 ? s->at : at;
}

static NodeId partial_of(Sweep *s, NodeId node, unsigned k)
{
    return derive_partial(s->p, node, node == s->stored ? s->result : node, k, &s->reverse->no_derivative,
                          gate_place(s));
}

/* ---- contributions ----------------------------------------------------------------------------------- */

static Name adjoint_name(Sweep *s, NodeId node)
{
    return derive_name(s->p, node_telling_name(s->p, node), false);
}

SymId scalar_adjoint(Sweep *s, NodeId node)
{
    Slot *slot = work_slot(&s->scalars, node);

    if (slot->symbol == NO_ID) {
        Symbol symbol = { .name = adjoint_name(s, node), .at = s->p->infos.at[node].at, .role = SYM_LOCAL,
                          .adjoint = true, .of = NO_ID };

        slot->symbol = program_symbol(s->p, symbol);
    }
    return slot->symbol;
}

static void emit_point(Sweep *s, SymId target, const AffId *subs, NodeId value, NodeId guard)
{
    Stage stage = { .target = target, .op = STAGE_ADD, .value = value, .guard = guard, .subs = subs,
                    .at = gate_place(s) };

    program_stage(s->p, stage);
}

/* A contribution in the scope in which the adjoint is collected. */
static void arrive(Sweep *s, Work *w, NodeId node, ScopeId scope, NodeId value)
{
    Slot *slot = work_slot(w, node);
    NodeId guard;

    if (!w->scalars || !scope_holds_stages(&s->scopes, scope, &guard)) {
        slot->adjoint = derive_plus(s->p, slot->adjoint, value);
    } else if (s->p->nodes.at[node].op == OP_READ) {
        SymId target = sweep_adjoint(s, s->p->nodes.at[node].u.read.symbol);

        if (guard == NO_ID)
            guard = work_in_range(s, node);
        emit_point(s, target, node_subs(s->p, node), value, guard);
    } else if (slot->symbol == NO_ID && slot->adjoint == NO_ID && slot->left == 0) {
        slot->adjoint = value;
        if (value >= s->reverse->first_node)
            node_describe(s->p, value, adjoint_name(s, node), gate_place(s));
    } else {
        emit_point(s, scalar_adjoint(s, node), NULL, value, guard);
    }
}

/* The contributions out of branches are held back until the last has come: then the sides of a condition can be
 * joined. */
static void release(Sweep *s, Work *w, NodeId node, bool read)
{
    Slot *slot = work_slot(w, node);
    ScopeId top = slot->outside ? scope_parent(&s->scopes, slot->scope) : slot->scope;
    uint32_t list = slot->masked, at;

    slot->masked = NO_ID;
    at = list = scopes_fold(&s->scopes, list, read ? 0 : top, read);
    do {
        ScopedValue value = s->scopes.values.at[at = s->scopes.values.at[at].next];

        arrive(s, w, node, read ? value.scope : slot->scope, value.value);
    } while (at != list);
}

static void hold_back(Sweep *s, Slot *slot, ScopeId from, NodeId value)
{
    slot->masked = scopes_push(&s->scopes, slot->masked, from, value);
    slot->outside |= slot->scope != SCOPE_NONE && !scope_is_inside(&s->scopes, from, slot->scope);
}

void work_deliver(Sweep *s, Work *w, NodeId node, NodeId value, ScopeId from, uint32_t uses)
{
    Slot *slot = work_slot(w, node);
    bool read = w->scalars && s->p->nodes.at[node].op == OP_READ;
    NodeId guard;

    slot->left -= uses;
    if (slot->gate == NO_ID)
        slot->gate = s->gate;
    if (!read && scope_is_inside(&s->scopes, slot->scope, from))
        from = slot->scope; /* the input of a statement in a branch of the statement: 0 outside of it */
    if (read && work_leaves_range(s, node))
        scope_hold_stages(&s->scopes, from);
    if (!derive_is_zero(s->p, value)) {
        if (read ? scope_holds_stages(&s->scopes, from, &guard) : from == slot->scope)
            arrive(s, w, node, from, value);
        else
            hold_back(s, slot, from, value);
    }
    if (slot->left == 0 && slot->masked != NO_ID && !(w->scalars && s->depth > 0))
        release(s, w, node, read);
}

void work_release(Sweep *s, Work *w, NodeId node)
{
    if (work_slot(w, node)->masked != NO_ID)
        release(s, w, node, w->scalars && s->p->nodes.at[node].op == OP_READ);
}

/* ---- statements -------------------------------------------------------------------------------------- */

static bool is_edge(const Sweep *s, const Node *node, unsigned k)
{
    return activity_edge((Op)node->op, k) && s->active.nodes[node->u.arg[k]];
}

/* One step down: the derivative by argument k, where that by the node itself is `value`, and the scope where it
 * holds. */
static NodeId step_down(Sweep *s, NodeId id, unsigned k, NodeId value, ScopeId *scope)
{
    Node node = s->p->nodes.at[id];
    NodeId partial;

    if (node.op == OP_SELECT) {
        *scope = scope_branch(&s->scopes, *scope, node.u.arg[0], k == 1);
        return value;
    }
    partial = partial_of(s, id, k);
    return partial == NO_ID || value == NO_ID ? NO_ID : derive_times(s->p, partial, value);
}

/* The derivative of a statement by its only input, in the scope of its root. */
static NodeId statement_partial(Sweep *s, Work *w, NodeId root)
{
    Program *p = s->p;
    ScopeId top = work_slot(w, root)->scope;
    NodeId input = work_slot(w, root)->input, sum = NO_ID;
    uint32_t masked = NO_ID;

    s->stack.count = 0;
    vec_push(s->arena, &s->stack, node_int(p, 1));
    vec_push(s->arena, &s->stack, root);
    while (s->stack.count > 0) {
        NodeId id = vec_pop(&s->stack), value = vec_pop(&s->stack);
        Node node = p->nodes.at[id];

        for (unsigned k = 0; k < op_info[node.op].arity; k++) {
            ScopeId scope = work_slot(w, id)->scope;
            NodeId next;

            if (!is_edge(s, &node, k))
                continue;
            next = step_down(s, id, k, value, &scope);
            if (node.u.arg[k] != input) {
                work_slot(w, node.u.arg[k])->input = INSIDE_STATEMENT;
                vec_push(s->arena, &s->stack, next);
                vec_push(s->arena, &s->stack, node.u.arg[k]);
            } else if (next != NO_ID && scope == top) {
                sum = derive_plus(p, sum, next);
            } else if (next != NO_ID) {
                masked = scopes_push(&s->scopes, masked, scope, next);
            }
        }
    }
    if (masked != NO_ID) {
        masked = scopes_fold(&s->scopes, masked, top, false);
        sum = derive_plus(p, sum, s->scopes.values.at[masked].value);
    }
    return sum;
}

/* Among scalars every gate has a line of its own, so only a repeated input is worth a partial of several gates. */
static bool has_own_partial(const Work *w, const Slot *slot)
{
    return slot->input != NO_ID && slot->input != MANY_INPUTS && (!w->scalars || slot->occurs > 1);
}

void work_differentiate(Sweep *s, Work *w, NodeId id)
{
    Slot *slot = work_slot(w, id);
    Node node = s->p->nodes.at[id];
    NodeId adjoint = slot->adjoint;

    if (slot->input == INSIDE_STATEMENT || work_is_leaf(s, w, id))
        return;
    if (slot->symbol != NO_ID)
        adjoint = derive_plus(s->p, adjoint, node_read(s->p, slot->symbol, NULL));
    if (adjoint != NO_ID)
        adjoint = mask(s->p, slot, adjoint);
    s->gate = s->p->infos.at[id].at.end != 0 || slot->gate == NO_ID ? id : slot->gate;
    if (adjoint != NO_ID && has_own_partial(w, slot)) {
        NodeId partial = statement_partial(s, w, id);

        if (derive_is_zero(s->p, partial))
            adjoint = NO_ID;
        else
            adjoint = derive_times(s->p, partial, adjoint);
        work_deliver(s, w, slot->input, adjoint, slot->scope, slot->occurs);
        return;
    }
    for (unsigned k = 0; k < op_info[node.op].arity; k++) {
        ScopeId scope = slot->scope;
        NodeId value;

        if (!is_edge(s, &node, k))
            continue;
        value = step_down(s, id, k, adjoint, &scope);
        work_deliver(s, w, node.u.arg[k], value, scope, 1);
    }
}
