/* dump.c -- a program as text: one line a symbol, then one line a stage; what is used twice has a line of its own. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ir/program.h"

/* What is still to be printed of an expression: a text, or (if NULL) a node. */
typedef struct {
    const char *text;
    NodeId node;
    int level; /* the least precedence that needs no brackets */
} Pending;

typedef struct {
    const Program *p;
    Arena *scratch;
    Text *out;
    const char **symbols; /* names that tell symbols, and indices, apart */
    const char **indices;
    uint32_t *uses;       /* by node, within all stages */
    bool *seen;           /* by node: a line before has dealt with it */
    bool *printed;        /* by node: it has a line of its own */
    VEC(Pending) pending;
    NodeVec needed;
} Dumper;

enum { LEVEL_SELECT = 1, LEVEL_SUM = 6, LEVEL_PREFIX = 8, LEVEL_LEAF = 9, MOST_SOURCE = 60, MOST_VALUES = 8 };

/* ---- names ------------------------------------------------------------------------------------------ */

static const char *telling_name(Dumper *d, Name name, char kind, uint32_t id, bool *taken)
{
    Text text;

    if (name != NAME_NONE && !taken[name]) {
        taken[name] = true;
        return names_text(d->p->names, name);
    }
    text_init(&text, d->scratch);
    if (name == NAME_NONE)
        text_printf(&text, "%c%" PRIu32, kind, id);
    else
        text_printf(&text, "%s.%" PRIu32, names_text(d->p->names, name), id);
    return text_string(&text);
}

static void find_names(Dumper *d)
{
    size_t names = d->p->names->texts.count;
    bool *taken = arena_array(d->scratch, bool, names), *taken_index = arena_array(d->scratch, bool, names);

    d->symbols = arena_array(d->scratch, const char *, d->p->symbols.count);
    d->indices = arena_array(d->scratch, const char *, d->p->indices.count);
    for (SymId i = 0; i < d->p->symbols.count; i++)
        d->symbols[i] = telling_name(d, d->p->symbols.at[i].name, '$', i, taken);
    for (IndexId i = 0; i < d->p->indices.count; i++)
        d->indices[i] = telling_name(d, d->p->indices.at[i].name, '_', i, taken_index);
}

static const char *atom_name(const void *context, AtomKind kind, uint32_t id)
{
    const Dumper *d = context;

    return kind == ATOM_INDEX ? d->indices[id] : d->symbols[id];
}

static void print_aff(Dumper *d, AffId aff)
{
    aff_print(&d->p->affs, aff, atom_name, d, d->out);
}

static void print_subs(Dumper *d, const AffId *subs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        text_add(d->out, i == 0 ? "[" : ",");
        print_aff(d, subs[i]);
    }
    text_add(d->out, count == 0 ? "" : "]");
}

/* ---- symbols ---------------------------------------------------------------------------------------- */

/* A decimal where that is exact, else a fraction. */
static void print_rational(Dumper *d, Rational value)
{
    Text text;
    Rational again;

    if (isinf(rational_to_double(value))) { /* where a maximum over samples begins */
        text_add(d->out, rational_sign(value) < 0 ? "-inf" : "inf");
        return;
    }
    text_init(&text, d->scratch);
    text_double(&text, rational_to_double(rational_abs(d->scratch, value)));
    if (strpbrk(text_string(&text), "ni") == NULL
        && rational_parse(d->scratch, text.at, text.size, &again)
        && rational_equal(again, rational_abs(d->scratch, value)))
        text_printf(d->out, "%s%s", rational_sign(value) < 0 ? "-" : "", text_string(&text));
    else
        rational_print(value, d->out);
}

static const char *role_word(const Symbol *symbol)
{
    static const char *const words[SYM_ROLE_COUNT] = { "param", "input", "data", "samples", "integer", "table", "local", "output", "seed",
                                                       "gradient", "tape", "direction", "tangent", "jacobian", "hessian" };

    return words[symbol->role];
}

static void print_values(Dumper *d, const Symbol *symbol)
{
    uint64_t count = 1;

    for (unsigned k = 0; k < symbol->rank; k++)
        count *= (uint64_t)symbol->extents[k];
    text_add(d->out, " =");
    for (uint64_t i = 0; i < count && i < MOST_VALUES; i++) {
        text_add(d->out, i == 0 ? " " : ", ");
        print_rational(d, symbol->values[i]);
    }
    text_add(d->out, count > MOST_VALUES ? ", ..." : "");
}

