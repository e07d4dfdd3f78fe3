/* lower_symbol.c -- names of the model as symbols of the program: what is declared, tables of constants, outputs. */
#include <string.h>

#include "front/lowering.h"

/* ---- integer expressions of sema -------------------------------------------------------------------- */

static size_t elements_of(const Shape *shape)
{
    size_t elements = 1;

    for (unsigned k = 0; k < shape->rank; k++)
        elements *= (size_t)shape->extent[k];
    return elements;
}

static void set_bounds(Symbol *table, size_t elements)
{
    for (size_t i = 0; i < elements; i++) {
        int64_t value = 0;

        (void)rational_to_int(table->values[i], &value);
        if (i == 0 || value < table->low)
            table->low = value;
        if (i == 0 || value >= table->high)
            table->high = value + 1;
    }
}

/* The symbol of a declared name; of a const array, made when it is first asked for. */
static SymId symbol_of(Lowering *l, CheckedSym id)
{
    const CheckedSymbol *symbol = &l->model->symbols.at[id];
    size_t elements = elements_of(&symbol->shape);
    Symbol table = { .name = symbol->name, .at = symbol->at, .role = SYM_TABLE, .rank = symbol->shape.rank,
                     .named = true, .extents = symbol->shape.extent, .values = symbol->values, .of = NO_ID };

    if (l->symbols[id] == NO_ID) {
        table.integer = symbol->whole; /* its elements fit the integers of emitted code, too */
        if (table.integer)
            set_bounds(&table, elements);
        l->symbols[id] = program_symbol(l->p, table);
    }
    return l->symbols[id];
}

static AffId import_index(void *context, AffPool *pool, uint32_t index)
{
    const Lowering *l = context;

    return l->replaced[index] != AFF_FAIL ? l->replaced[index] : aff_index(pool, l->index_of[index]);
}

static AffId import_element(void *context, AffPool *pool, uint32_t symbol, const AffId *subs, uint32_t rank)
{
    Lowering *l = context;
    return aff_element(pool, symbol_of(l, symbol), subs, rank);
}

AffId import_aff(Lowering *l, AffId aff)
{
    return aff_import(&l->p->affs, &l->model->affs, aff, import_index, import_element, l);
}

/* ---- values of names -------------------------------------------------------------------------------- */

static void axis_subs(Lowering *l, const Shape *shape, AffId *subs)
{
    for (unsigned k = 0; k < shape->rank; k++)
        subs[k] = shape->extent[k] == 1 ? AFF_ZERO : aff_index(&l->p->affs, shape->rank - 1u - k);
}

/* The whole of a declared symbol or table; of data, what the present sample has. */
static Value whole_symbol(Lowering *l, SymId id, const Shape *shape)
{
    bool data = l->p->symbols.at[id].role == SYM_DATA;
    AffId subs[MOST_AXES + 1];

    if (data)
        subs[0] = aff_index(&l->p->affs, l->sample);
    axis_subs(l, shape, subs + data);
    if (l->p->symbols.at[id].integer)
        return value_of_aff(aff_element(&l->p->affs, id, subs, shape->rank), *shape);
    return value_of_node(node_read(l->p, id, subs), *shape);
}

static Value const_scalar(Lowering *l, Rational value)
{
    Value made = value_of_node(node_literal(l->p, value), (Shape){ 0 });
    int64_t whole;

    if (rational_to_int(value, &whole))
        made.aff = aff_const(&l->p->affs, whole);
    return made;
}

Value symbol_value(Lowering *l, CheckedSym id, Span at)
{
    const CheckedSymbol *symbol = &l->model->symbols.at[id];
    Value *value = &l->bound[id];

    if (value->node == NO_ID && value->aff == AFF_FAIL && value->listed == 0) {
        if (symbol->role == NAME_CONST && symbol->shape.rank == 0)
            *value = const_scalar(l, symbol->values[0]);
        else
            *value = whole_symbol(l, symbol_of(l, id), &symbol->shape);
    }
    if (value->node != NO_ID)
        describe(l, value->node, at);
    return *value;
}

static bool constant_elements(const Lowering *l, SymId symbol, const AffId *subs, Rational *value)
{
    const Symbol *table = &l->p->symbols.at[symbol];
    size_t position = 0;

    if (table->role != SYM_TABLE)
        return false;
    for (unsigned k = 0; k < table->rank; k++) {
        int64_t sub;

        if (!aff_is_const(&l->p->affs, subs[k], &sub))
            return false;
        position = position * (size_t)table->extents[k] + (size_t)sub;
    }
    *value = table->values[position];
    return true;
}

static bool constant_aff(const Lowering *l, AffId aff, Rational *value)
{
    const AffPool *pool = &l->p->affs;
    const Affine *sum = &pool->affs.at[aff];
    const AffTerm *term = pool->terms.at + sum->first;
    const Atom *atom;

    if (sum->count != 1 || sum->constant != 0 || sum->den != 1 || term->coef != 1)
        return false;
    atom = &pool->atoms.at[term->atom];
    return atom->kind == ATOM_ELEMENT && constant_elements(l, atom->of, pool->subs.at + atom->subs, value);
}

