/* c_sample.c -- choosing a point for the self-test and the example, and the C text that fills the arguments. */
#include "emit/c_sample.h"

#include <math.h>

enum { STEPS = 101, MOST_POINTS = 6 };

static double pattern(const SampleSymbol *symbol, uint64_t i)
{
    return (double)((i % STEPS * 37 + symbol->first) % STEPS);
}

double c_sample_seed(const CModel *m, uint64_t i)
{
    return m->scalar ? 1 : 1 - 0.25 * (double)(i % 3);
}

double c_sample_direction(uint64_t i)
{
    return 0.5 - 0.125 * (double)(i % 7);
}

FunctionId c_sample_gradient(const Unit *unit)
{
    for (unsigned id = 0; id < FUNCTION_COUNT; id++)
        if (function_is_asked(unit, (FunctionId)id) && function_has((FunctionId)id, 'g'))
            return unit->scalar ? FUNCTION_VALUE_GRAD : FUNCTION_VJP;
    return FUNCTION_COUNT;
}

/* ---- values ------------------------------------------------------------------------------------------ */

/* The interval that the elements of a symbol are taken from; `point` 0 keeps to defaults, others move away from it. */
static void choose_interval(const Declared *declared, unsigned point, double *low, double *high)
{
    double spread = 0.05 + 0.2 * point, middle = 0.5 / (point + 1.0);

    if (declared->has_range) {
        double width = declared->high - declared->low;

        *low = declared->low + width * (0.3 - 0.04 * point);
        *high = declared->high - width * (0.3 - 0.04 * point);
    } else if (declared->defaults != NULL && rational_sign(declared->defaults[0]) != 0) {
        *low = rational_to_double(declared->defaults[0]) * (1 - spread);
        *high = rational_to_double(declared->defaults[0]) * (1 + spread);
    } else {
        *low = middle - 0.3;
        *high = middle + 0.4;
    }
}

/* Three digits or so: pleasant to read, and no edge of anything. */
static double short_number(double value)
{
    double unit = 1;

    while (value != 0 && unit > 1e-12 && fabs(value) < 100 * unit)
        unit /= 10;
    return floor(value / unit + 0.5) / (1 / unit);
}

/* The element as the emitted code will hold it. (A select between `value` and its conversion to float and back is
 * compiled wrongly by gcc 12.2 at -O2 where two of them are stored side by side: the conversion is lost.) */
static double rounded(const CModel *m, double value)
{
    if (m->is_float) {
        const volatile float held = (float)value;

        return (double)held;
    }
    return value;
}

static void choose_values(const CModel *m, const Declared *declared, SampleSymbol *symbol, unsigned point)
{
    double low, high;

    choose_interval(declared, point, &low, &high);
    high -= (high - low) * 0.01 * (double)(symbol->first % 10);
    symbol->base = rounded(m, low);
    symbol->step = rounded(m, (high - low) / (STEPS - 1));
    for (uint64_t i = 0; symbol->spelled && i < symbol->count; i++) {
        if (point == 0 && declared->defaults != NULL)
            symbol->values[i] = rounded(m, rational_to_double(declared->defaults[i]));
        else
            symbol->values[i] = rounded(m, short_number(rounded(m, symbol->base + symbol->step * pattern(symbol, i))));
    }
}

static double value_of(const CModel *m, const SampleSymbol *symbol, uint64_t i)
{
    return symbol->spelled ? symbol->values[i] : rounded(m, symbol->base + symbol->step * pattern(symbol, i));
}

/* The sum of the subscripts of element i. */
static int64_t subscript_sum(const Symbol *symbol, uint64_t i)
{
    int64_t sum = 0;

    for (unsigned k = symbol->rank; k-- > 0; i /= (uint64_t)symbol->extents[k])
        sum += (int64_t)(i % (uint64_t)symbol->extents[k]);
    return sum;
}

static int32_t integer_of(const Symbol *symbol, uint64_t i)
{
    return (int32_t)(symbol->low + subscript_sum(symbol, i) % (symbol->high - symbol->low));
}

/* The symbol of this role that belongs to another one. */
static SymId belonging_to(const Program *p, SymRole role, SymId of)
{
    SymId id = 0;

    while (id < p->symbols.count && (p->symbols.at[id].role != role || p->symbols.at[id].of != of))
        id++;
    return id < p->symbols.count ? id : NO_ID;
}

