/* paths.h -- walking expressions with the scope of every argument. Private to src/pass. */
#ifndef BPGEN_PATHS_H
#define BPGEN_PATHS_H

#include "pass/scope.h"

/* The scope inside `parent` where a condition holds or fails; what is joined by && (by || where it fails) is taken
 * apart. */
ScopeId path_enter(Scopes *s, ScopeId parent, NodeId condition, bool holds);

/* The scope in which argument `k` of a node in `scope` is needed. */
ScopeId path_of_argument(Scopes *s, NodeId node, unsigned k, ScopeId scope);

ScopeId path_outer(const Scopes *s, ScopeId scope);
NodeId path_condition(const Scopes *s, ScopeId scope, bool *holds);

#endif
