/* trace.c -- tables of forward and reverse mode: values, local gradients, tangents by each input, gradients. */
#include "show/trace_view.h"
#include "show/explain.h"
#include "teach/circuit_element.h"

#include <string.h>

/* Arrays of more elements are shown as their shape; where there are arrays, not many columns of them fit on a page. */
enum { MOST_FOR_PEOPLE = 6, MOST_FOR_DATA = 64, MOST_COLUMNS_OF_ARRAYS = 2 };

enum { DIGITS = 6, DIGITS_IN_ARRAYS = 4 };

/* ---- numbers ------------------------------------------------------------------------------------------- */

/* A zero without its sign. */
static void add_number(const View *v, Text *out, double value, int digits)
{
    value = value == 0 ? 0 : value;
    if (v->view->people)
        text_printf(out, "%.*g", digits, value);
    else
        text_double(out, value);
}

static void add_elements(const View *v, Text *out, const double *values, const Symbol *symbol)
{
    size_t count = symbol_elements(symbol);

    if (symbol->rank == 0) {
        add_number(v, out, values[0], DIGITS);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        text_brackets(out, symbol->extents, symbol->rank, i, "[");
        add_number(v, out, values[i], DIGITS_IN_ARRAYS);
        text_brackets(out, symbol->extents, symbol->rank, i + 1, "]");
        text_add(out, i + 1 < count ? ", " : "");
    }
}

/* Is it an array that is shown as its shape? */
static bool is_large(const View *v, SymId shape)
{
    return symbol_elements(&v->c->program->symbols.at[shape]) > (v->view->people ? MOST_FOR_PEOPLE : MOST_FOR_DATA);
}

/* Values shaped like a symbol. */
static const char *numbers(const View *v, const double *values, SymId shape)
{
    Text text;

    text_init(&text, v->arena);
    if (is_large(v, shape))
        circuit_shape(v->c, shape, &text);
    else
        add_elements(v, &text, values, &v->c->program->symbols.at[shape]);
    return text_string(&text);
}

static const char *integers(const View *v, SymId symbol)
{
    const int32_t *values = v->c->evaluation.integers[symbol];
    size_t count = eval_elements(v->c->program, symbol);
    double *reals = arena_array(v->arena, double, count + 1);

    for (size_t i = 0; i < count; i++)
        reals[i] = values[i];
    return numbers(v, reals, symbol);
}

static const char *value_of(const View *v, SymId symbol)
{
    if (v->c->evaluation.reals[symbol] == NULL)
        return integers(v, symbol);
    return numbers(v, circuit_values(v->c, symbol), symbol);
}

static bool is_scalar(const View *v, SymId symbol)
{
    return v->c->program->symbols.at[symbol].rank == 0;
}

/* ---- cells --------------------------------------------------------------------------------------------- */

/* "h1 = x*w"; of a leaf its name. `expression` gets the right side alone. */
static const char *gate_of(const View *v, GateId gate, const char **expression)
{
    Text target, value;

    text_init(&target, v->arena);
    text_init(&value, v->arena);
    *expression = "";
    if (gate < v->c->leaves)
        return v->c->gates.at[gate].name;
    circuit_expression(v->c, gate, &target, &value);
    *expression = text_string(&value);
    text_printf(&target, " = %s", *expression);
    return text_string(&target);
}

static const char *local_of(const View *v, WireId wire)
{
    Text text;

    text_init(&text, v->arena);
    circuit_local(v->c, wire, &text);
    return text_string(&text);
}

static void gate_cells(const View *v, GateId id)
{
    const Gate *gate = &v->c->gates.at[id];
    const char *expression, *whole = gate_of(v, id, &expression);

    table_cell(v->table, gate->number == 0 ? "%s" : "%s%lu", "", (unsigned long)gate->number);
    if (v->view->people) {
        table_cell(v->table, "%s", whole);
    } else {
        table_cell(v->table, "%s", gate->name);
        table_cell(v->table, "%s", expression);
    }
    table_cell(v->table, "%s", value_of(v, gate->value));
}

static void no_gate_cells(const View *v)
{
    for (unsigned i = 0; i < (v->view->people ? 3u : 4u); i++)
        table_cell(v->table, "%s", "");
}

/* "dh6/dh5 = -1/h5^2 = -0.25" */
static void local_for_people(const View *v, WireId id)
{
    const Wire *wire = &v->c->wires.at[id];
    const char *local = local_of(v, id), *value = wire->local_value == NO_ID ? local : value_of(v, wire->local_value);
    const char *to = v->c->gates.at[wire->to].name, *from = v->c->gates.at[wire->from].name;

    if (strcmp(local, value) == 0)
        table_cell(v->table, "d%s/d%s = %s", to, from, local);
    else
        table_cell(v->table, "d%s/d%s = %s = %s", to, from, local, value);
}

