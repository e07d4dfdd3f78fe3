/* c_function.c -- one function of the emitted file: arguments, locals, arrays, body, results. */
#include "emit/c_body.h"

#include <stdlib.h>
#include <string.h>

/* A function of more lines is for no reader, and the text of large models is what takes most memory: its lines have no
 * comments. */
enum { MOST_EXPLAINED = 4000 };

const char *const c_argument_names[PART_COUNT] = {
    [PART_PARAMS] = "p", [PART_INPUTS] = "in", [PART_INDEX] = "index", [PART_SAMPLES] = "samples", [PART_SEED] = "seed",
    [PART_DIRECTION] = "direction", [PART_TAPE] = "tape", [PART_OUTPUTS] = "out", [PART_GRAD] = "grad",
    [PART_TANGENT] = "tangent", [PART_PRODUCT] = "product", [PART_JACOBIAN] = "jacobian", [PART_HESSIAN] = "hessian",
    [PART_JACOBIAN_ENTRIES] = "jacobian_values", [PART_HESSIAN_ENTRIES] = "hessian_values", [PART_WORK] = "work",
};

/* ---- where symbols are ------------------------------------------------------------------------------- */

static Part part_of(const Program *p, const Symbol *symbol)
{
    switch ((SymRole)symbol->role) {
    case SYM_PARAM:
        return PART_PARAMS;
    case SYM_INPUT:
        return PART_INPUTS;
    case SYM_DATA:
    case SYM_SAMPLES:
        return PART_SAMPLES;
    case SYM_INTEGER:
        return symbol->local ? PART_COUNT : PART_INDEX;
    case SYM_OUTPUT:
        return PART_OUTPUTS;
    case SYM_SEED:
        return PART_SEED;
    case SYM_GRADIENT:
        return PART_GRAD;
    case SYM_TAPE:
        return PART_TAPE;
    case SYM_DIRECTION:
        return PART_DIRECTION;
    case SYM_TANGENT:
        return p->symbols.at[symbol->of].role == SYM_OUTPUT ? PART_TANGENT : PART_PRODUCT;
    case SYM_JACOBIAN:
        return symbol->rank == 1 ? PART_JACOBIAN_ENTRIES : PART_JACOBIAN;
    case SYM_HESSIAN:
        return symbol->rank == 1 ? PART_HESSIAN_ENTRIES : PART_HESSIAN;
    default:
        return PART_COUNT;
    }
}

/* By name: the backward sweep has no list of outputs. */
static size_t output_position(const CBody *b, SymId output)
{
    size_t i = 0;

    while (i + 1 < b->m->outputs.count && b->m->outputs.at[i] != b->p->symbols.at[output].name)
        i++;
    return i;
}

/* The struct member of a symbol of the caller. Tapes: the `tapes`-th. */
static const char *member_of(const CBody *b, SymId symbol, size_t tapes)
{
    const Symbol *s = &b->p->symbols.at[symbol];

    if (s->role == SYM_TANGENT) { /* of an output or of a gradient, and has its name */
        symbol = s->of;
        s = &b->p->symbols.at[symbol];
    }
    switch ((SymRole)s->role) {
    case SYM_OUTPUT:
        return c_model_output(b->m, output_position(b, symbol));
    case SYM_SEED:
        return c_model_output(b->m, output_position(b, s->of));
    case SYM_GRADIENT:
    case SYM_DIRECTION:
        return b->m->declared[s->of];
    case SYM_TAPE:
        return b->m->members[PART_TAPE].at[tapes].name;
    default:
        return b->m->declared[symbol];
    }
}

/* Exactly as long as it has to be: large models have a tape of that many members. */
static const char *joined(CBody *b, const char *first, const char *between, const char *last)
{
    size_t sizes[3] = { strlen(first), strlen(between), strlen(last) };
    char *text = arena_alloc(b->arena, sizes[0] + sizes[1] + sizes[2] + 1);

    memcpy(text, first, sizes[0]);
    memcpy(text + sizes[0], between, sizes[1]);
    memcpy(text + sizes[0] + sizes[1], last, sizes[2]);
    return text;
}

