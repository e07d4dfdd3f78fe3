/* compress.c -- seeds by colours in front, the copies of the derivative, and behind them the entries taken out. */
#include "sparse/compress.h"

/* ---- where entries are found ---------------------------------------------------------------------------- */

void compress_by_columns(const Pattern *columns, const Colouring *colours, uint32_t *rows, uint32_t *groups)
{
    for (uint32_t column = 0; column < columns->rows; column++) {
        for (size_t k = columns->starts[column]; k < columns->starts[column + 1]; k++) {
            rows[k] = columns->at[k];
            groups[k] = colours->of[column];
        }
    }
}

void compress_by_rows(const Pattern *columns, const Colouring *colours, uint32_t *rows, uint32_t *groups)
{
    for (uint32_t column = 0; column < columns->rows; column++) {
        for (size_t k = columns->starts[column]; k < columns->starts[column + 1]; k++) {
            rows[k] = column;
            groups[k] = colours->of[columns->at[k]];
        }
    }
}

/* For each row the columns whose colour no other entry of the row has: marked by entry of the pattern. */
static bool *find_alone(Arena *arena, const Pattern *whole, const Colouring *colours)
{
    bool *alone = arena_array(arena, bool, whole->entries + 1);
    uint32_t *count = arena_array(arena, uint32_t, (size_t)colours->count + 1);

    for (uint32_t row = 0; row < whole->rows; row++) {
        for (size_t k = whole->starts[row]; k < whole->starts[row + 1]; k++)
            count[colours->of[whole->at[k]]]++;
        for (size_t k = whole->starts[row]; k < whole->starts[row + 1]; k++)
            alone[k] = count[colours->of[whole->at[k]]] == 1;
        for (size_t k = whole->starts[row]; k < whole->starts[row + 1]; k++)
            count[colours->of[whole->at[k]]] = 0;
    }
    return alone;
}

void compress_by_star(Arena *arena, const Pattern *whole, const Pattern *columns, const Colouring *colours, uint32_t *rows,
                      uint32_t *groups)
{
    const bool *alone = find_alone(arena, whole, colours);

    for (uint32_t column = 0; column < columns->rows; column++) {
        for (size_t k = columns->starts[column]; k < columns->starts[column + 1]; k++) {
            uint32_t row = columns->at[k];
            bool mirrored = alone[pattern_find_entry(whole, column, row)];

            /* The pattern is symmetric: the entry (column, row) stands for (row, column). */
            rows[k] = mirrored ? column : row;
            groups[k] = colours->of[mirrored ? row : column];
        }
    }
}

/* ---- integers as loops or tables ------------------------------------------------------------------------ */

/* A list of tuples (number, first, second), as stages that set something at each of them. */
typedef struct {
    Program *p;
    NestVec nests;             /* loops; */
    SymId first, second;       /* or tables by number: NO_ID for what is not there */
    int32_t count;
} Tuples;

static Tuples begin_tuples(Program *p)
{
    return (Tuples){ .p = p, .first = NO_ID, .second = NO_ID };
}

static SymId integer_table(Program *p, Arena *arena, const char *name, const uint32_t *values, int32_t count)
{
    Rational *numbers = arena_array(arena, Rational, (size_t)count);
    Symbol symbol = { .name = names_intern_text(p->names, name), .role = SYM_TABLE, .rank = 1, .integer = true,
                      .pattern = true, .of = NO_ID };

    for (int32_t i = 0; i < count; i++) {
        numbers[i] = RATIONAL(values[i]);
        symbol.high = (int64_t)values[i] + 1 > symbol.high ? (int64_t)values[i] + 1 : symbol.high;
    }
    symbol.values = numbers;
    symbol.extents = &count;
    return program_symbol(p, symbol);
}

/* `second` may be NULL. */
static Tuples tuples_of(Program *p, Arena *tables, Arena *scratch, const char *names[2], const uint32_t *first,
                        const uint32_t *second, size_t count)
{
    Tuples t = begin_tuples(p);

    t.count = (int32_t)count;
    for (size_t i = 0; i < count; i++)
        vec_push(scratch, &t.nests, (Nest){ .base = { (int32_t)i, (int32_t)first[i], second == NULL ? 0 : (int32_t)second[i] } });
    nest_find(&t.nests);
    if (t.nests.count <= COMPRESS_MOST_NESTS)
        return t;
    t.nests.count = 0;
    t.first = integer_table(p, tables, names[0], first, t.count);
    if (second != NULL)
        t.second = integer_table(p, tables, names[1], second, t.count);
    return t;
}

