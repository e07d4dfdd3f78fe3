/* circuit_infix.c -- expressions as a person writes them, over the names of gates. An explicit stack of what is still to be
 * written. */
#include "teach/circuit_print.h"

#include <string.h>

/* ---- numbers and subscripts --------------------------------------------------------------------------- */

/* A decimal where that is exact, else a fraction. */
static void number_text(const Printer *p, Rational value, Text *out)
{
    if (!rational_decimal(p->circuit->arena, value, out))
        rational_print(value, out);
}

static unsigned number_binds(const Printer *p, Rational value)
{
    Text text;

    text_init(&text, p->circuit->arena);
    number_text(p, value, &text);
    return strchr(text_string(&text), '/') != NULL ? BINDS_TERM : rational_sign(value) < 0 ? BINDS_PREFIX : BINDS_LEAF;
}

/* Indices that the user gave no name are i, j, k, ... in the order of the domain. */
static const char *index_name(const Printer *p, IndexId index)
{
    static const char *const letters[] = { "i", "j", "k", "l", "m", "n" };
    const Program *program = p->circuit->program;
    size_t next = 0;

    if (program->indices.at[index].name != NAME_NONE)
        return names_text(program->names, program->indices.at[index].name);
    for (unsigned d = 0; d < p->stage->rank; d++) {
        bool unnamed = program->indices.at[p->stage->domain[d].index].name == NAME_NONE;

        for (unsigned k = 0; k < p->stage->rank && unnamed && next < 6; k++) {
            Name other = program->indices.at[p->stage->domain[k].index].name;

            if (other != NAME_NONE && strcmp(names_text(program->names, other), letters[next]) == 0) {
                next++;
                k = UINT32_MAX; /* from the first again */
            }
        }
        if (p->stage->domain[d].index == index)
            return next < 6 ? letters[next] : "_";
        next += unnamed;
    }
    return "_";
}

static const char *atom_name(const void *context, AtomKind kind, uint32_t id)
{
    const Printer *p = context;
    const Program *program = p->circuit->program;

    if (kind == ATOM_INDEX)
        return index_name(p, id);
    return p->circuit->names[id] != NULL ? p->circuit->names[id] : names_text(program->names, program->symbols.at[id].name);
}

static void print_aff(const Printer *p, AffId aff, Text *out)
{
    aff_print(&p->circuit->program->affs, aff, atom_name, p, out);
}

void print_subs(const Printer *p, const AffId *subs, unsigned rank, Text *out)
{
    for (unsigned k = 0; k < rank; k++) {
        text_add(out, k == 0 ? "[" : ",");
        print_aff(p, subs[k], out);
    }
    text_add(out, rank == 0 ? "" : "]");
}

void print_ranges(const Printer *p, const bool *which, Text *out)
{
    bool first = true;

    for (unsigned d = 0; d < p->stage->rank; d++) {
        if (!which[d])
            continue;
        text_printf(out, "%s%s in ", first ? " for " : ", ", index_name(p, p->stage->domain[d].index));
        print_aff(p, p->stage->domain[d].low, out);
        text_add(out, "..");
        print_aff(p, p->stage->domain[d].high, out);
        first = false;
    }
}

/* ---- expressions -------------------------------------------------------------------------------------- */

/* What is still to be written: a text, or (NULL) a node. */
typedef struct {
    const char *text;
    NodeId node;
    unsigned binds;
} Task;

typedef VEC(Task) Tasks;

static void push_text(const Printer *p, Tasks *tasks, const char *text)
{
    vec_push(p->circuit->arena, tasks, (Task){ text, NO_ID, 0 });
}

static void push_node(const Printer *p, Tasks *tasks, NodeId node, unsigned binds)
{
    vec_push(p->circuit->arena, tasks, (Task){ NULL, node, binds });
}

static unsigned binds_of(const Printer *p, const Node *node)
{
    IndexId index;

    switch (node->op) {
    case OP_LITERAL: return number_binds(p, p->circuit->program->literals.at[node->u.literal]);
    case OP_INTEGER: return aff_is_index(&p->circuit->program->affs, node->u.aff, &index) ? BINDS_LEAF : BINDS_SUM;
    case OP_SELECT: return BINDS_SELECT;
    case OP_OR: return BINDS_OR;
    case OP_AND: return BINDS_AND;
    case OP_EQ:
    case OP_NE: return BINDS_EQUAL;
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE: return BINDS_COMPARE;
    case OP_ADD:
    case OP_SUB: return BINDS_SUM;
    case OP_MUL: return node->u.arg[0] == node->u.arg[1] ? BINDS_POWER : BINDS_TERM;
    case OP_DIV: return BINDS_TERM;
    case OP_NEG:
    case OP_NOT: return BINDS_PREFIX;
    case OP_POW: return BINDS_POWER;
    default: break;
    }
    return BINDS_LEAF;
}

