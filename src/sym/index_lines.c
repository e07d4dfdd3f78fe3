/* index_lines.c -- the lines of an index form: names without a name of the user's put in place, indices called i, j, k. */
#include <string.h>

#include "sym/count.h"
#include "sym/forming.h"
#include "sym/tidy.h"

/* ---- putting definitions in place -------------------------------------------------------------------- */

/* Stays a name in lines? */
static bool stays(const Forming *f, VariableId variable)
{
    return f->known.at[variable].given || f->known.at[variable].named;
}

/* Definitions in place of names that do not stay; they are expanded themselves. */
static ExprId expand(Forming *f, ExprId root)
{
    size_t size = (size_t)root + 1;
    ExprId *by = arena_array(f->arena, ExprId, size), result;
    ExprVec reached = { 0 };

    expr_reach(f->pool, f->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        ExprId id = reached.at[i];
        VariableId variable = f->pool->nodes.at[id].u.name.variable;

        by[id] = EXPR_NONE;
        if (f->pool->nodes.at[id].kind != EXPR_NAME || stays(f, variable))
            continue;
        by[id] = f->known.at[variable].definition == EXPR_NONE
                     ? expr_int(f->pool, 0)
                     : form_substitute(f, f->known.at[variable].definition, f->known.at[variable].axes, expr_subs(f->pool, id),
                                       f->pool->variables.at[variable].rank);
    }
    result = expr_replace(f->pool, root, by, size, expr_fold);
    expr_drop(f->arena, &reached);
    arena_drop(f->arena, by, size * sizeof *by);
    return result;
}

static VariableId target_of(const Forming *f, uint32_t item)
{
    uint32_t id = f->order.at[item];

    if (id < f->p->stages.count)
        return f->variables[f->p->stages.at[id].target];
    return f->node_variables[id - f->p->stages.count];
}

/* By variable: the item that completes it. */
static uint32_t *last_items(const Forming *f)
{
    uint32_t *last = arena_array(f->arena, uint32_t, f->known.count + 1);

    for (uint32_t k = 0; k < f->order.count; k++)
        last[target_of(f, k)] = k;
    return last;
}

static Span place_of(const Forming *f, uint32_t item)
{
    uint32_t id = f->order.at[item];

    return id < f->p->stages.count ? f->p->stages.at[id].at : f->p->infos.at[id - f->p->stages.count].at;
}

/* Are all names in it given, or names of lines other than its own? */
static bool is_closed(const Forming *f, VariableId target)
{
    ExprVec reached = { 0 };
    bool closed = true;

    expr_reach(f->pool, f->arena, &f->known.at[target].definition, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        const Expr *node = &f->pool->nodes.at[reached.at[i]];

        if (node->kind == EXPR_NAME && (!stays(f, node->u.name.variable) || node->u.name.variable == target))
            closed = false;
    }
    expr_drop(f->arena, &reached);
    return closed;
}

/* Each where it is complete. */
static void expand_definitions(Forming *f)
{
    const uint32_t *last = last_items(f);

    for (uint32_t k = 0; k < f->order.count && !f->failed; k++) {
        VariableId target = target_of(f, k);

        if (last[target] != k)
            continue;
        f->known.at[target].definition = expr_unmark(f->pool, expand(f, f->known.at[target].definition));
        if (!is_closed(f, target))
            form_refuse(f, place_of(f, k), "elements of this array are computed from others of the same array, which index form cannot say");
    }
}

/* ---- what is used ------------------------------------------------------------------------------------ */

/* The arrays whose elements stand in an integer expression, also in the subscripts of elements. */
static void use_elements(Forming *f, AffId id)
{
    const AffPool *pool = &f->pool->affs;

    f->affs.count = 0;
    vec_push(f->arena, &f->affs, id);
    while (f->affs.count > 0) {
        const Affine *aff = &pool->affs.at[vec_pop(&f->affs)];

        for (uint32_t t = 0; t < aff->count; t++) {
            const Atom *atom = &pool->atoms.at[pool->terms.at[aff->first + t].atom];

            if (atom->kind != ATOM_ELEMENT)
                continue;
            f->known.at[f->variables[atom->of]].used = true;
            for (unsigned k = 0; k < atom->rank; k++)
                vec_push(f->arena, &f->affs, pool->subs.at[atom->subs + k]);
        }
    }
}

static void use_names(Forming *f, ExprId root)
{
    ExprVec reached = { 0 };

    expr_reach(f->pool, f->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        const Expr *node = &f->pool->nodes.at[reached.at[i]];

        if (node->kind == EXPR_INTEGER)
            use_elements(f, node->u.aff);
        if (node->kind == EXPR_SUM) {
            use_elements(f, node->u.sum.low);
            use_elements(f, node->u.sum.high);
        }
        if (node->kind != EXPR_NAME)
            continue;
        f->known.at[node->u.name.variable].used = true;
        for (unsigned k = 0; k < f->pool->variables.at[node->u.name.variable].rank; k++)
            use_elements(f, expr_subs(f->pool, reached.at[i])[k]);
    }
    expr_drop(f->arena, &reached);
}

