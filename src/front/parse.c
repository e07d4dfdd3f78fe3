/* parse.c -- reading a model: the loop that hands the scanner's tokens to the grammar.
 *
 * Here line ends become separators, open brackets are kept, and an unclosed one is found out when the next statement begins
 * inside it, so that the rest of the file can still be read as statements.
 */
#include "front/parse.h"

#include <limits.h>
#include <string.h>

#include "parser.h"

/* ---- actions of the grammar ------------------------------------------------------------------------- */

AstId parse_node(Parse *parse, AstKind kind, uint32_t count, Span at)
{
    return ast_add(parse->ast, kind, count, at);
}

void parse_named(Parse *parse, AstKind kind, uint32_t count, Span at, ParseValue name)
{
    AstId id = ast_add(parse->ast, kind, count, at);

    parse->ast->nodes.at[id].u.name = name.name;
    parse->ast->nodes.at[id].name_at = name.at;
}

void parse_operator(Parse *parse, AstKind kind, AstOp op, Span at, Span op_at)
{
    AstId id = ast_add(parse->ast, kind, kind == AST_UNARY ? 1 : 2, at);

    parse->ast->nodes.at[id].u.op = op;
    parse->ast->nodes.at[id].name_at = op_at;
}

void parse_number(Parse *parse, ParseValue number, Span at)
{
    AstId id = ast_add(parse->ast, AST_NUMBER, 0, at);

    parse->ast->nodes.at[id].u.number = number.count;
}

void parse_declaration(Parse *parse, DeclRole role, Span at)
{
    AstId id = ast_add(parse->ast, AST_DECLARATION, 1, at);

    parse->ast->nodes.at[id].u.role = role;
}

/* After 'in' an array of two elements, not in brackets of its own, is a closed range. */
void parse_range(Parse *parse, Span at)
{
    Ast *ast = parse->ast;
    const AstNode *array = &vec_top(&ast->nodes);
    bool closed = array->kind == AST_ARRAY && array->at.begin == at.begin && (array - 1)->count == 2;

    if (closed)
        ast->nodes.count -= 2; /* the array and its list */
    ast_add(ast, closed ? AST_RANGE_REAL : AST_RANGE_WRONG, closed ? 2 : 1, at);
}

bool parse_word_derivative(Parse *parse, ParseValue word, const char *otherwise)
{
    if (strcmp(names_text(parse->ast->names, word.name), "derivative") == 0)
        return true;
    if (!parse->quiet)
        diag_error(parse->diag, word.at, "%s", otherwise);
    parse->quiet = true;
    return false;
}

/* ---- brackets --------------------------------------------------------------------------------------- */

bool parse_in_brackets(const Parse *parse)
{
    return parse->brackets.count > 0 && vec_top(&parse->brackets).open != '{';
}

static bool in_block(const Parse *parse)
{
    for (size_t i = parse->brackets.count; i > 0; i--)
        if (parse->brackets.at[i - 1].open == '{')
            return true;
    return false;
}

static void feed(Parse *parse, int token, const ParseValue *value, Span at)
{
    if (parse->status == YYPUSH_MORE)
        parse->status = bp_push_parse(parse->state, token, value, &at, parse);
}

/* Tells the grammar of an error that has its message: it drops everything up to the next separator. */
static void go_quiet(Parse *parse, Span at)
{
    if (!parse->quiet)
        feed(parse, T_BP_error, &(ParseValue){ 0 }, at);
    parse->quiet = true;
}

static void complain(Parse *parse, Span at, const char *text)
{
    if (!parse->quiet)
        diag_error(parse->diag, at, "%s", text);
    go_quiet(parse, at);
}

static void separate(Parse *parse, Span at)
{
    Span end = { parse->last_at.end, parse->last_at.end };

    parse->token = T_SEP;
    parse->at = at.begin == at.end ? at : end;
    feed(parse, T_SEP, &(ParseValue){ 0 }, parse->at);
    parse->last = T_SEP;
    parse->continues = true;
}

static void open_bracket(Parse *parse, char open, Span at)
{
    vec_push(parse->ast->arena, &parse->brackets, (Bracket){ open, at });
}

/* Something is met that cannot stand in the brackets that are open: the innermost one lacks its end. */
static void unclosed(Parse *parse)
{
    Bracket top = vec_top(&parse->brackets);

    if (!parse->quiet)
        diag_error(parse->diag, top.at, "this '%c' is not closed", top.open);
    go_quiet(parse, top.at);
    while (parse_in_brackets(parse))
        parse->brackets.count--;
}
