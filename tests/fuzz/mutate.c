/* mutate.c -- libFuzzer's changes to an input, by words and lines: single bytes would hardly ever leave a model valid. */
#include "target.h"

#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* Of libFuzzer: a change of bytes, with the dictionary. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t most,
                                 unsigned seed);

static const char *const dictionary[] = {
#include "words.inc"
};
static const char *const numbers[] = { "0", "1", "2", "3", "4", "7", "10", "0.5", "1e-3", "16", "33", "100", "1000", "65536", "1e10" };
static const char *const operators[] = { "+", "-", "*", "/", "@", "^", "'", "==", "<", "&&", "||", "!", "? 1 :", ",", "..", "=", ";" };
#define COUNT(list) (sizeof(list) / sizeof *(list))

typedef struct {
    Random random;
    char text[FUZZ_MOST_TEXT + 1]; /* what is made */
    size_t size, most;
} Mutation;

static size_t below(Mutation *m, size_t count)
{
    return count == 0 ? 0 : (size_t)(random_next(&m->random) % count);
}

static void add(Mutation *m, const char *bytes, size_t size)
{
    if (size > m->most - m->size)
        size = m->most - m->size;
    memcpy(m->text + m->size, bytes, size);
    m->size += size;
}

static void add_word(Mutation *m, const char *word)
{
    add(m, word, strlen(word));
}

/* ---- words of an input ----------------------------------------------------------------------------------- */

typedef enum { KIND_NAME, KIND_NUMBER, KIND_BLANK, KIND_SIGN, KIND_END } Kind;

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The word at the beginning of a text. */
static Kind word_at(const char *text, size_t size, size_t *length)
{
    bool digit = size > 0 && text[0] >= '0' && text[0] <= '9';

    *length = size > 0;
    if (size == 0)
        return KIND_END;
    if (!in_name(text[0]))
        return text[0] == ' ' || text[0] == '\n' ? KIND_BLANK : KIND_SIGN;
    while (*length < size && (in_name(text[*length]) || (digit && text[*length] == '.' && text[*length - 1] != '.')))
        ++*length;
    return digit ? KIND_NUMBER : KIND_NAME;
}

/* A random word of this kind, beginning at *begin; its length, or 0 if a few tries found none. */
static size_t pick(Mutation *m, const char *text, size_t size, Kind kind, size_t *begin)
{
    for (unsigned tries = 0; tries < 20 && size > 0; tries++) {
        size_t at = below(m, size), length;

        while (at > 0 && in_name(text[at]) && in_name(text[at - 1]))
            at--;
        if (word_at(text + at, size - at, &length) == kind) {
            *begin = at;
            return length;
        }
    }
    return 0;
}

static size_t line_begin(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const char *text, size_t size, size_t at)
{
    while (at < size && text[at] != '\n')
        at++;
    return at < size ? at + 1 : at;
}

/* ---- changes of a model ---------------------------------------------------------------------------------- */

static void add_of_kind(Mutation *m, Kind kind, const char *text, size_t size)
{
    size_t begin, length = pick(m, text, size, kind, &begin);

    if (length > 0 && below(m, 2) == 0)
        add(m, text + begin, length);
    else if (kind == KIND_NAME)
        add_word(m, dictionary[below(m, COUNT(dictionary))]);
    else
        add_word(m, kind == KIND_NUMBER ? numbers[below(m, COUNT(numbers))] : operators[below(m, COUNT(operators))]);
}

/* A word becomes another one of its kind. */
static void exchange_word(Mutation *m, const char *text, size_t size)
{
    Kind kind = (Kind[]){ KIND_NAME, KIND_NAME, KIND_NUMBER, KIND_SIGN }[below(m, 4)];
    size_t at, length = pick(m, text, size, kind, &at);

    if (length == 0) {
        add(m, text, size);
        return;
    }
    add(m, text, at);
    add_of_kind(m, kind, text, size);
    add(m, text + at + length, size - at - length);
}

