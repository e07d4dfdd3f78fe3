/* sema_sums.c -- subscripts of random sums: what the checker proves is what enumeration finds; and the form of the code. */
#include "tests/unit/sema_check.h"

/* ---- the form of the code ---- */

enum { MOST_DEPTH = 1000 };

static const char *code_error(const CheckedModel *model)
{
    CheckedId first[MOST_DEPTH];
    size_t depth = 0;

    for (CheckedId id = 0; id < model->nodes.count; id++) {
        const CheckedNode *node = &model->nodes.at[id];
        CheckedId begin = id;

        if (node->count > depth)
            return "operands are missing";
        depth -= node->count;
        if (node->count > 0)
            begin = first[depth];
        switch ((CheckedKind)node->kind) {
        case CHECKED_MARK_THEN:
            if (model->nodes.at[node->u.mark].kind != CHECKED_MARK_ELSE)
                return "MARK_THEN leads nowhere";
            continue;
        case CHECKED_MARK_ELSE:
            if (model->nodes.at[node->u.mark].kind != CHECKED_SELECT)
                return "MARK_ELSE leads nowhere";
            continue;
        case CHECKED_MARK_RIGHT:
            if (model->nodes.at[node->u.mark].kind != CHECKED_AND && model->nodes.at[node->u.mark].kind != CHECKED_OR)
                return "MARK_RIGHT leads nowhere";
            continue;
        case CHECKED_BIND: case CHECKED_ASSIGN:
        case CHECKED_LOOP_BEGIN: case CHECKED_LOOP_WHILE: case CHECKED_LOOP_END:
            continue;
        default:
            break;
        }
        if (node->kind != CHECKED_CALL && node->first != begin)
            return "the code begins elsewhere";
        if (depth == MOST_DEPTH)
            return "too deep for this test";
        first[depth++] = node->first;
    }
    return depth == 0 ? NULL : "values are left";
}

/* ---- sums whose subscripts are enumerated ---- */

enum { AXES = 2, INDICES = 3, READS = 4, TESTS = 2, VARIABLES = INDICES + 1 };

/* constant + coef[0]*i + coef[1]*j + coef[2]*k + coef[3]*n, where n is an integer input. */
typedef struct {
    int constant, coef[VARIABLES];
} Linear;

typedef struct {
    bool stated;
    Linear low, high;
} Clause;

typedef struct {
    int rank;
    int extent[AXES];
    Linear sub[AXES];
    int length; /* > 0: a slice of this length along the first axis */
} Read;

typedef struct {
    Linear left;
    int op;
} Test;

typedef struct {
    int indices, reads, tests; /* tests joined by && or || */
    bool any;
    int low_n, high_n;
    Clause clause[INDICES];
    Read read[READS];          /* the even ones stand behind ?, the odd ones behind : */
    Test test[TESTS];
} Sum;

static const char *const variable[] = { "i", "j", "k", "n" };
static const char *const operator_text[] = { "==", "!=", "<", "<=", ">", ">=" };

static Linear random_linear(int indices, bool with_n)
{
    Linear linear = { .constant = pick(-2, 4) };
    int used = pick(0, 2);

    for (int k = 0; k < used; k++) {
        int which = pick(0, indices - (with_n ? 0 : 1));

        linear.coef[which == indices ? INDICES : which] = pick(0, 3) == 0 ? pick(-2, 2) : pick(0, 4) == 0 ? -1 : 1;
    }
    return linear;
}

static Sum random_sum(bool simple)
{
    Sum sum = { .indices = pick(1, INDICES), .reads = pick(1, READS), .tests = simple ? 0 : pick(0, TESTS),
                .any = pick(0, 1) == 1, .low_n = pick(0, 2) };

    sum.high_n = sum.low_n + pick(1, 3);
    for (int i = 0; i < sum.indices; i++) {
        Clause *clause = &sum.clause[i];

        clause->stated = simple || pick(0, 2) > 0;
        clause->low.constant = pick(0, 2) == 0 ? pick(-1, 2) : 0;
        clause->high.constant = clause->low.constant + pick(1, 5);
        if (!simple && i > 0 && pick(0, 2) == 0) {
            clause->high.coef[pick(0, i - 1)] = 1;
            clause->high.constant = pick(0, 1);
        }
        if (!simple && i > 0 && pick(0, 5) == 0)
            clause->low.coef[pick(0, i - 1)] = 1;
    }
    for (int r = 0; r < sum.reads; r++) {
        Read *read = &sum.read[r];

        read->rank = pick(1, AXES);
        for (int k = 0; k < read->rank; k++) {
            read->extent[k] = pick(2, 9);
            read->sub[k] = random_linear(sum.indices, true);
            if (pick(0, 3) == 0) { /* an index alone, so that some ranges can be inferred */
                read->sub[k] = (Linear){ 0 };
                read->sub[k].coef[pick(0, sum.indices - 1)] = 1;
            }
        }
        read->length = pick(0, 4) == 0 ? pick(1, 3) : 0;
    }
    for (int t = 0; t < sum.tests; t++) {
        sum.test[t].left = random_linear(sum.indices, true);
        sum.test[t].op = pick(0, 5);
    }
    return sum;
}