/* ---- indices ----------------------------------------------------------------------------------------- */

/* What a letter stands for differs from line to line, so nothing follows from its range. */
static const int64_t WIDE = (int64_t)1 << 40;

typedef struct {
    Forming *f;
    Tidy *tidy;
    VEC(uint32_t) letters; /* indices of the pool by place */
} Lettering;

static uint32_t letter_index(Lettering *l, unsigned place)
{
    while (l->letters.count <= place) {
        Name name = form_letter(l->f, (unsigned)l->letters.count);

        vec_push(l->f->arena, &l->letters, form_index(l->f, name, -WIDE, WIDE));
    }
    return l->letters.at[place];
}

/* By node: how many sums stand in each other below it. */
static unsigned *find_depths(const Forming *f, const ExprVec *reached, ExprId root)
{
    unsigned *depths = arena_array(f->arena, unsigned, (size_t)root + 1);

    for (size_t i = 0; i < reached->count; i++) {
        ExprId id = reached->at[i];

        for (unsigned k = 0; k < expr_arity(f->pool, id); k++)
            if (depths[id] < depths[expr_args(f->pool, id)[k]])
                depths[id] = depths[expr_args(f->pool, id)[k]];
        depths[id] += f->pool->nodes.at[id].kind == EXPR_SUM;
    }
    return depths;
}

/* The sum, whose body is done, with another index. */
static ExprId rename_sum(Forming *f, const Expr *sum, ExprId body, uint32_t index)
{
    AffId to = aff_index(&f->pool->affs, index);

    body = form_substitute(f, body, &sum->u.sum.index, &to, 1);
    return expr_sum(f->pool, index, sum->u.sum.low, sum->u.sum.high, body);
}

static ExprId renamed(Forming *f, ExprId id, const ExprId *map, uint32_t index)
{
    Expr node = f->pool->nodes.at[id];
    ExprId arg[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE };

    if (node.kind == EXPR_SUM)
        return rename_sum(f, &node, map[node.u.sum.body], index);
    if (node.kind != EXPR_OP)
        return id;
    for (unsigned k = 0; k < expr_arity(f->pool, id); k++)
        arg[k] = map[node.u.arg[k]];
    return expr_raw(f->pool, (Op)node.op, arg[0], arg[1], arg[2]);
}

/* Summed indices by depth: the outermost one gets the first letter behind the line's own. Bounds of inner sums use outer indices,
 * which are replaced with the outer sum. */
static ExprId letter_sums(Lettering *l, ExprId root, unsigned rank)
{
    Forming *f = l->f;
    ExprVec reached = { 0 };
    ExprId *map = arena_array(f->arena, ExprId, (size_t)root + 1), result;
    unsigned *depths;

    expr_reach(f->pool, f->arena, &root, 1, &reached);
    depths = find_depths(f, &reached, root);
    for (size_t i = 0; i < reached.count; i++) {
        ExprId id = reached.at[i];
        bool sum = f->pool->nodes.at[id].kind == EXPR_SUM;

        map[id] = renamed(f, id, map, sum ? letter_index(l, rank + depths[root] - depths[id]) : 0);
    }
    result = map[root];
    expr_drop(f->arena, &reached);
    return result;
}

/* Sums made again: what tidying has found to be a factor goes in front. */
static ExprId sum_again(Forming *f, ExprId root)
{
    ExprVec reached = { 0 };
    ExprId *map = arena_array(f->arena, ExprId, (size_t)root + 1), result;

    expr_reach(f->pool, f->arena, &root, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        ExprId id = reached.at[i], arg[OP_MOST_ARGS] = { EXPR_NONE, EXPR_NONE, EXPR_NONE };
        Expr node = f->pool->nodes.at[id];

        for (unsigned k = 0; k < expr_arity(f->pool, id); k++)
            arg[k] = map[expr_args(f->pool, id)[k]];
        map[id] = node.kind == EXPR_SUM  ? form_sum(f, node.u.sum.index, node.u.sum.low, node.u.sum.high, arg[0])
                  : node.kind == EXPR_OP ? form_make(f->pool, (Op)node.op, arg[0], arg[1], arg[2])
                                         : id;
    }
    result = map[root];
    expr_drop(f->arena, &reached);
    arena_drop(f->arena, map, ((size_t)root + 1) * sizeof *map);
    return result;
}

enum { MOST_OPERATIONS = 5000 };

