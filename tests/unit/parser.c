/* parser.c -- reading and printing models: precedence both ways, depth, spans, the order of nodes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front/ast.h"

typedef struct {
    Heap heap;
    Arena *arena;
    Names names;
    unsigned passed, failed;
} Test;

typedef struct {
    Source source;
    Diag diag;
    Ast ast;
} Read;

static void expect(Test *test, bool right, const char *what, const char *text)
{
    if (right) {
        test->passed++;
    } else {
        test->failed++;
        printf("%s: %.200s\n", what, text);
    }
}

/* The result is the arena's; NULL if the text has errors. */
static Read *read_text(Test *test, const char *text)
{
    Read *read = arena_new(test->arena, Read);

    read->source = (Source){ "test", text, (uint32_t)strlen(text) };
    diag_init(&read->diag, test->arena, &read->source);
    ast_init(&read->ast, test->arena, &test->names, &read->source);
    ast_parse(&read->ast, &read->diag);
    return read->diag.errors == 0 ? read : NULL;
}

static void forget(Test *test)
{
    heap_release(&test->heap, test->arena);
    test->arena = heap_arena(&test->heap);
    names_init(&test->names, test->arena);
}

static bool same_node(const Ast *a, const Ast *b, size_t i)
{
    const AstNode *x = &a->nodes.at[i], *y = &b->nodes.at[i];

    if (x->kind != y->kind || x->first != y->first || x->count != y->count)
        return false;
    if (x->kind == AST_NUMBER)
        return rational_equal(a->numbers.at[x->u.number], b->numbers.at[y->u.number]);
    return x->u.name == y->u.name; /* operators and roles share its place */
}

static bool same(const Ast *a, const Ast *b)
{
    if (a->nodes.count != b->nodes.count)
        return false;
    for (size_t i = 0; i < a->nodes.count; i++)
        if (!same_node(a, b, i))
            return false;
    return true;
}

static const char *print(Test *test, const Ast *ast)
{
    Text out;

    text_init(&out, test->arena);
    ast_print(ast, &out);
    return text_string(&out);
}

/* The text without the grouping brackets that open at `i`, or NULL if there are none. */
static char *without_brackets(Test *test, const char *text, size_t i)
{
    char *copy = arena_copy(test->arena, text, strlen(text));
    size_t end = i;
    int depth = 0;

    if (text[i] != '(' || (i > 0 && strchr("fghk", text[i - 1]) != NULL))
        return NULL;
    /* '!' binds loosely and takes all that follows, so it is always in brackets as an operand of something tighter. */
    if (text[i + 1] == '!')
        return NULL;
    do {
        depth += (text[end] == '(') - (text[end] == ')');
        end++;
    } while (depth > 0);
    copy[i] = copy[end - 1] = ' ';
    return copy;
}

static bool has_idle_brackets(Test *test, const Ast *ast, const char *printed)
{
    for (size_t i = 0; printed[i] != '\0'; i++) {
        const char *bare = without_brackets(test, printed, i);
        const Read *other = bare == NULL ? NULL : read_text(test, bare);

        if (other != NULL && same(ast, &other->ast))
            return true;
    }
    return false;
}

/* Printed text is read as the same tree, printing that changes nothing, and no pair of brackets could be left out. */
static const char *round_trip_fault(Test *test, const char *text, bool least)
{
    Read *read = read_text(test, text), *again;
    const char *printed;

    if (read == NULL)
        return "not accepted";
    if (ast_check(&read->ast) != NULL)
        return "not in post-order";
    printed = print(test, &read->ast);
    again = read_text(test, printed);
    if (again == NULL || !same(&read->ast, &again->ast))
        return "reads differently when printed";
    if (strcmp(print(test, &again->ast), printed) != 0)
        return "prints differently the second time";
    return least && has_idle_brackets(test, &read->ast, printed) ? "printed with brackets that nothing needs" : NULL;
}

static void round_trip(Test *test, const char *text, bool least)
{
    const char *fault = round_trip_fault(test, text, least);

    expect(test, fault == NULL, fault, text);
}

