/* file.h -- whole files in, whole files out or nothing. */
#ifndef BPGEN_FILE_H
#define BPGEN_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* The bytes of a file ("-": standard input), with a NUL behind them. False: `why` tells. */
bool file_read(Arena *arena, const char *path, char **bytes, size_t *size, Text *why);

/* Are they one regular file, by whatever names? ("-": standard input.) */
bool file_same(const char *one, const char *other);

/* Is it written as it stands and never replaced? Standard output ("-", /dev/stdout), other open descriptors (/dev/stderr,
 * /dev/fd/N), devices and pipes. Nothing goes beside them. (file_write.c) */
bool file_is_stream(const char *path);

typedef struct {
    const char *path; /* "-": standard output */
    const char *bytes;
    size_t size;
} OutputFile;

/* Writes all files or none. Streams come first, since nothing can take back what they got. Every other file is written beside its
 * target (links followed) and synced, and only when all are written are they renamed, in order; what fails, or a signal before
 * that, leaves the older files and nothing else. If a rename fails, those before it are undone, but for targets that cannot have
 * a second name (a file system without hard links). Renames of several files are locked against those of other runs. False:
 * `why` tells. (file_write.c) */
bool file_write_all(Arena *arena, const OutputFile *files, size_t count, Text *why);

#endif
