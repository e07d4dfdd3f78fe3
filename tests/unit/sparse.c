/* sparse.c -- patterns of known models as pictures; colourings of random patterns, where every entry must stand alone. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

static unsigned passed, failed;

static void report(bool good, const char *name, const char *why)
{
    if (good)
        passed++;
    else
        printf("FAIL %s: %s\n", name, why);
    failed += !good;
}

/* ---- patterns of models ------------------------------------------------------------------------------- */

/* Rows one behind the other, as in "**. .** ..*"; NULL: not asked for. */
typedef struct {
    const char *name, *text, *jacobian, *hessian;
} PatternCase;

static const PatternCase cases[] = {
    { "a product has no diagonal", "f = x*y", "**", ".* *." },
    { "linear terms have no entry", "param x[3]; const a = [1,2,3]; f = dot(a, x)", "***", "... ... ..." },
    { "a square", "param x[3]; f = sum(x^2)", "***", "*.. .*. ..*" },
    { "a scalar of two sums", "param x[9], y[9]; f = 2*sum(x) + sum(y)", "******************", NULL },
    { "what is not used", "param x, y, z; f = x + z^3", "*.*", "... ... ..*" },
    { "steps and signs pass nothing on", "param x, y; f = sign(x) + step(y)*x", "*.", ".. .." },
    { "relu has no second derivative", "param x[2]; f = sum(relu(x))", "**", ".. .." },
    { "tridiagonal", "param x[4]; f = sum((x[i+1] - x[i]^2)^2 for i in 0..3)", "****", "**.. ***. .*** ..**" },
    { "arrow", "param x[4]; f = x[0]*sum(x[i]^2 for i in 1..4)", "****", ".*** **.. *.*. *..*" },
    { "blocks", "param x[4]; f = sum(x[2*i]^2*x[2*i+1]^2 for i in 0..2)", "****", "**.. **.. ..** ..**" },
    { "a column sum", "param W[2,2], x[2]; y = W @ x; output y", "**..** ..****",
      "....*. .....* ....*. .....* *.*... .*.*.." },
    { "a slice", "param x[4]; y = x[1..3]^2; output y", ".*.. ..*.", ".... .*.. ..*. ...." },
    { "a matrix product", "param A[2,2], B[2,2]; C = A @ B; output C", "**..*.*. **...*.* ..***.*. ..**.*.*", NULL },
    { "Kronecker", "param a[2], b[2]; K = outer(a, b); output K", "*.*. *..* .**. .*.*", "..** ..** **.. **.." },
    { "both branches", "param x, y, z; f = x > 0 ? y^2 : z^2", ".**", "... .*. ..*" },
    { "both branches at every point", "param x[9], z; y = [x[i] > 0 ? x[i]^2 : z for i in 0..9]; output y",
      "*........* .*.......* ..*......* ...*.....* ....*....* .....*...* ......*..* .......*.* ........**",
      NULL },
    { "a condition on an index", "param x[4]; y = [i == 0 ? x[0]^2 : x[i-1]*x[i] for i in 0..4]; output y",
      "*... **.. .**. ..**", "**.. *.*. .*.* ..*." },
    { "an integer input", "param x[3]; input k[2] in 0..2; y[i] = x[k[i]]^2; output y", "**. **.", "*.. .*. ..." },
    { "a constant table", "param x[3]; const k = [2, 0]; y[i] = x[k[i]]^2; output y", "..* *..", "*.. ... ..*" },
    { "a maximum", "param x[3]; f = max(x)", "***", "... ... ..." },
    { "the square of a maximum", "param x[3]; f = max(x)^2", "***", "*** *** ***" },
    { "a softmax", "param x[2]; y = softmax(x); output y", "** **", "** **" },
    { "a triangle", "param x[3]; y[i] = sum(x[j]^2 for j in 0..i+1) for i in 0..3; output y", "*.. **. ***", "*.. .*. ..*" },
    { "a recurrence", "param x[3], h0; h = h0\nfor t in 0..3 { h = h*x[t]\n o[t] = h }\noutput o", "*..* **.* ****", NULL },
    { "a heat equation", "param u[4]\nv = u\nfor t in 0..1 { v = [i == 0 || i == 3 ? v[i] : v[i-1] + v[i+1] for i in 0..4] }\noutput v",
      "*... *.*. .*.* ...*", ".... .... .... ...." },
};

static void find_patterns(Unit *unit, void *context)
{
    PatternCase *c = context;
    Sparsity jacobian, hessian;
    const Sparsity *both[2] = { &jacobian, &hessian };
    const char *expected[2] = { c->jacobian, c->hessian };

    if (!unit_open(unit, "case", c->text, strlen(c->text)) || !unit_jacobian_sparsity(unit, NULL, &jacobian)
        || !unit_hessian_sparsity(unit, NULL, &hessian)) {
        Text text;

        text_init(&text, unit->arena);
        diag_print(&unit->diag, &text);
        report(false, c->name, text_string(&text));
        return;
    }
    for (unsigned k = 0; k < 2; k++) {
        const Pattern *p = &both[k]->pattern;
        Text text;

        text_init(&text, unit->arena);
        for (uint32_t row = 0; row < p->rows; row++) {
            text_add(&text, row > 0 ? " " : "");
            for (uint32_t column = 0; column < p->columns; column++)
                text_add(&text, pattern_has(p, row, column) ? "*" : ".");
        }
        if (expected[k] != NULL)
            report(strcmp(text_string(&text), expected[k]) == 0, c->name, text_string(&text));
    }
}

static void test_patterns(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PatternCase c = cases[i];
        Options options = options_default();
        Unit unit;

        unit_init(&unit, &options);
        if (!unit_run(&unit, find_patterns, &c))
            report(false, c.name, unit.failure);
        unit_close(&unit);
    }
}

