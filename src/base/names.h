/* names.h -- strings held once, so that equal names are equal numbers. */
#ifndef BPGEN_NAMES_H
#define BPGEN_NAMES_H

#include "base/hash.h"
#include "base/vec.h"

typedef uint32_t Name; /* 0 is no name; its text is "" */
enum { NAME_NONE = 0 };

typedef struct {
    const char *text; /* ends in NUL */
    uint32_t size;
} NameText;

typedef struct {
    Arena *arena;
    VEC(NameText) texts;
    HashTable table;
} Names;

void names_init(Names *names, Arena *arena);
/* Is there such a name? It is not made. */
bool names_have(const Names *names, const char *text, size_t size, Name *name);

Name names_intern(Names *names, const char *text, size_t size);
Name names_intern_text(Names *names, const char *text);
Name names_format(Names *names, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *names_text(const Names *names, Name name);

/* The Levenshtein distance of two words, or `limit` + 1 where it is larger than `limit`. */
unsigned names_distance(const char *a, const char *b, unsigned limit);

#endif
