/* program.c -- making programs: symbols, indices, index sets, stages and loops. */
#include "ir/program.h"

#include <string.h>

#include "ir/tables.h"

/* ---- lists of subscripts and of indices -------------------------------------------------------------- */

typedef struct {
    const IdRun *runs;
    const uint32_t *items; /* the vector that the runs lie in */
    const uint32_t *list;  /* the one sought */
    uint32_t count;
} SoughtList;

static bool same_list(const void *context, uint32_t id)
{
    const SoughtList *sought = context;
    IdRun run = sought->runs[id];

    return run.count == sought->count
           && memcmp(sought->items + run.first, sought->list, run.count * sizeof(uint32_t)) == 0;
}

static uint64_t list_hash(const uint32_t *list, uint32_t count)
{
    uint64_t hash = hash_mix(HASH_START, count);

    for (uint32_t i = 0; i < count; i++)
        hash = hash_mix(hash, list[i]);
    return hash;
}

/* The set of a list of indices that is sorted and without duplicates. */
static SetId set_of_list(Program *p, const IndexId *items, uint32_t count)
{
    ProgramTables *t = p->tables;
    uint64_t hash = list_hash(items, count);
    SetId id = hash_find(&t->sets, hash, same_list, &(SoughtList){ t->set_runs.at, t->set_items.at, items, count });

    if (id != HASH_NONE)
        return id;
    id = (SetId)t->set_runs.count;
    hash_add(p->arena, &t->sets, hash, id);
    vec_push(p->arena, &t->set_runs, (IdRun){ (uint32_t)t->set_items.count, count });
    for (uint32_t i = 0; i < count; i++)
        vec_push(p->arena, &t->set_items, items[i]);
    return id;
}

/* ---- programs ---------------------------------------------------------------------------------------- */

Program *program_new(Heap *heap, Names *names, const Source *source)
{
    Arena *arena = heap_arena(heap);
    Program *p = arena_new(arena, Program);

    p->heap = heap;
    p->arena = arena;
    p->names = names;
    p->source = source;
    p->tables = arena_new(arena, ProgramTables);
    aff_init(&p->affs, arena);
    vec_reserve(arena, &p->subs, 1); /* lists of no subscripts and the empty set begin at 0, too */
    vec_reserve(arena, &p->tables->set_items, 1);
    set_of_list(p, &(IndexId){ 0 }, 0);
    return p;
}

void program_free(Program *program)
{
    heap_release(program->heap, program->arena);
}

static const int32_t *copy_extents(Arena *arena, const int32_t *extents, uint32_t rank)
{
    int32_t *copy = arena_array(arena, int32_t, rank);

    memcpy(copy, extents, rank * sizeof *copy);
    return copy;
}

SymId program_symbol(Program *p, Symbol symbol)
{
    symbol.extents = symbol.rank == 0 ? NULL : copy_extents(p->arena, symbol.extents, symbol.rank);
    if (symbol.ends != NULL)
        symbol.ends = copy_extents(p->arena, symbol.ends, 2 * (uint32_t)symbol.extents[symbol.rank - 1]);
    vec_push(p->arena, &p->symbols, symbol);
    return (SymId)(p->symbols.count - 1);
}

void program_element_range(const Program *p, const Atom *element, int64_t *low, int64_t *high)
{
    const Symbol *symbol = &p->symbols.at[element->of];
    int64_t place;

    *low = symbol->low;
    *high = symbol->high;
    if (symbol->ends == NULL || !aff_is_const(&p->affs, p->affs.subs.at[element->subs + element->rank - 1u], &place))
        return;
    if (place < 0 || place >= symbol->extents[symbol->rank - 1])
        return;
    *low = symbol->ends[2 * place];
    *high = symbol->ends[2 * place + 1];
}

IndexId program_index(Program *p, Name name, Span at)
{
    vec_push(p->arena, &p->indices, (Index){ name, at });
    return (IndexId)(p->indices.count - 1);
}

