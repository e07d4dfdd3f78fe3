/* trace_view.h -- what the files that print traces share. Private to them. */
#ifndef BPGEN_SHOW_TRACE_VIEW_H
#define BPGEN_SHOW_TRACE_VIEW_H

#include "show/trace.h"

typedef struct {
    const CircuitTrace *trace;
    const Circuit *c;
    const TraceView *view;
    Arena *arena;
    Table *table;
    size_t sweeps; /* how many of forward mode have a column */
} View;

static inline const char *trace_word(const View *v, MessageId id)
{
    return message(v->view->language, id);
}

/* trace_cost.c: what both modes cost, in words below the table and as members of a JSON object. */
void trace_notes(const View *v);
void trace_json_costs(const CircuitTrace *trace, const TraceView *view, Text *out);

#endif
