/* command_cost.c -- bpgen cost MODEL: operations of value, gradient and Hessian-vector product, in gates and in weights. */
#include "cli/cli.h"
#include "emit/c.h"
#include "show/cost.h"

#include <string.h>

static void take_weight(Unit *unit, const Counts *counts, WeightCount *weight)
{
    Text operations;

    text_init(&operations, unit->arena);
    c_count_print(counts, &operations);
    *weight = (WeightCount){ true, c_count_weight(counts), text_string(&operations) };
}

/* The weights are those of the functions that would be emitted. False: the model has errors. */
static bool weigh(Unit *unit, Cost *cost)
{
    FunctionId gradient = unit->scalar ? FUNCTION_VALUE_GRAD : FUNCTION_VJP;
    Counts counts[FUNCTION_COUNT];
    Diag *diag = &unit->diag;

    if (!emit_c_counts(unit, 1u << gradient, counts))
        return false;
    take_weight(unit, &counts[FUNCTION_VALUE], &cost->weights[COST_VALUE]);
    take_weight(unit, &counts[gradient], &cost->weights[COST_GRADIENT]);
    if (emit_c_counts(unit, 1u << FUNCTION_HVP, counts)) {
        take_weight(unit, &counts[FUNCTION_HVP], &cost->weights[COST_PRODUCT]);
        return true;
    }
    /* A function without a second derivative is no error here. */
    cost->no_product = diag->messages.count > 0 ? vec_top(&diag->messages).text : "";
    diag->errors = 0;
    diag->messages.count = 0;
    return true;
}

static void print(const Table *table, const char *format, Text *out)
{
    if (strcmp(format, "csv") == 0) {
        table_csv(table, out);
    } else if (strcmp(format, "json") == 0) {
        table_json(table, out);
        text_add(out, "\n");
    } else if (strcmp(format, "tex") == 0) {
        table_tex(table, out);
    } else {
        table_text(table, out);
    }
}

void command_cost(Unit *unit, Run *run)
{
    static const char *const formats[] = { "text", "csv", "json", "tex", NULL };
    const char *format = cli_format(run, formats);
    Cost cost = { 0 };
    Table table;
    Text out;

    if (format == NULL || !cli_open_model(unit, run))
        return;
    if (unit->wanted.count == 0) {
        text_line(&run->errors, "bpgen: there is nothing to differentiate by; declare a param, or name inputs with --wrt");
        run->code = EXIT_REFUSED;
        return;
    }
    cost_count_gates(&cost, unit);
    weigh(unit, &cost);
    if (!cli_report(unit, run))
        return;
    table = cost_table(&cost, unit->arena, run->line->language, strcmp(format, "csv") == 0 || strcmp(format, "json") == 0);
    text_init(&out, unit->arena);
    print(&table, format, &out);
    cli_write(unit, run, &out);
}
