/* explain_json.c -- the listing of explain for programs: all values with all their digits. */
#include "show/explain.h"

#include <math.h>

#include "show/escape.h"

/* ---- values ------------------------------------------------------------------------------------------- */

static void write_number(double value, Text *out)
{
    if (isfinite(value))
        text_double(out, value == 0 ? 0 : value);
    else
        text_add(out, "null");
}

static void write_value(const Circuit *c, SymId id, Text *out)
{
    const Symbol *symbol = &c->program->symbols.at[id];
    size_t count = eval_elements(c->program, id);
    const double *reals = c->evaluation.reals[id];

    for (size_t i = 0; i < count; i++) {
        text_add(out, i > 0 ? ", " : "");
        text_brackets(out, symbol->extents, symbol->rank, i, "[");
        write_number(reals != NULL ? reals[i] : c->evaluation.integers[id][i], out);
        text_brackets(out, symbol->extents, symbol->rank, i + 1, "]");
    }
}

static void write_shape(const Circuit *c, SymId id, Text *out)
{
    const Symbol *symbol = &c->program->symbols.at[id];

    text_add(out, "[");
    for (unsigned k = 0; k < symbol->rank; k++)
        text_printf(out, k == 0 ? "%d" : ", %d", (int)symbol->extents[k]);
    text_add(out, "]");
}

/* ---- members ------------------------------------------------------------------------------------------ */

static void write_text(const char *key, const char *value, Text *out)
{
    text_printf(out, "\"%s\": ", key);
    escape_json(out, value);
}

static void write_symbol(const char *key, const Circuit *c, SymId id, Text *out)
{
    text_printf(out, ", \"%s\": ", key);
    write_value(c, id, out);
}

static void begin(const char *name, Text *out)
{
    text_printf(out, ",\n  \"%s\": [", name);
}

static void begin_item(size_t i, Text *out)
{
    text_printf(out, "%s    { ", i == 0 ? "\n" : ",\n");
}

static void end(size_t count, Text *out)
{
    text_add(out, count == 0 ? "]" : "\n  ]");
}

static const char *summed_word(SummedOver summed)
{
    return summed == SUM_ALL ? "all" : summed == SUM_ROWS ? "rows" : summed == SUM_COLUMNS ? "columns" : "other";
}

static void write_leaves(const Circuit *c, Text *out)
{
    size_t count = 0;

    begin("leaves", out);
    for (GateId g = 0; g < c->leaves; g++) {
        const Gate *gate = &c->gates.at[g];

        begin_item(count++, out);
        write_text("name", gate->name, out);
        text_printf(out, ", \"kind\": \"%s\", \"shape\": ",
                    gate->kind == GATE_PARAM ? "param" : gate->kind == GATE_INPUT ? "input" : "table");
        write_shape(c, gate->value, out);
        write_symbol("value", c, gate->value, out);
        if (gate->gradient != NO_ID)
            write_symbol("gradient", c, gate->gradient, out);
        text_add(out, " }");
    }
    end(count, out);
}

static void write_forward(const Explain *e, Text *out)
{
    const Circuit *c = e->circuit;

    begin("forward", out);
    for (size_t i = 0; i < e->forward.count; i++) {
        const ExplainLine *line = &e->forward.at[i];

        begin_item(i, out);
        text_printf(out, "\"number\": %u, ", (unsigned)line->number);
        write_text("name", c->gates.at[line->gate].name, out);
        text_add(out, ", ");
        write_text("target", line->target, out);
        text_add(out, ", ");
        write_text("formula", line->formula, out);
        text_add(out, ", \"shape\": ");
        write_shape(c, line->value, out);
        write_symbol("value", c, line->value, out);
        if (c->gates.at[line->gate].gradient != NO_ID)
            write_symbol("gradient", c, c->gates.at[line->gate].gradient, out);
        text_add(out, " }");
    }
    end(e->forward.count, out);
}

/* The three factors of a line; arrays have their local gradients only as formulas. */
static void write_wire(const Circuit *c, const ExplainLine *line, Text *out)
{
    const Wire *wire = &c->wires.at[line->wire];
    Text local;

    text_init(&local, c->arena);
    circuit_local(c, line->wire, &local);
    text_add(out, ", ");
    write_text("local", text_string(&local), out);
    if (wire->local_value != NO_ID)
        write_symbol("local_value", c, wire->local_value, out);
    text_add(out, ", ");
    write_text("through", c->gates.at[wire->to].name, out);
    write_symbol("upstream", c, c->gates.at[wire->to].gradient, out);
    write_symbol("product", c, line->term, out);
    if (line->summed != SUM_NONE) {
        text_add(out, ", ");
        write_text("summed_over", summed_word(line->summed), out);
    }
}

