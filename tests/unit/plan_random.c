/* plan_random.c -- plans of random programs must give what the stages give one by one, to the last bit but for the sign of
 * zero. An argument is the number of programs. */
#include "tests/unit/plan_programs.h"

static void open_random(Random *r)
{
    Rational *values;

    open_fixture(&r->f);
    r->count = 0;
    values = arena_array(r->f.arena, Rational, 8);
    for (int k = 0; k < 8; k++)
        values[k] = RATIONAL(k * 3 % 4);
    r->label = symbol(&r->f, "label", SYM_TABLE, 1, 8, 0, 0);
    r->f.p->symbols.at[r->label].values = values;
    r->f.p->symbols.at[r->label].integer = true;
    r->f.p->symbols.at[r->label].high = 4;
    made(r, symbol(&r->f, "p", SYM_PARAM, 0, 0, 0, 0));
    made(r, symbol(&r->f, "x", SYM_PARAM, 1, 8, 0, 0));
    made(r, symbol(&r->f, "W", SYM_PARAM, 2, 7, 6, 0));
    made(r, symbol(&r->f, "V", SYM_PARAM, 2, 5, 5, 0));
}

static void add_random(Random *r)
{
    switch (pick(15)) {
    case 0:
        add_scatter(r);
        break;
    case 1:
        add_triangle(r);
        break;
    case 2:
        add_adjoint(r);
        break;
    case 3:
    case 4:
        add_more(r);
        break;
    case 5:
        add_argmax(r);
        break;
    case 6:
        add_recurrence(r);
        break;
    case 7:
    case 8:
        add_carried(r);
        break;
    default:
        add_filling(r);
    }
}

/* What the tests saw, so that none of it goes missing. */
typedef struct {
    unsigned loops, fused, folds[FOLD_PARITY + 1];
} Seen;

static void test_random(unsigned number_of_test, unsigned stages, Seen *seen)
{
    Random r;
    Plan *plan;

    if (setjmp(r.f.heap.on_failure) != 0)
        abort();
    r.f.heap.arenas = NULL;
    open_random(&r);
    state = number_of_test * 7919 + 1;
    for (unsigned n = 0; n < stages && r.count < MOST_MADE - 4; n++)
        add_random(&r);
    for (StageId s = 0; s < r.f.p->stages.count; s++)
        seen->loops += r.f.p->stages.at[s].rank;
    plan = check_plan(&r.f, "random program", number_of_test);
    seen->fused += count_loops(plan, false);
    for (SymId s = 0; s < r.f.p->symbols.count; s++)
        seen->folds[plan->stores[s].fold]++;
    plan_free(plan);
    heap_free(&r.f.heap);
}

int main(int argc, char **argv)
{
    unsigned tests = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 3000;
    Seen seen = { 0 };

    for (unsigned n = 0; n < tests && failed < 5; n++)
        test_random(n, 2 + n % 14, &seen);
    expect(seen.fused < seen.loops * 9 / 10, "random programs: loops are fused", seen.fused);
    for (unsigned k = FOLD_IN_PLACE; k <= FOLD_PARITY; k++)
        expect(seen.folds[k] > tests / 20, "random programs: values are folded in each way", k);
    printf("%u loops became %u; folds: %u in place, %u copied, %u by parity\n", seen.loops, seen.fused,
           seen.folds[FOLD_IN_PLACE], seen.folds[FOLD_COPY], seen.folds[FOLD_PARITY]);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
