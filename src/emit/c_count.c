/* c_count.c -- operations of emitted functions, counted as they are printed. */
#include "emit/c_body.h"
#include "emit/c_sample.h"

void c_count_add(Counts *counts, Op op, uint64_t times)
{
    uint64_t *count = &counts->ops[op];

    *count = *count > UINT64_MAX - times ? UINT64_MAX : *count + times;
}

/* The cost promise is counted with the weights of the operator table (Baur and Strassen count every operation as one).
 */
uint64_t c_count_weight(const Counts *counts)
{
    uint64_t sum = 0;

    for (unsigned op = 0; op < OP_COUNT; op++) {
        uint64_t weight = op_info[op].weight;

        if (weight > 0 && counts->ops[op] > (UINT64_MAX - sum) / weight)
            return UINT64_MAX;
        sum += weight * counts->ops[op];
    }
    return sum;
}

static void print_kind(uint64_t count, const char *kind, bool *first, Text *out)
{
    if (count == 0)
        return;
    text_printf(out, "%s%llu %s", *first ? "" : ", ", (unsigned long long)count, kind);
    *first = false;
}

static bool is_arithmetic(unsigned op)
{
    return op == OP_ADD || op == OP_SUB || op == OP_MUL || op == OP_DIV;
}

void c_count_print(const Counts *counts, Text *out)
{
    bool first = true;

    print_kind(counts->ops[OP_ADD] + counts->ops[OP_SUB], "add/sub", &first, out);
    print_kind(counts->ops[OP_MUL], "mul", &first, out);
    print_kind(counts->ops[OP_DIV], "div", &first, out);
    print_kind(counts->ops[OP_NEG], "neg", &first, out);
    for (unsigned op = 0; op < OP_COUNT; op++)
        if (op_info[op].form == FORM_CALL && !is_arithmetic(op))
            print_kind(counts->ops[op], op_info[op].c, &first, out);
    if (first)
        text_add(out, "none");
}

bool emit_c_counts(Unit *unit, uint32_t functions, Counts *counts)
{
    CFunction made[FUNCTION_COUNT] = { 0 };
    uint32_t asked = unit->options.functions;
    Arena *arena = heap_arena(&unit->heap);
    CModel m;
    Text code;
    bool good;

    unit->options.functions = functions;
    text_init(&code, arena);
    good = c_functions_make(&m, unit, arena, made, NULL, &code);
    unit->options.functions = asked;
    for (unsigned f = 0; f < FUNCTION_COUNT; f++)
        counts[f] = made[f].counts;
    heap_release(&unit->heap, arena);
    return good;
}
