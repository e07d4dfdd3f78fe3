/* trace_atoms.c -- integer expressions and conditions on indices at a point of a domain, where elements of integer inputs are unknown. */
#include <math.h>

#include "base/sort.h"
#include "sparse/trace.h"

/* ---- which atoms a stage has -------------------------------------------------------------------------- */

void trace_begin_atoms(Trace *t)
{
    t->atoms.count = 0;
    t->listing++;
}

/* An element's subscripts have older atoms than itself; what is pushed here is looked at by trace_end_atoms. */
void trace_list_atoms(Trace *t, AffId aff)
{
    const Affine *a = &t->p->affs.affs.at[aff];

    for (uint32_t i = 0; i < a->count; i++) {
        AtomId atom = t->p->affs.terms.at[a->first + i].atom;

        if (t->atom_seen[atom] == t->listing)
            continue;
        t->atom_seen[atom] = t->listing;
        vec_push(t->arena, &t->atoms, atom);
    }
}

void trace_end_atoms(Trace *t)
{
    for (size_t i = 0; i < t->atoms.count; i++) {
        const Atom *atom = &t->p->affs.atoms.at[t->atoms.at[i]];

        for (unsigned k = 0; atom->kind == ATOM_ELEMENT && k < atom->rank; k++)
            trace_list_atoms(t, t->p->affs.subs.at[atom->subs + k]);
    }
    if (t->atoms.count > 1)
        sort_ids(t->p->heap, t->atoms.at, t->atoms.count);
}

/* ---- values ------------------------------------------------------------------------------------------- */

static bool aff_known(const Trace *t, AffId aff, int64_t *value)
{
    const Affine *a = &t->p->affs.affs.at[aff];

    *value = a->constant;
    for (uint32_t i = 0; i < a->count; i++) {
        AffTerm term = t->p->affs.terms.at[a->first + i];

        if (!t->atom_known[term.atom])
            return false;
        *value += term.coef * t->atom_values[term.atom];
    }
    return true;
}

/* The position of an element whose subscripts are known; SIZE_MAX: out of range. */
static bool known_offset(const Trace *t, SymId id, const AffId *subs, size_t *offset)
{
    const Symbol *symbol = &t->p->symbols.at[id];

    *offset = 0;
    for (unsigned k = 0; k < symbol->rank; k++) {
        int64_t at;

        if (!aff_known(t, subs[k], &at))
            return false;
        if (at < 0 || at >= symbol->extents[k])
            *offset = SIZE_MAX;
        else if (*offset != SIZE_MAX)
            *offset = *offset * (size_t)symbol->extents[k] + (size_t)at;
    }
    return true;
}

static bool element_known(const Trace *t, const Atom *atom, int64_t *value)
{
    const Symbol *symbol = &t->p->symbols.at[atom->of];
    bool input = symbol->role == SYM_INTEGER && !symbol->local; /* counts of turns and positions of maxima are not the caller's */
    const int32_t *given = input && t->asked->given != NULL ? t->asked->given[atom->of] : NULL;
    size_t offset;

    if ((symbol->role != SYM_TABLE && given == NULL) || !known_offset(t, atom->of, t->p->affs.subs.at + atom->subs, &offset))
        return false;
    *value = 0;
    if (offset != SIZE_MAX && symbol->role != SYM_TABLE)
        *value = given[offset];
    return offset == SIZE_MAX || symbol->role != SYM_TABLE || rational_to_int(symbol->values[offset], value);
}

void trace_compute_atoms(Trace *t)
{
    for (size_t i = 0; i < t->atoms.count; i++) {
        AtomId id = t->atoms.at[i];
        const Atom *atom = &t->p->affs.atoms.at[id];

        if (t->atom_tried[id])
            continue;
        t->atom_known[id] = true;
        if (atom->kind == ATOM_INDEX)
            t->atom_values[id] = t->indices[atom->of];
        else
            t->atom_known[id] = element_known(t, atom, &t->atom_values[id]);
    }
}

void trace_bounds(const Trace *t, AffId aff, int64_t *least, int64_t *most)
{
    const Affine *a = &t->p->affs.affs.at[aff];

    *least = *most = a->constant;
    for (uint32_t i = 0; i < a->count; i++) {
        AffTerm term = t->p->affs.terms.at[a->first + i];
        int64_t low = t->atom_values[term.atom], high = low + 1;

        if (!t->atom_known[term.atom])
            program_element_range(t->p, &t->p->affs.atoms.at[term.atom], &low, &high);
        *least += term.coef * (term.coef > 0 ? low : high - 1);
        *most += term.coef * (term.coef > 0 ? high - 1 : low);
    }
}

