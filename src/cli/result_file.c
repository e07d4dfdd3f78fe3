/* result_file.c -- the one result of a command, in one of its formats, to -o or to standard output. */
#include "cli/cli.h"
#include "cli/file.h"

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

void cli_write(Unit *unit, Run *run, const Text *result)
{
    const char *path = run->line->output;
    OutputFile file = { path, text_string(result), result->size };
    Text why;

    if (path == NULL || strcmp(path, "-") == 0) {
        text_bytes(&run->out, file.bytes, file.size);
        return;
    }
    text_init(&why, unit->arena);
    if (!file_write_all(unit->arena, &file, 1, &why)) {
        text_line(&run->errors, "bpgen: %s", text_string(&why));
        run->code = EXIT_IO;
    }
}
