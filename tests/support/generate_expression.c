/* generate_expression.c -- what acts element by element: operators, functions, choices. */
#include "tests/support/generating.h"

#include <string.h>

/* ---- functions of the table -------------------------------------------------------------------------------- */

/* What keeps the arguments of a function in its domain, and away from overflow; functions without a row take anything. */
typedef enum { ANY, POSITIVE, UNIT, ABOVE_ONE, ABOVE_MINUS_ONE, MODERATE } Domain;

static const struct {
    Op op;
    Domain domains[2];
} domains[] = {
    { OP_POW, { POSITIVE, MODERATE } }, { OP_ATAN2, { ANY, POSITIVE } }, { OP_TAN, { UNIT } },        { OP_ASIN, { UNIT } },      { OP_ACOS, { UNIT } },
    { OP_SINH, { MODERATE } },          { OP_COSH, { MODERATE } },   { OP_ACOSH, { ABOVE_ONE } }, { OP_ATANH, { UNIT } },
    { OP_EXP, { MODERATE } },           { OP_EXP2, { MODERATE } },   { OP_EXPM1, { MODERATE } },  { OP_LOG, { POSITIVE } },
    { OP_LOG2, { POSITIVE } },          { OP_LOG10, { POSITIVE } },  { OP_LOG1P, { ABOVE_MINUS_ONE } },
    { OP_SQRT, { POSITIVE } },          { OP_LGAMMA, { POSITIVE } }, { OP_DIGAMMA, { POSITIVE } }, { OP_TRIGAMMA, { POSITIVE } },
};

static const char *const forms[][3] = {
    [ANY] = { "$", "$", "0.5 + $" },
    [POSITIVE] = { "0.3 + ($)^2", "1.5 + sin($)", "0.1 + exp(-($)^2)" },
    [UNIT] = { "0.9*sin($)", "0.7*tanh($)", "($)/(1.2 + ($)^2)" },
    [ABOVE_ONE] = { "1.1 + ($)^2", "cosh(0.3 + tanh($))", "2.5 + cos($)" },
    [ABOVE_MINUS_ONE] = { "($)^2", "0.8*sin($)", "($)^2 - 0.4" },
    [MODERATE] = { "tanh($)", "1.5*sin($)", "2/(1 + ($)^2)" },
};

Piece *tame(Generator *g, Piece *inner)
{
    Piece *piece = expression(g, forms[MODERATE][choose(g, 3)], inner);

    if (strchr(piece->text, '/') != NULL)
        piece->text = "2/(1 + ($)^2)";
    return piece;
}

static Domain domain_of(Op op, unsigned argument)
{
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        if (domains[i].op == op && argument < 2)
            return domains[i].domains[argument];
    return ANY;
}

/* The argument in the domain; inside the form it stands once, so a form has one $. */
static Piece *argument(Generator *g, Op op, unsigned k, Piece *inner)
{
    Domain domain = domain_of(op, k);

    if (domain != ANY && chance(g, 2)) {
        count(g, CONSTRUCT_OUTSIDE);
        return inner;
    }
    return expression(g, forms[domain][choose(g, 2)], inner);
}

static Op some_function(Generator *g)
{
    unsigned found = 0;
    Op op = OP_SIN;

    for (unsigned k = 0; k < OP_COUNT; k++)
        if (op_info[k].callable && choose(g, ++found) == 0)
            op = (Op)k;
    return op;
}

static Piece *function(Generator *g, Axes shape)
{
    Op op = some_function(g);
    Piece *list = piece_new(g->arena, PIECE_FIXED, "", 0, NULL);
    const char *name = op_info[op].name;

    if (op == OP_TRIGAMMA && !chance(g, 40)) /* it has no derivative */
        op = OP_DIGAMMA, name = op_info[op].name;
    count(g, CONSTRUCT_FUNCTION);
    if (op == OP_LOG && chance(g, 30))
        name = "ln";
    if (op == OP_SIG && chance(g, 30))
        name = "sigmoid";
    for (unsigned k = 0; k < op_info[op].arity; k++)
        piece_add(g->arena, list, argument(g, op, k, value(g, k == 0 || chance(g, 50) ? shape : scalar_shape)));
    list->text = op_info[op].arity == 1 ? "$" : op_info[op].arity == 2 ? "$, $" : "$, $, $";
    return expression(g, formatted(g, "%s($)", name), list);
}

