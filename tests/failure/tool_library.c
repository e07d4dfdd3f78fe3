/* tool_library.c -- runs one command line again and again in one process, each time with another allocation that fails (library.sh
 * links it with a bpgen whose allocations come by here). After every run nothing may be left, and a run that failed says so.
 * Memory that bpgen must not read before it writes is garbage, so the undisturbed run shows that by another result or a crash.
 *
 *     tool_library MOST ARGUMENTS...    MOST: how many of the allocations fail, spread evenly; 0: all
 *
 * It prints what the undisturbed run prints, and the verdict as last line of standard error.
 */
#define _GNU_SOURCE
#include "cli/cli.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- allocations of bpgen ---------------------------------------------------------------------------- */

static struct {
    size_t made, blocks, fail_at; /* fail_at 0: none */
} memory;

static bool fails(void)
{
    return ++memory.made == memory.fail_at;
}

/* Every block begins with its size, so that what a growing one gets is known. */
typedef union {
    size_t size;
    max_align_t aligned;
} Head;

enum { GARBAGE = 0xa5 };

void *counted_malloc(size_t size);
void *counted_calloc(size_t count, size_t size);
void *counted_realloc(void *old, size_t size);
void counted_free(void *block);

void *counted_malloc(size_t size)
{
    Head *head = fails() ? NULL : malloc(sizeof *head + size);

    if (head == NULL)
        return NULL;
    memory.blocks++;
    head->size = size;
    return memset(head + 1, GARBAGE, size);
}

void *counted_calloc(size_t count, size_t size)
{
    void *block = counted_malloc(count * size);

    return block == NULL ? NULL : memset(block, 0, count * size);
}

void counted_free(void *block)
{
    memory.blocks -= block != NULL;
    free(block == NULL ? NULL : (Head *)block - 1);
}

/* Moves always. */
void *counted_realloc(void *old, size_t size)
{
    void *block = counted_malloc(size);
    size_t old_size = old == NULL ? 0 : ((Head *)old - 1)->size;

    if (block == NULL || old == NULL)
        return block;
    memcpy(block, old, old_size < size ? old_size : size);
    counted_free(old);
    return block;
}

/* ---- one run ----------------------------------------------------------------------------------------- */

static CommandFn *const commands[] = {
#define COMMAND(id, letter, name, arguments, help) command_##id,
#include "cli/commands.def"
};

/* What a run gave; the texts are the caller's to free. */
typedef struct {
    char *out, *errors;
    ExitCode code;
    const char *failure; /* NULL: none */
} Ended;

typedef struct {
    int argc;
    char **argv;
    CommandLine line;
    bool good;
    Run run;
    Ended *ended;
} Job;

static void read_arguments(Unit *unit, void *context)
{
    Job *job = context;

    optind = 0; /* getopt begins anew */
    job->good = options_parse(&job->line, unit->arena, job->argc, job->argv);
}

static void run_command(Unit *unit, void *context)
{
    Job *job = context;

    job->run.line = &job->line;
    text_init(&job->run.out, unit->arena);
    text_init(&job->run.errors, unit->arena);
    commands[job->line.command](unit, &job->run);
    job->ended->out = strdup(text_string(&job->run.out));
    job->ended->errors = strdup(text_string(&job->run.errors));
    job->ended->code = job->run.code;
    if (job->run.code == EXIT_INTERNAL && strcmp(job->ended->errors, "bpgen: memory ran out\n") == 0)
        job->ended->failure = "memory ran out"; /* of a unit within the command */
}

static Ended run(int argc, char **argv, size_t fail_at)
{
    Ended ended = { 0 };
    Job job = { .argc = argc, .argv = argv, .ended = &ended };
    Unit options, unit;

    memory.made = 0;
    memory.fail_at = fail_at;
    unit_init(&options, &(Options){ 0 });
    if (unit_run(&options, read_arguments, &job) && !job.good) {
        fprintf(stderr, "FAIL wrong usage\n");
        exit(1);
    }
    unit_init(&unit, &job.line.options);
    ended.failure = options.failure;
    if (ended.failure == NULL && !unit_run(&unit, run_command, &job))
        ended.failure = unit.failure;
    if (ended.failure != NULL && strcmp(ended.failure, "memory ran out") != 0) {
        fprintf(stderr, "FAIL at allocation %zu: %s\n", fail_at, ended.failure);
        exit(1);
    }
    unit_close(&unit);
    unit_close(&options);
    return ended;
}

static void forget(Ended *ended)
{
    free(ended->out);
    free(ended->errors);
}

/* What is wrong with a run, against the undisturbed one; NULL: nothing. */
static const char *judge(const Ended *ended, const Ended *undisturbed)
{
    if (memory.blocks != 0)
        return "blocks are left";
    if (ended->failure != NULL)
        return NULL;
    if (ended->code != undisturbed->code)
        return "another exit status";
    return strcmp(ended->out, undisturbed->out) != 0 || strcmp(ended->errors, undisturbed->errors) != 0 ? "another text" : NULL;
}

int main(int argc, char **argv)
{
    size_t most = argc > 2 ? (size_t)atol(argv[1]) : 0, count, failures = 0, kept_going = 0, step;
    Ended undisturbed;
    const char *wrong;

    if (argc < 3)
        return 2;
    argv[1] = argv[0];
    undisturbed = run(argc - 1, argv + 1, 0);
    count = memory.made;
    fprintf(stderr, "%s", undisturbed.errors != NULL ? undisturbed.errors : "");
    printf("%s", undisturbed.out != NULL ? undisturbed.out : "");
    wrong = undisturbed.failure != NULL ? undisturbed.failure : judge(&undisturbed, &undisturbed);
    if (wrong != NULL)
        fprintf(stderr, "FAIL undisturbed: %s\n", wrong);
    step = most == 0 || count <= most ? 1 : count / most;
    for (size_t n = 1; wrong == NULL && n <= count; n += n <= 50 ? 1 : step) {
        Ended ended = run(argc - 1, argv + 1, n);

        wrong = judge(&ended, &undisturbed);
        if (wrong != NULL)
            fprintf(stderr, "FAIL at allocation %zu: %s\n", n, wrong);
        failures++;
        kept_going += ended.failure == NULL;
        forget(&ended);
    }
    if (wrong == NULL && (kept_going > 0 || count == 0))
        fprintf(stderr, "FAIL %zu of %zu failures went unnoticed\n", kept_going, count);
    else if (wrong == NULL)
        fprintf(stderr, "%zu failures, %zu allocations\n", failures, count);
    forget(&undisturbed);
    return 0;
}
