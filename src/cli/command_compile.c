/* command_compile.c -- bpgen MODEL -o FILE.c */
#include "cli/cli.h"
#include "cli/file.h"
#include "emit/c.h"

#include <string.h>

/* "x.c" has the header "x.h"; other names get ".h" behind them. */
static const char *header_path(Arena *arena, const char *path)
{
    size_t size = strlen(path);
    Text header;

    text_init(&header, arena);
    if (size > 2 && strcmp(path + size - 2, ".c") == 0)
        size -= 2;
    text_bytes(&header, path, size);
    text_add(&header, ".h");
    return text_string(&header);
}

static const char *default_output(Unit *unit, const Emitter *emitter)
{
    Text path;

    if (emitter->extension == NULL)
        return "-";
    text_init(&path, unit->arena);
    text_printf(&path, "%s_grad%s", unit->options.prefix, emitter->extension);
    return text_string(&path);
}

/* Header and main text as one, for standard output. */
static void join(Unit *unit, Emitted *emitted)
{
    Text both;

    text_init(&both, unit->arena);
    text_bytes(&both, text_string(&emitted->header), emitted->header.size);
    text_bytes(&both, text_string(&emitted->main), emitted->main.size);
    emitted->main = both;
    text_init(&emitted->header, unit->arena);
}

static void write_results(Unit *unit, Run *run, const char *path, Emitted *emitted)
{
    OutputFile files[3];
    size_t count = 0;
    Text why, example;

    text_init(&why, unit->arena);
    text_init(&example, unit->arena);
    if (emitted->header.size > 0)
        files[count++] = (OutputFile){ header_path(unit->arena, path), emitted->header.at, emitted->header.size };
    files[count++] = (OutputFile){ path, text_string(&emitted->main), emitted->main.size };
    if (run->line->example != NULL) {
        emit_c_example(unit, &example);
        files[count++] = (OutputFile){ run->line->example, text_string(&example), example.size };
    }
    if (!file_write_all(unit->arena, files, count, &why)) {
        text_line(&run->errors, "bpgen: %s", text_string(&why));
        run->code = EXIT_IO;
    }
}

void command_compile(Unit *unit, Run *run)
{
    const Emitter *emitter = emitter_find(run->line->emit);
    Emitted emitted;
    const char *path;

    if (!cli_open_model(unit, run))
        return;
    path = run->line->output != NULL ? run->line->output : default_output(unit, emitter);
    unit->options.header_name = strcmp(path, "-") == 0 ? "" : cli_base_name(header_path(unit->arena, path));
    text_init(&emitted.main, unit->arena);
    text_init(&emitted.header, unit->arena);
    if (!emitter->needs_model)
        unit_forget_model(unit);
    emitter->emit(unit, &emitted);
    text_bytes(&run->errors, text_string(&unit->dump), unit->dump.size);
    if (!cli_report(unit, run))
        return;
    if (strcmp(path, "-") == 0)
        join(unit, &emitted);
    write_results(unit, run, path, &emitted);
}
