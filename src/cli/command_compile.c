/* command_compile.c -- bpgen MODEL -o FILE.c */
#include "base/utf8.h"
#include "cli/cli.h"
#include "emit/c.h"

#include <string.h>

static const char HEADER[] = ".h", TABLES[] = "_sparsity.h";

/* "x.c" has the header "x.h"; other names get ".h" behind them. Tables beside it: "x_sparsity.h". */
static const char *beside_path(Arena *arena, const char *path, const char *ending)
{
    size_t size = strlen(path);
    Text header;

    text_init(&header, arena);
    if (size > 2 && strcmp(path + size - 2, ".c") == 0)
        size -= 2;
    text_bytes(&header, path, size);
    text_add(&header, ending);
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

/* Header and main text as one. */
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
    OutputFile files[4];
    size_t count = 0;
    Text example;

    text_init(&example, unit->arena);
    if (emitted->header.size > 0)
        files[count++] = (OutputFile){ beside_path(unit->arena, path, HEADER), emitted->header.at, emitted->header.size };
    if (emitted->tables.size > 0)
        files[count++] = (OutputFile){ beside_path(unit->arena, path, TABLES), emitted->tables.at, emitted->tables.size };
    files[count++] = (OutputFile){ path, text_string(&emitted->main), emitted->main.size };
    if (run->line->example != NULL) {
        emit_c_example(unit, &example);
        files[count++] = (OutputFile){ run->line->example, text_string(&example), example.size };
    }
    cli_write_files(unit, run, files, count);
}

/* What the main file includes; on standard output, a device or a pipe everything is one text. */
static void name_files(Unit *unit, const char *path, bool single)
{
    unit->options.header_name = single ? "" : cli_base_name(beside_path(unit->arena, path, HEADER));
    unit->options.tables_name = single ? "" : cli_base_name(beside_path(unit->arena, path, TABLES));
}

/* Between the quotes of an #include nothing can be escaped. */
static bool can_be_included(const char *name)
{
    uint32_t c;

    if (strstr(name, "??") != NULL)
        return false;
    while ((c = utf8_next(&name)) != 0)
        if (c == '"' || c == '\\' || c == UTF8_REPLACEMENT || utf8_is_hidden(c))
            return false;
    return true;
}

static bool check_names(Run *run, const Emitter *emitter, const char *path)
{
    if (emitter->extension == NULL || can_be_included(cli_base_name(path)))
        return true;
    text_line(&run->errors, "bpgen: -o: no #include can have the name of the header of '%s'", path);
    run->code = EXIT_USAGE;
    return false;
}

void command_compile(Unit *unit, Run *run)
{
    const Emitter *emitter = emitter_find(run->line->emit);
    Emitted emitted;
    const char *path;
    bool single;

    if (!cli_open_model(unit, run))
        return;
    path = run->line->output != NULL ? run->line->output : default_output(unit, emitter);
    if (!check_names(run, emitter, path))
        return;
    single = file_is_stream(path);
    name_files(unit, path, single);
    text_init(&emitted.main, unit->arena);
    text_init(&emitted.header, unit->arena);
    text_init(&emitted.tables, unit->arena);
    if (!emitter->needs_model)
        unit_forget_model(unit);
    emitter->emit(unit, &emitted);
    text_bytes(&run->errors, text_string(&unit->dump), unit->dump.size);
    if (!cli_report(unit, run))
        return;
    if (single)
        join(unit, &emitted);
    write_results(unit, run, path, &emitted);
}