static void local_cells(const View *v, WireId id)
{
    const Wire *wire = &v->c->wires.at[id];

    if (v->view->people) {
        local_for_people(v, id);
        return;
    }
    table_cell(v->table, "%s", v->c->gates.at[wire->from].name);
    table_cell(v->table, "%s", local_of(v, id));
    table_cell(v->table, "%s", wire->local_value == NO_ID ? "" : value_of(v, wire->local_value));
}

static void no_local_cells(const View *v)
{
    for (unsigned i = 0; i < (v->view->people ? 1u : 3u); i++)
        table_cell(v->table, "%s", "");
}

static void tangent_cells(const View *v, GateId id)
{
    SymId value = v->c->gates.at[id].value;

    for (size_t k = 0; k < v->sweeps; k++) {
        const double *tangent = v->trace->sweeps.at[k].tangents[id];

        if (tangent != NULL)
            table_cell(v->table, "%s", numbers(v, tangent, value));
        else
            table_cell(v->table, "%s", v->c->evaluation.reals[value] == NULL ? "" : "0");
    }
}

static void gradient_cell(const View *v, GateId id)
{
    SymId gradient = v->c->gates.at[id].gradient;

    table_cell(v->table, "%s", gradient == NO_ID ? "" : value_of(v, gradient));
}

/* "dA" and "dy outer x"; what is summed over the rows of an array says so. */
static void add_contribution(const View *v, WireId id, Text *target, Text *value)
{
    SummedOver over = circuit_contribution(v->c, id, target, value);

    if (over == SUM_ROWS || over == SUM_COLUMNS)
        text_printf(value, " %s", trace_word(v, over == SUM_ROWS ? MESSAGE_EXPLAIN_ROWS : MESSAGE_EXPLAIN_COLUMNS));
}

/* "dw += 1 * 0.25 = 0.25"; of arrays the formula: their numbers stand where the gradient does, unless several are added up. */
static void product_for_people(const View *v, WireId id)
{
    const Wire *wire = &v->c->wires.at[id];
    SymId upstream = v->c->gates.at[wire->to].gradient;
    bool scalars = wire->local_value != NO_ID && is_scalar(v, upstream);
    Text target, value;

    text_init(&target, v->arena);
    text_init(&value, v->arena);
    add_contribution(v, id, &target, &value);
    text_printf(&target, " %s ", wire->first ? "=" : "+=");
    if (scalars)
        text_printf(&target, "%s * %s", value_of(v, wire->local_value), value_of(v, upstream));
    else
        text_add(&target, text_string(&value));
    if (scalars || v->c->gates.at[wire->from].fork > 1)
        text_printf(&target, " = %s", value_of(v, wire->contribution));
    table_cell(v->table, "%s", text_string(&target));
}