/* What stands in front of the subscripts; NULL for the output of a scalar model. */
static const char *caller_text(CBody *b, SymId id, Part part, size_t tapes)
{
    const char *argument = c_argument_names[part];
    bool scalar = b->m->scalar && c_model_struct(part) == PART_OUTPUTS, batch = c_model_is_batch(b->m, part);

    if (c_model_is_bare(part) || (scalar && part == PART_SEED))
        return argument;
    if (b->p->symbols.at[id].role == SYM_SAMPLES)
        return joined(b, "(", b->m->real, ")n_samples");
    if (scalar && part == PART_OUTPUTS)
        return NULL;
    if (scalar)
        return batch ? "" : joined(b, "*", argument, "");
    return batch ? joined(b, ".", member_of(b, id, tapes), "") : joined(b, argument, "->", member_of(b, id, tapes));
}

static void place_caller_symbols(CBody *b)
{
    size_t tapes = 0;

    for (SymId id = 0; id < b->p->symbols.count; id++) {
        CSymbol *s = &b->symbols[id];
        Part part = part_of(b->p, &b->p->symbols.at[id]);

        s->part = (uint8_t)part;
        s->write_scope = NO_ID;
        if (part == PART_COUNT)
            continue;
        s->batch = c_model_is_batch(b->m, part) && b->p->symbols.at[id].role != SYM_SAMPLES ? c_argument_names[part] : NULL;
        s->member = caller_text(b, id, part, tapes);
        tapes += part == PART_TAPE;
        if (!c_is_local(b, id))
            s->base = s->member;
    }
}

/* ---- arrays of the function -------------------------------------------------------------------------- */

static Member array_of(CBody *b, SymId id, const char *name)
{
    const Symbol *symbol = &b->p->symbols.at[id];
    int32_t *extents = arena_array(b->m->arena, int32_t, symbol->rank + 1u);
    Member member = { .integer = symbol->integer, .extents = extents };

    member.name = arena_copy(b->m->arena, name, strlen(name));
    for (unsigned k = 0; k < symbol->rank; k++)
        if (plan_extent(b->plan, id, k) > 0)
            extents[member.rank++] = plan_extent(b->plan, id, k);
    return member;
}

/* What is written only under a condition begins as 0: compilers do not see that it is read only under that condition. So
 * does what a loop over a triangle writes, where an element is read for itself: they do not see that the loop reaches it. */
static bool is_cleared(const CSymbol *s)
{
    return s->guarded || s->partial || (s->skipped && s->picked);
}

static void print_array(CBody *b, const Member *array, bool cleared)
{
    text_begin_line(b->out);
    text_printf(b->out, "%s %s", array->integer ? "int32_t" : b->m->real, array->name);
    c_model_print_extents(array->extents, array->rank, b->out);
    text_add(b->out, cleared ? " = { 0 };\n" : ";\n");
}

static bool is_array(const CBody *b, SymId id)
{
    return b->plan->stores[id].kind == STORE_ARRAY && b->symbols[id].writes > 0;
}

static int compare_sizes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Arrays are on the stack as far as they fit under the limit, the smallest first; else in the workspace. */
static void choose_workspace(CBody *b, CFunction *function)
{
    uint64_t *sizes = arena_array(b->arena, uint64_t, b->p->symbols.count + 1), total = 0;
    size_t count = 0, kept = 0;

    for (SymId id = 0; id < b->p->symbols.count; id++)
        if (is_array(b, id))
            sizes[count++] = plan_elements(b->plan, id);
    if (count > 1)
        qsort(sizes, count, sizeof *sizes, compare_sizes);
    while (kept < count && (total += sizes[kept]) <= b->m->unit->options.stack_limit / b->m->real_size)
        kept++;
    if (kept == count) {
        b->least_in_work = UINT64_MAX;
        return;
    }
    b->least_in_work = sizes[kept]; /* arrays of one size are in one place */
    function->parts |= 1u << PART_WORK;
}

