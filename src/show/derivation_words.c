/* derivation_words.c -- what rules and simplifications are called. */
#include "show/derivation.h"

static const char *const formulas[RULE_COUNT][2] = {
    [RULE_CONSTANT] = { "c' = 0", "c' = 0" },
    [RULE_VARIABLE] = { "x' = 1", "x' = 1" },
    [RULE_SUM] = { "(u + v)' = u' + v'", "(u + v)' = u' + v'" },
    [RULE_DIFFERENCE] = { "(u - v)' = u' - v'", "(u - v)' = u' - v'" },
    [RULE_NEGATION] = { "(-u)' = -u'", "(-u)' = -u'" },
    [RULE_PRODUCT] = { "(u*v)' = u'*v + u*v'", "(u\\,v)' = u'\\,v + u\\,v'" },
    [RULE_QUOTIENT] = { "(u/v)' = (u'*v - u*v')/v^2", "\\left(\\frac{u}{v}\\right)' = \\frac{u'\\,v - u\\,v'}{v^{2}}" },
    [RULE_POWER] = { "(u^n)' = n*u^(n-1)*u'", "(u^{n})' = n\\,u^{n-1}\\,u'" },
    [RULE_CHAIN] = { "f(u)' = f'(u)*u'", "f(u)' = f'(u)\\,u'" },
    [RULE_CHOICE] = { "(c ? u : v)' = c ? u' : v'", "\\text{of the branch taken}" },
    [RULE_STATED] = { "f(u)' = d(u)*u'", "f(u)' = d(u)\\,u'" },
    [RULE_SIGMA] = { "sum(u)' = sum(u')", "\\left(\\sum u\\right)' = \\sum u'" },
};

const char *derivation_rule_formula(DerivativeRule rule, bool tex)
{
    return formulas[rule][tex];
}

void derivation_step_name(const Derivation *d, const StepLine *line, Language language, Text *out)
{
    const Expr *of = &d->pool->nodes.at[line->of];
    bool first = true;

    if (line->kind == STEP_TOGETHER) {
        text_add(out, message(language, MESSAGE_STEPS_TOGETHER));
    } else if (line->kind == STEP_RULE) {
        text_add(out, message(language, (MessageId)(MESSAGE_RULE_CONSTANT + line->rule)));
        if (line->rule == RULE_CHAIN && of->kind == EXPR_OP)
            text_printf(out, "%s%s", language == LANGUAGE_ZH ? "，" : ", ", op_info[of->op].name);
    }
    for (unsigned r = 0; line->kind == STEP_REWRITE && r < TIDY_COUNT; r++) {
        if ((line->rewrites >> r & 1) == 0)
            continue;
        text_printf(out, "%s%s", first ? "" : language == LANGUAGE_ZH ? "，" : ", ",
                    message(language, (MessageId)(MESSAGE_TIDY_NUMBERS + r)));
        first = false;
    }
}

size_t derivation_rules_used(const StepLines *steps, DerivativeRule *rules)
{
    uint32_t seen = 0;
    size_t count = 0;

    for (size_t i = 0; i < steps->lines.count; i++) {
        const StepLine *line = &steps->lines.at[i];

        if (line->kind != STEP_RULE || (seen >> line->rule & 1) != 0)
            continue;
        seen |= 1u << line->rule;
        rules[count++] = line->rule;
    }
    return count;
}
