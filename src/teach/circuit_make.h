/* circuit_make.h -- the parts that build a circuit. Private to src/teach/circuit*.c. */
#ifndef BPGEN_TEACH_CIRCUIT_MAKE_H
#define BPGEN_TEACH_CIRCUIT_MAKE_H

#include "pass/derive.h"
#include "teach/circuit.h"

/* ---- circuit_flat.c: loops written out in turns ------------------------------------------------------- */

typedef struct {
    const char *tag; /* "[3]": it belongs to turn 3 of a loop; or NULL */
    Name name;       /* a telling one, as it stands in the model */
} FlatNote;

/* The lowered program without loops, under the numbers of its symbols and indices. */
typedef struct {
    Program *program;
    Evaluation values;   /* at the point */
    VEC(FlatNote) notes; /* by node */
    VEC(bool) turned;    /* by stage: it stands in a loop */
    bool *needed;        /* by stage: a result needs its value at the point */
    bool *used;          /* by symbol: likewise */
    bool *turns;         /* by symbol: it counts the turns of a loop */
} Flat;

/* False: too many stages; *at is where the loop stands. */
bool flat_make(Flat *flat, Arena *arena, const Program *lowered, const Evaluation *point, bool elementary_gates, Span *at);
/* What is given at a point, and the turns that loops make there. */
void flat_copy_point(const Flat *flat, const Evaluation *from, Evaluation *to);

/* Is it a branch that is taken for all points of a domain? Which side, 1 or 2? */
bool flat_is_branch(const Flat *flat, NodeId node);
unsigned flat_taken(const Flat *flat, NodeId select);

/* ---- what is being built ------------------------------------------------------------------------------ */

/* What one stage writes. Where several stages write elements of one symbol, each has a symbol of its own, without the
 * dimensions whose subscript is a number there (`fixed`). */
typedef struct {
    StageId stage;      /* of the flat program */
    SymId symbol;       /* of the circuit's program: holds it */
    NodeId node;        /* a scalar, element or constant that stands for it (of the circuit's program); else NO_ID */
    const AffId *fixed; /* by dimension of the target: the number in the flat program, or AFF_FAIL; NULL: none is */
    bool written;
} Part;

/* An array put together from the parts that were there. */
typedef struct {
    SymId of;           /* the symbol in the flat program */
    const AffId *fixed; /* by dimension of it */
    size_t parts;       /* how many there were */
    SymId symbol;
} Joined;

/* The gate that computes a node over the ranges of a stage. */
typedef struct {
    NodeId read;        /* in the circuit's program; NO_ID: none yet */
    StageId stage;      /* of the flat program */
    NodeId branch;      /* only where this holds (of the circuit's program), or NO_ID */
} Made;

/* In a stage: where a branch inside the domain needs a node. */
typedef struct {
    StageId stage;
    NodeId condition;   /* of the circuit's program; NO_ID: everywhere */
} Branch;

typedef struct {
    Circuit *circuit;
    Unit *unit;
    const CircuitOptions *options;
    Arena *arena;
    Flat flat;
    Program *p;          /* circuit->program */
    Rebuild copy;        /* from the flat program to p: reads become reads of gates, nodes that have a gate become reads */
    Hulls hulls;         /* of the flat program's indices, in the stage at hand */
    VEC(GateId) gate_of; /* by symbol of p; NO_ID: none */
    Made *made;          /* by node of the flat program */
    bool *constant;      /* likewise: it reads nothing */
    bool *masked;        /* likewise: needed only at some points of a domain */
    Branch *branch;      /* likewise */
    uint32_t *mark;      /* likewise: the last round that looked at it */
    uint32_t round;
    StageId *home;       /* likewise: the stage that stores this scalar, or NO_ID */
    VEC(Part) *parts;    /* by symbol of the flat program */
    uint32_t *part_of;   /* by stage of the flat program: place in parts of its target */
    VEC(Joined) joined;
    VEC(bool) taken;     /* by Name: a gate is called so */
    VEC(bool) careful;   /* by gate: where its upstream gradient is 0 nothing is multiplied with it */
    StageId stage;       /* at hand, of the flat program */
    NodeVec list, stack; /* work space */
} Maker;