/* An element of a table at constant subscripts is a literal. */
void fold_table(Lowering *l, Value *value)
{
    Shape shape = value->shape;
    Rational literal;

    if (value->aff != AFF_FAIL) {
        if (!constant_aff(l, value->aff, &literal))
            return;
    } else {
        const Node *node = &l->p->nodes.at[value->node];

        if (node->op != OP_READ || !constant_elements(l, node->u.read.symbol, node_subs(l->p, value->node), &literal))
            return;
    }
    *value = const_scalar(l, literal);
    value->shape = shape;
}

/* ---- declared names --------------------------------------------------------------------------------- */

static SymRole role_of(NameRole role)
{
    switch (role) {
    case NAME_PARAM:
        return SYM_PARAM;
    case NAME_INPUT:
        return SYM_INPUT;
    case NAME_DATA:
        return SYM_DATA;
    default:
        return SYM_INTEGER;
    }
}

static void declare(Lowering *l, CheckedSym id, Lowered *lowered)
{
    const CheckedSymbol *checked = &l->model->symbols.at[id];
    bool data = checked->role == NAME_DATA;
    int32_t extents[MOST_AXES + 1] = { l->p->samples };
    Symbol symbol = { .name = checked->name, .at = checked->at, .rank = (uint8_t)(checked->shape.rank + data), .named = true,
                      .extents = extents, .of = NO_ID };
    Declared declared = { .has_range = checked->has_range, .defaults = checked->has_default ? checked->values : NULL };

    memcpy(extents + data, checked->shape.extent, checked->shape.rank * sizeof *extents);
    symbol.role = (uint8_t)role_of(checked->role);
    symbol.integer = checked->role == NAME_INTEGER_INPUT;
    if (symbol.integer) {
        (void)rational_to_int(checked->low, &symbol.low);
        (void)rational_to_int(checked->high, &symbol.high);
    }
    if (checked->has_range) {
        declared.low = rational_to_double(checked->low);
        declared.high = rational_to_double(checked->high) - (symbol.integer ? 1 : 0);
    }
    declared.symbol = l->symbols[id] = program_symbol(l->p, symbol);
    vec_push(l->arena, &lowered->declared, declared);
}

void symbols_declare(Lowering *l, Lowered *lowered)
{
    for (size_t i = 0; i < l->model->declared.count; i++)
        declare(l, l->model->declared.at[i], lowered);
}

/* ---- outputs ---------------------------------------------------------------------------------------- */

/* An array or accumulator that was made for this name becomes the output itself. */
static bool becomes_output(Lowering *l, const CheckedSymbol *checked, const Value *value, SymId *target)
{
    const Node *node = &l->p->nodes.at[value->node];
    const Symbol *symbol;
    AffId subs[MOST_AXES];

    if (node->op != OP_READ)
        return false;
    *target = node->u.read.symbol;
    symbol = &l->p->symbols.at[*target];
    if (symbol->role != SYM_LOCAL || !symbol->named || symbol->at.begin != checked->at.begin ||
        symbol->rank != checked->shape.rank)
        return false;
    axis_subs(l, &checked->shape, subs);
    for (unsigned k = 0; k < symbol->rank; k++)
        if (node_subs(l->p, value->node)[k] != subs[k])
            return false;
    return true;
}

void symbols_declare_arguments(Lowering *l, const CheckedFunction *function, Lowered *lowered)
{
    for (uint32_t k = 0; k < function->arg_count; k++) {
        const CheckedSymbol *checked = &l->model->symbols.at[function->first_arg + k];
        Symbol symbol = { .name = checked->name, .at = checked->at, .role = SYM_PARAM, .named = true, .of = NO_ID };
        Declared declared = { .symbol = program_symbol(l->p, symbol) };

        vec_push(l->arena, &lowered->declared, declared);
        vec_push(l->arena, &l->stack, value_of_node(node_read(l->p, declared.symbol, NULL), (Shape){ 0 }));
    }
}

static void add_output(Lowering *l, SymId target)
{
    l->p->symbols.at[target].role = SYM_OUTPUT;
    l->p->symbols.at[target].named = true;
    vec_push(l->p->arena, &l->p->outputs, target);
}

void symbols_output_value(Lowering *l, Value value, Name name, Span at)
{
    NodeId node = value_node(l, &value, at);
    SymId target;

    domain_begin(l, 0, NULL, 0);
    domain_keep(l);
    target = domain_symbol(l, name, at);
    domain_stage(l, target, STAGE_SET, node, at);
    add_output(l, target);
}

static void make_output(Lowering *l, CheckedSym id)
{
    const CheckedSymbol *checked = &l->model->symbols.at[id];
    Value value = symbol_value(l, id, checked->at);
    NodeId node = value_node(l, &value, checked->at);
    SymId target;

    if (!becomes_output(l, checked, &value, &target)) {
        Span at = l->p->infos.at[node].at;

        domain_begin(l, 0, NULL, 0);
        domain_axes(l, &checked->shape);
        domain_keep(l);
        target = domain_symbol(l, checked->name, checked->at);
        domain_stage(l, target, STAGE_SET, node, at.end != 0 ? at : checked->at);
    }
    add_output(l, target);
}

void symbols_output(Lowering *l)
{
    for (size_t i = 0; i < l->model->outputs.count && !l->failed; i++)
        make_output(l, l->model->outputs.at[i]);
}
