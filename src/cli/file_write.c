/* file_write.c -- writing results so that a run that fails or is interrupted leaves older files untouched. */
#define _GNU_SOURCE
#include "cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file on its way. What is a stream has no temporary. */
typedef struct {
    const OutputFile *file;
    const char *target;    /* links followed */
    const char *folder;    /* that it lies in */
    struct stat place;     /* of the folder */
    char *temporary;       /* beside it */
    char *backup;          /* a second name of the older file while others are renamed */
    struct stat old;       /* if it exists */
    int fd;                /* -1: not open */
    bool stream, exists, has_temporary, has_backup, replaced;
} Pending;

/* All of them, and what went wrong first. Everything is allocated before the first file is made: memory that runs out jumps. */
typedef struct {
    Pending *at;
    size_t count, regular; /* regular: those that are not streams */
    const char *failed;    /* path */
    int error;             /* errno */
    sigset_t watched, old; /* signals that wait while there are temporary files */
} Batch;

static bool fail(Batch *batch, const char *path, int error)
{
    if (batch->error == 0) {
        batch->failed = path;
        batch->error = error;
    }
    return false;
}

/* ---- where to ---------------------------------------------------------------------------------------- */

/* The open descriptor that a path stands for, or -1. Opened by their names, files behind them would lose what they hold. */
static int descriptor_of(const char *path)
{
    static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };

    if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t size = strlen(folders[i]), digits = strspn(path + (strncmp(path, folders[i], size) == 0 ? size : 0), "0123456789");

        if (digits > 0 && digits < 9 && path[size + digits] == '\0')
            return atoi(path + size);
    }
    return -1;
}

