/* trace_cost.c -- what forward mode, reverse mode and recursion cost, below the tables of a trace. */
#include "show/escape.h"
#include "show/trace_view.h"

#include <math.h>

static const char *sweeps(const View *v, uint64_t count)
{
    Text text;

    text_init(&text, v->arena);
    text_printf(&text, trace_word(v, count == 1 ? MESSAGE_TRACE_SWEEP : MESSAGE_TRACE_SWEEPS), (unsigned long long)count);
    return text_string(&text);
}

/* All digits while a double has them. */
static void add_count(Text *out, double count)
{
    if (count <= 0x1p53)
        text_printf(out, "%.0f", count);
    else if (isfinite(count))
        text_printf(out, "%.6g", count);
    else
        text_add(out, "> 1e308");
}

static const char *calls(const View *v, double count)
{
    Text number, text;

    text_init(&number, v->arena);
    text_init(&text, v->arena);
    add_count(&number, count);
    text_printf(&text, trace_word(v, count == 1 ? MESSAGE_TRACE_CALL : MESSAGE_TRACE_CALLS), text_string(&number));
    return text_string(&text);
}

static unsigned long long work_of(const CircuitTrace *trace, bool forward)
{
    const TraceWork *work = &trace->work;

    return work->values + (forward ? trace->inputs * work->forward_sweep : trace->outputs * work->reverse_sweep);
}

static void note(const View *v, MessageId id, ...)
{
    Text text;
    va_list arguments;

    text_init(&text, v->arena);
    va_start(arguments, id);
    text_vprintf(&text, trace_word(v, id), arguments);
    va_end(arguments);
    table_note(v->table, text_string(&text));
}

/* "x, w, b" */
static const char *inputs(const View *v)
{
    Text list;

    text_init(&list, v->arena);
    for (size_t k = 0; k < v->trace->sweeps.count; k++)
        text_printf(&list, "%s%s", k == 0 ? "" : ", ", v->trace->sweeps.at[k].name);
    text_add(&list, v->trace->sweeps.count < v->trace->inputs ? ", ..." : "");
    return text_string(&list);
}

static const char *outputs(const View *v)
{
    Text list;

    text_init(&list, v->arena);
    for (size_t o = 0; o < v->c->outputs.count; o++) {
        const Gate *gate = &v->c->gates.at[v->c->outputs.at[o]];

        if (gate->seed != NO_ID)
            text_printf(&list, "%s%s", list.size == 0 ? "" : ", ", gate->name);
    }
    return text_string(&list);
}

static const char *first_ones(const View *v)
{
    Text list;

    text_init(&list, v->arena);
    for (size_t i = 0; i < v->trace->calls.first.count; i++)
        text_printf(&list, "%s%s", i == 0 ? "" : ", ", v->c->gates.at[v->trace->calls.first.at[i]].name);
    return text_string(&list);
}

void trace_notes(const View *v)
{
    const CircuitTrace *trace = v->trace;
    const TraceCalls *asked = &trace->calls;
    unsigned long long values = trace->work.values, tangents = trace->work.forward_sweep, gradients = trace->work.reverse_sweep;

    if (v->view->forward)
        note(v, MESSAGE_TRACE_FORWARD_WORK, sweeps(v, trace->inputs), inputs(v), values, tangents, work_of(trace, true));
    if (v->view->forward && v->sweeps < trace->inputs)
        note(v, MESSAGE_TRACE_MORE, (unsigned long long)v->sweeps);
    if (v->view->reverse)
        note(v, MESSAGE_TRACE_REVERSE_WORK, sweeps(v, trace->outputs), outputs(v), values, gradients, work_of(trace, false));
    if (v->view->reverse && trace->outputs > 1)
        note(v, MESSAGE_TRACE_SEEDED);
    if (v->view->reverse && asked->first.count > 0)
        note(v, asked->named ? MESSAGE_TRACE_CALLS_NAMED : MESSAGE_TRACE_CALLS_GATES, first_ones(v), calls(v, asked->all),
             (unsigned long long)asked->values);
    note(v, MESSAGE_TRACE_RULE);
}

/* ---- JSON ---------------------------------------------------------------------------------------------- */

static void json_mode(Text *out, const char *name, uint64_t count, uint64_t values, uint64_t sweep, uint64_t all)
{
    text_begin_line(out);
    text_printf(out, "\"%s\": { \"sweeps\": %llu, \"operations_values\": %llu, ", name, (unsigned long long)count,
                (unsigned long long)values);
    text_printf(out, "\"operations_sweep\": %llu, \"operations\": %llu },\n", (unsigned long long)sweep, (unsigned long long)all);
}

static void json_calls(const CircuitTrace *trace, Text *out)
{
    text_begin_line(out);
    text_add(out, "\"recursion\": { \"counted\": ");
    text_add(out, trace->calls.named ? "\"named values\"" : "\"gates\"");
    text_add(out, ", \"first\": [");
    for (size_t i = 0; i < trace->calls.first.count; i++) {
        text_add(out, i == 0 ? "" : ", ");
        escape_json(out, trace->circuit->gates.at[trace->calls.first.at[i]].name);
    }
    text_add(out, "], \"calls\": ");
    if (isfinite(trace->calls.all))
        add_count(out, trace->calls.all);
    else
        text_add(out, "null");
    text_printf(out, ", \"values\": %llu },\n", (unsigned long long)trace->calls.values);
}

void trace_json_costs(const CircuitTrace *trace, const TraceView *view, Text *out)
{
    const TraceWork *work = &trace->work;

    if (view->forward)
        json_mode(out, "forward", trace->inputs, work->values, work->forward_sweep, work_of(trace, true));
    if (view->reverse) {
        json_mode(out, "reverse", trace->outputs, work->values, work->reverse_sweep, work_of(trace, false));
        json_calls(trace, out);
    }
}