/* A name or a number becomes an expression with it. */
static void wrap_word(Mutation *m, const char *text, size_t size)
{
    static const char *const frames[] = { "(%)", "-%", "sum(%)", "grad(%, x)", "%[0]", "%^2", "[%, %]", "(% > 0 ? % : 1)", "(%)*%", "%'",
                                          "stop(%)", "[% for i in 0..3]", "max(%, 0)", "% @ %", "%[i]", "1/%", "(%) + 1e-9" };
    const char *frame = frames[below(m, COUNT(frames))];
    size_t at = 0, length = pick(m, text, size, below(m, 3) == 0 ? KIND_NUMBER : KIND_NAME, &at);

    add(m, text, at);
    for (; *frame != '\0' && length > 0; frame++) {
        if (*frame == '%')
            add(m, text + at, length);
        else
            add(m, frame, 1);
    }
    add(m, text + at + length, size - at - length);
}

/* Some bytes between two words are left out, or stand elsewhere, too. */
static void move_words(Mutation *m, const char *text, size_t size)
{
    size_t from = 0, to = 0, at = 0, length = pick(m, text, size, (Kind)below(m, 4), &from);

    to = from + length;
    for (size_t i = below(m, 6); i > 0 && to < size; i--) {
        word_at(text + to, size - to, &length);
        to += length;
    }
    if (below(m, 2) == 0) {
        add(m, text, from);
    } else {
        length = pick(m, text, size, (Kind)below(m, 4), &at);
        add(m, text, at);
        add(m, text + from, to - from);
        to = at + (below(m, 2) == 0 ? length : 0);
    }
    add(m, text + to, size - to);
}

/* A line is left out, or stands elsewhere, too. */
static void move_line(Mutation *m, const char *text, size_t size, const char *lines, size_t lines_size)
{
    size_t line = line_begin(lines, below(m, lines_size)), at = line_begin(text, below(m, size + 1));
    bool replaces = below(m, 3) == 0;

    add(m, text, at);
    if (below(m, 3) > 0)
        add(m, lines + line, line_end(lines, lines_size, line) - line);
    else
        replaces = true;
    at = replaces ? line_end(text, size, at) : at;
    add(m, text + at, size - at);
}

/* ---- command lines --------------------------------------------------------------------------------------- */

typedef struct {
    const char *name, *argument, *commands;
} OptionWords;

static const OptionWords options[] = {
#define OPTION(ID, letter, name, argument, commands, help) { name, argument, commands },
#include "cli/options.def"
};

typedef struct {
    char letter;
    const char *name, *arguments;
} CommandWords;

static const CommandWords commands[] = {
#define COMMAND(id, letter, name, arguments, help) { letter, name, arguments },
#include "cli/commands.def"
};

static const char *const functions[] = {
#define FUNCTION(ID, name, program, make, arguments, usual, help, purpose) name,
#include "emit/functions.def"
};

static void add_name(Mutation *m, const char *model, size_t size)
{
    size_t at, length = pick(m, model, size, KIND_NAME, &at);

    if (length > 0)
        add(m, model + at, length);
    else
        add_word(m, "x");
}

static void add_setting(Mutation *m, const char *model, size_t size)
{
    static const char *const values[] = { "1", "-0.5", "@n", "[1,2]", "[[1,2],[3,4]]", "[1]", "0", "2", "3", "1e300", "nan" };

    add_name(m, model, size);
    add_word(m, "=");
    add_word(m, values[below(m, COUNT(values))]);
}

static void add_argument(Mutation *m, const OptionWords *o, const char *model, size_t size)
{
    bool names = strcmp(o->argument, "NAMES") == 0, chosen = strcmp(o->name, "functions") == 0;

    if (strcmp(o->argument, "N=L..H") == 0) {
        add_name(m, model, size);
        add_word(m, "=1..4");
    } else if (strchr(o->argument, '=') != NULL) {
        add_setting(m, model, size);
    } else if (names || strcmp(o->argument, "STEPS") == 0) {
        for (size_t i = below(m, 6) + 1; i > 0; i--) {
            if (names && chosen)
                add_word(m, functions[below(m, COUNT(functions))]);
            else if (names)
                add_name(m, model, size);
            else
                add_word(m, "0.01");
            add_word(m, i > 1 ? "," : "");
        }
    } else if (below(m, 2) == 0) {
        add_word(m, numbers[below(m, COUNT(numbers) / 2)]);
    } else {
        add_word(m, dictionary[below(m, COUNT(dictionary))]);
    }
}