bool file_is_stream(const char *path)
{
    struct stat status;

    return descriptor_of(path) >= 0 || (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

static size_t folder_size(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* Text in the folder of `path`. */
static char *beside(Arena *arena, const char *path, const char *format, int size, const char *name)
{
    Text text;

    text_init(&text, arena);
    text_bytes(&text, path, folder_size(path));
    text_printf(&text, format, size, name);
    return text.at;
}

/* The file behind a chain of links, which need not exist yet. NULL: errno says why (they may lead round in a circle). */
static const char *follow_links(Arena *arena, const char *path)
{
    enum { MOST_LINKS = 40 };
    char target[PATH_MAX];
    ssize_t size;

    for (int links = 0; (size = readlink(path, target, sizeof target)) >= 0; links++) {
        if (links == MOST_LINKS) {
            errno = ELOOP;
            return NULL;
        }
        path = beside(arena, target[0] == '/' ? "" : path, "%.*s", (int)size, target);
    }
    return errno == EINVAL || errno == ENOENT ? path : NULL; /* no link; not there yet */
}

/* Names of the temporary file and the backup: the name of the target, clipped so that they are not longer than a name may be. */
static void name_beside(Arena *arena, Pending *p)
{
    enum { MOST_NAME = 200 };

    p->temporary = beside(arena, p->target, "%.*s.XXXXXX", MOST_NAME, p->target + folder_size(p->target));
    p->backup = arena_copy(arena, p->temporary, strlen(p->temporary) + 1); /* room for a '~' */
}

static bool find_target(Batch *batch, Arena *arena, Pending *p)
{
    const char *path = p->file->path;

    p->fd = descriptor_of(path);
    p->stream = p->fd >= 0 || file_is_stream(path);
    if (p->stream)
        return true;
    p->target = follow_links(arena, path);
    if (p->target == NULL)
        return fail(batch, path, errno);
    p->exists = stat(p->target, &p->old) == 0;
    if (!p->exists && errno != ENOENT)
        return fail(batch, path, errno);
    if (p->exists && S_ISDIR(p->old.st_mode))
        return fail(batch, path, EISDIR);
    if (p->exists && access(p->target, W_OK) != 0)
        return fail(batch, path, errno);
    p->folder = beside(arena, p->target, "%.*s", 1, ".");
    if (stat(p->folder, &p->place) != 0)
        return fail(batch, path, errno);
    name_beside(arena, p);
    batch->regular++;
    return true;
}

/* ---- writing ----------------------------------------------------------------------------------------- */

/* Did a signal come that waits? */
static bool is_interrupted(const Batch *batch)
{
    sigset_t pending;

    if (sigpending(&pending) != 0)
        return false;
    for (int s = 1; s < NSIG; s++)
        if (sigismember(&pending, s) == 1 && sigismember(&batch->watched, s) == 1)
            return true;
    return false;
}

static bool write_bytes(Batch *batch, const Pending *p)
{
    const char *bytes = p->file->bytes;
    size_t size = p->file->size;

    while (size > 0) {
        ssize_t done = write(p->fd, bytes, size);

        if (done == 0 || (done < 0 && errno != EINTR))
            return fail(batch, p->file->path, done == 0 ? ENOSPC : errno);
        if (done > 0) {
            bytes += done;
            size -= (size_t)done;
        }
    }
    return true;
}

static bool write_stream(Batch *batch, Pending *p)
{
    bool opened = p->fd < 0, good;

    if (opened)
        p->fd = open(p->file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (p->fd < 0)
        return fail(batch, p->file->path, errno);
    good = write_bytes(batch, p);
    if (opened && close(p->fd) != 0 && errno != EINTR)
        good = fail(batch, p->file->path, errno);
    p->fd = -1;
    return good;
}

static mode_t new_file_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return (mode_t)(0666 & ~mask);
}

/* Mode of the older file; also its owner, where that is allowed. */
static bool set_rights(const Pending *p)
{
    bool given_away = p->exists && (p->old.st_uid != geteuid() || p->old.st_gid != getegid());

    if (given_away && fchown(p->fd, p->old.st_uid, p->old.st_gid) != 0)
        errno = 0; /* then it is ours */
    return fchmod(p->fd, p->exists ? p->old.st_mode & 07777 : new_file_mode()) == 0;
}

static bool sync_file(int fd)
{
    int done;

    do
        done = fsync(fd);
    while (done != 0 && errno == EINTR);
    return done == 0 || errno == EINVAL; /* a file system that cannot */
}

static bool write_temporary(Batch *batch, Pending *p)
{
    const char *path = p->file->path;

    if (is_interrupted(batch))
        return fail(batch, path, EINTR);
    p->fd = mkstemp(p->temporary);
    if (p->fd < 0)
        return fail(batch, path, errno);
    p->has_temporary = true;
    if (!set_rights(p))
        return fail(batch, path, errno);
    if (!write_bytes(batch, p))
        return false;
    if (!sync_file(p->fd))
        return fail(batch, path, errno);
    if (close(p->fd) != 0 && errno != EINTR) {
        p->fd = -1;
        return fail(batch, path, errno);
    }
    p->fd = -1;
    return !is_interrupted(batch) || fail(batch, path, EINTR);
}

/* ---- replacing --------------------------------------------------------------------------------------- */

/* Several files of two runs with the same targets would be mixed if both renamed at once, so they take turns: the folder is
 * locked, which leaves nothing behind. Somebody else may hold such a lock for long (flock . bpgen ...), and some file systems
 * have none, so the wait has an end. Gives the descriptor to close, or -1. */
static int lock_folder(const Batch *batch)
{
    enum { TRIES = 300, PAUSE = 10 * 1000 * 1000 };
    const Pending *first = batch->at;
    int fd;

    while (first->stream)
        first++;
    fd = batch->regular < 2 ? -1 : open(first->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; fd >= 0 && i < TRIES && !is_interrupted(batch); i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            break;
        nanosleep(&(struct timespec){ .tv_nsec = PAUSE }, NULL);
    }
    return fd;
}

static void keep_backup(Pending *p)
{
    memcpy(p->backup, p->temporary, strlen(p->temporary)); /* mkstemp has made the name its own */
    p->backup[strlen(p->temporary)] = '~';
    p->has_backup = p->exists && link(p->target, p->backup) == 0;
}

static bool replace(Batch *batch, Pending *p, bool last)
{
    if (!last)
        keep_backup(p);
    if (rename(p->temporary, p->target) != 0)
        return fail(batch, p->file->path, errno);
    p->has_temporary = false;
    p->replaced = true;
    return true;
}

static void undo_replacing(Pending *p)
{
    if (p->has_backup && rename(p->backup, p->target) == 0)
        p->has_backup = false;
    else if (!p->exists)
        unlink(p->target);
}

static bool replace_all(Batch *batch)
{
    bool good = !is_interrupted(batch) || fail(batch, batch->at[0].file->path, EINTR);
    size_t left = batch->regular;

    for (size_t i = 0; good && i < batch->count; i++)
        if (!batch->at[i].stream)
            good = replace(batch, &batch->at[i], --left == 0);
    for (size_t i = batch->count; i > 0; i--) {
        if (!good && batch->at[i - 1].replaced)
            undo_replacing(&batch->at[i - 1]);
        if (batch->at[i - 1].has_backup)
            unlink(batch->at[i - 1].backup);
    }
    return good;
}

static void forget(Pending *p)
{
    if (p->fd >= 0 && !p->stream)
        close(p->fd);
    if (p->has_temporary)
        unlink(p->temporary);
}

/* Signals that would end the run wait until the temporary files are gone: so none are left, and no handler is needed. What is
 * ignored (nohup) stays ignored. */
static void hold_signals(Batch *batch)
{
    static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU };

    sigemptyset(&batch->watched);
    sigprocmask(SIG_BLOCK, NULL, &batch->old);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction now;

        if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN && sigismember(&batch->old, ending[i]) != 1)
            sigaddset(&batch->watched, ending[i]);
    }
    sigprocmask(SIG_BLOCK, &batch->watched, NULL);
}