/* How many groups of stages the tuples take. */
static size_t tuple_parts(const Tuples *t)
{
    return t->first == NO_ID ? t->nests.count : 1;
}

static AffId nest_value(Program *p, const Nest *nest, const AffId *indices, unsigned v)
{
    AffId value = aff_const(&p->affs, nest->base[v]);

    for (unsigned d = 0; d < nest->depth; d++)
        value = aff_add(&p->affs, value, aff_scale(&p->affs, indices[d], nest->step[d][v], 1));
    return value;
}

/* The indices of a part, appended to the domain, and its tuple as integer expressions. */
static void tuple_part(Tuples *t, size_t part, Stage *stage, Range *domain, AffId tuple[NEST_VALUES])
{
    const Nest table = { .depth = 1, .extent = { t->count }, .step = { { 1 } } };
    const Nest *nest = t->first == NO_ID ? &t->nests.at[part] : &table;
    AffPool *affs = &t->p->affs;
    AffId indices[NEST_DEPTH];

    for (unsigned d = 0; d < nest->depth; d++) {
        IndexId index = program_index(t->p, NAME_NONE, (Span){ 0, 0 });

        indices[d] = aff_index(affs, index);
        domain[stage->rank++] = (Range){ index, AFF_ZERO, aff_const(affs, nest->extent[d]) };
    }
    for (unsigned v = 0; v < NEST_VALUES; v++)
        tuple[v] = nest_value(t->p, nest, indices, v);
    if (t->first != NO_ID)
        tuple[1] = aff_element(affs, t->first, tuple, 1);
    if (t->second != NO_ID)
        tuple[2] = aff_element(affs, t->second, tuple, 1);
}

/* ---- the seeds ------------------------------------------------------------------------------------------ */

static SymId matrix_symbol(Program *p, const char *name, int64_t rows, int32_t columns)
{
    int32_t extents[2] = { (int32_t)rows, columns };

    return program_symbol(p, (Symbol){ .name = names_intern_text(p->names, name), .role = SYM_LOCAL, .rank = 2,
                                       .extents = extents, .of = NO_ID });
}

static void set_element(Program *p, SymId target, Stage stage, const Range *domain, const AffId *subs, NodeId value)
{
    stage.target = target;
    stage.op = STAGE_SET;
    stage.value = value;
    stage.guard = NO_ID;
    stage.domain = domain;
    stage.subs = subs;
    program_stage(p, stage);
}

/* The last `count` items of the body come first. */
static void move_to_front(Program *p, Arena *scratch, size_t count)
{
    size_t before = p->body.count - count;
    Item *items = arena_array(scratch, Item, p->body.count);

    for (size_t i = 0; i < p->body.count; i++)
        items[i < before ? i + count : i - before] = p->body.at[i];
    for (size_t i = 0; i < p->body.count; i++)
        p->body.at[i] = items[i];
}

/* seeds[i, c] = 1 where c is the colour of i, else 0. */
static SymId fill_seeds(Program *p, Arena *scratch, const Compression *c, size_t elements)
{
    const char *names[2] = { "colour", NULL };
    Tuples tuples = tuples_of(p, c->arena, scratch, names, c->colours->of, NULL, elements);
    SymId seeds = matrix_symbol(p, "seeds", (int64_t)elements, (int32_t)c->colours->count);
    size_t before = p->body.count;

    for (size_t part = 0; part < tuple_parts(&tuples); part++) {
        Stage stage = { .rank = 0 };
        Range domain[NEST_DEPTH + 1];
        AffId tuple[NEST_VALUES], copy;
        NodeId same;

        tuple_part(&tuples, part, &stage, domain, tuple);
        domain[stage.rank] = (Range){ program_index(p, NAME_NONE, (Span){ 0, 0 }), AFF_ZERO, AFF_ZERO };
        copy = aff_index(&p->affs, domain[stage.rank].index);
        domain[stage.rank++].high = aff_const(&p->affs, c->colours->count);
        same = node_op2(p, OP_EQ, node_integer(p, tuple[1]), node_integer(p, copy));
        set_element(p, seeds, stage, domain, (const AffId[]){ tuple[0], copy },
                    node_op(p, OP_SELECT, same, node_int(p, 1), node_int(p, 0)));
    }
    move_to_front(p, scratch, p->body.count - before);
    return seeds;
}

