/* file.c -- reading a model or the values of a name. */
#define _XOPEN_SOURCE 700
#include "cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 65536, MOST_BYTES = INT32_MAX };

static bool fail(Text *why, const char *path, const char *reason)
{
    text_printf(why, "cannot read '%s': %s", path, reason);
    return false;
}

static bool file_status(const char *path, struct stat *status)
{
    return (strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, status) : stat(path, status)) == 0 && S_ISREG(status->st_mode);
}

bool file_same(const char *one, const char *other)
{
    struct stat a, b;

    return file_status(one, &a) && file_status(other, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Known before the first byte is read, if it is a file; what a pipe gives is counted. */
static bool is_too_large(int fd, size_t size)
{
    struct stat status;

    return size > MOST_BYTES || (size == 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > MOST_BYTES);
}

/* All bytes up to the end; 0, or what errno says. */
static int read_all(Arena *arena, int fd, char **bytes, size_t *size)
{
    size_t room = READ_STEP;
    ssize_t got = 1;

    *bytes = arena_alloc(arena, room);
    *size = 0;
    while (got > 0) {
        if (is_too_large(fd, *size))
            return EFBIG;
        if (room - *size < READ_STEP / 2) {
            *bytes = arena_grow(arena, *bytes, room, 2 * room);
            room *= 2;
        }
        got = read(fd, *bytes + *size, room - *size - 1);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            *size += (size_t)got;
    }
    (*bytes)[*size] = '\0';
    return got == 0 ? 0 : errno;
}

bool file_read(Arena *arena, const char *path, char **bytes, size_t *size, Text *why)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), error;

    if (fd < 0)
        return fail(why, path, strerror(errno));
    error = read_all(arena, fd, bytes, size);
    if (fd != STDIN_FILENO)
        close(fd);
    return error == 0 || fail(why, path, error == EFBIG ? "it is larger than 2 GB" : strerror(error));
}
