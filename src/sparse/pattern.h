/* pattern.h -- which elements of results depend on which elements of the wanted symbols, structurally. */
#ifndef BPGEN_SPARSE_PATTERN_H
#define BPGEN_SPARSE_PATTERN_H

#include "ir/program.h"

/* The places of a matrix that may differ from 0, row by row. */
typedef struct {
    uint32_t rows, columns;
    size_t entries;
    size_t *starts;  /* of each row in `at`; rows + 1 of them */
    uint32_t *at;    /* columns, ascending within a row */
} Pattern;

/* Beyond these nothing is computed. */
#define PATTERN_MOST_STEPS ((uint64_t)1 << 28)   /* points of domains times what is read there; runs of sets that are united */
#define PATTERN_MOST_ENTRIES ((uint64_t)1 << 25)

typedef enum { PATTERN_FOUND, PATTERN_MANY_STEPS, PATTERN_MANY_ENTRIES } PatternEnd;

/* What depends on what: elements of `results` (rows, symbol by symbol) on elements of `wanted` (columns). An element depends on
 * what it reads through partial derivatives that are not structurally 0, on both branches of a select unless the indices decide it,
 * and on every element that a subscript may reach: elements of integer inputs lie anywhere in their range, unless `given`
 * (by symbol; may be NULL, entries may be NULL) has their values. */
typedef struct {
    const Program *program;
    const SymId *wanted, *results;
    size_t wanted_count, result_count;
    const int32_t *const *given;
} Dependence;
PatternEnd pattern_find(Pattern *pattern, Arena *arena, const Dependence *asked);

/* Rows become columns. */
Pattern pattern_transpose(Arena *arena, const Pattern *pattern);
/* What is in the square pattern or in its transpose; `lower`: of that only rows >= columns. */
Pattern pattern_symmetric(Arena *arena, const Pattern *pattern, bool lower);
/* The number of the entry, or SIZE_MAX. */
size_t pattern_find_entry(const Pattern *pattern, uint32_t row, uint32_t column);
bool pattern_has(const Pattern *pattern, uint32_t row, uint32_t column);

#endif
