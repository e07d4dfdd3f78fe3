/* c_function.c -- one function of the emitted file: arguments, locals, arrays, body, results. */
#include "emit/c_body.h"

#include <string.h>

static const char *const argument_names[PART_COUNT] = { "p", "in", "index", "seed", "tape", "out", "grad", "work" };

/* ---- where symbols are ------------------------------------------------------------------------------- */

static Part part_of(const Symbol *symbol)
{
    switch ((SymRole)symbol->role) {
    case SYM_PARAM: return PART_PARAMS;
    case SYM_INPUT: return PART_INPUTS;
    case SYM_INTEGER: return symbol->local ? PART_COUNT : PART_INDEX;
    case SYM_OUTPUT: return PART_OUTPUTS;
    case SYM_SEED: return PART_SEED;
    case SYM_GRADIENT: return PART_GRAD;
    case SYM_TAPE: return PART_TAPE;
    default: return PART_COUNT;
    }
}

static size_t output_position(const Program *p, SymId output)
{
    for (size_t i = 0; i < p->outputs.count; i++)
        if (p->outputs.at[i] == output)
            return i;
    return 0;
}

/* The struct member of a symbol of the caller. Tapes: the `tapes`-th. */
static const char *member_of(const CBody *b, SymId symbol, size_t tapes)
{
    const Symbol *s = &b->p->symbols.at[symbol];

    switch ((SymRole)s->role) {
    case SYM_OUTPUT: return c_model_output(b->m, output_position(b->p, symbol));
    case SYM_SEED: return c_model_output(b->m, output_position(b->p, s->of));
    case SYM_GRADIENT: return b->m->declared[s->of];
    case SYM_TAPE: return b->m->members[PART_TAPE].at[tapes].name;
    default: return b->m->declared[symbol];
    }
}

static const char *joined(CBody *b, const char *first, const char *between, const char *last)
{
    Text text;

    text_init(&text, b->arena);
    text_printf(&text, "%s%s%s", first, between, last);
    return text_string(&text);
}

static void place_caller_symbols(CBody *b)
{
    size_t tapes = 0;

    for (SymId id = 0; id < b->p->symbols.count; id++) {
        CSymbol *s = &b->symbols[id];
        Part part = part_of(&b->p->symbols.at[id]);

        s->part = (uint8_t)part;
        s->write_scope = NO_ID;
        if (part == PART_COUNT)
            continue;
        if (b->m->scalar && part == PART_SEED)
            s->member = argument_names[part];
        else if (part == PART_OUTPUTS && b->m->scalar)
            s->member = NULL;
        else
            s->member = joined(b, argument_names[part], "->", member_of(b, id, tapes));
        tapes += part == PART_TAPE;
        if (!c_is_local(b, id))
            s->base = s->member;
    }
}

/* ---- arrays of the function -------------------------------------------------------------------------- */

static Member array_of(CBody *b, SymId id)
{
    const Symbol *symbol = &b->p->symbols.at[id];
    const Store *store = &b->plan->stores[id];
    int32_t *extents = arena_array(b->m->arena, int32_t, symbol->rank + 1u);
    Member member = { .integer = symbol->integer, .extents = extents };
    const char *name = c_names_take(&b->names, c_symbol_word(b, id));

    member.name = arena_copy(b->m->arena, name, strlen(name));
    for (unsigned k = 0; k < symbol->rank; k++)
        if (store->dropped == NULL || !store->dropped[k])
            extents[member.rank++] = symbol->extents[k];
    return member;
}

static void print_array(CBody *b, const Member *array)
{
    text_begin_line(b->out);
    text_printf(b->out, "%s %s", array->integer ? "int32_t" : b->m->real, array->name);
    c_model_print_extents(array->extents, array->rank, b->out);
    text_add(b->out, ";\n");
}

/* On the stack if they fit under the limit, else in the workspace. */
static void place_arrays(CBody *b, CFunction *function)
{
    bool on_stack = b->plan->array_elements <= b->m->unit->options.stack_limit / b->m->real_size;
    WorkArea area = { .function = function->name, .elements = b->plan->array_elements };

    for (SymId id = 0; id < b->p->symbols.count; id++) {
        Member array;

        if (b->plan->stores[id].kind != STORE_ARRAY || b->symbols[id].writes == 0)
            continue;
        array = array_of(b, id);
        b->symbols[id].base = array.name;
        if (on_stack) {
            print_array(b, &array);
            continue;
        }
        vec_push(b->m->arena, &area.members, array);
        b->m->has_int32 |= array.integer;
        b->symbols[id].base = joined(b, joined(b, "work->", function->name, "."), array.name, "");
        b->symbols[id].part = PART_WORK;
    }
    if (area.members.count > 0) {
        vec_push(b->m->arena, &b->m->work, area);
        function->parts |= (uint16_t)(1u << PART_WORK);
    }
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
        b->used_parts |= (uint16_t)(1u << s->part);
        s->base = c_names_take(&b->names, c_symbol_word(b, id));
        c_line(b, "const %s %s = %s;", b->m->real, s->base, s->member);
    }
}

