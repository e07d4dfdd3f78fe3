/* matrix.c -- from one derivative in a given direction to the matrix of all: a copy of it for every unit vector. */
#include "pass/pass.h"

/* The copies are written out where the text stays short: a few of them, or of straight code. */
enum { MOST_COPIES = 8, MOST_NODES = 8000, MOST_ELEMENTS = 4096 };

typedef struct {
    Program *p;
    const Matrix *m;
    SymId target;
    size_t symbols;  /* before the copies were made */
    SymId *copies;   /* NULL: the copies are the last dimension */
    int32_t count;   /* of copies */
    int64_t offset;  /* of the result at hand among all elements */
} Filler;

/* ---- the stages that fill it --------------------------------------------------------------------------- */

/* Indices over all elements of a result, and the number of an element among those of all results. */
static AffId begin_result(Filler *f, SymId result, Stage *stage, Range *domain, AffId *subs)
{
    AffPool *affs = &f->p->affs;
    const Symbol *symbol = &f->p->symbols.at[result];
    AffId place = AFF_ZERO;

    program_domain(f->p, symbol->extents, stage->rank, domain, subs);
    for (unsigned k = 0; k < stage->rank; k++)
        place = aff_add(affs, aff_scale(affs, place, symbol->extents[k], 1), subs[k]);
    return aff_offset(affs, place, f->offset);
}

static void set_element(Filler *f, Stage stage, const Range *domain, AffId row, AffId column, NodeId value)
{
    AffId subs[2] = { row, column };

    stage.target = f->target;
    stage.op = STAGE_SET;
    stage.value = value;
    stage.guard = NO_ID;
    stage.domain = domain;
    stage.subs = subs;
    program_stage(f->p, stage);
}

static bool is_empty(const Filler *f, const Range *range)
{
    int64_t high;

    return aff_is_const(&f->p->affs, range->high, &high) && high <= 0;
}

/* Of a symmetric matrix the lower triangle is computed and, unless it is enough, written to both sides. */
static void fill_row(Filler *f, SymId result, unsigned rank)
{
    Stage stage = { .rank = (uint8_t)rank, .at = f->p->symbols.at[result].at };
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX], place = begin_result(f, result, &stage, domain, subs), copy;
    AffPool *affs = &f->p->affs;
    NodeId value;

    domain[rank] = (Range){ program_index(f->p, NAME_NONE, (Span){ 0, 0 }), AFF_ZERO, aff_const(affs, f->count) };
    copy = subs[rank] = aff_index(affs, domain[rank].index);
    value = node_read(f->p, result, subs);
    stage.rank++;
    if (!f->m->symmetric && !f->m->lower) {
        set_element(f, stage, domain, f->m->transposed ? copy : place, f->m->transposed ? place : copy, value);
        return;
    }
    domain[rank].high = aff_offset(affs, place, 1);
    set_element(f, stage, domain, place, copy, value);
    domain[rank].high = place;
    if (!f->m->lower && !is_empty(f, &domain[rank]))
        set_element(f, stage, domain, copy, place, value);
}

/* The element of a result in copy k, where the copies have symbols of their own. */
static NodeId copied_element(Filler *f, SymId result, int32_t k, const AffId *subs)
{
    SymId made = f->copies[(size_t)k * f->symbols + result];

    return made == NO_ID ? node_int(f->p, 0) : node_read(f->p, made, subs);
}

static void fill_column(Filler *f, SymId result, int32_t k)
{
    Stage stage = { .rank = f->p->symbols.at[result].rank, .at = f->p->symbols.at[result].at };
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];
    AffId place = begin_result(f, result, &stage, domain, subs), copy = aff_const(&f->p->affs, k);
    NodeId value = copied_element(f, result, k, subs);

    set_element(f, stage, domain, f->m->transposed ? copy : place, f->m->transposed ? place : copy, value);
}

/* Element by element: then local arrays can fall apart into scalars. */
static void fill_element(Filler *f, SymId result, int64_t element, int32_t k)
{
    const Symbol *symbol = &f->p->symbols.at[result];
    AffPool *affs = &f->p->affs;
    AffId subs[UINT8_MAX], place = aff_const(affs, f->offset + element), copy = aff_const(affs, k);
    Stage stage = { .at = symbol->at };
    NodeId value;

    for (unsigned d = symbol->rank; d-- > 0; element /= symbol->extents[d])
        subs[d] = aff_const(affs, element % symbol->extents[d]);
    value = copied_element(f, result, k, subs);
    set_element(f, stage, NULL, f->m->transposed ? copy : place, f->m->transposed ? place : copy, value);
    if (f->m->symmetric && !f->m->lower && place != copy)
        set_element(f, stage, NULL, copy, place, value);
}

