/* circuit_parts.c -- arrays that several stages write: each part is a gate of its own, a read finds the part that it reads, and
 * what reads more than one part reads an array joined from them. */
#include "teach/circuit_make.h"

/* ---- parts -------------------------------------------------------------------------------------------- */

static const AffId *fixed_dimensions(Maker *m, const Stage *stage)
{
    uint32_t rank = m->flat.program->symbols.at[stage->target].rank;
    AffId *fixed = arena_array(m->arena, AffId, rank + 1u);
    int64_t value;

    for (uint32_t k = 0; k < rank; k++)
        fixed[k] = aff_is_const(&m->flat.program->affs, stage->subs[k], &value) ? stage->subs[k] : AFF_FAIL;
    return fixed;
}

void parts_find(Maker *m)
{
    const Program *flat = m->flat.program;

    m->parts = (void *)arena_calloc(m->arena, flat->symbols.count + 1, sizeof *m->parts);
    m->part_of = arena_array(m->arena, uint32_t, flat->stages.count + 1);
    for (size_t i = 0; i < flat->body.count; i++) {
        StageId id = flat->body.at[i].id;
        const Stage *stage = &flat->stages.at[id];

        if (!m->flat.needed[id] || stage->op == STAGE_ARGMAX)
            continue;
        m->part_of[id] = (uint32_t)m->parts[stage->target].count;
        vec_push(m->arena, &m->parts[stage->target], (Part){ .stage = id, .symbol = NO_ID, .node = NO_ID });
    }
    for (SymId s = 0; s < flat->symbols.count; s++)
        for (size_t i = 0; i < m->parts[s].count; i++) {
            Part *part = &m->parts[s].at[i];

            if (m->parts[s].count > 1 || m->flat.turned.at[part->stage])
                part->fixed = fixed_dimensions(m, &flat->stages.at[part->stage]);
        }
}

Part *parts_of(const Maker *m, StageId stage)
{
    return &m->parts[m->flat.program->stages.at[stage].target].at[m->part_of[stage]];
}

static bool is_fixed(const AffId *fixed, unsigned k)
{
    return fixed != NULL && fixed[k] != AFF_FAIL;
}

const char *parts_tag(Maker *m, SymId of, const AffId *fixed)
{
    const Symbol *symbol = &m->flat.program->symbols.at[of];
    unsigned last = 0;
    Text tag;

    for (unsigned k = 0; k < symbol->rank; k++)
        last = is_fixed(fixed, k) ? k + 1 : last;
    if (last == 0)
        return "";
    text_init(&tag, m->arena);
    for (unsigned k = 0; k < last; k++) {
        int64_t value = 0;

        text_add(&tag, k == 0 ? "[" : ",");
        if (!is_fixed(fixed, k)) {
            text_add(&tag, ":");
            continue;
        }
        (void)aff_is_const(&m->flat.program->affs, fixed[k], &value);
        text_integer(&tag, value);
    }
    text_add(&tag, "]");
    return text_string(&tag);
}

/* A symbol like `of`, without the fixed dimensions. */
static SymId part_symbol(Maker *m, SymId of, const AffId *fixed)
{
    Symbol symbol = m->p->symbols.at[of];
    int32_t extents[UINT8_MAX];
    unsigned rank = 0;

    for (unsigned k = 0; k < symbol.rank; k++)
        if (!is_fixed(fixed, k))
            extents[rank++] = symbol.extents[k];
    symbol.role = SYM_LOCAL;
    symbol.rank = (uint8_t)rank;
    symbol.extents = extents;
    return program_symbol(m->p, symbol);
}

SymId parts_target(Maker *m, StageId id, AffId *subs)
{
    const Stage *stage = &m->flat.program->stages.at[id];
    Part *part = parts_of(m, id);
    unsigned rank = 0;

    if (part->symbol == NO_ID)
        part->symbol = part->fixed == NULL ? stage->target : part_symbol(m, stage->target, part->fixed);
    for (unsigned k = 0; k < m->flat.program->symbols.at[stage->target].rank; k++)
        if (!is_fixed(part->fixed, k))
            subs[rank++] = rebuild_aff(&m->copy, stage->subs[k]);
    return part->symbol;
}

/* ---- joining ------------------------------------------------------------------------------------------ */

