/* c_words.h -- the words that C, C++ and their libraries own. */
#ifndef BPGEN_EMIT_C_WORDS_H
#define BPGEN_EMIT_C_WORDS_H

#include <stdbool.h>

/* Words between blanks, each with this ending. */
typedef struct {
    const char *list, *ending;
} CWords;

/* The last row has no list. */
extern const CWords c_words[];

/* M_PI, FLT_MAX, INT32_MAX, PRId32 and what else the standard keeps by its beginning or end; bpgen's own beginnings. */
bool c_word_is_of_a_family(const char *word);
/* A function of the library that is not in the lists. */
bool c_word_is_of_the_library(const char *word);
/* What an implementation keeps for itself: __x, _X. */
bool c_word_is_implementations(const char *word);

#endif
