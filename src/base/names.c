/* names.c -- interning, and the distance behind "did you mean". */
#include "base/names.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const Names *names;
    const char *text;
    size_t size;
} Sought;

static bool same_text(const void *context, uint32_t id)
{
    const Sought *sought = context;
    const NameText *held = &sought->names->texts.at[id];

    return held->size == sought->size && memcmp(held->text, sought->text, sought->size) == 0;
}

void names_init(Names *names, Arena *arena)
{
    *names = (Names){ .arena = arena };
    names_intern(names, "", 0);
}

bool names_have(const Names *names, const char *text, size_t size, Name *name)
{
    *name = hash_find(&names->table, hash_bytes(text, size), same_text, &(Sought){ names, text, size });
    return *name != HASH_NONE;
}

Name names_intern(Names *names, const char *text, size_t size)
{
    uint64_t hash = hash_bytes(text, size);
    uint32_t id = hash_find(&names->table, hash, same_text, &(Sought){ names, text, size });

    if (id != HASH_NONE)
        return id;
    id = (uint32_t)names->texts.count;
    vec_push(names->arena, &names->texts, (NameText){ arena_copy(names->arena, text, size), (uint32_t)size });
    hash_add(names->arena, &names->table, hash, id);
    return id;
}

Name names_intern_text(Names *names, const char *text)
{
    return names_intern(names, text, strlen(text));
}

Name names_format(Names *names, const char *format, ...)
{
    va_list args, again;
    char usual[64], *text;
    int size;

    va_start(args, format);
    va_copy(again, args);
    size = vsnprintf(usual, sizeof usual, format, args);
    va_end(args);
    if ((size_t)size < sizeof usual) {
        va_end(again);
        return names_intern(names, usual, (size_t)size);
    }
    text = arena_alloc(names->arena, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return names_intern(names, text, (size_t)size);
}

const char *names_text(const Names *names, Name name)
{
    return names->texts.at[name].text;
}

/* Words longer than this are never suggested. */
enum { LONGEST = 40 };

unsigned names_distance(const char *a, const char *b, unsigned limit)
{
    size_t rows = strlen(a), columns = strlen(b);
    unsigned above[LONGEST + 1], row[LONGEST + 1];

    if (rows > LONGEST || columns > LONGEST)
        return limit + 1;
    for (unsigned j = 0; j <= columns; j++)
        above[j] = j;
    for (unsigned i = 1; i <= rows; i++) {
        row[0] = i;
        for (unsigned j = 1; j <= columns; j++) {
            unsigned change = above[j - 1] + (a[i - 1] != b[j - 1]);
            unsigned gap = (above[j] < row[j - 1] ? above[j] : row[j - 1]) + 1;

            row[j] = change < gap ? change : gap;
        }
        memcpy(above, row, (columns + 1) * sizeof *row);
    }
    return above[columns] <= limit ? above[columns] : limit + 1;
}
