/* agree_apart.c -- agree in a process of its own. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/agree.h"

enum { MOST_SECONDS = 60 }; /* the largest models with trigamma at 400 bits take 20 */

static void answer(int pipe_, const char *text, uint64_t seed)
{
    Agreement a;
    const char *bytes = (const char *)&a;

    (void)setrlimit(RLIMIT_CPU, &(struct rlimit){ MOST_SECONDS, MOST_SECONDS + 1 });
    agree(&a, text, seed);
    for (size_t done = 0; done < sizeof a;) {
        ssize_t now = write(pipe_, bytes + done, sizeof a - done);

        if (now <= 0)
            break;
        done += (size_t)now;
    }
    _exit(0);
}

void agree_apart(Agreement *a, const char *text, uint64_t seed)
{
    int ends[2], status = 0;
    size_t done = 0;
    ssize_t now;
    pid_t child;

    *a = (Agreement){ .worst = 0 };
    if (pipe(ends) != 0 || (child = fork()) < 0) {
        (void)snprintf(a->what, AGREE_TEXT, "no process");
        return;
    }
    if (child == 0)
        answer(ends[1], text, seed);
    close(ends[1]);
    while (done < sizeof *a && (now = read(ends[0], (char *)a + done, sizeof *a - done)) > 0)
        done += (size_t)now;
    close(ends[0]);
    (void)waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        (void)snprintf(a->what, AGREE_TEXT, "slow: more than %d seconds of the processor", MOST_SECONDS);
    else if (done < sizeof *a)
        (void)snprintf(a->what, AGREE_TEXT, "crash: signal or status %d", WIFSIGNALED(status) ? WTERMSIG(status) : status);
}