/* ---- colourings --------------------------------------------------------------------------------------- */

static uint64_t random_state = 1;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % n;
}

/* Entries with a chance of `percent`; symmetric ones too, with or without a diagonal; some have a full row and column. */
static Pattern random_pattern(Arena *arena, uint32_t rows, uint32_t columns, uint32_t percent, bool symmetric)
{
    Pattern p = { .rows = rows, .columns = columns, .starts = arena_array(arena, size_t, rows + 1u) };
    bool *has = arena_array(arena, bool, (size_t)rows * columns);
    uint32_t hub = random_below(3) == 0 ? random_below(rows) : rows;

    p.at = arena_array(arena, uint32_t, (size_t)rows * columns);
    for (uint32_t row = 0; row < rows; row++)
        for (uint32_t column = 0; column < columns; column++)
            has[row * columns + column] = random_below(100) < percent || row == hub;
    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t column = 0; column < columns; column++)
            if (has[row * columns + column] || (symmetric && has[column * columns + row]))
                p.at[p.entries++] = column;
        p.starts[row + 1] = p.entries;
    }
    return p;
}

/* How many columns of this colour have an entry in the row. */
static unsigned in_group(const Pattern *p, const Colouring *c, uint32_t row, uint32_t colour)
{
    unsigned count = 0;

    for (uint32_t column = 0; column < p->columns; column++)
        count += c->of[column] == colour && pattern_has(p, row, column);
    return count;
}

static bool recovers(const Pattern *p, const Colouring *c, bool star)
{
    for (uint32_t row = 0; row < p->rows; row++) {
        for (uint32_t column = 0; column < p->columns; column++) {
            if (!pattern_has(p, row, column))
                continue;
            if (in_group(p, c, row, c->of[column]) != 1 && !(star && in_group(p, c, column, c->of[row]) == 1))
                return false;
        }
    }
    return true;
}

static bool in_range(const Colouring *c, uint32_t columns)
{
    for (uint32_t column = 0; column < columns; column++)
        if (c->of[column] >= c->count)
            return false;
    return true;
}

static void test_random(Heap *heap, uint32_t percent)
{
    Arena *arena = heap_arena(heap);
    uint32_t n = 1 + random_below(30);
    Pattern p = random_pattern(arena, n, 1 + random_below(30), percent, false);
    Pattern s = random_pattern(arena, n, n, percent, true);
    Colouring c = colour_columns(heap, arena, &p);

    report(p.entries == 0 || (in_range(&c, p.columns) && recovers(&p, &c, false)), "columns", "not valid");
    c = colour_star(heap, arena, &s);
    report(s.entries == 0 || (in_range(&c, s.columns) && recovers(&s, &c, true)), "star", "not valid");
    for (unsigned order = 0; order < ORDER_COUNT; order++) {
        c = colour_columns_in(heap, arena, &p, (ColourOrder)order);
        report(recovers(&p, &c, false), "columns in an order", "not valid");
        c = colour_star_in(heap, arena, &s, (ColourOrder)order);
        report(recovers(&s, &c, true), "star in an order", "not valid");
    }
    heap_release(heap, arena);
}

/* Entries where `holds` says so. */
static Pattern pattern_where(Arena *arena, uint32_t n, bool (*holds)(uint32_t, uint32_t))
{
    Pattern p = { .rows = n, .columns = n, .starts = arena_array(arena, size_t, n + 1u) };

    p.at = arena_array(arena, uint32_t, (size_t)n * n);
    for (uint32_t row = 0; row < n; row++) {
        for (uint32_t column = 0; column < n; column++)
            if (holds(row, column))
                p.at[p.entries++] = column;
        p.starts[row + 1] = p.entries;
    }
    return p;
}

static bool is_band(uint32_t i, uint32_t j)
{
    return i <= j + 2 && j <= i + 2;
}

static bool is_arrow(uint32_t i, uint32_t j)
{
    return i == j || i == 0 || j == 0;
}

static bool is_block(uint32_t i, uint32_t j)
{
    return i / 5 == j / 5;
}

static bool is_grid(uint32_t i, uint32_t j) /* five points on a torus of 10 x 10 */
{
    uint32_t a = (i / 10 + 10 - j / 10) % 10, b = (i % 10 + 10 - j % 10) % 10;

    return (a == 0 && (b <= 1 || b == 9)) || (b == 0 && (a <= 1 || a == 9));
}

static void test_known(Heap *heap)
{
    static const struct {
        const char *name;
        bool (*holds)(uint32_t, uint32_t);
        uint32_t columns, star; /* at most */
    } known[] = { { "band", is_band, 5, 5 }, { "arrow", is_arrow, 100, 2 }, { "blocks", is_block, 5, 5 }, { "grid", is_grid, 10, 8 } };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        Arena *arena = heap_arena(heap);
        Pattern p = pattern_where(arena, 100, known[i].holds);
        Colouring c = colour_columns(heap, arena, &p), s = colour_star(heap, arena, &p);
        char text[80];

        snprintf(text, sizeof text, "%u colours by columns, %u by star", (unsigned)c.count, (unsigned)s.count);
        report(c.count <= known[i].columns && s.count <= known[i].star, known[i].name, text);
        report(recovers(&p, &c, false) && recovers(&p, &s, true), known[i].name, "not valid");
        heap_release(heap, arena);
    }
}

int main(void)
{
    Heap heap = { 0 };

    test_patterns();
    if (setjmp(heap.on_failure) == 0) {
        test_known(&heap);
        for (unsigned i = 0; i < 600; i++)
            test_random(&heap, i % 60);
    }
    heap_free(&heap);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