/* Gives what stands before the subscripts. `area`: the part of the workspace, or NULL: on the stack. */
static const char *place_array(CBody *b, SymId id, const char *name, WorkArea *area)
{
    Member array = array_of(b, id, c_names_take(&b->names, name));

    if (area == NULL) {
        print_array(b, &array, is_cleared(&b->symbols[id]));
        return array.name;
    }
    vec_push(b->m->arena, &area->members, array);
    b->m->has_int32 |= array.integer;
    b->symbols[id].part = PART_WORK;
    return joined(b, joined(b, "work->", area->function, "."), array.name, "");
}

static void place_arrays(CBody *b, const CFunction *function)
{
    bool in_work = (function->parts & (1u << PART_WORK)) != 0;
    WorkArea area = { .function = function->name };

    for (SymId id = 0; id < b->p->symbols.count; id++) {
        const char *word = c_symbol_word(b, id);
        WorkArea *place;

        if (!is_array(b, id))
            continue;
        place = plan_elements(b->plan, id) >= b->least_in_work ? &area : NULL;
        b->symbols[id].base = place_array(b, id, word, place);
        if (b->plan->stores[id].fold == FOLD_COPY)
            b->symbols[id].next = place_array(b, id, joined(b, word, "_next", ""), place);
        area.elements += place == NULL ? 0 : plan_elements(b->plan, id);
    }
    if (in_work)
        vec_push(b->m->arena, &b->m->work, area);
}

/* ---- scalars of the caller --------------------------------------------------------------------------- */

static bool is_loaded(const CBody *b, SymId id)
{
    const Symbol *symbol = &b->p->symbols.at[id];

    return b->symbols[id].loaded && symbol->rank == 0 && !symbol->integer && b->symbols[id].part < PART_COUNT &&
           b->symbols[id].writes == 0 && !(b->m->scalar && symbol->role == SYM_SEED);
}

static void load_scalars(CBody *b)
{
    for (SymId id = 0; id < b->p->symbols.count; id++) {
        CSymbol *s = &b->symbols[id];

        if (!is_loaded(b, id)) {
            s->loaded = false;
            continue;
        }
        if (b->p->symbols.at[id].role == SYM_SAMPLES)
            b->counts_samples = true;
        else
            b->used_parts |= 1u << s->part;
        c_declare_symbol(b, id);
        text_begin_line(b->out);
        text_add(b->out, "const ");
        text_add(b->out, b->m->real);
        text_add(b->out, " ");
        text_add(b->out, s->base);
        text_add(b->out, " = ");
        text_add(b->out, s->member);
        text_add(b->out, ";\n");
    }
}

static const char *held_value(const CBody *b, SymId id)
{
    return b->symbols[id].base != NULL ? b->symbols[id].base : b->m->is_float ? "0.0f" : "0.0";
}

/* Rank-0 results are held in locals until here. */
static void store_results(CBody *b)
{
    for (SymId id = 0; id < b->p->symbols.count; id++) {
        const CSymbol *s = &b->symbols[id];
        bool derivative = b->p->symbols.at[id].role == SYM_GRADIENT || b->p->symbols.at[id].role == SYM_TANGENT;

        if (s->part >= PART_COUNT || s->member == NULL || b->p->symbols.at[id].rank > 0 ||
            (s->writes == 0 && !derivative))
            continue;
        b->used_parts |= 1u << s->part;
        c_line(b, "%s = %s;", s->member, held_value(b, id));
    }
}

static const char *returned(const CBody *b)
{
    return held_value(b, b->p->outputs.at[0]);
}

/* ---- the function ------------------------------------------------------------------------------------ */

