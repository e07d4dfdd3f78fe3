/* paths.c -- the scope of every argument. */
#include "pass/paths.h"

typedef struct {
    NodeId condition;
    bool holds;
} Part;

ScopeId path_enter(Scopes *s, ScopeId parent, NodeId condition, bool holds)
{
    VEC(Part) rest = { 0 };

    vec_push(s->arena, &rest, (Part){ condition, holds });
    while (rest.count > 0) {
        Part part = vec_pop(&rest);
        const Node *node = &s->p->nodes.at[part.condition];

        if (node->op == OP_NOT) {
            vec_push(s->arena, &rest, (Part){ node->u.arg[0], !part.holds });
        } else if (node->op == (part.holds ? OP_AND : OP_OR)) {
            vec_push(s->arena, &rest, (Part){ node->u.arg[1], part.holds });
            vec_push(s->arena, &rest, (Part){ node->u.arg[0], part.holds });
        } else {
            parent = scope_branch(s, parent, part.condition, part.holds);
        }
    }
    return parent;
}

ScopeId path_of_argument(Scopes *s, NodeId node, unsigned k, ScopeId scope)
{
    const Node *at = &s->p->nodes.at[node];

    if (k == 0 || (at->op != OP_SELECT && at->op != OP_AND && at->op != OP_OR))
        return scope;
    return path_enter(s, scope, at->u.arg[0], at->op == OP_SELECT ? k == 1 : at->op == OP_AND);
}

ScopeId path_outer(const Scopes *s, ScopeId scope)
{
    return s->branches.at[(scope - 1) / 2].parent;
}

NodeId path_condition(const Scopes *s, ScopeId scope, bool *holds)
{
    *holds = scope % 2 == 1;
    return s->branches.at[(scope - 1) / 2].condition;
}