uint32_t tables_subs(Program *p, const AffId *subs, uint32_t rank)
{
    ProgramTables *t = p->tables;
    AffId copy[UINT8_MAX]; /* `subs` may lie in the vector that grows here */
    uint64_t hash;
    uint32_t id;

    if (rank == 0)
        return 0;
    memcpy(copy, subs, rank * sizeof *copy);
    hash = list_hash(copy, rank);
    id = hash_find(&t->sub_lists, hash, same_list, &(SoughtList){ t->sub_runs.at, p->subs.at, copy, rank });
    if (id != HASH_NONE)
        return t->sub_runs.at[id].first;
    hash_add(p->arena, &t->sub_lists, hash, (uint32_t)t->sub_runs.count);
    vec_push(p->arena, &t->sub_runs, (IdRun){ (uint32_t)p->subs.count, rank });
    for (uint32_t i = 0; i < rank; i++)
        vec_push(p->arena, &p->subs, copy[i]);
    return (uint32_t)p->subs.count - rank;
}

/* ---- symbols and nodes --------------------------------------------------------------------------------- */

uint64_t symbol_elements(const Symbol *symbol)
{
    uint64_t elements = 1;

    for (unsigned k = 0; k < symbol->rank; k++)
        elements *= (uint64_t)symbol->extents[k];
    return elements;
}

void symbol_print_element(const Symbol *symbol, size_t element, Text *out)
{
    size_t block = (size_t)symbol_elements(symbol);

    for (unsigned k = 0; k < symbol->rank; k++) {
        block /= (size_t)symbol->extents[k];
        text_printf(out, "%s%zu", k == 0 ? "[" : ",", element / block);
        element %= block;
    }
    text_add(out, symbol->rank > 0 ? "]" : "");
}

uint64_t program_elements(const Program *p, const SymId *symbols, size_t count)
{
    uint64_t all = 0;

    for (size_t i = 0; i < count; i++)
        all += symbol_elements(&p->symbols.at[symbols[i]]);
    return all;
}

bool program_has(const Program *p, Op op)
{
    for (NodeId id = 0; id < p->nodes.count; id++)
        if (p->nodes.at[id].op == op)
            return true;
    return false;
}

/* ---- index sets ------------------------------------------------------------------------------------- */

SetId set_of(Program *p, IndexId index)
{
    ProgramTables *t = p->tables;

    while (t->index_sets.count <= index)
        vec_push(p->arena, &t->index_sets, 0);
    if (t->index_sets.at[index] == 0)
        t->index_sets.at[index] = set_of_list(p, &index, 1);
    return t->index_sets.at[index];
}

const IndexId *set_items(const Program *p, SetId set, uint32_t *count)
{
    IdRun run = p->tables->set_runs.at[set];

    *count = run.count;
    return p->tables->set_items.at + run.first;
}

bool set_has(const Program *p, SetId set, IndexId index)
{
    uint32_t count, low = 0;
    const IndexId *items = set_items(p, set, &count);

    while (low < count) {
        uint32_t middle = low + (count - low) / 2;

        if (items[middle] == index)
            return true;
        if (items[middle] < index)
            low = middle + 1;
        else
            count = middle;
    }
    return false;
}

static SetId merge_sets(Program *p, SetId a, SetId b)
{
    uint32_t a_count, b_count, i = 0, k = 0, count = 0;
    const IndexId *x = set_items(p, a, &a_count), *y = set_items(p, b, &b_count);
    IndexId *both = arena_array(p->arena, IndexId, a_count + b_count);

    while (i < a_count || k < b_count) {
        if (k == b_count || (i < a_count && x[i] < y[k])) {
            both[count++] = x[i++];
        } else {
            i += i < a_count && x[i] == y[k];
            both[count++] = y[k++];
        }
    }
    return set_of_list(p, both, count);
}

typedef struct {
    const SetUnion *memo;
    SetId a, b;
} SoughtUnion;

static bool same_union(const void *context, uint32_t id)
{
    const SoughtUnion *sought = context;

    return sought->memo[id].a == sought->a && sought->memo[id].b == sought->b;
}

