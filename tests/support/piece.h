/* piece.h -- the text of a model as a tree of pieces, from which parts can be taken away. */
#ifndef BPGEN_TESTS_PIECE_H
#define BPGEN_TESTS_PIECE_H

#include <stdbool.h>

#include "base/text.h"
#include "base/vec.h"

/* What may stand in its place. */
typedef enum {
    PIECE_EXPRESSION, /* another expression, or a number */
    PIECE_CONDITION,  /* another condition */
    PIECE_EXTENT,     /* a smaller number */
    PIECE_STATEMENT,  /* nothing, or the statements inside it */
    PIECE_LIST,       /* fewer of its parts, which are separated by its text */
    PIECE_FIXED       /* nothing else */
} PieceSort;

typedef struct Piece Piece;
typedef VEC(Piece *) PieceVec;

/* `text` is the format of the piece, in which every $ stands for the next of its parts; of a list, what stands between them. */
struct Piece {
    PieceSort sort;
    const char *text;
    PieceVec parts;
};

Piece *piece_new(Arena *arena, PieceSort sort, const char *text, size_t count, Piece *const *parts);
void piece_add(Arena *arena, Piece *piece, Piece *part);
void piece_print(const Piece *piece, Text *out);

#endif