static void fill_seeds(const CModel *m, Evaluation *e)
{
    const Program *p = e->program;
    uint64_t at = 0;

    for (size_t k = 0; k < p->outputs.count; k++) {
        SymId seed = belonging_to(p, SYM_SEED, p->outputs.at[k]);

        for (size_t i = 0; i < eval_elements(p, p->outputs.at[k]); i++, at++)
            if (seed != NO_ID)
                e->reals[seed][i] = c_sample_seed(m, at);
    }
}

/* The direction is the last dimension of a symbol, and the first of the array of structs. */
static void fill_directions(const CModel *m, Evaluation *e)
{
    const Program *p = e->program;
    uint64_t batch = m->unit->options.directions > 0 ? (uint64_t)m->unit->options.directions : 1;
    uint64_t all = c_model_reals(m, PART_GRAD), at = 0;

    for (size_t k = 0; k < m->unit->wanted.count; k++) {
        SymId direction = belonging_to(p, SYM_DIRECTION, m->unit->wanted.at[k]);
        uint64_t count = eval_elements(p, m->unit->wanted.at[k]);

        for (uint64_t i = 0; direction != NO_ID && i < count * batch; i++)
            e->reals[direction][i] = c_sample_direction(i % batch * all + at + i / batch);
        at += count;
    }
}

void c_sample_fill(const Sample *s, const CModel *m, Evaluation *e)
{
    for (size_t k = 0; k < s->symbols.count; k++) {
        const SampleSymbol *symbol = &s->symbols.at[k];

        for (uint64_t i = 0; i < symbol->count; i++)
            if (symbol->part == PART_INDEX)
                e->integers[symbol->symbol][i] = integer_of(&e->program->symbols.at[symbol->symbol], i);
            else
                e->reals[symbol->symbol][i] = value_of(m, symbol, i);
    }
    fill_seeds(m, e);
    fill_directions(m, e);
}

static bool all_finite(const CModel *m, const Evaluation *e, SymRole role)
{
    const Program *p = e->program;

    for (SymId id = 0; id < p->symbols.count; id++) {
        if (p->symbols.at[id].role != role || e->reals[id] == NULL)
            continue;
        for (size_t i = 0; i < eval_elements(p, id); i++)
            if (!isfinite(rounded(m, e->reals[id][i])))
                return false;
    }
    return true;
}

static void choose_point(Sample *s, const CModel *m, unsigned point)
{
    for (size_t i = 0; i < s->symbols.count; i++)
        if (s->symbols.at[i].part != PART_INDEX)
            choose_values(m, &m->unit->lowered.declared.at[i], &s->symbols.at[i], point);
}

/* Are the results finite, as floats with everything on the way to them? */
static bool run_finite(const Sample *s, const CModel *m, Evaluation *e, SymRole role)
{
    bool finite = true;

    c_sample_fill(s, m, e);
    if (m->is_float) {
        eval_run_coarse(e, FLOAT_BITS, 0);
        finite = all_finite(m, e, role);
    }
    eval_run(e);
    return finite && all_finite(m, e, role);
}

static void run_point(Sample *s, const CModel *m, unsigned point)
{
    choose_point(s, m, point);
    s->finite = run_finite(s, m, &s->value, SYM_OUTPUT) && (!s->has_gradient || run_finite(s, m, &s->gradient, SYM_GRADIENT));
}

static void list_symbols(Sample *s, const CModel *m, Arena *arena)
{
    uint64_t offsets[PART_COUNT] = { 0 };

    for (size_t i = 0; i < m->unit->lowered.declared.count; i++) {
        SymId id = m->unit->lowered.declared.at[i].symbol;
        const Symbol *symbol = &s->value.program->symbols.at[id];
        Part part = c_model_part(symbol);
        uint64_t count = eval_elements(s->value.program, id);

        /* No two symbols alike: x - y may stand in a denominator. */
        vec_push(arena, &s->symbols,
                 (SampleSymbol){ .symbol = id,
                                 .part = part,
                                 .offset = offsets[part],
                                 .count = count,
                                 .first = (11 + 29 * i) % STEPS,
                                 .spelled = count <= MOST_SPELLED,
                                 .values = count <= MOST_SPELLED ? arena_array(arena, double, count) : NULL });
        offsets[part] += part == PART_SAMPLES ? count / (uint64_t)symbol->extents[0] : count;
    }
}

static bool calls_c(const Program *p)
{
    for (NodeId id = 0; id < p->nodes.count; id++)
        if (p->nodes.at[id].op == OP_CALL)
            return true;
    return false;
}

