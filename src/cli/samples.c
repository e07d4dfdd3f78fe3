/* samples.c -- how many samples the values on the command line are: `x=[[1, 2], [3, 4]]` are two. */
#include "cli/cli.h"

#include <string.h>

static bool refuse(Run *run, const Setting *setting, const char *why)
{
    text_line(&run->errors, "bpgen: %.*s: %s", (int)setting->name_size, setting->name, why);
    run->code = EXIT_REFUSED;
    return false;
}

/* The elements between the outermost brackets. */
static size_t count_elements(const char *text)
{
    size_t count = 0, depth = 0;

    for (; *text != '\0'; text++) {
        depth += *text == '[';
        depth -= *text == ']' && depth > 0;
        if (depth == 1 && *text == ',')
            count++;
        else if (count == 0 && depth > 0 && strchr("[ ", *text) == NULL)
            count = 1;
    }
    return count;
}

static size_t count_numbers(const char *text)
{
    size_t count = 0;

    for (text += strspn(text, " \t\r\n,"); *text != '\0'; text += strspn(text, " \t\r\n,")) {
        text += strcspn(text, " \t\r\n,");
        count++;
    }
    return count;
}

static bool count_file(Unit *unit, Run *run, const Symbol *symbol, const Setting *setting, size_t *count)
{
    size_t size, numbers, each = 1;
    char *bytes;
    Text why;

    text_init(&why, unit->arena);
    if (!file_read(unit->arena, setting->value + 1, &bytes, &size, &why)) {
        text_line(&run->errors, "bpgen: %s", text_string(&why));
        run->code = EXIT_IO;
        return false;
    }
    for (unsigned k = 1; k < symbol->rank; k++)
        each *= (size_t)symbol->extents[k];
    numbers = count_numbers(bytes);
    *count = numbers / each;
    if (numbers % each == 0)
        return true;
    text_printf(&why, "%zu numbers are not samples of %zu each", numbers, each);
    return refuse(run, setting, text_string(&why));
}

/* A single number is the value of all samples and counts for nothing. */
static bool count_setting(Unit *unit, Run *run, const Symbol *symbol, const Setting *setting, size_t *count)
{
    const char *text = setting->value + strspn(setting->value, " \t\r\n");

    *count = 0;
    if (text[0] == '@')
        return count_file(unit, run, symbol, setting, count);
    if (text[0] == '[')
        *count = count_elements(text);
    if (text[0] == '[' && *count == 0)
        return refuse(run, setting, "there has to be one sample at least");
    return true;
}

bool cli_count_samples(Unit *unit, Run *run)
{
    size_t all = 0, count;
    const Setting *first = NULL;

    for (size_t i = 0; i < run->line->settings.count; i++) {
        const Setting *setting = &run->line->settings.at[i];
        SymId id = unit_find_declared(unit, setting->name, setting->name_size);

        if (id == NO_ID || unit->lowered.program->symbols.at[id].role != SYM_DATA)
            continue;
        if (!count_setting(unit, run, &unit->lowered.program->symbols.at[id], setting, &count))
            return false;
        if (count > INT32_MAX / 2)
            return refuse(run, setting, "these are too many samples");
        if (all != 0 && count != 0 && count != all) {
            text_line(&run->errors, "bpgen: %.*s has %zu samples, %.*s has %zu", (int)first->name_size, first->name, all,
                      (int)setting->name_size, setting->name, count);
            run->code = EXIT_REFUSED;
            return false;
        }
        first = count != 0 ? setting : first;
        all = count != 0 ? count : all;
    }
    unit_set_samples(unit, all == 0 ? 1 : (int32_t)all);
    return true;
}
