/* c_names.c -- identifiers and comments of emitted C: legal, unique, safe. */
#include "emit/c_model.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    CNames names;
    unsigned passed, failed;
} Test;

static void expect(Test *t, const char *what, const char *got, const char *wanted)
{
    if (strcmp(got, wanted) == 0) {
        t->passed++;
        return;
    }
    t->failed++;
    printf("failed: %s: '%s' instead of '%s'\n", what, got, wanted);
}

static void take(Test *t, const char *base, const char *wanted)
{
    expect(t, base, c_names_take(&t->names, base), wanted);
}

static void test_names(Test *t, Arena *arena)
{
    size_t mark;

    c_names_init(&t->names, arena);
    take(t, "x", "x");
    take(t, "x", "x_2");
    take(t, "sin", "sin_");
    take(t, "sin", "sin_2");
    take(t, "y0", "y0_");
    take(t, "class", "class_");
    take(t, "expf", "expf_");
    take(t, "relu", "relu_");
    take(t, "I", "I_");
    take(t, "M_PI", "M_PI_");
    take(t, "__x", "v__x");
    expect(t, "temporary", c_names_temporary(&t->names), "t1");
    take(t, "t1", "t1_2");
    take(t, "t3", "t3");
    expect(t, "temporary", c_names_temporary(&t->names), "t2");
    expect(t, "temporary beside t3", c_names_temporary(&t->names), "t4");
    mark = c_names_enter(&t->names);
    take(t, "inner", "inner");
    take(t, "x", "x_3");
    c_names_leave(&t->names, mark);
    take(t, "inner", "inner");
}

static void test_long_names(Test *t, Arena *arena)
{
    char a[200], b[200];
    const char *first, *second;

    c_names_init(&t->names, arena);
    memset(a, 'a', sizeof a - 1);
    a[sizeof a - 1] = '\0';
    memcpy(b, a, sizeof b);
    b[sizeof b - 2] = 'b';
    first = c_names_take(&t->names, a);
    second = c_names_take(&t->names, b);
    expect(t, "long names differ", strcmp(first, second) != 0 ? "yes" : "no", "yes");
    expect(t, "long names are short", strlen(first) <= 63 && strlen(second) <= 63 ? "yes" : "no", "yes");
}

static void comment(Test *t, Arena *arena, const char *source, size_t most, const char *wanted)
{
    Text text;

    text_init(&text, arena);
    c_comment_string(source, strlen(source), most, &text);
    expect(t, source, text_string(&text), wanted);
}

static void test_comments(Test *t, Arena *arena)
{
    comment(t, arena, "a +\n   b # all of it */\n* c", 40, "a + b * c");
    comment(t, arena, "a*/b", 40, "a* /b");
    comment(t, arena, "a/*b", 40, "a/ *b");
    comment(t, arena, "a ?\?/ b \\", 40, "a ? ?/ b ?");
    comment(t, arena, "abcdefgh", 4, "abcd ...");
}

int main(void)
{
    Heap heap = { .arenas = NULL };
    Test t = { .passed = 0 };
    Arena *arena;

    if (setjmp(heap.on_failure) != 0)
        return 1;
    arena = heap_arena(&heap);
    test_names(&t, arena);
    test_long_names(&t, arena);
    test_comments(&t, arena);
    heap_free(&heap);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed > 0;
}
