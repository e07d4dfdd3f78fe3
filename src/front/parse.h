/* parse.h -- what the scanner, the grammar and their driver share while one model is read. Private to reading. */
#ifndef BPGEN_PARSE_H
#define BPGEN_PARSE_H

#include "front/ast.h"

/* The semantic value of tokens and nonterminals; the nodes themselves stand in the Ast already. */
typedef struct {
    uint32_t count; /* NUMBER: its place in Ast.numbers; lists: how many elements */
    Name name;      /* NAME, and the target of an assignment */
    Span at;        /* the name */
} ParseValue;

typedef struct {
    char open; /* ( [ or { */
    Span at;
} Bracket;

/* Token kinds as bits, so that "what may come here" is one word. */
typedef uint64_t TokenSet;

typedef struct {
    Ast *ast;
    Diag *diag;
    jmp_buf on_failure;
    void *scanner;           /* of flex; in the arena */
    struct bp_pstate *state; /* of bison; malloc'ed, so freed also when memory runs out */
    int status;              /* what bison answered last */
    uint32_t offset;         /* how far the scanner has read */
    const char *wrong;       /* the scanner's message about the token T_BP_error */
    bool wrong_continues;    /* it stands for an operator */
    bool newline;            /* a line ended since the last token */
    bool continues;          /* the last token cannot end a statement */
    bool quiet;              /* this statement has an error already: nothing more is said about it */
    bool first, last_first;  /* the token, the one before it: does it open its line? */
    int token, last;         /* the token being read and the one before it; 0: none */
    Span at, last_at;
    VEC(Bracket) brackets;   /* open ones, innermost last */
} Parse;

/* scanner.l */
void scan_open(Parse *parse);
int scan_token(Parse *parse, ParseValue *value, Span *at);

/* Is the innermost open bracket '(' or '['? Line ends are blanks there. */
bool parse_in_brackets(const Parse *parse);

/* Does  =  follow at this place, perhaps behind one pair of brackets in the same line? */
bool parse_is_assigned(const Parse *parse, uint32_t offset);

/* parse_error.c: words the message for parse->token, where only `expected` may stand. */
void parse_syntax_error(Parse *parse, TokenSet expected);
bool parse_token_continues(int token);  /* a line that ends in it goes on */
bool parse_token_declares(int token);  /* param, def, for, ...: a word that opens a statement */

/* foreign.c: what a character beyond ASCII stands for. */
typedef enum {
    FOREIGN_UNKNOWN,
    FOREIGN_NAME,      /* a letter: `ascii` is its name */
    FOREIGN_OPERAND,   /* `ascii` is another way to write a value: ^2, sqrt(x) */
    FOREIGN_OPERATOR,  /* `ascii` is an operator */
    FOREIGN_MINUS, FOREIGN_QUOTE, FOREIGN_BLANK, FOREIGN_INVISIBLE,
    FOREIGN_WIDE       /* a full-width form of the ASCII character `wide` */
} ForeignKind;

typedef struct {
    ForeignKind kind;
    const char *ascii;
    char wide;
} Foreign;

Foreign foreign_character(uint32_t code);

/* The actions of the grammar: each appends one node. */
AstId parse_node(Parse *parse, AstKind kind, uint32_t count, Span at);
void parse_named(Parse *parse, AstKind kind, uint32_t count, Span at, ParseValue name);
void parse_operator(Parse *parse, AstKind kind, AstOp op, Span at, Span op_at);
void parse_number(Parse *parse, ParseValue number, Span at);
void parse_declaration(Parse *parse, DeclRole role, Span at);
void parse_range(Parse *parse, Span at);
bool parse_word_derivative(Parse *parse, ParseValue word, const char *otherwise);

#endif