/* ---- circuit_parts.c ---------------------------------------------------------------------------------- */

void parts_find(Maker *m);
Part *parts_of(const Maker *m, StageId stage);
/* The symbol that a stage of the flat program writes; `subs` gets its subscripts there. */
SymId parts_target(Maker *m, StageId stage, AffId *subs);
/* Before a stage that sums into a part which need not reach all of its elements: sets them to 0. False: there was no need. */
bool parts_fill(Maker *m, StageId stage);
/* "[3]": the numbers of the fixed dimensions; "" without any. */
const char *parts_tag(Maker *m, SymId of, const AffId *fixed);
/* What a read of a symbol of the flat program becomes; `subs` are of p. */
NodeId parts_read(Maker *m, SymId symbol, const AffId *subs);

/* ---- circuit_wires.c: gates, names and wires ---------------------------------------------------------- */

/* Adds a gate that computes gate.value. */
GateId maker_gate(Maker *m, Gate gate);
GateId maker_source(const Maker *m, SymId symbol); /* the gate or leaf of a symbol of p, or NO_ID */
/* "base" + "tag", made unique. */
const char *maker_name(Maker *m, const char *base, const char *tag);
/* A wire to the gate made last, if the operand is a read of something that has a gate. */
void maker_wire(Maker *m, NodeId operand, StageId forward, unsigned k);
/* Inactive wires for what the expression, subscripts and bounds of the stage read beside that. */
void maker_wire_conditions(Maker *m, NodeId expression, StageId forward);

/* ---- circuit_list.c: which nodes are gates ------------------------------------------------------------ */

/* Written inside the gate that uses it: constants, reads, conditions, and what protects a shift from infinities. */
bool gate_is_inline(const Maker *m, NodeId id);
bool gate_is_stated(const Maker *m, NodeId id);
/* Fills m->list, m->branch and m->masked for the stage at hand; a product of two that is added up is no gate itself. */
void gates_list(Maker *m, const Stage *stage, bool product);
NodeId gate_both(Program *p, NodeId a, NodeId b); /* a && b; NO_ID is true */

/* ---- circuit_gates.c: a gate for a node --------------------------------------------------------------- */

/* The part of a stage's domain that an expression depends on, in the flat program. */
typedef struct {
    Range domain[UINT8_MAX];
    unsigned rank;
    NodeId guard;
} Frame;

Frame frame_of(const Maker *m, NodeId node, StageId id);
void gates_begin(Maker *m);
/* The gate of a node, if there is one over the domain at hand: a read of it; else NO_ID. */
NodeId gate_made(const Maker *m, NodeId node);
/* What stands for a node of the flat program in the expression of a gate. */
NodeId gate_operand(Maker *m, NodeId node);
void gate_ranges(Maker *m, const Range *from, unsigned rank, Range *to);
/* What a gate is called: by the user, else telling, else "t" and its number. `target`: what it is stored to, or NO_ID. */
void gate_name(Maker *m, Gate *gate, NodeId node, SymId target, const char *tag);
/* What it computes goes to the target of the stage `home`, or (NO_ID) to a local array over its frame. */
void gate_make(Maker *m, NodeId id, StageId home);
void gate_make_inner(Maker *m, NodeId id);

/* ---- circuit_stages.c --------------------------------------------------------------------------------- */

/* Leaves, then the gates of all needed stages, then the outputs. */
void gates_make(Maker *m);

/* ---- circuit_back.c ----------------------------------------------------------------------------------- */

void back_make(Maker *m);

/* ---- circuit_mistake.c: what options->mistake changes in a wire that is about to contribute ------------- */

/* Sets circuit->broken where it does; circuit->refusal where shapes do not fit any more. */
void mistake_make(Maker *m, Wire *wire);

/* ---- circuit_text.c ----------------------------------------------------------------------------------- */

/* Of a wire to a product of matrices whose local and upstream are known: is the local one transposed, and on which side of @? */
bool text_is_transposed(const Circuit *circuit, const Wire *wire, bool *left);

#endif
