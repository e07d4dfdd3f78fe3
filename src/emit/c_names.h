/* c_names.h -- identifiers of emitted C: unique, legal, and none that C, C++ or libm own. */
#ifndef BPGEN_EMIT_C_NAMES_H
#define BPGEN_EMIT_C_NAMES_H

#include "base/names.h"
#include "base/text.h"

/* Of one name space, with nested blocks: a name is taken until its block is left. */
typedef struct {
    Names words;          /* texts held once; a Name indexes `uses` */
    VEC(uint32_t) uses;   /* how many visible declarations have this name (more than 1: reserved) */
    VEC(uint32_t) next;   /* the next number behind this base */
    VEC(Name) taken;      /* in order of declaration */
    uint32_t kept;        /* the user's own t1, t2, ... end here */
    uint32_t temporaries; /* the number of the last temporary given out */
    bool temporary_taken; /* some other word has that form */
    const char *avoided;  /* no name begins so, or NULL */
} CNames;

/* Reserves keywords of C and C++, macros, and functions of the standard library and of the runtime; with
 * `real_is_float` their float twins, too. */
void c_names_init(CNames *names, Arena *arena);
void c_names_reserve(CNames *names, const char *word);

/* The word is the user's: no temporary will have it. Before the first temporary. */
void c_names_keep(CNames *names, const char *word);

/* `base` if it is free, else base_, base_2, ... or, where C owns nothing, base_2, base_3, ... */
const char *c_names_take(CNames *names, const char *base);
bool c_names_is_free(CNames *names, const char *base);
/* The next of t1, t2, ... */
const char *c_names_temporary(CNames *names);

/* Blocks: names taken between enter and leave are free again. */
size_t c_names_enter(const CNames *names);
void c_names_leave(CNames *names, size_t mark);

#endif
