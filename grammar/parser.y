/* parser.y -- the grammar of models. Every action appends one node to the Ast, which is in post-order by construction.
 *
 * A push parser: the driver in src/front/parse.c owns the loop, the separators and the open brackets.
 */
%require "3.8"
%define api.pure full
%define api.push-pull push
%define api.prefix {bp_}
%define api.token.prefix {T_}
%define api.location.type {Span}
%define api.value.type {ParseValue}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%parse-param { Parse *parse }

%code requires {
#include "front/parse.h"
}

%code {
/* The stack is malloc'ed and grows; bison's own limit of 10,000 would refuse models that are merely deep. */
#define YYMAXDEPTH 50000000

#define YYLLOC_DEFAULT(Current, Rhs, N)                                                         \
    ((Current).begin = (N) != 0 ? YYRHSLOC(Rhs, 1).begin : YYRHSLOC(Rhs, 0).end,                \
     (Current).end = YYRHSLOC(Rhs, N).end)

static void bp_error(const Span *at, Parse *parse, const char *message);
}

/* parse_error.c has the same list with the properties of the tokens. */
%token SEP        "the end of the statement"
%token NUMBER     "a number"
%token NAME       "a name"
%token PARAM      "param"
%token INPUT      "input"
%token DATA       "data"
%token CONST      "const"
%token OUTPUT     "output"
%token DEF        "def"
%token EXTERN     "extern"
%token FOR        "for"
%token IN         "in"
%token WHILE      "while"
%token ASSIGN     "="
%token COMMA      ","
%token LPAREN     "("
%token RPAREN     ")"
%token LBRACKET   "["
%token RBRACKET   "]"
%token LBRACE     "{"
%token RBRACE     "}"
%token RANGE      ".."
%token QUESTION   "?"
%token COLON      ":"
%token OR         "||"
%token AND        "&&"
%token NOT        "!"
%token EQ         "=="
%token NE         "!="
%token LT         "<"
%token LE         "<="
%token GT         ">"
%token GE         ">="
%token PLUS       "+"
%token MINUS      "-"
%token STAR       "*"
%token SLASH      "/"
%token AT         "@"
%token POWER      "^"
%token TRANSPOSE  "'"

%right      "?" ":"
%left       "||"
%left       "&&"
%precedence "!"
%nonassoc   "==" "!=" "<" "<=" ">" ">="
%left       "+" "-"
%left       "*" "/" "@"
%precedence UNARY
%right      "^"
%precedence "'" "["

%%

file: lines { parse_node(parse, AST_FILE, $lines.count, (Span){ 0, parse->ast->source->size }); } ;

/* Recovery at the end of a statement and nowhere else. */
lines:
    %empty              { $$ = (ParseValue){ 0 }; }
  | lines SEP           { $$ = $1; }
  | lines statement SEP { $$ = $1; $$.count++; }
  | lines error SEP     { $$ = $1; yyerrok; parse->quiet = false; }
  ;

block: "{" lines "}" { parse_node(parse, AST_BLOCK, $lines.count, @$); } ;

statement:
    "param" declarator_list { parse_declaration(parse, ROLE_PARAM, @$); }
  | "input" declarator_list { parse_declaration(parse, ROLE_INPUT, @$); }
  | "data" declarator_list  { parse_declaration(parse, ROLE_DATA, @$); }
  | "const" declarator_list { parse_declaration(parse, ROLE_CONST, @$); }
  | "output" name_list      { parse_node(parse, AST_OUTPUT, 1, @$); }
  | target "=" expr ranges  { parse_named(parse, AST_ASSIGN, 3, @$, $target); }
  | "def" NAME arguments "=" expr stated
                           { parse_named(parse, AST_DEF, 3, @$, $NAME); }
  | "def" NAME arguments block nothing
                           { parse_named(parse, AST_DEF, 3, @$, $NAME); }
  | "extern" NAME arguments given
                           { parse_named(parse, AST_EXTERN, 2, @$, $NAME); }
  | "for" NAME "in" expr ".." expr while block
                           { parse_named(parse, AST_FOR, 4, @$, $NAME); }
  ;

