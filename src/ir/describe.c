/* describe.c -- names that tell what a node computes: sig_y, x_plus_y, x_squared. */
#include <stdio.h>
#include <string.h>

#include "ir/program.h"

/* A program with more nodes is for no reader: its text and the names for it would take most of the memory. */
enum { MOST_NAMED = 10000 };

enum { LONGEST_NAME = 24, MOST_PENDING = LONGEST_NAME };

/* What is still to be written: a text, or (if NULL) a node. Everything pending gives at least one byte, so more than
 * fit in a name cannot be pending: deep expressions fail early and need no deep stack. */
typedef struct {
    const char *text;
    NodeId node;
    uint8_t level; /* how tightly the node has to bind to be understood: LEVEL_... */
} Pending;

enum { LEVEL_SUM, LEVEL_TERM, LEVEL_FACTOR };

typedef struct {
    const Program *p;
    char name[LONGEST_NAME + 1];
    size_t size;
    Pending pending[MOST_PENDING];
    size_t count;
    bool failed;
} Namer;

static const char *const digit_names[] = { "zero", "one", "two",   "three", "four", "five",
                                           "six",  "seven", "eight", "nine", "ten" };

static void write_text(Namer *n, const char *text)
{
    size_t size = strlen(text);

    if (n->size + size > LONGEST_NAME) {
        n->failed = true;
        return;
    }
    memcpy(n->name + n->size, text, size);
    n->size += size;
}

static void push(Namer *n, const char *text, NodeId node, unsigned level)
{
    if (n->count == MOST_PENDING)
        n->failed = true;
    else
        n->pending[n->count++] = (Pending){ text, node, (uint8_t)level };
}

static void write_number(Namer *n, int64_t value)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lld", (long long)value);
    write_text(n, digits);
}

static void write_literal(Namer *n, NodeId node)
{
    Rational value;
    int64_t whole;

    node_is_literal(n->p, node, &value);
    if (value.big == NULL && value.num == 1 && value.den == 2) {
        write_text(n, "half");
    } else if (!rational_to_int(value, &whole) || whole < 0) {
        n->failed = true;
    } else if (n->size == 0) {
        if (whole <= 10)
            write_text(n, digit_names[whole]);
        else
            n->failed = true;
    } else {
        write_number(n, whole);
    }
}

/* x[3] is x_3, x[i+1] is x_next; plain subscripts go without saying. */
static void write_sub(Namer *n, AffId sub)
{
    int64_t value;
    uint32_t index;

    if (aff_is_const(&n->p->affs, sub, &value)) {
        write_text(n, "_");
        write_number(n, value);
    } else if (!aff_is_shifted_index(&n->p->affs, sub, &index, &value) || value < -1 || value > 1) {
        n->failed = true;
    } else if (value != 0) {
        write_text(n, value > 0 ? "_next" : "_prev");
    }
}

static void write_read(Namer *n, NodeId node)
{
    const Symbol *symbol = &n->p->symbols.at[n->p->nodes.at[node].u.read.symbol];

    n->failed |= symbol->name == NAME_NONE;
    write_text(n, names_text(n->p->names, symbol->name));
    for (uint32_t i = 0; i < symbol->rank; i++)
        write_sub(n, node_subs(n->p, node)[i]);
}

static const char *infix_word(Op op)
{
    switch (op) {
    case OP_ADD: return "_plus_";
    case OP_SUB: return "_minus_";
    case OP_MUL: return "_times_";
    case OP_DIV: return "_over_";
    case OP_EQ: return "_equals_";
    case OP_NE: return "_differs_";
    case OP_LT: return "_below_";
    case OP_LE: return "_upto_";
    case OP_GT: return "_above_";
    case OP_GE: return "_from_";
    case OP_AND: return "_and_";
    case OP_OR: return "_or_";
    default: return NULL;
    }
}

static bool is_whole_literal(const Program *p, NodeId node)
{
    Rational value;

    return node_is_literal(p, node, &value) && rational_is_whole(value) && rational_sign(value) > 0;
}

