/* result_file.c -- the one result of a command, in one of its formats, to -o or to standard output. */
#include "cli/cli.h"

#include <string.h>

static const char *find(const char *const *formats, const char *name)
{
    for (size_t i = 0; name != NULL && formats[i] != NULL; i++)
        if (strcmp(formats[i], name) == 0)
            return formats[i];
    return NULL;
}

/* What an ending stands for: a drawing must not be a file of text because this command draws nothing. Others mean nothing. */
static const char *format_of_ending(const char *path)
{
    static const char *const all[] = { "tex", "c", "csv", "json", "dot", "svg", NULL };
    const char *dot = path == NULL ? NULL : strrchr(cli_base_name(path), '.');

    return find(all, dot == NULL ? NULL : dot + 1);
}

const char *cli_format(Run *run, const char *const *formats)
{
    const char *asked = run->line->format != NULL ? run->line->format : format_of_ending(run->line->output), *found;

    found = asked == NULL ? formats[0] : find(formats, asked);
    if (found != NULL)
        return found;
    text_printf(&run->errors, "bpgen: %s: there is no '%s' here, only", run->line->format != NULL ? "--format" : "-o", asked);
    for (size_t i = 0; formats[i] != NULL; i++)
        text_printf(&run->errors, "%s %s", i == 0 ? "" : ",", formats[i]);
    text_add(&run->errors, "\n");
    run->code = EXIT_USAGE;
    return NULL;
}

/* A model or a file of values that the command line names. */
static bool is_input(const CommandLine *line, const char *path)
{
    const SettingVec *const settings[] = { &line->settings, &line->seeds, &line->directions };

    if (line->model != NULL && file_same(line->model, path))
        return true;
    for (size_t i = 0; i < line->more_models.count; i++)
        if (file_same(line->more_models.at[i], path))
            return true;
    for (size_t k = 0; k < sizeof settings / sizeof *settings; k++)
        for (size_t i = 0; i < settings[k]->count; i++)
            if (settings[k]->at[i].value[0] == '@' && file_same(settings[k]->at[i].value + 1, path))
                return true;
    return false;
}

void cli_write_files(Unit *unit, Run *run, const OutputFile *files, size_t count)
{
    Text why;

    text_init(&why, unit->arena);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(files[i].path, "-") == 0 || !is_input(run->line, files[i].path))
            continue;
        text_line(&run->errors, "bpgen: '%s' would overwrite what this run reads", files[i].path);
        run->code = EXIT_USAGE;
        return;
    }
    if (!file_write_all(unit->arena, files, count, &why)) {
        text_line(&run->errors, "bpgen: %s", text_string(&why));
        run->code = EXIT_IO;
    }
}

void cli_write(Unit *unit, Run *run, const Text *result)
{
    OutputFile file = { run->line->output, text_string(result), result->size };

    if (file.path == NULL || strcmp(file.path, "-") == 0)
        text_bytes(&run->out, file.bytes, file.size);
    else
        cli_write_files(unit, run, &file, 1);
}
