/* c_pattern.c -- functions that tell where the entries of a sparse Jacobian or Hessian are: rows and columns of all entries, and
 * where each column begins. They are loops where the pattern is regular (sparse/nest.h), else copies of constant tables. */
#include "emit/c_model.h"

/* One array that a function fills. */
typedef struct {
    const char *name;       /* its argument */
    const uint32_t *values;
} Filled;

/* Matrix "jacobian" or "hessian". */
static const char *matrix_name(Part part)
{
    return part == PART_JACOBIAN_ENTRIES ? "jacobian" : "hessian";
}

static bool is_made(const CModel *m, Part part)
{
    return (m->parts >> part & 1) != 0;
}

/* ---- prototypes ----------------------------------------------------------------------------------------- */

static void print_triplets_signature(const CModel *m, Part part, Text *out)
{
    const char *matrix = matrix_name(part), *upper = part == PART_JACOBIAN_ENTRIES ? "JACOBIAN" : "HESSIAN";

    text_printf(out, "void %s_%s_triplets(int32_t rows[%s_%s_NNZ], int32_t columns[%s_%s_NNZ])", m->prefix, matrix, m->upper, upper,
                m->upper, upper);
}

static void print_csc_signature(const CModel *m, Part part, Text *out)
{
    const char *matrix = matrix_name(part), *upper = part == PART_JACOBIAN_ENTRIES ? "JACOBIAN" : "HESSIAN";

    text_printf(out, "void %s_%s_csc(int32_t starts[%s_N_GRAD + 1], int32_t rows[%s_%s_NNZ])", m->prefix, matrix, m->upper, m->upper,
                upper);
}

void c_patterns_declare(const CModel *m, Text *out)
{
    for (unsigned part = PART_JACOBIAN_ENTRIES; part <= PART_HESSIAN_ENTRIES; part++) {
        if (!is_made(m, (Part)part))
            continue;
        text_printf(out, "/* Row and column of every entry of %s_values. */\n", matrix_name((Part)part));
        print_triplets_signature(m, (Part)part, out);
        text_printf(out, ";\n\n/* The same as compressed sparse columns: column j has the entries starts[j] .. starts[j + 1] - 1. */\n");
        print_csc_signature(m, (Part)part, out);
        text_add(out, ";\n\n");
    }
}

/* ---- bodies --------------------------------------------------------------------------------------------- */

static const char *const indices[NEST_DEPTH] = { "i", "j", "k", "l", "m" };

/* "9*i + j + 2" */
static void print_value(const Nest *nest, unsigned value, Text *out)
{
    bool any = false;

    for (unsigned d = 0; d < nest->depth; d++) {
        int32_t step = nest->step[d][value];

        if (step == 0)
            continue;
        if (any)
            text_add(out, step < 0 ? " - " : " + ");
        else if (step < 0)
            text_add(out, "-");
        if (step != 1 && step != -1)
            text_printf(out, "%ld * ", step < 0 ? -(long)step : (long)step);
        text_add(out, indices[d]);
        any = true;
    }
    if (!any)
        text_printf(out, "%ld", (long)nest->base[value]);
    else if (nest->base[value] != 0)
        text_printf(out, nest->base[value] < 0 ? " - %ld" : " + %ld",
                    nest->base[value] < 0 ? -(long)nest->base[value] : (long)nest->base[value]);
}

static void print_nest(const Nest *nest, const Filled *filled, size_t arrays, Text *out)
{
    for (unsigned d = 0; d < nest->depth; d++) {
        text_line(out, "for (int32_t %s = 0; %s < %ld; %s++) {", indices[d], indices[d], (long)nest->extent[d], indices[d]);
        out->indent++;
    }
    for (size_t a = 0; a < arrays; a++) {
        text_begin_line(out);
        text_printf(out, "%s[", filled[a].name);
        print_value(nest, 0, out);
        text_add(out, "] = ");
        print_value(nest, (unsigned)a + 1, out);
        text_add(out, ";\n");
    }
    for (unsigned d = 0; d < nest->depth; d++) {
        out->indent--;
        text_line(out, "}");
    }
}

/* Loops over consecutive numbers from 0, for arrays of the same length. */
static void print_filling(CModel *m, const char *matrix, const Filled *filled, size_t arrays, size_t count, Text *out)
{
    Arena *arena = heap_arena(&m->unit->heap);
    NestVec nests = { 0 };

    for (size_t i = 0; i < count; i++)
        vec_push(arena, &nests, (Nest){ .base = { (int32_t)i, (int32_t)filled[0].values[i],
                                                  arrays > 1 ? (int32_t)filled[1].values[i] : 0 } });
    nest_find(&nests);
    if (nests.count <= COMPRESS_MOST_NESTS) {
        for (size_t i = 0; i < nests.count; i++)
            print_nest(&nests.at[i], filled, arrays, out);
    } else {
        text_line(out, "for (int32_t i = 0; i < %llu; i++) {", (unsigned long long)count);
        out->indent++;
        for (size_t a = 0; a < arrays; a++) {
            Text name;

            text_init(&name, arena);
            text_printf(&name, "%s_%s", matrix, filled[a].name);
            text_line(out, "%s[i] = %s[i];", filled[a].name, c_model_numbers(m, text_string(&name), filled[a].values, count));
        }
        out->indent--;
        text_line(out, "}");
    }
    heap_release(&m->unit->heap, arena);
}

static void begin_body(Text *out)
{
    text_add(out, "\n{\n");
    out->indent = 1;
}

static void end_body(Text *out)
{
    out->indent = 0;
    text_add(out, "}\n");
}

static void print_functions(CModel *m, Part part, Text *out)
{
    const Pattern *columns = c_model_pattern(m, part);
    Arena *arena = heap_arena(&m->unit->heap);
    uint32_t *of_column = arena_array(arena, uint32_t, columns->entries), *starts = arena_array(arena, uint32_t, columns->rows + 1u);
    const Filled triplets[] = { { "rows", columns->at }, { "columns", of_column } };

    for (uint32_t column = 0; column <= columns->rows; column++)
        starts[column] = (uint32_t)columns->starts[column];
    for (uint32_t column = 0; column < columns->rows; column++)
        for (size_t k = columns->starts[column]; k < columns->starts[column + 1]; k++)
            of_column[k] = column;
    text_add(out, "\n");
    print_triplets_signature(m, part, out);
    begin_body(out);
    print_filling(m, matrix_name(part), triplets, 2, columns->entries, out);
    end_body(out);
    text_add(out, "\n");
    print_csc_signature(m, part, out);
    begin_body(out);
    print_filling(m, matrix_name(part), &(Filled){ "starts", starts }, 1, columns->rows + 1u, out);
    print_filling(m, matrix_name(part), triplets, 1, columns->entries, out);
    end_body(out);
    heap_release(&m->unit->heap, arena);
}

void c_patterns_print(CModel *m, Text *out)
{
    for (unsigned part = PART_JACOBIAN_ENTRIES; part <= PART_HESSIAN_ENTRIES; part++) {
        if (!is_made(m, (Part)part))
            continue;
        m->has_int32 = true;
        print_functions(m, (Part)part, out);
    }
}
