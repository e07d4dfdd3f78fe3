/* agree_reread.c -- is a model that is printed and read again the same program? */
#include <stdio.h>
#include <string.h>

#include "emit/emit.h"
#include "tests/support/agree.h"

extern const Emitter emit_expr;

/* Comments say how it is written, which may be different. */
static const char *dump(Unit *unit)
{
    Text dumped, plain;

    text_init(&dumped, unit->arena);
    text_init(&plain, unit->arena);
    program_dump(unit->lowered.program, &dumped);
    for (const char *at = text_string(&dumped); *at != '\0'; at += strcspn(at, "\n") + 1) {
        const char *comment = strstr(at, "   # ");
        size_t size = strcspn(at, "\n");

        text_bytes(&plain, at, comment != NULL && comment < at + size ? (size_t)(comment - at) : size);
        text_add(&plain, "\n");
    }
    return text_string(&plain);
}

typedef struct {
    Agreement *a;
    const char *printed, *dumped;
} Reread;

static void reread_work(Unit *unit, void *context)
{
    Reread *r = context;
    Text again;

    text_init(&again, unit->arena);
    if (!unit_open(unit, "printed", r->printed, strlen(r->printed))) {
        diag_print(&unit->diag, &again);
        (void)snprintf(r->a->what, AGREE_TEXT, "reread: %.300s", text_string(&again));
        return;
    }
    if (strcmp(dump(unit), r->dumped) != 0)
        (void)snprintf(r->a->what, AGREE_TEXT, "reread: another program");
}

void agree_reread(Unit *unit, Agreement *a)
{
    Options options = options_default();
    Emitted printed;
    Unit again;
    Reread r = { .a = a };

    text_init(&printed.main, unit->arena);
    emit_expr.emit(unit, &printed);
    r.printed = text_string(&printed.main);
    r.dumped = dump(unit);
    unit_init(&again, &options);
    if (!unit_run(&again, reread_work, &r))
        (void)snprintf(a->what, AGREE_TEXT, "reread: %s", again.failure);
    unit_close(&again);
}
