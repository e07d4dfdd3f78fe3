/* cli.h -- the command line: options, files, and one function a command. */
#ifndef BPGEN_CLI_H
#define BPGEN_CLI_H

#include "cli/file.h"
#include "emit/emit.h"
#include "emit/functions.h"
#include "eval/point.h"
#include "show/message.h"
#include "teach/circuit.h"
#include "teach/mistake.h"

typedef enum {
    EXIT_OK = 0,
    EXIT_REFUSED = 1, /* the input has errors, or a check failed */
    EXIT_USAGE = 2,
    EXIT_IO = 3,
    EXIT_INTERNAL = 70
} ExitCode;

typedef enum {
#define COMMAND(id, letter, name, arguments, help) COMMAND_##id,
#include "cli/commands.def"
    COMMAND_COUNT
} CommandId;

/* NAME=VALUE; both texts point into the arguments of main. */
typedef struct {
    const char *name;
    size_t name_size;
    const char *value;
} Setting;

typedef VEC(Setting) SettingVec;
typedef VEC(const char *) NameVec;

/* explain --trace */
typedef enum { TRACE_NONE, TRACE_FORWARD, TRACE_REVERSE, TRACE_BOTH } Trace;

/* --for N=LOW..HIGH: the models with N = LOW ... HIGH-1. */
typedef struct {
    const char *name; /* NULL: no --for */
    int64_t low, high;
} FamilyRange;

typedef struct {
    CommandId command;
    const char *model;        /* path, or "-" */
    NameVec more_models;      /* swell: those behind the first */
    SettingVec settings, seeds, directions;
    uint32_t derivatives;     /* --jvp, --hessian ...: a bit for each row of emit/functions.def */
    const char *output;       /* -o, or NULL */
    const char *example;      /* --example, or NULL */
    const char *emit;         /* --emit */
    const char *format;       /* --format, or NULL */
    bool named;               /* --name was given */
    NameVec wanted, surrogates;
    VEC(ConstOverride) overrides;
    unsigned samples;
    double tolerance;
    Options options;
    bool sparsity, triplets;
    bool gates;               /* explain, graph: elementary gates */
    Trace trace;
    Mistake mistake;
    bool show_steps, expand, collect; /* derive */
    FamilyRange family;       /* swell */
    bool modules, forward_only, reverse_network; /* graph */
    VEC(double) steps;        /* check --table */
    bool sweep_steps;         /* check --sweep-h */
    Language language;
    bool help, version;
} CommandLine;

/* Reads the arguments. False: a message was written to standard error (exit status EXIT_USAGE). */
bool options_parse(CommandLine *line, Arena *arena, int argc, char **argv);
void options_help(Text *out);

/* What a command gives back; main prints it. */
typedef struct {
    CommandLine *line;
    Text out;    /* for standard output */
    Text errors; /* for standard error */
    ExitCode code;
} Run;

typedef void CommandFn(Unit *unit, Run *run);
#define COMMAND(id, letter, name, arguments, help) CommandFn command_##id;
#include "cli/commands.def"

/* Reads and checks the model of the command line; false: run->code and run->errors say why. */
bool cli_open_model(Unit *unit, Run *run);

/* check_stated.c: compares every stated derivative with differences of the function's body. False: run->code is set. */
bool cli_check_stated(Unit *unit, Run *run);

/* check_second.c: forward mode and second derivatives, at one point after the other. */
typedef struct {
    Unit *unit;
    Run *run;
    Evaluation jvp, hvp;
    Random random;
    size_t points, skipped;           /* skipped: the differences of the gradient did not settle */
    double forward, symmetry, product; /* the worst gaps */
} SecondCheck;
/* unit->reversed is made already. */
void cli_second_begin(SecondCheck *c, Unit *unit, Run *run);
void cli_second_point(SecondCheck *c, Evaluation *reversed);
/* False: a gap is too large. */
bool cli_second_print(const SecondCheck *c);

/* check_table.c: --table and --sweep-h. */
void cli_check_table(Unit *unit, Run *run);

/* Can the evaluator run it? False, with a message, if it calls C functions of the user's, or has too much to do. */
bool cli_can_run(Unit *unit, Run *run);
/* The same of a program that is derived from the model, which may have more to do: eval_init. */
bool cli_begin_evaluation(Unit *unit, Run *run, Evaluation *e, const Program *program);

/* circuit.c: opens the model; `point`, of its lowered program, gets the values of the command line. False as above. */
bool cli_open_point(Unit *unit, Run *run, Evaluation *point);
/* By output: does --seed name it? False as above. */
bool cli_find_seeded(Unit *unit, Run *run, const bool **seeded);
/* The circuit at that point, with the values of --seed. It has run. False as above; the model has no circuit. */
bool cli_run_circuit(Unit *unit, Run *run, Evaluation *point, const CircuitOptions *options, Circuit *circuit);
/* The same under --gates; the outputs of --seed, which must be given unless there is one output and it is scalar. */
bool cli_build_circuit(Unit *unit, Run *run, Evaluation *point, Mistake mistake, Circuit *circuit);

/* explain --trace: tables of forward and reverse mode. (explain_trace.c) */
void cli_explain_trace(Unit *unit, Run *run, Circuit *circuit);

/* Prints the unit's messages to run->errors; false, with EXIT_REFUSED, if there are errors among them. */
bool cli_report(Unit *unit, Run *run);

/* Fills the symbol from the text of a setting (@FILE: from the file). False: a message was written, run->code is set. */
bool cli_read_value(Unit *unit, Run *run, Evaluation *e, SymId symbol, const Setting *setting);

/* The symbol of `role` in `p` that belongs to the symbol of that name ("seed of o", "direction in x"), or NO_ID. */
SymId cli_find_belonging(const Unit *unit, const Program *p, SymRole role, const Setting *setting);

/* Models with data are evaluated with as many samples as the values of the command line have, or with one. False as above. */
bool cli_count_samples(Unit *unit, Run *run);

/* Fills all settings of the command line; `given` (by symbol) says which. False as above. */
bool cli_read_settings(Unit *unit, Run *run, Evaluation *e, bool *given);

/* Gives what was not given its default, or the middle of its range. False, with a message, where there is neither. */
bool cli_fill_unset(Unit *unit, Run *run, Evaluation *e, const bool *given);

/* The structure of Jacobian and Hessian. (sparsity.c) */
void cli_print_sparsity(Unit *unit, Run *run);

/* The format of the result: --format, else by the ending of -o, else the first of `formats` (names that end in NULL, such as
 * "text", "csv", "svg"; each is its ending, too, except "text"). NULL: it is none of them; run->code and run->errors are set. */
const char *cli_format(Run *run, const char *const *formats);

/* Writes all of them or none. What the run has read is no target: a usage error. Failures are in run->code and run->errors. */
void cli_write_files(Unit *unit, Run *run, const OutputFile *files, size_t count);

/* Writes a result whole to -o, or to standard output. */
void cli_write(Unit *unit, Run *run, const Text *result);

/* What follows the last '/'. */
/* The path as messages and titles show it: what is hidden or no UTF-8 is replaced; "<stdin>" for "-". */
const char *cli_shown_name(Arena *arena, const char *path);
const char *cli_base_name(const char *path);

/* The output format of this name, or NULL. */
const Emitter *emitter_find(const char *name);

#endif
