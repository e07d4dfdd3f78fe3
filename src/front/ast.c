/* ast.c -- the tree of a model: appending nodes, walking to children, source text, the check of its invariants. */
#include "front/ast.h"

void ast_init(Ast *ast, Arena *arena, Names *names, const Source *source)
{
    *ast = (Ast){ .arena = arena, .names = names, .source = source };
}

AstId ast_add(Ast *ast, AstKind kind, uint32_t count, Span at)
{
    AstId id = (AstId)ast->nodes.count, first = id;

    for (uint32_t i = 0; i < count; i++)
        first = ast->nodes.at[first - 1].first;
    vec_push(ast->arena, &ast->nodes, (AstNode){ .kind = (uint8_t)kind, .first = first, .count = count, .at = at });
    return id;
}

void ast_kids(const Ast *ast, AstId id, AstId *kids)
{
    AstId next = id;

    for (uint32_t i = ast->nodes.at[id].count; i > 0; i--) {
        kids[i - 1] = next - 1;
        next = ast->nodes.at[next - 1].first;
    }
}

AstId ast_kid(const Ast *ast, AstId id, uint32_t k)
{
    AstId kid = id - 1;

    for (uint32_t i = ast->nodes.at[id].count - 1; i > k; i--)
        kid = ast->nodes.at[kid].first - 1;
    return kid;
}

const char *ast_op_text(AstOp op)
{
    static const char *const texts[AST_OP_COUNT] = {
        [AST_OP_NEG] = "-", [AST_OP_PLUS] = "+", [AST_OP_NOT] = "!",  [AST_OP_ADD] = "+",    [AST_OP_SUB] = "-",
        [AST_OP_MUL] = "*", [AST_OP_DIV] = "/",  [AST_OP_POW] = "^",  [AST_OP_MATMUL] = "@", [AST_OP_EQ] = "==",
        [AST_OP_NE] = "!=", [AST_OP_LT] = "<",   [AST_OP_LE] = "<=",  [AST_OP_GT] = ">",     [AST_OP_GE] = ">=",
        [AST_OP_AND] = "&&", [AST_OP_OR] = "||",
    };

    return texts[op];
}

/* ---- source text ------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Behind the blanks and comments that begin at `i`. */
static uint32_t skip_gap(const char *text, uint32_t i, uint32_t end)
{
    while (i < end && (is_blank(text[i]) || text[i] == '#')) {
        if (text[i] == '#')
            while (i < end && text[i] != '\n' && text[i] != '\r')
                i++;
        else
            i++;
    }
    return i;
}

const char *ast_text(const Ast *ast, AstId id, size_t most)
{
    const char *text = ast->source->text;
    Span at = ast->nodes.at[id].at;
    char *out = arena_alloc(ast->arena, (at.end - at.begin < most ? at.end - at.begin : most) + 4);
    size_t size = 0;
    uint32_t i = skip_gap(text, at.begin, at.end);

    while (i < at.end && size <= most) {
        uint32_t next = skip_gap(text, i, at.end);

        out[size++] = next > i ? ' ' : text[i];
        i = next > i ? next : i + 1;
    }
    if (size > 0 && out[size - 1] == ' ')
        size--;
    if (size > most) {
        size = most > 3 ? most - 3 : 0;
        out[size] = out[size + 1] = out[size + 2] = '.';
        size += 3;
    }
    out[size] = '\0';
    return out;
}

/* ---- the check -------------------------------------------------------------------------------------- */

/* The children of a kind, a letter each: e expression, o expression or NONE, L list, M list or NONE, r range or NONE,
 * b block, B expression or block, * any number. And what the first and the second list among them hold: e expressions,
 * i items, c clauses, d declarators, n names. */
typedef struct {
    const char *kids;
    char lists[2];
} Form;

