/* differential.c -- random models: printed and read again, simplified, differentiated in every mode, in double, against MPFR.
 *
 * Arguments: the first seed, the number of models; without them those of `make check`. A failing model is made as small as it
 * can be while it fails in the same way. Every construct and every operator has to occur.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/agree.h"
#include "tests/support/generate.h"
#include "tests/support/shrink.h"

enum { FIRST = 1, MODELS = 256, SIZES = 6, TRIALS = 1500, MOST_SHRUNK = 4 };

typedef struct {
    uint64_t first;
    unsigned models, failed, refused, undefined, large, shrunk;
    unsigned long compared, kinks, poles, ops[OP_COUNT];
    double worst;
    Tally tally;
} Test;

typedef struct {
    char kind[AGREE_TEXT];
    uint64_t seed;
} Failure;

/* "internal: after the pass", "hvp in double": up to the first thing that a smaller model changes. What is no model has its message. */
static void kind_of(const char *what, char *kind)
{
    size_t size = strncmp(what, "invalid", 7) == 0 ? strlen(what) : strcspn(what, ":");

    if (strncmp(what, "internal: after", 15) == 0)
        size += 2 + strcspn(what + size + 2, ":");
    (void)snprintf(kind, AGREE_TEXT, "%.*s", (int)size, what);
}

static bool fails_alike(void *context, const char *text)
{
    const Failure *failure = context;
    Agreement a;
    char kind[AGREE_TEXT];

    agree_apart(&a, text, failure->seed);
    kind_of(a.what, kind);
    return strcmp(kind, failure->kind) == 0;
}

static void report(Test *t, Arena *arena, Piece *model, uint64_t seed, const Agreement *a)
{
    Failure failure = { .seed = seed };
    Agreement last;
    Text text;

    printf("FAIL model %llu: %s\n", (unsigned long long)seed, a->what);
    t->failed++;
    if (strncmp(a->what, "slow", 4) == 0 || t->shrunk++ >= MOST_SHRUNK) /* every trial would take as long */
        return;
    kind_of(a->what, failure.kind);
    shrink(arena, model, fails_alike, &failure, TRIALS);
    text_init(&text, arena);
    piece_print(model, &text);
    agree_apart(&last, text_string(&text), seed);
    printf("  made smaller: %s\n    ", last.what);
    for (const char *at = text_string(&text); *at != '\0'; at++) {
        putchar(*at);
        if (*at == '\n' && at[1] != '\0')
            printf("    ");
    }
    putchar('\n');
}

static void add(Test *t, const Agreement *a)
{
    t->refused += a->refused[0] != '\0';
    t->undefined += a->undefined;
    t->large += a->large;
    t->compared += a->compared;
    t->kinks += a->kinks;
    t->poles += a->poles;
    t->worst = a->worst > t->worst ? a->worst : t->worst;
    for (unsigned k = 0; k < OP_COUNT; k++)
        t->ops[k] += a->ops[k];
}

static void test_model(Test *t, uint64_t seed)
{
    Heap heap = { .arenas = NULL };
    Arena *arena;
    Piece *model;
    Agreement a;
    Text text;

    if (setjmp(heap.on_failure) != 0) {
        printf("FAIL model %llu: memory ran out\n", (unsigned long long)seed);
        t->failed++;
        return;
    }
    arena = heap_arena(&heap);
    model = generate_model(arena, seed, 1 + (unsigned)(seed % SIZES), &t->tally);
    text_init(&text, arena);
    piece_print(model, &text);
    agree_apart(&a, text_string(&text), seed);
    add(t, &a);
    if (a.what[0] != '\0')
        report(t, arena, model, seed, &a);
    heap_free(&heap);
}

/* What never occurs is not tested. */
static void check_occurrence(Test *t)
{
    for (unsigned k = 0; k < CONSTRUCT_COUNT; k++) {
        printf("%8lu  %s\n", t->tally.counts[k], construct_names[k]);
        if (t->tally.counts[k] == 0) {
            printf("FAIL construct '%s' does not occur\n", construct_names[k]);
            t->failed++;
        }
    }
    for (unsigned k = 0; k < OP_COUNT; k++) {
        printf("%8lu  operator %s\n", t->ops[k], op_info[k].name);
        if (t->ops[k] == 0) {
            printf("FAIL operator '%s' does not occur\n", op_info[k].name);
            t->failed++;
        }
    }
}

int main(int argc, char **argv)
{
    Test t = { .first = argc > 1 ? strtoull(argv[1], NULL, 10) : FIRST, .models = argc > 2 ? (unsigned)atoi(argv[2]) : MODELS };

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (unsigned k = 0; k < t.models; k++)
        test_model(&t, t.first + k);
    if (t.models >= MODELS)
        check_occurrence(&t);
    printf("%u models: %lu numbers compared, %lu at kinks or not finite (%lu NaN at poles); %u models not finite, %u refused in part, %u programs too large; worst rounding %.2g of what is allowed\n",
           t.models, t.compared, t.kinks, t.poles, t.undefined, t.refused, t.large, t.worst);
    printf("%u passed, %u failed\n", t.models - (t.failed < t.models ? t.failed : t.models), t.failed);
    return t.failed > 0;
}
