/* c_testcode.c -- statements and expressions of which the self-test is made. */
#include "emit/c_selftest.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 12 };

/* ---- text -------------------------------------------------------------------------------------------- */

/* What no float can hold is 0 there, too. */
void c_test_number(const Test *t, double value)
{
    size_t begin = t->out->size;

    if (t->m->is_float && fabs(value) < (double)FLT_MIN)
        value = 0;
    text_printf(t->out, "%.*g", DIGITS, value);
    text_printf(t->out, "%s%s", strpbrk(t->out->at + begin, ".e") == NULL ? ".0" : "", t->m->suffix);
}

void c_test_fail(Test *t)
{
    text_line(t->out, "    return %d;", t->next++);
}

static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '_';
}

bool c_test_uses(const Text *code, const char *name)
{
    size_t size = strlen(name);

    for (const char *all = text_string(code), *at = all; (at = strstr(at, name)) != NULL; at++)
        if (!is_of_name(at[size]) && (at == all || (!is_of_name(at[-1]) && at[-1] != '.')))
            return true;
    return false;
}

/* ---- loops ------------------------------------------------------------------------------------------- */

const char *c_test_index(const char *name, uint64_t count)
{
    return count == 1 ? "0" : name;
}

static void begin_loop(const Test *t, const char *name, uint64_t count, const char *brace)
{
    if (count == 1)
        return;
    text_line(t->out, "for (int32_t %s = 0; %s < %llu; %s++)%s", name, name, (unsigned long long)count, name, brace);
    t->out->indent++;
}

void c_test_open(const Test *t, const char *name, uint64_t count)
{
    begin_loop(t, name, count, " {");
}

void c_test_close(const Test *t, uint64_t count)
{
    if (count == 1)
        return;
    t->out->indent--;
    text_line(t->out, "}");
}

void c_test_each(const Test *t, const char *name, uint64_t count)
{
    begin_loop(t, name, count, "");
}

void c_test_each_end(const Test *t, uint64_t count)
{
    t->out->indent -= count == 1 ? 0 : 1;
}

const char *c_test_run_index(const Test *t, const char *name, const TestRun *run)
{
    return run->count == 1 ? text_formatted(t->arena, "%llu", (unsigned long long)run->first) : name;
}

void c_test_open_run(const Test *t, const char *name, const TestRun *run)
{
    unsigned long long first = run->first, end = run->first + run->stride * (run->count - 1) + 1, stride = run->stride;

    if (run->count == 1)
        return;
    text_line(t->out, "for (int32_t %s = %llu; %s < %llu; %s) {", name, first, name, end,
              stride == 1 ? text_formatted(t->arena, "%s++", name) : text_formatted(t->arena, "%s += %llu", name, stride));
    t->out->indent++;
}

void c_test_sum(const Test *t, const char *variable, const char *name, uint64_t count, const char *term)
{
    if (count != 1)
        text_line(t->out, "%s = 0;", variable);
    c_test_each(t, name, count);
    text_line(t->out, "%s %s= %s;", variable, count == 1 ? "" : "+", term);
    c_test_each_end(t, count);
}

/* ---- values ------------------------------------------------------------------------------------------ */

static const char *literal(const Test *t, double value)
{
    Text text;

    text_init(&text, t->arena);
    c_literal_double(t->m, value, &text);
    return text_string(&text);
}

/* base - step * (place % period); of a place that is a number, the number. */
static const char *periodic(const Test *t, double base, double step, int period, const char *place)
{
    bool name = strpbrk(place, " ") == NULL;

    if (strspn(place, "0123456789") == strlen(place))
        return literal(t, base - step * (double)(strtoull(place, NULL, 10) % (unsigned)period));
    return text_formatted(t->arena, "(%s - %s * (%s)(%s%s%s %% %d))", literal(t, base), literal(t, step), t->m->real,
                          name ? "" : "(", place, name ? "" : ")", period);
}

const char *c_test_direction(const Test *t, const char *place)
{
    return periodic(t, 0.5, 0.125, 7, place);
}

