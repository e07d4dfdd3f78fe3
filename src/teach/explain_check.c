/* explain_check.c -- do central differences confirm the gradients of the listing? If not: which gradient is the first wrong one,
 * and which contributions were overwritten.
 */
#include "teach/explain.h"

#include <math.h>

#include "eval/check.h"

static const double STEP = 1e-5;       /* of the plain quotient, as in the lecture notes */
static const double CLOSE = 1e-6;      /* of the plain quotient, whose own error falls with the square of the step */
static const double CLOSE_LIMIT = 1e-7; /* of the extrapolated one */

/* Gradients that are smaller than this part of the largest one are compared with that: round-off is absolute. */
static const double SMALL = 1e-3;

/* So many elements are compared: all, or as many chosen at random as the model's size leaves time for. */
enum { MOST_COMPARED = 1000, LEAST_COMPARED = 5, MOST_POINTS = 20000000, MOST_FAILURES = 8 };

typedef struct {
    Explain *e;
    const Circuit *c, *right;
    Evaluation *value;
    double total;     /* at the point */
    double largest;   /* gradient */
    const bool *stated; /* by gate: its gradient comes through derivatives that were stated, */
    const bool *kinked; /* or through a tie or kink */
} Comparing;

/* The total as a function of one element. */
typedef struct {
    const Comparing *c;
    double *element;
} Along;

static double total_at(void *context, double at)
{
    const Along *along = context;
    double kept = *along->element, total;

    *along->element = at;
    eval_run(along->c->value);
    total = check_total(along->c->value, &along->c->c->evaluation);
    *along->element = kept;
    return total;
}

/* ---- one element -------------------------------------------------------------------------------------- */

static double relative_gap(const Comparing *c, double gradient, double difference)
{
    double size = fmax(fmax(fabs(gradient), fabs(difference)), SMALL * c->largest);

    return gradient == difference ? 0 : isnan(gradient) || isnan(difference) ? HUGE_VAL : fabs(gradient - difference) / size;
}

static void take_worst(Comparing *c, double gap, bool extrapolated)
{
    ExplainCheck *check = &c->e->check;

    check->compared++;
    if (check->compared > 1 && !(gap > check->worst))
        return;
    check->worst = gap;
    check->extrapolated = extrapolated;
}

static double difference_at(Comparing *c, GateId id, size_t element)
{
    Along along = { c, &c->value->reals[c->c->gates.at[id].value][element] };
    double x = *along.element;

    return (total_at(&along, x + STEP) - total_at(&along, x - STEP)) / (2 * STEP);
}

static void remark_stated(Comparing *c, GateId gate)
{
    for (size_t i = 0; i < c->e->remarks.count; i++)
        if (c->e->remarks.at[i].kind == REMARK_STATED && c->e->remarks.at[i].gate == gate)
            return;
    vec_push(c->c->arena, &c->e->remarks, (ExplainRemark){ REMARK_STATED, gate, 0 });
}

/* Is the step below the distance of the doubles at x? */
static bool is_lost(double x)
{
    return x + STEP == x || x - STEP == x;
}

/* Do the differences tend to the gradient, but only as the step does? The second derivative jumps here, and an extrapolation in
 * the square of the step finds no limit. */
static bool tends_to(Along *along, double x, double gradient)
{
    double last = HUGE_VAL;

    for (double h = 100 * STEP; h >= STEP / 2; h /= 10) {
        double off = fabs((total_at(along, x + h) - total_at(along, x - h)) / (2 * h) - gradient);

        if (!(off <= 0.2 * last))
            return false;
        last = off;
    }
    return true;
}

/* False: differences say something else. */
static bool compare_element(Comparing *c, GateId id, size_t element)
{
    const Gate *gate = &c->c->gates.at[id];
    double gradient = circuit_values(c->c, gate->gradient)[element];
    Along along = { c, &c->value->reals[gate->value][element] };
    double x = *along.element, gap = relative_gap(c, gradient, difference_at(c, id, element));
    Difference limit;

    if (gap <= CLOSE) {
        take_worst(c, gap, false);
        return true;
    }
    limit = check_differentiate(total_at, &along, x, c->total);
    if (!check_is_settled(limit, fmax(fabs(gradient), fabs(limit.estimate)))) {
        c->e->check.skipped++;
        return true;
    }
    if (check_gap(gradient, limit) <= CLOSE_LIMIT) {
        take_worst(c, check_gap(gradient, limit), true);
        return true;
    }
    if (c->stated[id]) {
        remark_stated(c, id);
        return true;
    }
    /* Slopes of several kinks may add up to a straight line. */
    if ((c->right == NULL && c->kinked[id]) || is_lost(x) || tends_to(&along, x, gradient)) {
        c->e->check.skipped++;
        return true;
    }
    take_worst(c, gap, false);
    return false;
}

/* ---- what went wrong ---------------------------------------------------------------------------------- */

/* The gradient of the right circuit; where no mistake was asked for, the difference. */
static double expected_at(Comparing *c, GateId gate, size_t element)
{
    if (c->right == NULL)
        return difference_at(c, gate, element);
    return circuit_values(c->right, c->right->gates.at[gate].gradient)[element];
}

static bool same_values(const Comparing *c, WireId wire)
{
    const double *mine = circuit_values(c->c, c->c->wires.at[wire].contribution);
    const double *theirs = circuit_values(c->right, c->right->wires.at[wire].contribution);
    size_t count = eval_elements(c->c->program, c->c->wires.at[wire].contribution);

    for (size_t i = 0; i < count; i++)
        if (fabs(mine[i] - theirs[i]) > 1e-12 * fmax(fabs(mine[i]), fabs(theirs[i])))
            return false;
    return true;
}

