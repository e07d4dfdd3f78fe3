/* tool_model.h -- what the tools that write test programs do with the file of a model. */
#ifndef TESTS_NUMERIC_TOOL_MODEL_H
#define TESTS_NUMERIC_TOOL_MODEL_H

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

static char *read_all(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text;

    if (file == NULL)
        exit(3);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    text = calloc(1, *size + 1);
    if (fread(text, 1, *size, file) != *size)
        exit(3);
    fclose(file);
    return text;
}

static void print_messages(Unit *unit)
{
    Text messages;

    text_init(&messages, unit->arena);
    diag_print(&unit->diag, &messages);
    fputs(text_string(&messages), stderr);
}

#endif
