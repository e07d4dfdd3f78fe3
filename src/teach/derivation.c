/* derivation.c -- which derivatives of which results, what they are called, and making them. */
#include "teach/derivation.h"

#include <string.h>

#include "sym/count.h"
#include "sym/print.h"

typedef struct {
    Derivation *d;
    Unit *unit;
    const DerivationRequest *request;
    Text *why;
} Making;

static bool refuse(const Making *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(const Making *m, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_vprintf(m->why, format, args);
    va_end(args);
    return false;
}

/* ---- names ------------------------------------------------------------------------------------------- */

/* "x", or "x_0_2" of an element at a row-major place. */
static void add_element_name(const Making *m, Name name, const int32_t *extents, unsigned rank, size_t place, Text *out)
{
    size_t below = 1;

    text_add(out, names_text(&m->unit->names, name));
    for (unsigned k = 1; k < rank; k++)
        below *= (size_t)extents[k];
    for (unsigned k = 0; k < rank; k++) {
        text_printf(out, "_%zu", place / below);
        place %= below;
        below /= k + 1 < rank ? (size_t)extents[k + 1] : 1;
    }
}

static bool is_taken(const Making *m, Name name)
{
    const Program *p = m->unit->lowered.program;

    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].name == name)
            return true;
    for (size_t i = 0; i < m->d->values.named.count; i++)
        if (m->d->values.named.at[i].name == name)
            return true;
    for (size_t i = 0; i < m->d->all.count; i++)
        if (m->d->all.at[i].name == name)
            return true;
    return false;
}

/* df_dx, d3f_dx2_dy, d2f_dx_0_dx_0: equal scalars that follow each other are counted. With a _ behind it until it is free. */
static Name derivative_name(const Making *m, const Derivative *derivative)
{
    const ExprPool *pool = m->d->pool;
    const ElaboratedValue *output = derivative->output;
    Text text;
    Name name;

    text_init(&text, m->unit->arena);
    text_add(&text, "d");
    if (derivative->order > 1)
        text_printf(&text, "%zu", derivative->order);
    add_element_name(m, output->name, output->extents, output->rank, derivative->place, &text);
    for (size_t i = 0, same; i < derivative->order; i += same) {
        const ExprVariable *v = &pool->variables.at[pool->nodes.at[derivative->by[i]].u.name.variable];

        for (same = 1; v->rank == 0 && i + same < derivative->order && derivative->by[i + same] == derivative->by[i]; same++)
            ;
        text_add(&text, "_d");
        add_element_name(m, v->name, v->extents, v->rank, expr_place(pool, derivative->by[i]), &text);
        if (same > 1)
            text_printf(&text, "%zu", same);
    }
    while (is_taken(m, name = names_intern(&m->unit->names, text_string(&text), text.size)))
        text_add(&text, "_");
    return name;
}

/* ---- one derivative ---------------------------------------------------------------------------------- */

/* A message says what can be read: after so many digits and characters it is cut. */
enum { MOST_DIGITS = 30, MOST_QUOTED = 160 };

static void print_count(Arena *arena, Rational count, Text *out)
{
    Text digits;

    text_init(&digits, arena);
    rational_print(count, &digits);
    if (digits.size <= MOST_DIGITS)
        text_add(out, text_string(&digits));
    else
        text_printf(out, "more than 10^%zu", digits.size - 1);
}

static bool too_large(const Making *m, const Derivative *derivative, ExprId raw)
{
    Rational operations, nodes, most = RATIONAL(DERIVATION_MOST_OPERATIONS);
    Text count;

    text_init(&count, m->unit->arena);
    if (!count_tree(m->d->pool, m->unit->arena, raw, &operations, &nodes))
        text_printf(&count, "more than 2^%d", RATIONAL_MOST_BITS);
    else if (rational_compare(m->unit->arena, operations, most) <= 0)
        return false;
    else
        print_count(m->unit->arena, operations, &count);
    (void)refuse(m, "%s: the tree has %s operations, more than the %d that are written out; see bpgen swell for how it grows; "
                 "code that computes shared parts once is made by bpgen MODEL", names_text(&m->unit->names, derivative->name),
                 text_string(&count), DERIVATION_MOST_OPERATIONS);
    return true;
}

