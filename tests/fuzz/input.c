/* input.c -- the parts of one input. */
#include "target.h"

#include <getopt.h>
#include <string.h>

static bool is_command(const char *word)
{
    static const char *const names[] = {
#define COMMAND(id, letter, name, arguments, help) name,
#include "cli/commands.def"
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], word) == 0)
            return true;
    return false;
}

/* "eval x=3" is "bpgen eval m.expr x=3". A zero byte ends the words, as it would in a shell. */
static void split_words(FuzzInput *input, Arena *arena, const char *line, size_t size)
{
    char *text = arena_copy(arena, line, size), *at = text + strspn(text, " \t\r");

    input->words[input->count++] = arena_copy(arena, "bpgen", 5);
    for (int i = 0; i < FUZZ_MOST_WORDS && *at != '\0'; i++) {
        size_t length = strcspn(at, " \t\r");
        char *word = arena_copy(arena, at, length);

        if (i == 0 && !is_command(word))
            input->words[input->count++] = arena_copy(arena, "m.expr", 6);
        input->words[input->count++] = word;
        if (i == 0 && is_command(word) && strcmp(word, "functions") != 0)
            input->words[input->count++] = arena_copy(arena, "m.expr", 6);
        at += length + strspn(at + length, " \t\r");
    }
    if (input->count == 1)
        input->words[input->count++] = arena_copy(arena, "m.expr", 6);
    input->words[input->count] = NULL;
}

/* Where "@@" stands alone on a line: `end` of what is in front of it; returns what is behind it. */
static const char *find_numbers(const char *model, size_t size, size_t *end)
{
    for (size_t i = 0; i + 3 <= size; i++) {
        if (memcmp(model + i, "@@\n", 3) == 0 && (i == 0 || model[i - 1] == '\n')) {
            *end = i;
            return model + i + 3;
        }
    }
    *end = size;
    return model + size;
}

void fuzz_split(FuzzInput *input, Arena *arena, const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *line_end = size == 0 ? NULL : memchr(text, '\n', size);
    size_t line = line_end == NULL ? size : (size_t)(line_end - text), begin = line + (line_end != NULL);
    const char *numbers;

    *input = (FuzzInput){ 0 };
    split_words(input, arena, text, line);
    numbers = find_numbers(text + begin, size - begin, &input->model_size);
    input->model = text + begin;
    input->numbers = numbers;
    input->numbers_size = (size_t)(text + size - numbers);
}

bool fuzz_parse(CommandLine *line, Arena *arena, FuzzInput *input)
{
    optind = 0; /* getopt(3): begins again */
    return options_parse(line, arena, input->count, input->words);
}
