/* unit_tape.c -- --tape-limit: reverse mode whose memory between the sweeps is bounded by computing parts again. */
#include "unit_passes.h"

static uint64_t real_size(const Unit *unit)
{
    return unit->options.real == REAL_FLOAT ? sizeof(float) : sizeof(double);
}

static void tell(Unit *unit, const TapedLoop *loop, const char *why)
{
    if (!unit->tape_told)
        diag_warning(&unit->diag, loop->at,
                     "--tape-limit: this loop keeps %llu bytes for the backward sweep and is left as it is: %s",
                     (unsigned long long)(loop->elements * real_size(unit)), why);
}

/* Cuts the largest loops into segments until what is left at once fits. */
static Program *cut_loops(Unit *unit, Program *program, const Tape *tape)
{
    uint64_t limit = unit->options.tape_limit / real_size(unit), left = tape->elements;

    for (size_t i = 0; i < tape->loops.count && left > limit && tape->loops.at[i].elements > 0; i++) {
        const TapedLoop *loop = &tape->loops.at[i];
        Segments segments;
        uint64_t elements;
        const char *refusal = tape_segments(program, tape, loop->index, &segments, &elements);

        if (refusal != NULL) {
            tell(unit, loop, refusal);
        } else if (elements < loop->elements) {
            TapeCut cut = { .loop = program->indices.at[loop->index].name, .segments = segments,
                            .before = loop->elements * real_size(unit), .after = elements * real_size(unit) };

            left -= loop->elements - elements;
            program = unit_replace(unit, "checkpoint", program, pass_checkpoint(program, &segments));
            if (!unit->tape_told)
                vec_push(unit->arena, &unit->cuts, cut);
        }
    }
    if (left > limit && !unit->tape_told)
        diag_warning(&unit->diag, (Span){ 0, 0 }, "--tape-limit: what is kept between the sweeps still takes %llu bytes",
                     (unsigned long long)(left * real_size(unit)));
    return program;
}

/* Reverse mode has to be run once to know what it keeps. */
Program *unit_reverse_bounded(Unit *unit, Reverse *reverse)
{
    Program *program = unit_reverse(unit, reverse), *next;
    Arena *arena;
    uint64_t again;
    Tape tape;

    if (program == NULL || unit->options.tape_limit == NO_TAPE_LIMIT)
        return program;
    arena = heap_arena(&unit->heap);
    tape_measure(&tape, arena, program, reverse);
    if (tape.elements * real_size(unit) > unit->options.tape_limit) {
        program_free(program);
        program = cut_loops(unit, unit_prepare(unit, unit->wanted.count), &tape);
        next = pass_reverse(program, unit->wanted.at, unit->wanted.count, reverse);
        program = unit_replace(unit, "reverse", program, next);
        again = pass_recompute(program, reverse);
        program = unit_end_pass(unit, "recompute", program);
        if (!unit->tape_told)
            unit->computed_again = again;
        unit->tape_told = true;
    }
    heap_release(&unit->heap, arena);
    return program;
}