static size_t print_linear(char *text, size_t size, const Linear *linear)
{
    size_t at = (size_t)snprintf(text, size, "%d", linear->constant);

    for (int k = 0; k < VARIABLES; k++)
        if (linear->coef[k] != 0)
            at += (size_t)snprintf(text + at, size - at, "%+d*%s", linear->coef[k], variable[k]);
    return at;
}

static size_t print_read(char *text, size_t size, const Read *read, int number)
{
    size_t at = (size_t)snprintf(text, size, read->length > 0 ? " + sum(x%d[" : " + x%d[", number);

    for (int k = 0; k < read->rank; k++) {
        CheckedIndex alone = VARIABLES;

        for (CheckedIndex v = 0; v < INDICES; v++)
            alone = read->sub[k].coef[v] == 1 && alone == VARIABLES ? v
                    : read->sub[k].coef[v] != 0                     ? VARIABLES + 1
                                                                    : alone;
        at += (size_t)snprintf(text + at, size - at, k > 0 ? ", " : "");
        if (read->sub[k].constant == 0 && read->sub[k].coef[INDICES] == 0 && alone < VARIABLES)
            at += (size_t)snprintf(text + at, size - at, "%s", variable[alone]);
        else
            at += print_linear(text + at, size - at, &read->sub[k]);
        if (k == 0 && read->length > 0) {
            Linear end = read->sub[0];

            end.constant += read->length;
            at += (size_t)snprintf(text + at, size - at, "..");
            at += print_linear(text + at, size - at, &end);
        }
    }
    return at +
           (size_t)snprintf(text + at, size - at, read->length > 0 ? "] + 0*[1 for q in 0..%d])" : "]", read->length);
}

static size_t print_branch(char *text, size_t size, const Sum *sum, int parity)
{
    size_t at = (size_t)snprintf(text, size, "0");

    for (int r = parity; r < sum->reads; r += 2) {
        Read scalar = sum->read[r];

        if (scalar.rank > 1)
            scalar.length = 0;
        at += print_read(text + at, size - at, &scalar, r);
    }
    return at;
}

static void print_sum(char *text, size_t size, const Sum *sum)
{
    size_t at = (size_t)snprintf(text, size, "input n in %d..%d\n", sum->low_n, sum->high_n);

    for (int r = 0; r < sum->reads; r++) {
        at += (size_t)snprintf(text + at, size - at, "param x%d[%d", r, sum->read[r].extent[0]);
        if (sum->read[r].rank > 1)
            at += (size_t)snprintf(text + at, size - at, ", %d", sum->read[r].extent[1]);
        at += (size_t)snprintf(text + at, size - at, "]\n");
    }
    at += (size_t)snprintf(text + at, size - at, "f = sum(");
    for (int t = 0; t < sum->tests; t++) {
        at += (size_t)snprintf(text + at, size - at, t > 0 ? (sum->any ? " || " : " && ") : "");
        at += print_linear(text + at, size - at, &sum->test[t].left);
        at += (size_t)snprintf(text + at, size - at, " %s 0", operator_text[sum->test[t].op]);
    }
    at += (size_t)snprintf(text + at, size - at, sum->tests > 0 ? " ? " : "");
    at += print_branch(text + at, size - at, sum, 0);
    at += (size_t)snprintf(text + at, size - at, sum->tests > 0 ? " : " : " + ");
    at += print_branch(text + at, size - at, sum, 1);
    for (int i = 0; i < sum->indices; i++) {
        at += (size_t)snprintf(text + at, size - at, "%s%s", i == 0 ? " for " : ", ", variable[i]);
        if (!sum->clause[i].stated)
            continue;
        at += (size_t)snprintf(text + at, size - at, " in ");
        at += print_linear(text + at, size - at, &sum->clause[i].low);
        at += (size_t)snprintf(text + at, size - at, "..");
        at += print_linear(text + at, size - at, &sum->clause[i].high);
    }
    snprintf(text + at, size - at, ")\n");
}

