/* options.c -- the arguments of the command line, by options.def and commands.def. */
#define _GNU_SOURCE
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum {
#define OPTION(ID, letter, name, argument, commands, help) OPTION_##ID,
#include "cli/options.def"
    OPTION_COUNT
} OptionId;

typedef struct {
    char letter;
    const char *name, *argument, *commands, *help;
} OptionRow;

static const OptionRow options[] = {
#define OPTION(ID, letter, name, argument, commands, help) { letter, name, argument, commands, help },
#include "cli/options.def"
};

typedef struct {
    char letter;
    const char *name, *arguments, *help;
} CommandRow;

static const CommandRow commands[] = {
#define COMMAND(id, letter, name, arguments, help) { letter, name, arguments, help },
#include "cli/commands.def"
};

#define EMITTER(name) extern const Emitter name;
#include "emitters.def"
#undef EMITTER

static const Emitter *const emitters[] = {
#define EMITTER(name) &name,
#include "emitters.def"
#undef EMITTER
    NULL
};

/* getopt_long's own value for option k is FIRST_VALUE + k, out of the way of letters. */
enum { FIRST_VALUE = 256 };

void options_help(Text *out)
{
    text_line(out, "bpgen %s: C code for values and derivatives of mathematical models", BPGEN_VERSION);
    text_line(out, "%s", "");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        text_line(out, "  bpgen %s%s%-*s %s", commands[i].name, *commands[i].name == '\0' ? "" : " ",
                  (int)(32 - strlen(commands[i].name) - (*commands[i].name != '\0')), commands[i].arguments, commands[i].help);
    text_line(out, "%s", "");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const OptionRow *o = &options[i];
        char left[64];

        snprintf(left, sizeof left, "%c%c%c --%s%s%s", o->letter != 0 ? '-' : ' ', o->letter != 0 ? o->letter : ' ',
                 o->letter != 0 ? ',' : ' ', o->name, o->argument != NULL ? "=" : "", o->argument != NULL ? o->argument : "");
        text_line(out, "  %-24s %s", left, o->help);
    }
    text_line(out, "%s", "");
    text_line(out, "Functions:");
    for (unsigned f = 0; f < FUNCTION_COUNT; f++)
        text_line(out, "  %-24s %s", function_rows[f].name, function_rows[f].help);
    text_line(out, "%s", "");
    text_line(out, "Formats:");
    for (size_t i = 0; emitters[i] != NULL; i++)
        text_line(out, "  %-24s %s", emitters[i]->name, emitters[i]->help);
    text_line(out, "%s", "");
    text_line(out, "A VALUE is a number, a nested literal [[1,2],[3,4]], or @FILE with numbers. MODEL - is standard input.");
    text_line(out, "Exit status: 0 ok, 1 the model has errors or a check failed, 2 wrong usage, 3 input or output failed, 70 a bug.");
}

const Emitter *emitter_find(const char *name)
{
    for (size_t i = 0; emitters[i] != NULL; i++)
        if (strcmp(emitters[i]->name, name) == 0)
            return emitters[i];
    return NULL;
}

static bool usage(const char *format, const char *text)
{
    fprintf(stderr, "bpgen: ");
    fprintf(stderr, format, text); /* the formats are the literals of this file */
    fprintf(stderr, "; see bpgen --help\n");
    return false;
}

static bool read_setting(const char *text, Setting *setting)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL || equals == text)
        return false;
    *setting = (Setting){ text, (size_t)(equals - text), equals + 1 };
    return true;
}

/* Up to the next comma that is not in brackets: "W[0,1]" is one name. */
static size_t name_size(const char *text)
{
    size_t size = 0;

    for (bool inside = false; text[size] != '\0' && (inside || text[size] != ','); size++)
        inside = text[size] == '[' || (inside && text[size] != ']');
    return size;
}

static void split_names(NameVec *names, Arena *arena, const char *text)
{
    while (*text != '\0') {
        size_t size = name_size(text);

        if (size > 0)
            vec_push(arena, names, arena_copy(arena, text, size));
        text += size + (text[size] == ',');
    }
}

