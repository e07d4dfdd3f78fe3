/* command_eval.c -- bpgen eval MODEL x=3 y=-4: values and derivatives at a point. */
#include "cli/results.h"

static bool refuse(Run *run, const char *option, const Setting *setting, const char *why)
{
    text_line(&run->errors, "bpgen: %s: '%.*s' %s", option, (int)setting->name_size, setting->name, why);
    run->code = EXIT_REFUSED;
    return false;
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
        SymId seed = cli_find_belonging(unit, p, SYM_SEED, setting);

        if (seed == NO_ID)
            return refuse(run, "--seed", setting, "is not an output of this model");
        if (!cli_read_value(unit, run, e, seed, setting))
            return false;
    }
    return true;
}

static bool fill_directions(Unit *unit, Run *run, Evaluation *e)
{
    for (size_t i = 0; i < run->line->directions.count; i++) {
        const Setting *setting = &run->line->directions.at[i];
        SymId direction = cli_find_belonging(unit, e->program, SYM_DIRECTION, setting);

        if (direction == NO_ID && unit_find_declared(unit, setting->name, setting->name_size) == NO_ID)
            return refuse(run, "--direction", setting, "is not a param or input of this model");
        if (direction == NO_ID)
            return refuse(run, "--direction", setting, "is not differentiated by; name it in --wrt");
        if (!cli_read_value(unit, run, e, direction, setting))
            return false;
    }
    return true;
}

/* ---- which functions --------------------------------------------------------------------------------- */

/* Without an option: the value, and the gradient where there is one. */
static uint32_t asked(const Unit *unit, const CommandLine *line)
{
    if (line->derivatives != 0)
        return line->derivatives;
    return 1u << (unit->wanted.count > 0 && (unit->scalar || line->seeds.count > 0) ? FUNCTION_VJP : FUNCTION_VALUE);
}

static bool any_takes(uint32_t functions, const char *arguments)
{
    for (unsigned id = 0; id < FUNCTION_COUNT; id++)
        for (const char *at = arguments; (functions >> id & 1) != 0 && *at != '\0'; at++)
            if (function_has((FunctionId)id, *at))
                return true;
    return false;
}

/* Do the options fit each other and the model? */
static bool check_options(const Unit *unit, Run *run, uint32_t functions)
{
    const CommandLine *line = run->line;
    const char *wrong = NULL;

    if (line->derivatives != 0 && unit->wanted.count == 0)
        wrong = "there is nothing to differentiate by; declare a param, or name inputs with --wrt";
    else if (line->directions.count > 0 && !any_takes(functions, "d"))
        wrong = "--direction goes with --jvp or --hvp";
    else if (line->directions.count == 0 && any_takes(functions, "d"))
        wrong = "in which direction? write --direction NAME=VALUE (names without one stay as they are)";
    else if (line->seeds.count > 0 && !any_takes(functions, unit->scalar ? "S" : "sS"))
        wrong = unit->scalar ? "--seed goes with the gradient; the derivatives asked for are those of the one output"
                             : "--seed goes with the gradient, --vjp, --hvp and --hessian";
    else if (line->seeds.count == 0 && !unit->scalar && any_takes(functions, "sS"))
        wrong = "of which output? write --seed OUTPUT=VALUE (the sum of seed times output is differentiated), or ask for "
                "--jacobian";
    if (wrong == NULL)
        return true;
    text_line(&run->errors, "bpgen: %s", wrong);
    run->code = EXIT_REFUSED;
    return false;
}

static bool eval_function(Unit *unit, Run *run, FunctionId id, Printed *printed)
{
    Evaluation e;
    bool *given;

    function_rows[id].make(unit);
    if (!cli_report(unit, run))
        return false;
    if (!cli_begin_evaluation(unit, run, &e, *function_program(unit, id)))
        return false;
    given = arena_array(unit->arena, bool, e.program->symbols.count + 1);
    if (!cli_read_settings(unit, run, &e, given) || !cli_fill_unset(unit, run, &e, given))
        return false;
    if (any_takes(1u << id, unit->scalar ? "S" : "sS") && !fill_seeds(unit, run, &e))
        return false;
    if (function_has(id, 'd') && !fill_directions(unit, run, &e))
        return false;
    eval_run(&e);
    results_print(unit, &e, printed, &run->out);
    return true;
}

void command_eval(Unit *unit, Run *run)
{
    Printed printed = { 0 };
    uint32_t functions;

    if (!cli_open_model(unit, run) || !cli_count_samples(unit, run))
        return;
    if (run->line->sparsity || run->line->triplets) {
        cli_print_sparsity(unit, run);
        return;
    }
    if (!cli_can_run(unit, run))
        return;
    functions = asked(unit, run->line);
    if (!check_options(unit, run, functions))
        return;
    for (unsigned id = 0; id < FUNCTION_COUNT; id++)
        if ((functions >> id & 1) != 0 && !eval_function(unit, run, (FunctionId)id, &printed))
            return;
}