const char *c_test_seed(const Test *t, const char *place)
{
    return t->m->scalar ? literal(t, 1) : periodic(t, 1, 0.25, 3, place);
}

const char *c_test_seeded(const Test *t, const char *place, const char *term)
{
    return t->m->scalar ? term : text_formatted(t->arena, "%s * %s", c_test_seed(t, place), term);
}

const char *c_test_call(const Test *t, FunctionId id)
{
    Text text;

    text_init(&text, t->arena);
    c_sample_call(t->m, &t->functions[id], &text);
    return text_string(&text);
}

/* The scalar output is given as the function's value. */
FunctionId c_test_giving(const Test *t, Part part)
{
    unsigned id = 0;

    while (id < FUNCTION_COUNT &&
           !(t->functions[id].made &&
             (c_function_has(&t->functions[id], part) || (part == PART_OUTPUTS && t->functions[id].returns))))
        id++;
    return (FunctionId)id;
}

void c_test_total(const Test *t, const char *variable)
{
    FunctionId id = c_test_giving(t, PART_OUTPUTS);
    uint64_t count = c_model_reals(t->m, PART_OUTPUTS);
    const char *i = c_test_index("i", count);

    if (t->m->scalar) {
        text_line(t->out, "%s = %s;", variable, c_test_call(t, id));
        return;
    }
    text_line(t->out, "%s;", c_test_call(t, id));
    c_test_sum(t, variable, "i", count, c_test_seeded(t, i, text_formatted(t->arena, "o[%s]", i)));
}

/* ---- differences ------------------------------------------------------------------------------------- */

bool c_test_has_differences(const Test *t)
{
    return t->sample->differences.count > 0 && c_test_giving(t, PART_OUTPUTS) < FUNCTION_COUNT &&
           c_test_giving(t, PART_GRAD) < FUNCTION_COUNT;
}

/* How many from `d` on lie in one struct, equally far apart, and as far from their places in the gradient. */
static TestRun run_from(const Difference *d, size_t most)
{
    TestRun run = { d->moved, most > 1 ? d[1].moved - d->moved : 1, 1 };

    while (run.count < most && d[run.count].part == d->part && d[run.count].moved > d[run.count - 1].moved &&
           d[run.count].moved - d[run.count - 1].moved == run.stride && d[run.count].place - d->place == d[run.count].moved - d->moved)
        run.count++;
    return run;
}

/* The element's place in the gradient: what was moved was counted in its struct. */
static const char *place_of(const Test *t, const Difference *d, const TestRun *run, const char *j)
{
    if (run->count == 1)
        return text_formatted(t->arena, "%llu", (unsigned long long)d->place);
    if (d->place == d->moved)
        return j;
    return text_formatted(t->arena, d->place > d->moved ? "%s + %llu" : "%s - %llu", j,
                          (unsigned long long)(d->place > d->moved ? d->place - d->moved : d->moved - d->place));
}

void c_test_differences(Test *t, const char *gap)
{
    const DifferenceVec *all = &t->sample->differences;

    for (size_t k = 0; k < all->count;) {
        const Difference *d = &all->at[k];
        TestRun run = run_from(d, all->count - k);
        const char *j = c_test_run_index(t, "j", &run);
        const char *x = text_formatted(t->arena, "%s[%s]", d->part == PART_PARAMS ? "x" : "y", j);

        c_test_open_run(t, "j", &run);
        text_line(t->out, "kept = %s;", x);
        text_line(t->out, "%s = kept + step;", x);
        c_test_total(t, "up");
        text_line(t->out, "%s = kept - step;", x);
        c_test_total(t, "down");
        text_line(t->out, "%s = kept;", x);
        text_line(t->out, "if (fabs%s((up - down) / (2 * step) - slopes[%s]) > %s)", t->m->suffix, place_of(t, d, &run, j), gap);
        c_test_fail(t);
        c_test_close(t, run.count);
        k += run.count;
    }
}
