/* sema_index.c -- indices and the ranges that are stated for them. */
#include "front/sema.h"

CheckedIndex sema_new_index(Sema *s, AstId ast, Name name, Span at)
{
    CheckedIndex index = (CheckedIndex)s->model->indices.count;

    (void)ast;
    vec_push(s->arena, &s->model->indices, (CheckedIndexInfo){ .name = name, .at = at });
    vec_push(s->arena, &s->indices, (IndexInfo){ 0 });
    return index;
}

/* Do the bounds use an index that has an error? */
static bool depends_on_bad(const Sema *s, AffId bound)
{
    const AffPool *affs = &s->model->affs;
    const Affine *form = &affs->affs.at[bound];

    for (uint32_t i = 0; i < form->count; i++) {
        const Atom *atom = &affs->atoms.at[affs->terms.at[form->first + i].atom];

        if (atom->kind == ATOM_INDEX && (s->indices.at[atom->of].bad || !s->indices.at[atom->of].known))
            return true;
    }
    return false;
}

static bool find_extremes(Sema *s, CheckedIndex index)
{
    CheckedIndexInfo *info = &s->model->indices.at[index];
    bool was = s->plain, good;

    s->plain = true;
    good = sema_bound(s, info->low, false, &info->least) &&
           sema_bound(s, aff_offset(&s->model->affs, info->high, -1), true, &info->most);
    s->plain = was;
    return good && info->least >= -INT32_MAX && info->most < INT32_MAX;
}

void sema_set_range(Sema *s, CheckedIndex index, AffId low, AffId high)
{
    int64_t value;

    s->model->indices.at[index].low = low;
    s->model->indices.at[index].high = high;
    s->indices.at[index].known = true;
    s->indices.at[index].changes =
        !aff_is_const(&s->model->affs, low, &value) || !aff_is_const(&s->model->affs, high, &value);
    find_extremes(s, index);
}

bool sema_constant_range(const Sema *s, CheckedIndex index, int64_t *low, int64_t *high)
{
    const CheckedIndexInfo *info = &s->model->indices.at[index];

    return s->indices.at[index].known && !s->indices.at[index].bad && aff_is_const(&s->model->affs, info->low, low) &&
           aff_is_const(&s->model->affs, info->high, high);
}

const char *sema_range_text(Sema *s, AstId low, AstId high)
{
    Text text;

    text_init(&text, s->arena);
    text_printf(&text, "%s..%s", sema_text(s, low), sema_text(s, high));
    return text_string(&text);
}

/* ---- stated bounds ---- */

/* An element of an integer input has no constant range; one of a const is as good as a number. */
static bool uses_input(const Sema *s, AffId aff)
{
    const AffPool *affs = &s->model->affs;
    const Affine *form = &affs->affs.at[aff];

    for (uint32_t i = 0; i < form->count; i++) {
        const Atom *atom = &affs->atoms.at[affs->terms.at[form->first + i].atom];

        if (atom->kind == ATOM_ELEMENT && s->model->symbols.at[atom->of].role != NAME_CONST)
            return true;
    }
    return false;
}

static void say_not_constant(Sema *s, AstId ast, const char *rule)
{
    const AstNode *node = &s->ast->nodes.at[ast];

    if (node->kind == AST_NAME && sema_find(s, node->u.name).kind == FOUND_NOTHING && !s->implicit)
        sema_lookup(s, ast);
    else
        sema_error(s, sema_at(s, ast), "'%s' is not a constant: %s", sema_text(s, ast), rule);
}

/* Nothing else proves the subscripts of the elements in a bound. True: they are in range. */
static bool has_its_elements(Sema *s, AstId ast, AffId bound)
{
    AffPool *affs = &s->model->affs;
    VEC(AffId) rest = { 0 };

    vec_push(s->arena, &rest, bound);
    while (rest.count > 0) {
        Affine form = affs->affs.at[vec_pop(&rest)];

        for (uint32_t i = 0; i < form.count; i++) {
            Atom atom = affs->atoms.at[affs->terms.at[form.first + i].atom];

            for (unsigned k = 0; atom.kind == ATOM_ELEMENT && k < atom.rank; k++) {
                AffId sub = affs->subs.at[atom.subs + k];
                int64_t least, most, extent = s->model->symbols.at[atom.of].shape.extent[k];

                vec_push(s->arena, &rest, sub);
                if (sema_bound(s, sub, false, &least) && sema_bound(s, sub, true, &most) && least >= 0 && most < extent)
                    continue;
                sema_error(s, sema_at(s, ast), "in the bound %s the subscript %s may leave 0..%lld of %s (axis %u)", sema_text(s, ast),
                           sema_aff_text(s, sub), (long long)extent, sema_name(s, s->model->symbols.at[atom.of].name), k);
                return false;
            }
        }
    }
    return true;
}

