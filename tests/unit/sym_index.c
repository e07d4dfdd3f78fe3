/* sym_index.c -- derivatives in index form: their text is a model; read back, it gives the gradients of automatic differentiation. */
#include "sym_models.h"

#include <math.h>

#include <stdlib.h>

#include "eval/point.h"
#include "sym/index_form.h"

/* ---- reading back ------------------------------------------------------------------------------------ */

typedef struct {
    const Model *model;       /* the model that was differentiated */
    const Evaluation *point;  /* its values and gradients */
    const IndexForm *form;
    const ExprPool *pool;
    const char *text;
} Back;

static SymId symbol_named(const Program *p, const char *name)
{
    for (SymId s = 0; s < p->symbols.count; s++)
        if (strcmp(names_text(p->names, p->symbols.at[s].name), name) == 0 && p->symbols.at[s].role != SYM_LOCAL)
            return s;
    return NO_ID;
}

/* Values of what is declared, by name; the seed of the output goes to the upstream gradient. */
static bool fill(Evaluation *e, const Back *b, SymId symbol)
{
    const char *name = names_text(e->program->names, e->program->symbols.at[symbol].name);
    const Program *from = b->point->program;
    SymId given = NO_ID;

    if (b->form->upstream.at[0] != EXPR_NONE &&
        strcmp(name, names_text(b->pool->names, b->pool->variables.at[b->form->upstream.at[0]].name)) == 0) {
        for (SymId s = 0; s < from->symbols.count; s++)
            if (from->symbols.at[s].role == SYM_SEED && from->symbols.at[s].of == from->outputs.at[0])
                given = s;
    } else {
        given = symbol_named(from, name);
    }
    if (given == NO_ID)
        return false;
    for (size_t i = 0; i < eval_elements(e->program, symbol); i++) {
        if (e->integers[symbol] != NULL)
            e->integers[symbol][i] = b->point->integers[given][i];
        else
            e->reals[symbol][i] = b->point->reals[given][i];
    }
    return true;
}

static bool is_near(double a, double b)
{
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-11 * (1 + fabs(a) + fabs(b));
}

static void check_output(Model *m, const Back *b, const Evaluation *e, SymId output, SymId of)
{
    const Program *from = b->point->program;
    SymId gradient = NO_ID;

    for (size_t g = 0; g < from->gradients.count; g++)
        if (from->symbols.at[from->gradients.at[g]].of == of)
            gradient = from->gradients.at[g];
    expect(&m->t->tally, gradient != NO_ID, "a gradient");
    for (size_t i = 0; gradient != NO_ID && i < eval_elements(from, gradient); i++)
        expect(&m->t->tally, is_near(e->reals[output][i], b->point->reals[gradient][i]), "%s: element %zu of output %s: %.17g, expected %.17g\n%s",
               b->model->unit->source.text, i, names_text(e->program->names, e->program->symbols.at[output].name), e->reals[output][i],
               b->point->reals[gradient][i], b->text);
}

static void check_back(Model *m, const void *context)
{
    const Back *b = context;
    const Program *p;
    Evaluation e;
    size_t next = 0;

    if (!unit_make_value(m->unit))
        return;
    p = m->unit->value;
    eval_init(&e, m->unit->arena, p);
    for (size_t i = 0; i < m->unit->lowered.declared.count; i++)
        expect(&m->t->tally, fill(&e, b, m->unit->lowered.declared.at[i].symbol), "a value for each name of\n%s", b->text);
    eval_run(&e);
    for (size_t i = 0; i < b->form->lines.count; i++)
        if (b->form->lines.at[i].by != NO_ID)
            check_output(m, b, &e, p->outputs.at[next++], b->form->lines.at[i].by);
}

/* ---- one model --------------------------------------------------------------------------------------- */

