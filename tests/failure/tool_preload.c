/* tool_preload.c -- put between bpgen and the C library (LD_PRELOAD): makes a call fail, or a signal arrive at it, and counts.
 *
 *     FAIL_MALLOC=N      the N-th allocation gives NULL; with FAIL_FROM=1 all from the N-th on
 *     FAIL_CALL=N        the N-th call of the functions for files below fails with errno FAIL_ERRNO
 *     FAIL_SIGNAL=S      in place of that: signal S arrives right before the N-th call
 *     WRITE_ROOM=B       after B bytes in all, but for standard error, there is no space left
 *     WRITE_PIECE=B      no write takes more than B bytes, and every other one is interrupted first
 *     RENAME_PAUSE=US    up to so many microseconds, other ones each time, go by before a file is renamed
 *     FAIL_REPORT=PATH   at the end there: the numbers of allocations, of calls, of blocks that live, and which call failed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long setting(const char *name)
{
    const char *text = getenv(name);

    return text == NULL ? 0 : atol(text);
}

/* ---- memory ------------------------------------------------------------------------------------------ */

static long allocations, blocks;

/* What dlsym itself may ask for while the real functions are looked up. */
static char early[4096];
static size_t early_used;

static void *take_early(size_t size)
{
    void *block = early + early_used;

    early_used += (size + 15) / 16 * 16;
    if (early_used > sizeof early)
        abort();
    return block;
}

static int is_early(const void *block)
{
    return (const char *)block >= early && (const char *)block < early + sizeof early;
}

static int fails_now(void)
{
    static long at = -1, from;

    if (at < 0) {
        at = setting("FAIL_MALLOC");
        from = setting("FAIL_FROM");
    }
    allocations++;
    if (at == 0 || (from != 0 ? allocations < at : allocations != at))
        return 0;
    errno = ENOMEM;
    return 1;
}

/* The real function, looked up once; none while it is being looked up. */
typedef void Function(void);
static Function *next(Function **kept, const char *name)
{
    static int looking;

    if (*kept == NULL && !looking) {
        looking = 1;
        *(void **)kept = dlsym(RTLD_NEXT, name);
        looking = 0;
    }
    return *kept;
}

void *malloc(size_t size)
{
    static Function *real;
    void *block;

    if (next(&real, "malloc") == NULL)
        return take_early(size);
    if (fails_now())
        return NULL;
    block = ((void *(*)(size_t))real)(size);
    blocks += block != NULL;
    return block;
}

void *calloc(size_t count, size_t size)
{
    static Function *real;
    void *block;

    if (next(&real, "calloc") == NULL)
        return take_early(count * size);
    if (fails_now())
        return NULL;
    block = ((void *(*)(size_t, size_t))real)(count, size);
    blocks += block != NULL;
    return block;
}

void *realloc(void *old, size_t size)
{
    static Function *real;
    void *block;

    if (next(&real, "realloc") == NULL)
        return take_early(size);
    if (fails_now())
        return NULL;
    block = ((void *(*)(void *, size_t))real)(is_early(old) ? NULL : old, size);
    blocks += block != NULL && old == NULL;
    return block;
}

void free(void *block)
{
    static Function *real;

    if (block == NULL || is_early(block) || next(&real, "free") == NULL)
        return;
    blocks--;
    ((void (*)(void *))real)(block);
}

/* ---- files ------------------------------------------------------------------------------------------- */

static long calls;
static const char *failed = "none";
static char is_new[256]; /* descriptors of files that mkstemp has made */

/* Counts a call; does it fail? */
static int call_fails(const char *name)
{
    calls++;
    if (calls != setting("FAIL_CALL"))
        return 0;
    failed = name;
    if (setting("FAIL_SIGNAL") != 0) {
        kill(getpid(), (int)setting("FAIL_SIGNAL"));
        return 0;
    }
    errno = (int)setting("FAIL_ERRNO");
    return 1;
}

