/* pattern.c -- patterns from the sets that trace.c finds, and what else is made of patterns. */
#include "sparse/pattern.h"

#include "sparse/trace.h"

static Pattern pattern_new(Arena *arena, uint32_t rows, uint32_t columns)
{
    return (Pattern){ .rows = rows, .columns = columns, .starts = arena_array(arena, size_t, (size_t)rows + 1) };
}

static void count_entries(Pattern *pattern, const NumberSets *sets, const NumberSet *of_row)
{
    for (uint32_t row = 0; row < pattern->rows; row++) {
        pattern->entries += sets_size(sets, of_row[row]);
        pattern->starts[row + 1] = pattern->entries;
    }
}

static void fill_entries(Pattern *pattern, const NumberSets *sets, const NumberSet *of_row)
{
    for (uint32_t row = 0; row < pattern->rows; row++) {
        size_t place = pattern->starts[row];
        uint32_t count;
        const NumberRun *runs = sets_runs(sets, of_row[row], &count);

        for (uint32_t i = 0; i < count; i++)
            for (uint32_t column = runs[i].low; column < runs[i].high; column++)
                pattern->at[place++] = column;
    }
}

PatternEnd pattern_find(Pattern *pattern, Arena *arena, const Dependence *asked)
{
    uint64_t rows = program_elements(asked->program, asked->results, asked->result_count);
    uint64_t columns = program_elements(asked->program, asked->wanted, asked->wanted_count);
    Arena *scratch = heap_arena(asked->program->heap);
    PatternEnd end = PATTERN_MANY_ENTRIES;
    NumberSets sets;
    NumberSet *of_row;

    *pattern = (Pattern){ 0 };
    if (rows < PATTERN_MOST_ENTRIES && columns < PATTERN_MOST_ENTRIES) {
        of_row = arena_array(scratch, NumberSet, rows + 1);
        sets_init(&sets, scratch);
        *pattern = pattern_new(arena, (uint32_t)rows, (uint32_t)columns);
        end = trace_run(asked, scratch, &sets, of_row) ? PATTERN_FOUND : PATTERN_MANY_STEPS;
        if (end == PATTERN_FOUND)
            count_entries(pattern, &sets, of_row);
        if (pattern->entries > PATTERN_MOST_ENTRIES)
            end = PATTERN_MANY_ENTRIES;
        if (end == PATTERN_FOUND) {
            pattern->at = arena_array(arena, uint32_t, pattern->entries);
            fill_entries(pattern, &sets, of_row);
        }
    }
    heap_release(asked->program->heap, scratch);
    return end;
}

Pattern pattern_transpose(Arena *arena, const Pattern *pattern)
{
    Pattern turned = pattern_new(arena, pattern->columns, pattern->rows);
    size_t *next = arena_array(arena, size_t, (size_t)turned.rows + 1);

    turned.entries = pattern->entries;
    turned.at = arena_array(arena, uint32_t, turned.entries);
    for (size_t i = 0; i < pattern->entries; i++)
        turned.starts[pattern->at[i] + 1]++;
    for (uint32_t row = 0; row < turned.rows; row++) {
        turned.starts[row + 1] += turned.starts[row];
        next[row] = turned.starts[row];
    }
    for (uint32_t row = 0; row < pattern->rows; row++)
        for (size_t i = pattern->starts[row]; i < pattern->starts[row + 1]; i++)
            turned.at[next[pattern->at[i]]++] = row;
    return turned;
}

static void push_entry(Arena *arena, Pattern *pattern, size_t *room, uint32_t column)
{
    if (pattern->entries == *room)
        pattern->at = vec_grow(arena, pattern->at, sizeof *pattern->at, room, pattern->entries + 1);
    pattern->at[pattern->entries++] = column;
}

Pattern pattern_symmetric(Arena *arena, const Pattern *pattern, bool lower)
{
    Pattern turned = pattern_transpose(arena, pattern), both = pattern_new(arena, pattern->rows, pattern->columns);
    size_t room = 0;

    for (uint32_t row = 0; row < pattern->rows; row++) {
        size_t a = pattern->starts[row], b = turned.starts[row];

        while (a < pattern->starts[row + 1] || b < turned.starts[row + 1]) {
            uint32_t left = a < pattern->starts[row + 1] ? pattern->at[a] : UINT32_MAX;
            uint32_t right = b < turned.starts[row + 1] ? turned.at[b] : UINT32_MAX;
            uint32_t column = left < right ? left : right;

            a += left == column;
            b += right == column;
            if (!lower || row >= column)
                push_entry(arena, &both, &room, column);
        }
        both.starts[row + 1] = both.entries;
    }
    return both;
}

size_t pattern_find_entry(const Pattern *pattern, uint32_t row, uint32_t column)
{
    size_t low = pattern->starts[row], high = pattern->starts[row + 1];

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (pattern->at[middle] < column)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pattern->starts[row + 1] && pattern->at[low] == column ? low : SIZE_MAX;
}

bool pattern_has(const Pattern *pattern, uint32_t row, uint32_t column)
{
    return pattern_find_entry(pattern, row, column) != SIZE_MAX;
}