static bool read_functions(CommandLine *line, const char *text)
{
    for (;;) {
        size_t size = strcspn(text, ",");
        FunctionId id = function_find(text, size);

        if (id == FUNCTION_COUNT)
            return usage("--functions: there is no function '%s'", text);
        line->options.functions |= 1u << id;
        if (text[size] == '\0')
            return true;
        text += size + 1;
    }
}

static bool is_identifier(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    return size > 0 && text[size] == '\0' && (text[0] < '0' || text[0] > '9');
}

static bool read_number(const char *text, double least, double most, double *out)
{
    char *end;

    errno = 0;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && errno == 0 && *out >= least && *out <= most;
}

static bool read_assignment(CommandLine *line, Arena *arena, OptionId id, const char *text)
{
    Setting setting;

    if (!read_setting(text, &setting))
        return usage("'%s' is not NAME=VALUE", text);
    if (id == OPTION_SEED || id == OPTION_DIRECTION)
        vec_push(arena, id == OPTION_SEED ? &line->seeds : &line->directions, setting);
    else
        vec_push(arena, &line->overrides,
                 (ConstOverride){ arena_copy(arena, setting.name, setting.name_size), setting.value });
    return true;
}

/* The word of a list that `text` is; what follows the list is NULL. */
static bool read_choice(const char *text, const char *const *words, unsigned *out)
{
    for (*out = 0; words[*out] != NULL; ++*out)
        if (strcmp(words[*out], text) == 0)
            return true;
    return false;
}

/* N=LOW..HIGH, half open like every range of the language. */
static bool read_range(CommandLine *line, Arena *arena, const char *text)
{
    Setting setting;
    const char *dots;
    char *end;
    long long low, high;

    if (!read_setting(text, &setting) || (dots = strstr(setting.value, "..")) == NULL)
        return false;
    errno = 0;
    low = strtoll(setting.value, &end, 10);
    if (end != dots || end == setting.value)
        return false;
    high = strtoll(dots + 2, &end, 10);
    if (*end != '\0' || end == dots + 2 || errno != 0 || low >= high)
        return false;
    line->family = (FamilyRange){ arena_copy(arena, setting.name, setting.name_size), low, high };
    return true;
}

/* Positive numbers, separated by commas. */
static bool read_steps(CommandLine *line, Arena *arena, const char *text)
{
    NameVec words = { 0 };
    double step;

    split_names(&words, arena, text);
    for (size_t i = 0; i < words.count; i++) {
        if (!read_number(words.at[i], 1e-300, 1e300, &step))
            return usage("--table takes steps, such as 0.1,0.01,0.001, not '%s'", words.at[i]);
        vec_push(arena, &line->steps, step);
    }
    return words.count > 0 || usage("%s", "--table takes steps, such as 0.1,0.01,0.001");
}

/* The switch that an option turns on, or NULL. */
static bool *switch_of(CommandLine *line, OptionId id)
{
    switch (id) {
    case OPTION_LOWER: return &line->options.lower_triangle;
    case OPTION_FAST: return &line->options.fast;
    case OPTION_SPARSITY: return &line->sparsity;
    case OPTION_TRIPLETS: return &line->triplets;
    case OPTION_GATES: return &line->gates;
    case OPTION_STEPS: return &line->show_steps;
    case OPTION_EXPAND: return &line->expand;
    case OPTION_COLLECT: return &line->collect;
    case OPTION_MODULES: return &line->modules;
    case OPTION_FORWARD: return &line->forward_only;
    case OPTION_REVERSE: return &line->reverse_network;
    case OPTION_SWEEP: return &line->sweep_steps;
    case OPTION_HELP: return &line->help;
    case OPTION_VERSION: return &line->version;
    default: return NULL;
    }
}

/* Options whose argument is a number. */
static bool read_amount(CommandLine *line, OptionId id, const char *text)
{
    double number = 0;

    switch (id) {
    case OPTION_DIRECTIONS:
        if (!read_number(text, 1, 1e6, &number) || number != (double)(int32_t)number)
            return usage("--directions takes a number from 1 to 1000000, not '%s'", text);
        line->options.directions = (int32_t)number;
        return true;
    case OPTION_STACK:
        if (!read_number(text, 0, UINT32_MAX, &number))
            return usage("--stack-limit takes a number of bytes, not '%s'", text);
        line->options.stack_limit = (uint32_t)number;
        return true;
    case OPTION_TAPE:
        if (!read_number(text, 0, 1e15, &number))
            return usage("--tape-limit takes a number of bytes, not '%s'", text);
        line->options.tape_limit = (uint64_t)number;
        return true;
    case OPTION_SAMPLES:
        if (!read_number(text, 1, 1e6, &number))
            return usage("--samples takes a number from 1 to 1000000, not '%s'", text);
        line->samples = (unsigned)number;
        return true;
    default:
        return read_number(text, 0, 1, &line->tolerance) || usage("--tol takes a number from 0 to 1, not '%s'", text);
    }
}