bool c_sample_is_costly(const CModel *m, const Program *program)
{
    static const uint64_t MOST_WORK = (uint64_t)1 << 26; /* seconds; some dozens of evaluations follow */
    uint64_t most = m->unit->options.most_work;

    return eval_work(program) > (most < MOST_WORK ? most : MOST_WORK);
}

void c_sample_find(Sample *sample, const CModel *m, Arena *arena)
{
    FunctionId id = c_sample_gradient(m->unit);
    const Program *gradient = id == FUNCTION_COUNT ? NULL : *function_program(m->unit, id);
    Arena *scratch;

    *sample = (Sample){ .has_gradient = gradient != NULL };
    if (c_sample_is_costly(m, m->unit->value) || (gradient != NULL && c_sample_is_costly(m, gradient))) {
        sample->too_large = true;
        sample->value.program = m->unit->value;
        list_symbols(sample, m, arena);
        choose_point(sample, m, 0);
        return;
    }
    scratch = heap_arena(&m->unit->heap);
    eval_init(&sample->value, scratch, m->unit->value);
    if (sample->has_gradient)
        eval_init(&sample->gradient, scratch, gradient);
    list_symbols(sample, m, arena);
    sample->calls_c = calls_c(m->unit->value) || (gradient != NULL && calls_c(gradient));
    if (sample->calls_c) {
        choose_point(sample, m, 0);
        sample->finite = true;
        c_golden_unknown(sample, m, arena);
    }
    for (unsigned point = 0; point < MOST_POINTS && !sample->finite; point++)
        run_point(sample, m, point);
    if (sample->finite && !sample->calls_c)
        c_golden_find(sample, m, arena);
    heap_release(&m->unit->heap, scratch);
}

/* ---- text -------------------------------------------------------------------------------------------- */

static const char *vector_of(const SampleSymbol *symbol)
{
    return symbol->part == PART_PARAMS ? "x" : "y";
}

/* Element i of all samples. */
static void print_place_of_data(const CModel *m, const SampleSymbol *symbol, Text *out)
{
    uint64_t own = symbol->count / (uint64_t)m->unit->lowered.program->samples, all = c_model_reals(m, PART_SAMPLES);

    text_printf(out, "    ((%s *)samples)[", m->real);
    if (symbol->offset > 0)
        text_printf(out, "%llu + ", (unsigned long long)symbol->offset);
    text_printf(out, "i / %llu * %llu + i %% %llu] = ", (unsigned long long)own, (unsigned long long)all, (unsigned long long)own);
}

static void print_formula(const CModel *m, const SampleSymbol *symbol, Text *out)
{
    text_line(out, "for (int32_t i = 0; i < %llu; i++)", (unsigned long long)symbol->count);
    text_begin_line(out);
    if (symbol->part == PART_SAMPLES)
        print_place_of_data(m, symbol, out);
    else if (symbol->offset > 0)
        text_printf(out, "    %s[%llu + i] = ", vector_of(symbol), (unsigned long long)symbol->offset);
    else
        text_printf(out, "    %s[i] = ", vector_of(symbol));
    c_literal_double(m, symbol->base, out);
    text_add(out, " + ");
    c_literal_double(m, symbol->step, out);
    text_printf(out, " * (%s)((i %% %d * 37 + %d) %% %d);\n", m->real, STEPS, (int)symbol->first, STEPS);
}

/* Of element i: "[1][0]". */
static void print_subscripts(const Symbol *symbol, uint64_t i, Text *out)
{
    uint64_t block = 1;

    for (unsigned k = 0; k < symbol->rank; k++)
        block *= (uint64_t)symbol->extents[k];
    for (unsigned k = 0; k < symbol->rank; k++) {
        block /= (uint64_t)symbol->extents[k];
        text_printf(out, "[%llu]", (unsigned long long)(i / block));
        i %= block;
    }
}

static void print_spelled(const CModel *m, const SampleSymbol *symbol, Text *out)
{
    Symbol one = c_model_of_sample(&m->unit->lowered.program->symbols.at[symbol->symbol]);
    uint64_t own = symbol->count / (symbol->part == PART_SAMPLES ? (uint64_t)m->unit->lowered.program->samples : 1);

    for (uint64_t i = 0; i < symbol->count; i++) {
        text_begin_line(out);
        if (symbol->part == PART_SAMPLES) {
            text_printf(out, "samples[%llu].%s", (unsigned long long)(i / own), m->declared[symbol->symbol]);
            print_subscripts(&one, i % own, out);
        } else {
            text_printf(out, "%s.%s", symbol->part == PART_PARAMS ? "p" : "in", m->declared[symbol->symbol]);
            print_subscripts(&one, i, out);
        }
        text_add(out, " = ");
        c_literal_double(m, symbol->values[i], out);
        text_add(out, ";\n");
    }
}