static void print_symbol(Dumper *d, SymId id)
{
    const Symbol *symbol = &d->p->symbols.at[id];

    text_printf(d->out, "%s %s", role_word(symbol), d->symbols[id]);
    for (unsigned k = 0; k < symbol->rank; k++)
        text_printf(d->out, "%s%" PRId32, k == 0 ? "[" : ",", symbol->extents[k]);
    text_add(d->out, symbol->rank == 0 ? "" : "]");
    if (symbol->role == SYM_DATA)
        text_add(d->out, " by sample");
    if (symbol->integer)
        text_printf(d->out, " in %" PRId64 "..%" PRId64, symbol->low, symbol->high);
    if (symbol->local)
        text_add(d->out, " local");
    if (symbol->inactive)
        text_add(d->out, " inactive");
    if (symbol->compensated)
        text_add(d->out, " compensated");
    if (symbol->of != NO_ID && symbol->role > SYM_TABLE && symbol->of < d->p->symbols.count && symbol->of != id)
        text_printf(d->out, " of %s", d->symbols[symbol->of]);
    if (symbol->values != NULL)
        print_values(d, symbol);
    text_add(d->out, "\n");
}

/* ---- expressions ------------------------------------------------------------------------------------ */

static int op_level(Op op)
{
    switch (op) {
    case OP_SELECT: return LEVEL_SELECT;
    case OP_OR: return 2;
    case OP_AND: return 3;
    case OP_EQ:
    case OP_NE: return 4;
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE: return 5;
    case OP_ADD:
    case OP_SUB: return LEVEL_SUM;
    case OP_MUL:
    case OP_DIV: return 7;
    case OP_NEG:
    case OP_NOT: return LEVEL_PREFIX;
    default: return LEVEL_LEAF;
    }
}

static void push(Dumper *d, const char *text, NodeId node, int level)
{
    vec_push(d->scratch, &d->pending, (Pending){ text, node, level });
}

static void print_leaf(Dumper *d, NodeId id, int level)
{
    const Node *node = &d->p->nodes.at[id];
    Rational value;
    uint32_t index;

    if (node_is_literal(d->p, id, &value)) {
        bool brackets = level > LEVEL_SUM && (rational_sign(value) < 0 || !rational_is_whole(value));

        text_add(d->out, brackets ? "(" : "");
        print_rational(d, value);
        text_add(d->out, brackets ? ")" : "");
    } else if (node->op == OP_INTEGER) {
        bool brackets = level > LEVEL_SUM && !aff_is_index(&d->p->affs, node->u.aff, &index);

        text_add(d->out, brackets ? "(" : "");
        print_aff(d, node->u.aff);
        text_add(d->out, brackets ? ")" : "");
    } else if (node->op == OP_FUNCTION) {
        text_add(d->out, names_text(d->p->names, node->u.function));
    } else if (node->op == OP_READ) {
        text_add(d->out, d->symbols[node->u.read.symbol]);
        print_subs(d, node_subs(d->p, id), d->p->symbols.at[node->u.read.symbol].rank);
    } else {
        text_add(d->out, op_info[node->op].name);
    }
}