static bool has_more(const Making *m, ExprId id, int64_t most)
{
    Rational operations, nodes;
    int64_t count;

    return !count_tree(m->d->pool, m->unit->arena, id, &operations, &nodes) || !rational_to_int(operations, &count) || count > most;
}

/* The expressions that will be printed; of a rule its operand stands for the line. */
static void list_printed(const Making *m, const Derivative *derivative, ExprVec *out)
{
    Arena *arena = m->unit->arena;

    vec_push(arena, out, derivative->value);
    for (size_t i = 0; i < derivative->stages.count; i++) {
        const Differentiation *s = &derivative->stages.at[i];

        for (size_t k = 0; k < s->rules.count && !s->too_long; k++)
            vec_push(arena, out, s->rules.at[k].of);
        for (size_t k = 0; k < s->rewrites.count && !s->too_long; k++) {
            vec_push(arena, out, s->rewrites.at[k].of);
            vec_push(arena, out, s->rewrites.at[k].result);
        }
    }
}

/* Counts what will be printed. False: all results together are too long to be of use. */
static bool fits_together(const Making *m, const Derivative *derivative)
{
    ExprVec printed = { 0 };
    Rational operations, nodes;
    int64_t count;
    bool fits;

    list_printed(m, derivative, &printed);
    fits = count_together(m->d->pool, m->unit->arena, printed.at, printed.count, &operations, &nodes) &&
           rational_to_int(operations, &count) && count <= DERIVATION_MOST_TOGETHER - m->d->operations;
    expr_drop(m->unit->arena, &printed);
    if (!fits)
        return refuse(m, "the derivatives as far as %s have more than %d operations together%s; name fewer params with --wrt",
                      names_text(&m->unit->names, derivative->name), DERIVATION_MOST_TOGETHER,
                      m->request->steps ? ", with their steps" : "");
    m->d->operations += count;
    return true;
}

static bool refuse_without(const Making *m, const Derivative *derivative, Op without)
{
    if (without == OP_COUNT)
        return refuse(m, "%s: the expressions do not fit in memory; make the sizes smaller, with --const",
                      names_text(&m->unit->names, derivative->name));
    if (without == OP_CALL)
        return refuse(m, "%s has no closed form: a C function that it goes through has no stated derivative",
                      names_text(&m->unit->names, derivative->name));
    return refuse(m, "%s has no closed form in the language: %s has no derivative", names_text(&m->unit->names, derivative->name),
                  op_info[without].name);
}

static bool refuse_collecting(const Making *m, const Derivative *derivative, ExprId divisor)
{
    Text text;

    text_init(&text, m->unit->arena);
    expr_print(m->d->pool, m->unit->arena, divisor, &text);
    return refuse(m, "--collect: %s is not a polynomial: it has the factor %.*s%s; --expand multiplies out what can be",
                  names_text(&m->unit->names, derivative->name), MOST_QUOTED, text_string(&text),
                  text.size > MOST_QUOTED ? " ..." : "");
}

static bool refuse_terms(const Making *m, const Derivative *derivative)
{
    return refuse(m, "multiplied out, %s takes more than %d terms or %d products of terms, or numbers of more than %d bits",
                  names_text(&m->unit->names, derivative->name), POLYNOMIAL_MOST_TERMS, POLYNOMIAL_MOST_PRODUCTS,
                  RATIONAL_MOST_BITS);
}

static bool put_in_form(const Making *m, Derivative *derivative, ExprId raw)
{
    ExprPool *pool = m->d->pool;
    Arena *arena = m->unit->arena;
    Polynomial polynomial;

    if (m->request->form == FORM_EXPAND) {
        derivative->value = expand_products(m->d->tidy, pool, arena, &m->unit->heap, raw);
        return derivative->value != EXPR_NONE || refuse_terms(m, derivative);
    }
    if (m->request->form == FORM_COLLECT) {
        if (!polynomial_of(&polynomial, m->d->tidy, pool, arena, &m->unit->heap, raw))
            return refuse_terms(m, derivative);
        if (polynomial_divisor(&polynomial, pool) != EXPR_NONE)
            return refuse_collecting(m, derivative, polynomial_divisor(&polynomial, pool));
        derivative->value = polynomial_expr(&polynomial, pool, arena, true);
        return true;
    }
    derivative->value = tidy(m->d->tidy, raw, NULL);
    return true;
}