#define REAL(type, name, parameters)                    \
    static Function *found;                             \
    type (*real)parameters = (type (*)parameters)next(&found, #name)

int open(const char *path, int flags, ...)
{
    REAL(int, open, (const char *, int, ...));
    mode_t mode = 0;

    if ((flags & O_CREAT) != 0) {
        va_list args;

        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    return call_fails((flags & O_DIRECTORY) != 0 ? "open-folder" : "open") ? -1 : real(path, flags, mode);
}

int mkstemp(char *template)
{
    REAL(int, mkstemp, (char *));

    int fd = call_fails("mkstemp") ? -1 : real(template);

    if (fd >= 0 && fd < (int)sizeof is_new)
        is_new[fd] = 1;
    return fd;
}

int fchmod(int fd, mode_t mode)
{
    REAL(int, fchmod, (int, mode_t));

    return call_fails("fchmod") ? -1 : real(fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group)
{
    REAL(int, fchown, (int, uid_t, gid_t));

    return call_fails("fchown") ? -1 : real(fd, owner, group);
}

int fsync(int fd)
{
    REAL(int, fsync, (int));

    return call_fails("fsync") ? -1 : real(fd);
}

int rename(const char *old, const char *new)
{
    REAL(int, rename, (const char *, const char *));

    if (setting("RENAME_PAUSE") != 0)
        usleep((useconds_t)((long)getpid() * (7919 + 2 * calls) % setting("RENAME_PAUSE")));
    return call_fails("rename") ? -1 : real(old, new);
}

int link(const char *old, const char *new)
{
    REAL(int, link, (const char *, const char *));

    return call_fails("link") ? -1 : real(old, new);
}

ssize_t readlink(const char *path, char *target, size_t size)
{
    REAL(ssize_t, readlink, (const char *, char *, size_t));

    return call_fails("readlink") ? -1 : real(path, target, size);
}

int access(const char *path, int mode)
{
    REAL(int, access, (const char *, int));

    return call_fails("access") ? -1 : real(path, mode);
}

ssize_t read(int fd, void *bytes, size_t size)
{
    REAL(ssize_t, read, (int, void *, size_t));

    return call_fails("read") ? -1 : real(fd, bytes, size);
}

/* The file is closed all the same. */
int close(int fd)
{
    REAL(int, close, (int));
    int done = real(fd), fails = call_fails(fd >= 0 && fd < (int)sizeof is_new && is_new[fd] ? "close-new" : "close");

    if (fd >= 0 && fd < (int)sizeof is_new)
        is_new[fd] = 0;
    return fails ? -1 : done;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    REAL(ssize_t, write, (int, const void *, size_t));
    static size_t written;
    static int interrupted;
    size_t piece = (size_t)setting("WRITE_PIECE");
    ssize_t done;

    if (fd == STDERR_FILENO)
        return real(fd, bytes, size);
    if (call_fails("write"))
        return -1;
    if (piece != 0 && (interrupted = !interrupted) != 0) {
        errno = EINTR;
        return -1;
    }
    size = piece != 0 && size > piece ? piece : size;
    if (getenv("WRITE_ROOM") != NULL) {
        size_t room = (size_t)setting("WRITE_ROOM") - written;

        if (room == 0 && size > 0) {
            errno = ENOSPC;
            return -1;
        }
        size = size > room ? room : size;
    }
    done = real(fd, bytes, size);
    written += done > 0 ? (size_t)done : 0;
    return done;
}

static __attribute__((destructor)) void report(void)
{
    const char *path = getenv("FAIL_REPORT");
    char line[120];
    int size = snprintf(line, sizeof line, "%ld %ld %ld %s\n", allocations, calls, blocks, failed);
    long fd = path == NULL ? -1 : syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd >= 0 && syscall(SYS_write, fd, line, (size_t)size) != size)
        abort();
}
