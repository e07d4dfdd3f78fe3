/* parse.c -- reading a model: the loop that hands the scanner's tokens to the grammar.
 *
 * Here line ends become separators and open brackets are kept. An unclosed one is found out when the next statement
 * begins inside it, so that the rest of the file can still be read as statements.
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

/* ---- separators and brackets ------------------------------------------------------------------------ */

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

/* In a statement with an error the grammar waits for its end. */
static void feed(Parse *parse, int token, const ParseValue *value, Span at)
{
    if (parse->status != YYPUSH_MORE || (parse->quiet && token != T_SEP && token != T_YYEOF))
        return;
    parse->token = token;
    parse->at = at;
    parse->status = bp_push_parse(parse->state, token, value, &at, parse);
}

/* The grammar is told of an error that has its message. */
static void go_quiet(Parse *parse, Span at)
{
    feed(parse, T_BP_error, &(ParseValue){ 0 }, at);
    parse->quiet = true;
}

static void remember(Parse *parse, int token, Span at)
{
    parse->last = token;
    parse->last_at = at;
    parse->last_first = parse->first;
    parse->continues = parse_token_continues(token);
}

/* A separator has no width and stands behind the last token, where an unfinished statement should have gone on. */
static void separate(Parse *parse)
{
    Span end = { parse->last_at.end, parse->last_at.end };

    feed(parse, T_SEP, &(ParseValue){ 0 }, end);
    remember(parse, T_SEP, end);
}

/* Something is met that cannot stand in the brackets that are open: the innermost one lacks its end. */
static void report_unclosed(Parse *parse)
{
    Bracket top = vec_top(&parse->brackets);

    if (!parse->quiet)
        diag_error(parse->diag, top.at, "this '%c' is not closed", top.open);
    go_quiet(parse, top.at);
    while (parse_in_brackets(parse))
        parse->brackets.count--;
}

static bool is_open_here(const Parse *parse, char open)
{
    for (size_t i = parse->brackets.count; i > 0 && parse->brackets.at[i - 1].open != '{'; i--)
        if (parse->brackets.at[i - 1].open == open)
            return true;
    return false;
}

/* The wrong bracket closes the one that it would fit, if that is open, else it stands for the right one. */
static bool close_bracket(Parse *parse, char open, char close, Span at)
{
    bool found = is_open_here(parse, open);
    char top = parse->brackets.count > 0 ? vec_top(&parse->brackets).open : '{';

    if (top == '{') {
        if (!parse->quiet)
            diag_error(parse->diag, at, "this '%c' closes nothing", close);
        go_quiet(parse, at);
        return false;
    }
    if (top != open) {
        if (!parse->quiet)
            diag_error(parse->diag, at, "'%c' does not close the '%c' before it", close, top);
        go_quiet(parse, at);
        while (found && vec_top(&parse->brackets).open != open)
            parse->brackets.count--;
    }
    parse->brackets.count--;
    return true;
}

/* After an error a '}' may be left over from a block whose beginning was skipped. */
static bool close_block(Parse *parse, Span at)
{
    if (!in_block(parse)) {
        if (parse->diag->errors == 0)
            diag_error(parse->diag, at, "this '}' closes nothing");
        go_quiet(parse, at);
        return false;
    }
    if (parse_in_brackets(parse))
        report_unclosed(parse);
    if (parse->last != T_SEP && parse->last != T_LBRACE)
        separate(parse);
    parse->brackets.count--;
    return true;
}

static void end_statement(Parse *parse, Span at)
{
    if (!parse_in_brackets(parse)) {
        separate(parse);
    } else if (vec_top(&parse->brackets).open == '(') {
        report_unclosed(parse);
        separate(parse);
    } else {
        if (!parse->quiet)
            diag_error(parse->diag, at, "';' inside brackets; the rows of a matrix are written [[1, 2], [3, 4]]");
        go_quiet(parse, at);
    }
}

/* ---- an assignment or a declaration that begins within brackets ------------------------------------- */

static uint32_t skip_blanks(const Source *source, uint32_t i)
{
    while (i < source->size && (source->text[i] == ' ' || source->text[i] == '\t'))
        i++;
    return i;
}

bool parse_is_assigned(const Parse *parse, uint32_t i)
{
    const Source *source = parse->ast->source;
    size_t depth = 0;

    i = skip_blanks(source, i);
    if (i < source->size && (source->text[i] == '[' || source->text[i] == '(')) {
        char open = source->text[i], close = open == '[' ? ']' : ')';

        do {
            depth += source->text[i] == open;
            depth -= source->text[i] == close;
            i++;
        } while (depth > 0 && i < source->size && source->text[i] != '\r' && source->text[i] != '\n');
        i = skip_blanks(source, i);
    }
    return depth == 0 && i < source->size && source->text[i] == '=' && source->text[i + 1] != '=';
}

