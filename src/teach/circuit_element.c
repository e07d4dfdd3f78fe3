/* circuit_element.c -- single elements of a circuit whose arrays are written out. */
#include "teach/circuit_element.h"

void circuit_write_out(Unit *unit, uint64_t most)
{
    unit->lowered.program = pass_elements(unit->lowered.program, most);
}

/* Row-major; false: a subscript is not a number. */
static bool find_place(const Program *p, SymId of, const AffId *subs, size_t *element)
{
    const Symbol *symbol = &p->symbols.at[of];

    *element = 0;
    for (unsigned k = 0; k < symbol->rank; k++) {
        int64_t sub;

        if (!aff_is_const(&p->affs, subs[k], &sub))
            return false;
        *element = *element * (size_t)symbol->extents[k] + (size_t)sub;
    }
    return true;
}

static bool find_element(const Program *p, NodeId read, size_t *element)
{
    return find_place(p, p->nodes.at[read].u.read.symbol, node_subs(p, read), element);
}

bool circuit_target(const Circuit *circuit, StageId stage, size_t *element)
{
    const Stage *at = &circuit->program->stages.at[stage];

    return at->op != STAGE_ARGMAX && find_place(circuit->program, at->target, at->subs, element);
}

bool circuit_element(const Circuit *circuit, WireId wire, size_t *element)
{
    const Wire *w = &circuit->wires.at[wire];
    const Program *p = circuit->program;

    return w->read != NO_ID && p->nodes.at[w->read].op == OP_READ && p->stages.at[w->forward].rank == 0 &&
           p->nodes.at[w->read].u.read.symbol == circuit->gates.at[w->from].value && find_element(p, w->read, element);
}

double circuit_value_at(const Circuit *circuit, SymId symbol, size_t element)
{
    const Evaluation *e = &circuit->evaluation;

    return e->reals[symbol] != NULL ? e->reals[symbol][element] : (double)e->integers[symbol][element];
}

static double leaf_value(const Circuit *circuit, NodeId id)
{
    const Program *p = circuit->program;
    const Node *node = &p->nodes.at[id];
    size_t element;
    int64_t whole;

    switch (node->op) {
    case OP_READ:
        return find_element(p, id, &element) ? circuit_value_at(circuit, node->u.read.symbol, element) : 0;
    case OP_LITERAL:
        return rational_to_double(p->literals.at[node->u.literal]);
    case OP_INTEGER:
        return aff_is_const(&p->affs, node->u.aff, &whole) ? (double)whole : 0;
    default:
        return op_value((Op)node->op, NULL);
    }
}

double circuit_number(const Circuit *circuit, NodeId node)
{
    const Program *p = circuit->program;
    Arena *arena = heap_arena(p->heap);
    NodeVec reached = { 0 };
    double *values = arena_array(arena, double, (size_t)node + 1), result;

    node_reach(p, arena, &node, 1, &reached);
    for (size_t i = 0; i < reached.count; i++) {
        const Node *at = &p->nodes.at[reached.at[i]];
        double args[OP_MOST_ARGS] = { 0 };

        for (unsigned k = 0; k < op_info[at->op].arity; k++)
            args[k] = values[at->u.arg[k]];
        if (op_info[at->op].arity == 0)
            values[reached.at[i]] = leaf_value(circuit, reached.at[i]);
        else
            values[reached.at[i]] = at->op == OP_SELECT ? (args[0] != 0 ? args[1] : args[2]) : op_value((Op)at->op, args);
    }
    result = values[node];
    heap_release(p->heap, arena);
    return result;
}
