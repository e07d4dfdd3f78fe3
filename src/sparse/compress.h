/* compress.h -- a program that computes the entries of a sparse matrix: one derivative sweep for each colour, all at once. */
#ifndef BPGEN_SPARSE_COMPRESS_H
#define BPGEN_SPARSE_COMPRESS_H

#include "pass/pass.h"
#include "sparse/colour.h"
#include "sparse/nest.h"

/* A program of one derivative by all the seeds, which are given by the caller, becomes one of the values of the entries: a
 * SYM_JACOBIAN or SYM_HESSIAN of rank 1, which takes the place of p->derivatives. Element number i of all seeds is 1 in the copy
 * `colours.of[i]`; entry number k is what element rows[k] of all results has in the copy groups[k]. Both are loops where they are
 * regular (nest.h), else constant tables. */
typedef struct {
    Arena *arena;            /* where the tables are kept: it lives as long as the programs that are made of the result */
    SymRole role;
    const SymId *seeds, *results;
    size_t seed_count, result_count;
    bool transposed;         /* the results are p->gradients, and given up */
    const Colouring *colours;
    size_t entries;
    const uint32_t *rows, *groups;
} Compression;
Program *sparse_compress(Program *p, const Compression *compression);

/* Where every entry of a pattern is found: row and group, by the number of the entry in the transposed pattern (column by column). */
void compress_by_columns(const Pattern *columns, const Colouring *colours, uint32_t *rows, uint32_t *groups);
/* Colours of rows: the copies are of rows, the results are columns. */
void compress_by_rows(const Pattern *columns, const Colouring *colours, uint32_t *rows, uint32_t *groups);
/* A star colouring of the whole symmetric pattern; `columns` may be a part of it (a triangle). */
void compress_by_star(Arena *arena, const Pattern *whole, const Pattern *columns, const Colouring *colours, uint32_t *rows,
                      uint32_t *groups);

/* More loops than this are not printed; then there are tables. */
enum { COMPRESS_MOST_NESTS = 16 };

#endif
