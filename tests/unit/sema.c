/* sema.c -- the checker against other ways to the same: broadcasting by its rule, constants. */
#include "tests/unit/sema_check.h"

/* ---- broadcasting ---- */

static int random_shape(int *extent)
{
    int rank = pick(0, 4);

    for (int k = 0; k < rank; k++)
        extent[k] = pick(1, 3);
    return rank;
}

static void print_shape(char *text, size_t size, const char *name, int rank, const int *extent)
{
    size_t at = (size_t)snprintf(text, size, "param %s", name);

    for (int k = 0; k < rank; k++)
        at += (size_t)snprintf(text + at, size - at, "%s%d", k == 0 ? "[" : ",", extent[k]);
    snprintf(text + at, size - at, rank > 0 ? "]\n" : "\n");
}

/* The cases of the table in section 4 of the reference, one after the other. */
static bool reference(int p, const int *a, int q, const int *b, int *rank, int *result)
{
    bool good = true;

    if (p > q)
        return reference(q, b, p, a, rank, result);
    *rank = q;
    memcpy(result, b, (size_t)q * sizeof *b);
    if (p == 0)
        return true;
    if (p < q)
        return memcmp(a, b + (q - p), (size_t)p * sizeof *a) == 0;
    for (int k = 0; k < p; k++) {
        good = good && (a[k] == b[k] || a[k] == 1 || b[k] == 1);
        result[k] = a[k] > b[k] ? a[k] : b[k];
    }
    return good;
}

static void test_broadcast(Tally *tally, int count)
{
    char text[400];

    for (int n = 0; n < count; n++) {
        int a[4] = { 0 }, b[4] = { 0 }, result[4] = { 0 }, rank = 0, p = random_shape(a), q = random_shape(b);
        bool wanted = reference(p, a, q, b, &rank, result), good;
        Checked checked;

        print_shape(text, sizeof text, "a", p, a);
        print_shape(text + strlen(text), sizeof text - strlen(text), "b", q, b);
        strcat(text, pick(0, 1) == 0 ? "c = a + b\n" : "c = atan2(a, b)\n");
        good = check(&checked, text);
        expect(tally, good == wanted, "broadcasting differs from the rule:\n%s", text);
        if (good && wanted) {
            Shape shape = checked.model.symbols.at[checked.model.outputs.at[0]].shape;

            good = shape.rank == rank;
            for (int k = 0; k < rank && good; k++)
                good = shape.extent[k] == result[k];
            expect(tally, good, "the result has another shape:\n%s", text);
        }
        heap_free(&checked.heap);
    }
}

/* ---- constants ---- */

static void test_const(Tally *tally, const char *text, const char *values)
{
    Checked checked;
    bool good = check(&checked, text);
    Text out;

    expect(tally, good, "a const is refused:\n%s", text);
    if (good) {
        const CheckedSymbol *symbol = NULL;
        size_t count = 1;

        for (size_t i = 0; i < checked.model.symbols.count; i++)
            if (strcmp(names_text(&checked.names, checked.model.symbols.at[i].name), "w") == 0)
                symbol = &checked.model.symbols.at[i];
        text_init(&out, checked.model.arena);
        for (unsigned k = 0; k < symbol->shape.rank; k++)
            count *= (size_t)symbol->shape.extent[k];
        if (symbol->role != NAME_CONST)
            text_add(&out, "real ");
        for (size_t i = 0; i < count && symbol->role == NAME_CONST; i++) {
            rational_print(symbol->values[i], &out);
            text_add(&out, " ");
        }
        expect(tally, strcmp(text_string(&out), values) == 0, "%s:\n%s", text_string(&out), text);
    }
    heap_free(&checked.heap);
}

static void test_constants(Tally *tally)
{
    test_const(tally, "const w = [1, 2, 1]/4\nf = sum(w)\n", "1/4 1/2 1/4 ");
    test_const(tally, "const n = 3, w = [[i*j - n for j in 0..2] for i in 1..n]\nf = sum(w)\n", "-3 -2 -3 -1 ");
    test_const(tally, "const w = [sum(1/(i + j) for j in 1..i + 1) for i in 1..4]\nf = sum(w)\n", "1/2 7/12 37/60 ");
    test_const(tally, "const c = [3, 1, 2], w = [c[c[i] - 1] for i in 0..3]\nf = sum(w)\n", "2 3 1 ");
    test_const(tally, "const c = [3, 1, 2], w = [i == 0 ? 0 : c[i - 1] for i in 0..4]\nf = sum(w)\n", "0 3 1 2 ");
    test_const(tally, "def g(a, b) { y[i] = a[i]*b; r = sum(y) }\nconst w = g([1, 2, 3], 2)\nf = w\n", "12 ");
    test_const(tally, "const A = [[1, 2], [3, 4]], w = concat(A' @ [1, 1], max(A), 2^-3, A[1, ..1])\nf = sum(w)\n",
               "4 6 4 1/8 3 ");
    test_const(tally, "const w = size([1, 2, 3]) + (2 > 1 && !(3 < 2) ? min(4, 5, 6) : 1/0.5)\nf = w\n", "7 ");
    test_const(tally, "const w = sqrt(2)\nf = w\n", "real ");
    test_const(tally, "const w = 2*pi\nf = w\n", "real ");
}

int main(void)
{
    Tally tally = { 0, 0 };

    test_broadcast(&tally, 3000);
    test_constants(&tally);
    return tally_close(&tally, "sema");
}