/* ---- conditions --------------------------------------------------------------------------------------- */

static double unknown(void)
{
    return (double)NAN;
}

static bool decides(Op op)
{
    return op == OP_LITERAL || op == OP_INTEGER || (op_info[op].result == KIND_CONDITION && op_info[op].arity > 0);
}

static const ConditionCode *condition_code(Trace *t, NodeId condition)
{
    ConditionCode *code = &t->conditions[condition];
    NodeVec nodes = { 0 };
    bool integers = false;

    if (code->listed)
        return code;
    *code = (ConditionCode){ .listed = true, .first = (uint32_t)t->condition_nodes.count };
    node_reach(t->p, t->arena, &condition, 1, &nodes);
    for (size_t i = 0; i < nodes.count; i++)
        integers |= t->p->nodes.at[nodes.at[i]].op == OP_INTEGER;
    for (size_t i = 0; integers && i < nodes.count; i++)
        vec_push(t->arena, &t->condition_nodes, nodes.at[i]);
    code->count = (uint32_t)t->condition_nodes.count - code->first;
    return code;
}

void trace_list_condition(Trace *t, NodeId condition)
{
    const ConditionCode *code = condition_code(t, condition);

    for (uint32_t i = 0; i < code->count; i++) {
        const Node *node = &t->p->nodes.at[t->condition_nodes.at[code->first + i]];

        if (node->op == OP_INTEGER)
            trace_list_atoms(t, node->u.aff);
    }
}

static double condition_value(const Trace *t, const Node *node)
{
    double args[OP_MOST_ARGS] = { 0 };
    bool known = true;
    int64_t whole;

    if (node->op == OP_LITERAL)
        return rational_to_double(t->p->literals.at[node->u.literal]);
    if (node->op == OP_INTEGER)
        return aff_known(t, node->u.aff, &whole) ? (double)whole : unknown();
    if (!decides((Op)node->op))
        return unknown();
    for (unsigned k = 0; k < op_info[node->op].arity; k++) {
        args[k] = t->condition_values[node->u.arg[k]];
        known &= !isnan(args[k]);
    }
    if (node->op == OP_AND && (args[0] == 0 || args[1] == 0))
        return 0;
    if (node->op == OP_OR && ((args[0] != 0 && !isnan(args[0])) || (args[1] != 0 && !isnan(args[1]))))
        return 1;
    return known ? op_value((Op)node->op, args) : unknown();
}

int trace_decide(Trace *t, NodeId condition)
{
    const ConditionCode *code = condition_code(t, condition);
    double value = unknown();

    for (uint32_t i = 0; i < code->count; i++) {
        NodeId node = t->condition_nodes.at[code->first + i];

        value = t->condition_values[node] = condition_value(t, &t->p->nodes.at[node]);
    }
    t->steps += code->count;
    return isnan(value) ? -1 : value != 0;
}

/* ---- elements that subscripts reach ------------------------------------------------------------------- */

Reach trace_reach(Trace *t, SymId symbol, const AffId *subs)
{
    Reach reach = { .symbol = symbol, .subs = subs, .first = t->unknown.count };

    for (unsigned k = 0; k < t->p->symbols.at[symbol].rank; k++) {
        const Affine *a = &t->p->affs.affs.at[subs[k]];

        for (uint32_t i = 0; i < a->count; i++) {
            AtomId atom = t->p->affs.terms.at[a->first + i].atom;

            if (t->atom_known[atom])
                continue;
            t->atom_known[atom] = true; /* each once; trace_next gives it a value */
            vec_push(t->arena, &t->unknown, atom);
            reach.count++;
        }
    }
    return reach;
}

/* Steps through the values of the unknown atoms like an odometer. */
static bool step_atoms(Trace *t, const Reach *reach)
{
    for (size_t i = reach->first; i < reach->first + reach->count; i++) {
        AtomId id = t->unknown.at[i];
        int64_t low, high;

        program_element_range(t->p, &t->p->affs.atoms.at[id], &low, &high);
        if (reach->started && ++t->atom_values[id] < high)
            return true;
        t->atom_values[id] = low;
        t->atom_tried[id] = true;
    }
    return !reach->started;
}

bool trace_next(Trace *t, Reach *reach, size_t *element)
{
    bool more = step_atoms(t, reach);

    reach->started = true;
    t->steps++;
    for (size_t i = reach->first; !more && i < reach->first + reach->count; i++)
        t->atom_tried[t->unknown.at[i]] = t->atom_known[t->unknown.at[i]] = false;
    if (!more)
        t->unknown.count = reach->first;
    if (reach->count > 0)
        trace_compute_atoms(t);
    return more && known_offset(t, reach->symbol, reach->subs, element);
}
