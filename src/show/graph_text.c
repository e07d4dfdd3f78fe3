/* graph_text.c -- numbers and symbols of drawings. */
#include "show/graph_make.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MINUS "\xE2\x88\x92"
#define HOLE "\xE2\x96\xA1" /* stands for an operand */

/* ---- numbers -------------------------------------------------------------------------------------------- */

const char *graph_number(Arena *arena, double value, int digits)
{
    char plain[64];
    Text text;
    bool exponent = false;

    snprintf(plain, sizeof plain, "%.*g", digits, value == 0 || isnan(value) ? fabs(value) : value);
    text_init(&text, arena);
    for (const char *at = plain; *at != '\0'; at++) {
        if (*at == '-')
            text_add(&text, MINUS);
        else if (!(exponent && (*at == '+' || (*at == '0' && at[1] != '\0' && strchr("+-", at[-1]) != NULL))))
            text_bytes(&text, at, 1);
        exponent |= *at == 'e';
    }
    return text_string(&text);
}

const char *graph_full_number(Arena *arena, double value)
{
    Text text;

    text_init(&text, arena);
    text_double(&text, value == 0 ? 0 : value);
    return text_string(&text);
}

/* ---- symbols -------------------------------------------------------------------------------------------- */

/* Where a sign is better known than the operator's name. */
static const struct {
    Op op;
    const char *sign;
} signs[] = {
    { OP_SUB, MINUS }, { OP_MUL, "\xC3\x97" }, { OP_DIV, "\xC3\xB7" }, { OP_SIG, "\xCF\x83" }, { OP_SQRT, "\xE2\x88\x9A" },
    { OP_ROOT, "\xE2\x88\x9A" }, { OP_POW, "^" }, { OP_NEG, MINUS HOLE }, { OP_ABS, "|" HOLE "|" },
};

static const char *sign_of(Op op)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].op == op)
            return signs[i].sign;
    return op_info[op].name;
}

/* A constant operand as text; NULL: it is none. */
static const char *constant_text(Arena *arena, const Program *p, NodeId node)
{
    const Node *at = &p->nodes.at[node];
    Text text;

    text_init(&text, arena);
    for (; at->op == OP_NEG; at = &p->nodes.at[at->u.arg[0]])
        text_add(&text, MINUS);
    if (at->op == OP_LITERAL)
        text_add(&text, graph_number(arena, rational_to_double(p->literals.at[at->u.literal]), 6));
    else if (at->op == OP_PI)
        text_add(&text, "\xCF\x80");
    else if (at->op == OP_E)
        text_add(&text, op_info[at->op].name);
    else
        return NULL;
    return text_string(&text);
}

static bool power_sign(Text *out, const char *constant)
{
    static const char *const small[][2] = { { "2", "\xC2\xB2" }, { "3", "\xC2\xB3" }, { "4", "\xE2\x81\xB4" } };

    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (strcmp(constant, small[i][0]) == 0) {
            text_printf(out, HOLE "%s", small[i][1]);
            return true;
        }
    return false;
}

/* An infix operator with a constant on one side. */
static void infix_symbol(Text *out, Op op, const char *left, const char *right)
{
    if (op == OP_POW && right != NULL && power_sign(out, right))
        return;
    if ((op == OP_ADD || op == OP_MUL) && right == NULL) {
        right = left;
        left = NULL;
    }
    if (op == OP_ADD && strncmp(right, MINUS, strlen(MINUS)) == 0)
        text_add(out, right);
    else if (left == NULL && op != OP_POW)
        text_printf(out, "%s%s", sign_of(op), right);
    else
        text_printf(out, "%s%s%s", left == NULL ? HOLE : left, op == OP_DIV ? "/" : sign_of(op), right == NULL ? HOLE : right);
}

static void call_symbol(Text *out, Op op, const char *const *constants)
{
    text_printf(out, "%s(", op_info[op].name);
    for (unsigned k = 0; k < op_info[op].arity; k++)
        text_printf(out, "%s%s", k == 0 ? "" : ",", constants[k] == NULL ? HOLE : constants[k]);
    text_add(out, ")");
}

static void op_symbol(Text *out, const Circuit *circuit, const Gate *gate)
{
    const Node *node = &circuit->program->nodes.at[gate->expression];
    Op op = (Op)gate->op;
    const char *constants[OP_MOST_ARGS] = { NULL };
    bool any = false;

    for (unsigned k = 0; k < op_info[op].arity && node->op == op; k++) {
        constants[k] = constant_text(out->arena, circuit->program, node->u.arg[k]);
        any |= constants[k] != NULL;
    }
    if (op_info[op].arity == 2 && any && (op_info[op].form == FORM_INFIX || op == OP_POW))
        infix_symbol(out, op, constants[0], constants[1]);
    else if (op_info[op].arity >= 2 && any && op_info[op].form == FORM_CALL)
        call_symbol(out, op, constants);
    else
        text_add(out, sign_of(op));
}

const char *graph_symbol(Arena *arena, const Circuit *circuit, const Gate *gate)
{
    Text text;

    text_init(&text, arena);
    switch ((GateKind)gate->kind) {
    case GATE_OP:
        op_symbol(&text, circuit, gate);
        break;
    case GATE_SUM:
        text_add(&text, "\xCE\xA3");
        break;
    case GATE_PRODUCT:
        text_add(&text, "@");
        break;
    case GATE_MAX:
        text_add(&text, "max");
        break;
    case GATE_ARGMAX:
        text_add(&text, "argmax");
        break;
    case GATE_STATED:
        text_add(&text, names_text(circuit->program->names, gate->function));
        break;
    case GATE_COPY:
        text_add(&text, "=");
        break;
    case GATE_JOIN:
        text_add(&text, "[ ]");
        break;
    case GATE_PARAM:
    case GATE_INPUT:
    case GATE_TABLE:
        text_add(&text, gate->name);
        break;
    }
    return text_string(&text);
}

const char *graph_element_name(Arena *arena, const Circuit *circuit, const Gate *gate, size_t element)
{
    const Symbol *symbol = &circuit->program->symbols.at[gate->value];
    Text text;

    text_init(&text, arena);
    text_add(&text, gate->name);
    symbol_print_element(symbol, element, &text);
    return text_string(&text);
}
