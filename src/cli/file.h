/* file.h -- whole files in, whole files out or nothing. */
#ifndef BPGEN_FILE_H
#define BPGEN_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* The bytes of a file ("-": standard input), with a NUL behind them. False: `why` tells. */
bool file_read(Arena *arena, const char *path, char **bytes, size_t *size, Text *why);

typedef struct {
    const char *path; /* "-": standard output */
    const char *bytes;
    size_t size;
} OutputFile;

/* Writes all files or none: each is written beside its target (links followed), synced, and only when all are written are they
 * renamed, in order. What is not a regular file (a device, a pipe) is written directly. False: `why` tells; older files stand. */
bool file_write_all(Arena *arena, const OutputFile *files, size_t count, Text *why);

#endif