/* The parts of an operator, the last one first. */
static void push_parts(Dumper *d, const Node *node, int level)
{
    int own = op_level((Op)node->op);
    const char *name = op_info[node->op].name;

    if (node->op == OP_LIST) {
        push(d, NULL, node->u.arg[1], 0);
        push(d, ", ", NO_ID, 0);
        push(d, NULL, node->u.arg[0], 0);
        return;
    }
    push(d, own < level || own == LEVEL_LEAF ? ")" : "", NO_ID, 0);
    if (node->op == OP_CALL) {
        push(d, NULL, node->u.arg[1], 0);
        push(d, "(", NO_ID, 0);
        push(d, NULL, node->u.arg[0], 0);
        return;
    }
    if (own == LEVEL_LEAF) {
        for (unsigned k = op_info[node->op].arity; k-- > 0;) {
            push(d, NULL, node->u.arg[k], 0);
            push(d, k == 0 ? "(" : ", ", NO_ID, 0);
        }
        push(d, name, NO_ID, 0);
        return;
    }
    if (node->op == OP_SELECT) {
        push(d, NULL, node->u.arg[2], LEVEL_SELECT);
        push(d, " : ", NO_ID, 0);
        push(d, NULL, node->u.arg[1], LEVEL_SELECT);
        push(d, " ? ", NO_ID, 0);
        push(d, NULL, node->u.arg[0], LEVEL_SELECT + 1);
    } else if (own == LEVEL_PREFIX) {
        push(d, NULL, node->u.arg[0], own);
        push(d, node->op == OP_NEG ? "-" : "!", NO_ID, 0);
    } else {
        push(d, NULL, node->u.arg[1], own + 1);
        push(d, own == 7 ? "" : " ", NO_ID, 0);
        push(d, name, NO_ID, 0);
        push(d, own == 7 ? "" : " ", NO_ID, 0);
        push(d, NULL, node->u.arg[0], own);
    }
    push(d, own < level ? "(" : "", NO_ID, 0);
}

/* `root` in full; inside it, nodes that have a line of their own by their number. */
static void print_expression(Dumper *d, NodeId root, bool open_root)
{
    push(d, NULL, root, 0);
    while (d->pending.count > 0) {
        Pending next = vec_pop(&d->pending);
        const Node *node;

        if (next.text != NULL) {
            text_add(d->out, next.text);
            continue;
        }
        node = &d->p->nodes.at[next.node];
        if (d->printed[next.node] && !(open_root && next.node == root))
            text_printf(d->out, "%%%" PRIu32, next.node);
        else if (op_info[node->op].form == FORM_LEAF)
            print_leaf(d, next.node, next.level);
        else
            push_parts(d, node, next.level);
    }
}

/* ---- lines ------------------------------------------------------------------------------------------ */

/* Without comments: what is left is ASCII. */
static void print_source(Dumper *d, Span at)
{
    const Source *source = d->p->source;
    size_t size = 0;
    bool blank = false;

    if (source == NULL || at.begin >= at.end || at.end > source->size)
        return;
    text_add(d->out, "   # ");
    for (uint32_t i = at.begin; i < at.end && size < MOST_SOURCE; i++) {
        bool space;

        if (source->text[i] == '#')
            while (i + 1 < at.end && source->text[i] != '\n' && source->text[i] != '\r')
                i++;
        space = strchr(" \n\r\t", source->text[i]) != NULL;
        if (!(space && blank)) {
            text_bytes(d->out, space ? " " : &source->text[i], 1);
            size++;
        }
        blank = space;
    }
}

static int compare_ids(const void *a, const void *b)
{
    NodeId x = *(const NodeId *)a, y = *(const NodeId *)b;

    return (x > y) - (x < y);
}

static void see(Dumper *d, NodeId node)
{
    if (!d->seen[node]) {
        d->seen[node] = true;
        vec_push(d->scratch, &d->needed, node);
    }
}

/* What `root` needs and no line before did, in ascending order: every node is met once in the whole dump. */
static void find_needed(Dumper *d, NodeId root)
{
    d->needed.count = 0;
    see(d, root);
    for (size_t i = 0; i < d->needed.count; i++) {
        const Node *node = &d->p->nodes.at[d->needed.at[i]];

        for (unsigned k = 0; k < op_info[node->op].arity; k++)
            see(d, node->u.arg[k]);
    }
    if (d->needed.count > 1)
        qsort(d->needed.at, d->needed.count, sizeof *d->needed.at, compare_ids);
}

/* Lines for the nodes under `root` that are used more than once, or that the user named. */
static void print_shared(Dumper *d, NodeId root)
{
    if (root == NO_ID)
        return;
    find_needed(d, root);
    for (size_t i = 0; i < d->needed.count; i++) {
        NodeId node = d->needed.at[i];
        NodeInfo info = d->p->infos.at[node];

        if (op_info[d->p->nodes.at[node].op].form == FORM_LEAF)
            continue;
        if (d->uses[node] < 2 && info.name == NAME_NONE)
            continue;
        d->printed[node] = true;
        text_begin_line(d->out);
        text_printf(d->out, "%%%" PRIu32 " = ", node);
        print_expression(d, node, true);
        if (info.name != NAME_NONE)
            text_printf(d->out, "   as %s", names_text(d->p->names, info.name));
        print_source(d, info.at);
        text_add(d->out, "\n");
    }
}

