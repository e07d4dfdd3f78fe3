/* c_model.h -- what all functions of one emitted file share: structs, members, tables, helpers, counts. */
#ifndef BPGEN_EMIT_C_MODEL_H
#define BPGEN_EMIT_C_MODEL_H

#include "emit/c.h"
#include "emit/c_names.h"
#include "emit/functions.h"

/* The end of the types that assert that a struct is a vector. */
#define C_IS_FLAT "_is_flat"

/* The arguments of a function, in their order. */
typedef enum {
    PART_PARAMS,
    PART_INPUTS,
    PART_INDEX,
    PART_SAMPLES, /* and their number */
    PART_SEED,
    PART_DIRECTION,
    PART_TAPE,
    PART_OUTPUTS,
    PART_GRAD,
    PART_TANGENT, /* of the outputs */
    PART_PRODUCT, /* tangent of the gradient */
    PART_JACOBIAN,
    PART_HESSIAN,
    PART_JACOBIAN_ENTRIES, /* of sparse ones */
    PART_HESSIAN_ENTRIES,
    PART_WORK,
    PART_COUNT
} Part;

typedef struct {
    const char *name;
    const int32_t *extents;
    uint8_t rank;
    bool integer;
} Member;

/* A constant array of the file. */
typedef struct {
    const char *name;
    const Symbol *symbol;
    bool integer;
    uint64_t hash;
} CTable;

/* A C function of the user's that is called. */
typedef struct {
    const char *name;
    uint32_t arg_count;
} CExtern;

/* The arrays of a function that go to the workspace. */
typedef struct {
    const char *function;
    VEC(Member) members;
    uint64_t elements;
} WorkArea;

typedef struct CModel {
    Unit *unit;
    Arena *arena;
    const char *prefix, *upper;
    const char *real;   /* "double" or "float" */
    const char *suffix; /* of functions and literals: "" or "f" */
    unsigned real_size;
    bool is_float;
    bool has_int32;                  /* the header uses int32_t */
    bool scalar;                     /* one output of rank 0: it is returned, its seed is an argument */
    VEC(Member) members[PART_COUNT]; /* of the structs; those of other types are found through c_model_struct */
    VEC(Name) outputs;               /* the user's names of the outputs */
    const char **declared;           /* the members' names by SymId of a declared symbol */
    VEC(WorkArea) work;
    VEC(CTable) tables;
    VEC(CExtern) externs;      /* in the order of the first calls */
    uint32_t parts;            /* of all functions made so far */
    bool helpers[OP_COUNT];    /* operators whose runtime function is called */
    bool adds_to;              /* so is add_to, of compensated sums */
    Text *out;                 /* where functions are printed */
    VEC(const char *) macros;  /* of the header: names that neither members nor locals may have */
    VEC(const char *) globals; /* names of the file that no local may have */
} CModel;

/* Of unit->value, which may be forgotten afterwards. */
void c_model_init(CModel *m, Unit *unit, Arena *arena);
/* The members of the tape, from the forward sweep. */
void c_model_add_tape(CModel *m, const Program *forward);

/* The part that a declared symbol belongs to. */
Part c_model_part(const Symbol *symbol);
/* The same symbol, if it is one of the data without the dimension of the samples. */
Symbol c_model_of_sample(const Symbol *symbol);
/* The part that declares the struct of this part: seeds and tangents are OUTPUTS, directions and products GRAD. */
Part c_model_struct(Part part);
/* Is there such an argument? WORK: only of functions that have an area in m->work. */
bool c_model_has(const CModel *m, Part part);
/* "model_params"; "double" for a scalar seed, and of the elements of a Jacobian. */
const char *c_model_type(const CModel *m, Part part);
/* Does an emitted function have an argument with this struct? Params, inputs and index: always. */
bool c_model_uses(const CModel *m, Part part);
/* How many reals a struct of this part has. */
uint64_t c_model_reals(const CModel *m, Part part);
/* Is the argument a bare array of reals: a matrix or its entries? */
bool c_model_is_bare(Part part);
/* The patterns of entries, column by column. */
const Pattern *c_model_pattern(const CModel *m, Part part);
/* Is the argument an array with one struct for each direction, or for each sample? */
bool c_model_is_batch(const CModel *m, Part part);
/* What stands in the brackets behind its name in a declaration: "[N_OUTPUTS][N_GRAD]" with the file's macros, or "". */
void c_model_print_array(const CModel *m, Part part, const char *qualifier, Text *out);
uint64_t c_model_bytes(const CModel *m, Part part);

/* Name of the `k`-th output. */
const char *c_model_output(const CModel *m, size_t k);

/* Typedefs of the structs. */
void c_model_print_types(const CModel *m, Text *out);

/* c_table.c: the name of the file's constant array with these values, made at the first call; the same of numbers of a pattern. */
const char *c_model_table_beginning(const CModel *m); /* of all their names, and of no local */
const char *c_model_table(CModel *m, const Program *p, SymId symbol, bool integer);
const char *c_model_numbers(CModel *m, const char *name, const uint32_t *numbers, size_t count);
/* The constant arrays that stand in the file, or `apart`: those of large patterns, in a file that it includes. */
bool c_model_has_tables(const CModel *m, bool apart);
void c_model_print_tables(const CModel *m, bool apart, Text *out);

/* c_pattern.c: the functions that tell where the entries of sparse matrices are. */
void c_patterns_print(CModel *m, Text *out);
void c_patterns_declare(const CModel *m, Text *out);

/* "[32][16]" */
void c_model_print_extents(const int32_t *extents, unsigned rank, Text *out);
uint64_t c_model_elements(const Member *member);

/* A number as a literal of the model's real type: "3.0", "0.5f". */
void c_literal(const CModel *m, Rational value, Text *out);
void c_literal_double(const CModel *m, double value, Text *out);

/* c_count.c */
void c_count_add(Counts *counts, Op op, uint64_t times);

/* c_extern.c: an OP_CALL is printed; prototypes of all that were; no other name of the file may be theirs (false, with a message,
 * if one of them cannot be kept). */
void c_extern_note(CModel *m, const Program *p, NodeId call);
void c_externs_print(const CModel *m, Text *out);
void c_externs_comment(const CModel *m, Text *out); /* in the head comment */
bool c_externs_reserve(CModel *m);

/* c_runtime.c: reserves the names of all helpers; prints those that m->helpers asks for, or the include line. */
void c_runtime_names(CNames *names, bool is_float);
void c_runtime_print(const CModel *m, Text *out);
/* The helpers in double that these operators call. */
void c_runtime_helpers(Arena *arena, const bool *called, Text *out);

/* c_header.c */
typedef struct {
    bool made;
    const char *name; /* "value" */
    uint32_t parts;   /* 1 << Part for every argument */
    bool returns;     /* the scalar output */
    Counts counts;
} CFunction;
static inline bool c_function_has(const CFunction *function, Part part)
{
    return (function->parts >> part & 1) != 0;
}
extern const char *const c_argument_names[PART_COUNT];
void c_signature(const CModel *m, const CFunction *function, bool definition, Text *out);
void c_header_print(const CModel *m, const CFunction *functions, Text *out);
void c_head_comment(const CModel *m, const CFunction *functions, Text *out);
/* Of model_index_ok, after the header's prototypes. */
void c_index_ok_print(const CModel *m, Text *out);

/* c_comment.c: `bytes` of the source as the inside of a comment, blanks folded, at most `most` bytes. */
void c_comment_text(const Source *source, Span at, size_t most, Text *out);
void c_comment_string(const char *bytes, size_t size, size_t most, Text *out);

#endif