/* Options whose argument is one of some words. */
static bool read_words(CommandLine *line, OptionId id, const char *text)
{
    static const char *const reals[] = { "double", "float", NULL }, *const runtimes[] = { "print", "include", NULL },
                      *const modes[] = { "forward", "reverse", NULL }, *const traces[] = { "forward", "reverse", "both", NULL },
                      *const mistakes[] = { "assign", "transpose", "softmax", NULL }, *const languages[] = { "en", "zh", NULL };
    unsigned word;

    switch (id) {
    case OPTION_REAL:
        line->options.real = read_choice(text, reals, &word) && word == 1 ? REAL_FLOAT : REAL_DOUBLE;
        return reals[word] != NULL || usage("--real takes double or float, not '%s'", text);
    case OPTION_RUNTIME:
        line->options.include_runtime = read_choice(text, runtimes, &word) && word == 1;
        return runtimes[word] != NULL || usage("--runtime takes print or include, not '%s'", text);
    case OPTION_MODE:
        line->options.mode = read_choice(text, modes, &word) && word == 0 ? MODE_FORWARD : MODE_REVERSE;
        return modes[word] != NULL || usage("--mode takes forward or reverse, not '%s'", text);
    case OPTION_TRACE:
        (void)read_choice(text, traces, &word);
        line->trace = (Trace)(TRACE_FORWARD + word);
        return traces[word] != NULL || usage("--trace takes forward, reverse or both, not '%s'", text);
    case OPTION_BREAK:
        (void)read_choice(text, mistakes, &word);
        line->mistake = (Mistake)(MISTAKE_ASSIGN + word);
        return mistakes[word] != NULL || usage("--break takes assign, transpose or softmax, not '%s'", text);
    default:
        (void)read_choice(text, languages, &word);
        line->language = (Language)word;
        return languages[word] != NULL || usage("--lang takes en or zh, not '%s'", text);
    }
}

/* What an option with an argument does. */
static bool apply(CommandLine *line, Arena *arena, OptionId id, const char *text)
{
    switch (id) {
    case OPTION_OUTPUT:
        line->output = text;
        return true;
    case OPTION_FORMAT:
        line->format = text;
        return true;
    case OPTION_NAME:
        line->options.prefix = text;
        line->named = true;
        return is_identifier(text) || usage("--name: '%s' is not a C identifier", text);
    case OPTION_WRT:
        split_names(&line->wanted, arena, text);
        return line->wanted.count > 0 || usage("--wrt needs names, not '%s'", text);
    case OPTION_SURROGATE:
        split_names(&line->surrogates, arena, text);
        return line->surrogates.count > 0 || usage("--surrogate needs names, not '%s'", text);
    case OPTION_EMIT:
        line->emit = text;
        return emitter_find(text) != NULL || usage("there is no format '%s'", text);
    case OPTION_FUNCTIONS:
        return read_functions(line, text);
    case OPTION_EXAMPLE:
        line->example = text;
        return true;
    case OPTION_DUMP:
        line->options.dump = text;
        return true;
    case OPTION_CONST:
    case OPTION_SEED:
    case OPTION_DIRECTION:
        return read_assignment(line, arena, id, text);
    case OPTION_JVP:
    case OPTION_VJP:
    case OPTION_JACOBIAN:
    case OPTION_HVP:
    case OPTION_HESSIAN:
        line->derivatives |= 1u << function_find(options[id].name, strlen(options[id].name));
        return true;
    case OPTION_FOR:
        return read_range(line, arena, text) || usage("--for takes N=LOW..HIGH with LOW below HIGH, not '%s'", text);
    case OPTION_TABLE:
        return read_steps(line, arena, text);
    case OPTION_DIRECTIONS:
    case OPTION_STACK:
    case OPTION_TAPE:
    case OPTION_SAMPLES:
    case OPTION_TOL:
        return read_amount(line, id, text);
    default:
        return read_words(line, id, text);
    }
}

