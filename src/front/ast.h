/* ast.h -- the model as it was written: nodes in post-order, in one array.
 *
 * A node stands behind its children, and each child directly before the next one's subtree: the last child
 * of node n is n-1, the one before it is first(n-1)-1, and so on; the subtree of n is [first, n]. Nothing
 * points, nothing recurses: a pass is a loop over ids. Optional parts are AST_NONE nodes and lists are
 * AST_LIST nodes, so the number of children of every kind but the lists is fixed.
 */
#ifndef BPGEN_AST_H
#define BPGEN_AST_H

#include "base/diag.h"
#include "base/names.h"
#include "base/rational.h"

typedef uint32_t AstId;
#define AST_NO_ID UINT32_MAX

typedef enum {
    /* expressions: children */
    AST_NUMBER,        /* - ; u.number indexes Ast.numbers */
    AST_NAME,          /* - ; u.name */
    AST_UNARY,         /* operand ; u.op is AST_OP_NEG, _PLUS or _NOT */
    AST_BINARY,        /* left, right ; u.op */
    AST_SELECT,        /* condition, then, else:  c ? a : b */
    AST_CALL,          /* LIST of arguments ; u.name */
    AST_REDUCE,        /* body, LIST of AST_CLAUSE and AST_CLAUSE_DATA ; u.name:  sum(e for i in a..b) */
    AST_ARRAY,         /* LIST of elements (at least one):  [a, b] */
    AST_COMPREHENSION, /* body, LIST of clauses:  [e for i] */
    AST_TRANSPOSE,     /* operand */
    AST_SUBSCRIPT,     /* base, LIST of items: expressions, AST_COLON, AST_SLICE */
    AST_COLON,         /* - :  the item  : */
    AST_SLICE,         /* low or NONE, high or NONE:  a..b */
    AST_CLAUSE,        /* low or NONE, high or NONE (both or neither) ; u.name:  i in a..b */
    AST_CLAUSE_DATA,   /* - :  for data */
    /* statements */
    AST_DECLARATION, /* LIST of declarators ; u.role */
    AST_DECLARATOR,  /* LIST of extents, range or NONE, value or NONE ; u.name */
    AST_RANGE_REAL,  /* low, high:  in [lo, hi] */
    AST_RANGE_INT,   /* low, high:  in a..b */
    AST_RANGE_WRONG, /* expression: what stands after 'in' and is neither (sema words the message) */
    AST_OUTPUT,      /* LIST of AST_NAME */
    AST_ASSIGN,      /* LIST of items on the left (names if right), right side, LIST of clauses ; u.name */
    AST_DEF,         /* LIST of AST_NAME, body (expression or BLOCK), derivatives: LIST or NONE ; u.name */
    AST_EXTERN,      /* LIST of AST_NAME, derivatives: LIST or NONE ; u.name */
    AST_FOR,         /* low, high, while-condition or NONE, BLOCK ; u.name */
    AST_BLOCK,       /* any number of statements ; count */
    AST_FILE,        /* any number of statements ; count: always the last node */
    /* helpers */
    AST_LIST, /* any number of children ; count */
    AST_NONE, /* - */
    AST_KIND_COUNT
} AstKind;

typedef enum {
    AST_OP_NEG, AST_OP_PLUS, AST_OP_NOT,                       /* unary */
    AST_OP_ADD, AST_OP_SUB, AST_OP_MUL, AST_OP_DIV, AST_OP_POW, /* element by element */
    AST_OP_MATMUL,
    AST_OP_EQ, AST_OP_NE, AST_OP_LT, AST_OP_LE, AST_OP_GT, AST_OP_GE,
    AST_OP_AND, AST_OP_OR,
    AST_OP_COUNT
} AstOp;

typedef enum { ROLE_PARAM, ROLE_INPUT, ROLE_DATA, ROLE_CONST } DeclRole;

typedef struct {
    uint8_t kind;   /* AstKind */
    uint32_t first; /* smallest id of the subtree */
    uint32_t count; /* number of children */
    union {
        Name name;
        uint32_t number;
        AstOp op;
        DeclRole role;
    } u;
    Span at;      /* the whole construct, brackets that only group not included */
    Span name_at; /* the name of ASSIGN, DEF, EXTERN, FOR, CALL, REDUCE, DECLARATOR, CLAUSE; the operator of BINARY and
                   * UNARY */
} AstNode;

typedef struct {
    Arena *arena;
    Names *names;
    const Source *source;
    VEC(AstNode) nodes;
    VEC(Rational) numbers;
} Ast;

void ast_init(Ast *ast, Arena *arena, Names *names, const Source *source);

/* Appends a node whose `count` children are the last `count` complete subtrees. */
AstId ast_add(Ast *ast, AstKind kind, uint32_t count, Span at);

/* The ids of the children in order; `kids` has room for node.count ids. */
void ast_kids(const Ast *ast, AstId id, AstId *kids);

/* Child number `k` (counted from 0) of a node with few children: walks back from the last one. */
AstId ast_kid(const Ast *ast, AstId id, uint32_t k);

const char *ast_op_text(AstOp op); /* "+", "&&", ... */

/* The source text of a node, for messages: runs of blanks and line ends folded to one blank, comments
 * left out, clipped with "..." beyond `most` bytes. */
const char *ast_text(const Ast *ast, AstId id, size_t most);

/* For tests: checks the invariants of post-order; NULL, or what is wrong (a bug of the parser). */
const char *ast_check(const Ast *ast);

/* grammar/parser.y: reads `ast->source`, reports lexical and syntactic errors. The AST is whole only if
 * diag->errors stayed 0. */
void ast_parse(Ast *ast, Diag *diag);

/* The model as text that parses to the same AST (brackets where precedence needs them, one statement a line). */
void ast_print(const Ast *ast, Text *out);

#endif
