/* simplify_rules.h -- the parts of simplify.c that stand in files of their own; private to src/ir. All return NO_ID
 * where they do not apply. */
#ifndef BPGEN_SIMPLIFY_RULES_H
#define BPGEN_SIMPLIFY_RULES_H

#include "ir/program.h"

static inline bool is_op(const Program *p, NodeId node, Op op)
{
    return p->nodes.at[node].op == op;
}

static inline NodeId first_of(const Program *p, NodeId node)
{
    return p->nodes.at[node].u.arg[0];
}

/* simplify_number.c: exact arithmetic of literals. */
NodeId fold_literals(Program *p, Op op, NodeId a, NodeId b);
NodeId like_terms(Program *p, NodeId a, NodeId b, bool subtract); /* 2*x + x */
NodeId merge_factor(Program *p, NodeId a, NodeId number);         /* 2*(0.3*x) */
NodeId divide_power_of_two(Program *p, NodeId a, NodeId b);       /* x/4, 1/(2*x) */

/* simplify_power.c */
NodeId simplify_pow(Program *p, NodeId a, NodeId b);

/* simplify_condition.c: conditions are known where they are literals: 0 is false. */
NodeId simplify_integers(Program *p, Op op, NodeId a, NodeId b); /* comparisons */
NodeId simplify_not(Program *p, NodeId a);
NodeId simplify_junction(Program *p, Op op, NodeId a, NodeId b); /* && and || */
NodeId simplify_select(Program *p, NodeId c, NodeId a, NodeId b);

#endif