static bool begins_statement(const Parse *parse, int token, Span at)
{
    if (!parse->first)
        return false;
    if (token == T_NAME)
        return parse_is_assigned(parse, at.end);
    if (token == T_DATA)
        return parse->last != T_FOR && parse->last != T_COMMA;
    return token != T_FOR && parse_token_declares(token);
}

/* ---- the loop --------------------------------------------------------------------------------------- */

static void open_bracket(Parse *parse, char open, Span at)
{
    vec_push(parse->ast->arena, &parse->brackets, (Bracket){ open, at });
}

/* Keeps the brackets; false: the grammar does not get this token. */
static bool mind_brackets(Parse *parse, int token, Span at)
{
    switch (token) {
    case T_LPAREN:
        open_bracket(parse, '(', at);
        return true;
    case T_LBRACKET:
        open_bracket(parse, '[', at);
        return true;
    case T_LBRACE:
        if (parse_in_brackets(parse))
            report_unclosed(parse);
        open_bracket(parse, '{', at);
        return true;
    case T_RPAREN:
        return close_bracket(parse, '(', ')', at);
    case T_RBRACKET:
        return close_bracket(parse, '[', ']', at);
    case T_RBRACE:
        return close_block(parse, at);
    default:
        return true;
    }
}

/* The scanner's message comes after the separator that may stand before the token. */
static void report_wrong(Parse *parse, Span at)
{
    if (!parse->quiet)
        diag_error(parse->diag, at, "%s", parse->wrong);
    go_quiet(parse, at);
    parse->continues = parse->wrong_continues;
}

static void read_token(Parse *parse, int token, const ParseValue *value, Span at)
{
    if (parse->newline && !parse->continues && !parse_in_brackets(parse) && token != T_LBRACE)
        separate(parse);
    parse->first = parse->newline;
    parse->newline = false;
    if (parse_in_brackets(parse) && begins_statement(parse, token, at)) {
        report_unclosed(parse);
        separate(parse);
    }
    if (token == T_SEP) {
        end_statement(parse, at);
    } else if (token == T_BP_error) {
        report_wrong(parse, at);
    } else {
        if (mind_brackets(parse, token, at))
            feed(parse, token, value, at);
        remember(parse, token, at);
    }
}

static void read_end(Parse *parse, Span at)
{
    while (parse->quiet && parse_in_brackets(parse))
        parse->brackets.count--;
    if (parse->brackets.count > 0) {
        Bracket top = vec_top(&parse->brackets);

        diag_error(parse->diag, top.at, "this '%c' is never closed", top.open);
        go_quiet(parse, top.at);
    }
    if (parse->quiet || parse->last != T_SEP)
        separate(parse);
    feed(parse, T_YYEOF, &(ParseValue){ 0 }, at);
}

static void read_tokens(Parse *parse)
{
    int token;

    do {
        ParseValue value;
        Span at;

        token = scan_token(parse, &value, &at);
        if (token != T_YYEOF)
            read_token(parse, token, &value, at);
        else
            read_end(parse, at);
    } while (token != T_YYEOF && parse->status == YYPUSH_MORE);
}

/* What bison gives when its own stack cannot grow. */
enum { STACK_FAILED = 2 };

/* Bison's stack is malloc'ed, so a failing allocation must come by here before it leaves. */
static bool read_guarded(Parse *parse)
{
    if (setjmp(parse->on_failure) != 0)
        return false;
    scan_open(parse);
    read_tokens(parse);
    return parse->status != STACK_FAILED;
}

void ast_parse(Ast *ast, Diag *diag)
{
    Arena *arenas[] = { ast->arena, ast->names->arena, diag->arena };
    jmp_buf *outer[3];
    Parse parse = { .ast = ast, .diag = diag, .status = YYPUSH_MORE, .last = T_SEP, .continues = true };
    bool whole;

    parse.state = bp_pstate_new();
    if (parse.state == NULL)
        longjmp(*ast->arena->on_failure, 1);
    for (int i = 0; i < 3; i++) {
        outer[i] = arenas[i]->on_failure;
        arenas[i]->on_failure = &parse.on_failure;
    }
    whole = read_guarded(&parse);
    for (int i = 3; i > 0; i--)
        arenas[i - 1]->on_failure = outer[i - 1];
    bp_pstate_delete(parse.state);
    if (!whole)
        longjmp(*ast->arena->on_failure, 1);
}
