/* sets.c -- unions by merging lists of runs in pairs. */
#include "sparse/sets.h"

/* A new set takes memory: so many steps that they bound it. */
enum { STEPS_OF_NEW_SET = 32 };

typedef struct {
    const NumberSets *s;
    const NumberRun *runs;
    uint32_t count;
} SoughtRuns;

static bool same_runs(const void *context, uint32_t id)
{
    const SoughtRuns *sought = context;
    const RunList *list = &sought->s->sets.at[id];

    if (list->count != sought->count)
        return false;
    for (uint32_t i = 0; i < list->count; i++) {
        NumberRun run = sought->s->runs.at[list->first + i];

        if (run.low != sought->runs[i].low || run.high != sought->runs[i].high)
            return false;
    }
    return true;
}

/* `runs` may not lie in s->runs. */
static NumberSet set_of_runs(NumberSets *s, const NumberRun *runs, uint32_t count)
{
    SoughtRuns sought = { s, runs, count };
    uint64_t hash = hash_mix(HASH_START, count);
    uint32_t id;

    for (uint32_t i = 0; i < count; i++)
        hash = hash_mix(hash, (uint64_t)runs[i].low << 32 | runs[i].high);
    id = hash_find(&s->table, hash, same_runs, &sought);
    if (id != HASH_NONE)
        return id;
    id = (uint32_t)s->sets.count;
    s->steps += STEPS_OF_NEW_SET + count;
    vec_push(s->arena, &s->sets, (RunList){ (uint32_t)s->runs.count, count });
    for (uint32_t i = 0; i < count; i++)
        vec_push(s->arena, &s->runs, runs[i]);
    hash_add(s->arena, &s->table, hash, id);
    return id;
}

void sets_init(NumberSets *s, Arena *arena)
{
    *s = (NumberSets){ .arena = arena };
    set_of_runs(s, NULL, 0);
}

NumberSet sets_range(NumberSets *s, uint32_t low, uint32_t high)
{
    return set_of_runs(s, &(NumberRun){ low, high }, low < high);
}

const NumberRun *sets_runs(const NumberSets *s, NumberSet set, uint32_t *count)
{
    *count = s->sets.at[set].count;
    return s->runs.at + s->sets.at[set].first;
}

uint64_t sets_size(const NumberSets *s, NumberSet set)
{
    uint64_t size = 0;
    uint32_t count;
    const NumberRun *runs = sets_runs(s, set, &count);

    for (uint32_t i = 0; i < count; i++)
        size += runs[i].high - runs[i].low;
    return size;
}

/* ---- union -------------------------------------------------------------------------------------------- */

/* Runs that touch become one. */
static void append_run(NumberSets *s, size_t begin, NumberRun run)
{
    NumberRun *last = s->next.count > begin ? &vec_top(&s->next) : NULL;

    if (last == NULL || run.low > last->high)
        vec_push(s->arena, &s->next, run);
    else if (run.high > last->high)
        last->high = run.high;
}

/* The lists a..b and b..c of `work` as one list behind `next`. */
static void merge_lists(NumberSets *s, size_t a, size_t b, size_t c)
{
    size_t begin = s->next.count, i = a, j = b;

    s->steps += c - a;
    while (i < b || j < c) {
        bool left = j == c || (i < b && s->work.at[i].low <= s->work.at[j].low);

        append_run(s, begin, s->work.at[left ? i++ : j++]);
    }
    vec_push(s->arena, &s->kept, s->next.count);
}

static void merge_pairs(NumberSets *s)
{
    RunVec runs = s->work;
    size_t begin = 0, count = s->ends.count;

    s->next.count = s->kept.count = 0;
    for (size_t i = 0; i < count; i += 2) {
        size_t middle = s->ends.at[i], end = i + 1 < count ? s->ends.at[i + 1] : middle;

        merge_lists(s, begin, middle, end);
        begin = end;
    }
    s->work = s->next;
    s->next = runs;
    s->ends.count = 0;
    for (size_t i = 0; i < s->kept.count; i++)
        vec_push(s->arena, &s->ends, s->kept.at[i]);
}

static NumberSet merge_all(NumberSets *s, const NumberSet *sets, size_t count)
{
    s->work.count = s->ends.count = 0;
    for (size_t i = 0; i < count; i++) {
        RunList list = s->sets.at[sets[i]];

        for (uint32_t k = 0; k < list.count; k++)
            vec_push(s->arena, &s->work, s->runs.at[list.first + k]);
        vec_push(s->arena, &s->ends, s->work.count);
    }
    while (s->ends.count > 1)
        merge_pairs(s);
    return set_of_runs(s, s->work.at, (uint32_t)s->work.count);
}

static bool same_pair(const void *context, uint32_t id)
{
    const NumberSets *s = context;
    const UnionOfTwo *sought = &vec_top(&s->memo);

    return s->memo.at[id].a == sought->a && s->memo.at[id].b == sought->b;
}

/* Pairs come again at the points of a domain, so they are remembered. */
static NumberSet union_of_two(NumberSets *s, NumberSet a, NumberSet b)
{
    uint64_t hash;
    uint32_t id;

    if (a == b || b == 0)
        return a;
    if (a == 0)
        return b;
    if (a > b) {
        NumberSet swap = a;

        a = b;
        b = swap;
    }
    hash = hash_mix(hash_mix(HASH_START, a), b);
    vec_push(s->arena, &s->memo, (UnionOfTwo){ a, b, 0 });
    id = hash_find(&s->unions, hash, same_pair, s);
    if (id != HASH_NONE) {
        (void)vec_pop(&s->memo);
        return s->memo.at[id].both;
    }
    vec_top(&s->memo).both = merge_all(s, (const NumberSet[]){ a, b }, 2);
    hash_add(s->arena, &s->unions, hash, (uint32_t)s->memo.count - 1);
    return vec_top(&s->memo).both;
}

NumberSet sets_union(NumberSets *s, const NumberSet *sets, size_t count)
{
    if (count == 0)
        return 0;
    if (count == 1)
        return sets[0];
    return count == 2 ? union_of_two(s, sets[0], sets[1]) : merge_all(s, sets, count);
}
