/* model.c -- what the commands share: opening the model, messages, values from the command line. */
#include "base/utf8.h"
#include "cli/cli.h"

#include <string.h>

bool cli_report(Unit *unit, Run *run)
{
    diag_print(&unit->diag, &run->errors);
    unit->diag.messages.count = 0;
    if (unit->diag.errors == 0)
        return true;
    run->code = EXIT_REFUSED;
    return false;
}

const char *cli_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

const char *cli_shown_name(Arena *arena, const char *path)
{
    Text shown;

    text_init(&shown, arena);
    utf8_add_plain(&shown, strcmp(path, "-") == 0 ? "<stdin>" : path, false);
    return text_string(&shown);
}

/* "my-net.v2.expr" makes "my_net_v2"; a leading digit gets "m_". */
static const char *prefix_of(Arena *arena, const char *path)
{
    const char *name = cli_base_name(path), *dot = strrchr(name, '.');
    size_t size = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
    Text prefix;

    text_init(&prefix, arena);
    if (size == 0 || (name[0] >= '0' && name[0] <= '9'))
        text_add(&prefix, "m_");
    for (size_t i = 0; i < size; i++) {
        bool good = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') || (name[i] >= '0' && name[i] <= '9');

        text_bytes(&prefix, good ? &name[i] : "_", 1);
    }
    return text_string(&prefix);
}

bool cli_open_model(Unit *unit, Run *run)
{
    CommandLine *line = run->line;
    bool needs_name = line->command == COMMAND_compile && strcmp(line->model, "-") == 0 && !line->named;
    char *bytes;
    size_t size;
    Text why;

    text_init(&why, unit->arena);
    if (needs_name) {
        text_line(&run->errors, "bpgen: a model from standard input needs --name");
        run->code = EXIT_USAGE;
        return false;
    }
    if (!file_read(unit->arena, line->model, &bytes, &size, &why)) {
        text_line(&run->errors, "bpgen: %s", text_string(&why));
        run->code = EXIT_IO;
        return false;
    }
    if (!line->named)
        unit->options.prefix = prefix_of(unit->arena, line->model);
    unit_open(unit, cli_shown_name(unit->arena, line->model), bytes, size);
    return cli_report(unit, run);
}

static bool check_work(Unit *unit, Run *run, const Program *program)
{
    uint64_t work = eval_work(program);

    if (work <= unit->options.most_work)
        return true;
    text_line(&run->errors, "bpgen: to evaluate this takes up to %.2g numbers, more than %.2g; make the model smaller (fewer turns of "
              "its loops, smaller arrays: --const n=...)", (double)work, (double)unit->options.most_work);
    run->code = EXIT_REFUSED;
    return false;
}

bool cli_begin_evaluation(Unit *unit, Run *run, Evaluation *e, const Program *program)
{
    if (!check_work(unit, run, program))
        return false;
    eval_init(e, unit->arena, program);
    return true;
}

bool cli_can_run(Unit *unit, Run *run)
{
    const Program *p = unit->lowered.program;

    for (NodeId id = 0; id < p->nodes.count; id++) {
        const char *name;

        if (p->nodes.at[id].op != OP_CALL)
            continue;
        name = names_text(&unit->names, node_called(p, id));
        text_line(&run->errors, "bpgen: the model calls '%s', a C function of yours, which only a C program can run; compile the "
                  "model and call it there, or check its derivatives with the self-test (cc -DBPGEN_SELFTEST_MAIN)", name);
        run->code = EXIT_REFUSED;
        return false;
    }
    return check_work(unit, run, p);
}

bool cli_read_value(Unit *unit, Run *run, Evaluation *e, SymId symbol, const Setting *setting)
{
    const char *text = setting->value;
    bool from_file = text[0] == '@';
    char *bytes;
    size_t size;
    Text why;

    text_init(&why, unit->arena);
    if (from_file) {
        if (!file_read(unit->arena, text + 1, &bytes, &size, &why)) {
            text_line(&run->errors, "bpgen: %s", text_string(&why));
            run->code = EXIT_IO;
            return false;
        }
        text = bytes;
    }
    if (point_parse(e, symbol, text, from_file, &why))
        return true;
    text_line(&run->errors, "bpgen: %.*s: %s", (int)setting->name_size, setting->name, text_string(&why));
    run->code = EXIT_REFUSED;
    return false;
}

SymId cli_find_belonging(const Unit *unit, const Program *p, SymRole role, const Setting *setting)
{
    Name name;

    if (!names_have(&unit->names, setting->name, setting->name_size, &name))
        return NO_ID;
    for (SymId s = 0; s < p->symbols.count; s++)
        if (p->symbols.at[s].role == role && p->symbols.at[p->symbols.at[s].of].name == name)
            return s;
    return NO_ID;
}

bool cli_read_settings(Unit *unit, Run *run, Evaluation *e, bool *given)
{
    for (size_t i = 0; i < run->line->settings.count; i++) {
        const Setting *setting = &run->line->settings.at[i];
        SymId symbol = unit_find_declared(unit, setting->name, setting->name_size);

        if (symbol == NO_ID) {
            text_line(&run->errors, "bpgen: '%.*s' is not a param or input of this model", (int)setting->name_size, setting->name);
            run->code = EXIT_REFUSED;
            return false;
        }
        if (!cli_read_value(unit, run, e, symbol, setting))
            return false;
        given[symbol] = true;
    }
    return true;
}

bool cli_fill_unset(Unit *unit, Run *run, Evaluation *e, const bool *given)
{
    bool good = true;

    for (size_t i = 0; i < unit->lowered.declared.count; i++) {
        const Declared *declared = &unit->lowered.declared.at[i];

        if (given[declared->symbol] || point_fill_default(e, declared))
            continue;
        text_line(&run->errors, "bpgen: '%s' has no value: write %s=... (or give it a default or a range in the model)",
                  names_text(&unit->names, e->program->symbols.at[declared->symbol].name),
                  names_text(&unit->names, e->program->symbols.at[declared->symbol].name));
        run->code = EXIT_REFUSED;
        good = false;
    }
    return good;
}
