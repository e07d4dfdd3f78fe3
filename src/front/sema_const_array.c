/* sema_const_array.c -- computing constants: operators on whole arrays, and integer expressions. */
#include "front/sema_const.h"

static size_t elements(Shape shape)
{
    size_t count = 1;

    for (unsigned k = 0; k < shape.rank; k++)
        count *= (size_t)shape.extent[k];
    return count;
}

Cell run_cell(Run *run, Shape shape)
{
    Cell cell = { .shape = shape, .count = elements(shape) };

    run->steps += cell.count;
    if (run->steps > MOST_RUN) {
        run->failed = true;
        cell.count = 0;
    }
    cell.at = arena_array(run->s->arena, Num, cell.count > 0 ? cell.count : 1);
    return cell;
}

void run_push(Run *run, Cell cell)
{
    vec_push(run->s->arena, &run->stack, cell);
}

void run_push_number(Run *run, Num number)
{
    Cell cell = run_cell(run, (Shape){ 0 });

    cell.at[0] = number;
    run->failed = run->failed || (run->exact_only && !number.exact);
    run_push(run, cell);
}

/* The place in an operand of element `n` of a broadcast result. */
size_t run_place(Shape result, Shape operand, size_t n)
{
    size_t at = 0, stride = 1;

    for (unsigned k = 0; k < operand.rank; k++) {
        size_t extent = (size_t)result.extent[result.rank - 1 - k], own = (size_t)operand.extent[operand.rank - 1 - k];

        at += (own == 1 ? 0 : n % extent) * stride;
        stride *= own;
        n /= extent;
    }
    return at;
}

static Num apply(Run *run, Op op, const Num *args)
{
    Num result = num_of(RATIONAL(0));

    if (!num_apply(run->s->arena, op, args, &result) || (run->exact_only && !result.exact))
        run->failed = true;
    return result;
}

Num run_apply2(Run *run, Op op, Num a, Num b)
{
    Num args[OP_MOST_ARGS] = { a, b };

    return apply(run, op, args);
}

/* ---- integer expressions ---- */

static bool const_element(const Run *run, const Atom *atom)
{
    return run->model->symbols.at[atom->of].role == NAME_CONST;
}

/* One step of the sum on top: a term, or a subscript of the element that is being read. */
static void step_sum(Run *run, int64_t *result, bool *have)
{
    const AffPool *affs = &run->model->affs;
    Sum *sum = &vec_top(&run->sums);
    const Affine *form = &affs->affs.at[sum->aff];
    const Atom *atom;
    AffTerm term;

    if (sum->term == form->count) {
        *result = (sum->sum + form->constant) / form->den;
        *have = true;
        run->sums.count--;
        return;
    }
    term = affs->terms.at[form->first + sum->term];
    atom = &affs->atoms.at[term.atom];
    if (atom->kind == ATOM_INDEX) {
        sum->sum += term.coef * run->s->indices.at[atom->of].now;
        sum->term++;
        return;
    }
    if (!const_element(run, atom)) {
        run->failed = true;
        return;
    }
    if (*have) {
        const Shape *shape = &run->model->symbols.at[atom->of].shape;

        *have = false;
        run->failed = run->failed || *result < 0 || *result >= shape->extent[sum->sub];
        sum->place = sum->place * shape->extent[sum->sub] + *result;
        sum->sub++;
    }
    if (run->failed)
        return;
    if (sum->sub < atom->rank) {
        vec_push(run->s->arena, &run->sums, (Sum){ .aff = affs->subs.at[atom->subs + sum->sub] });
        return;
    }
    run->failed = !rational_to_int(run->model->symbols.at[atom->of].values[sum->place], result);
    sum->sum += term.coef * *result;
    sum->sub = 0;
    sum->place = 0;
    sum->term++;
}

int64_t run_integer(Run *run, AffId aff)
{
    int64_t result = 0;
    bool have = false;

    run->sums.count = 0;
    vec_push(run->s->arena, &run->sums, (Sum){ .aff = aff });
    while (run->sums.count > 0 && !run->failed)
        step_sum(run, &result, &have);
    return result;
}

/* ---- values ---- */

static void run_op(Run *run, const CheckedNode *node)
{
    const Cell *args = run->stack.at + run->stack.count - node->count;
    Cell cell = run_cell(run, node->shape);

    for (size_t n = 0; n < cell.count && !run->failed; n++) {
        Num values[OP_MOST_ARGS] = { args[0].at[run_place(node->shape, args[0].shape, n)] };

        for (uint32_t k = 1; k < node->count; k++) {
            unsigned to = op_info[node->u.op].arity == 2 ? 1 : k;

            values[to] = args[k].at[run_place(node->shape, args[k].shape, n)];
            if (to == 1 && op_info[node->u.op].arity == 2 && k + 1 < node->count)
                values[0] = apply(run, node->u.op, values);
        }
        cell.at[n] = apply(run, node->u.op, values);
    }
    run->stack.count -= node->count;
    run_push(run, cell);
}