static void print_argument(const CModel *m, Part part, bool constant, const char *qualifier, Text *out)
{
    const char *type = c_model_type(m, part), *name = c_argument_names[part];

    if (part == PART_SEED && m->scalar) {
        text_printf(out, "%s %s", type, name);
    } else if (part == PART_SAMPLES) {
        text_printf(out, "const %s *%s%s, int32_t n_samples", type, qualifier, name);
    } else if (c_model_is_bare(part) || c_model_is_batch(m, part)) {
        text_printf(out, "%s%s %s", constant ? "const " : "", type, name);
        c_model_print_array(m, part, qualifier, out);
    } else {
        text_printf(out, "%s%s *%s%s", constant ? "const " : "", type, qualifier, name);
    }
}

/* `restrict` stands only in the definition, where C++ does not read it: it is no part of the function's type. */
void c_signature(const CModel *m, const CFunction *function, bool definition, Text *out)
{
    enum { LONGEST_LINE = 116, AROUND = 28 };
    bool backward = c_function_has(function, PART_SEED), any = false;
    size_t begin = out->size;

    text_printf(out, "%s %s_%s(", function->returns ? m->real : "void", m->prefix, function->name);
    for (unsigned part = 0; part < PART_COUNT; part++) {
        bool constant = part <= PART_DIRECTION || (part == PART_TAPE && backward);

        if (!c_function_has(function, (Part)part))
            continue;
        if (any && out->size - begin + strlen(c_model_type(m, (Part)part)) + AROUND > LONGEST_LINE) {
            text_add(out, ",\n    ");
            begin = out->size;
        } else {
            text_add(out, any ? ", " : "");
        }
        any = true;
        print_argument(m, (Part)part, constant, definition ? "restrict " : "", out);
    }
    text_add(out, any ? ")" : "void)");
}

static void reserve_names(CBody *b, const CFunction *function)
{
    c_names_init(&b->names, b->arena);
    c_runtime_names(&b->names, b->m->is_float);
    b->names.avoided = c_model_table_beginning(b->m);
    for (size_t i = 0; i < b->m->globals.count; i++)
        c_names_reserve(&b->names, b->m->globals.at[i]);
    for (size_t i = 0; i < b->m->macros.count; i++)
        c_names_reserve(&b->names, b->m->macros.at[i]);
    for (unsigned part = 0; part < PART_COUNT; part++)
        if ((function->parts & (1u << part)) != 0 || part == PART_WORK)
            c_names_take(&b->names, c_argument_names[part]);
    c_names_take(&b->names, "n_samples");
    for (NodeId n = 0; n < b->p->nodes.count; n++)
        c_names_keep(&b->names, names_text(b->p->names, b->p->infos.at[n].name));
    for (SymId s = 0; s < b->p->symbols.count; s++)
        c_names_keep(&b->names, names_text(b->p->names, b->p->symbols.at[s].name));
}

/* The first item of the function's block that only computes adjoints, if something else comes before it. */
static size_t find_backward(const CBody *b)
{
    const Plan *plan = b->plan;
    size_t item = 0;

    for (PlanId top = plan->first; top != NO_ID; top = plan->nodes.at[top].next, item++) {
        PlanId at = top;

        while (plan->nodes.at[at].kind == PLAN_FOR && plan->nodes.at[at].first_child != NO_ID)
            at = plan->nodes.at[at].first_child;
        if (plan->nodes.at[at].kind == PLAN_STAGE &&
            b->p->symbols.at[b->p->stages.at[plan->nodes.at[at].stage].target].adjoint)
            return item > 0 ? item : SIZE_MAX;
    }
    return SIZE_MAX;
}

static uint32_t *no_ids(Arena *arena, size_t count)
{
    uint32_t *ids = arena_array(arena, uint32_t, count + 1);

    memset(ids, 0xff, (count + 1) * sizeof *ids);
    return ids;
}

