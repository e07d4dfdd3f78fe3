/* scope.h -- the branches of selects and guards that a node stands in, and what leaves them. Private to src/pass.
 *
 * A scope is a path of conditions with the side taken; 0 is outside of all. What only one branch needs has the scope of
 * that branch, what several need the innermost scope that they share.
 */
#ifndef BPGEN_SCOPE_H
#define BPGEN_SCOPE_H

#include "ir/program.h"

typedef uint32_t ScopeId;
#define SCOPE_NONE UINT32_MAX

/* Both sides of one condition: scopes 2*b+1 (it holds) and 2*b+2 of branch b. */
typedef struct {
    ScopeId parent, jump; /* jump: an ancestor further up, for steps of logarithmic number */
    uint32_t depth;
    NodeId condition;
    NodeId guard[2];      /* the guard of a stage that means just this side, or NO_ID */
} Branch;

/* A value that belongs to a scope; lists are circular and known by their last element. */
typedef struct {
    ScopeId scope;
    NodeId value;
    uint32_t next;
} ScopedValue;

typedef struct {
    Program *p;
    Arena *arena;
    VEC(Branch) branches;
    HashTable table;
    VEC(ScopedValue) values;
    VEC(NodeId) sums;     /* by scope, NO_ID between folds */
    VEC(uint32_t) heap;   /* branches to be folded, the youngest first */
} Scopes;

void scopes_init(Scopes *s, Program *p, Arena *arena);

/* The side of `condition` inside `parent`. */
ScopeId scope_branch(Scopes *s, ScopeId parent, NodeId condition, bool holds);

/* The scope in which a guard holds: && and ! are taken apart. It is marked with the guard. */
ScopeId scope_of_guard(Scopes *s, NodeId guard);

/* The innermost scope around both; SCOPE_NONE is neutral. */
ScopeId scope_meet(const Scopes *s, ScopeId a, ScopeId b);

/* The same, but what only several branches side by side need has a scope of its own, where one of their conditions
 * holds: so what none of them needs is left out. A few conditions are told apart. The scopes joined do not lie
 * inside the new one, but inside its parent. */
ScopeId scope_join(Scopes *s, ScopeId a, ScopeId b);

/* The condition of the way from `outer` to a scope inside it; NO_ID: they are the same. */
NodeId scope_condition(Scopes *s, ScopeId outer, ScopeId scope);
/* How many conditions that is. */
uint32_t scope_distance(const Scopes *s, ScopeId outer, ScopeId scope);
bool scope_is_inside(const Scopes *s, ScopeId inner, ScopeId outer);
ScopeId scope_parent(const Scopes *s, ScopeId scope);

/* Can a stage stand in this scope: is it outside of all branches, or what a guard means? Then *guard is that guard. */
bool scope_holds_stages(const Scopes *s, ScopeId scope, NodeId *guard);
/* From now on stages can stand in it. */
void scope_hold_stages(Scopes *s, ScopeId scope);

/* Adds a value to a list (NO_ID: empty) and returns the list. */
uint32_t scopes_push(Scopes *s, uint32_t list, ScopeId scope, NodeId value);

/* The sum of a list as a value in the scope `top` around all of them: what comes from inside a branch is wrapped
 * in a select with 0 on the other side, and both sides of a condition come together in one select. With `stages`,
 * sums stop at scopes that hold stages: the result is a list of one value a scope, else of one value. */
uint32_t scopes_fold(Scopes *s, uint32_t list, ScopeId top, bool stages);

#endif