static void run_select(Run *run, const CheckedNode *node)
{
    const Cell *args = run->stack.at + run->stack.count - 3;
    Cell cell = run_cell(run, node->shape);

    for (size_t n = 0; n < cell.count; n++) {
        bool taken = rational_sign(args[0].at[run_place(node->shape, args[0].shape, n)].value) != 0;
        const Cell *from = taken ? &args[1] : &args[2];

        cell.at[n] = from->at[run_place(node->shape, from->shape, n)];
    }
    run->stack.count -= 3;
    run_push(run, cell);
}

static void run_logic(Run *run, const CheckedNode *node)
{
    const Cell *args = run->stack.at + run->stack.count - 2;
    Cell cell = run_cell(run, node->shape);

    for (size_t n = 0; n < cell.count; n++) {
        bool a = rational_sign(args[0].at[run_place(node->shape, args[0].shape, n)].value) != 0;
        bool b = rational_sign(args[1].at[run_place(node->shape, args[1].shape, n)].value) != 0;

        cell.at[n] = num_of(RATIONAL(node->kind == CHECKED_AND ? a && b : a || b));
    }
    run->stack.count -= 2;
    run_push(run, cell);
}

static void run_subscript(Run *run, const CheckedNode *node)
{
    Cell base = vec_pop(&run->stack), cell = run_cell(run, node->shape);
    const CheckedItem *items = run->model->items.at + node->u.items.first;
    int64_t start[MOST_AXES] = { 0 };

    for (unsigned k = 0; k < base.shape.rank; k++) {
        start[k] = run_integer(run, items[k].value);
        run->failed = run->failed || start[k] < 0 ||
                      start[k] + (items[k].keeps ? items[k].length : 1) > base.shape.extent[k];
    }
    for (size_t n = 0; n < cell.count && !run->failed; n++) {
        size_t rest = n, at = 0, stride = 1;

        for (unsigned k = base.shape.rank; k-- > 0;) {
            size_t along = 0;

            if (items[k].keeps) {
                along = rest % (size_t)items[k].length;
                rest /= (size_t)items[k].length;
            }
            at += ((size_t)start[k] + along) * stride;
            stride *= (size_t)base.shape.extent[k];
        }
        cell.at[n] = base.at[at];
    }
    run_push(run, cell);
}

/* Sums of products: @ and dot. */
static void run_product(Run *run, const CheckedNode *node)
{
    Cell b = vec_pop(&run->stack), a = vec_pop(&run->stack), cell = run_cell(run, node->shape);
    bool dot = node->kind == CHECKED_DOT;
    size_t inner = dot ? a.count : (size_t)b.shape.extent[0],
           columns = dot || b.shape.rank == 1 ? 1 : (size_t)b.shape.extent[1];

    for (size_t n = 0; n < cell.count && !run->failed; n++) {
        Num sum = num_of(RATIONAL(0));

        for (size_t k = 0; k < inner && !run->failed; k++, run->steps++)
            sum = run_apply2(run, OP_ADD, sum,
                         run_apply2(run, OP_MUL, a.at[n / columns * inner + k], b.at[k * columns + n % columns]));
        cell.at[n] = sum;
    }
    run_push(run, cell);
}

static void run_outer(Run *run, const CheckedNode *node)
{
    Cell b = vec_pop(&run->stack), a = vec_pop(&run->stack), cell = run_cell(run, node->shape);

    for (size_t n = 0; n < cell.count && !run->failed; n++)
        cell.at[n] = run_apply2(run, OP_MUL, a.at[n / b.count], b.at[n % b.count]);
    run_push(run, cell);
}

static void run_transpose(Run *run, const CheckedNode *node)
{
    Cell a = vec_pop(&run->stack), cell = run_cell(run, node->shape);
    size_t rows = (size_t)a.shape.extent[0], columns = (size_t)a.shape.extent[1];

    for (size_t n = 0; n < cell.count; n++)
        cell.at[n] = a.at[n % rows * columns + n / rows];
    run_push(run, cell);
}

/* [a, b] and concat(a, b): the elements one after the other. */
static void run_join(Run *run, const CheckedNode *node)
{
    const Cell *args = run->stack.at + run->stack.count - node->count;
    Cell cell = run_cell(run, node->shape);
    size_t n = 0;

    for (uint32_t k = 0; k < node->count; k++)
        for (size_t i = 0; i < args[k].count && n < cell.count; i++)
            cell.at[n++] = args[k].at[i];
    run->stack.count -= node->count;
    run_push(run, cell);
}

bool run_array(Run *run, const CheckedNode *node)
{
    switch ((CheckedKind)node->kind) {
    case CHECKED_OP: run_op(run, node); return true;
    case CHECKED_SELECT: run_select(run, node); return true;
    case CHECKED_AND: case CHECKED_OR: run_logic(run, node); return true;
    case CHECKED_SUBSCRIPT: run_subscript(run, node); return true;
    case CHECKED_TRANSPOSE: run_transpose(run, node); return true;
    case CHECKED_MATMUL: case CHECKED_DOT: run_product(run, node); return true;
    case CHECKED_OUTER: run_outer(run, node); return true;
    case CHECKED_ARRAY: case CHECKED_CONCAT: run_join(run, node); return true;
    default: return false;
    }
}