/* NOLINTNEXTLINE(misc-no-recursion): one level, with the operands in order */
SetId set_union(Program *p, SetId a, SetId b)
{
    ProgramTables *t = p->tables;
    uint64_t hash;
    uint32_t id;
    SetId both;

    if (a == b || b == 0)
        return a;
    if (a == 0)
        return b;
    if (a > b)
        return set_union(p, b, a);
    hash = hash_mix(hash_mix(HASH_START, a), b);
    id = hash_find(&t->unions, hash, same_union, &(SoughtUnion){ t->union_memo.at, a, b });
    if (id != HASH_NONE)
        return t->union_memo.at[id].both;
    both = merge_sets(p, a, b);
    hash_add(p->arena, &t->unions, hash, (uint32_t)t->union_memo.count);
    vec_push(p->arena, &t->union_memo, (SetUnion){ a, b, both });
    return both;
}

/* Of an expression whose elements have subscripts with known sets: they are made before it. */
static SetId set_of_terms(Program *p, const Affine *aff)
{
    SetId set = 0;

    for (uint32_t i = 0; i < aff->count; i++) {
        Atom atom = p->affs.atoms.at[p->affs.terms.at[aff->first + i].atom];

        if (atom.kind == ATOM_INDEX)
            set = set_union(p, set, set_of(p, atom.of));
        for (uint32_t k = 0; atom.kind == ATOM_ELEMENT && k < atom.rank; k++)
            set = set_union(p, set, p->tables->aff_sets.at[p->affs.subs.at[atom.subs + k]]);
    }
    return set;
}

SetId set_of_aff(Program *p, AffId aff)
{
    ProgramTables *t = p->tables;

    while (t->aff_sets.count <= aff) {
        SetId set = set_of_terms(p, &p->affs.affs.at[t->aff_sets.count]);

        vec_push(p->arena, &t->aff_sets, set);
    }
    return t->aff_sets.at[aff];
}

/* ---- the body --------------------------------------------------------------------------------------- */

static void push_item(Program *p, ItemKind kind, uint32_t id)
{
    vec_push(p->arena, &p->body, (Item){ (uint8_t)kind, id });
}

void program_domain(Program *p, const int32_t *extents, unsigned rank, Range *domain, AffId *subs)
{
    for (unsigned k = 0; k < rank; k++) {
        domain[k] = (Range){ program_index(p, NAME_NONE, (Span){ 0, 0 }), AFF_ZERO, aff_const(&p->affs, extents[k]) };
        subs[k] = aff_index(&p->affs, domain[k].index);
    }
}

uint32_t stage_subs(const Program *p, const Stage *stage)
{
    uint32_t rank = p->symbols.at[stage->target].rank;

    return stage->op == STAGE_ARGMAX ? rank - 1 : rank;
}

StageId program_stage(Program *p, Stage stage)
{
    StageId id = (StageId)p->stages.count;
    uint32_t subs = stage_subs(p, &stage);
    Range *domain = stage.rank == 0 ? NULL : arena_array(p->arena, Range, stage.rank);
    AffId *copy = subs == 0 ? NULL : arena_array(p->arena, AffId, subs);

    if (domain != NULL)
        memcpy(domain, stage.domain, stage.rank * sizeof *domain);
    if (copy != NULL)
        memcpy(copy, stage.subs, subs * sizeof *copy);
    stage.domain = domain;
    stage.subs = copy;
    vec_push(p->arena, &p->stages, stage);
    push_item(p, ITEM_STAGE, id);
    return id;
}

LoopId program_begin_loop(Program *p, Loop loop)
{
    LoopId id = (LoopId)p->loops.count;

    vec_push(p->arena, &p->loops, loop);
    push_item(p, ITEM_LOOP, id);
    return id;
}

void program_end_loop(Program *p, LoopId loop)
{
    push_item(p, ITEM_END, loop);
}

void program_close_loop(Program *p, LoopId loop)
{
    if (vec_top(&p->body).kind != ITEM_LOOP) {
        program_end_loop(p, loop);
        return;
    }
    p->body.count--;
    p->loops.count--;
}

size_t program_end_of_loop(const Program *p, size_t begin)
{
    unsigned depth = 0;

    for (size_t i = begin;; i++) {
        depth += p->body.at[i].kind == ITEM_LOOP;
        if (p->body.at[i].kind == ITEM_END && --depth == 0)
            return i;
    }
}
