/* explain_cells.c -- the pieces of the listing of explain: numbers, arrays, formulas, sentences. */
#include "show/explain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/point.h"

void explain_number(double value, int digits, Text *out)
{
    if (isnan(value))
        text_add(out, "nan");
    else
        text_printf(out, "%.*g", digits, value == 0 ? 0 : value);
}

/* Brackets open before an element at every axis whose inner elements begin there, and close likewise. */
void explain_value(const Circuit *c, SymId id, Text *out)
{
    const Symbol *symbol = &c->program->symbols.at[id];
    size_t count = eval_elements(c->program, id);
    const double *reals = c->evaluation.reals[id];

    if (count > MOST_SHOWN)
        return;
    for (size_t i = 0; i < count; i++) {
        text_add(out, i > 0 ? ", " : "");
        text_brackets(out, symbol->extents, symbol->rank, i, "[");
        explain_number(reals != NULL ? reals[i] : c->evaluation.integers[id][i], symbol->rank == 0 ? 15 : 12, out);
        text_brackets(out, symbol->extents, symbol->rank, i + 1, "]");
    }
}

void explain_element(const Circuit *c, GateId leaf, size_t element, Text *out)
{
    const Symbol *symbol = &c->program->symbols.at[c->gates.at[leaf].value];

    text_printf(out, "d%s", c->gates.at[leaf].name);
    symbol_print_element(symbol, element, out);
}

/* "x = 3, y = -4, W1 (3,2)": the point. */
static void print_point(const Circuit *c, Text *out)
{
    bool first = true;

    for (GateId g = 0; g < c->leaves; g++) {
        const Gate *gate = &c->gates.at[g];
        size_t count = eval_elements(c->program, gate->value);

        if (gate->kind == GATE_TABLE)
            continue;
        text_printf(out, "%s%s", first ? "" : ", ", gate->name);
        first = false;
        text_add(out, count > MOST_SHOWN ? " " : " = ");
        if (count > MOST_SHOWN)
            circuit_shape(c, gate->value, out);
        else
            point_print(&c->evaluation, gate->value, out);
    }
}

void explain_title(const Circuit *c, Language language, Text *out)
{
    Text point;

    text_init(&point, c->arena);
    print_point(c, &point);
    text_printf(out, message(language, MESSAGE_EXPLAIN_AT), c->program->source->name, text_string(&point));
}

const char *explain_mistake(Mistake mistake, Language language)
{
    switch (mistake) {
    case MISTAKE_ASSIGN: return message(language, MESSAGE_EXPLAIN_MISTAKE_ASSIGN);
    case MISTAKE_TRANSPOSE: return message(language, MESSAGE_EXPLAIN_MISTAKE_TRANSPOSE);
    case MISTAKE_SOFTMAX: return message(language, MESSAGE_EXPLAIN_MISTAKE_SOFTMAX);
    default: return NULL;
    }
}

void explain_formula(const ExplainLine *line, Language language, Text *out)
{
    text_add(out, line->wire == NO_ID && line->formula[0] == '\0' ? message(language, MESSAGE_EXPLAIN_SEED) : line->formula);
    if (line->summed == SUM_ROWS || line->summed == SUM_COLUMNS)
        text_printf(out, " %s", message(language, line->summed == SUM_ROWS ? MESSAGE_EXPLAIN_ROWS : MESSAGE_EXPLAIN_COLUMNS));
}

static void list_numbers(const uint32_t *numbers, size_t count, const char *between, Text *out)
{
    for (size_t i = 0; i < count; i++)
        text_printf(out, "%s(%u)", i == 0 ? "" : between, (unsigned)numbers[i]);
}

void explain_fork(const Explain *e, const ExplainFork *fork, Language language, Text *out)
{
    const Circuit *c = e->circuit;
    const Gate *gate = &c->gates.at[fork->gate];
    Text users;

    text_init(&users, c->arena);
    list_numbers(fork->users, fork->count, " ", &users);
    text_printf(out, message(language, fork->overwritten ? MESSAGE_EXPLAIN_OVERWRITTEN : MESSAGE_EXPLAIN_FORK), gate->name,
                text_string(&users), (unsigned)fork->count);
    if (c->program->symbols.at[gate->value].rank > 0 || fork->overwritten)
        return;
    for (uint32_t i = 0; i < fork->count; i++) {
        double term = circuit_values(c, fork->terms[i])[0];

        text_add(out, i == 0 ? message(language, MESSAGE_COLON) : term < 0 ? " - " : " + ");
        explain_number(i == 0 || isnan(term) ? term : fabs(term), 15, out);
    }
    text_add(out, " = ");
    explain_value(c, gate->gradient, out);
}

