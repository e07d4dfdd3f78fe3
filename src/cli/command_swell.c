/* command_swell.c -- bpgen swell MODEL ... [--for n=1..13] [x=0.9]: how large derivatives are. */
#include "cli/cli.h"
#include "emit/c.h"
#include "show/swell.h"

#include <string.h>
#include <time.h>

typedef struct {
    const char *name; /* --format, and the ending of -o */
    void (*print)(const Swell *swell, Language language, Text *out);
} Format;

static const Format formats[] = {
    { "text", swell_print_text }, { "csv", swell_print_csv }, { "json", swell_print_json },
    { "tex", swell_print_tex },   { "svg", swell_print_svg },
};
enum { FORMATS = sizeof formats / sizeof *formats };

/* NULL: run->code is set. */
static const Format *choose_format(Run *run)
{
    const char *names[FORMATS + 1] = { NULL }, *chosen;

    for (size_t i = 0; i < FORMATS; i++)
        names[i] = formats[i].name;
    chosen = cli_format(run, names);
    for (size_t i = 0; chosen != NULL && i < FORMATS; i++)
        if (strcmp(formats[i].name, chosen) == 0)
            return &formats[i];
    return NULL;
}

/* ---- what swell_run needs from here ------------------------------------------------------------------ */

static double processor_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static size_t code_size(Unit *unit)
{
    Text functions;

    text_init(&functions, unit->arena);
    unit->options.functions = 1u << FUNCTION_VALUE_GRAD;
    return emit_c_functions(unit, &functions) ? functions.size : 0;
}

static bool read_text(Unit *unit, Run *run, const char *path, char **bytes, size_t *size)
{
    Text why;

    text_init(&why, unit->arena);
    if (file_read(unit->arena, path, bytes, size, &why))
        return true;
    text_line(&run->errors, "bpgen: %s", text_string(&why));
    run->code = EXIT_IO;
    return false;
}

/* "examples/swell/logistic.expr" is shown as "logistic". */
static const char *label_of(Arena *arena, const char *path)
{
    const char *name = cli_base_name(path), *dot = strrchr(name, '.');

    return arena_copy(arena, name, dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name));
}

/* Is there another model of this label? */
static bool is_ambiguous(const SwellModel *models, size_t count, size_t i)
{
    for (size_t k = 0; k < count; k++)
        if (k != i && strcmp(models[k].label, models[i].label) == 0)
            return true;
    return false;
}

/* Models of one name in several folders are told apart by their paths. */
static void tell_apart(Arena *arena, SwellModel *models, size_t count)
{
    bool *ambiguous = arena_array(arena, bool, count);

    for (size_t i = 0; i < count; i++)
        ambiguous[i] = is_ambiguous(models, count, i);
    for (size_t i = 0; i < count; i++)
        if (ambiguous[i])
            models[i].label = models[i].path;
}

static bool read_models(Unit *unit, Run *run, SwellRequest *request)
{
    const CommandLine *line = run->line;
    SwellModel *models = arena_array(unit->arena, SwellModel, line->more_models.count + 1);

    request->models = models;
    request->model_count = line->more_models.count + 1;
    for (size_t i = 0; i < request->model_count; i++) {
        const char *path = i == 0 ? line->model : line->more_models.at[i - 1];
        char *bytes;

        if (!read_text(unit, run, path, &bytes, &models[i].size))
            return false;
        models[i].path = cli_shown_name(unit->arena, path);
        models[i].label = label_of(unit->arena, models[i].path);
        models[i].text = bytes;
    }
    tell_apart(unit->arena, models, request->model_count);
    return true;
}

static bool read_point(Unit *unit, Run *run, SwellRequest *request)
{
    const SettingVec *settings = &run->line->settings;
    SwellValue *point = arena_array(unit->arena, SwellValue, settings->count + 1);

    request->point = point;
    request->point_count = settings->count;
    for (size_t i = 0; i < settings->count; i++) {
        const Setting *setting = &settings->at[i];
        char *bytes;
        size_t size;

        point[i] = (SwellValue){ arena_copy(unit->arena, setting->name, setting->name_size), setting->value, setting->value[0] == '@' };
        if (!point[i].plain)
            continue;
        if (!read_text(unit, run, setting->value + 1, &bytes, &size))
            return false;
        point[i].text = bytes;
    }
    return true;
}

void command_swell(Unit *unit, Run *run)
{
    const CommandLine *line = run->line;
    const Format *format = choose_format(run);
    Options options = line->options;
    SwellRequest request = { .options = &options, .family = line->family.name, .low = line->family.low, .high = line->family.high,
                             .wrt = line->wanted.at, .wrt_count = line->wanted.count,
                             .tools = { code_size, processor_seconds } };
    Swell swell;
    Text result;

    if (format == NULL || !read_models(unit, run, &request) || !read_point(unit, run, &request))
        return;
    options.wanted = NULL; /* reverse mode: all params */
    options.wanted_count = 0;
    if (!swell_run(&swell, unit->arena, &request)) {
        text_bytes(&run->errors, text_string(&swell.errors), swell.errors.size);
        if (swell.failure != NULL)
            text_line(&run->errors, "bpgen: %s", swell.failure);
        run->code = swell.failure != NULL ? EXIT_INTERNAL : EXIT_REFUSED;
    }
    if (swell.failure != NULL || swell.rows.count == 0 || (request.family != NULL && run->code != EXIT_OK))
        return;
    text_init(&result, unit->arena);
    format->print(&swell, line->language, &result);
    cli_write(unit, run, &result);
}
