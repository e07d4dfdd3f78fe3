/* ast_print.c -- the tree as text that parses to the same tree: one loop over a stack of what is left to be written. */
#include <string.h>

#include "front/ast.h"
#include "ir/ops.h"

/* Still to be written: a text, or (text NULL) the node. */
typedef struct {
    const char *text;
    AstId id;
    uint8_t bind; /* what the place asks of the node */
} Todo;

typedef struct {
    const Ast *ast;
    Text *out;
    VEC(Todo) todo;
    unsigned depth; /* of blocks */
} Printer;

/* Deeper blocks are not indented further, or the text of nested loops would be quadratic. */
enum { MOST_INDENT = 16 };

static void nest(Printer *p, int by)
{
    p->depth += (unsigned)by;
    p->out->indent = p->depth < MOST_INDENT ? p->depth : MOST_INDENT;
}

static void later_text(Printer *p, const char *text)
{
    vec_push(p->out->arena, &p->todo, (Todo){ .text = text });
}

static void later(Printer *p, AstId id, unsigned bind)
{
    vec_push(p->out->arena, &p->todo, (Todo){ .id = id, .bind = (uint8_t)bind });
}

static const AstNode *node_at(const Printer *p, AstId id)
{
    return &p->ast->nodes.at[id];
}

static bool is_none(const Printer *p, AstId id)
{
    return node_at(p, id)->kind == AST_NONE;
}

static void write_name(Printer *p, AstId id)
{
    text_add(p->out, names_text(p->ast->names, node_at(p, id)->u.name));
}

static unsigned binary_bind(AstOp op)
{
    switch (op) {
    case AST_OP_OR:
        return PRECEDENCE_OR;
    case AST_OP_AND:
        return PRECEDENCE_AND;
    case AST_OP_ADD:
    case AST_OP_SUB:
        return PRECEDENCE_SUM;
    case AST_OP_MUL:
    case AST_OP_DIV:
    case AST_OP_MATMUL:
        return PRECEDENCE_PRODUCT;
    case AST_OP_POW:
        return PRECEDENCE_POWER;
    default:
        return PRECEDENCE_COMPARE;
    }
}

static unsigned bind_of(const AstNode *node)
{
    switch (node->kind) {
    case AST_SELECT:
        return PRECEDENCE_CHOICE;
    case AST_BINARY:
        return binary_bind(node->u.op);
    case AST_UNARY:
        return node->u.op == AST_OP_NOT ? PRECEDENCE_NOT : PRECEDENCE_SIGN;
    default:
        return PRECEDENCE_ATOM;
    }
}

/* ---- expressions: everything is put on the stack from right to left ---------------------------------- */

/* The children of a list with commas between. */
static void later_list(Printer *p, AstId list, unsigned bind)
{
    AstId next = list;

    for (uint32_t i = node_at(p, list)->count; i > 0; i--) {
        later(p, next - 1, bind);
        if (i > 1)
            later_text(p, ", ");
        next = node_at(p, next - 1)->first;
    }
}

static void later_range(Printer *p, AstId id)
{
    AstId low = ast_kid(p->ast, id, 0), high = ast_kid(p->ast, id, 1);

    if (!is_none(p, high))
        later(p, high, PRECEDENCE_CHOICE);
    later_text(p, "..");
    if (!is_none(p, low))
        later(p, low, PRECEDENCE_CHOICE);
}

/* As written, but with digits on both sides of the point, which keeps clear of the dots of a range. */
static void write_number(Printer *p, AstId id)
{
    Span at = node_at(p, id)->at;
    const char *text = p->ast->source->text + at.begin;
    size_t size = at.end - at.begin;

    if (text[0] == '.')
        text_add(p->out, "0");
    text_bytes(p->out, text, size);
    if (text[size - 1] == '.')
        text_add(p->out, "0");
}

static void write_unary(Printer *p, AstId id)
{
    AstOp op = node_at(p, id)->u.op;

    text_add(p->out, ast_op_text(op));
    later(p, id - 1, op == AST_OP_NOT ? PRECEDENCE_NOT : PRECEDENCE_SIGN);
}

/* A sign on the right of ^ needs no brackets: 2^-x is nothing else. */
static unsigned right_bind(const AstNode *right, AstOp op, unsigned bind)
{
    if (op == AST_OP_POW)
        return right->kind == AST_UNARY && right->u.op != AST_OP_NOT ? PRECEDENCE_SIGN : PRECEDENCE_POWER;
    return bind + 1;
}