static void check_size(Forming *f, ExprId value, const FormLine *line)
{
    Rational operations, nodes;
    const Symbol *symbol = &f->p->symbols.at[line->by == NO_ID ? f->request->outputs[0] : line->by];

    if (!f->failed && count_tree(f->pool, f->arena, value, &operations, &nodes) &&
        rational_compare(f->arena, operations, RATIONAL(MOST_OPERATIONS)) <= 0)
        return;
    if (!f->failed)
        diag_error(f->diag, symbol->at, "a line of the derivative by '%s' takes more than %d operations when it is written out: give names to "
                                        "intermediate results, which stay names in it", names_text(f->pool->names, symbol->name), MOST_OPERATIONS);
    f->failed = true;
}

static ExprId tidied(Lettering *l, ExprId value)
{
    value = tidy(l->tidy, expr_remake(l->f->pool, value, form_make), NULL);
    return tidy(l->tidy, sum_again(l->f, value), NULL);
}

/* A definition or, with `by`, a derivative. */
static void add_line(Lettering *l, FormLine line, const uint32_t *axes)
{
    Forming *f = l->f;
    unsigned rank = f->pool->variables.at[line.variable].rank;
    AffId to[FORM_MOST_RANK];

    for (unsigned k = 0; k < rank; k++) {
        line.indices[k] = letter_index(l, k);
        to[k] = aff_index(&f->pool->affs, line.indices[k]);
    }
    line.value = form_substitute(f, letter_sums(l, line.value, rank), axes, to, rank);
    if (line.output != NO_ID)
        line.value = tidied(l, line.value);
    check_size(f, line.value, &line);
    vec_push(f->arena, &f->out->lines, line);
}

/* ---- all --------------------------------------------------------------------------------------------- */

static void add_definitions(Forming *f, Lettering *l)
{
    const uint32_t *last = last_items(f);

    for (uint32_t k = 0; k < f->order.count; k++) {
        VariableId target = target_of(f, k);
        FormVariable known = f->known.at[target];

        if (known.named && known.used && last[target] == k)
            add_line(l, (FormLine){ .variable = target, .value = known.definition, .output = NO_ID, .of = EXPR_NONE, .by = NO_ID },
                     known.axes);
    }
}

/* Gradients on the way that are used: those that come later are made of those before. */
static void find_used_gradients(Forming *f)
{
    for (size_t i = f->staged.count; i-- > 0;) {
        FormVariable *known = &f->known.at[f->staged.at[i]];

        known->definition = expr_unmark(f->pool, expand(f, known->definition));
        if (known->used)
            use_names(f, known->definition);
    }
}

static void add_gradients(Forming *f, Lettering *l)
{
    for (size_t i = 0; i < f->staged.count; i++) {
        FormVariable known = f->known.at[f->staged.at[i]];

        if (known.used)
            add_line(l, (FormLine){ .variable = f->staged.at[i], .value = known.definition,
                                    .output = f->request->outputs[known.output], .of = known.gradient_of, .by = NO_ID },
                     known.axes);
    }
}

static void find_used(Forming *f)
{
    for (size_t k = f->order.count; k-- > 0;) {
        VariableId target = target_of(f, (uint32_t)k);

        if (f->known.at[target].used && f->known.at[target].named)
            use_names(f, f->known.at[target].definition);
    }
    for (SymId s = 0; s < f->p->symbols.count; s++)
        if (f->known.at[f->variables[s]].used && f->known.at[f->variables[s]].given)
            vec_push(f->arena, &f->out->given, s);
}

/* The line of one derivative, not yet with letters. */
static FormLine derivative_line(Forming *f, size_t output, SymId by, ExprId adjoint)
{
    FormLine line = { .output = f->request->outputs[output], .of = f->variables[by], .by = by };

    line.value = adjoint == EXPR_NONE ? expr_int(f->pool, 0) : expr_unmark(f->pool, expand(f, adjoint));
    line.variable = form_gradient_variable(f, output, f->variables[by]);
    f->known.at[line.variable].used = true;
    use_names(f, line.value);
    return line;
}

void form_lines(Forming *f, const ExprId *adjoints)
{
    const FormRequest *r = f->request;
    size_t count = r->output_count * r->count;
    FormLine *lines = arena_array(f->arena, FormLine, count + 1);
    Lettering l = { .f = f, .tidy = tidy_new(f->pool, f->arena) };

    expand_definitions(f);
    if (f->failed)
        return;
    for (size_t i = 0; i < count; i++)
        lines[i] = derivative_line(f, i / r->count, r->wanted[i % r->count], adjoints[i]);
    find_used_gradients(f);
    find_used(f);
    for (size_t i = 0; i < r->output_count; i++)
        if (f->out->upstream.at[i] != EXPR_NONE)
            f->known.at[f->out->upstream.at[i]].used = true;
    form_names(f);
    add_definitions(f, &l);
    add_gradients(f, &l);
    for (size_t i = 0; i < count; i++)
        add_line(&l, lines[i], f->known.at[f->variables[lines[i].by]].axes);
}