static void fill_point(Evaluation *e, const Unit *unit)
{
    Random random = { 11 };

    for (size_t i = 0; i < unit->lowered.declared.count; i++)
        point_sample(e, &unit->lowered.declared.at[i], &random);
    for (SymId s = 0; s < e->program->symbols.count; s++)
        if (e->program->symbols.at[s].role == SYM_SEED)
            for (size_t i = 0; i < eval_elements(e->program, s); i++)
                e->reals[s][i] = e->program->symbols.at[s].of != e->program->outputs.at[0] ? 0
                                 : e->program->symbols.at[s].rank == 0                   ? 1
                                                                                         : random_between(&random, -1, 1);
    eval_run(e);
}

static void declare(const ExprPool *pool, const char *kind, const ExprVariable *variable, Text *out)
{
    text_printf(out, "%s %s", kind, names_text(pool->names, variable->name));
    for (unsigned k = 0; k < variable->rank; k++)
        text_printf(out, "%s%d%s", k == 0 ? "[" : ",", (int)variable->extents[k], k + 1u == variable->rank ? "]" : "");
}

static void print_given(const ExprPool *pool, const Program *p, SymId id, Text *out)
{
    const Symbol *symbol = &p->symbols.at[id];

    if (symbol->role == SYM_TABLE) {
        index_form_print_table(pool, p, id, out);
        return;
    }
    for (size_t v = 0; v < pool->variables.count; v++)
        if (pool->variables.at[v].symbol == id)
            declare(pool, symbol->role == SYM_PARAM ? "param" : "input", &pool->variables.at[v], out);
    if (symbol->role == SYM_INTEGER)
        text_printf(out, " in %lld..%lld", (long long)symbol->low, (long long)symbol->high);
    text_add(out, "\n");
}

/* The lines as a model: declarations, lines, the derivatives as outputs. */
static void print_form(const IndexForm *form, const ExprPool *pool, const Program *p, Text *out)
{
    bool first = true;

    for (size_t i = 0; i < form->given.count; i++)
        print_given(pool, p, form->given.at[i], out);
    for (size_t i = 0; i < form->upstream.count; i++) {
        if (form->upstream.at[i] == EXPR_NONE)
            continue;
        declare(pool, "input", &pool->variables.at[form->upstream.at[i]], out);
        text_add(out, "\n");
    }
    for (size_t i = 0; i < form->lines.count; i++) {
        index_form_print_line(&form->lines.at[i], pool, out);
        text_add(out, "\n");
    }
    for (size_t i = 0; i < form->lines.count; i++) {
        if (form->lines.at[i].by == NO_ID)
            continue;
        text_printf(out, "%s%s", first ? "output " : ", ",
                    names_text(pool->names, pool->variables.at[form->lines.at[i].variable].name));
        first = false;
    }
    text_add(out, "\n");
}

static bool check_form(Model *m, bool staged, const char *expected)
{
    ExprPool *pool = expr_pool(m->unit->arena, &m->unit->names);
    FormRequest request;
    IndexForm form;
    Evaluation point;
    Back back = { .model = m, .point = &point, .form = &form, .pool = pool };
    Text text;

    m->unit->diag.messages.count = m->unit->diag.errors = 0; /* of elaborating it */
    if (!unit_make_reversed(m->unit))
        return false;
    request = (FormRequest){ m->unit->lowered.program->outputs.at, 1, m->unit->wanted.at, m->unit->wanted.count, staged };
    if (!sym_index_form(&form, pool, m->unit->lowered.program, &request, &m->unit->diag)) {
        const char *why = m->unit->diag.messages.at[0].text;

        expect(&m->t->tally, expected != NULL && strstr(why, expected) != NULL, "%s: refused: %s", m->unit->source.text, why);
        return false;
    }
    text_init(&text, m->unit->arena);
    print_form(&form, pool, m->unit->lowered.program, &text);
    if (getenv("SHOW") != NULL)
        printf("%s\n", text_string(&text));
    if (expected != NULL)
        expect(&m->t->tally, strstr(text_string(&text), expected) != NULL, "%s: '%s' is not in\n%s", m->unit->source.text, expected,
               text_string(&text));
    eval_init(&point, m->unit->arena, m->unit->reversed);
    fill_point(&point, m->unit);
    back.text = text_string(&text);
    with_model(m->t, back.text, check_back, &back);
    return true;
}

