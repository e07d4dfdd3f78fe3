/* command_functions.c -- bpgen functions: the operator table with the derivatives as they are applied. */
#include "cli/cli.h"

#include <string.h>

/* Longest infix text of a row's derivative, and most operands waiting while it is read. */
enum { LONGEST = 256, WAITING = 16 };

/* How tightly an operator binds. */
enum { BINDS_SELECT, BINDS_LOGIC, BINDS_COMPARISON, BINDS_SUM, BINDS_PRODUCT, BINDS_SIGN, BINDS_ATOM };

typedef struct {
    char text[LONGEST];
    int binds; /* its outermost operator */
} Infix;

static Op op_of_word(const char *word)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (strcmp(op_info[op].name, word) == 0)
            return (Op)op;
    return OP_COUNT;
}

static int binding(Op op)
{
    switch (op) {
    case OP_SELECT:
        return BINDS_SELECT;
    case OP_AND:
    case OP_OR:
        return BINDS_LOGIC;
    case OP_ADD:
    case OP_SUB:
        return BINDS_SUM;
    case OP_MUL:
    case OP_DIV:
        return BINDS_PRODUCT;
    case OP_NEG:
        return BINDS_SIGN;
    default:
        return op_info[op].form == FORM_CALL ? BINDS_ATOM : BINDS_COMPARISON;
    }
}

static void add_operand(char *out, const Infix *operand, int least)
{
    bool bracket = operand->binds < least;

    strcat(out, bracket ? "(" : "");
    strcat(out, operand->text);
    strcat(out, bracket ? ")" : "");
}

static Infix combine(Op op, const Infix *args)
{
    const OpInfo *info = &op_info[op];
    Infix made = { .binds = binding(op) };

    if (info->form == FORM_SELECT) {
        add_operand(made.text, &args[0], BINDS_LOGIC);
        strcat(made.text, " ? ");
        add_operand(made.text, &args[1], BINDS_LOGIC);
        strcat(made.text, " : ");
        add_operand(made.text, &args[2], BINDS_SELECT);
    } else if (info->form == FORM_INFIX) {
        const char *blank = made.binds == BINDS_PRODUCT ? "" : " ";

        add_operand(made.text, &args[0], made.binds);
        strcat(strcat(strcat(made.text, blank), info->name), blank);
        add_operand(made.text, &args[1], made.binds + 1);
    } else if (info->form == FORM_PREFIX) {
        strcat(made.text, info->c);
        add_operand(made.text, &args[0], BINDS_PRODUCT);
    } else {
        strcat(strcat(made.text, info->name), "(");
        for (unsigned k = 0; k < info->arity; k++) {
            strcat(made.text, k > 0 ? ", " : "");
            strcat(made.text, args[k].text);
        }
        strcat(made.text, ")");
    }
    return made;
}

/* The postfix text of ops.def as infix. The texts are the table's own, so that their length is known to fit. */
static void print_partial(const char *postfix, Text *out)
{
    Infix waiting[WAITING];
    size_t count = 0;

    while (*postfix != '\0') {
        char word[32] = "";
        Op op;

        strncat(word, postfix, strcspn(postfix, " "));
        postfix += strlen(word);
        postfix += *postfix == ' ';
        op = op_of_word(word);
        if (op != OP_COUNT && op_info[op].arity > 0) {
            count -= op_info[op].arity;
            waiting[count] = combine(op, &waiting[count]);
        } else {
            waiting[count] = (Infix){ .binds = word[0] == '-' ? BINDS_SIGN : BINDS_ATOM };
            strcpy(waiting[count].text, word);
        }
        count++;
    }
    text_add(out, waiting[0].text);
}

static void print_function(Op op, Text *out)
{
    const OpInfo *info = &op_info[op];
    static const char *const letters[] = { "a", "a, b", "a, b, c" };

    text_line(out, "y = %s(%s)%s%s", info->name, letters[info->arity - 1], *info->note != '\0' ? "    " : "", info->note);
    for (unsigned k = 0; k < info->arity; k++) {
        text_printf(out, "    dy/d%c = ", 'a' + (int)k);
        if (info->partial[k] != NULL)
            print_partial(info->partial[k], out);
        else
            text_add(out, "0");
        text_add(out, "\n");
    }
}

void command_functions(Unit *unit, Run *run)
{
    (void)unit;
    for (int op = 0; op < OP_COUNT; op++)
        if (op_info[op].callable)
            print_function((Op)op, &run->out);
}