static const char *word_of(const Gate *gate)
{
    return gate->kind == GATE_MAX ? "max" : op_info[gate->op].name;
}

void explain_remark(const Explain *e, const ExplainRemark *remark, Language language, Text *out)
{
    const Gate *gate = &e->circuit->gates.at[remark->gate];
    Text taken;

    text_init(&taken, e->circuit->arena);
    explain_number(remark->taken, 15, &taken);
    if (remark->kind == REMARK_TIE)
        text_printf(out, message(language, MESSAGE_EXPLAIN_TIE), (unsigned)gate->number, word_of(gate));
    else if (remark->kind == REMARK_KINK)
        text_printf(out, message(language, MESSAGE_EXPLAIN_KINK), (unsigned)gate->number, word_of(gate), text_string(&taken));
    else
        text_printf(out, message(language, MESSAGE_EXPLAIN_STATED), gate->name);
}

/* "stage (2) overwrote stages (4) and (3)" */
static void write_overwritten(const Circuit *c, const ExplainFailure *f, Language language, Text *out)
{
    uint32_t others = f->stage_count - 1;
    Text list;

    text_init(&list, c->arena);
    list_numbers(f->stages, others - (others > 1), " ", &list);
    if (others > 1) {
        text_add(&list, message(language, MESSAGE_EXPLAIN_AND));
        list_numbers(f->stages + others - 1, 1, "", &list);
    }
    text_printf(out, message(language, others > 1 ? MESSAGE_EXPLAIN_OVERWROTE_STAGES : MESSAGE_EXPLAIN_OVERWROTE_STAGE),
                (unsigned)f->stages[others], text_string(&list));
}

void explain_failure(const Explain *e, const ExplainFailure *f, Language language, Text *out)
{
    const Circuit *c = e->circuit;

    explain_element(c, f->gate, f->element, out);
    text_add(out, " = ");
    explain_number(f->value, 15, out);
    text_printf(out, "   %s ", message(language, MESSAGE_EXPLAIN_EXPECTED));
    explain_number(f->expected, 15, out);
    text_add(out, "   FAIL");
    if (f->stage_count > 1) {
        text_add(out, "  ");
        write_overwritten(c, f, language, out);
    } else if (f->wrong != NO_ID) {
        const Wire *wire = &c->wires.at[f->wrong];

        text_add(out, "  ");
        text_printf(out, message(language, MESSAGE_EXPLAIN_FIRST_WRONG), c->gates.at[wire->from].name,
                    (unsigned)c->gates.at[wire->to].number);
    }
}

/* Two digits, "1.8e-11", "1e-5": no leading zeros in the exponent. */
static void write_short(double value, Text *out)
{
    char digits[32], *exponent;

    snprintf(digits, sizeof digits, "%.2g", value);
    exponent = strpbrk(digits, "e");
    if (exponent != NULL && exponent[2] == '0')
        memmove(exponent + 2, exponent + 3, strlen(exponent + 3) + 1);
    text_add(out, digits);
}

void explain_verdict(const Explain *e, Language language, Text *out)
{
    const ExplainCheck *check = &e->check;
    Text step, worst;

    if (!check->finite) {
        text_add(out, message(language, MESSAGE_EXPLAIN_NOT_FINITE));
        return;
    }
    text_init(&step, e->circuit->arena);
    text_init(&worst, e->circuit->arena);
    write_short(check->step, &step);
    write_short(check->worst, &worst);
    text_printf(out, message(language, check->compared > 0 ? MESSAGE_EXPLAIN_CHECK : MESSAGE_EXPLAIN_UNDECIDED), text_string(&step),
                text_string(&worst));
    if (check->extrapolated)
        text_add(out, message(language, MESSAGE_EXPLAIN_EXTRAPOLATED));
    if (check->compared > 0 && check->compared + check->skipped + check->not_finite < check->elements)
        text_printf(out, message(language, MESSAGE_EXPLAIN_COMPARED), (unsigned long long)check->compared,
                    (unsigned long long)check->elements);
    if (check->skipped > 0)
        text_printf(out, message(language, check->at_kink ? MESSAGE_EXPLAIN_SKIPPED : MESSAGE_EXPLAIN_UNSETTLED),
                    (unsigned long long)check->skipped);
    if (check->not_finite > 0)
        text_printf(out, message(language, MESSAGE_EXPLAIN_NO_NUMBERS), (unsigned long long)check->not_finite);
    text_add(out, !check->decided ? message(language, MESSAGE_EXPLAIN_NO_VERDICT) : check->pass ? "   PASS" : "   FAIL");
    if (check->harmless)
        text_add(out, message(language, MESSAGE_EXPLAIN_HARMLESS));
}
