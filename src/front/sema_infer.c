/* sema_infer.c -- ranges that are not stated, from the subscripts of one statement.
 *
 * An index that is a subscript alone runs over that axis. Another one gets the largest range from 0 for which every
 * subscript that names it stays inside for all values of the other indices, once those are known; so it goes in rounds.
 */
#include "front/sema.h"

typedef struct {
    AstId owner;
    size_t bindings;
    size_t guarded; /* SELECT: indices named in its condition: the last ones of Infer.guarded from here */
} Part;

typedef struct {
    VEC(Part) parts;              /* open scopes and selects */
    VEC(CheckedIndex) unknown;    /* in the order in which they come into scope */
    VEC(CheckedIndex) guarded;
    VEC(AstId) named_at;          /* where an unknown index is named, and which */
    VEC(CheckedIndex) named;
} Infer;

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t quotient = a / b;

    return quotient * b > a ? quotient - 1 : quotient;
}

bool sema_largest(Sema *s, AffId aff, CheckedIndex index, int64_t limit, int64_t *high, bool *outside)
{
    AffPool *affs = &s->model->affs;
    int64_t coef = aff_coef(affs, aff, index), least, most;
    AffId rest = aff_sub(affs, aff, aff_scale(affs, aff_index(affs, index), coef, 1));

    if (coef == 0 || !sema_bound(s, rest, false, &least) || !sema_bound(s, rest, true, &most))
        return false;
    if (least < -INT32_MAX || most > INT32_MAX)
        return false;
    *high = coef > 0 ? floor_div(limit - 1 - most, coef) + 1 : floor_div(least, -coef) + 1;
    *outside = least < 0 || most >= limit;
    return true;
}

/* ---- collecting ---- */

static void open_clauses(Sema *s, Infer *infer, AstId owner)
{
    AstId list = owner - 1;
    uint32_t count = s->ast->nodes.at[list].count;
    AstId *kids = arena_array(s->arena, AstId, (size_t)count + 1);

    vec_push(s->arena, &infer->parts, (Part){ .owner = owner, .bindings = s->bindings.count });
    ast_kids(s->ast, list, kids);
    for (uint32_t k = 0; k < count; k++) {
        const AstNode *clause = &s->ast->nodes.at[kids[k]];
        CheckedIndex index;

        if (clause->kind != AST_CLAUSE)
            continue;
        index = sema_open_clause(s, kids[k], clause->u.name, clause->name_at);
        s->clause_index[kids[k]] = index + 1;
        if (!s->indices.at[index].known && !s->indices.at[index].bad)
            vec_push(s->arena, &infer->unknown, index);
    }
}

/* The condition of a select is over: in its branches subscripts do not count for the indices that it names. */
static void guard(Sema *s, Infer *infer, AstId owner)
{
    size_t from = infer->named.count, kept;

    vec_push(s->arena, &infer->parts,
             (Part){ .owner = owner, .bindings = s->bindings.count, .guarded = infer->guarded.count });
    while (from > 0 && infer->named_at.at[from - 1] >= s->ast->nodes.at[owner].first)
        from--;
    kept = from;
    for (size_t i = from; i < infer->named.count; i++) {
        CheckedIndex index = infer->named.at[i];
        bool again = false;

        for (size_t k = from; k < kept && !again; k++)
            again = infer->named.at[k] == index;
        if (again)
            continue;
        infer->named_at.at[kept] = infer->named_at.at[i];
        infer->named.at[kept++] = index;
        s->indices.at[index].guards++;
        vec_push(s->arena, &infer->guarded, index);
    }
    infer->named.count = infer->named_at.count = kept;
}

static void close_part(Sema *s, Infer *infer)
{
    Part part = vec_pop(&infer->parts);

    if (s->ast->nodes.at[part.owner].kind != AST_SELECT) {
        sema_unbind(s, part.bindings);
        return;
    }
    while (infer->guarded.count > part.guarded)
        s->indices.at[vec_pop(&infer->guarded)].guards--;
}

static void add_use(Sema *s, CheckedIndex index, Use use)
{
    IndexInfo *info = &s->indices.at[index];
    uint32_t link = (uint32_t)s->uses.count + 1;

    vec_push(s->arena, &s->uses, use);
    if (info->last_use != 0)
        s->uses.at[info->last_use - 1].next = link;
    else
        info->uses = link;
    info->last_use = link;
}

