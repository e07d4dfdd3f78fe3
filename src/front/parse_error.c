/* parse_error.c -- what a syntax error is called: the usual mistakes by name, the rest by what was expected. */
#include <string.h>

#include "front/parse.h"
#include "parser.h"

/* ---- the tokens ------------------------------------------------------------------------------------- */

enum {
    CONTINUES = 1,  /* a line that ends in it goes on */
    RESERVED = 2,   /* a reserved word */
    DECLARES = 4,   /* opens a statement */
    OPERATOR = 8,   /* may follow an operand, or stand at a line's beginning by mistake */
    COMPARES = 16,
    OPERAND = 32    /* may begin an expression */
};

typedef struct {
    const char *text;
    unsigned flags;
} TokenInfo;

#define TOKEN(NAME) [T_##NAME - T_SEP]

static const TokenInfo tokens[] = {
    TOKEN(SEP) = { "the end of the statement", CONTINUES }, /* nothing is there that a line end could end */
    TOKEN(NUMBER) = { "a number", OPERAND },
    TOKEN(NAME) = { "a name", OPERAND },
    TOKEN(PARAM) = { "param", CONTINUES | RESERVED | DECLARES },
    TOKEN(INPUT) = { "input", CONTINUES | RESERVED | DECLARES },
    TOKEN(DATA) = { "data", CONTINUES | RESERVED | DECLARES },
    TOKEN(CONST) = { "const", CONTINUES | RESERVED | DECLARES },
    TOKEN(OUTPUT) = { "output", CONTINUES | RESERVED | DECLARES },
    TOKEN(DEF) = { "def", CONTINUES | RESERVED | DECLARES },
    TOKEN(EXTERN) = { "extern", CONTINUES | RESERVED | DECLARES },
    TOKEN(FOR) = { "for", CONTINUES | RESERVED | DECLARES },
    TOKEN(IN) = { "in", CONTINUES | RESERVED },
    TOKEN(WHILE) = { "while", CONTINUES | RESERVED },
    TOKEN(ASSIGN) = { "=", CONTINUES },
    TOKEN(COMMA) = { ",", CONTINUES },
    TOKEN(LPAREN) = { "(", CONTINUES | OPERAND },
    TOKEN(RPAREN) = { ")", 0 },
    TOKEN(LBRACKET) = { "[", CONTINUES | OPERAND },
    TOKEN(RBRACKET) = { "]", 0 },
    TOKEN(LBRACE) = { "{", CONTINUES },
    TOKEN(RBRACE) = { "}", 0 },
    TOKEN(RANGE) = { "..", CONTINUES },
    TOKEN(QUESTION) = { "?", CONTINUES | OPERATOR },
    TOKEN(COLON) = { ":", CONTINUES },
    TOKEN(OR) = { "||", CONTINUES | OPERATOR },
    TOKEN(AND) = { "&&", CONTINUES | OPERATOR },
    TOKEN(NOT) = { "!", CONTINUES | OPERAND },
    TOKEN(EQ) = { "==", CONTINUES | OPERATOR | COMPARES },
    TOKEN(NE) = { "!=", CONTINUES | OPERATOR | COMPARES },
    TOKEN(LT) = { "<", CONTINUES | OPERATOR | COMPARES },
    TOKEN(LE) = { "<=", CONTINUES | OPERATOR | COMPARES },
    TOKEN(GT) = { ">", CONTINUES | OPERATOR | COMPARES },
    TOKEN(GE) = { ">=", CONTINUES | OPERATOR | COMPARES },
    TOKEN(PLUS) = { "+", CONTINUES | OPERATOR | OPERAND },
    TOKEN(MINUS) = { "-", CONTINUES | OPERATOR | OPERAND },
    TOKEN(STAR) = { "*", CONTINUES | OPERATOR },
    TOKEN(SLASH) = { "/", CONTINUES | OPERATOR },
    TOKEN(AT) = { "@", CONTINUES | OPERATOR },
    TOKEN(POWER) = { "^", CONTINUES | OPERATOR },
    TOKEN(TRANSPOSE) = { "'", OPERATOR },
};

enum { TOKEN_COUNT = sizeof tokens / sizeof tokens[0] };

static unsigned flags_of(int token)
{
    return token >= T_SEP && token - T_SEP < TOKEN_COUNT ? tokens[token - T_SEP].flags : 0;
}

bool parse_token_continues(int token)
{
    return (flags_of(token) & CONTINUES) != 0;
}

bool parse_token_declares(int token)
{
    return (flags_of(token) & DECLARES) != 0;
}

static bool has(TokenSet set, int token)
{
    return (set >> (token - T_SEP) & 1) != 0;
}

/* ---- wording what was expected ---------------------------------------------------------------------- */

static const char *quoted(Parse *parse, const char *text)
{
    Text out;

    text_init(&out, parse->diag->arena);
    text_printf(&out, "'%s'", text);
    return text_string(&out);
}