static void write_binary(Printer *p, AstId id)
{
    AstOp op = node_at(p, id)->u.op;
    unsigned bind = binary_bind(op);
    AstId left = ast_kid(p->ast, id, 0);
    bool tight = op == AST_OP_POW;

    later(p, id - 1, right_bind(node_at(p, id - 1), op, bind));
    if (!tight)
        later_text(p, " ");
    later_text(p, ast_op_text(op));
    if (!tight)
        later_text(p, " ");
    later(p, left, op == AST_OP_POW || bind == PRECEDENCE_COMPARE ? bind + 1 : bind);
}

static void write_select(Printer *p, AstId id)
{
    later(p, id - 1, PRECEDENCE_CHOICE);
    later_text(p, " : ");
    later(p, ast_kid(p->ast, id, 1), PRECEDENCE_CHOICE);
    later_text(p, " ? ");
    later(p, ast_kid(p->ast, id, 0), PRECEDENCE_CHOICE + 1);
}

/* body for clauses */
static void later_family(Printer *p, AstId id)
{
    later_list(p, id - 1, PRECEDENCE_ANY);
    later_text(p, " for ");
    later(p, ast_kid(p->ast, id, 0), PRECEDENCE_CHOICE);
}

static void write_bracketed(Printer *p, AstId id)
{
    const AstNode *node = node_at(p, id);

    if (node->kind == AST_CALL || node->kind == AST_REDUCE)
        write_name(p, id);
    text_add(p->out, node->kind == AST_CALL || node->kind == AST_REDUCE ? "(" : "[");
    later_text(p, node->kind == AST_CALL || node->kind == AST_REDUCE ? ")" : "]");
    if (node->kind == AST_CALL || node->kind == AST_ARRAY)
        later_list(p, id - 1, PRECEDENCE_CHOICE);
    else
        later_family(p, id);
}

static void write_subscript(Printer *p, AstId id)
{
    later_text(p, "]");
    later_list(p, id - 1, PRECEDENCE_CHOICE);
    later_text(p, "[");
    later(p, ast_kid(p->ast, id, 0), PRECEDENCE_ATOM);
}

static void write_clause(Printer *p, AstId id)
{
    write_name(p, id);
    if (!is_none(p, id - 1)) {
        later_range(p, id);
        later_text(p, " in ");
    }
}

static void write_expression(Printer *p, AstId id, unsigned bind)
{
    const AstNode *node = node_at(p, id);

    if (bind_of(node) < bind) {
        text_add(p->out, "(");
        later_text(p, ")");
    }
    switch (node->kind) {
    case AST_NUMBER:
        write_number(p, id);
        break;
    case AST_NAME:
        write_name(p, id);
        break;
    case AST_UNARY:
        write_unary(p, id);
        break;
    case AST_BINARY:
        write_binary(p, id);
        break;
    case AST_SELECT:
        write_select(p, id);
        break;
    case AST_TRANSPOSE:
        later_text(p, "'");
        later(p, id - 1, PRECEDENCE_ATOM);
        break;
    case AST_SUBSCRIPT:
        write_subscript(p, id);
        break;
    default: /* CALL, REDUCE, ARRAY, COMPREHENSION */
        write_bracketed(p, id);
        break;
    }
}

/* ---- declarations and statements --------------------------------------------------------------------- */

/* An array of two elements after 'in' was in brackets of its own, or it would be a range. */
static void write_range(Printer *p, AstId id)
{
    const AstNode *node = node_at(p, id);
    bool pair = node_at(p, id - 1)->kind == AST_ARRAY && node_at(p, id - 2)->count == 2;
    bool array = node->kind == AST_RANGE_WRONG && pair;

    text_add(p->out, node->kind == AST_RANGE_REAL ? " in [" : array ? " in (" : " in ");
    if (node->kind == AST_RANGE_INT) {
        later_range(p, id);
    } else if (node->kind == AST_RANGE_WRONG) {
        later_text(p, array ? ")" : "");
        later(p, id - 1, PRECEDENCE_CHOICE);
    } else {
        later_text(p, "]");
        later(p, id - 1, PRECEDENCE_CHOICE);
        later_text(p, ", ");
        later(p, ast_kid(p->ast, id, 0), PRECEDENCE_CHOICE);
    }
}

/* A list in square brackets, or nothing if it is empty. */
static void later_extents(Printer *p, AstId list)
{
    if (node_at(p, list)->count == 0)
        return;
    later_text(p, "]");
    later_list(p, list, PRECEDENCE_CHOICE);
    later_text(p, "[");
}

static void write_declarator(Printer *p, AstId id)
{
    AstId range = ast_kid(p->ast, id, 1);

    write_name(p, id);
    if (!is_none(p, id - 1)) {
        later(p, id - 1, PRECEDENCE_CHOICE);
        later_text(p, " = ");
    }
    if (!is_none(p, range))
        later(p, range, PRECEDENCE_ANY);
    later_extents(p, ast_kid(p->ast, id, 0));
}

