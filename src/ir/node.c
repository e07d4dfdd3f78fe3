/* node.c -- hash-consing constructors of nodes, and derivatives by the rows of ops.def. */
#include <string.h>

#include "ir/simplify.h"
#include "ir/tables.h"

/* ---- the table of nodes ----------------------------------------------------------------------------- */

/* An operator that commutes has one hash for both orders. */
static uint64_t node_hash(const Node *node)
{
    NodeId a = node->u.arg[0], b = node->u.arg[1];
    uint64_t hash = hash_mix(HASH_START, node->op);

    if (op_info[node->op].commutes && a > b) {
        a = node->u.arg[1];
        b = node->u.arg[0];
    }
    hash = hash_mix(hash, (uint64_t)a << 32 | b);
    return hash_mix(hash, node->u.arg[2]);
}

static bool same_node(const Node *a, const Node *b)
{
    if (a->op != b->op)
        return false;
    if (memcmp(a->u.arg, b->u.arg, sizeof a->u.arg) == 0)
        return true;
    return op_info[a->op].commutes && a->u.arg[0] == b->u.arg[1] && a->u.arg[1] == b->u.arg[0];
}

/* The slot that holds an equal node, or the free one where it belongs. Most nodes on the way differ in their hash already, and
 * those are not looked at: they lie anywhere in memory. */
static size_t find_slot(const Program *p, const Node *node, uint64_t hash)
{
    const NodeSlot *slots = p->tables->node_slots;
    size_t mask = p->tables->node_room - 1, i = hash & mask;
    uint32_t tag = (uint32_t)(hash >> 32);

    while (slots[i].id != 0 && (slots[i].tag != tag || !same_node(&p->nodes.at[slots[i].id - 1], node)))
        i = (i + 1) & mask;
    return i;
}

static void grow_slots(Program *p)
{
    ProgramTables *t = p->tables;

    arena_drop(p->arena, t->node_slots, t->node_room * sizeof *t->node_slots);
    t->node_room = t->node_room == 0 ? 64 : 2 * t->node_room;
    t->node_slots = arena_array(p->arena, NodeSlot, t->node_room);
    for (NodeId i = 0; i < p->nodes.count; i++) {
        uint64_t hash = node_hash(&p->nodes.at[i]);

        t->node_slots[find_slot(p, &p->nodes.at[i], hash)] = (NodeSlot){ i + 1, (uint32_t)(hash >> 32) };
    }
}

static NodeId intern(Program *p, const Node *node)
{
    ProgramTables *t = p->tables;
    uint64_t hash = node_hash(node);
    size_t slot;

    if (3 * (p->nodes.count + 1) > 2 * t->node_room)
        grow_slots(p);
    slot = find_slot(p, node, hash);
    if (t->node_slots[slot].id == 0) {
        if (p->nodes.count >= NO_ID - 1)
            longjmp(*p->arena->on_failure, 1);
        vec_push(p->arena, &p->nodes, *node);
        vec_push(p->arena, &p->infos, (NodeInfo){ NAME_NONE, { 0, 0 } });
        t->node_slots[slot] = (NodeSlot){ (uint32_t)p->nodes.count, (uint32_t)(hash >> 32) };
    }
    return t->node_slots[slot].id - 1;
}

/* ---- leaves ----------------------------------------------------------------------------------------- */

typedef struct {
    const Program *program;
    Rational value;
} SoughtLiteral;

static bool same_literal(const void *context, uint32_t id)
{
    const SoughtLiteral *sought = context;

    return rational_equal(sought->program->literals.at[id], sought->value);
}

NodeId node_literal(Program *p, Rational value)
{
    uint64_t hash = rational_hash(value);
    uint32_t id = hash_find(&p->tables->literals, hash, same_literal, &(SoughtLiteral){ p, value });
    Node node = { .op = OP_LITERAL, .u.arg = { NO_ID, NO_ID, NO_ID } };

    if (id == HASH_NONE) {
        id = (uint32_t)p->literals.count;
        vec_push(p->arena, &p->literals, rational_copy(p->arena, value));
        hash_add(p->arena, &p->tables->literals, hash, id);
    }
    node.u.literal = id;
    return intern(p, &node);
}

NodeId node_int(Program *p, int64_t value)
{
    return node_literal(p, RATIONAL(value));
}

NodeId node_integer(Program *p, AffId aff)
{
    Node node = { .op = OP_INTEGER, .u.arg = { NO_ID, NO_ID, NO_ID } };
    int64_t value;

    if (aff_is_const(&p->affs, aff, &value))
        return node_int(p, value);
    node.u.aff = aff;
    node.deps = set_of_aff(p, aff);
    return intern(p, &node);
}

/* Is it an element of a table that is known by now? */
static const Rational *known_element(const Program *p, SymId symbol, const AffId *subs)
{
    const Symbol *table = &p->symbols.at[symbol];
    uint64_t place = 0;

    if (table->role != SYM_TABLE)
        return NULL;
    for (uint32_t k = 0; k < table->rank; k++) {
        int64_t sub;

        if (!aff_is_const(&p->affs, subs[k], &sub) || sub < 0 || sub >= table->extents[k])
            return NULL;
        place = place * (uint64_t)table->extents[k] + (uint64_t)sub;
    }
    return &table->values[place];
}