/* pi and e are numbers where a variable has that name. */
static ExprId without_hidden_constants(const Making *m, ExprId value)
{
    static const struct {
        Op op;
        const char *digits;
    } constants[] = { { OP_PI, "3.141592653589793" }, { OP_E, "2.718281828459045" } };
    ExprPool *pool = m->d->pool;

    for (size_t c = 0; c < sizeof constants / sizeof *constants; c++) {
        ExprId constant = expr_raw(pool, constants[c].op, EXPR_NONE, EXPR_NONE, EXPR_NONE), *by;
        Rational digits;
        bool hidden = false;

        for (size_t v = 0; v < pool->variables.count; v++)
            hidden |= strcmp(names_text(pool->names, pool->variables.at[v].name), op_info[constants[c].op].name) == 0;
        if (!hidden || !rational_parse(m->unit->arena, constants[c].digits, strlen(constants[c].digits), &digits))
            continue;
        by = arena_array(m->unit->arena, ExprId, (size_t)constant + 1);
        for (ExprId i = 0; i < constant; i++)
            by[i] = EXPR_NONE;
        by[constant] = expr_number(pool, digits);
        value = expr_replace(pool, value, by, (size_t)constant + 1, expr_raw);
    }
    return value;
}

/* Differentiates once more; the next one begins with what is tidy. */
static bool differentiate(const Making *m, Derivative *derivative, Differentiation *s)
{
    bool steps = m->request->steps;
    Op without = OP_COUNT;

    s->raw = sym_derivative(m->d->pool, s->of, s->by, expr_fold, steps ? &s->rules : NULL, &without);
    if (s->raw == EXPR_NONE)
        return refuse_without(m, derivative, without);
    if (too_large(m, derivative, s->raw))
        return false;
    s->tidy = tidy(m->d->tidy, s->raw, NULL);
    s->too_long = steps && (has_more(m, s->of, STEPS_MOST_OPERATIONS) || has_more(m, s->raw, STEPS_MOST_OPERATIONS));
    if (steps && !s->too_long)
        (void)tidy(m->d->tidy, expr_unmark(m->d->pool, s->raw), &s->rewrites);
    return !m->d->pool->full || refuse_without(m, derivative, OP_COUNT);
}

static bool make_one(const Making *m, const ElaboratedValue *output, size_t place, const ExprId *by)
{
    Derivative derivative = { .output = output, .place = place, .by = by, .order = m->request->by_count };
    ExprId of = output->elements[place], raw = of;

    derivative.order = derivative.order == 0 ? 1 : derivative.order;
    derivative.name = derivative_name(m, &derivative);
    if (m->request->form == FORM_EXPAND)
        of = expand_functions(m->d->pool, of);
    for (size_t i = 0; i < derivative.order; i++) {
        Differentiation stage = { .of = of, .by = by[i] };

        if (!differentiate(m, &derivative, &stage))
            return false;
        raw = stage.raw;
        of = stage.tidy;
        if (m->request->steps)
            vec_push(m->unit->arena, &derivative.stages, stage);
    }
    if (!put_in_form(m, &derivative, expr_unmark(m->d->pool, raw)))
        return false;
    derivative.value = without_hidden_constants(m, derivative.value);
    if (!fits_together(m, &derivative))
        return false;
    vec_push(m->unit->arena, &m->d->all, derivative);
    return true;
}

/* ---- which derivatives ------------------------------------------------------------------------------- */

static size_t elements_of(const ExprPool *pool, VariableId v)
{
    size_t count = 1;

    for (unsigned k = 0; k < pool->variables.at[v].rank; k++)
        count *= (size_t)pool->variables.at[v].extents[k];
    return count;
}

/* All combinations of elements of the variables, the last one moving fastest. */
static bool make_combinations(const Making *m, const ElaboratedValue *output, size_t place, const VariableId *variables,
                              size_t order)
{
    size_t combinations = 1;

    for (size_t i = 0; i < order; i++)
        combinations *= elements_of(m->d->pool, variables[i]);
    for (size_t c = 0; c < combinations; c++) {
        ExprId *by = arena_array(m->unit->arena, ExprId, order);
        size_t rest = c;

        for (size_t i = order; i-- > 0; rest /= elements_of(m->d->pool, variables[i]))
            by[i] = expr_element(m->d->pool, variables[i], rest % elements_of(m->d->pool, variables[i]));
        if (!make_one(m, output, place, by))
            return false;
    }
    return true;
}

