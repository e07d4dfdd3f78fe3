/* index_form.h -- derivatives of models with arrays in index form: dJ_dW[i,j] = ..., one expression for all elements.
 *
 * Every value is a function of the indices of its element, and so is the derivative of the output by it: a stage
 * T[s(i)] = v(i) adds, for each A[g(i)] that v reads, dT[s(i)]*dv/dA[g(i)] to dA[m], summed over those i for which g(i) = m. The
 * equations are solved for indices where that is possible; what is left is summed, under the condition that is left.
 */
#ifndef BPGEN_SYM_INDEX_FORM_H
#define BPGEN_SYM_INDEX_FORM_H

#include "ir/program.h"
#include "sym/expr.h"

enum { FORM_MOST_RANK = 8 };

/* NAME[index, ...] = value   for index in 0..extent, ... */
typedef struct {
    VariableId variable;             /* its name and extents */
    uint32_t indices[FORM_MOST_RANK]; /* of the pool; as many as the variable has dimensions */
    ExprId value;
    SymId output;                    /* gradients: of which output; definitions: NO_ID */
    VariableId of;                   /* and by what, which has the same indices; EXPR_NONE */
    SymId by;                        /* NO_ID of a gradient by something on the way, where these have lines of their own */
} FormLine;

typedef struct {
    VEC(SymId) given;    /* params, inputs and tables of constants that the lines use, in the order of the program */
    VEC(VariableId) upstream; /* by output: the gradient of an output that is an array, an input of the lines; EXPR_NONE of a scalar */
    VEC(FormLine) lines; /* names of the user's that are used, each behind what it needs; gradients on the way; then the derivatives,
                          * output by output */
} IndexForm;

typedef struct {
    const SymId *outputs;
    size_t output_count;
    const SymId *wanted; /* params and inputs */
    size_t count;
    bool staged; /* gradients by what the user named, and by arrays that functions were given, get lines of their own and are not
                  * put in place */
} FormRequest;

/* `program` is the lowered one; what the user named stays a name, what has none and all gradients on the way are substituted. The
 * pool is a fresh one. False: diag has an error (loops, maxima over arrays, data, C functions, functions without a
 * derivative; too large). */
bool sym_index_form(IndexForm *out, ExprPool *pool, const Program *program, const FormRequest *request, Diag *diag);

/* The declaration of a table among `given`, as a const. */
void index_form_print_table(const ExprPool *pool, const Program *program, SymId table, Text *out);
/* One line, without the line end. */
void index_form_print_line(const FormLine *line, const ExprPool *pool, Text *out);

#endif
