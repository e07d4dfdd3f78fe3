/* command_eval.c -- bpgen eval MODEL x=3 y=-4 */
#include "cli/cli.h"

#include <string.h>

static bool fill_unset(Unit *unit, Run *run, Evaluation *e, const bool *given)
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

static SymId find_seed(const Unit *unit, const Program *p, const Setting *setting)
{
    for (SymId s = 0; s < p->symbols.count; s++) {
        const char *name;

        if (p->symbols.at[s].role != SYM_SEED)
            continue;
        name = names_text(&unit->names, p->symbols.at[p->symbols.at[s].of].name);
        if (strlen(name) == setting->name_size && memcmp(name, setting->name, setting->name_size) == 0)
            return s;
    }
    return NO_ID;
}

/* Seeds of the command line; a scalar model has the seed 1 without any. */
static bool fill_seeds(Unit *unit, Run *run, Evaluation *e)
{
    const Program *p = e->program;

    for (SymId s = 0; s < p->symbols.count && unit->scalar; s++)
        if (p->symbols.at[s].role == SYM_SEED)
            e->reals[s][0] = 1;
    for (size_t i = 0; i < run->line->seeds.count; i++) {
        const Setting *setting = &run->line->seeds.at[i];
        SymId seed = find_seed(unit, p, setting);

        if (seed == NO_ID) {
            text_line(&run->errors, "bpgen: --seed: '%.*s' is not an output of this model", (int)setting->name_size, setting->name);
            run->code = EXIT_REFUSED;
            return false;
        }
        if (!cli_read_value(unit, run, e, seed, setting))
            return false;
    }
    return true;
}

static void print_results(const Unit *unit, Run *run, const Evaluation *e, bool gradient)
{
    const Program *p = e->program;
    const char *output = unit->scalar ? names_text(&unit->names, p->symbols.at[p->outputs.at[0]].name) : "";

    for (size_t o = 0; o < p->outputs.count; o++) {
        text_printf(&run->out, "%s = ", names_text(&unit->names, p->symbols.at[p->outputs.at[o]].name));
        point_print(e, p->outputs.at[o], &run->out);
        text_add(&run->out, "\n");
    }
    for (size_t g = 0; gradient && g < p->gradients.count; g++) {
        SymId of = p->symbols.at[p->gradients.at[g]].of;

        text_printf(&run->out, "d%s/d%s = ", output, names_text(&unit->names, p->symbols.at[of].name));
        point_print(e, p->gradients.at[g], &run->out);
        text_add(&run->out, "\n");
    }
}

void command_eval(Unit *unit, Run *run)
{
    bool gradient, *given;
    Evaluation e;

    if (!cli_open_model(unit, run))
        return;
    if (run->line->sparsity || run->line->triplets) {
        cli_print_sparsity(unit, run);
        return;
    }
    if (!cli_can_run(unit, run))
        return;
    gradient = unit->wanted.count > 0 && (unit->scalar || run->line->seeds.count > 0);
    if (gradient)
        unit_make_reversed(unit);
    else
        unit_make_value(unit);
    if (!cli_report(unit, run))
        return;
    eval_init(&e, unit->arena, gradient ? unit->reversed : unit->value);
    given = arena_array(unit->arena, bool, e.program->symbols.count + 1);
    if (!cli_read_settings(unit, run, &e, given) || !fill_unset(unit, run, &e, given) || !fill_seeds(unit, run, &e))
        return;
    eval_run(&e);
    print_results(unit, run, &e, gradient);
}