/* ---- the results ---------------------------------------------------------------------------------------- */

/* Without the dimension of the copies. */
static int64_t elements_of(const Symbol *symbol, unsigned rank)
{
    int64_t count = 1;

    for (unsigned k = 0; k < rank; k++)
        count *= symbol->extents[k];
    return count;
}

/* Rows offset .. of the product: the elements of one result; what has no copies does not depend on the seeds and is 0. */
static void copy_result(Program *p, SymId result, unsigned rank, SymId product, int64_t offset)
{
    const Symbol *symbol = &p->symbols.at[result];
    Stage stage = { .rank = (uint8_t)(rank + 1), .at = symbol->at };
    bool depends = symbol->rank > rank;
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX], place = AFF_ZERO;

    program_domain(p, symbol->extents, rank, domain, subs);
    program_domain(p, &p->symbols.at[product].extents[1], 1, domain + rank, subs + rank);
    for (unsigned k = 0; k < rank; k++)
        place = aff_add(&p->affs, aff_scale(&p->affs, place, symbol->extents[k], 1), subs[k]);
    place = aff_offset(&p->affs, place, offset);
    set_element(p, product, stage, domain, (const AffId[]){ place, subs[rank] },
                depends ? node_read(p, result, subs) : node_int(p, 0));
}

/* All results as one matrix: the only one of them, if it is a vector, else a copy. */
static SymId gather_results(Program *p, const Compression *c, const unsigned *ranks, int64_t rows)
{
    SymId product;
    int64_t offset = 0;

    if (c->result_count == 1 && ranks[0] == 1 && p->symbols.at[c->results[0]].rank == 2)
        return c->results[0];
    product = matrix_symbol(p, "product", rows, (int32_t)c->colours->count);
    for (size_t i = 0; i < c->result_count; i++) {
        copy_result(p, c->results[i], ranks[i], product, offset);
        offset += elements_of(&p->symbols.at[c->results[i]], ranks[i]);
    }
    return product;
}

static void take_entries(Program *p, Arena *scratch, const Compression *c, SymId product, SymId target)
{
    const char *names[2] = { "row", "group" };
    Tuples tuples = tuples_of(p, c->arena, scratch, names, c->rows, c->groups, c->entries);

    for (size_t part = 0; part < tuple_parts(&tuples); part++) {
        Stage stage = { .rank = 0 };
        Range domain[NEST_DEPTH];
        AffId tuple[NEST_VALUES];

        tuple_part(&tuples, part, &stage, domain, tuple);
        set_element(p, target, stage, domain, tuple, node_read(p, product, tuple + 1));
    }
}

Program *sparse_compress(Program *p, const Compression *c)
{
    int64_t rows = (int64_t)program_elements(p, c->results, c->result_count);
    size_t elements = program_elements(p, c->seeds, c->seed_count);
    Arena *scratch = heap_arena(p->heap);
    unsigned *ranks = arena_array(scratch, unsigned, c->result_count + 1);
    Batch batch = { .seeds = c->seeds, .count = c->seed_count, .extent = (int32_t)c->colours->count };
    int32_t entries = (int32_t)c->entries;
    SymId seeds, target;
    Program *next;

    for (size_t i = 0; i < c->result_count; i++)
        ranks[i] = p->symbols.at[c->results[i]].rank;
    p->simplify = true;
    seeds = fill_seeds(p, scratch, c, elements);
    batch.matrix = &seeds;
    next = pass_batch(p, &batch);
    pass_hide_results(next, c->results, c->result_count, c->transposed);
    target = program_symbol(next, (Symbol){ .name = names_intern_text(p->names, c->role == SYM_HESSIAN ? "hessian" : "jacobian"),
                                            .role = (uint8_t)c->role, .rank = 1, .extents = &entries, .of = NO_ID });
    take_entries(next, scratch, c, gather_results(next, c, ranks, rows), target);
    vec_push(next->arena, &next->derivatives, target);
    heap_release(p->heap, scratch);
    return next;
}