static void check_model(Model *m, const void *context)
{
    if (check_form(m, false, context))
        expect(&m->t->tally, check_form(m, true, NULL), "steps: %s", m->unit->source.text);
}

typedef struct {
    const char *text, *expected; /* expected: a part of the printed text, or of the message; or NULL */
} Case;

static const Case cases[] = {
    { "param W1[3,2], b1[3], W2[3], b2, x[2]; input y\nz = W1 @ x + b1\na = sig(z)\no = W2 @ a + b2\nJ = 0.5*(y - o)^2", "dJ_dW1[i,j] = " },
    { "param W1[3,2], b1[3]\nparam W2[2,3], b2[2]\nparam W3[2], b3\ninput x[2], y\na1 = sig(W1 @ x + b1)\na2 = sig(W2 @ a1 + b2)\n"
      "z3 = W3 @ a2 + b3\nJ = 0.5*(y - z3)^2", NULL },
    { "param X[4,3], W[3,2], b[2]\nS = X @ W + b", NULL },
    { "param c[3], b[3], W[3,3], b0, x[3]\ny = b0 + sum(c[i]*sig(b[i] + sum(W[i,j]*x[j] for j)) for i)", NULL },
    { "param W1[2,2], b1[2]\nparam W2[2,2], b2[2]\nparam W3[2,2], b3[2]\ninput x[2], t[2]\ndef layer(W, b, a) = sig(W @ a + b)\n"
      "f = layer(W3, b3, layer(W2, b2, layer(W1, b1, x)))\nl = 0.5*sum((f - t)^2)", NULL },
    { "const n = 10\nparam x[n]\nf = sum(100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 for i in 0..n-1)", NULL },
    { "const N = 20, K = 3, d = 3\nparam alpha[K], mu[K,d], q[K,d], L[K,d,d]\ninput x[N,d], gamma, m\n"
      "def quad(r, q, L) = sum((exp(q[i])*r[i] + sum(L[i,j]*r[j] for j in 0..i))^2 for i in 0..d)\n"
      "lik = sum(logsumexp(alpha[k] + sum(q[k]) - 0.5*quad(x[n] - mu[k], q[k], L[k]) for k) for n)\n"
      "prior = sum(0.5*gamma^2*(sum(exp(q[k])^2) + sum(L[k,i,j]^2 for i, j in 0..i)) - m*sum(q[k]) for k)\n"
      "f = -N*d/2*log(2*pi) + lik - N*logsumexp(alpha) + prior", NULL },
    { "param x[12], w[3]\ny[i] = sum(w[k]*x[i+k] for k)\nf = sum(y^2)", NULL },
    { "param x[5]\nf = norm(x) + logsumexp(x)", NULL },
    { "param x[5], t[5]\ns = softmax(x)\nf = dot(s, t)", NULL },
    { "param u[7]\nd[i] = (i == 6 ? 0 : u[i+1]) - (i == 0 ? 0 : u[i-1]) for i in 0..7\nf = sum(d^2)", NULL },
    { "param a, b\nv = [a, a*b, sin(b)]\nw = concat(v, [a, 2], v)\nf = sum(w^2) + v[1]*w[4]", NULL },
    { "const pick = [2, 0, 1]\nparam x[3], w[3]\ninput k[2] in 0..3\nf = sum(x[pick[i]]*w[i]*i for i) + x[k[0]]*w[k[1]]", NULL },
    { "const a = [2, 0, 1], b = [1, 2, 0], c = [0, 2, 1]\nparam x[3]\nf = sum(x[a[b[c[i]]]]*i for i)", "const c = [0, 2, 1]" },
    { "param A[4,4]\nf = sum(A[i,i]*A[i,j] for i, j in 0..i) + A[2,3]", NULL },
    { "param A[3,4], x[9]\nf = sum(A[i,j]*x[2*i+j] for i, j)", NULL },
    { "param x[4], c\nf = c > 0 ? sum(x^2) : sum(sqrt(x))", NULL },
    { "param x[5]\ndef fire(u) = u > 0 ? 1 : 0 derivative 1/(1 + 10*abs(u))^2\nf = sum(fire(x - 0.1)*x)", NULL },
    { "param p[4]\ng = grad(sum(p^3), p)\nf = sum(g^2)", NULL },
    { "param i[3], j, k\nf = sum(i*j)^2 + k", NULL },
    { "param x[3]\nh = x\nfor t in 0..4 { h = sig(h) }\nf = sum(h)", "loops" },
    { "param x[3]\nf = max(x)", "maximum" },
    { "param x[2]\ndef t(u) = [sin(u[0]*u[1]), cos(u[0]/u[1])]\n"
      "f = sum(t(t(t(t(t(t(t(t(t(t(t(t(x)))))))))))))", "more than 5000 operations" },
    { "param x[3]\nf = x[0]*trigamma(x[1])", NULL },
};