static void fill_from_copies(Filler *f, SymId result, bool straight)
{
    int64_t count = (int64_t)symbol_elements(&f->p->symbols.at[result]);

    for (int32_t k = 0; k < f->count; k++) {
        if (!f->m->symmetric && !f->m->lower && !straight && count > MOST_COPIES) {
            fill_column(f, result, k);
            continue;
        }
        for (int64_t i = 0; i < count; i++)
            if (!(f->m->symmetric || f->m->lower) || f->offset + i >= k)
                fill_element(f, result, i, k);
    }
}

/* ---- the pass ------------------------------------------------------------------------------------------ */

static bool is_straight(const Program *p)
{
    for (size_t i = 0; i < p->body.count; i++)
        if (p->body.at[i].kind != ITEM_STAGE || p->stages.at[p->body.at[i].id].rank > 0)
            return false;
    return true;
}

static bool copies_fit(const Program *p, const Matrix *m, int64_t count, int64_t elements, bool straight)
{
    for (size_t i = 0; i < p->body.count; i++)
        if (p->body.at[i].kind != ITEM_STAGE)
            return false;
    if (!straight && (count > MOST_COPIES || ((m->symmetric || m->lower) && elements > MOST_COPIES)))
        return false;
    return (int64_t)p->nodes.count <= MOST_NODES / count && (!straight || elements <= MOST_ELEMENTS / count);
}

static SymId matrix_symbol(Program *p, const Matrix *m, int64_t rows, int64_t columns)
{
    int32_t extents[2] = { (int32_t)rows, (int32_t)columns };
    Symbol symbol = { .name = names_intern_text(p->names, m->role == SYM_HESSIAN ? "hessian" : "jacobian"),
                      .role = (uint8_t)m->role, .rank = 2, .lower = m->lower, .extents = extents, .of = NO_ID };

    return program_symbol(p, symbol);
}

void pass_hide_results(Program *p, const SymId *results, size_t count, bool gradients)
{
    for (size_t i = 0; i < count; i++)
        p->symbols.at[results[i]].role = SYM_LOCAL;
    p->derivatives.count = 0;
    if (gradients)
        p->gradients.count = 0;
}

Program *pass_matrix(Program *p, const Matrix *m)
{
    int64_t count = (int64_t)program_elements(p, m->seeds, m->seed_count);
    int64_t elements = (int64_t)program_elements(p, m->results, m->result_count);
    bool straight = is_straight(p), copied = copies_fit(p, m, count, elements, straight);
    Batch batch = { .seeds = m->seeds, .count = m->seed_count, .extent = (int32_t)count, .unit = true };
    Filler f = { .m = m, .symbols = p->symbols.count, .count = (int32_t)count };
    unsigned *ranks = arena_array(p->arena, unsigned, m->result_count + 1);

    for (size_t i = 0; i < m->result_count; i++)
        ranks[i] = p->symbols.at[m->results[i]].rank;
    if (copied)
        f.copies = arena_array(p->arena, SymId, f.symbols * (size_t)count);
    f.p = copied ? pass_copies(p, &batch, f.copies) : pass_batch(p, &batch);
    pass_hide_results(f.p, m->results, m->result_count, m->transposed);
    for (size_t i = 0; i < m->seed_count; i++) /* with the last dimension, or copied: given by nobody */
        f.p->symbols.at[m->seeds[i]].role = SYM_LOCAL;
    f.target = matrix_symbol(f.p, m, m->transposed ? count : elements, m->transposed ? elements : count);
    vec_push(f.p->arena, &f.p->derivatives, f.target);
    for (size_t i = 0; i < m->result_count; i++) {
        if (copied)
            fill_from_copies(&f, m->results[i], straight);
        else
            fill_row(&f, m->results[i], ranks[i]);
        f.offset += (int64_t)symbol_elements(&p->symbols.at[m->results[i]]);
    }
    return f.p;
}