static void print_stage(Dumper *d, const Stage *stage)
{
    static const char *const words[] = { "=", "+=", "max=", "argmax=" };

    print_shared(d, stage->value);
    print_shared(d, stage->guard);
    text_begin_line(d->out);
    text_add(d->out, d->symbols[stage->target]);
    print_subs(d, stage->subs, stage_subs(d->p, stage));
    text_printf(d->out, " %s ", words[stage->op]);
    print_expression(d, stage->value, false);
    for (unsigned k = 0; k < stage->rank; k++) {
        text_printf(d->out, "%s%s in ", k == 0 ? "   for " : ", ", d->indices[stage->domain[k].index]);
        print_aff(d, stage->domain[k].low);
        text_add(d->out, "..");
        print_aff(d, stage->domain[k].high);
    }
    if (stage->guard != NO_ID) {
        text_add(d->out, "   if ");
        print_expression(d, stage->guard, false);
    }
    if (stage->fresh)
        text_add(d->out, stage->op == STAGE_MAX ? "   from -inf" : "   from 0");
    print_source(d, stage->at);
    text_add(d->out, "\n");
}

static void print_loop(Dumper *d, const Loop *loop)
{
    print_shared(d, loop->condition);
    text_begin_line(d->out);
    text_printf(d->out, "loop %s in %" PRId32 "..%" PRId32 "%s%s", d->indices[loop->index], loop->low, loop->high,
                loop->reverse ? " reversed" : "", loop->samples ? " samples" : "");
    if (loop->turns != NO_ID)
        text_printf(d->out, " turns %s", d->symbols[loop->turns]);
    if (loop->condition != NO_ID) {
        text_add(d->out, " while ");
        print_expression(d, loop->condition, false);
    }
    print_source(d, loop->at);
    text_add(d->out, "\n");
    d->out->indent++;
}

static void print_item(Dumper *d, Item item)
{
    if (item.kind == ITEM_STAGE) {
        print_stage(d, &d->p->stages.at[item.id]);
    } else if (item.kind == ITEM_LOOP) {
        print_loop(d, &d->p->loops.at[item.id]);
    } else {
        d->out->indent--;
        text_line(d->out, "end");
    }
}

/* Uses within everything that the stages need: an argument of a node once for each place. */
static void count_uses(Dumper *d)
{
    const Program *p = d->p;
    NodeVec roots = { 0 }, all = { 0 };

    for (size_t i = 0; i < p->stages.count; i++) {
        vec_push(d->scratch, &roots, p->stages.at[i].value);
        vec_push(d->scratch, &roots, p->stages.at[i].guard);
    }
    for (size_t i = 0; i < p->loops.count; i++)
        vec_push(d->scratch, &roots, p->loops.at[i].condition);
    node_reach(p, d->scratch, roots.at, roots.count, &all);
    for (size_t i = 0; i < roots.count; i++)
        if (roots.at[i] != NO_ID)
            d->uses[roots.at[i]]++;
    for (size_t i = 0; i < all.count; i++)
        for (unsigned k = 0; k < op_info[p->nodes.at[all.at[i]].op].arity; k++)
            d->uses[p->nodes.at[all.at[i]].u.arg[k]]++;
}

void program_dump(const Program *p, Text *out)
{
    Dumper d = { .p = p, .scratch = heap_arena(p->heap), .out = out };
    unsigned indent = out->indent;

    find_names(&d);
    d.uses = arena_array(d.scratch, uint32_t, p->nodes.count);
    d.seen = arena_array(d.scratch, bool, p->nodes.count);
    d.printed = arena_array(d.scratch, bool, p->nodes.count);
    count_uses(&d);
    for (SymId i = 0; i < p->symbols.count; i++)
        print_symbol(&d, i);
    for (size_t i = 0; i < p->body.count; i++)
        print_item(&d, p->body.at[i]);
    out->indent = indent;
    heap_release(p->heap, d.scratch);
}