static void begin_body(CBody *b)
{
    size_t plans = b->plan->nodes.count, nodes = b->p->nodes.count, indices = b->p->indices.count;

    text_init(&b->line, b->arena);
    text_init(&b->value, b->arena);
    b->symbols = arena_array(b->arena, CSymbol, b->p->symbols.count + 1);
    b->scopes = arena_array(b->arena, Scope, plans + 1);
    b->ordinals = arena_array(b->arena, uint32_t, plans + 1);
    b->first_leaf = arena_array(b->arena, uint32_t, plans + 1);
    b->literals = arena_array(b->arena, const char *, b->p->literals.count + 1);
    b->accumulators = arena_array(b->arena, const char *, plans + 1);
    b->rests = arena_array(b->arena, const char *, plans + 1);
    b->positions = arena_array(b->arena, const char *, plans + 1);
    b->last_write = arena_array(b->arena, uint32_t, nodes + 1);
    b->unsafe = arena_array(b->arena, bool, nodes + 1);
    b->where = no_ids(b->arena, nodes);
    b->handed_up = arena_array(b->arena, uint32_t, nodes + 1);
    b->atom_write = arena_array(b->arena, uint32_t, b->p->affs.atoms.count + 1);
    b->index_names = arena_array(b->arena, const char *, indices + 1);
    b->index_low = arena_array(b->arena, int64_t, indices + 1);
    b->index_high = arena_array(b->arena, int64_t, indices + 1);
}

/* Arguments that the function happens not to need. */
static void silence_unused(const CBody *b, const CFunction *function)
{
    for (unsigned part = 0; part < PART_COUNT; part++)
        if ((function->parts & ~b->used_parts & (1u << part)) != 0)
            text_line(b->out, "(void)%s;", c_argument_names[part]);
    if (c_function_has(function, PART_SAMPLES) && !b->counts_samples)
        text_line(b->out, "(void)n_samples;");
}

static void print_function(CBody *b, CFunction *function)
{
    size_t begin;

    c_scopes_find(b);
    b->large = b->insts.count + b->plan->nodes.count > MOST_EXPLAINED;
    place_caller_symbols(b);
    choose_workspace(b, function);
    c_signature(b->m, function, true, b->out);
    text_add(b->out, "\n{\n");
    b->out->indent = 1;
    begin = b->out->size;
    load_scalars(b);
    place_arrays(b, function);
    if (b->out->size > begin)
        text_add(b->out, "\n");
    c_print_body(b);
    store_results(b);
    silence_unused(b, function);
    if (function->returns)
        c_line(b, "return %s;", returned(b));
    b->out->indent = 0;
    text_add(b->out, "}\n");
}

/* The samples are as many as the caller wants: nothing may have room for all of them. */
static void refuse_growing(CModel *m, const Plan *plan)
{
    SymId symbol = plan_growing(plan);

    if (symbol != NO_ID)
        diag_error(&m->unit->diag, plan->program->symbols.at[symbol].at,
                   "this would have to be kept for all samples at once, which is not compiled to C");
}

void c_function_make(CModel *m, Program *program, CFunction *function, Gates *gates)
{
    Arena *arena = heap_arena(&m->unit->heap);
    Plan *plan = plan_make(&m->unit->heap, program);
    bool both = (function->parts & (1u << PART_GRAD)) != 0 && (function->parts & (1u << PART_SEED)) == 0;
    CBody b = { .m = m,
                .plan = plan,
                .p = plan->program,
                .arena = arena,
                .out = m->out,
                .gates = gates,
                .counts = &function->counts,
                .times = 1 };

    if (unit_dumps(m->unit, "plan")) {
        text_line(&m->unit->dump, "# plan of %s", function->name);
        plan_dump(plan, &m->unit->dump);
    }
    refuse_growing(m, plan);
    begin_body(&b);
    b.backward_item = both ? find_backward(&b) : SIZE_MAX;
    reserve_names(&b, function);
    function->made = true;
    if (m->out->size > 0)
        text_add(m->out, "\n");
    print_function(&b, function);
    plan_free(plan);
    heap_release(&m->unit->heap, arena);
}
