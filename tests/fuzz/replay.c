/* replay.c -- runs inputs of the fuzzers from files, without a fuzzer: for the kept findings, and for compilers that have none. */
#include "target.h"

#include <stdio.h>
#include <stdlib.h>

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(FUZZ_MOST_TEXT), *exact;
    size_t size;

    if (file == NULL || data == NULL) {
        fprintf(stderr, "replay: cannot read '%s'\n", path);
        exit(3);
    }
    size = fread(data, 1, FUZZ_MOST_TEXT, file);
    fclose(file);
    exact = realloc(data, size + (size == 0)); /* a read behind it is seen by the sanitizers */
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    return 0;
}