static bool check_number(const Making *m, const VariableId *variables, size_t count)
{
    double outputs = 0, by = m->request->by_count > 0;

    for (size_t i = 0; i < m->d->values.outputs.count; i++)
        outputs += (double)symbol_elements(&m->unit->lowered.program->symbols.at[m->d->values.outputs.at[i].symbol]);
    for (size_t i = 0; i < count; i++) {
        double elements = (double)elements_of(m->d->pool, variables[i]);

        by = m->request->by_count > 0 ? by * elements : by + elements;
    }
    return outputs * by <= DERIVATION_MOST ||
           refuse(m, "these are %.0f derivatives, more than the %d that are written out; choose with --wrt", outputs * by,
                  DERIVATION_MOST);
}

static bool make_all(const Making *m, const VariableId *variables, size_t count)
{
    for (size_t o = 0; o < m->d->values.outputs.count; o++) {
        const ElaboratedValue *output = &m->d->values.outputs.at[o];
        uint64_t elements = symbol_elements(&m->unit->lowered.program->symbols.at[output->symbol]);

        for (size_t place = 0; place < elements; place++) {
            if (m->request->by_count > 0) {
                if (!make_combinations(m, output, place, variables, count))
                    return false;
                continue;
            }
            for (size_t i = 0; i < count; i++)
                if (!make_combinations(m, output, place, &variables[i], 1))
                    return false;
        }
    }
    return true;
}

/* The variables of the request; without one, all params. */
static size_t find_variables(const Making *m, VariableId *variables)
{
    const Program *p = m->unit->lowered.program;
    size_t count = 0;

    if (m->request->by_count == 0) {
        for (size_t i = 0; i < m->unit->wanted.count; i++)
            variables[count++] = m->d->values.variables[m->unit->wanted.at[i]];
        return count;
    }
    for (size_t i = 0; i < m->request->by_count; i++)
        for (size_t k = 0; k < m->unit->wanted.count; k++)
            if (strcmp(names_text(&m->unit->names, p->symbols.at[m->unit->wanted.at[k]].name), m->request->by[i]) == 0)
                variables[count++] = m->d->values.variables[m->unit->wanted.at[k]];
    return count;
}

static bool declares_names(const Ast *ast)
{
    for (size_t i = 0; i < ast->nodes.count; i++)
        if (ast->nodes.at[i].kind == AST_DECLARATION && ast->nodes.at[i].u.role != ROLE_CONST)
            return true;
    return false;
}

/* Of the names in the results. */
static void learn_order(Derivation *d)
{
    ExprVec roots = { 0 };

    for (size_t i = 0; i < d->values.outputs.count; i++)
        for (uint64_t k = 0; k < symbol_elements(&d->unit->lowered.program->symbols.at[d->values.outputs.at[i].symbol]); k++)
            vec_push(d->unit->arena, &roots, d->values.outputs.at[i].elements[k]);
    tidy_learn_order(d->tidy, roots.at, roots.count);
}

bool derivation_make(Derivation *out, Unit *unit, const DerivationRequest *request, Text *why)
{
    Making m = { out, unit, request, why };
    VariableId *variables = arena_array(unit->arena, VariableId, request->by_count + unit->wanted.count + 1);
    size_t count;

    *out = (Derivation){ .unit = unit, .pool = expr_pool(unit->arena, &unit->names) };
    out->pool->calls = true;
    if (!sym_elaborate(&out->values, out->pool, unit->lowered.program, &unit->diag))
        return false;
    out->tidy = tidy_new(out->pool, unit->arena);
    learn_order(out);
    out->declares = declares_names(&unit->ast);
    count = find_variables(&m, variables);
    if (count == 0)
        return refuse(&m, "there is nothing to differentiate by; declare a param, or name inputs with --wrt");
    return check_number(&m, variables, count) && make_all(&m, variables, count);
}
