/* target.c -- the whole tool as a library, from a command line and a model to what it prints, in memory. What must not happen makes
 * it abort: an internal error, a refusal without a word, a text that no reader of C, SVG or JSON could read. */
#include "target.h"

#include "base/utf8.h"
#include "cli/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CommandFn *const commands[] = {
#define COMMAND(id, letter, name, arguments, help) command_##id,
#include "cli/commands.def"
};

static _Noreturn void finding(const char *what)
{
    fprintf(stderr, "FINDING: %s\n", what);
    abort();
}

/* ---- files, which are parts of the input --------------------------------------------------------------- */

/* The only state outside of the input's unit: the commands ask for files by their paths. */
static const FuzzInput *files;
static bool written; /* a result went to a file */

/* In place of src/cli/file*.c (all of file.h): "none..." cannot be read, models end in "expr", anything else is the file of numbers. */
bool file_read(Arena *arena, const char *path, char **bytes, size_t *size, Text *why)
{
    size_t length = strlen(path);
    bool model = strcmp(path, "-") == 0 || (length >= 4 && strcmp(path + length - 4, "expr") == 0);

    if (strncmp(path, "none", 4) == 0) {
        text_printf(why, "cannot read '%s'", path);
        return false;
    }
    *size = model ? files->model_size : files->numbers_size;
    *bytes = arena_alloc(arena, *size + 1);
    if (*size > 0)
        memcpy(*bytes, model ? files->model : files->numbers, *size);
    return true;
}

bool file_same(const char *one, const char *other)
{
    return strcmp(one, other) == 0;
}

bool file_is_stream(const char *path)
{
    return strcmp(path, "-") == 0 || strncmp(path, "/dev/", 5) == 0;
}

/* Control characters and broken UTF-8 have no place in a result, whatever is in the model. */
static void check_text(const char *text, size_t size)
{
    static const char replacement[] = "\xEF\xBF\xBD";

    for (const char *at = text; at < text + size;) {
        const char *begin = at;
        uint32_t character = utf8_next(&at);

        if (character == UTF8_REPLACEMENT && strncmp(begin, replacement, strlen(replacement)) != 0)
            finding("a result is not UTF-8");
        if (character < ' ' && character != '\n' && character != '\t')
            finding("a result has a control character");
    }
}

/* "full..." cannot be written, the rest goes nowhere. */
bool file_write_all(Arena *arena, const OutputFile *out, size_t count, Text *why)
{
    (void)arena;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(out[i].path, "full", 4) == 0) {
            text_printf(why, "cannot write '%s'", out[i].path);
            return false;
        }
        check_text(out[i].bytes, out[i].size);
        written = true;
    }
    return true;
}

/* ---- one input ------------------------------------------------------------------------------------------- */

typedef struct {
    FuzzInput input;
    const uint8_t *data;
    size_t size;
    CommandLine line;
    bool good;
} Arguments;

static void read_arguments(Unit *unit, void *context)
{
    Arguments *arguments = context;

    fuzz_split(&arguments->input, unit->arena, arguments->data, arguments->size);
    arguments->good = fuzz_parse(&arguments->line, unit->arena, &arguments->input);
}

/* A model may be too large for any machine; that is said, and no finding. */
static const char out_of_memory[] = "memory ran out";

static void run_command(Unit *unit, void *context)
{
    Run *run = context;

    text_init(&run->out, unit->arena);
    text_init(&run->errors, unit->arena);
    if (run->line->help)
        options_help(&run->out);
    else if (!run->line->version)
        commands[run->line->command](unit, run);
    check_text(text_string(&run->out), run->out.size);
    if (run->code != EXIT_OK && run->errors.size == 0 && run->out.size == 0 && !written)
        finding("a refusal without a word");
    if (run->code == EXIT_INTERNAL && strstr(text_string(&run->errors), out_of_memory) == NULL)
        finding(text_string(&run->errors));
}

static void end_unit(Unit *unit)
{
    if (unit->failure != NULL && strcmp(unit->failure, out_of_memory) != 0)
        finding(unit->failure);
    unit_close(unit);
}

/* A model may have a loop of 10^9 turns, and `check` evaluates it some thousand times: little has to be enough here. */
static const uint64_t MOST_WORK = (uint64_t)1 << 16;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arguments arguments = { .data = data, .size = size };
    Run run = { .line = &arguments.line };
    Unit options, unit;

    if (size > FUZZ_MOST_TEXT)
        return 0;
    unit_init(&options, &(Options){ 0 });
    if (unit_run(&options, read_arguments, &arguments) && arguments.good) {
        files = &arguments.input;
        written = false;
        arguments.line.options.most_work = MOST_WORK;
        unit_init(&unit, &arguments.line.options);
        unit_run(&unit, run_command, &run);
        end_unit(&unit);
    }
    end_unit(&options);
    return 0;
}