/* Do the numbers among the subscripts differ from those of the part? */
static bool is_apart(const Maker *m, const Part *part, const AffId *subs, unsigned rank)
{
    for (unsigned k = 0; k < rank; k++) {
        int64_t mine, theirs;

        if (is_fixed(part->fixed, k) && aff_is_const(&m->p->affs, subs[k], &mine) &&
            aff_is_const(&m->flat.program->affs, part->fixed[k], &theirs) && mine != theirs)
            return true;
    }
    return false;
}

/* Are all its fixed dimensions given by numbers, too? */
static bool is_exact(const Maker *m, const Part *part, const AffId *subs, unsigned rank)
{
    int64_t value;

    for (unsigned k = 0; k < rank; k++)
        if (is_fixed(part->fixed, k) && !aff_is_const(&m->p->affs, subs[k], &value))
            return false;
    return true;
}

static NodeId read_without(Maker *m, SymId symbol, const AffId *fixed, const AffId *subs, unsigned rank)
{
    AffId kept[UINT8_MAX];
    unsigned count = 0;

    for (unsigned k = 0; k < rank; k++)
        if (!is_fixed(fixed, k))
            kept[count++] = subs[k];
    return node_read(m->p, symbol, kept);
}

typedef VEC(Part *) PartVec;

/* Subscripts in an array without the dimensions `dropped`, from those of the whole symbol. */
static void drop(const AffId *dropped, unsigned rank, const AffId *all, AffId *subs)
{
    unsigned count = 0;

    for (unsigned k = 0; k < rank; k++)
        if (!is_fixed(dropped, k))
            subs[count++] = all[k];
}

/* What a part stores is added to the joined array: where the part's stage sets elements, over its domain; where it sums up, over
 * the whole part, whose other elements are 0. */
static void join_part(Maker *m, SymId target, const AffId *dropped, const Part *part)
{
    Program *p = m->p;
    const Stage *from = &m->flat.program->stages.at[part->stage];
    unsigned rank = p->symbols.at[from->target].rank;
    Stage stage = { .target = target, .op = STAGE_ADD, .guard = NO_ID, .at = from->at };
    Range domain[UINT8_MAX];
    AffId all[UINT8_MAX], subs[UINT8_MAX], plain[UINT8_MAX] = { AFF_ZERO };
    unsigned next = 0;

    if (part->node != NO_ID && node_is_int(p, part->node, 0))
        return;
    stage.domain = domain;
    stage.subs = subs;
    if (from->op == STAGE_SET) {
        stage.rank = from->rank;
        for (unsigned d = 0; d < from->rank; d++)
            domain[d] = (Range){ from->domain[d].index, rebuild_aff(&m->copy, from->domain[d].low),
                                 rebuild_aff(&m->copy, from->domain[d].high) };
        stage.guard = from->guard == NO_ID || m->flat.program->nodes.at[from->guard].deps == 0
                          ? NO_ID : rebuild_node(&m->copy, from->guard);
    } else {
        stage.rank = p->symbols.at[part->symbol].rank;
        program_domain(p, p->symbols.at[part->symbol].extents, stage.rank, domain, plain);
    }
    for (unsigned k = 0; k < rank; k++)
        all[k] = from->op == STAGE_SET || is_fixed(part->fixed, k) ? rebuild_aff(&m->copy, from->subs[k]) : plain[next++];
    drop(dropped, rank, all, subs);
    stage.value = part->node != NO_ID ? part->node : read_without(m, part->symbol, part->fixed, all, rank);
    maker_wire(m, stage.value, program_stage(p, stage), 0);
}

static StageId fill(Maker *m, SymId target, Span at)
{
    Program *p = m->p;
    Stage zeros = { .target = target, .op = STAGE_SET, .value = node_int(p, 0), .guard = NO_ID, .at = at };
    Range domain[UINT8_MAX];
    AffId subs[UINT8_MAX];

    zeros.rank = p->symbols.at[target].rank;
    program_domain(p, p->symbols.at[target].extents, zeros.rank, domain, subs);
    zeros.domain = domain;
    zeros.subs = subs;
    return program_stage(p, zeros);
}