static void note_use(Sema *s, Use use)
{
    const AffPool *affs = &s->model->affs;

    if (use.aff == AFF_FAIL || !aff_is_whole(affs, use.aff))
        return;
    for (uint32_t i = 0; i < affs->affs.at[use.aff].count; i++) {
        const Atom *atom = &affs->atoms.at[affs->terms.at[affs->affs.at[use.aff].first + i].atom];

        if (atom->kind != ATOM_INDEX || s->indices.at[atom->of].known)
            continue;
        if (s->indices.at[atom->of].guards > 0)
            s->indices.at[atom->of].guarded = true;
        else
            add_use(s, atom->of, use);
    }
}

/* A[...] of a named array: what its items say about indices. */
static void note_subscript(Sema *s, AstId id)
{
    uint32_t count = s->ast->nodes.at[id - 1].count;
    const Form *items = s->forms.at + s->forms.count - count;
    AstId base = s->ast->nodes.at[id - 1].first - 1;
    Found found = { FOUND_NOTHING, 0 };

    if (s->ast->nodes.at[base].kind == AST_NAME)
        found = sema_find(s, s->ast->nodes.at[base].u.name);
    if (found.kind != FOUND_SYMBOL || s->symbols.at[found.id].bad)
        return;
    for (unsigned k = 0; k < count && k < s->model->symbols.at[found.id].shape.rank; k++) {
        int32_t extent = s->model->symbols.at[found.id].shape.extent[k];
        Use use = { .aff = items[k].aff, .limit = extent, .base = base, .item = items[k].ast, .axis = k };

        if (items[k].kind == FORM_SLICE) {
            use.is_slice = true;
            note_use(s, use);
            use.aff = items[k].high;
            use.limit = (int64_t)extent + 1;
            note_use(s, use);
        } else if (items[k].kind == FORM_AFFINE) {
            note_use(s, use);
        }
    }
}

static void note_name(Sema *s, Infer *infer, AstId id)
{
    Found found = sema_find(s, s->ast->nodes.at[id].u.name);

    if (found.kind != FOUND_INDEX || s->indices.at[found.id].known)
        return;
    vec_push(s->arena, &infer->named_at, id);
    vec_push(s->arena, &infer->named, found.id);
}

static AstId collect_events(Sema *s, Infer *infer, AstId at, AstId last)
{
    for (uint32_t link = s->events[at]; link != 0; link = s->next_event[link - 1]) {
        AstId owner = (link - 1) / 2;
        bool second = (link - 1) % 2 != 0;

        if (owner > last)
            continue;
        switch ((AstKind)s->ast->nodes.at[owner].kind) {
        case AST_REDUCE: case AST_COMPREHENSION:
            if (second)
                return owner;
            open_clauses(s, infer, owner);
            break;
        case AST_SELECT:
            if (!second)
                guard(s, infer, owner);
            break;
        default:
            break;
        }
    }
    return at;
}

static void collect(Sema *s, Infer *infer, AstId first, AstId last)
{
    size_t base = s->forms.count;

    for (AstId id = first; id <= last; id++) {
        AstKind kind;

        id = collect_events(s, infer, id, last);
        kind = (AstKind)s->ast->nodes.at[id].kind;
        if (kind == AST_SUBSCRIPT)
            note_subscript(s, id);
        if (kind == AST_NAME)
            note_name(s, infer, id);
        sema_form_step(s, id);
        if (kind == AST_REDUCE || kind == AST_COMPREHENSION || kind == AST_SELECT)
            close_part(s, infer);
    }
    s->forms.count = base;
}

/* ---- solving ---- */

static void set_high(Sema *s, CheckedIndex index, int64_t high)
{
    sema_set_range(s, index, AFF_ZERO, aff_const(&s->model->affs, high));
}