/* The first contribution of the backward sweep that differs from the right one. */
static WireId first_wrong(const Comparing *c)
{
    for (size_t i = 0; c->right != NULL && i < c->c->backward.count; i++)
        if (!same_values(c, c->c->backward.at[i]))
            return c->c->backward.at[i];
    return NO_ID;
}

static void add_failure(Comparing *c, GateId id, size_t element)
{
    const Circuit *circuit = c->c;
    ExplainFailure failure = { .gate = id, .element = element, .expected = expected_at(c, id, element), .wrong = first_wrong(c) };
    uint32_t *stages = arena_array(circuit->arena, uint32_t, circuit->gates.at[id].fork + 1u);
    bool overwritten = false;

    failure.value = circuit_values(circuit, circuit->gates.at[id].gradient)[element];
    for (size_t i = 0; i < circuit->backward.count; i++) {
        const Wire *wire = &circuit->wires.at[circuit->backward.at[i]];

        if (wire->from != id)
            continue;
        overwritten |= wire->first && failure.stage_count > 0;
        stages[failure.stage_count++] = circuit->gates.at[wire->to].number;
    }
    failure.stages = stages;
    failure.stage_count = overwritten ? failure.stage_count : 0;
    vec_push(circuit->arena, &c->e->failures, failure);
}

/* ---- all ---------------------------------------------------------------------------------------------- */

/* Which gradients come through marked gates? */
static const bool *find_through(const Circuit *c, const bool *marked)
{
    bool *through = arena_array(c->arena, bool, c->gates.count + 1);

    for (GateId g = (GateId)c->gates.count; g-- > 0;) {
        const Gate *gate = &c->gates.at[g];

        for (WireId w = gate->first_wire; w < gate->first_wire + gate->wire_count; w++)
            through[c->wires.at[w].from] |= c->wires.at[w].active && (through[g] || marked[g]);
    }
    return through;
}

/* Gates with stated derivatives, and gates that are at a tie or kink. */
static void find_exceptions(Comparing *c)
{
    bool *stated = arena_array(c->c->arena, bool, c->c->gates.count + 1);
    bool *kinked = arena_array(c->c->arena, bool, c->c->gates.count + 1);

    for (GateId g = 0; g < c->c->gates.count; g++)
        stated[g] = c->c->gates.at[g].kind == GATE_STATED;
    for (size_t i = 0; i < c->e->remarks.count; i++) {
        kinked[c->e->remarks.at[i].gate] |= c->e->remarks.at[i].kind != REMARK_STATED;
        c->e->check.at_kink |= c->e->remarks.at[i].kind != REMARK_STATED;
    }
    c->stated = find_through(c->c, stated);
    c->kinked = find_through(c->c, kinked);
}

/* The size of a gradient; one that is infinite is no measure for the others. */
static double fabs_finite(double gradient)
{
    return isfinite(gradient) ? fabs(gradient) : 0;
}

static size_t count_elements(Comparing *c)
{
    size_t count = 0;

    for (GateId g = 0; g < c->c->leaves; g++) {
        const Gate *gate = &c->c->gates.at[g];

        if (gate->gradient == NO_ID)
            continue;
        count += eval_elements(c->c->program, gate->value);
        for (size_t i = 0; i < eval_elements(c->c->program, gate->value); i++)
            c->largest = fmax(c->largest, fabs_finite(circuit_values(c->c, gate->gradient)[i]));
    }
    return count;
}

static size_t most_compared(const Program *p)
{
    uint64_t work = eval_work(p), most = MOST_POINTS / (work == 0 ? 1 : work);

    return most > MOST_COMPARED ? MOST_COMPARED : most < LEAST_COMPARED ? LEAST_COMPARED : (size_t)most;
}

static void compare_leaf(Comparing *c, GateId id, size_t most_elements, Random *random)
{
    size_t elements = eval_elements(c->c->program, c->c->gates.at[id].value), worst = 0;
    double most = -1;

    for (size_t i = 0; i < elements; i++) {
        double off;

        if (!isfinite(circuit_values(c->c, c->c->gates.at[id].gradient)[i])) {
            c->e->check.not_finite++;
            continue;
        }
        if (c->e->check.elements > most_elements && random_next(random) % c->e->check.elements >= most_elements)
            continue;
        if (compare_element(c, id, i))
            continue;
        off = fabs(circuit_values(c->c, c->c->gates.at[id].gradient)[i] - expected_at(c, id, i));
        if (off > most) {
            most = off;
            worst = i;
        }
    }
    if (most < 0)
        return;
    c->e->check.pass = false;
    if (c->e->failures.count < MOST_FAILURES)
        add_failure(c, id, worst);
}

void explain_compare(Explain *e, const Circuit *right, Evaluation *value)
{
    Comparing c = { .e = e, .c = e->circuit, .right = right, .value = value };
    Random random = { 1 };
    size_t most = most_compared(value->program);

    e->check = (ExplainCheck){ .step = STEP, .elements = count_elements(&c) };
    find_exceptions(&c);
    eval_run(value);
    c.total = check_total(value, &e->circuit->evaluation);
    e->check.finite = e->check.pass = isfinite(c.total);
    if (!e->check.finite) {
        e->check.decided = true;
        return;
    }
    for (GateId g = 0; g < e->circuit->leaves; g++)
        if (e->circuit->gates.at[g].gradient != NO_ID)
            compare_leaf(&c, g, most, &random);
    e->check.pass &= e->check.not_finite == 0;
    e->check.decided = e->check.compared > 0 || !e->check.pass;
    e->check.pass &= e->check.decided;
    e->check.harmless = right != NULL && e->check.pass;
    eval_run(value);
}
