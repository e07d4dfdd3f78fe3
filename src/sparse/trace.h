/* trace.h -- the set of wanted elements on which each element of a program depends. Private to src/sparse. */
#ifndef BPGEN_SPARSE_TRACE_H
#define BPGEN_SPARSE_TRACE_H

#include "pass/pass.h"
#include "sparse/pattern.h"
#include "sparse/sets.h"

/* An element of a symbol that depends on a set. */
typedef struct {
    uint32_t element;
    NumberSet set;
} Contribution;

typedef VEC(Contribution) ContributionVec;

typedef struct {
    bool listed;
    uint32_t first, count; /* in Trace.condition_nodes, ascending; count 0: indices do not decide it */
} ConditionCode;

typedef struct {
    const Dependence *asked;
    const Program *p;
    Arena *arena;
    NumberSets *sets;
    uint64_t steps;
    Activity active;
    NumberSet **of;           /* by symbol: of each element; NULL where no element depends on anything */
    ContributionVec *late;    /* by symbol: not yet in `of` */
    uint32_t *scalars;        /* by node without indices: 1 + its set; 0: not known yet */
    int64_t *indices;         /* by index: the present value */
    VEC(AtomId) atoms;        /* of the stage at hand, ascending */
    int64_t *atom_values;     /* by atom: its value, */
    bool *atom_known;         /* unless it is an element of an integer array that the caller gives; */
    bool *atom_tried;         /* such a one that has one of its possible values for the moment */
    uint32_t *atom_seen;      /* by atom: the listing that met it last */
    uint32_t listing;
    VEC(AtomId) unknown;      /* of the reaches at hand, those of the target first */
    bool joint;               /* atoms of the target are being tried */
    uint32_t *seen;           /* by node: the walk that met it last */
    uint32_t walk;
    NodeVec stack;
    VEC(NumberSet) found;     /* by the walk */
    ConditionCode *conditions; /* by node */
    NodeVec condition_nodes;
    double *condition_values; /* by node; NaN: unknown */
} Trace;

/* Fills the sets of the results' elements. False: too many steps. */
bool trace_run(const Dependence *asked, Arena *arena, NumberSets *sets, NumberSet *of_row);

/* ---- trace_atoms.c: integer expressions and conditions at a point ------------------------------------- */

/* The atoms of an expression go to t->atoms, those in subscripts of elements, too. */
void trace_begin_atoms(Trace *t);
void trace_list_atoms(Trace *t, AffId aff);
void trace_end_atoms(Trace *t);
/* Finds the values of t->atoms at the present indices. */
void trace_compute_atoms(Trace *t);
/* The least and the largest value for all values of unknown atoms. */
void trace_bounds(const Trace *t, AffId aff, int64_t *least, int64_t *most);
/* 1: true, 0: false, -1: the indices do not decide it. */
int trace_decide(Trace *t, NodeId condition);
/* The atoms of a condition that indices may decide. */
void trace_list_condition(Trace *t, NodeId condition);

/* The elements that subscripts may reach, one after the other. Each unknown atom is tried with all its values. */
typedef struct {
    SymId symbol;
    const AffId *subs;
    size_t first, count; /* its unknown atoms, in t->unknown */
    bool started;
} Reach;
Reach trace_reach(Trace *t, SymId symbol, const AffId *subs);
/* False behind the last. SIZE_MAX: out of range, which happens only in untaken branches. */
bool trace_next(Trace *t, Reach *reach, size_t *element);

#endif
