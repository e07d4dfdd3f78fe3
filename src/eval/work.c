/* work.c -- how much an evaluation has to do, before it is begun. */
#include "base/saturate.h"
#include "eval/eval.h"

static uint64_t turns_of(const Loop *loop)
{
    return loop->high > loop->low ? (uint64_t)((int64_t)loop->high - loop->low) : 0;
}

/* Points of all stages in all turns; `outer` has the turns of the open loops together. */
static uint64_t stage_work(const Program *p)
{
    uint64_t *outer = arena_array(p->arena, uint64_t, p->loops.count + 1), work = 0;
    size_t depth = 0;

    outer[0] = 1;
    for (size_t i = 0; i < p->body.count; i++) {
        const Item *item = &p->body.at[i];

        if (item->kind == ITEM_LOOP) {
            outer[depth + 1] = saturating_product(outer[depth], turns_of(&p->loops.at[item->id]));
            depth++;
        } else if (item->kind == ITEM_END) {
            depth--;
        } else {
            work = saturating_sum(work, saturating_product(outer[depth], stage_points(p, &p->stages.at[item->id])));
        }
    }
    return work;
}

uint64_t eval_work(const Program *program)
{
    uint64_t work = stage_work(program);

    for (SymId s = 0; s < program->symbols.count; s++)
        work = saturating_sum(work, symbol_elements(&program->symbols.at[s]));
    return work;
}