static int linear_value(const Linear *linear, const int *now)
{
    int value = linear->constant;

    for (int k = 0; k < VARIABLES; k++)
        value += linear->coef[k] * now[k];
    return value;
}

static bool holds(const Test *test, const int *now)
{
    int value = linear_value(&test->left, now);

    return test->op == 0 ? value == 0 : test->op == 1 ? value != 0 : test->op == 2 ? value < 0
           : test->op == 3 ? value <= 0 : test->op == 4 ? value > 0 : value >= 0;
}

/* Which reads are evaluated here: bit 0 the even ones, bit 1 the odd ones. */
static int branches(const Sum *sum, const int *now)
{
    bool taken = !sum->any;

    if (sum->tests == 0)
        return 3;
    for (int t = 0; t < sum->tests; t++)
        taken = sum->any ? taken || holds(&sum->test[t], now) : taken && holds(&sum->test[t], now);
    return taken ? 1 : 2;
}

static bool all_inside(const Sum *sum, const int *now)
{
    int taken = branches(sum, now);

    for (int r = 0; r < sum->reads; r++) {
        const Read *read = &sum->read[r];

        if ((taken >> r % 2 & 1) == 0)
            continue;
        for (int k = 0; k < read->rank; k++) {
            int value = linear_value(&read->sub[k], now),
                length = k == 0 && read->rank == 1 && read->length > 0 ? read->length : 1;

            if (value < 0 || value + length > read->extent[k])
                return false;
        }
    }
    return true;
}

/* Goes through all values of the indices and of n. The ranges that were inferred are in `high` (they begin at 0). */
static bool enumerate(const Sum *sum, const int *high)
{
    int now[VARIABLES] = { 0 };

    for (now[INDICES] = sum->low_n; now[INDICES] < sum->high_n; now[INDICES]++) {
        int level = 0;
        bool fresh = true;

        for (;;) {
            const Clause *clause = &sum->clause[level];

            now[level] = !fresh ? now[level] + 1 : clause->stated ? linear_value(&clause->low, now) : 0;
            if (now[level] < (clause->stated ? linear_value(&clause->high, now) : high[level])) {
                fresh = level + 1 < sum->indices;
                if (fresh)
                    level++;
                else if (!all_inside(sum, now))
                    return false;
            } else if (level == 0) {
                break;
            } else {
                now[level--] = 0;
                fresh = false;
            }
        }
    }
    return true;
}

static void inferred(const CheckedModel *model, const Sum *sum, int *high)
{
    for (int i = 0; i < sum->indices; i++)
        for (size_t k = 0; k < model->indices.count; k++)
            if (strcmp(names_text(model->names, model->indices.at[k].name), variable[i]) == 0)
                high[i] = (int)model->indices.at[k].most + 1;
}

static int test_sums(Tally *tally, int count, bool simple)
{
    static char text[4000];
    int accepted = 0;

    for (int n = 0; n < count; n++) {
        Sum sum = random_sum(simple);
        int high[INDICES] = { 0 };
        Checked checked;
        bool good;

        print_sum(text, sizeof text, &sum);
        good = check(&checked, text);
        accepted += good;
        if (good) {
            const char *wrong = code_error(&checked.model);

            inferred(&checked.model, &sum, high);
            expect(tally, enumerate(&sum, high), "accepted, but a subscript leaves its axis:\n%s", text);
            expect(tally, wrong == NULL, "%s:\n%s", wrong == NULL ? "" : wrong, text);
        } else if (simple) {
            /* Over boxes and without conditions the proof misses nothing. */
            expect(tally, !enumerate(&sum, high), "refused, but all subscripts are in range:\n%s", text);
        }
        heap_free(&checked.heap);
    }
    return accepted;
}

int main(void)
{
    Tally tally = { 0, 0 };
    int accepted = test_sums(&tally, 6000, false), simple = test_sums(&tally, 2000, true);

    printf("random sums accepted: %d of 6000, %d of 2000 over boxes\n", accepted, simple);
    return tally_close(&tally, "sema_sums");
}