static bool write_regular(Batch *batch)
{
    bool good = true;
    int lock = -1;

    hold_signals(batch);
    for (size_t i = 0; good && i < batch->count; i++)
        if (!batch->at[i].stream)
            good = write_temporary(batch, &batch->at[i]);
    if (good) {
        lock = lock_folder(batch);
        good = replace_all(batch);
    }
    if (lock >= 0)
        close(lock);
    for (size_t i = 0; i < batch->count; i++)
        forget(&batch->at[i]);
    sigprocmask(SIG_SETMASK, &batch->old, NULL); /* a signal that came ends the run here */
    return good;
}

/* Of two outputs with one name, one would be lost. */
static bool is_twice(const Batch *batch, const Pending *p)
{
    const char *name = p->stream ? NULL : p->target + folder_size(p->target);

    for (const Pending *other = batch->at; other < p; other++)
        if (!p->stream && !other->stream && strcmp(other->target + folder_size(other->target), name) == 0 &&
            other->place.st_dev == p->place.st_dev && other->place.st_ino == p->place.st_ino)
            return true;
    return false;
}

static bool find_targets(Batch *batch, Arena *arena, const OutputFile *files, Text *why)
{
    for (size_t i = 0; i < batch->count; i++) {
        batch->at[i].file = &files[i];
        if (!find_target(batch, arena, &batch->at[i]))
            return false;
        if (is_twice(batch, &batch->at[i])) {
            text_printf(why, "'%s' would be written twice", files[i].path);
            return false;
        }
    }
    return true;
}

bool file_write_all(Arena *arena, const OutputFile *files, size_t count, Text *why)
{
    Batch batch = { .at = arena_array(arena, Pending, count), .count = count };
    bool good = find_targets(&batch, arena, files, why);

    for (size_t i = 0; good && i < count; i++)
        if (batch.at[i].stream)
            good = write_stream(&batch, &batch.at[i]);
    if (good && batch.regular > 0)
        good = write_regular(&batch);
    if (batch.error != 0 && strcmp(batch.failed, "-") == 0)
        text_printf(why, "cannot write to standard output: %s", strerror(batch.error));
    else if (batch.error != 0)
        text_printf(why, "cannot write '%s': %s", batch.failed, strerror(batch.error));
    return good;
}