/* ---- operators --------------------------------------------------------------------------------------------- */

/* A shape that broadcasts to this one. */
static Axes narrower(Generator *g, Axes shape)
{
    unsigned away = choose(g, shape.rank + 1u);

    if (g->elementwise || chance(g, 50))
        return shape;
    if (away > 0)
        count(g, CONSTRUCT_BROADCAST);
    while (away-- > 0)
        shape = without_first(shape);
    return shape;
}

static Piece *arithmetic(Generator *g, Axes shape)
{
    static const char *const texts[] = { "($ + $)", "($ - $)", "$*$", "($ + $)", "($ - $)", "($)*($)" };
    const char *text = texts[choose(g, 6)];
    Piece *a = value(g, shape), *b = value(g, narrower(g, shape));

    count(g, CONSTRUCT_ARITHMETIC);
    if (strcmp(text, "$*$") == 0)
        text = "($)*($)";
    return chance(g, 30) ? expression(g, text, b, a) : expression(g, text, a, b);
}

/* Is there something in it that is known only when the model runs? Else it may be a constant that is 0. */
static bool varies(const Generator *g, const Piece *piece)
{
    for (unsigned k = 0; k < g->name_count; k++)
        if (strcmp(piece->text, g->names[k].name) == 0 && !g->names[k].constant)
            return true;
    for (size_t k = 0; k < piece->parts.count; k++)
        if (varies(g, piece->parts.at[k]))
            return true;
    return false;
}

static Piece *division(Generator *g, Axes shape)
{
    static const char *const texts[] = { "($)/(1.5 + ($)^2)", "($)/(2 + sin($))", "($)/(1 + exp($))", "($)/3", "($)/($)" };
    unsigned which = choose(g, 20) == 0 ? 4 : choose(g, 4);
    Piece *a = value(g, shape), *b;

    count(g, CONSTRUCT_DIVISION);
    if (which == 3)
        return expression(g, texts[3], a);
    b = value(g, narrower(g, shape));
    if (which == 4 && !varies(g, b))
        return expression(g, texts[1], a, b);
    if (which == 4)
        count(g, CONSTRUCT_OUTSIDE);
    return expression(g, texts[which], a, b);
}

static Piece *power(Generator *g, Axes shape)
{
    static const char *const whole[] = { "($)^2", "($)^3", "($)^2^1", "(0.2 + ($)^2)^-1", "(1 + ($)^2)^0.5", "(2 + sin($))^-2",
                                         "(0.7 + ($)^2)^1.5", "(2 + cos($))^(-1/2)", "($)^4", "($)^1", "($)^0" };
    Piece *a = value(g, shape);

    count(g, CONSTRUCT_POWER);
    if (chance(g, 75))
        return expression(g, whole[choose(g, sizeof whole / sizeof *whole)], a);
    return expression(g, "(1.2 + sin($))^($)", a, tame(g, value(g, narrower(g, shape))));
}

static Piece *many(Generator *g, Axes shape)
{
    const char *text = chance(g, 50) ? "max($, $, $)" : "min($, $, $)";

    count(g, CONSTRUCT_MINMAX_MANY);
    return expression(g, text, value(g, shape), value(g, narrower(g, shape)), value(g, narrower(g, shape)));
}

/* ---- conditions -------------------------------------------------------------------------------------------- */

static Piece *integer_test(Generator *g)
{
    static const char *const texts[] = { "$ == 0", "$ < $", "$ != 1", "$ + 1 < $", "2*$ >= $" };
    const IndexName *index = &g->indices[choose(g, g->index_count)];
    const char *text = texts[choose(g, 5)];

    count(g, CONSTRUCT_CHOICE_INDEX);
    return condition(g, text, word(g, index->name), subscript(g, index->dim, 1));
}

static Piece *simple_test(Generator *g, Axes shape)
{
    static const char *const texts[] = { "$ < $", "$ > $", "$ <= $", "$ >= $", "$ > 0.0625", "abs($) < 0.7", "$ != $", "$ == $" };
    const char *text = texts[choose(g, 2) == 0 ? choose(g, 6) : choose(g, 8)];
    Piece *a = value(g, shape);

    if (g->index_count > 0 && chance(g, 30))
        return integer_test(g);
    return strchr(strchr(text, '$') + 1, '$') == NULL ? condition(g, text, a) : condition(g, text, a, value(g, narrower(g, shape)));
}