/* An option of the command line; `text` is its argument. */
static bool take_option(CommandLine *line, Arena *arena, OptionId id, const char *text)
{
    bool *chosen = switch_of(line, id);

    if (chosen == NULL)
        return apply(line, arena, id, text);
    *chosen = true;
    return true;
}

static CommandId find_command(const char *word)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (*commands[i].name != '\0' && strcmp(commands[i].name, word) == 0)
            return (CommandId)i;
    return COMMAND_compile;
}

static bool check_allowed(const CommandLine *line, OptionId id)
{
    const char *allowed = options[id].commands;
    char text[64];

    if (*allowed == '*' || strchr(allowed, commands[line->command].letter) != NULL)
        return true;
    snprintf(text, sizeof text, "--%s does not go with %s", options[id].name,
             *commands[line->command].name == 0 ? "the compile command" : commands[line->command].name);
    return usage("%s", text);
}

static bool takes_values(const CommandLine *line)
{
    return strstr(commands[line->command].arguments, "NAME=VALUE") != NULL;
}

static bool take_words(CommandLine *line, Arena *arena, int count, char **words)
{
    for (int i = 0; i < count; i++) {
        Setting setting;

        if (line->model == NULL && line->command != COMMAND_functions) {
            line->model = words[i];
        } else if (line->command == COMMAND_swell && strchr(words[i], '=') == NULL) {
            vec_push(arena, &line->more_models, words[i]);
        } else if (takes_values(line) && read_setting(words[i], &setting)) {
            vec_push(arena, &line->settings, setting);
        } else if (line->command != COMMAND_functions && read_setting(words[i], &setting)) {
            return usage("values such as '%s' are for eval, check, explain, graph and swell, which work at a point", words[i]);
        } else {
            return usage("what is '%s'?", words[i]);
        }
    }
    if (line->model == NULL && line->command != COMMAND_functions && !line->help && !line->version)
        return usage("%s", "which model?");
    return true;
}

static void fill_long_options(struct option *longs, char *shorts)
{
    size_t s = 0;

    shorts[s++] = ':';
    for (int i = 0; i < OPTION_COUNT; i++) {
        longs[i] = (struct option){ options[i].name, options[i].argument != NULL, NULL, FIRST_VALUE + i };
        if (options[i].letter != 0) {
            shorts[s++] = options[i].letter;
            if (options[i].argument != NULL)
                shorts[s++] = ':';
        }
    }
    shorts[s] = '\0';
}

static OptionId option_of(int value)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (value == FIRST_VALUE + i || (options[i].letter != 0 && value == options[i].letter))
            return (OptionId)i;
    return OPTION_COUNT;
}

/* What the environment says, in the order of setlocale(3). */
static Language language_of_environment(void)
{
    static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);

        if (value != NULL && *value != '\0')
            return strncmp(value, "zh", 2) == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}

bool options_parse(CommandLine *line, Arena *arena, int argc, char **argv)
{
    struct option longs[OPTION_COUNT + 1] = { { 0 } };
    char shorts[3 * OPTION_COUNT + 2];
    int skip, value;

    *line = (CommandLine){ .emit = "c", .samples = 10, .tolerance = 1e-7, .options = options_default(), .language = language_of_environment() };
    line->command = argc > 1 ? find_command(argv[1]) : COMMAND_compile;
    skip = line->command != COMMAND_compile;
    argc -= skip;
    argv += skip;
    fill_long_options(longs, shorts);
    while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (value == '?')
            return usage("there is no option '%s'", argv[optind - 1]);
        if (value == ':')
            return usage("the option '%s' needs an argument", argv[optind - 1]);
        if (!check_allowed(line, option_of(value)) || !take_option(line, arena, option_of(value), optarg))
            return false;
    }
    line->options.wanted = line->wanted.count > 0 ? line->wanted.at : NULL;
    line->options.wanted_count = line->wanted.count;
    line->options.overrides = line->overrides.at;
    line->options.override_count = line->overrides.count;
    return take_words(line, arena, argc - optind, argv + optind);
}
