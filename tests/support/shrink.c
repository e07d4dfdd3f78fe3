/* shrink.c -- making a failing model smaller by repeated trial. Knows nothing of the language: what is no model is not taken. */
#include "tests/support/shrink.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Arena *arena;
    Piece *root;
    ShrinkFails *fails;
    void *context;
    unsigned left; /* trials */
    bool smaller;  /* was anything taken away in this round? */
} Shrinking;

static size_t size_of(const Shrinking *s)
{
    Text text;

    text_init(&text, s->arena);
    piece_print(s->root, &text);
    return text.size;
}

static bool fails(Shrinking *s)
{
    Text text;

    if (s->left == 0)
        return false;
    s->left--;
    text_init(&text, s->arena);
    piece_print(s->root, &text);
    return s->fails(s->context, text_string(&text));
}

/* Puts `next` in the place; takes it back if the model is not smaller or does not fail. */
static bool try_piece(Shrinking *s, Piece **place, Piece *next)
{
    Piece *kept = *place;
    size_t before = size_of(s);

    *place = next;
    if (size_of(s) < before && fails(s)) {
        s->smaller = true;
        return true;
    }
    *place = kept;
    return false;
}

/* Parts of lists go away: halves first, then one after the other. */
static void shrink_list(Shrinking *s, Piece *list)
{
    for (size_t size = list->parts.count; size > 0; size /= 2) {
        for (size_t first = 0; first + size <= list->parts.count;) {
            PieceVec kept = list->parts;
            PieceVec next = { 0 };

            for (size_t i = 0; i < kept.count; i++)
                if (i < first || i >= first + size)
                    vec_push(s->arena, &next, kept.at[i]);
            list->parts = next;
            if (fails(s)) {
                s->smaller = true;
            } else {
                list->parts = kept;
                first += size;
            }
        }
    }
}

static bool may_replace(const Piece *old, const Piece *by)
{
    return old->sort == by->sort || (old->sort == PIECE_STATEMENT && by->sort == PIECE_LIST);
}

/* What stands inside the piece, outermost first. */
static void collect(Shrinking *s, const Piece *piece, const Piece *old, PieceVec *found)
{
    for (size_t i = 0; i < piece->parts.count; i++)
        if (may_replace(old, piece->parts.at[i]))
            vec_push(s->arena, found, piece->parts.at[i]);
    for (size_t i = 0; i < piece->parts.count; i++)
        collect(s, piece->parts.at[i], old, found);
}

static void try_texts(Shrinking *s, Piece **place, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (try_piece(s, place, piece_new(s->arena, (*place)->sort, texts[i], 0, NULL)))
            return;
}

static void shrink_place(Shrinking *s, Piece **place)
{
    static const char *const numbers[] = { "0", "1", "0.5" };
    static const char *const conditions[] = { "0 < 1", "1 < 0" };
    PieceVec inside = { 0 };

    if ((*place)->sort == PIECE_EXPRESSION)
        try_texts(s, place, numbers, 3);
    if ((*place)->sort == PIECE_CONDITION)
        try_texts(s, place, conditions, 2);
    if ((*place)->sort == PIECE_EXTENT || (*place)->sort == PIECE_FIXED)
        return;
    collect(s, *place, *place, &inside);
    for (size_t i = 0; i < inside.count; i++)
        if (try_piece(s, place, inside.at[i]))
            break;
}

/* An extent that is a number becomes 1, 2, ... up to itself. */
static void shrink_extent(Shrinking *s, Piece *extent)
{
    long most = strtol(extent->text, NULL, 10);
    const char *kept = extent->text;

    for (long i = 1; i < most; i++) {
        Text text;

        text_init(&text, s->arena);
        text_printf(&text, "%ld", i);
        extent->text = text_string(&text);
        if (fails(s)) {
            s->smaller = true;
            return;
        }
    }
    extent->text = kept;
}

static void shrink_parts(Shrinking *s, Piece *piece)
{
    if (piece->sort == PIECE_LIST)
        shrink_list(s, piece);
    for (size_t i = 0; i < piece->parts.count && s->left > 0; i++) {
        shrink_place(s, &piece->parts.at[i]);
        if (piece->parts.at[i]->sort == PIECE_EXTENT)
            shrink_extent(s, piece->parts.at[i]);
        shrink_parts(s, piece->parts.at[i]);
    }
}

void shrink(Arena *arena, Piece *root, ShrinkFails *fails_, void *context, unsigned trials)
{
    Shrinking s = { .arena = arena, .root = root, .fails = fails_, .context = context, .left = trials };

    do {
        s.smaller = false;
        shrink_parts(&s, root);
    } while (s.smaller && s.left > 0);
}