/* Every construct with a place (#) for an expression. */
static const char *const places[] = {
    "#+x",    "x+#",    "#-x",    "x-#",    "#*x",       "x*#",        "#/x",        "x/#",         "#@x",
    "x@#",    "#^x",    "x^#",    "#==x",   "x==#",      "#!=x",       "x!=#",       "#<x",         "x<#",
    "#<=x",   "x<=#",   "#>x",    "x>#",    "#>=x",      "x>=#",       "#&&x",       "x&&#",        "#||x",
    "x||#",   "-#",     "+#",     "!#",     "#?x:y",     "x?#:y",      "x?y:#",      "#'",          "#[0]",
    "x[#]",   "x[#..]", "x[..#]", "[#,x]",  "f(#)",      "[x for i in #..9]", "g(# for i)", "[# for i in 1..2]",
};

enum { PLACES = sizeof places / sizeof places[0] };

/* `place` with `inside` in brackets. */
static void fill(char *out, size_t room, const char *place, const char *inside)
{
    const char *hole = strchr(place, '#');

    snprintf(out, room, "%.*s(%s)%s", (int)(hole - place), place, inside, hole + 1);
}

static void test_precedence(Test *test)
{
    for (size_t i = 0; i < PLACES; i++)
        for (size_t j = 0; j < PLACES; j++) {
            char inner[64], outer[128], text[160];
            const char *fault = NULL;

            fill(inner, sizeof inner, places[j], "a");
            fill(outer, sizeof outer, places[i], inner);
            snprintf(text, sizeof text, "f = %s", outer);
            round_trip(test, text, true);
            for (size_t k = 0; k < PLACES && fault == NULL; k++) {
                fill(outer, sizeof outer, places[k], inner);
                snprintf(text, sizeof text, "f = ");
                fill(text + 4, sizeof text - 4, places[i], outer);
                fault = round_trip_fault(test, text, false);
            }
            expect(test, fault == NULL, fault, text);
            forget(test);
        }
}

static void test_statements(Test *test)
{
    static const char *const models[] = {
        "",
        "param a, B[2,3] in [-1, 1] = 0.5, c = [1, 2]\ninput k[4] in 0..7, y\nconst n = 1/3\ndata z[2]\nf = a",
        "param p in 5, q in ([1,2]), r in [1,2,3], u in [1], s in [1,2]..3, t in [i for i in 0..2]",
        "f = x\noutput f\ng = f\noutput g, f",
        "def f(a, b) = a*b derivative b, a\ndef g(x) { y = x; z = y^2 }",
        "extern h(x, y)\nextern k(x) derivative h(x, 1)",
        "for t in 0..3 { for k in n-1..n while a > 1 && b { h = 1; o[t,k] = h } \n\n }; f = 1",
        "y[i, j] = x[i]*z[j] for i in 0..3, j\ny[i+1] = x[:, ..3, 1.., 2..4]'[0]",
        "def f(x) { param b; output x; def g(y) = y; extern h(y); for i in 0..2 { } }",
        "J = mean(l for data) + sum(w[i] for i, j in 0..i, data)",
        "x = .5 + 1. + 1e-3 + 2.5E+2 + 0.1 + z[1...5]",
        "x = z[1. .. 3.] + z[.5 .. .7] + f()",
    };

    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if (strstr(models[i], "...") == NULL)
            round_trip(test, models[i], true);
        else
            expect(test, read_text(test, models[i]) == NULL, "accepted", models[i]);
    forget(test);
}

/* before, n times `left`, middle, n times `right`, after */
static void deep(Test *test, size_t n, const char *const parts[5])
{
    Text text;

    text_init(&text, test->arena);
    text_add(&text, parts[0]);
    for (size_t i = 0; i < n; i++)
        text_add(&text, parts[1]);
    text_add(&text, parts[2]);
    for (size_t i = 0; i < n; i++)
        text_add(&text, parts[3]);
    text_add(&text, parts[4]);
    round_trip(test, text_string(&text), false);
    forget(test);
}

static void test_depth(Test *test)
{
    deep(test, 100000, (const char *const[]){ "f = ", "(", "x", ")", "" });
    deep(test, 100000, (const char *const[]){ "f = ", "sin(", "x", ")", "" });
    deep(test, 100000, (const char *const[]){ "f = ", "[", "x", "]", "" });
    deep(test, 100000, (const char *const[]){ "f = ", "x > 0 ? 1 : ", "x", "", "" });
    deep(test, 300000, (const char *const[]){ "f = ", "x^", "x", "", "" });
    deep(test, 300000, (const char *const[]){ "f = x", " + x", "", "'", "" });
    deep(test, 10000, (const char *const[]){ "", "for i in 0..2 { ", "h = x", "}", "\nf = 1" });
    deep(test, 1000000, (const char *const[]){ "f = x", "\n", "", "\r\n", "g = f" });
}