/* The index alone is a subscript. */
static void run_over_axes(Sema *s, CheckedIndex index)
{
    IndexInfo *info = &s->indices.at[index];

    for (uint32_t link = info->uses; link != 0; link = s->uses.at[link - 1].next) {
        const Use *use = &s->uses.at[link - 1], *direct = info->direct == 0 ? NULL : &s->uses.at[info->direct - 1];
        CheckedIndex alone;

        if (use->is_slice || !aff_is_index(&s->model->affs, use->aff, &alone) || alone != index)
            continue;
        if (direct == NULL) {
            info->direct = link;
            set_high(s, index, use->limit);
        } else if (direct->limit != use->limit) {
            sema_error(s, sema_at(s, use->item),
                       "the index '%s' runs over %lld elements of %s (axis %u) and over %lld of %s (axis %u)",
                       sema_name(s, s->model->indices.at[index].name), (long long)direct->limit,
                       sema_text(s, direct->base), direct->axis, (long long)use->limit, sema_text(s, use->base),
                       use->axis);
            info->bad = true;
            return;
        }
    }
}

static void say_outside(Sema *s, CheckedIndex index, const Use *use, int64_t high)
{
    const char *name = sema_name(s, s->model->indices.at[index].name), *item = sema_text(s, use->item);
    const char *base = sema_text(s, use->base);
    CheckedIndex same;
    int64_t offset;

    if (!use->is_slice && aff_is_shifted_index(&s->model->affs, use->aff, &same, &offset) && offset < 0)
        sema_error(s, sema_at(s, use->item),
                   "%s falls outside at %s = 0; guard it: (%s %s %lld ? ... : %s[%s]) for %s in 0..%lld", item, name,
                   name, offset == -1 ? "==" : "<", offset == -1 ? 0LL : -(long long)offset, base, item, name,
                   (long long)high);
    else
        sema_error(s, sema_at(s, use->item),
                   "%s falls outside %s (axis %u) at %s = 0; state the range:  for %s in a..b", item, base, use->axis,
                   name, name);
}

/* False: another index has to be known first. */
static bool take_largest(Sema *s, CheckedIndex index)
{
    int64_t smallest = INT64_MAX;

    if (s->indices.at[index].uses == 0)
        return false;
    for (uint32_t link = s->indices.at[index].uses; link != 0; link = s->uses.at[link - 1].next) {
        Use use = s->uses.at[link - 1];
        bool outside;
        int64_t high;

        if (!sema_largest(s, use.aff, index, use.limit, &high, &outside))
            return false;
        if (outside) {
            say_outside(s, index, &use, high);
            s->indices.at[index].bad = true;
            smallest = 1;
            break;
        }
        if (high < smallest)
            smallest = high;
    }
    set_high(s, index, smallest);
    return true;
}

static void say_unknown(Sema *s, CheckedIndex index)
{
    const char *name = sema_name(s, s->model->indices.at[index].name);

    sema_error(s, s->model->indices.at[index].at, "nothing here fixes the range of '%s'%s; write  for %s in 0..n", name,
               s->indices.at[index].guarded ? " (a subscript under a condition on it does not count)" : "", name);
}

static void solve(Sema *s, Infer *infer)
{
    size_t left = 0;
    bool moved = true;

    for (size_t i = 0; i < infer->unknown.count; i++) {
        run_over_axes(s, infer->unknown.at[i]);
        if (!s->indices.at[infer->unknown.at[i]].known)
            infer->unknown.at[left++] = infer->unknown.at[i];
    }
    while (moved && left > 0) {
        size_t count = left;

        left = 0;
        moved = false;
        for (size_t i = 0; i < count; i++) {
            if (take_largest(s, infer->unknown.at[i]))
                moved = true;
            else
                infer->unknown.at[left++] = infer->unknown.at[i];
        }
    }
    if (left > 0)
        say_unknown(s, infer->unknown.at[0]);
    for (size_t i = 0; i < left; i++)
        s->indices.at[infer->unknown.at[i]].bad = true;
}

/* The statement (or bounds, condition, default) is the subtree [first, last]; `left` are its indices on the left. */
void sema_infer(Sema *s, AstId first, AstId last, const CheckedIndex *left, uint32_t left_count)
{
    Infer infer = { 0 };
    bool was = s->plain;

    s->plain = true;
    s->uses.count = 0;
    for (uint32_t k = 0; k < left_count; k++)
        if (!s->indices.at[left[k]].known && !s->indices.at[left[k]].bad)
            vec_push(s->arena, &infer.unknown, left[k]);
    collect(s, &infer, first, last);
    solve(s, &infer);
    s->plain = was;
}