static const Form forms[AST_KIND_COUNT] = {
    [AST_NUMBER] = { "", "" },
    [AST_NAME] = { "", "" },
    [AST_UNARY] = { "e", "" },
    [AST_BINARY] = { "ee", "" },
    [AST_SELECT] = { "eee", "" },
    [AST_CALL] = { "L", "e" },
    [AST_REDUCE] = { "eL", "c" },
    [AST_ARRAY] = { "L", "e" },
    [AST_COMPREHENSION] = { "eL", "c" },
    [AST_TRANSPOSE] = { "e", "" },
    [AST_SUBSCRIPT] = { "eL", "i" },
    [AST_COLON] = { "", "" },
    [AST_SLICE] = { "oo", "" },
    [AST_CLAUSE] = { "oo", "" },
    [AST_CLAUSE_DATA] = { "", "" },
    [AST_DECLARATION] = { "L", "d" },
    [AST_DECLARATOR] = { "Lro", "e" },
    [AST_RANGE_REAL] = { "ee", "" },
    [AST_RANGE_INT] = { "ee", "" },
    [AST_RANGE_WRONG] = { "e", "" },
    [AST_OUTPUT] = { "L", "n" },
    [AST_ASSIGN] = { "LeL", { 'i', 'c' } },
    [AST_DEF] = { "LBM", { 'n', 'e' } },
    [AST_EXTERN] = { "LM", { 'n', 'e' } },
    [AST_FOR] = { "eeob", "" },
    [AST_BLOCK] = { "*", "" },
    [AST_FILE] = { "*", "" },
    [AST_LIST] = { "*", "" },
    [AST_NONE] = { "", "" },
};

static bool is_statement(unsigned kind)
{
    return kind == AST_DECLARATION || (kind >= AST_OUTPUT && kind <= AST_FOR);
}

static bool fits(unsigned kind, char letter)
{
    bool expression = kind <= AST_SUBSCRIPT;

    switch (letter) {
    case 'e':
        return expression;
    case 'o':
        return expression || kind == AST_NONE;
    case 'L':
        return kind == AST_LIST;
    case 'M':
        return kind == AST_LIST || kind == AST_NONE;
    case 'r':
        return (kind >= AST_RANGE_REAL && kind <= AST_RANGE_WRONG) || kind == AST_NONE;
    case 'b':
        return kind == AST_BLOCK;
    case 'B':
        return expression || kind == AST_BLOCK;
    case 'i':
        return expression || kind == AST_COLON || kind == AST_SLICE;
    case 'c':
        return kind == AST_CLAUSE || kind == AST_CLAUSE_DATA;
    case 'd':
        return kind == AST_DECLARATOR;
    case 'n':
        return kind == AST_NAME;
    case 's':
        return is_statement(kind);
    default:
        return false;
    }
}

/* Are all children of `id` what `letter` says? */
static bool all_fit(const Ast *ast, AstId id, char letter)
{
    AstId next = id;

    for (uint32_t i = ast->nodes.at[id].count; i > 0; i--) {
        if (!fits(ast->nodes.at[next - 1].kind, letter))
            return false;
        next = ast->nodes.at[next - 1].first;
    }
    return true;
}

/* Do the children lie one directly before the other, and the subtree begin with the first of them? */
static bool is_post_order(const Ast *ast, AstId id)
{
    const AstNode *node = &ast->nodes.at[id];
    AstId next = id;

    for (uint32_t i = 0; i < node->count; i++) {
        if (next == 0)
            return false;
        next = ast->nodes.at[next - 1].first;
    }
    return next == node->first;
}

static const char *check_node(const Ast *ast, AstId id)
{
    const AstNode *node = &ast->nodes.at[id];
    const Form *form;
    unsigned lists = 0;

    if (node->kind >= AST_KIND_COUNT)
        return "a node of no kind";
    if (!is_post_order(ast, id))
        return "children that do not lie side by side";
    if (node->at.begin > node->at.end || node->at.end > ast->source->size)
        return "a span outside the source";
    form = &forms[node->kind];
    if (form->kids[0] == '*')
        return node->kind == AST_LIST || all_fit(ast, id, 's') ? NULL : "a block of what is no statement";
    for (uint32_t i = 0; form->kids[i] != '\0'; i++) {
        AstId kid;

        if (i >= node->count)
            return "a node with too few children";
        kid = ast_kid(ast, id, i);
        if (!fits(ast->nodes.at[kid].kind, form->kids[i]))
            return "a child of the wrong kind";
        if ((form->kids[i] == 'L' || form->kids[i] == 'M') && !all_fit(ast, kid, form->lists[lists++]))
            return "a list of the wrong kind";
        if (i + 1 < node->count && form->kids[i + 1] == '\0')
            return "a node with too many children";
    }
    return form->kids[0] == '\0' && node->count > 0 ? "a leaf with children" : NULL;
}

const char *ast_check(const Ast *ast)
{
    AstId last = (AstId)ast->nodes.count - 1;

    if (ast->nodes.count == 0 || ast->nodes.at[last].kind != AST_FILE || ast->nodes.at[last].first != 0)
        return "no file at the end";
    for (AstId id = 0; id <= last; id++) {
        const char *wrong = check_node(ast, id);

        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}
