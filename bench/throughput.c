/* throughput.c -- time and memory of bpgen on straight-line scalar models of 10^4, 10^5 and 10^6 operations. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every statement has five operations over two earlier names and a param. */
enum { STATEMENT = 5, PARAMS = 100, RUNS = 3 };

static void write_model(const char *path, long operations)
{
    FILE *file = fopen(path, "w");
    unsigned state = 1;
    long statements = operations / STATEMENT;

    if (file == NULL)
        exit(3);
    for (long i = 0; i < statements; i++) {
        state = 1103515245u * state + 12345u;
        if (i < 2)
            fprintf(file, "t%ld = p0*p1 + p2*%ld - p3*0.5\n", i, i + 3);
        else
            fprintf(file, "t%ld = %s(t%ld)*p%u + 0.5*t%ld - p%u\n", i, state >> 16 & 1 ? "sin" : "tanh", i - 1,
                    (state >> 17) % PARAMS, i - 2, (state >> 24) % PARAMS);
    }
    fprintf(file, "f = t%ld\n", statements - 1);
    fclose(file);
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static void run(const char *bpgen, const char *model, const char *output, double *time, long *kilobytes)
{
    struct rusage usage;
    int status;
    pid_t child = fork();

    if (child == 0) {
        execl(bpgen, bpgen, model, "-o", output, (char *)NULL);
        _exit(127);
    }
    if (wait4(child, &status, 0, &usage) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "bpgen failed on %s\n", model);
        exit(1);
    }
    *time = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    *kilobytes = usage.ru_maxrss;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    printf("bpgen, text of a scalar model to C with value, gradient and sweeps (median of %d runs, processor time):\n", RUNS);
    printf("%12s %10s %16s %16s\n", "operations", "seconds", "operations/s", "bytes/operation");
    for (long operations = 10000; operations <= 1000000; operations *= 10) {
        char model[4096], output[4096];
        double times[RUNS];
        long kilobytes = 0;

        snprintf(model, sizeof model, "%s/line%ld.expr", argv[2], operations);
        snprintf(output, sizeof output, "%s/line%ld.c", argv[2], operations);
        write_model(model, operations);
        for (int i = 0; i < RUNS; i++)
            run(argv[1], model, output, &times[i], &kilobytes);
        qsort(times, RUNS, sizeof *times, ascending);
        printf("%12ld %10.3f %16.0f %16.0f\n", operations, times[RUNS / 2], (double)operations / times[RUNS / 2],
               1024.0 * (double)kilobytes / (double)operations);
        unlink(model);
        unlink(output);
    }
    return 0;
}
