/* circuit.c -- the model of the command line as a circuit at its point, for explain and graph. */
#include "cli/cli.h"

#include <string.h>

static bool refuse(Run *run, const char *why)
{
    text_line(&run->errors, "bpgen: %s", why);
    run->code = EXIT_REFUSED;
    return false;
}

bool cli_open_point(Unit *unit, Run *run, Evaluation *point)
{
    bool *given;

    if (!cli_open_model(unit, run) || !cli_count_samples(unit, run) || !cli_can_run(unit, run))
        return false;
    if (unit->wanted.count == 0)
        return refuse(run, "there is nothing to differentiate by; declare a param, or name inputs with --wrt");
    eval_init(point, unit->arena, unit->lowered.program);
    given = arena_array(unit->arena, bool, unit->lowered.program->symbols.count + 1);
    return cli_read_settings(unit, run, point, given) && cli_fill_unset(unit, run, point, given);
}

bool cli_find_seeded(Unit *unit, Run *run, const bool **seeded)
{
    const Program *p = unit->lowered.program;
    bool *chosen = arena_array(unit->arena, bool, p->outputs.count + 1);

    for (size_t i = 0; i < run->line->seeds.count; i++) {
        const Setting *setting = &run->line->seeds.at[i];
        bool found = false;
        Name name;

        for (size_t o = 0; o < p->outputs.count && names_have(&unit->names, setting->name, setting->name_size, &name); o++) {
            bool same = p->symbols.at[p->outputs.at[o]].name == name;

            chosen[o] |= same;
            found |= same;
        }
        if (!found) {
            text_line(&run->errors, "bpgen: --seed: '%.*s' is not an output of this model", (int)setting->name_size,
                      setting->name);
            run->code = EXIT_REFUSED;
            return false;
        }
    }
    *seeded = chosen;
    return true;
}

/* The refusal at its place in the model, if it has one. */
static bool report_refusal(Unit *unit, Run *run, const Circuit *circuit)
{
    if (circuit->refusal_at.end == 0)
        return refuse(run, circuit->refusal);
    diag_error(&unit->diag, circuit->refusal_at, "%s", circuit->refusal);
    return cli_report(unit, run);
}

bool cli_run_circuit(Unit *unit, Run *run, Evaluation *point, const CircuitOptions *options, Circuit *circuit)
{
    if (!circuit_build(circuit, unit, point, options))
        return circuit->refusal != NULL ? report_refusal(unit, run, circuit) : cli_report(unit, run);
    for (size_t i = 0; i < run->line->seeds.count; i++) {
        const Setting *setting = &run->line->seeds.at[i];
        SymId seed = cli_find_belonging(unit, circuit->program, SYM_SEED, setting);

        if (!cli_read_value(unit, run, &circuit->evaluation, seed, setting))
            return false;
    }
    circuit_run(circuit);
    return true;
}

bool cli_build_circuit(Unit *unit, Run *run, Evaluation *point, Mistake mistake, Circuit *circuit)
{
    CircuitOptions options = { .elementary = run->line->gates, .mistake = mistake };

    if (run->line->seeds.count == 0 && !unit->scalar)
        return refuse(run, "of which output? write --seed OUTPUT=VALUE: the upstream gradient of that output (a number for all of "
                           "its elements, or an array)");
    if (run->line->seeds.count > 0 && !cli_find_seeded(unit, run, &options.seeded))
        return false;
    return cli_run_circuit(unit, run, point, &options, circuit);
}