/* The source text of the last node of a kind: where spans begin and end. */
static void span(Test *test, const char *text, AstKind kind, const char *expected)
{
    const Read *read = read_text(test, text);

    for (size_t i = read == NULL ? 0 : read->ast.nodes.count; i > 0; i--)
        if (read->ast.nodes.at[i - 1].kind == kind) {
            const char *found = ast_text(&read->ast, (AstId)i - 1, 40);

            expect(test, strcmp(found, expected) == 0, found, text);
            return;
        }
    expect(test, false, "not found", text);
}

static void test_spans(Test *test)
{
    span(test, "f = ((W * x)) + b", AST_BINARY, "((W * x)) + b");
    span(test, "f = ((W * x))", AST_BINARY, "W * x");
    span(test, "f = (a + b)[0]", AST_SUBSCRIPT, "(a + b)[0]");
    span(test, "f = (x') ", AST_TRANSPOSE, "x'");
    span(test, "f = x +   # why\r\n\t y", AST_BINARY, "x + y");
    span(test, "y[i] = x[i] for i in 0..3", AST_CLAUSE, "i in 0..3");
    span(test, "y[i] = x[i] for i in 0..3 # end", AST_ASSIGN, "y[i] = x[i] for i in 0..3");
    span(test, "param x, W[3] in [0, 1] = 2, y", AST_RANGE_REAL, "[0, 1]");
    span(test, "input k in 0..6", AST_RANGE_INT, "0..6");
    span(test, "param x[2] = 3 + 4", AST_DECLARATOR, "x[2] = 3 + 4");
    span(test, "f = 1 ;extern g(x) derivative x ; h = 2", AST_EXTERN, "extern g(x) derivative x");
    span(test, "f = sum(x[i] for i)", AST_REDUCE, "sum(x[i] for i)");
    span(test, "f = aaaaaaaaaaaaaaaaaaaa + bbbbbbbbbbbbbbbbbbbbbbbbbb", AST_BINARY,
         "aaaaaaaaaaaaaaaaaaaa + bbbbbbbbbbbbbb...");
    forget(test);
}

/* Errors: how many, and the place of the last. */
static void wrong(Test *test, const char *text, unsigned errors, uint32_t begin)
{
    Source source = { "test", text, (uint32_t)strlen(text) };
    Diag diag;
    Ast ast;

    diag_init(&diag, test->arena, &source);
    ast_init(&ast, test->arena, &test->names, &source);
    ast_parse(&ast, &diag);
    expect(test, diag.errors == errors && vec_top(&diag.messages).at.begin == begin, "errors elsewhere", text);
}

static void test_recovery(Test *test)
{
    wrong(test, "a = (1 +\nb = 2\nc = 3)", 2, 20);
    wrong(test, "a = $ + $ + 2x\nb = 2x", 2, 19);
    wrong(test, "for t 0..3 { a = 1; b = ) }\nc = 1 }\nd = (", 3, 40);
    wrong(test, "def g(x { y = x }\nf = )", 2, 22);
    wrong(test, "f = x +\n\n\n", 1, 7);
    wrong(test, "f = (((x\n", 1, 6);
    wrong(test, "for i in 0..3 {\nh = 1", 1, 14);
    wrong(test, "f = sum(x[i]\n for i in 0..3 {\n", 2, 28);
    forget(test);
}

int main(void)
{
    static Test test;

    if (setjmp(test.heap.on_failure) != 0) {
        printf("out of memory\n");
        return 1;
    }
    test.arena = heap_arena(&test.heap);
    names_init(&test.names, test.arena);
    test_precedence(&test);
    test_statements(&test);
    test_depth(&test);
    test_spans(&test);
    test_recovery(&test);
    heap_free(&test.heap);
    printf("%u passed, %u failed\n", test.passed, test.failed);
    return test.failed > 0;
}
