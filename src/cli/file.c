/* file.c -- reading a model, and writing results so that a failed run leaves older files untouched. */
#define _XOPEN_SOURCE 700
#include "cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 65536 };

static bool fail(Text *why, const char *what, const char *path)
{
    text_printf(why, "%s '%s': %s", what, path, strerror(errno));
    return false;
}

bool file_read(Arena *arena, const char *path, char **bytes, size_t *size, Text *why)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    size_t room = READ_STEP;
    ssize_t got = 1;

    if (fd < 0)
        return fail(why, "cannot read", path);
    *bytes = arena_alloc(arena, room);
    *size = 0;
    while (got > 0) {
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
    if (got < 0)
        fail(why, "cannot read", path);
    if (fd != STDIN_FILENO)
        close(fd);
    (*bytes)[*size] = '\0';
    return got == 0;
}

/* ---- writing ----------------------------------------------------------------------------------------- */

/* A file on its way. */
typedef struct {
    const char *target; /* links followed */
    char *temporary;    /* beside it, or NULL: written directly */
    int fd;
} Pending;

static bool write_bytes(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, bytes, size);

        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            bytes += done;
            size -= (size_t)done;
        }
    }
    return true;
}

/* The file behind a chain of links, which need not exist yet. */
static const char *follow_links(Arena *arena, const char *path)
{
    char *real = realpath(path, NULL);
    const char *kept;

    if (real == NULL)
        return path;
    kept = arena_copy(arena, real, strlen(real));
    free(real);
    return kept;
}

static mode_t new_file_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return (mode_t)(0666 & ~mask);
}

static bool open_pending(Arena *arena, const char *path, Pending *pending, Text *why)
{
    struct stat status;
    bool exists;
    Text name;

    *pending = (Pending){ .target = path, .fd = STDOUT_FILENO };
    if (strcmp(path, "-") == 0)
        return true;
    pending->target = follow_links(arena, path);
    exists = stat(pending->target, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return fail(why, "cannot write", path);
    }
    if (exists && !S_ISREG(status.st_mode)) {
        pending->fd = open(pending->target, O_WRONLY | O_CLOEXEC);
        return pending->fd >= 0 || fail(why, "cannot write", path);
    }
    if (exists && access(pending->target, W_OK) != 0)
        return fail(why, "cannot write", path);
    text_init(&name, arena);
    text_printf(&name, "%s.XXXXXX", pending->target);
    pending->fd = mkstemp(name.at);
    if (pending->fd < 0)
        return fail(why, "cannot write", path);
    pending->temporary = name.at;
    if (fchmod(pending->fd, exists ? status.st_mode & 07777 : new_file_mode()) != 0)
        return fail(why, "cannot write", path);
    return true;
}

static bool write_pending(const OutputFile *file, Pending *pending, Text *why)
{
    bool good = write_bytes(pending->fd, file->bytes, file->size);

    if (good && pending->temporary != NULL)
        good = fsync(pending->fd) == 0;
    if (!good)
        fail(why, "cannot write", file->path);
    if (pending->fd != STDOUT_FILENO) {
        if (close(pending->fd) != 0 && good)
            good = fail(why, "cannot write", file->path);
        pending->fd = -1;
    }
    return good;
}

static void forget_pending(Pending *pending)
{
    if (pending->fd >= 0 && pending->fd != STDOUT_FILENO)
        close(pending->fd);
    if (pending->temporary != NULL)
        unlink(pending->temporary);
}

bool file_write_all(Arena *arena, const OutputFile *files, size_t count, Text *why)
{
    Pending *pending = arena_array(arena, Pending, count);
    size_t opened = 0;
    bool good = true;

    for (; good && opened < count; opened++)
        good = open_pending(arena, files[opened].path, &pending[opened], why);
    for (size_t i = 0; good && i < count; i++)
        good = write_pending(&files[i], &pending[i], why);
    for (size_t i = 0; good && i < count; i++) {
        if (pending[i].temporary == NULL)
            continue;
        if (rename(pending[i].temporary, pending[i].target) == 0)
            pending[i].temporary = NULL;
        else
            good = fail(why, "cannot write", files[i].path);
    }
    for (size_t i = 0; i < opened; i++)
        forget_pending(&pending[i]);
    return good;
}
