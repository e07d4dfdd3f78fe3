/* target.h -- what fuzzers and the replaying program share: one input, run through the whole tool in memory. */
#ifndef BPGEN_FUZZ_TARGET_H
#define BPGEN_FUZZ_TARGET_H

#include "cli/cli.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An input is text: the words of a command line, a line end, the model, and behind a line "@@" the file of numbers. The words are
 * parted by blanks; the program's own name and the model's are left out:
 *
 *     eval --hessian x=3 w=@numbers
 *     f = sum(w*x^2)
 *     @@
 *     1 2 3
 */
enum { FUZZ_MOST_WORDS = 40, FUZZ_MOST_TEXT = 16384 };

typedef struct {
    char *words[FUZZ_MOST_WORDS + 4]; /* "bpgen", command, "m.expr", options */
    int count;
    const char *model, *numbers;
    size_t model_size, numbers_size;
} FuzzInput;

/* The parts of an input; all are copies of exactly their size, so that a read behind them is seen. */
void fuzz_split(FuzzInput *input, Arena *arena, const uint8_t *data, size_t size);

/* What its command line says. False: it is refused; the message is on standard error. */
bool fuzz_parse(CommandLine *line, Arena *arena, FuzzInput *input);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