bool parts_fill(Maker *m, StageId id)
{
    const Stage *stage = &m->flat.program->stages.at[id];
    const Part *part = parts_of(m, id);

    if (stage->op != STAGE_ADD || m->parts[stage->target].count < 2 || m->p->symbols.at[part->symbol].rank == 0)
        return false;
    fill(m, part->symbol, stage->at);
    return true;
}

static SymId join(Maker *m, SymId of, const AffId *dropped, const PartVec *parts)
{
    Program *p = m->p;
    SymId target = part_symbol(m, of, dropped);
    Gate gate = { .kind = GATE_JOIN, .op = OP_COUNT, .condition = NO_ID, .value = target, .expression = NO_ID,
                  .at = p->symbols.at[of].at };

    gate.stage = fill(m, target, gate.at);
    gate.named = p->symbols.at[of].named;
    gate.name = maker_name(m, names_text(p->names, p->symbols.at[of].name), parts_tag(m, of, dropped));
    maker_gate(m, gate);
    for (size_t i = 0; i < parts->count; i++)
        join_part(m, target, dropped, parts->at[i]);
    return target;
}

static bool same_fixed(const AffId *a, const AffId *b, unsigned rank)
{
    for (unsigned k = 0; k < rank; k++)
        if (a[k] != b[k])
            return false;
    return true;
}

/* Dimensions at which the read and all parts that are there have numbers. */
static const AffId *common_fixed(Maker *m, SymId of, const Part *found, const AffId *subs)
{
    unsigned rank = m->p->symbols.at[of].rank;
    AffId *fixed = arena_array(m->arena, AffId, rank + 1u);

    for (unsigned k = 0; k < rank; k++) {
        int64_t value;
        bool all = aff_is_const(&m->p->affs, subs[k], &value);

        for (size_t i = 0; i < m->parts[of].count; i++)
            all &= !m->parts[of].at[i].written || is_fixed(m->parts[of].at[i].fixed, k);
        fixed[k] = all ? found->fixed[k] : AFF_FAIL;
    }
    return fixed;
}

/* The parts that are there and have these numbers. */
static void parts_with(Maker *m, SymId of, const AffId *fixed, PartVec *parts)
{
    for (size_t i = 0; i < m->parts[of].count; i++) {
        Part *part = &m->parts[of].at[i];
        bool good = part->written;

        for (unsigned k = 0; k < m->p->symbols.at[of].rank; k++)
            good &= !is_fixed(fixed, k) || part->fixed[k] == fixed[k];
        if (good)
            vec_push(m->arena, parts, part);
    }
}

static NodeId read_joined(Maker *m, SymId of, const Part *found, const AffId *subs)
{
    unsigned rank = m->p->symbols.at[of].rank;
    Joined joined = { .of = of, .fixed = common_fixed(m, of, found, subs) };
    PartVec parts = { 0 };

    parts_with(m, of, joined.fixed, &parts);
    joined.parts = parts.count;
    for (size_t i = m->joined.count; i-- > 0;) {
        const Joined *old = &m->joined.at[i];

        if (old->of == of && old->parts == joined.parts && same_fixed(old->fixed, joined.fixed, rank))
            return read_without(m, old->symbol, joined.fixed, subs, rank);
    }
    joined.symbol = join(m, of, joined.fixed, &parts);
    vec_push(m->arena, &m->joined, joined);
    return read_without(m, joined.symbol, joined.fixed, subs, rank);
}

NodeId parts_read(Maker *m, SymId symbol, const AffId *subs)
{
    unsigned rank = m->p->symbols.at[symbol].rank;
    bool computed = m->p->symbols.at[symbol].role == SYM_LOCAL || m->p->symbols.at[symbol].role == SYM_OUTPUT;
    const Part *found = NULL;
    bool several = false;

    if (!computed)
        return node_read(m->p, symbol, subs);
    for (size_t i = 0; i < m->parts[symbol].count; i++) {
        const Part *part = &m->parts[symbol].at[i];

        if (!part->written || is_apart(m, part, subs, rank))
            continue;
        several |= found != NULL;
        found = part;
    }
    if (found == NULL)
        return node_int(m->p, 0); /* only what is not needed reads it */
    if (several || !is_exact(m, found, subs, rank))
        return read_joined(m, symbol, found, subs);
    if (found->node != NO_ID)
        return found->node;
    return read_without(m, found->symbol, found->fixed, subs, rank);
}
