/* emit.c -- emit FOLDER MOST < INPUTS: writes the C of the models in inputs of the fuzzers, whose paths are lines, every function that a
 * model has, double and float, as FOLDER/N_double.c and N_float.c; at most MOST models. What takes longer than some seconds is left
 * out, and said. */
#define _GNU_SOURCE
#include "target.h"

#include "front/checked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_SECONDS = 10, FEW_SECONDS = 2, MOST_BYTES = 100000 }; /* longer C only costs the compilers time */

/* Not those that a model cannot have. */
static void choose_functions(Unit *unit, bool sparse)
{
    if (unit->wanted.count == 0)
        return;
    unit->options.functions = (1u << FUNCTION_COUNT) - 1;
    if (!unit->scalar)
        unit->options.functions &= ~(1u << FUNCTION_VALUE_GRAD);
    if (!sparse)
        unit->options.functions &= ~(1u << FUNCTION_JACOBIAN_SPARSE | 1u << FUNCTION_HESSIAN_SPARSE);
}

typedef struct {
    const char *path, *folder;
    unsigned number;
    bool sparse, written;
} Job;

static void print_file(Unit *unit, const Job *job, const Emitted *emitted)
{
    const char *real = unit->options.real == REAL_FLOAT ? "float" : "double";
    Text path;
    FILE *file;

    text_init(&path, unit->arena);
    text_printf(&path, "%s/%u_%s.c", job->folder, job->number, real);
    file = fopen(text_string(&path), "wb");
    if (file == NULL || fwrite(text_string(&emitted->header), 1, emitted->header.size, file) != emitted->header.size ||
        fwrite(text_string(&emitted->main), 1, emitted->main.size, file) != emitted->main.size || fclose(file) != 0) {
        fprintf(stderr, "emit: cannot write '%s'\n", text_string(&path));
        exit(3);
    }
}

static void emit_model(Unit *unit, void *context)
{
    Job *job = context;
    FILE *file = fopen(job->path, "rb");
    uint8_t *data = arena_alloc(unit->arena, FUZZ_MOST_TEXT);
    size_t size = file == NULL ? 0 : fread(data, 1, FUZZ_MOST_TEXT, file);
    FuzzInput input;
    Emitted emitted;
    Text prefix;

    if (file != NULL)
        fclose(file);
    text_init(&prefix, unit->arena);
    text_printf(&prefix, "z%u%s", job->number, unit->options.real == REAL_FLOAT ? "f" : "");
    unit->options.prefix = text_string(&prefix);
    fuzz_split(&input, unit->arena, data, size);
    if (!unit_open(unit, "m.expr", input.model, input.model_size))
        return;
    choose_functions(unit, job->sparse);
    text_init(&emitted.main, unit->arena);
    text_init(&emitted.header, unit->arena);
    text_init(&emitted.tables, unit->arena);
    if (!emitter_find("c")->emit(unit, &emitted) || emitted.main.size > MOST_BYTES)
        return;
    print_file(unit, job, &emitted);
    job->written = true;
}

static bool emit_one(Job *job, RealType real, bool sparse)
{
    Options options = options_default();
    Unit unit;

    options.header_name = options.tables_name = "";
    options.include_runtime = job->number % 8 != 0;
    options.real = real;
    job->sparse = sparse;
    job->written = false;
    unit_init(&unit, &options);
    (void)unit_run(&unit, emit_model, job);
    unit_close(&unit);
    return job->written;
}

/* In a process of its own, so that a time is a limit. Was it a model? */
static bool run(Job *job)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        alarm(job->number % 8 == 0 ? MOST_SECONDS : FEW_SECONDS);
        if (emit_one(job, REAL_DOUBLE, true))
            _exit(emit_one(job, REAL_FLOAT, true) ? 0 : 1);
        _exit(emit_one(job, REAL_DOUBLE, false) && emit_one(job, REAL_FLOAT, false) ? 0 : 1);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return false;
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM) {
        fprintf(stderr, "emit: signal %d at %s\n", WTERMSIG(status), job->path);
        exit(1);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
    unsigned most = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
    Job job = { .folder = argc > 1 ? argv[1] : "." };
    char *line = NULL;
    size_t size = 0;

    while (job.number < most && getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        job.path = line;
        job.number += run(&job);
    }
    free(line);
    printf("%u models\n", job.number);
    return 0;
}