static void write_backward(const Explain *e, Text *out)
{
    const Circuit *c = e->circuit;

    begin("backward", out);
    for (size_t i = 0; i < e->backward.count; i++) {
        const ExplainLine *line = &e->backward.at[i];

        begin_item(i, out);
        text_printf(out, "\"number\": %u, ", (unsigned)line->number);
        write_text("name", c->gates.at[line->gate].name, out);
        text_add(out, ", ");
        write_text("target", line->target, out);
        text_printf(out, ", \"adds\": %s, ", line->adds ? "true" : "false");
        write_text("formula", line->formula, out);
        text_add(out, ", \"shape\": ");
        write_shape(c, line->value, out);
        if (line->wire == NO_ID)
            text_add(out, ", \"seed\": true");
        else
            write_wire(c, line, out);
        write_symbol("gradient", c, line->value, out);
        text_add(out, " }");
    }
    end(e->backward.count, out);
}

static void write_numbers(const uint32_t *numbers, size_t count, Text *out)
{
    text_add(out, "[");
    for (size_t i = 0; i < count; i++)
        text_printf(out, i == 0 ? "%u" : ", %u", (unsigned)numbers[i]);
    text_add(out, "]");
}

static void write_forks(const Explain *e, Text *out)
{
    const Circuit *c = e->circuit;

    begin("forks", out);
    for (size_t i = 0; i < e->forks.count; i++) {
        const ExplainFork *fork = &e->forks.at[i];

        begin_item(i, out);
        write_text("name", c->gates.at[fork->gate].name, out);
        text_add(out, ", \"used_by\": ");
        write_numbers(fork->users, fork->count, out);
        text_add(out, ", \"terms\": [");
        for (uint32_t k = 0; k < fork->count; k++) {
            text_add(out, k == 0 ? "" : ", ");
            write_value(c, fork->terms[k], out);
        }
        text_add(out, "]");
        write_symbol("sum", c, c->gates.at[fork->gate].gradient, out);
        text_add(out, " }");
    }
    end(e->forks.count, out);
}

static void write_remarks(const Explain *e, Text *out)
{
    static const char *const words[] = { "tie", "kink", "stated" };

    begin("remarks", out);
    for (size_t i = 0; i < e->remarks.count; i++) {
        const ExplainRemark *remark = &e->remarks.at[i];

        begin_item(i, out);
        text_printf(out, "\"kind\": \"%s\", ", words[remark->kind]);
        write_text("name", e->circuit->gates.at[remark->gate].name, out);
        text_add(out, ", \"taken\": ");
        write_number(remark->taken, out);
        text_add(out, " }");
    }
    end(e->remarks.count, out);
}

static void write_failures(const Explain *e, Text *out)
{
    begin("failures", out);
    for (size_t i = 0; i < e->failures.count; i++) {
        const ExplainFailure *f = &e->failures.at[i];
        Text element;

        text_init(&element, e->circuit->arena);
        explain_element(e->circuit, f->gate, f->element, &element);
        begin_item(i, out);
        write_text("gradient", text_string(&element), out);
        text_add(out, ", \"value\": ");
        write_number(f->value, out);
        text_add(out, ", \"expected\": ");
        write_number(f->expected, out);
        text_add(out, ", \"overwritten\": ");
        write_numbers(f->stages, f->stage_count, out);
        if (f->wrong != NO_ID) {
            const Wire *wire = &e->circuit->wires.at[f->wrong];

            text_add(out, ", ");
            write_text("first_wrong", e->circuit->gates.at[wire->from].name, out);
            text_printf(out, ", \"in\": %u", (unsigned)e->circuit->gates.at[wire->to].number);
        }
        text_add(out, " }");
    }
    end(e->failures.count, out);
}

static void write_check(const ExplainCheck *check, Text *out)
{
    text_add(out, ",\n  \"check\": { \"step\": ");
    write_number(check->step, out);
    text_add(out, ", \"worst_gap\": ");
    write_number(check->worst, out);
    text_printf(out, ", \"extrapolated\": %s, \"elements\": %llu, \"compared\": %llu, \"skipped\": %llu, \"not_finite\": %llu, \"pass\": %s }",
                check->extrapolated ? "true" : "false", (unsigned long long)check->elements,
                (unsigned long long)check->compared,
                (unsigned long long)check->skipped, (unsigned long long)check->not_finite,
                !check->decided ? "null" : check->pass ? "true" : "false");
}

void explain_json(const Explain *e, Mistake mistake, Text *out)
{
    static const char *const mistakes[] = { "none", "assign", "transpose", "softmax" };

    text_add(out, "{\n  ");
    write_text("model", e->circuit->program->source->name, out);
    text_add(out, ",\n  ");
    write_text("mistake", mistakes[mistake], out);
    write_leaves(e->circuit, out);
    write_forward(e, out);
    write_backward(e, out);
    write_forks(e, out);
    write_remarks(e, out);
    write_failures(e, out);
    write_check(&e->check, out);
    text_add(out, "\n}\n");
}