static const char *token_text(Parse *parse, int token)
{
    const char *text = tokens[token - T_SEP].text;

    return token == T_SEP || token == T_NUMBER || token == T_NAME ? text : quoted(parse, text);
}

/* An expression can begin here, or has just ended. */
static bool wants_operand(TokenSet expected)
{
    return has(expected, T_NUMBER) && has(expected, T_LPAREN);
}

static bool wants_operator(TokenSet expected)
{
    return !has(expected, T_NUMBER) && has(expected, T_PLUS);
}

/* Single tokens that the classes do not cover. Where a statement may also end, a name can only be 'derivative'. */
static size_t list_expected(Parse *parse, TokenSet expected, const char **list)
{
    size_t count = 0;

    if (wants_operand(expected))
        list[count++] = "an expression";
    if (wants_operator(expected))
        list[count++] = "an operator";
    for (int token = T_NUMBER; token - T_SEP < TOKEN_COUNT; token++) {
        bool joins = (flags_of(token) & OPERATOR) != 0 || token == T_LBRACKET || token == T_LPAREN;
        bool begins = (flags_of(token) & OPERAND) != 0;
        bool covered = (wants_operand(expected) && begins) || (wants_operator(expected) && joins);

        if (has(expected, token) && !covered)
            list[count++] = token == T_NAME && has(expected, T_SEP) ? "'derivative'" : token_text(parse, token);
    }
    if (has(expected, T_SEP))
        list[count++] = token_text(parse, T_SEP);
    return count;
}

static const char *expected_text(Parse *parse, TokenSet expected)
{
    const char *list[TOKEN_COUNT + 2];
    size_t count = list_expected(parse, expected, list);
    Text out;

    text_init(&out, parse->diag->arena);
    for (size_t i = 0; i < count; i++) {
        text_add(&out, i == 0 ? "" : i + 1 == count ? " or " : ", ");
        text_add(&out, list[i]);
    }
    return text_string(&out);
}

static const char *source_word(const Parse *parse, Span at)
{
    size_t size = at.end - at.begin;

    return arena_copy(parse->diag->arena, parse->ast->source->text + at.begin, size < 60 ? size : 60);
}

static const char *found_text(Parse *parse)
{
    Text out;

    if (parse->token != T_NAME)
        return token_text(parse, parse->token);
    text_init(&out, parse->diag->arena);
    text_printf(&out, "the name '%s'", source_word(parse, parse->at));
    return text_string(&out);
}

/* ---- the usual mistakes ----------------------------------------------------------------------------- */

static bool joins_operands(int token)
{
    return (flags_of(token) & OPERATOR) != 0 || token == T_COLON || token == T_COMMA || token == T_RANGE ||
           token == T_ASSIGN;
}

/* Where a statement begins. */
static bool misplaced_at_start(Parse *parse, TokenSet expected)
{
    if (!has(expected, T_PARAM))
        return false;
    if (parse->first && parse->ast->nodes.count > 0 && parse->last == T_SEP && joins_operands(parse->token))
        diag_error(parse->diag, parse->at,
                   "a line does not start with an operator; end the line above with it, or use brackets");
    else
        diag_error(parse->diag, parse->at, "a statement has the form  name = expression");
    return true;
}

/* Words of other languages for what is an operator here. */
static const char *const foreign_words[][2] = {
    { "and", "'and' is written &&" },
    { "or", "'or' is written ||" },
    { "not", "'not' is written !" },
    { "if", "a choice is written  condition ? a : b" },
    { "then", "a choice is written  condition ? a : b" },
    { "else", "a choice is written  condition ? a : b" },
    { "where", "a choice is written  condition ? a : b" },
};


static const char *foreign_word(const Parse *parse, int token, Span at)
{
    const char *word = token == T_NAME ? source_word(parse, at) : "";

    for (size_t i = 0; i < sizeof foreign_words / sizeof foreign_words[0]; i++)
        if (strcmp(word, foreign_words[i][0]) == 0)
            return foreign_words[i][1];
    return NULL;
}

/* The reserved word that is nearest to the name before this one, or NULL. */
static const char *meant_word(const Parse *parse)
{
    const char *word = source_word(parse, parse->last_at), *meant = NULL;
    unsigned least = 3;

    for (int token = T_PARAM; token <= T_EXTERN; token++) {
        unsigned distance = names_distance(word, tokens[token - T_SEP].text, least - 1);

        if (token != T_DEF && distance < least) {
            least = distance;
            meant = tokens[token - T_SEP].text;
        }
    }
    return meant;
}

