/* swell.c -- the rows of the table: every model is a unit of its own, which is gone when the next one begins. */
#include "teach/swell.h"
#include "teach/swell_row.h"

#include <string.h>

typedef struct {
    const SwellRequest *request;
    const SwellModel *model;
    SwellRow row;   /* its texts and numbers lie in the unit's arena */
    Text errors;    /* likewise */
    bool expand;
    bool good;
} Work;

static void run_row(Unit *unit, void *context)
{
    Work *work = context;

    SwellWork row = { .unit = unit, .request = work->request, .row = &work->row, .refusal = &work->errors, .expand = work->expand };

    text_init(&work->errors, unit->arena);
    work->good = swell_row(&row, work->model);
    if (!work->good)
        diag_print(&unit->diag, &work->errors);
}

static const char *keep_text(Arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_copy(arena, text, strlen(text));
}

static void keep_count(Arena *arena, SwellCount *count)
{
    count->count = count->known ? rational_copy(arena, count->count) : RATIONAL(0);
}

/* What outlives the unit. */
static void keep_row(Arena *arena, SwellRow *row)
{
    row->label = keep_text(arena, row->label);
    row->output = keep_text(arena, row->output);
    row->variable = keep_text(arena, row->variable);
    row->gradient = keep_text(arena, row->gradient);
    keep_count(arena, &row->function);
    keep_count(arena, &row->unfolded);
    keep_count(arena, &row->folded);
    keep_count(arena, &row->expanded);
    keep_count(arena, &row->unfolded_nodes);
    keep_count(arena, &row->folded_nodes);
}

/* Of which member of the family the messages are. */
static void add_errors(Swell *swell, const Work *work)
{
    if (swell->family != NULL && work->errors.size > 0)
        text_line(&swell->errors, "bpgen: --for: with %s = %s:", swell->family, work->row.label);
    text_bytes(&swell->errors, text_string(&work->errors), work->errors.size);
}

/* False: the table's own memory ran out. */
static bool run_guarded(Swell *swell, Arena *arena, Work *work, Unit *unit, jmp_buf *here)
{
    arena->on_failure = here;
    if (setjmp(*here) != 0)
        return false;
    if (unit_run(unit, run_row, work)) {
        add_errors(swell, work);
        keep_row(arena, &work->row);
    } else {
        swell->failure = keep_text(arena, unit->failure);
        work->good = false;
    }
    return true;
}

/* The unit of the row is freed whatever fails. */
static bool add_row(Swell *swell, Arena *arena, Work *work, const Options *options)
{
    jmp_buf *outer = arena->on_failure, here;
    Unit unit;
    bool whole;

    unit_init(&unit, options);
    whole = run_guarded(swell, arena, work, &unit, &here);
    arena->on_failure = outer;
    unit_close(&unit);
    if (!whole)
        longjmp(*outer, 1);
    if (work->good)
        vec_push(arena, &swell->rows, work->row);
    return work->good;
}

/* The options of all rows, and the const of the family behind them. */
static Options family_options(const SwellRequest *request, Arena *arena, int64_t value)
{
    Options options = *request->options;
    ConstOverride *overrides = arena_array(arena, ConstOverride, options.override_count + 1);
    Text text;

    for (size_t i = 0; i < options.override_count; i++)
        overrides[i] = options.overrides[i];
    text_init(&text, arena);
    text_integer(&text, value);
    overrides[options.override_count++] = (ConstOverride){ request->family, text_string(&text) };
    options.overrides = overrides;
    return options;
}

/* "x=0.9, w=1" */
static const char *point_text(Arena *arena, const SwellRequest *request)
{
    Text text;

    text_init(&text, arena);
    for (size_t i = 0; i < request->point_count; i++)
        text_printf(&text, "%s%s=%s", i == 0 ? "" : ", ", request->point[i].name,
                    request->point[i].plain ? "..." : request->point[i].text);
    return text_string(&text);
}

/* Row `i`: a member of the family, or a model of the list. */
static bool add_numbered_row(Swell *swell, Arena *arena, const SwellRequest *request, size_t i)
{
    Options options = *request->options;
    Work work = { .request = request, .model = &request->models[request->family == NULL ? i : 0] };

    /* What comes behind a member of a family that was too large to expand is larger still. */
    work.expand = request->family == NULL || i == 0 || swell->rows.at[i - 1].expanded.known;
    work.row.label = work.model->label;
    work.row.place = (double)(i + 1);
    if (request->family != NULL) {
        options = family_options(request, arena, request->low + (int64_t)i);
        work.row.label = options.overrides[options.override_count - 1].value;
        work.row.place = (double)(request->low + (int64_t)i);
    }
    return add_row(swell, arena, &work, &options);
}

bool swell_run(Swell *swell, Arena *arena, const SwellRequest *request)
{
    uint64_t rows = request->family == NULL ? request->model_count : (uint64_t)request->high - (uint64_t)request->low;
    bool good = true;

    *swell = (Swell){ .family = request->family, .point = point_text(arena, request) };
    text_init(&swell->errors, arena);
    if (request->family != NULL && request->model_count > 1)
        text_line(&swell->errors, "bpgen: --for goes with one model, not with several");
    else if (rows > SWELL_MOST_ROWS)
        text_line(&swell->errors, "bpgen: this would be a table of more than %d rows; choose a smaller range for --for",
                  SWELL_MOST_ROWS);
    for (size_t i = 0; i < request->options->override_count && request->family != NULL; i++)
        if (strcmp(request->options->overrides[i].name, request->family) == 0)
            text_line(&swell->errors, "bpgen: '%s' is given twice, by --for and by --const", request->family);
    if (swell->errors.size > 0)
        return false;
    for (size_t i = 0; i < rows && swell->failure == NULL && (good || request->family == NULL); i++)
        good = add_numbered_row(swell, arena, request, i) && good;
    return good;
}
