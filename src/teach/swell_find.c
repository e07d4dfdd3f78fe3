/* swell_find.c -- which output is differentiated, and by which elements. */
#include "teach/swell_row.h"

#include <stdlib.h>
#include <string.h>

static const char *symbol_name(const SwellWork *w, SymId symbol)
{
    return names_text(&w->unit->names, w->unit->lowered.program->symbols.at[symbol].name);
}

bool swell_find_output(SwellWork *w)
{
    for (w->output = 0; w->output < w->elaboration.outputs.count; w->output++) {
        const ElaboratedValue *value = &w->elaboration.outputs.at[w->output];

        if (value->rank > 0)
            continue;
        w->f = value->elements[0];
        w->row->output = names_text(&w->unit->names, value->name);
        return true;
    }
    return swell_refuse(w, "no output of this model is a scalar, and the derivative of a scalar is counted; name one, such as the "
                        "sum: output sum(...)");
}

/* ---- by what ----------------------------------------------------------------------------------------- */

static bool refuse(SwellWork *w, const char *name, const char *why)
{
    return swell_refuse(w, "--wrt: '%s' %s", name, why);
}

/* "[0,1]" at the end of the name. */
static bool read_subscripts(SwellWork *w, const char *name, const Symbol *s, SwellElement *element)
{
    const char *text = name + strcspn(name, "[");

    for (unsigned k = 0; k < s->rank; k++) {
        char *end;
        long sub;

        if (*text != (k == 0 ? '[' : ','))
            return refuse(w, name, "has not as many subscripts as the array has dimensions");
        sub = strtol(text + 1, &end, 10);
        if (end == text + 1)
            return refuse(w, name, "has a subscript that is not a number");
        if (sub < 0 || sub >= s->extents[k])
            return refuse(w, name, "is out of range: subscripts count from 0");
        element->place = element->place * (size_t)s->extents[k] + (size_t)sub;
        text = end + strspn(end, " ");
    }
    return strcmp(text, s->rank == 0 ? "" : "]") == 0 ||
           refuse(w, name, "has not as many subscripts as the array has dimensions");
}

static bool add_element(SwellWork *w, const char *name, SwellElement element)
{
    for (size_t i = 0; i < w->by.count; i++)
        if (w->by.at[i].symbol == element.symbol && w->by.at[i].place == element.place)
            return refuse(w, name, "is there twice (for derivatives of higher order there is bpgen derive)");
    vec_push(w->unit->arena, &w->by, element);
    return true;
}

static bool add_name(SwellWork *w, const char *name)
{
    size_t size = strcspn(name, "["), count;
    SwellElement element = { unit_find_declared(w->unit, name, size), 0 };
    const Symbol *s;

    if (element.symbol == NO_ID)
        return refuse(w, name, "is not a param or input of this model");
    s = &w->unit->lowered.program->symbols.at[element.symbol];
    if (s->role == SYM_DATA || s->role == SYM_INTEGER)
        return refuse(w, name, "is data or an integer input; there is no derivative by it");
    if (name[size] != '\0')
        return read_subscripts(w, name, s, &element) && add_element(w, name, element);
    count = (size_t)symbol_elements(s);
    for (; element.place < count; element.place++)
        if (!add_element(w, name, element))
            return false;
    return true;
}

/* The first element of the first param. */
static bool choose_first(SwellWork *w)
{
    const Lowered *lowered = &w->unit->lowered;
    Text name;

    text_init(&name, w->unit->arena);
    for (size_t i = 0; i < lowered->declared.count; i++) {
        SymId symbol = lowered->declared.at[i].symbol;
        const Symbol *s = &lowered->program->symbols.at[symbol];

        if (s->role != SYM_PARAM)
            continue;
        vec_push(w->unit->arena, &w->by, (SwellElement){ symbol, 0 });
        text_add(&name, symbol_name(w, symbol));
        for (unsigned k = 0; k < s->rank; k++)
            text_printf(&name, "%s0%s", k == 0 ? "[" : ",", k + 1u == s->rank ? "]" : "");
        w->row->variable = text_string(&name);
        return true;
    }
    return swell_refuse(w, "there is no param to differentiate by; declare one, or name an input with --wrt");
}

/* Reverse mode differentiates by all params and by what is asked for. */
static void choose_wanted(SwellWork *w)
{
    const Lowered *lowered = &w->unit->lowered;

    w->unit->wanted.count = 0;
    w->unit->wanted_is_params = true;
    for (size_t i = 0; i < lowered->declared.count; i++) {
        SymId symbol = lowered->declared.at[i].symbol;
        bool param = lowered->program->symbols.at[symbol].role == SYM_PARAM, asked = false;

        for (size_t k = 0; k < w->by.count; k++)
            asked = asked || w->by.at[k].symbol == symbol;
        if (param || asked)
            vec_push(w->unit->arena, &w->unit->wanted, symbol);
        w->unit->wanted_is_params = w->unit->wanted_is_params && (param || !asked);
    }
}

bool swell_find_variables(SwellWork *w)
{
    Text names;

    text_init(&names, w->unit->arena);
    if (w->request->wrt_count == 0 && !choose_first(w))
        return false;
    for (size_t i = 0; i < w->request->wrt_count; i++) {
        if (!add_name(w, w->request->wrt[i]))
            return false;
        text_printf(&names, "%s%s", i == 0 ? "" : ", ", w->request->wrt[i]);
        w->row->variable = text_string(&names);
    }
    w->row->elements = w->by.count;
    choose_wanted(w);
    return true;
}
