/* index_names.c -- what the variables and indices of an index form are called. */
#include <stdint.h>

#include "sym/forming.h"

static bool is_taken(const Forming *f, Name name, size_t except)
{
    for (size_t v = 0; v < f->known.count; v++)
        if (v != except && f->known.at[v].used && f->pool->variables.at[v].name == name)
            return true;
    return false;
}

static bool is_taken_before(const Forming *f, size_t variable)
{
    for (size_t v = 0; v < variable; v++)
        if (f->known.at[v].used && f->pool->variables.at[v].name == f->pool->variables.at[variable].name)
            return true;
    return false;
}

/* Of variables of one name, as those of functions that are called twice, all but the first get a number. */
static void make_unique(Forming *f, size_t v)
{
    ExprVariable *variable = &f->pool->variables.at[v];
    Name name;

    if (variable->name == NAME_NONE)
        variable->name = names_intern_text(f->pool->names, "c");
    name = variable->name;
    if (!f->known.at[v].used || !is_taken_before(f, v))
        return;
    for (unsigned number = 2; is_taken(f, variable->name, v); number++)
        variable->name = names_format(f->pool->names, "%s_%u", names_text(f->pool->names, name), number);
}

/* dJ_dW of a scalar; d_W, which is what comes back to W, of an array. */
static Name gradient_name(const Forming *f, const FormVariable *gradient)
{
    Names *names = f->pool->names;
    const char *from = names_text(names, f->p->symbols.at[f->request->outputs[gradient->output]].name);
    const char *to = names_text(names, f->pool->variables.at[gradient->gradient_of].name);

    if (f->out->upstream.at[gradient->output] == EXPR_NONE)
        return names_format(names, "d%s_d%s", from, to);
    if (f->request->output_count == 1)
        return names_format(names, "d_%s", to);
    return names_format(names, "d_%s_from_%s", to, from);
}

/* Gradients are called after what they are taken by, so they come last. */
void form_names(Forming *f)
{
    for (size_t v = 0; v < f->known.count; v++)
        if (f->known.at[v].gradient_of == EXPR_NONE)
            make_unique(f, v);
    for (size_t v = 0; v < f->known.count; v++)
        if (f->known.at[v].gradient_of != EXPR_NONE)
            f->pool->variables.at[v].name = gradient_name(f, &f->known.at[v]);
    for (size_t v = 0; v < f->known.count; v++)
        if (f->known.at[v].gradient_of != EXPR_NONE)
            make_unique(f, v);
}

VariableId form_gradient_variable(Forming *f, size_t output, VariableId by)
{
    ExprVariable v = f->pool->variables.at[by];
    VariableId variable = expr_variable(f->pool, NAME_NONE, NO_ID, v.rank, v.extents);

    vec_push(f->arena, &f->known, (FormVariable){ .named = true, .gradient_of = by, .output = output, .definition = EXPR_NONE,
                                                  .adjoint = EXPR_NONE });
    return variable;
}

Name form_letter(const Forming *f, unsigned place)
{
    static const char letters[] = "ijklmnpqrstuvw";
    enum { COUNT = sizeof letters - 1 };

    for (unsigned k = 0, found = 0;; k++) {
        Name name = k < COUNT ? names_intern(f->pool->names, &letters[k], 1) : names_format(f->pool->names, "i%u", k - COUNT + 1);

        if (!is_taken(f, name, SIZE_MAX) && found++ == place)
            return name;
    }
}
