/* c_runtime.c -- the helper functions that an emitted file calls, printed into it. */
#include "emit/c_model.h"

#include <string.h>

#include "ir/runtime_text.h"

static const char mark[] = "/* @helper ";

typedef struct {
    const char *name, *body, *end; /* the name ends at ':' */
    const char *others;            /* up to the comment's end */
    bool needed;
} Helper;

typedef struct {
    Arena *arena;
    VEC(Helper) helpers;
} Helpers;

static const char *after_line(const char *at)
{
    const char *end = strchr(at, '\n');

    return end == NULL ? at + strlen(at) : end + 1;
}

static void read_helpers(Helpers *h, const char *text)
{
    const char *at = strstr(text, mark);

    while (at != NULL) {
        const char *next = strstr(at + 1, mark), *end = next != NULL ? next : strstr(at, "/* @end");
        Helper helper = { .name = at + strlen(mark), .body = after_line(at) };

        helper.others = strchr(helper.name, ':') + 1;
        helper.end = end != NULL ? end : at + strlen(at);
        vec_push(h->arena, &h->helpers, helper);
        at = next;
    }
}

static bool is_word(const char *at, size_t size, const char *word, size_t word_size)
{
    return size == word_size && memcmp(at, word, size) == 0;
}

static size_t name_size(const char *name)
{
    return strcspn(name, ": \n");
}

static void need_helper(Helpers *h, const char *name, size_t size)
{
    for (size_t i = 0; i < h->helpers.count; i++)
        if (is_word(h->helpers.at[i].name, name_size(h->helpers.at[i].name), name, size))
            h->helpers.at[i].needed = true;
}

static void need_called(Helpers *h, const bool *called, const char *suffix)
{
    for (unsigned op = 0; op < OP_COUNT; op++) {
        Text name;

        if (!called[op])
            continue;
        text_init(&name, h->arena);
        text_printf(&name, "%s%s", op_info[op].c, suffix);
        need_helper(h, text_string(&name), name.size);
    }
}

/* What a helper calls stands before it, so one walk from the last to the first finds all. */
static void need_others(Helpers *h)
{
    for (size_t i = h->helpers.count; i-- > 0;) {
        const char *at = h->helpers.at[i].others;

        if (!h->helpers.at[i].needed)
            continue;
        for (at += strspn(at, " "); *at != '*' && *at != '\n' && *at != '\0'; at += strspn(at, " ,")) {
            size_t size = strcspn(at, " ,*\n");

            need_helper(h, at, size);
            at += size;
        }
    }
}

void c_runtime_names(CNames *names, bool is_float)
{
    const char *text = is_float ? runtime_text_float : runtime_text;
    char word[64];

    for (const char *at = strstr(text, mark); at != NULL; at = strstr(at + 1, mark)) {
        const char *name = at + strlen(mark);
        size_t size = name_size(name);

        if (size >= sizeof word)
            continue;
        memcpy(word, name, size);
        word[size] = '\0';
        c_names_reserve(names, word);
    }
}

/* What is called, and what that calls. */
static void find_helpers(Helpers *h, const bool *called, bool is_float)
{
    need_called(h, called, is_float ? "f" : "");
    need_others(h);
}

static void print_helpers(const Helpers *h, Text *out)
{
    for (size_t i = 0; i < h->helpers.count; i++)
        if (h->helpers.at[i].needed)
            text_bytes(out, h->helpers.at[i].body, (size_t)(h->helpers.at[i].end - h->helpers.at[i].body));
}

void c_runtime_helpers(Arena *arena, const bool *called, Text *out)
{
    Helpers h = { .arena = arena };

    read_helpers(&h, runtime_text);
    find_helpers(&h, called, false);
    print_helpers(&h, out);
}

void c_runtime_print(const CModel *m, Text *out)
{
    Helpers h = { .arena = m->arena };
    bool any = false;

    read_helpers(&h, m->is_float ? runtime_text_float : runtime_text);
    if (m->adds_to)
        need_helper(&h, m->is_float ? "add_tof" : "add_to", strlen(m->is_float ? "add_tof" : "add_to"));
    find_helpers(&h, m->helpers, m->is_float);
    for (size_t i = 0; i < h.helpers.count; i++)
        any |= h.helpers.at[i].needed;
    if (any && m->unit->options.include_runtime)
        text_add(out, "#include \"bpgen_runtime.h\"\n\n");
    else
        print_helpers(&h, out);
}