Piece *test(Generator *g, Axes shape)
{
    if (chance(g, 20)) {
        count(g, CONSTRUCT_CONDITION_JOIN);
        return condition(g, chance(g, 50) ? "($ && $)" : "($ || $)", simple_test(g, shape), simple_test(g, shape));
    }
    if (chance(g, 10)) {
        count(g, CONSTRUCT_CONDITION_NOT);
        return condition(g, "!($)", simple_test(g, shape));
    }
    return simple_test(g, shape);
}

/* The condition keeps the branch in the domain of its function. */
static Piece *guarded(Generator *g, Axes shape)
{
    static const char *const texts[] = { "($ > 0 ? sqrt($) : 0)", "($ > 0 ? log($) : $)", "(abs($) > 0.5 ? $/($) : $)", "(0 < $ ? ($)^1.5 : -1)" };
    Piece *x = leaf(g, shape);

    count(g, CONSTRUCT_CHOICE_GUARD);
    switch (choose(g, 4)) {
    case 0: return expression(g, texts[0], x, x);
    case 1: return expression(g, texts[1], x, x, value(g, shape));
    case 2:
        x = varies(g, x) ? x : expression(g, "0.75");
        return expression(g, texts[2], x, value(g, shape), x, value(g, shape));
    default: return expression(g, texts[3], x, x);
    }
}

static Piece *choice(Generator *g, Axes shape)
{
    if (chance(g, 30))
        return guarded(g, shape);
    count(g, CONSTRUCT_CHOICE);
    return expression(g, "($ ? $ : $)", test(g, chance(g, 50) ? shape : scalar_shape), value(g, shape), value(g, shape));
}

/* ---- calls ------------------------------------------------------------------------------------------------- */

static Piece *call(Generator *g, Axes shape, const Function *f)
{
    Piece *list = piece_new(g->arena, PIECE_FIXED, f->count == 1 ? "$" : "$, $", 0, NULL);

    for (unsigned k = 0; k < f->count; k++)
        piece_add(g->arena, list, value(g, f->elementwise ? shape : f->args[k]));
    return expression(g, "$($)", word(g, f->name), list);
}

static Piece *call_def(Generator *g, Axes shape)
{
    const Function *f = g->def_count == 0 ? NULL : &g->defs[choose(g, g->def_count)];

    if (f == NULL || (!f->elementwise && (g->elementwise || !same_shape(f->result, shape))))
        return NULL;
    count(g, CONSTRUCT_CALL_DEF);
    return call(g, shape, f);
}

static Piece *call_extern(Generator *g, Axes shape)
{
    const Function *f = g->extern_count == 0 ? NULL : &g->externs[choose(g, g->extern_count)];

    if (f == NULL)
        return NULL;
    count(g, CONSTRUCT_CALL_EXTERN);
    if (f->count == 1)
        return call(g, shape, f);
    return expression(g, "$($, 1.5 + sin($))", word(g, f->name), value(g, shape), value(g, shape));
}

static Piece *elementwise(Generator *g, Axes shape)
{
    Piece *piece;

    switch (choose(g, 20)) {
    case 0: case 1: case 2: case 3: case 4: return function(g, shape);
    case 5: case 6: return division(g, shape);
    case 7: case 8: return power(g, shape);
    case 9: count(g, CONSTRUCT_SIGN); return expression(g, "(-$)", value(g, shape));
    case 10: case 11: return choice(g, shape);
    case 12: return many(g, shape);
    case 13: case 14: piece = call_def(g, shape); break;
    case 15: piece = call_extern(g, shape); break;
    default: return arithmetic(g, shape);
    }
    return piece != NULL ? piece : arithmetic(g, shape);
}

Piece *value(Generator *g, Axes shape)
{
    Piece *piece = NULL;

    if (g->budget == 0)
        return leaf(g, shape);
    g->budget--;
    if (chance(g, 20))
        return leaf(g, shape);
    if (!g->elementwise && chance(g, shape.rank == 0 ? 35 : 45))
        piece = array_value(g, shape);
    return piece != NULL ? piece : elementwise(g, shape);
}

Piece *value_of_size(Generator *g, Axes shape, unsigned budget)
{
    unsigned kept = g->budget;
    Piece *piece;

    g->budget = budget;
    piece = value(g, shape);
    g->budget = kept;
    return piece;
}
