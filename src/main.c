/* main.c -- bpgen: from a model to C code for its value and gradient.
 *
 *     text --scanner, parser--> Ast --sema--> CheckedModel --lower--> Program of stages      (unit.c: unit_open)
 *          --simplify, unroll, prune, sink guards, outline--> Program                       (unit.c: prepare)
 *          --reverse, first write, split--> Programs of the sweeps                           (unit.c: unit_make_*)
 *          --plan--> loop tree --emit--> text                                                (emit/)
 *     or, for explain, derive, swell, graph, cost: Program --teach--> plain data --show--> text   (teach/, show/)
 *
 * Everything between the text of a model and the text of the results happens in memory and without global state; this file
 * reads the arguments, runs one command and prints what it gave.
 */
#define _XOPEN_SOURCE 700
#include "base/utf8.h"
#include "cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Blocks from this size on go back to the system when they are freed, whatever lies behind them; glibc would raise the
 * limit to 32 MB with use. */
enum { BIG_BLOCK = 16 * 1024 * 1024 };

static CommandFn *const commands[] = {
#define COMMAND(id, letter, name, arguments, help) command_##id,
#include "cli/commands.def"
};

/* What a model or a file name holds is shown on a terminal, but does not command it. */
static void make_plain(Unit *unit, Text *errors)
{
    Text plain;

    text_init(&plain, unit->arena);
    utf8_add_plain(&plain, text_string(errors), true);
    *errors = plain;
}

/* The texts of a command reach their streams, or the exit status says that they did not. */
static void print_run(Unit *unit, Run *run)
{
    OutputFile file = { "-", text_string(&run->out), run->out.size };
    Text why;

    fwrite(text_string(&run->errors), 1, run->errors.size, stderr);
    text_init(&why, unit->arena);
    if (run->out.size == 0 || file_write_all(unit->arena, &file, 1, &why))
        return;
    fprintf(stderr, "bpgen: %s\n", text_string(&why));
    run->code = EXIT_IO;
}

static void run_command(Unit *unit, void *context)
{
    Run *run = context;

    text_init(&run->out, unit->arena);
    text_init(&run->errors, unit->arena);
    if (run->line->help)
        options_help(&run->out);
    else if (run->line->version)
        text_line(&run->out, "bpgen %s", BPGEN_VERSION);
    else
        commands[run->line->command](unit, run);
    make_plain(unit, &run->errors);
    print_run(unit, run);
}

typedef struct {
    CommandLine line;
    int argc;
    char **argv;
    bool good;
} Arguments;

static void read_arguments(Unit *unit, void *context)
{
    Arguments *arguments = context;

    arguments->good = options_parse(&arguments->line, unit->arena, arguments->argc, arguments->argv);
}

/* A file that is opened must not get the number of a standard stream that is closed (>&-), or messages and results would go into
 * it. What stands in gives an error when it is used, as the closed one would. A file-size limit (ulimit -f) is an error, too. */
static void prepare_process(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            break;
    signal(SIGXFSZ, SIG_IGN);
}

int main(int argc, char **argv)
{
    Arguments arguments = { .argc = argc, .argv = argv };
    Run run = { .line = &arguments.line };
    Unit options, unit;
    ExitCode code;

#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, BIG_BLOCK);
    mallopt(M_TRIM_THRESHOLD, 2 * BIG_BLOCK);
#endif
    prepare_process();
    unit_init(&options, &(Options){ 0 });
    if (unit_run(&options, read_arguments, &arguments) && !arguments.good) {
        unit_close(&options);
        return EXIT_USAGE;
    }
    unit_init(&unit, &arguments.line.options);
    if (options.failure == NULL && unit_run(&unit, run_command, &run)) {
        code = run.code;
    } else {
        fprintf(stderr, "bpgen: %s\n", options.failure != NULL ? options.failure : unit.failure);
        code = EXIT_INTERNAL;
    }
    unit_close(&unit);
    unit_close(&options);
    return (int)code;
}
