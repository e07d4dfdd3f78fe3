/* trace.h -- tables of forward and reverse mode. */
#ifndef BPGEN_SHOW_TRACE_H
#define BPGEN_SHOW_TRACE_H

#include "show/message.h"
#include "show/table.h"
#include "teach/trace.h"

typedef struct {
    bool forward, reverse;  /* what is shown; reverse alone: in its order, outputs first */
    bool people;            /* symbols and numbers in one cell, six digits; else columns of their own, all digits */
    Mistake mistake;        /* made in the circuit on purpose */
    Language language;
} TraceView;

/* In one of the formats text, csv, json, tex. */
void trace_show(const CircuitTrace *trace, TraceView view, const char *format, Arena *arena, Text *out);

#endif