declarator_list: declarators { parse_node(parse, AST_LIST, $declarators.count, @$); } ;

declarators:
    declarator                 { $$ = (ParseValue){ .count = 1 }; }
  | declarators "," declarator { $$ = $1; $$.count++; }
  ;

declarator: NAME extents range value { parse_named(parse, AST_DECLARATOR, 3, @$, $NAME); } ;

extents:
    no_exprs
  | "[" expr_list "]"
  ;

/* [lo, hi] is read as an array, and told apart afterwards: as a grammar rule it would conflict with one. */
range:
    nothing
  | "in" expr           { parse_range(parse, @expr); }
  | "in" expr ".." expr { parse_node(parse, AST_RANGE_INT, 2, (Span){ @2.begin, @4.end }); }
  ;

value:
    nothing
  | "=" expr
  ;

target:
    NAME no_exprs
  | NAME "[" item_list "]"
  ;

ranges:
    no_exprs
  | "for" clause_list
  ;

arguments: "(" name_list ")" ;

name_list: names { parse_node(parse, AST_LIST, $names.count, @$); } ;

names:
    name           { $$ = (ParseValue){ .count = 1 }; }
  | names "," name { $$ = $1; $$.count++; }
  ;

name: NAME { parse_named(parse, AST_NAME, 0, @$, $NAME); } ;

/* 'derivative' is a plain name that means something only here. */
stated:
    nothing
  | derivative_of_def expr_list
  ;

given:
    nothing
  | derivative_of_extern expr_list
  ;

/* An optional part that is not there. */
nothing: %empty { parse_node(parse, AST_NONE, 0, @$); } ;

derivative_of_def: NAME
    {
        if (!parse_word_derivative(parse, $NAME, "an operator is missing here; a product is written with *"))
            YYERROR;
    }
  ;

derivative_of_extern: NAME
    {
        if (!parse_word_derivative(parse, $NAME, "expected 'derivative' or the end of the statement"))
            YYERROR;
    }
  ;

while:
    nothing
  | "while" expr
  ;

clause_list: clauses { parse_node(parse, AST_LIST, $clauses.count, @$); } ;

clauses:
    clause             { $$ = (ParseValue){ .count = 1 }; }
  | clauses "," clause { $$ = $1; $$.count++; }
  ;

clause:
    NAME nothing nothing     { parse_named(parse, AST_CLAUSE, 2, @$, $NAME); }
  | NAME "in" expr ".." expr { parse_named(parse, AST_CLAUSE, 2, @$, $NAME); }
  | "data"                   { parse_node(parse, AST_CLAUSE_DATA, 0, @$); }
  ;

expr_list: exprs { parse_node(parse, AST_LIST, $exprs.count, @$); } ;

exprs:
    expr           { $$ = (ParseValue){ .count = 1 }; }
  | exprs "," expr { $$ = $1; $$.count++; }
  ;

