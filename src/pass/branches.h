/* branches.h -- walking expressions with the scope of every argument. Private to src/pass. */
#ifndef BPGEN_BRANCHES_H
#define BPGEN_BRANCHES_H

#include "pass/scope.h"

/* The scope inside `parent` where a condition holds or fails; what is joined by && (by || where it fails) is taken apart. */
ScopeId branch_enter(Scopes *s, ScopeId parent, NodeId condition, bool holds);

/* The scope in which argument `k` of a node in `scope` is needed. */
ScopeId branch_of_argument(Scopes *s, NodeId node, unsigned k, ScopeId scope);

ScopeId branch_parent(const Scopes *s, ScopeId scope);
NodeId branch_condition(const Scopes *s, ScopeId scope, bool *holds);

#endif