/* ---- random models ----------------------------------------------------------------------------------- */

enum { RANDOM_MODELS = 200 };

static unsigned below(Random *random, unsigned limit)
{
    return (unsigned)(random_next(random) % limit);
}

/* A subscript below 12, of indices below 3; with `own`, of an array of the model itself: below 3. */
static void random_subscript(Text *text, Random *random, unsigned indices, bool own)
{
    static const char *const forms[] = { "%c", "2-%c", "%c+3", "2*%c", "%c+%c", "2*%c+%c", "11-%c", "%c-%c+2", "%c*3+1" };
    char a = "ijk"[below(random, indices)], b = "ijk"[below(random, indices)];

    if (below(random, 8) == 0)
        text_printf(text, "%u", below(random, own ? 3 : 12));
    else
        text_printf(text, forms[below(random, own ? 2 : sizeof forms / sizeof *forms)], a, b);
}

static void random_factor(Text *text, Random *random, unsigned indices, unsigned arrays)
{
    static const char *const before[] = { "", "", "sin(", "sig(", "exp(-", "(1 + " }, *const behind[] = { "", "^2", ")", ")", "^2)", ")/3" };
    unsigned which = below(random, 3 + arrays), form = below(random, 6);
    bool own = which >= 3;

    text_add(text, before[form]);
    text_printf(text, own ? "T%u[" : which == 0 ? "A[" : which == 1 ? "x[" : "y[", which - 3);
    random_subscript(text, random, indices, own);
    if (own || which == 0) {
        text_add(text, ",");
        random_subscript(text, random, indices, own);
    }
    text_printf(text, "]%s", behind[form]);
}

/* T[i,j] = sums and choices over i, j, k. */
static void random_array(Text *text, Random *random, unsigned number)
{
    unsigned form = below(random, 4);

    text_printf(text, "T%u[i,j] = ", number);
    text_add(text, form == 0 ? "sum(" : form == 1 ? "sum(" : form == 2 ? "i > j ? " : "");
    random_factor(text, random, form < 2 ? 3 : 2, number);
    text_add(text, below(random, 2) == 0 ? "*" : " - ");
    random_factor(text, random, form < 2 ? 3 : 2, number);
    text_add(text, form == 0 ? " for k in 0..3)" : form == 1 ? " for k in 0..i+1)" : form == 2 ? " : " : "");
    if (form == 2)
        random_factor(text, random, 2, number);
    text_add(text, " for i in 0..3, j in 0..3\n");
}

static void check_random(Test *t, Arena *arena)
{
    Random random = { 42 };

    for (unsigned i = 0; i < RANDOM_MODELS; i++) {
        unsigned arrays = 1 + below(&random, 3);
        Text text;

        text_init(&text, arena);
        text_add(&text, "param A[12,12], x[12]\ninput y[12]\n");
        for (unsigned k = 0; k < arrays; k++)
            random_array(&text, &random, k);
        text_printf(&text, "f = sum(T%u) + x[3]*x[0]\n", arrays - 1);
        with_model(t, text_string(&text), check_model, NULL);
    }
}

int main(void)
{
    Test t = { .tally = { 0, 0 } };

    if (setjmp(t.heap.on_failure) != 0)
        return 1;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        with_model(&t, cases[i].text, check_model, cases[i].expected);
    check_random(&t, heap_arena(&t.heap));
    heap_free(&t.heap);
    return tally_close(&t.tally, "sym_index");
}