static void write_leaf(const Printer *p, const Node *node, Text *out)
{
    const Program *program = p->circuit->program;
    const Symbol *symbol;
    unsigned shown = 0;
    int64_t value;

    if (node->op == OP_LITERAL) {
        number_text(p, program->literals.at[node->u.literal], out);
    } else if (node->op == OP_INTEGER) {
        print_aff(p, node->u.aff, out);
    } else if (node->op == OP_READ) {
        symbol = &program->symbols.at[node->u.read.symbol];
        while (shown < symbol->rank &&
               (p->subscripts || aff_is_const(&program->affs, program->subs.at[node->u.read.subs + shown], &value)))
            shown++;
        text_add(out, atom_name(p, ATOM_ELEMENT, node->u.read.symbol));
        print_subs(p, program->subs.at + node->u.read.subs, shown, out);
    } else {
        text_add(out, op_info[node->op].name);
    }
}

static void push_infix(const Printer *p, Tasks *tasks, const Node *node, unsigned own)
{
    static const char *const spaced[] = { " + ", " - ", " == ", " != ", " < ", " <= ", " > ", " >= ", " && ", " || " };
    const char *name = op_info[node->op].name;

    for (size_t i = 0; i < sizeof spaced / sizeof *spaced; i++)
        if (strncmp(spaced[i] + 1, name, strlen(name)) == 0 && spaced[i][strlen(name) + 1] == ' ')
            name = spaced[i];
    push_node(p, tasks, node->u.arg[1], own + 1);
    push_text(p, tasks, name);
    push_node(p, tasks, node->u.arg[0], own);
}

static void push_call(const Printer *p, Tasks *tasks, const Node *node)
{
    const OpInfo *info = &op_info[node->op];

    push_text(p, tasks, ")");
    for (unsigned k = info->arity; k-- > 0;) {
        push_node(p, tasks, node->u.arg[k], 0);
        push_text(p, tasks, k == 0 ? "(" : ", ");
    }
    push_text(p, tasks, info->name[0] == '.' ? info->c : info->name);
}

static void push_op(const Printer *p, Tasks *tasks, const Node *node, unsigned own)
{
    const NodeId *arg = node->u.arg;

    if (node->op == OP_MUL && arg[0] == arg[1]) {
        push_text(p, tasks, "^2");
        push_node(p, tasks, arg[0], BINDS_LEAF);
    } else if (node->op == OP_POW) {
        push_node(p, tasks, arg[1], BINDS_LEAF);
        push_text(p, tasks, "^");
        push_node(p, tasks, arg[0], BINDS_LEAF);
    } else if (node->op == OP_SELECT) {
        push_node(p, tasks, arg[2], BINDS_SELECT);
        push_text(p, tasks, " : ");
        push_node(p, tasks, arg[1], BINDS_OR);
        push_text(p, tasks, " ? ");
        push_node(p, tasks, arg[0], BINDS_OR);
    } else if (node->op == OP_FINITE || node->op == OP_LINK || node->op == OP_STOP) {
        push_node(p, tasks, arg[0], own); /* of no interest to a reader */
    } else if (op_info[node->op].form == FORM_PREFIX) {
        push_node(p, tasks, arg[0], BINDS_PREFIX);
        push_text(p, tasks, op_info[node->op].c);
    } else if (op_info[node->op].form == FORM_INFIX) {
        push_infix(p, tasks, node, own);
    } else {
        push_call(p, tasks, node);
    }
}

void print_node(const Printer *p, NodeId root, unsigned binds, Text *out)
{
    Tasks tasks = { 0 };

    push_node(p, &tasks, root, binds);
    while (tasks.count > 0) {
        Task task = vec_pop(&tasks);
        const Node *node;
        unsigned own;

        if (task.text != NULL) {
            text_add(out, task.text);
            continue;
        }
        node = &p->circuit->program->nodes.at[task.node];
        own = binds_of(p, node);
        if (own < task.binds) {
            push_text(p, &tasks, ")");
            push_node(p, &tasks, task.node, 0);
            text_add(out, "(");
        } else if (op_info[node->op].arity == 0) {
            write_leaf(p, node, out);
        } else {
            push_op(p, &tasks, node, node->op == OP_FINITE ? task.binds : own);
        }
    }
}

