/* c_names.c -- which words are taken, and what stands in for them. */
#include "emit/c_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit/c_words.h"

/* Identifiers are distinct in their first 63 characters (C99 5.2.4.1); longer ones end in a hash. */
enum { LONGEST_IDENTIFIER = 63, HASH_DIGITS = 9, ROOM_FOR_NUMBER = 8 };

static bool looks_temporary(const char *text)
{
    return text[0] == 't' && text[1] >= '1' && text[1] <= '9' && text[1 + strspn(text + 1, "0123456789")] == '\0';
}

static Name word_of(CNames *names, const char *text, size_t size)
{
    Name name = names_intern(&names->words, text, size);

    names->temporary_taken |= looks_temporary(text);

    while (names->uses.count <= name) {
        vec_push(names->words.arena, &names->uses, 0);
        vec_push(names->words.arena, &names->next, 2);
    }
    return name;
}

void c_names_reserve(CNames *names, const char *word)
{
    Name name = word_of(names, word, strlen(word));

    names->uses.at[name] = 2;
}

static void reserve_list(CNames *names, const char *list, const char *ending)
{
    char word[LONGEST_IDENTIFIER + 1];

    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");

        memcpy(word, at, size);
        strcpy(word + size, ending);
        c_names_reserve(names, word);
        at += size;
    }
}

void c_names_init(CNames *names, Arena *arena)
{
    *names = (CNames){ 0 };
    names_init(&names->words, arena);
    for (const CWords *words = c_words; words->list != NULL; words++)
        reserve_list(names, words->list, words->ending);
}

/* A v in front makes it another word whatever the beginning is. */
static bool begins_wrong(const CNames *names, const char *base)
{
    return c_word_is_implementations(base) || (names->avoided != NULL && strncmp(base, names->avoided, strlen(names->avoided)) == 0);
}

/* The word with what had to be changed before it can be an identifier at all: not too long, not the implementation's.
 */
static const char *legal_base(CNames *names, const char *base, Text *text)
{
    static const char digits[] = "0123456789abcdef";
    size_t size = strlen(base), most = LONGEST_IDENTIFIER - ROOM_FOR_NUMBER;
    uint64_t hash = hash_bytes(base, size);

    text_init(text, names->words.arena);
    if (size > most || begins_wrong(names, base)) {
        if (begins_wrong(names, base))
            text_add(text, "v");
        if (size > most) {
            text_bytes(text, base, most - HASH_DIGITS - 1);
            text_add(text, "_");
            for (int k = 1; k < HASH_DIGITS; k++, hash >>= 4)
                text_bytes(text, &digits[hash & 15], 1);
        } else {
            text_add(text, base);
        }
        return text_string(text);
    }
    return base;
}

static const char *take(CNames *names, Name name)
{
    names->uses.at[name]++;
    vec_push(names->words.arena, &names->taken, name);
    return names_text(&names->words, name);
}

/* t1, t2, ... that were given out may not be held as words. */
static bool is_given_out(const CNames *names, const char *base)
{
    unsigned long number = looks_temporary(base) ? strtoul(base + 1, NULL, 10) : 0;

    return number > names->kept && number <= names->temporaries;
}

void c_names_keep(CNames *names, const char *word)
{
    enum { MOST_KEPT = 1000000000 };
    unsigned long number = looks_temporary(word) ? strtoul(word + 1, NULL, 10) : 0;

    if (number > names->kept && number < MOST_KEPT)
        names->kept = names->temporaries = (uint32_t)number;
}

const char *c_names_take(CNames *names, const char *base)
{
    Text text;
    Name name, numbered;

    base = legal_base(names, base, &text);
    name = word_of(names, base, strlen(base));
    if (names->uses.at[name] == 0 && !c_word_is_of_a_family(base) && !is_given_out(names, base))
        return take(names, name);
    if (names->uses.at[name] > 1 || c_word_is_of_a_family(base)) {
        Name owned = names_format(&names->words, "%s_", base);

        owned = word_of(names, names_text(&names->words, owned), strlen(base) + 1);
        if (names->uses.at[owned] == 0)
            return take(names, owned);
    }
    do { /* M_PI_2 is a macro, M_PI__2 is none */
        const char *made = names_text(&names->words, names_format(&names->words, c_word_is_of_a_family(base) ? "%s__%u" : "%s_%u",
                                                                  base, names->next.at[name]++));

        numbered = word_of(names, made, strlen(made));
    } while (names->uses.at[numbered] != 0);
    return take(names, numbered);
}

bool c_names_is_free(CNames *names, const char *base)
{
    Name name = word_of(names, base, strlen(base));

    return names->uses.at[name] == 0;
}

/* Temporaries are many, and differ from each other anyway: they are not held as words. */
const char *c_names_temporary(CNames *names)
{
    char digits[16];
    uint32_t rest;
    size_t at;
    Name name;

    do {
        at = sizeof digits;
        for (rest = ++names->temporaries; rest > 0; rest /= 10)
            digits[--at] = (char)('0' + rest % 10);
        digits[--at] = 't';
    } while (names->temporary_taken && names_have(&names->words, digits + at, sizeof digits - at, &name) &&
             names->uses.at[name] != 0);
    return arena_copy(names->words.arena, digits + at, sizeof digits - at);
}

size_t c_names_enter(const CNames *names)
{
    return names->taken.count;
}

/* Numbers start again behind a base that is free again, so that every block counts on its own. */
void c_names_leave(CNames *names, size_t mark)
{
    while (names->taken.count > mark) {
        Name name = vec_pop(&names->taken);

        names->uses.at[name]--;
        names->next.at[name] = 2;
    }
}
