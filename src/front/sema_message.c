/* sema_message.c -- messages of the checker, with the call in which they arise. */
#include <string.h>

#include "front/sema.h"

bool sema_is_full(const Sema *s)
{
    return s->diag->errors >= DIAG_MOST_ERRORS;
}

static void make_lines(Sema *s)
{
    const Source *source = s->ast->source;

    vec_push(s->arena, &s->lines, 0);
    for (uint32_t i = 0; i < source->size; i++)
        if (source->text[i] == '\n' ||
            (source->text[i] == '\r' && (i + 1 == source->size || source->text[i + 1] != '\n')))
            vec_push(s->arena, &s->lines, i + 1);
}

unsigned sema_line(Sema *s, uint32_t offset)
{
    size_t low = 0, high;

    if (s->lines.count == 0)
        make_lines(s);
    high = s->lines.count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (s->lines.at[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return (unsigned)low + 1;
}

Span sema_at(const Sema *s, AstId ast)
{
    return s->ast->nodes.at[ast].at;
}

const char *sema_name(const Sema *s, Name name)
{
    return names_text(s->ast->names, name);
}

const char *sema_text(Sema *s, AstId ast)
{
    return sema_is_full(s) ? "" : ast_text(s->ast, ast, MOST_QUOTED);
}

static void add_error(Sema *s, Span at, bool in_call, const char *format, va_list args)
{
    Text text;

    if (sema_is_full(s)) {
        diag_error(s->diag, at, "%s", "");
        return;
    }
    text_init(&text, s->arena);
    text_vprintf(&text, format, args);
    if (in_call && s->frames.count > 0 && vec_top(&s->frames).call != AST_NO_ID) {
        const Frame *frame = &vec_top(&s->frames);

        text_printf(&text, " (in '%s', called on line %u)", sema_name(s, s->ast->nodes.at[frame->def].u.name),
                    sema_line(s, sema_at(s, frame->call).begin));
    }
    diag_error(s->diag, at, "%s", text_string(&text));
}

void sema_error(Sema *s, Span at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_error(s, at, true, format, args);
    va_end(args);
}

void sema_error_plain(Sema *s, Span at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_error(s, at, false, format, args);
    va_end(args);
}

/* A function called often says it once. */
void sema_warning(Sema *s, Span at, const char *format, ...)
{
    Text text;
    va_list args;

    for (size_t i = 0; i < s->diag->messages.count; i++)
        if (s->diag->messages.at[i].severity == SEVERITY_WARNING && s->diag->messages.at[i].at.begin == at.begin)
            return;
    text_init(&text, s->arena);
    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    diag_warning(s->diag, at, "%s", text_string(&text));
}

const char *sema_shape_text(Sema *s, Shape shape)
{
    Text text;

    if (shape.rank == 0 || sema_is_full(s))
        return "scalar";
    text_init(&text, s->arena);
    for (unsigned k = 0; k < shape.rank; k++)
        text_printf(&text, "%s%d", k == 0 ? "[" : ",", shape.extent[k]);
    text_add(&text, "]");
    return text_string(&text);
}

const char *sema_rational_text(Sema *s, Rational number)
{
    Text text;

    if (sema_is_full(s))
        return "";
    text_init(&text, s->arena);
    rational_print(number, &text);
    return text.size <= MOST_QUOTED ? text_string(&text) : "a number too long to print";
}

static const char *name_atom(const void *context, AtomKind kind, uint32_t id)
{
    const Sema *s = context;

    return sema_name(s, kind == ATOM_INDEX ? s->model->indices.at[id].name : s->model->symbols.at[id].name);
}

const char *sema_aff_text(Sema *s, AffId aff)
{
    Text text;

    if (sema_is_full(s) || aff == AFF_FAIL)
        return "";
    text_init(&text, s->arena);
    aff_print(&s->model->affs, aff, name_atom, s, &text);
    return text_string(&text);
}