/* The sum of the subscripts, in the range of the symbol: index.n[i][j] = 2 + (i + j) % 3. */
static void print_integers(const CModel *m, const SampleSymbol *symbol, Text *out)
{
    static const char *const names[] = { "i", "j", "k", "l" };
    const Symbol *of = &m->unit->lowered.program->symbols.at[symbol->symbol];
    Text element, sum;
    unsigned loops = 0;

    text_init(&element, m->unit->arena);
    text_init(&sum, m->unit->arena);
    for (unsigned k = 0; k < of->rank; k++) {
        bool one = of->extents[k] == 1;

        text_printf(&element, "[%s]", one ? "0" : names[k]);
        if (one)
            continue;
        text_printf(&sum, "%s%s", loops == 0 ? "" : " + ", names[k]);
        text_line(out, "for (int32_t %s = 0; %s < %ld; %s++)", names[k], names[k], (long)of->extents[k], names[k]);
        out->indent++;
        loops++;
    }
    text_begin_line(out);
    text_printf(out, "index.%s%s = ", m->declared[symbol->symbol], text_string(&element));
    if (of->low != 0 || loops == 0)
        text_printf(out, "%lld%s", (long long)of->low, loops == 0 ? "" : " + ");
    if (loops > 0)
        text_printf(out, loops == 1 ? "%s %% %lld" : "(%s) %% %lld", text_string(&sum), (long long)(of->high - of->low));
    text_add(out, ";\n");
    out->indent -= loops;
}

void c_sample_print(const Sample *sample, const CModel *m, Text *out)
{
    for (size_t i = 0; i < sample->symbols.count; i++) {
        const SampleSymbol *symbol = &sample->symbols.at[i];

        if (symbol->part == PART_INDEX)
            print_integers(m, symbol, out);
        else if (symbol->spelled)
            print_spelled(m, symbol, out);
        else
            print_formula(m, symbol, out);
    }
}

bool c_sample_is_large(const CModel *m, uint32_t parts)
{
    enum { MOST_ELEMENTS = 1 << 20 };
    uint64_t columns = c_model_reals(m, PART_GRAD), rows = 0;

    if ((parts >> PART_JACOBIAN & 1) != 0)
        rows = c_model_reals(m, PART_OUTPUTS);
    if ((parts >> PART_HESSIAN & 1) != 0)
        rows = columns;
    return rows > 0 && columns > MOST_ELEMENTS / rows;
}

static bool is_array(const CModel *m, Part part)
{
    return c_model_is_bare(part) || c_model_is_batch(m, part);
}

void c_sample_call(const CModel *m, const CFunction *function, Text *out)
{
    bool any = false;

    text_printf(out, "%s_%s(", m->prefix, function->name);
    for (unsigned part = 0; part < PART_COUNT; part++) {
        if ((function->parts & (1u << part)) == 0)
            continue;
        text_add(out, any ? ", " : "");
        any = true;
        if (part == PART_SEED && m->scalar)
            text_add(out, m->is_float ? "1.0f" : "1.0");
        else if (part == PART_SAMPLES)
            text_printf(out, "%s, %ld", c_argument_names[part], (long)m->unit->lowered.program->samples);
        else
            text_printf(out, "%s%s", is_array(m, (Part)part) ? "" : "&", c_argument_names[part]);
    }
    text_add(out, ")");
}

void c_sample_declare(const CModel *m, uint32_t parts, Text *out)
{
    for (unsigned part = 0; part < PART_COUNT; part++) {
        if ((parts >> part & 1) == 0 || (part == PART_SEED && m->scalar))
            continue;
        text_begin_line(out);
        text_printf(out, "static %s %s", c_model_type(m, (Part)part), c_argument_names[part]);
        c_model_print_array(m, (Part)part, "", out);
        text_add(out, ";\n");
    }
}

bool c_sample_has_formula(const Sample *sample, Part part)
{
    for (size_t i = 0; i < sample->symbols.count; i++)
        if (sample->symbols.at[i].part == part && !sample->symbols.at[i].spelled)
            return true;
    return false;
}
