/* hull.h -- the interval that an integer expression stays in, over a whole domain. For src/pass and src/teach/circuit*.c. */
#ifndef BPGEN_HULL_H
#define BPGEN_HULL_H

#include "ir/program.h"

/* least .. most, both included. */
typedef struct {
    int64_t least, most;
} Hull;

typedef struct {
    const Program *p;
    Hull *of;       /* by index */
    bool *known;    /* by index */
    size_t count;
} Hulls;

void hulls_init(Hulls *h, Arena *arena, const Program *p);

/* From now on these indices, each over its range; bounds use indices to their left. */
void hulls_enter(Hulls *h, const Range *ranges, uint32_t count);
void hulls_leave(Hulls *h, const Range *ranges, uint32_t count);

/* False if an index is not known. Exact in every single index; several that depend on one another may do less. */
bool hull_of_aff(const Hulls *h, AffId aff, Hull *hull);

#endif