static void store_results(CBody *b, const CFunction *function)
{
    const char *returned = NULL;

    for (SymId id = 0; id < b->p->symbols.count; id++) {
        const CSymbol *s = &b->symbols[id];
        const char *value = s->base != NULL ? s->base : b->m->is_float ? "0.0f" : "0.0";
        bool gradient = b->p->symbols.at[id].role == SYM_GRADIENT;

        if (s->part >= PART_COUNT || b->p->symbols.at[id].rank > 0 || (s->writes == 0 && !gradient))
            continue;
        if (s->part == PART_OUTPUTS && b->m->scalar) {
            returned = value;
            continue;
        }
        b->used_parts |= (uint16_t)(1u << s->part);
        c_line(b, "%s = %s;", s->member, value);
    }
    if (function->returns)
        c_line(b, "return %s;", returned == NULL ? "0.0" : returned);
}

/* ---- the function ------------------------------------------------------------------------------------ */

static const char *pointer_to(const CModel *m, Part part, bool constant)
{
    Text text;

    text_init(&text, m->arena);
    text_printf(&text, "%s%s *%s", constant ? "const " : "", c_model_type(m, part), argument_names[part]);
    return text_string(&text);
}

void c_signature(const CModel *m, const CFunction *function, Text *out)
{
    bool backward = (function->parts & (1u << PART_SEED)) != 0, any = false;

    text_printf(out, "%s %s_%s(", function->returns ? m->real : "void", m->prefix, function->name);
    for (unsigned part = 0; part < PART_COUNT; part++) {
        bool constant = part <= PART_SEED || (part == PART_TAPE && backward);

        if ((function->parts & (1u << part)) == 0)
            continue;
        text_add(out, any ? ", " : "");
        any = true;
        if (part == PART_SEED && m->scalar)
            text_printf(out, "%s seed", m->real);
        else
            text_add(out, pointer_to(m, (Part)part, constant));
    }
    text_add(out, any ? ")" : "void)");
}

static void reserve_names(CBody *b, const CFunction *function)
{
    c_names_init(&b->names, b->arena);
    c_runtime_names(&b->names, b->m->is_float);
    for (size_t i = 0; i < b->m->globals.count; i++)
        c_names_reserve(&b->names, b->m->globals.at[i]);
    for (unsigned part = 0; part < PART_COUNT; part++)
        if ((function->parts & (1u << part)) != 0 || part == PART_WORK)
            c_names_take(&b->names, argument_names[part]);
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
            b->p->symbols.at[b->p->stages.at[plan->nodes.at[at].stage].target].of != NO_ID)
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
    b->accumulators = arena_array(b->arena, const char *, plans + 1);
    b->positions = arena_array(b->arena, const char *, plans + 1);
    b->last_write = arena_array(b->arena, uint32_t, nodes + 1);
    b->where = no_ids(b->arena, nodes);
    b->atom_write = arena_array(b->arena, uint32_t, b->p->affs.atoms.count + 1);
    b->index_names = arena_array(b->arena, const char *, indices + 1);
    b->index_low = arena_array(b->arena, int64_t, indices + 1);
    b->index_high = arena_array(b->arena, int64_t, indices + 1);
}

/* Arguments that the function happens not to need. */
static void silence_unused(const CBody *b, const CFunction *function, Text *out)
{
    for (unsigned part = 0; part < PART_COUNT; part++)
        if ((function->parts & ~b->used_parts & (1u << part)) != 0)
            text_line(out, "(void)%s;", argument_names[part]);
}

void c_function_make(CModel *m, Program *program, CFunction *function, Gates *gates)
{
    Arena *arena = heap_arena(&m->unit->heap);
    Plan *plan = plan_make(&m->unit->heap, program);
    Text body;
    CBody b = { .m = m, .plan = plan, .p = plan->program, .arena = arena, .out = &body, .gates = gates,
                .counts = &function->counts, .times = 1 };

    text_init(&body, arena);
    body.indent = 1;
    begin_body(&b);
    reserve_names(&b, function);
    c_scopes_find(&b);
    place_caller_symbols(&b);
    b.backward_item = find_backward(&b);
    load_scalars(&b);
    place_arrays(&b, function);
    if (body.size > 0)
        text_add(&body, "\n");
    c_print_body(&b);
    store_results(&b, function);
    function->made = true;
    text_init(&function->text, m->arena);
    c_signature(m, function, &function->text);
    text_add(&function->text, "\n{\n");
    function->text.indent = 1;
    silence_unused(&b, function, &function->text);
    text_bytes(&function->text, text_string(&body), body.size);
    text_add(&function->text, "}\n");
    plan_free(plan);
    heap_release(&m->unit->heap, arena);
}