/* After the name (and subscripts) that a statement began with. */
static bool no_assignment(Parse *parse, TokenSet expected)
{
    const char *meant = NULL, *foreign, *word;

    if (!has(expected, T_ASSIGN) || has(expected, T_SEP) || has(expected, T_LBRACE))
        return false;
    if (parse->token == T_NAME)
        meant = meant_word(parse);
    foreign = foreign_word(parse, parse->last, parse->last_at);
    word = source_word(parse, parse->last_at);
    if (foreign != NULL)
        diag_error(parse->diag, parse->last_at, "%s", foreign);
    else if (meant != NULL)
        diag_error(parse->diag, parse->last_at, "'%s' opens no statement; did you mean '%s'?", word, meant);
    else if (parse->token == T_LPAREN && parse_is_assigned(parse, parse->at.begin))
        diag_error(parse->diag, parse->last_at, "a function is written  def %s(x) = expression", word);
    else
        diag_error(parse->diag, parse->at, "a statement has the form  name = expression");
    return true;
}

/* The next statement has begun, though the line above could not end, or within brackets (a loop, which the driver
 * cannot tell from the clauses of a reduction). */
static bool line_goes_on(Parse *parse)
{
    bool assigned = parse->token == T_ASSIGN && parse->last == T_NAME && parse->last_first;
    bool declares = parse->first && parse_token_declares(parse->token);

    if (parse_in_brackets(parse) && declares) {
        Bracket top = vec_top(&parse->brackets);

        diag_error(parse->diag, top.at, "this '%c' is not closed", top.open);
    } else if (!parse_in_brackets(parse) && (declares || assigned)) {
        diag_error(parse->diag, assigned ? parse->last_at : parse->at,
                   "the line above goes on here: it ends in an operator or a comma");
    } else {
        return false;
    }
    return true;
}

static bool in_square_brackets(const Parse *parse)
{
    return parse_in_brackets(parse) && vec_top(&parse->brackets).open == '[';
}

/* x[0:3] and x[:3]. */
static bool colon_slice(Parse *parse, TokenSet expected)
{
    bool after = parse->last == T_COLON && !wants_operand(expected);

    if (!in_square_brackets(parse) || !(parse->token == T_COLON || after))
        return false;
    diag_error(parse->diag, parse->token == T_COLON ? parse->at : parse->last_at, "a slice is written a..b, half open");
    return true;
}

static const char *missing_operator(Parse *parse)
{
    const char *foreign = foreign_word(parse, parse->token, parse->at);

    if (foreign == NULL)
        foreign = foreign_word(parse, parse->last, parse->last_at);
    if (foreign != NULL)
        return foreign;
    if (in_square_brackets(parse) && parse->token != T_LPAREN)
        return "an operator or a comma is missing here; a product is written with *";
    return "an operator is missing here; a product is written with *";
}

/* An operand has ended, and what follows is no operator. */
static const char *after_operand(Parse *parse)
{
    switch (parse->token) {
    case T_ASSIGN:
        return "'=' inside an expression; a comparison is written ==";
    case T_RANGE:
        return "a range a..b stands only after 'in' and as a subscript";
    case T_NUMBER:
    case T_NAME:
    case T_LPAREN:
        return missing_operator(parse);
    default:
        return (flags_of(parse->token) & COMPARES) != 0 ? "comparisons do not chain; write a < b && b < c" : NULL;
    }
}

static const char *usual_mistake(Parse *parse, TokenSet expected)
{
    if (parse->token == T_RBRACKET && parse->last == T_LBRACKET)
        return "an array or a subscript list is not empty";
    if (parse->token == T_TRANSPOSE && wants_operand(expected))
        return "an expression is expected here; there are no strings in this language";
    if (parse->token == T_LBRACE && wants_operand(expected))
        return "an array is written [a, b]";
    return wants_operator(expected) ? after_operand(parse) : NULL;
}

static void unexpected(Parse *parse, TokenSet expected)
{
    bool name_wanted = has(expected, T_NAME) && (wants_operand(expected) || !has(expected, T_SEP));

    if (parse->token == T_SEP || parse->token == T_YYEOF)
        diag_error(parse->diag, parse->at, "the statement ends too early; expected %s", expected_text(parse, expected));
    else if (name_wanted && (flags_of(parse->token) & RESERVED) != 0)
        diag_error(parse->diag, parse->at, "%s is a reserved word and cannot be a name", found_text(parse));
    else
        diag_error(parse->diag, parse->at, "%s is not expected here; expected %s", found_text(parse),
                   expected_text(parse, expected));
}

/* A '}' or the end of the file after an error may belong to something that was skipped. */
static bool follows_from_error(const Parse *parse)
{
    return parse->quiet || (parse->diag->errors > 0 && (parse->token == T_RBRACE || parse->token == T_YYEOF));
}

void parse_syntax_error(Parse *parse, TokenSet expected)
{
    if (!follows_from_error(parse) && !misplaced_at_start(parse, expected) && !no_assignment(parse, expected) &&
        !line_goes_on(parse) && !colon_slice(parse, expected)) {
        const char *mistake = usual_mistake(parse, expected);

        if (mistake != NULL)
            diag_error(parse->diag, parse->at, "%s", mistake);
        else
            unexpected(parse, expected);
    }
    parse->quiet = true;
}