/* ---- products ----------------------------------------------------------------------------------------- */

typedef struct {
    NodeId node;
    int64_t power;
} Factor;

typedef struct {
    Rational number;
    VEC(Factor) factors;
} Product;

static void multiply(const Printer *p, Product *product, NodeId node, int64_t power)
{
    for (size_t i = 0; i < product->factors.count; i++)
        if (product->factors.at[i].node == node) {
            product->factors.at[i].power += power;
            return;
        }
    vec_push(p->circuit->arena, &product->factors, (Factor){ node, power });
}

/* Does the number go into the product exactly? */
static bool multiply_number(const Printer *p, Product *product, Rational value, int64_t power)
{
    Arena *arena = p->circuit->arena;

    if (power == 1)
        return rational_mul(arena, product->number, value, &product->number);
    return power == -1 && rational_div(arena, product->number, value, &product->number);
}

static Product factors_of(const Printer *p, NodeId root)
{
    const Program *program = p->circuit->program;
    Product product = { .number = RATIONAL(1) };
    VEC(Factor) todo = { 0 };

    vec_push(p->circuit->arena, &todo, (Factor){ root, 1 });
    while (todo.count > 0) {
        Factor next = vec_pop(&todo);
        const Node *node = &program->nodes.at[next.node];
        Rational value;
        int64_t whole;

        if (node->op == OP_NEG && (next.power & 1) != 0)
            product.number = rational_neg(p->circuit->arena, product.number);
        if (node->op == OP_MUL || node->op == OP_DIV)
            vec_push(p->circuit->arena, &todo, (Factor){ node->u.arg[1], node->op == OP_DIV ? -next.power : next.power });
        if (node->op == OP_NEG || node->op == OP_MUL || node->op == OP_DIV)
            vec_push(p->circuit->arena, &todo, (Factor){ node->u.arg[0], next.power });
        else if (node->op == OP_POW && node_is_literal(program, node->u.arg[1], &value) && rational_to_int(value, &whole) &&
                 whole >= -9 && whole <= 9)
            vec_push(p->circuit->arena, &todo, (Factor){ node->u.arg[0], next.power * whole });
        else if (!node_is_literal(program, next.node, &value) || !multiply_number(p, &product, value, next.power))
            multiply(p, &product, next.node, next.power);
    }
    return product;
}

/* The factors of positive power, or those of negative power; how many were there? */
static size_t write_side(const Printer *p, const Product *product, int sign, bool more, Text *out)
{
    size_t count = 0;

    for (size_t i = 0; i < product->factors.count; i++) {
        int64_t power = product->factors.at[i].power * sign;

        if (power <= 0)
            continue;
        text_add(out, more || count > 0 ? "*" : "");
        print_node(p, product->factors.at[i].node, power > 1 ? BINDS_LEAF : BINDS_PREFIX, out);
        if (power > 1)
            text_printf(out, "^%lld", (long long)power);
        count++;
    }
    return count;
}

static size_t count_side(const Product *product, int sign)
{
    size_t count = 0;

    for (size_t i = 0; i < product->factors.count; i++)
        count += product->factors.at[i].power * sign > 0;
    return count;
}

static void write_product(const Printer *p, const Product *product, Text *out)
{
    Arena *arena = p->circuit->arena;
    size_t above = count_side(product, 1), below = count_side(product, -1);
    Rational size = rational_abs(arena, product->number);
    bool splits = below > 0 && size.big == NULL && size.den > 1; /* (1/2)/y is 1/(2*y) */
    Rational number = splits ? RATIONAL(size.num) : size;
    bool shown = !rational_is_int(number, 1) || above == 0;

    text_add(out, rational_sign(product->number) < 0 ? "-" : "");
    if (shown)
        number_text(p, number, out);
    write_side(p, product, 1, shown, out);
    if (below == 0)
        return;
    text_add(out, below + splits > 1 ? "/(" : "/");
    if (splits)
        number_text(p, RATIONAL(size.den), out);
    write_side(p, product, -1, splits, out);
    text_add(out, below + splits > 1 ? ")" : "");
}

void print_factors(const Printer *p, NodeId node, unsigned binds, Text *out)
{
    Product product = factors_of(p, node);
    bool lone = product.factors.count == 1 && product.factors.at[0].power == 1 && rational_is_int(product.number, 1);
    bool parentheses = binds > BINDS_TERM;

    if (lone || product.factors.count == 0) {
        print_node(p, node, binds, out);
        return;
    }
    text_add(out, parentheses ? "(" : "");
    write_product(p, &product, out);
    text_add(out, parentheses ? ")" : "");
}