/* A random command with some of its options. */
static void add_command(Mutation *m, const char *model, size_t size)
{
    const CommandWords *c = &commands[below(m, COUNT(commands) - 1)]; /* "functions" prints always the same */
    size_t wanted = below(m, 4);

    add_word(m, c->name);
    while (strstr(c->arguments, "NAME=VALUE") != NULL && below(m, 3) == 0) {
        add_word(m, " ");
        add_setting(m, model, size);
    }
    for (unsigned tries = 0; wanted > 0 && tries < 200; tries++) {
        const OptionWords *o = &options[below(m, COUNT(options))];

        if (strchr(o->commands, c->letter) == NULL)
            continue;
        add_word(m, " --");
        add_word(m, o->name);
        if (o->argument != NULL) {
            add_word(m, "=");
            add_argument(m, o, model, size);
        }
        wanted--;
    }
    add_word(m, "\n");
}

static void parse_arguments(Unit *unit, void *context)
{
    Mutation *m = context;
    CommandLine line;
    FuzzInput input;

    fuzz_split(&input, unit->arena, (const uint8_t *)m->text, m->size);
    if (!fuzz_parse(&line, unit->arena, &input))
        m->size = 0;
}

/* Most command lines are good ones: what options_parse refuses is drawn again. */
static void change_command(Mutation *m, const char *text, size_t size)
{
    size_t model = line_end(text, size, 0);

    for (unsigned tries = 0; tries < 30 && m->size == 0; tries++) {
        Unit unit;

        unit_init(&unit, &(Options){ 0 });
        add_command(m, text + model, size - model);
        unit_run(&unit, parse_arguments, m);
        unit_close(&unit);
    }
    if (m->size == 0)
        add_word(m, "eval\n");
    add(m, text + model, size - model);
}

/* ---- what libFuzzer calls -------------------------------------------------------------------------------- */

static void begin(Mutation *m, size_t most, unsigned seed)
{
    m->random = (Random){ seed };
    m->size = 0;
    m->most = most < FUZZ_MOST_TEXT ? most : FUZZ_MOST_TEXT;
}

static void change(Mutation *m, const char *text, size_t size)
{
    size_t model = line_end(text, size, 0);

    if (below(m, 5) == 0) {
        change_command(m, text, size);
        return;
    }
    add(m, text, model);
    text += model;
    size -= model;
    switch (below(m, 4)) {
    case 0: exchange_word(m, text, size); break;
    case 1: wrap_word(m, text, size); break;
    case 2: move_words(m, text, size); break;
    default: move_line(m, text, size, text, size); break;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    Mutation m;
    size_t changes;

    begin(&m, most, seed);
    if (below(&m, 8) == 0)
        return LLVMFuzzerMutate(data, size, most);
    for (changes = below(&m, 3) + 1; changes > 0; changes--) {
        m.size = 0;
        change(&m, (const char *)data, size);
        memcpy(data, m.text, m.size);
        size = m.size;
    }
    return size;
}

/* Lines of b come into a, or b gets the command line of a. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t most,
                                 unsigned seed)
{
    const char *text = (const char *)a, *other = (const char *)b;
    size_t model = line_end(text, a_size, 0), other_model = line_end(other, b_size, 0);
    Mutation m;

    begin(&m, most, seed);
    add(&m, text, model);
    if (below(&m, 2) == 0)
        add(&m, other + other_model, b_size - other_model);
    else
        move_line(&m, text + model, a_size - model, other + other_model, b_size - other_model);
    memcpy(out, m.text, m.size);
    return m.size;
}