static void write_assignment(Printer *p, AstId id)
{
    write_name(p, id);
    if (node_at(p, id - 1)->count > 0) {
        later_list(p, id - 1, PRECEDENCE_ANY);
        later_text(p, " for ");
    }
    later(p, ast_kid(p->ast, id, 1), PRECEDENCE_CHOICE);
    later_text(p, " = ");
    later_extents(p, ast_kid(p->ast, id, 0));
}

static void write_function(Printer *p, AstId id)
{
    bool def = node_at(p, id)->kind == AST_DEF;

    text_add(p->out, def ? "def " : "extern ");
    write_name(p, id);
    text_add(p->out, "(");
    if (!is_none(p, id - 1)) {
        later_list(p, id - 1, PRECEDENCE_CHOICE);
        later_text(p, " derivative ");
    }
    if (def) {
        AstId body = ast_kid(p->ast, id, 1);

        later(p, body, PRECEDENCE_CHOICE);
        later_text(p, node_at(p, body)->kind == AST_BLOCK ? " " : " = ");
    }
    later_text(p, ")");
    later_list(p, ast_kid(p->ast, id, 0), PRECEDENCE_ANY);
}

static void write_for(Printer *p, AstId id)
{
    AstId condition = ast_kid(p->ast, id, 2);

    text_add(p->out, "for ");
    write_name(p, id);
    text_add(p->out, " in ");
    later(p, id - 1, PRECEDENCE_ANY);
    later_text(p, " ");
    if (!is_none(p, condition)) {
        later(p, condition, PRECEDENCE_CHOICE);
        later_text(p, " while ");
    }
    later(p, ast_kid(p->ast, id, 1), PRECEDENCE_CHOICE);
    later_text(p, "..");
    later(p, ast_kid(p->ast, id, 0), PRECEDENCE_CHOICE);
}

/* Marks among the texts to come: known by their address. */
static const char line_begins[] = "", block_ends[] = "";

/* The statements of a block or of the file, a line each. */
static void later_statements(Printer *p, AstId id)
{
    AstId next = id;

    for (uint32_t i = node_at(p, id)->count; i > 0; i--) {
        later_text(p, "\n");
        later(p, next - 1, PRECEDENCE_ANY);
        later_text(p, line_begins);
        next = node_at(p, next - 1)->first;
    }
}

static void write_block(Printer *p, AstId id)
{
    text_add(p->out, "{\n");
    nest(p, 1);
    later_text(p, block_ends);
    later_statements(p, id);
}

static const char *const role_texts[] = { "param ", "input ", "data ", "const " };

static void write_node(Printer *p, AstId id, unsigned bind)
{
    switch (node_at(p, id)->kind) {
    case AST_DECLARATION:
        text_add(p->out, role_texts[node_at(p, id)->u.role]);
        later_list(p, id - 1, PRECEDENCE_ANY);
        break;
    case AST_DECLARATOR:
        write_declarator(p, id);
        break;
    case AST_RANGE_REAL:
    case AST_RANGE_INT:
    case AST_RANGE_WRONG:
        write_range(p, id);
        break;
    case AST_OUTPUT:
        text_add(p->out, "output ");
        later_list(p, id - 1, PRECEDENCE_ANY);
        break;
    case AST_ASSIGN:
        write_assignment(p, id);
        break;
    case AST_DEF:
    case AST_EXTERN:
        write_function(p, id);
        break;
    case AST_FOR:
        write_for(p, id);
        break;
    case AST_BLOCK:
        write_block(p, id);
        break;
    case AST_FILE:
        later_statements(p, id);
        break;
    case AST_COLON:
        text_add(p->out, ":");
        break;
    case AST_SLICE:
        later_range(p, id);
        break;
    case AST_CLAUSE:
        write_clause(p, id);
        break;
    case AST_CLAUSE_DATA:
        text_add(p->out, "data");
        break;
    default:
        write_expression(p, id, bind);
        break;
    }
}

void ast_print(const Ast *ast, Text *out)
{
    Printer p = { .ast = ast, .out = out, .depth = out->indent };
    unsigned indent = out->indent;

    later(&p, (AstId)ast->nodes.count - 1, PRECEDENCE_ANY);
    while (p.todo.count > 0) {
        Todo todo = vec_pop(&p.todo);

        if (todo.text == NULL) {
            write_node(&p, todo.id, todo.bind);
        } else if (todo.text == line_begins) {
            text_begin_line(out);
        } else if (todo.text == block_ends) {
            nest(&p, -1);
            text_begin_line(out);
            text_add(out, "}");
        } else {
            text_add(out, todo.text);
        }
    }
    out->indent = indent;
}
