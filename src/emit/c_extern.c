/* c_extern.c -- C functions of the user's: their prototypes, and which names they cannot have. */
#include <string.h>

#include "emit/c_model.h"
#include "emit/c_words.h"

void c_extern_note(CModel *m, const Program *p, NodeId call)
{
    const char *name = names_text(p->names, node_called(p, call));
    CExtern called = { name, 1 };

    for (size_t i = 0; i < m->externs.count; i++)
        if (strcmp(m->externs.at[i].name, name) == 0)
            return;
    for (NodeId list = p->nodes.at[call].u.arg[1]; p->nodes.at[list].op == OP_LIST; list = p->nodes.at[list].u.arg[1])
        called.arg_count++;
    vec_push(m->arena, &m->externs, called);
}

void c_externs_print(const CModel *m, Text *out)
{
    if (m->externs.count == 0)
        return;
    text_add(out, "/* Yours: to be linked. The same arguments must give the same value; how often they are called is not fixed.");
    text_add(out, m->is_float ? "\n * This file was made with --real float, so these are functions of floats, too. */\n" : " */\n");
    for (size_t i = 0; i < m->externs.count; i++) {
        text_printf(out, "%s %s(", m->real, m->externs.at[i].name);
        for (uint32_t k = 0; k < m->externs.at[i].arg_count; k++)
            text_printf(out, "%s%s", k == 0 ? "" : ", ", m->real);
        text_add(out, ");\n");
    }
    text_add(out, "\n");
}

void c_externs_comment(const CModel *m, Text *out)
{
    if (m->externs.count == 0)
        return;
    text_add(out, " *\n * Calls C functions of yours:");
    for (size_t i = 0; i < m->externs.count; i++)
        text_printf(out, "%s %s", i == 0 ? "" : ",", m->externs.at[i].name);
    text_add(out, ". What they give is not known here, so the self-test has no golden values:\n"
                  " * it compares the functions below with each other and derivatives with differences, stated ones of yours, too.\n");
}

static bool is_global(const CModel *m, const char *name)
{
    for (size_t i = 0; i < m->globals.count; i++)
        if (strcmp(m->globals.at[i], name) == 0)
            return true;
    return false;
}

bool c_externs_reserve(CModel *m)
{
    const Unit *unit = m->unit;
    bool good = true;
    CNames names;

    c_names_init(&names, m->arena);
    for (size_t i = 0; i < m->macros.count; i++)
        c_names_reserve(&names, m->macros.at[i]);
    for (unsigned part = 0; part < PART_COUNT; part++)
        c_names_reserve(&names, c_argument_names[part]);
    c_names_reserve(&names, "n_samples");
    for (size_t i = 0; i < unit->lowered.externs.count; i++) {
        const Extern *function = &unit->lowered.externs.at[i];
        const char *name = names_text(&unit->names, function->name);

        if (!is_global(m, name) && !c_word_is_of_the_library(name) && strcmp(c_names_take(&names, name), name) == 0)
            continue;
        good = false;
        diag_error(&m->unit->diag, function->at,
                   "'%s' cannot be a function of yours in C: C, its library or the emitted file has that name; "
                   "write a function of another name that calls it", name);
    }
    for (size_t i = 0; i < unit->lowered.externs.count; i++)
        vec_push(m->arena, &m->globals, names_text(&unit->names, unit->lowered.externs.at[i].name));
    return good;
}
