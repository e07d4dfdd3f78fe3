/* cost.c -- operations of value, gradient and Hessian-vector product side by side, in gates and in weights. */
#include "show/cost.h"

static const struct {
    const char *key;
    MessageId name;
} kinds[COST_COUNT] = {
    [COST_VALUE] = { "value", MESSAGE_COST_VALUE },
    [COST_GRADIENT] = { "gradient", MESSAGE_COST_GRADIENT },
    [COST_PRODUCT] = { "product", MESSAGE_COST_PRODUCT },
    [COST_PRODUCT_REVERSE] = { "product_reverse", MESSAGE_COST_PRODUCT_REVERSE },
};

static void add_count(Table *table, bool known, uint64_t count)
{
    if (known)
        table_cell(table, "%llu", (unsigned long long)count);
    else
        table_cell(table, "-");
}

static void add_ratio(Table *table, bool known, uint64_t count, uint64_t value)
{
    if (known && value > 0)
        table_cell(table, "%.2f", (double)count / (double)value);
    else
        table_cell(table, "-");
}

static void add_row(const Cost *cost, CostKind kind, const char *name, Table *table)
{
    const GateCount *gates = &cost->gates[kind];
    const WeightCount *weight = &cost->weights[kind];

    if (!gates->known && !weight->known)
        return;
    table_cell(table, "%s", name);
    add_count(table, gates->known, gates->gates);
    add_ratio(table, gates->known, gates->gates, cost->gates[COST_VALUE].gates);
    add_count(table, weight->known, weight->weight);
    add_ratio(table, weight->known, weight->weight, cost->weights[COST_VALUE].weight);
    table_cell(table, "%s", weight->known ? weight->operations : "");
}

static void add_note(const char *note, const char *why, Table *table)
{
    Text text;

    text_init(&text, table->arena);
    text_printf(&text, "%s %s", note, why);
    table_note(table, text_string(&text));
}

static void add_notes(const Cost *cost, Language language, Table *table)
{
    Text theorem;

    if (cost->no_gates == NULL)
        table_note(table, message(language, MESSAGE_COST_GATES_NOTE));
    else
        add_note(message(language, MESSAGE_COST_NO_GATES), cost->no_gates, table);
    table_note(table, message(language, MESSAGE_COST_WEIGHT_NOTE));
    text_init(&theorem, table->arena);
    text_printf(&theorem, message(language, MESSAGE_COST_THEOREM), (unsigned long long)cost->inputs);
    table_note(table, text_string(&theorem));
    if (cost->no_product == NULL)
        table_note(table, message(language, MESSAGE_COST_COROLLARY));
    else
        add_note(message(language, MESSAGE_COST_NO_PRODUCT), cost->no_product, table);
}

Table cost_table(const Cost *cost, Arena *arena, Language language, bool plain)
{
    const char *ratio = message(language, MESSAGE_COST_RATIO);
    Table table;

    table_init(&table, arena, NULL);
    table_column(&table, (TableColumn){ .key = "function", .title = "" });
    table_column(&table, (TableColumn){ .key = "gates", .title = message(language, MESSAGE_COST_GATES), .number = true });
    table_column(&table, (TableColumn){ .key = "gates_ratio", .title = ratio, .number = true });
    table_column(&table, (TableColumn){ .key = "weight", .title = message(language, MESSAGE_COST_WEIGHT), .number = true });
    table_column(&table, (TableColumn){ .key = "weight_ratio", .title = ratio, .number = true });
    table_column(&table, (TableColumn){ .key = "operations", .title = message(language, MESSAGE_COST_OPERATIONS) });
    for (unsigned kind = 0; kind < COST_COUNT; kind++)
        add_row(cost, (CostKind)kind, plain ? kinds[kind].key : message(language, kinds[kind].name), &table);
    add_notes(cost, language, &table);
    return table;
}
