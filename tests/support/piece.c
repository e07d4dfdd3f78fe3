/* piece.c -- making and printing pieces. The trees are as deep as the generator nests, which is little. */
#include "tests/support/piece.h"

#include <string.h>

Piece *piece_new(Arena *arena, PieceSort sort, const char *text, size_t count, Piece *const *parts)
{
    Piece *piece = arena_new(arena, Piece);

    *piece = (Piece){ .sort = sort, .text = text };
    for (size_t i = 0; i < count; i++)
        piece_add(arena, piece, parts[i]);
    return piece;
}

void piece_add(Arena *arena, Piece *piece, Piece *part)
{
    vec_push(arena, &piece->parts, part);
}

void piece_print(const Piece *piece, Text *out)
{
    size_t next = 0;

    if (piece->sort == PIECE_LIST) {
        for (size_t i = 0; i < piece->parts.count; i++) {
            text_add(out, i == 0 ? "" : piece->text);
            piece_print(piece->parts.at[i], out);
        }
        return;
    }
    for (const char *at = piece->text; *at != '\0';) {
        size_t size = strcspn(at, "$");

        text_bytes(out, at, size);
        at += size;
        if (*at == '$') {
            piece_print(piece->parts.at[next++], out);
            at++;
        }
    }
}
