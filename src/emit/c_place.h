/* c_place.h -- what the files that order a scope share. Private to them. */
#ifndef BPGEN_EMIT_C_PLACE_H
#define BPGEN_EMIT_C_PLACE_H

#include "emit/c_body.h"

/* What the next line needs: something known in `segment` from `time` on. */
typedef struct {
    uint32_t inst; /* or NO_ID: memory */
    uint32_t segment, time;
    uint32_t chain; /* first of its links, from the scope downwards */
    uint8_t side;   /* of the branch that needs it */
} Need;

/* One level of the way from the scope down to a need: where it is, and from when on it is known there. */
typedef struct {
    uint32_t segment, time;
} Link;

/* A node and the context of its user. */
typedef struct {
    NodeId node;
    uint32_t context;
} Asked;

typedef struct {
    CBody *b;
    uint32_t scope;
    Order *order;
    uint32_t clock;
    VEC(Need) needs;
    VEC(Link) links;
    VEC(Asked) nodes;
    VEC(AffId) affs;
    VEC(uint32_t) path;
} Placer;

/* c_place_need.c: notes what the next line needs, on `side` of the branch that it belongs to. */
void c_need(Placer *p, uint32_t inst, uint32_t segment, uint32_t time, unsigned side);
void c_need_symbol(Placer *p, SymId symbol, unsigned side);
void c_need_aff(Placer *p, AffId aff, unsigned side);
void c_need_node(Placer *p, NodeId node, uint32_t context, unsigned side);
/* The same of a node that is about to be defined: what it reads, and its arguments. */
void c_need_parts(Placer *p, NodeId node, uint32_t context, unsigned side);

#endif