expr:
    NUMBER                       { parse_number(parse, $NUMBER, @$); }
  | NAME                         { parse_named(parse, AST_NAME, 0, @$, $NAME); }
  | "(" expr ")"                 { $$ = $2; }
  | expr "?" expr ":" expr       { parse_node(parse, AST_SELECT, 3, @$); }
  | expr "||" expr               { parse_operator(parse, AST_BINARY, AST_OP_OR, @$, @2); }
  | expr "&&" expr               { parse_operator(parse, AST_BINARY, AST_OP_AND, @$, @2); }
  | "!" expr                     { parse_operator(parse, AST_UNARY, AST_OP_NOT, @$, @1); }
  | expr "==" expr               { parse_operator(parse, AST_BINARY, AST_OP_EQ, @$, @2); }
  | expr "!=" expr               { parse_operator(parse, AST_BINARY, AST_OP_NE, @$, @2); }
  | expr "<" expr                { parse_operator(parse, AST_BINARY, AST_OP_LT, @$, @2); }
  | expr "<=" expr               { parse_operator(parse, AST_BINARY, AST_OP_LE, @$, @2); }
  | expr ">" expr                { parse_operator(parse, AST_BINARY, AST_OP_GT, @$, @2); }
  | expr ">=" expr               { parse_operator(parse, AST_BINARY, AST_OP_GE, @$, @2); }
  | expr "+" expr                { parse_operator(parse, AST_BINARY, AST_OP_ADD, @$, @2); }
  | expr "-" expr                { parse_operator(parse, AST_BINARY, AST_OP_SUB, @$, @2); }
  | expr "*" expr                { parse_operator(parse, AST_BINARY, AST_OP_MUL, @$, @2); }
  | expr "/" expr                { parse_operator(parse, AST_BINARY, AST_OP_DIV, @$, @2); }
  | expr "@" expr                { parse_operator(parse, AST_BINARY, AST_OP_MATMUL, @$, @2); }
  | "-" expr %prec UNARY         { parse_operator(parse, AST_UNARY, AST_OP_NEG, @$, @1); }
  | "+" expr %prec UNARY         { parse_operator(parse, AST_UNARY, AST_OP_PLUS, @$, @1); }
  | expr "^" expr                { parse_operator(parse, AST_BINARY, AST_OP_POW, @$, @2); }
  | expr "'"                     { parse_node(parse, AST_TRANSPOSE, 1, @$); }
  | expr "[" item_list "]"       { parse_node(parse, AST_SUBSCRIPT, 2, @$); }
  | NAME "(" no_exprs ")"        { parse_named(parse, AST_CALL, 1, @$, $NAME); }
  | NAME "(" expr_list ")"       { parse_named(parse, AST_CALL, 1, @$, $NAME); }
  | NAME "(" expr "for" clause_list ")"
                                 { parse_named(parse, AST_REDUCE, 2, @$, $NAME); }
  | "[" expr_list "]"            { parse_node(parse, AST_ARRAY, 1, @$); }
  | "[" expr "for" clause_list "]"
                                 { parse_node(parse, AST_COMPREHENSION, 2, @$); }
  ;

no_exprs: %empty { parse_node(parse, AST_LIST, 0, @$); } ;

item_list: items { parse_node(parse, AST_LIST, $items.count, @$); } ;

items:
    item           { $$ = (ParseValue){ .count = 1 }; }
  | items "," item { $$ = $1; $$.count++; }
  ;

item:
    expr
  | ":"                  { parse_node(parse, AST_COLON, 0, @$); }
  | expr ".." expr       { parse_node(parse, AST_SLICE, 2, @$); }
  | expr ".." nothing    { parse_node(parse, AST_SLICE, 2, @$); }
  | from_start expr      { parse_node(parse, AST_SLICE, 2, @$); }
  ;

from_start: ".." { parse_node(parse, AST_NONE, 0, (Span){ @1.begin, @1.begin }); } ;

%%

_Static_assert(T_TRANSPOSE - T_SEP < 64, "the tokens fit in a TokenSet");

static int yyreport_syntax_error(const yypcontext_t *context, Parse *parse)
{
    yysymbol_kind_t wanted[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, wanted, YYNTOKENS);
    TokenSet expected = 0;

    if (count == YYENOMEM)
        return 2; /* as bison itself says that memory ran out */
    for (int i = 0; i < count; i++)
        for (int token = T_SEP; token <= T_TRANSPOSE; token++)
            if (YYTRANSLATE(token) == wanted[i])
                expected |= (TokenSet)1 << (token - T_SEP);
    parse_syntax_error(parse, expected);
    return 0;
}

/* Bison calls this only when its stack cannot grow; ast_parse sees it by the status. */
static void bp_error(const Span *at, Parse *parse, const char *message)
{
    (void)at, (void)parse, (void)message;
}