NodeId node_read(Program *p, SymId symbol, const AffId *subs)
{
    Node node = { .op = OP_READ, .u.arg = { NO_ID, NO_ID, NO_ID } };
    uint32_t rank = p->symbols.at[symbol].rank;
    const Rational *known = p->simplify ? known_element(p, symbol, subs) : NULL;

    if (known != NULL)
        return node_literal(p, *known);
    node.u.read.symbol = symbol;
    node.u.read.subs = tables_subs(p, subs, rank);
    for (uint32_t i = 0; i < rank; i++)
        node.deps = set_union(p, node.deps, set_of_aff(p, p->subs.at[node.u.read.subs + i]));
    return intern(p, &node);
}

NodeId node_function(Program *p, Name function)
{
    Node node = { .op = OP_FUNCTION, .u.arg = { NO_ID, NO_ID, NO_ID } };

    node.u.function = function;
    return intern(p, &node);
}

/* ---- operators -------------------------------------------------------------------------------------- */

NodeId node_raw(Program *p, Op op, NodeId a, NodeId b, NodeId c)
{
    Node node = { .op = (uint16_t)op, .u.arg = { a, b, c } };

    for (unsigned k = 0; k < op_info[op].arity; k++)
        node.deps = set_union(p, node.deps, p->nodes.at[node.u.arg[k]].deps);
    for (unsigned k = op_info[op].arity; k < OP_MOST_ARGS; k++)
        node.u.arg[k] = NO_ID;
    return intern(p, &node);
}

NodeId node_op(Program *p, Op op, NodeId a, NodeId b, NodeId c)
{
    NodeId simple = p->simplify ? simplify_op(p, op, a, b, c) : NO_ID;

    return simple != NO_ID ? simple : node_raw(p, op, a, b, c);
}

NodeId node_call(Program *p, Name function, const NodeId *args, uint32_t count)
{
    NodeId list = args[count - 1];

    for (uint32_t k = count - 1; k-- > 0;)
        list = node_raw(p, OP_LIST, args[k], list, NO_ID);
    return node_raw(p, OP_CALL, node_function(p, function), list, NO_ID);
}

void node_describe(Program *p, NodeId node, Name name, Span at)
{
    NodeInfo *info = &p->infos.at[node];

    /* A leaf has the name of its symbol, whatever else the user calls it. */
    if (info->name == NAME_NONE && op_info[p->nodes.at[node].op].form != FORM_LEAF)
        info->name = name;
    if (info->at.end == 0)
        info->at = at;
}

bool node_is_literal(const Program *p, NodeId node, Rational *value)
{
    if (p->nodes.at[node].op != OP_LITERAL)
        return false;
    *value = p->literals.at[p->nodes.at[node].u.literal];
    return true;
}

bool node_is_int(const Program *p, NodeId node, int64_t value)
{
    Rational literal;

    return node_is_literal(p, node, &literal) && rational_is_int(literal, value);
}

const AffId *node_subs(const Program *p, NodeId node)
{
    return p->subs.at + p->nodes.at[node].u.read.subs;
}

/* ---- derivatives ------------------------------------------------------------------------------------ */

enum { LONGEST_PARTIAL = 64 };

static void read_formula(Program *p, const char *at, PartialCode *code)
{
    code->words = arena_array(p->arena, PartialWord, LONGEST_PARTIAL);
    while (*at != '\0' && code->count < LONGEST_PARTIAL)
        code->words[code->count++] = partial_word(&at);
}

static const PartialCode *read_partial(Program *p, Op op, unsigned k)
{
    PartialCode *code = &p->tables->partials[op][k];

    if (code->words == NULL)
        read_formula(p, op_info[op].partial[k], code);
    return code;
}

/* Applies the operator to the last values of the stack; returns how many there are then. */
static size_t apply_word(Program *p, Op op, NodeId *stack, size_t depth)
{
    NodeId arg[OP_MOST_ARGS] = { NO_ID, NO_ID, NO_ID };
    size_t arity = op_info[op].arity;

    memcpy(arg, stack + depth - arity, arity * sizeof *arg);
    stack[depth - arity] = node_op(p, op, arg[0], arg[1], arg[2]);
    return depth - arity + 1;
}

static NodeId run_formula(Program *p, const PartialCode *code, const NodeId *args, NodeId result)
{
    NodeId stack[LONGEST_PARTIAL] = { NO_ID };
    size_t depth = 0;

    for (uint32_t i = 0; i < code->count; i++) {
        PartialWord word = code->words[i];

        if (word.kind == WORD_OP)
            depth = apply_word(p, (Op)word.value, stack, depth);
        else if (word.kind == WORD_NUMBER)
            stack[depth++] = node_int(p, word.value);
        else
            stack[depth++] = word.kind == WORD_RESULT ? result : args[word.value];
    }
    return stack[0];
}

NodeId node_partial(Program *p, NodeId node, NodeId result, unsigned k)
{
    Node of = p->nodes.at[node];

    if (op_info[of.op].partial[k] == NULL)
        return NO_ID;
    return run_formula(p, read_partial(p, (Op)of.op, k), of.u.arg, result);
}

NodeId node_formula(Program *p, const char *postfix, const NodeId *args)
{
    PartialCode code = { 0 };

    read_formula(p, postfix, &code);
    return run_formula(p, &code, args, NO_ID);
}