/* The parts in reverse: the last one pushed is written first. */
static void write_infix(Namer *n, const Node *node, const char *word, unsigned level)
{
    bool product = node->op == OP_MUL || node->op == OP_DIV;
    unsigned own = product ? LEVEL_TERM : LEVEL_SUM;

    n->failed |= level > own;
    push(n, NULL, node->u.arg[1], own + 1);
    if (node->op == OP_MUL && is_whole_literal(n->p, node->u.arg[0]))
        word = "_";
    push(n, word, NO_ID, 0);
    push(n, NULL, node->u.arg[0], own);
}

static void write_power(Namer *n, NodeId base, int64_t exponent)
{
    bool square = exponent == 2;

    if (op_info[n->p->nodes.at[base].op].form == FORM_INFIX) {
        push(n, NULL, base, LEVEL_SUM);
        push(n, square ? "sq_" : "cube_", NO_ID, 0);
    } else {
        push(n, square ? "_squared" : "_cubed", NO_ID, 0);
        push(n, NULL, base, LEVEL_FACTOR);
    }
}

static void write_call(Namer *n, const Node *node)
{
    const OpInfo *info = &op_info[node->op];
    const char *name = info->name + (info->name[0] == '.');

    for (unsigned k = info->arity; k-- > 0;) {
        push(n, NULL, node->u.arg[k], LEVEL_SUM);
        push(n, "_", NO_ID, 0);
    }
    push(n, name, NO_ID, 0);
}

/* lut(x) is lut_x, whether its derivative is stated or not. */
static void write_user_call(Namer *n, const Node *node)
{
    push(n, NULL, node->u.arg[1], LEVEL_SUM);
    push(n, "_", NO_ID, 0);
    push(n, NULL, node->u.arg[0], LEVEL_SUM);
}

static void write_op(Namer *n, NodeId id, unsigned level)
{
    const Node *node = &n->p->nodes.at[id];
    const NodeId *arg = node->u.arg;
    const char *word = infix_word((Op)node->op);

    if (node->op == OP_MUL && arg[0] == arg[1]) {
        write_power(n, arg[0], 2);
    } else if (node->op == OP_POW && (node_is_int(n->p, arg[1], 2) || node_is_int(n->p, arg[1], 3))) {
        write_power(n, arg[0], node_is_int(n->p, arg[1], 2) ? 2 : 3);
    } else if (word != NULL) {
        write_infix(n, node, word, level);
    } else if (node->op == OP_NEG || node->op == OP_NOT) {
        push(n, NULL, arg[0], LEVEL_FACTOR);
        push(n, node->op == OP_NEG ? "minus_" : "not_", NO_ID, 0);
    } else if (node->op == OP_CALL) {
        write_user_call(n, node);
    } else if (node->op == OP_LIST) {
        push(n, NULL, arg[1], LEVEL_SUM);
        push(n, "_", NO_ID, 0);
        push(n, NULL, arg[0], LEVEL_SUM);
    } else if (node->op == OP_STOP || node->op == OP_LINK) {
        push(n, NULL, arg[0], level);
    } else if (op_info[node->op].form == FORM_CALL) {
        write_call(n, node);
    } else {
        n->failed = true;
    }
}

static void write_node(Namer *n, NodeId node, unsigned level)
{
    Name name = n->p->infos.at[node].name;
    Op op = (Op)n->p->nodes.at[node].op;

    if (name != NAME_NONE)
        write_text(n, names_text(n->p->names, name));
    else if (op == OP_LITERAL)
        write_literal(n, node);
    else if (op == OP_READ)
        write_read(n, node);
    else if (op == OP_PI || op == OP_E)
        write_text(n, op_info[op].name);
    else if (op == OP_FUNCTION)
        write_text(n, names_text(n->p->names, n->p->nodes.at[node].u.function));
    else
        write_op(n, node, level);
}

Name node_telling_name(const Program *p, NodeId node)
{
    Namer n = { .p = p };

    if (p->infos.at[node].name != NAME_NONE || p->nodes.count > MOST_NAMED)
        return p->infos.at[node].name;
    push(&n, NULL, node, LEVEL_SUM);
    while (n.count > 0 && !n.failed) {
        Pending next = n.pending[--n.count];

        if (next.text != NULL)
            write_text(&n, next.text);
        else
            write_node(&n, next.node, next.level);
    }
    if (n.failed || n.size == 0)
        return NAME_NONE;
    return names_intern(p->names, n.name, n.size);
}
