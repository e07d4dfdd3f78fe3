/* shrink.h -- the smallest model that still fails. */
#ifndef BPGEN_TESTS_SHRINK_H
#define BPGEN_TESTS_SHRINK_H

#include "tests/support/piece.h"

/* Does this text fail in the way that is looked for? A text that is no valid model does not. */
typedef bool ShrinkFails(void *context, const char *text);

/* Takes away from the model what can be taken away while it fails, with at most so many trials. `root` is changed. */
void shrink(Arena *arena, Piece *root, ShrinkFails *fails, void *context, unsigned trials);

#endif
