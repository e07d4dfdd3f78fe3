/* c_expr.h -- what the files of the printer of expressions share. Private to them. */
#ifndef BPGEN_EMIT_C_EXPR_H
#define BPGEN_EMIT_C_EXPR_H

#include "emit/c_body.h"

typedef enum { TASK_TEXT, TASK_NODE, TASK_AFF, TASK_ATOM, TASK_NUMBER, TASK_NEGATED } TaskKind;

/* What is still to be written. */
typedef struct {
    uint8_t kind;
    uint8_t level;    /* NODE, AFF: how tightly it has to bind */
    bool whole;       /* NODE: itself, even if it has a name; ATOM: with a cast to int64_t */
    uint32_t id;      /* NEGATED: a literal node */
    uint32_t context; /* NODE: of its user */
    union {
        const char *text;
        int64_t number;
    } u;
} Task;

typedef struct CPrinter {
    CBody *b;
    Text *out;
    VEC(Task) stack;
    VEC(Task) next;   /* in the order of writing; moved to the stack in reverse */
    uint32_t context; /* of the node being written */
} Printer;

static inline void c_expr_add(Printer *p, Task task)
{
    vec_push(p->b->arena, &p->next, task);
}

/* What comes first is written at once. */
static inline void c_expr_add_text(Printer *p, const char *text)
{
    if (p->next.count == 0)
        text_add(p->out, text);
    else
        c_expr_add(p, (Task){ .kind = TASK_TEXT, .u.text = text });
}

static inline void c_expr_add_number(Printer *p, int64_t value)
{
    c_expr_add(p, (Task){ .kind = TASK_NUMBER, .u.number = value });
}

/* c_expr_index.c: integer expressions and elements of symbols. */
void c_expr_expand_aff(Printer *p, const Task *task);
void c_expr_expand_atom(Printer *p, const Task *task);
void c_expr_add_aff(Printer *p, AffId aff, unsigned level);
void c_expr_add_element(Printer *p, SymId symbol, const AffId *subs, unsigned rank, bool integer);

#endif