static void product_cell(const View *v, WireId id)
{
    if (v->view->people)
        product_for_people(v, id);
    else
        table_cell(v->table, "%s", value_of(v, v->c->wires.at[id].contribution));
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

/* A leaf, a gate, or with `id` NO_ID a further operand of it; `wire` NO_ID: without one. */
static void row(const View *v, GateId id, WireId wire)
{
    bool reverse_only = !v->view->forward;

    if (id == NO_ID)
        no_gate_cells(v);
    else
        gate_cells(v, id);
    if (reverse_only && id != NO_ID)
        gradient_cell(v, id);
    else if (reverse_only)
        table_cell(v->table, "%s", "");
    if (wire == NO_ID)
        no_local_cells(v);
    else
        local_cells(v, wire);
    for (size_t k = 0; v->view->forward && id == NO_ID && k < v->sweeps; k++)
        table_cell(v->table, "%s", "");
    if (v->view->forward && id != NO_ID)
        tangent_cells(v, id);
    if (!v->view->reverse)
        return;
    if (!reverse_only && id != NO_ID)
        gradient_cell(v, id);
    else if (!reverse_only)
        table_cell(v->table, "%s", "");
    if (wire == NO_ID)
        table_cell(v->table, "%s", "");
    else
        product_cell(v, wire);
}

static void rows_of(const View *v, GateId id)
{
    const Gate *gate = &v->c->gates.at[id];
    bool any = false;

    for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
        if (circuit_flows(v->c, w)) {
            row(v, any && v->view->people ? NO_ID : id, w);
            any = true;
        }
    if (!any)
        row(v, id, NO_ID);
}

static void all_rows(const View *v)
{
    size_t count = v->c->gates.count, leaves = v->c->leaves;

    if (!v->view->forward)
        for (size_t g = count; g-- > leaves;)
            rows_of(v, (GateId)g);
    for (size_t g = 0; g < leaves; g++) {
        if (!v->view->forward && g == 0)
            table_rule(v->table);
        if (v->c->gates.at[g].kind != GATE_TABLE)
            row(v, (GateId)g, NO_ID);
    }
    for (size_t g = leaves; v->view->forward && g < count; g++) {
        if (g == leaves)
            table_rule(v->table);
        rows_of(v, (GateId)g);
    }
}

/* ---- columns ------------------------------------------------------------------------------------------- */

/* "tangent_W_0_1" */
static const char *tangent_key(const View *v, const char *name)
{
    Text key;

    text_init(&key, v->arena);
    text_add(&key, "tangent_");
    for (const char *at = name; *at != '\0'; at++)
        if (*at != ']')
            text_bytes(&key, *at == '[' || *at == ',' ? "_" : at, 1);
    return text_string(&key);
}

static const char *by(const View *v, const char *name)
{
    Text text;

    text_init(&text, v->arena);
    text_printf(&text, "d/d%s", name);
    return text_string(&text);
}

static void words_column(const View *v, const char *key, const char *title)
{
    table_column(v->table, (TableColumn){ .key = key, .title = title });
}

static void columns(const View *v)
{
    Table *t = v->table;
    const TableColumn gradient = { "gradient", trace_word(v, MESSAGE_GRADIENT), .number = true };

    table_column(t, (TableColumn){ "number", "", .number = true });
    words_column(v, "gate", trace_word(v, MESSAGE_TRACE_GATE));
    if (!v->view->people)
        words_column(v, "expression", trace_word(v, MESSAGE_TRACE_EXPRESSION));
    table_column(t, (TableColumn){ "value", trace_word(v, MESSAGE_VALUE), .number = true });
    if (!v->view->forward)
        table_column(t, gradient);
    if (v->view->people) {
        words_column(v, "local", trace_word(v, MESSAGE_TRACE_LOCAL));
    } else {
        words_column(v, "operand", trace_word(v, MESSAGE_TRACE_OPERAND));
        words_column(v, "local_formula", trace_word(v, MESSAGE_TRACE_LOCAL));
        table_column(t, (TableColumn){ "local", trace_word(v, MESSAGE_TRACE_LOCAL), .number = true });
    }
    for (size_t k = 0; v->view->forward && k < v->sweeps; k++) {
        const char *name = v->trace->sweeps.at[k].name;

        table_column(t, (TableColumn){ tangent_key(v, name), by(v, name), .number = true });
    }
    if (!v->view->reverse)
        return;
    if (v->view->forward)
        table_column(t, gradient);
    table_column(t, (TableColumn){ "product", trace_word(v, MESSAGE_TRACE_PRODUCT), .number = !v->view->people });
}

/* ---- all ----------------------------------------------------------------------------------------------- */

static bool has_arrays(const Circuit *c)
{
    for (size_t g = c->leaves; g < c->gates.count; g++)
        if (c->program->symbols.at[c->gates.at[g].value].rank > 0)
            return true;
    return false;
}

/* "model.expr at x = 1: reverse mode", and the mistake. */
static const char *title(const View *v)
{
    MessageId mode = !v->view->reverse ? MESSAGE_TRACE_FORWARD : v->view->forward ? MESSAGE_TRACE_BOTH : MESSAGE_TRACE_REVERSE;
    const char *mistake = explain_mistake(v->view->mistake, v->view->language);
    Text model, whole;

    text_init(&model, v->arena);
    text_init(&whole, v->arena);
    explain_title(v->c, v->view->language, &model);
    text_printf(&whole, trace_word(v, MESSAGE_TRACE_TITLE), text_string(&model), trace_word(v, mode));
    if (mistake != NULL)
        text_printf(&whole, "; %s", mistake);
    return text_string(&whole);
}

/* A row for each leaf and gate, and one more for each further operand. Below, for people: what both modes cost. */
static void make_table(const CircuitTrace *trace, const TraceView *view, Arena *arena, Table *table)
{
    View v = { trace, trace->circuit, view, arena, table, trace->sweeps.count };

    if (view->people && has_arrays(trace->circuit) && v.sweeps > MOST_COLUMNS_OF_ARRAYS)
        v.sweeps = MOST_COLUMNS_OF_ARRAYS;
    table_init(table, arena, title(&v));
    columns(&v);
    all_rows(&v);
    trace_notes(&v);
}

static void show_json(const CircuitTrace *trace, const TraceView *view, const Table *table, Text *out)
{
    text_line(out, "{");
    out->indent++;
    trace_json_costs(trace, view, out);
    text_begin_line(out);
    text_add(out, "\"trace\": ");
    table_json(table, out);
    text_add(out, "\n");
    out->indent--;
    text_line(out, "}");
}

void trace_show(const CircuitTrace *trace, TraceView view, const char *format, Arena *arena, Text *out)
{
    Table table;

    view.people = strcmp(format, "text") == 0 || strcmp(format, "tex") == 0;
    make_table(trace, &view, arena, &table);
    if (strcmp(format, "csv") == 0)
        table_csv(&table, out);
    else if (strcmp(format, "json") == 0)
        show_json(trace, &view, &table, out);
    else if (strcmp(format, "tex") == 0)
        table_tex(&table, out);
    else
        table_text(&table, out);
}
