/* affine.c -- integer expressions: one id for equal ones, fractions, overflow, replacement, deep nesting. */
#include "ir/affine.h"
#include "tests/support/tally.h"

#include <stdio.h>
#include <string.h>

enum { I, J, K, TABLE = 7 };

typedef struct {
    AffPool pool;
    Tally tally;
} Test;

static const char *name_of(const void *context, AtomKind kind, uint32_t id)
{
    static const char *const names[] = { "i", "j", "k" };

    (void)context;
    return kind == ATOM_ELEMENT ? "t" : names[id];
}

static void expect_text(Test *t, AffId a, const char *expected)
{
    Text text;

    text_init(&text, t->pool.arena);
    if (a == AFF_FAIL)
        text_add(&text, "fail");
    else
        aff_print(&t->pool, a, name_of, NULL, &text);
    if (strcmp(text_string(&text), expected) != 0)
        printf("%s\n", text_string(&text));
    expect(&t->tally, strcmp(text_string(&text), expected) == 0, "%s", expected);
}

static AffId element(Test *t, AffId sub)
{
    return aff_element(&t->pool, TABLE, &sub, 1);
}

static void test_sums(Test *t)
{
    AffPool *p = &t->pool;
    AffId i = aff_index(p, I), j = aff_index(p, J), both = aff_add(p, i, j), half = aff_scale(p, i, 1, 2);
    int64_t value;
    uint32_t index;

    expect(&t->tally, aff_const(p, 0) == AFF_ZERO && aff_sub(p, both, both) == AFF_ZERO, "0 has id 0");
    expect(&t->tally, both == aff_add(p, j, i) && aff_sub(p, both, j) == i, "equal sums are one");
    expect_text(t, aff_offset(p, aff_sub(p, aff_scale(p, i, 2, 1), j), -1), "2*i-j-1");
    expect_text(t, aff_sub(p, aff_const(p, 3), i), "3-i");
    expect_text(t, aff_add(p, half, aff_scale(p, j, 1, 3)), "(3*i+2*j)/6");
    expect_text(t, aff_const(p, -4), "-4");
    expect_text(t, aff_scale(p, aff_const(p, 3), 1, -2), "-3/2");
    expect(&t->tally, aff_add(p, half, half) == i && aff_scale(p, half, 2, 1) == i, "halves join");
    expect(&t->tally, !aff_is_whole(p, half) && aff_is_whole(p, i), "whole");
    expect(&t->tally, aff_is_const(p, aff_scale(p, aff_const(p, 6), 2, 4), &value) && value == 3, "6*2/4");
    expect(&t->tally, !aff_is_const(p, aff_scale(p, aff_const(p, 3), 1, 2), &value), "3/2 is no integer");
    expect(&t->tally, aff_is_index(p, j, &index) && index == J && !aff_is_index(p, aff_offset(p, j, 1), &index), "an index");
    expect(&t->tally, aff_is_shifted_index(p, aff_offset(p, j, -5), &index, &value) && value == -5, "a shifted index");
    expect(&t->tally, aff_coef(p, aff_scale(p, both, -3, 1), J) == -3 && aff_coef(p, i, J) == 0, "coefficients");
}

static void test_overflow(Test *t)
{
    AffPool *p = &t->pool;
    AffId i = aff_index(p, I), most = aff_const(p, INT64_MAX), large = aff_scale(p, i, INT64_MAX, 1);
    size_t terms = p->terms.count;

    expect(&t->tally, aff_offset(p, most, 1) == AFF_FAIL && aff_add(p, large, i) == AFF_FAIL, "sums too large");
    expect(&t->tally, aff_scale(p, large, 2, 1) == AFF_FAIL && aff_const(p, INT64_MIN) == AFF_FAIL, "products too large");
    expect(&t->tally, aff_scale(p, i, INT64_MIN, INT64_MIN) == AFF_FAIL, "the smallest integer");
    expect(&t->tally, p->terms.count == terms, "nothing is left of failures");
    expect(&t->tally, aff_scale(p, large, 2, 2) == large && aff_scale(p, large, -1, INT64_MAX) == aff_scale(p, i, -1, 1),
           "factors cancel first");
    expect(&t->tally, aff_add(p, AFF_FAIL, i) == AFF_FAIL && element(t, AFF_FAIL) == AFF_FAIL, "failures spread");
    expect(&t->tally, aff_scale(p, most, 0, 5) == AFF_ZERO, "times 0");
    for (int n = 0; n < 64 && large != AFF_FAIL; n++)
        large = aff_scale(p, large, 1, 3);
    expect(&t->tally, large == AFF_FAIL, "denominator too large");
}

/* i -> 2*k + 1 */
static AffId replace(void *context, AffPool *pool, uint32_t index)
{
    (void)context;
    if (index != I)
        return aff_index(pool, index);
    return aff_offset(pool, aff_scale(pool, aff_index(pool, K), 2, 1), 1);
}

static void test_elements(Test *t)
{
    AffPool *p = &t->pool;
    AffId i = aff_index(p, I), j = aff_index(p, J), one, two, deep = i, plain = aff_sub(p, i, j);
    AffId subs[2] = { i, aff_sub(p, aff_const(p, 2), j) };

    one = aff_element(p, TABLE, subs, 2);
    two = aff_offset(p, aff_scale(p, element(t, aff_offset(p, aff_sub(p, one, i), 1)), -1, 2), 3);
    expect_text(t, one, "t[i,2-j]");
    expect_text(t, two, "(6-t[1-i+t[i,2-j]])/2");
    expect(&t->tally, aff_has_element(p, one) && !aff_has_element(p, plain), "elements");
    expect(&t->tally, aff_uses_index(p, two, J) && !aff_uses_index(p, two, K) && aff_coef(p, two, I) == 0, "indices inside");
    expect_text(t, aff_substitute(p, plain, replace, NULL, NULL), "1-j+2*k");
    expect_text(t, aff_substitute(p, two, replace, NULL, NULL), "(6-t[-2*k+t[2*k+1,2-j]])/2");
    expect(&t->tally, aff_substitute(p, two, NULL, NULL, NULL) == two, "nothing replaced");
    expect(&t->tally, aff_element(p, TABLE, p->subs.at + p->subs.count - 1, 1) != AFF_FAIL, "subscripts of the pool itself");
    for (int n = 0; n < 100000; n++) {
        subs[0] = subs[1] = deep;
        deep = aff_element(p, TABLE, subs, 2);
    }
    expect(&t->tally, aff_uses_index(p, deep, I) && !aff_uses_index(p, deep, J), "indices deep inside");
    deep = aff_substitute(p, deep, replace, NULL, NULL);
    expect(&t->tally, aff_uses_index(p, deep, K) && !aff_uses_index(p, deep, I), "replaced deep inside");
}

int main(void)
{
    static Heap heap;
    static Test t;

    if (setjmp(heap.on_failure) != 0)
        return 1;
    aff_init(&t.pool, heap_arena(&heap));
    test_sums(&t);
    test_overflow(&t);
    test_elements(&t);
    heap_free(&heap);
    return tally_close(&t.tally, "affine");
}
