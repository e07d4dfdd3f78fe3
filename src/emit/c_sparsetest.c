/* c_sparsetest.c -- the self-test's checks of sparse matrices: triplets against compressed columns, entries against the dense
 * matrix (which has nothing else), and the matrix times a direction. */
#include "emit/c_selftest.h"

/* What there is of one matrix. */
typedef struct {
    Part entries, dense, product;
    const char *name, *upper, *vector; /* "hessian", "HESSIAN", "h" */
    Part rows;
    bool lower; /* entries above the diagonal are those below */
} Tested;

static void print_arrays(const Test *t, const Tested *x)
{
    const char *upper = t->m->upper;

    text_line(t->out, "static int32_t rows[%s_%s_NNZ], columns[%s_%s_NNZ], again[%s_%s_NNZ], starts[%s_N_GRAD + 1];", upper, x->upper,
              upper, x->upper, upper, x->upper, upper);
    text_add(t->out, "\n");
    text_line(t->out, "%s_%s_triplets(rows, columns);", t->m->prefix, x->name);
    text_line(t->out, "%s_%s_csc(starts, again);", t->m->prefix, x->name);
}

static void print_columns(Test *t)
{
    text_line(t->out, "for (int32_t j = 0; j < %s_N_GRAD; j++)", t->m->upper);
    text_line(t->out, "    for (int32_t k = starts[j]; k < starts[j + 1]; k++)");
    text_line(t->out, "        if (rows[k] != again[k] || columns[k] != j || (k > starts[j] && rows[k] <= rows[k - 1]))");
    text_add(t->out, "        ");
    c_test_fail(t);
}

/* As many elements are not 0 among the entries as there are in all. */
static void print_dense(Test *t, const Tested *x)
{
    uint64_t rows = c_model_reals(t->m, x->rows), columns = c_model_reals(t->m, PART_GRAD);

    text_line(t->out, "int32_t left = 0;");
    text_add(t->out, "\n");
    text_line(t->out, "for (int32_t k = 0; k < %s_%s_NNZ; k++) {", t->m->upper, x->upper);
    t->out->indent++;
    text_begin_line(t->out);
    text_printf(t->out, "if (!%s_close(%s_values[k], %s[rows[k]][columns[k]], ", t->m->prefix, x->name, x->name);
    c_test_number(t, t->sample->golden[x->entries].scale);
    text_add(t->out, "))\n");
    c_test_fail(t);
    text_line(t->out, "left += fabs%s(%s[rows[k]][columns[k]]) > 0;", t->m->suffix, x->name);
    t->out->indent--;
    text_line(t->out, "}");
    c_test_each(t, "i", rows);
    c_test_each(t, "j", columns);
    text_line(t->out, "left -= fabs%s(%s[%s][%s]) > 0;", t->m->suffix, x->name, c_test_index("i", rows), c_test_index("j", columns));
    c_test_each_end(t, columns);
    c_test_each_end(t, rows);
    text_line(t->out, "if (left != 0)");
    c_test_fail(t);
}

static void print_term(const Test *t, const Tested *x, const char *row, const char *column)
{
    text_line(t->out, "sums[%s] += %s_values[k] * %s;", row, x->name, c_test_direction(t, column));
    text_line(t->out, "sizes[%s] += fabs%s(%s_values[k] * %s);", row, t->m->suffix, x->name, c_test_direction(t, column));
}

static void print_product(Test *t, const Tested *x)
{
    uint64_t rows = c_model_reals(t->m, x->rows);
    const char *i = c_test_index("i", rows);

    text_line(t->out, "static %s sums[%llu], sizes[%llu];", t->m->real, (unsigned long long)rows, (unsigned long long)rows);
    text_add(t->out, "\n");
    c_test_each(t, "i", rows);
    text_line(t->out, "sums[%s] = sizes[%s] = 0;", i, i);
    c_test_each_end(t, rows);
    text_line(t->out, "for (int32_t k = 0; k < %s_%s_NNZ; k++) {", t->m->upper, x->upper);
    t->out->indent++;
    print_term(t, x, "rows[k]", "columns[k]");
    if (x->lower) {
        text_line(t->out, "if (rows[k] == columns[k])");
        text_line(t->out, "    continue;");
        print_term(t, x, "columns[k]", "rows[k]");
    }
    t->out->indent--;
    text_line(t->out, "}");
    c_test_each(t, "i", rows);
    text_begin_line(t->out);
    text_printf(t->out, "if (!%s_close(%s[%s], sums[%s], sizes[%s] + ", t->m->prefix, x->vector, i, i, i);
    c_test_number(t, t->sample->golden[x->entries].scale);
    text_add(t->out, "))\n");
    c_test_fail(t);
    c_test_each_end(t, rows);
}

static void open_block(const Test *t)
{
    text_line(t->out, "{");
    t->out->indent++;
}

static void close_block(const Test *t)
{
    t->out->indent--;
    text_line(t->out, "}");
}

static void print_matrix(Test *t, const Tested *x)
{
    if (!c_test_has(t, x->entries))
        return;
    open_block(t);
    print_arrays(t, x);
    print_columns(t);
    if (c_test_has(t, x->product) && t->m->unit->options.directions == 0 && !t->sample->golden[x->product].infinite &&
        !t->sample->golden[x->entries].infinite) {
        open_block(t);
        print_product(t, x);
        close_block(t);
    }
    if (c_test_has(t, x->dense) && t->sample->golden[x->entries].found) {
        open_block(t);
        print_dense(t, x);
        close_block(t);
    }
    close_block(t);
}

void c_sparsetest_print(Test *t)
{
    bool lower = t->m->unit->options.lower_triangle;

    print_matrix(t, &(Tested){ PART_JACOBIAN_ENTRIES, PART_JACOBIAN, PART_TANGENT, "jacobian", "JACOBIAN", "t", PART_OUTPUTS, false });
    print_matrix(t, &(Tested){ PART_HESSIAN_ENTRIES, PART_HESSIAN, PART_PRODUCT, "hessian", "HESSIAN", "h", PART_GRAD, lower });
}
