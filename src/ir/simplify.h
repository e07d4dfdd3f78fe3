/* simplify.h -- local simplification behind node_op; private to src/ir. */
#ifndef BPGEN_SIMPLIFY_H
#define BPGEN_SIMPLIFY_H

#include "ir/program.h"

/* A simpler node for the operator on these arguments (which are simplified themselves), or NO_ID. */
NodeId simplify_op(Program *p, Op op, NodeId a, NodeId b, NodeId c);

#endif