bool sema_bound_form(Sema *s, AstId ast, const char *rule, AffId *aff)
{
    Form form = sema_form(s, ast);
    AffId result = sema_form_aff(s, &form);

    if (form.kind == FORM_EXACT && !rational_is_whole(form.number)) {
        sema_error(s, sema_at(s, ast), "a bound is an integer, not %s = %s", sema_text(s, ast),
                   sema_rational_text(s, form.number));
        return false;
    }
    if (form.kind == FORM_EXACT && result == AFF_FAIL) {
        sema_error(s, sema_at(s, ast), "the bound %s is too large", sema_text(s, ast));
        return false;
    }
    if (result == AFF_FAIL) {
        if (!form.silent)
            say_not_constant(s, form.kind == FORM_NONE ? form.ast : ast, rule);
        return false;
    }
    if (uses_input(s, result)) {
        say_not_constant(s, ast, rule);
        return false;
    }
    if (!aff_is_whole(&s->model->affs, result)) {
        sema_error(s, sema_at(s, ast), "the bound %s is not an integer", sema_text(s, ast));
        return false;
    }
    *aff = result;
    return has_its_elements(s, ast, result);
}

/* The range that a clause states, if it does. */
void sema_state_range(Sema *s, CheckedIndex index, AstId clause)
{
    static const char rule[] = "a bound is made of literals, consts and outer indices";
    AstId high_ast = clause - 1, low_ast = s->ast->nodes.at[high_ast].first - 1;
    AffId low = AFF_FAIL, high = AFF_FAIL;
    int64_t first, last;
    bool good;

    if (s->ast->nodes.at[high_ast].kind == AST_NONE)
        return;
    good = sema_bound_form(s, low_ast, rule, &low);
    good = sema_bound_form(s, high_ast, rule, &high) && good;
    s->indices.at[index].stated = true;
    s->indices.at[index].bad = s->indices.at[index].bad || !good;
    if (!good)
        return;
    sema_set_range(s, index, low, high);
    if (sema_constant_range(s, index, &first, &last) && first >= last) {
        sema_error(s, s->model->indices.at[index].at, "the range of '%s' is empty: %s",
                   sema_name(s, s->model->indices.at[index].name), sema_range_text(s, low_ast, high_ast));
        s->indices.at[index].bad = true;
    }
}

/* ---- making them ---- */

bool sema_index_name(Sema *s, Name name, Span at)
{
    Found found = sema_find(s, name);
    Span other;

    sema_warn_hiding(s, name, at);
    if (found.kind == FOUND_NOTHING)
        return true;
    other = found.kind == FOUND_INDEX ? s->model->indices.at[found.id].at : s->model->symbols.at[found.id].at;
    sema_error(s, at, "the index '%s' is also the name of %s (line %u); rename one", sema_name(s, name),
               found.kind == FOUND_INDEX ? "an index in use" : sema_role(s, found.id), sema_line(s, other.begin));
    return false;
}

CheckedIndex sema_open_clause(Sema *s, AstId clause, Name name, Span at)
{
    bool good = sema_index_name(s, name, at);
    CheckedIndex index = sema_new_index(s, clause, name, at);

    s->indices.at[index].bad = !good;
    if (s->ast->nodes.at[clause].kind == AST_CLAUSE)
        sema_state_range(s, index, clause);
    sema_bind(s, name, true, index);
    return index;
}

CheckedIndex sema_clause(Sema *s, AstId clause)
{
    const AstNode *node = &s->ast->nodes.at[clause];
    CheckedIndex index;

    if (s->clause_index[clause] == 0) {
        index = sema_open_clause(s, clause, node->u.name, node->name_at);
    } else {
        index = s->clause_index[clause] - 1;
        s->clause_index[clause] = 0;
        sema_bind(s, node->u.name, true, index);
    }
    if (!s->indices.at[index].known || depends_on_bad(s, s->model->indices.at[index].low) ||
        depends_on_bad(s, s->model->indices.at[index].high)) {
        s->indices.at[index].bad = true;
    } else if (!s->indices.at[index].bad && !find_extremes(s, index)) {
        sema_error(s, node->name_at, "the range of '%s' is too large", sema_name(s, node->u.name));
        s->indices.at[index].bad = true;
    }
    return index;
}

bool sema_has_open_clause(const Sema *s, AstId first, AstId last)
{
    size_t low = 0, high = s->open_clauses.count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (s->open_clauses.at[middle] < first)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->open_clauses.count && s->open_clauses.at[low] <= last;
}
