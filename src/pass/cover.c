/* cover.c -- differences of boxes, and single elements by hashing, so that unrolled code costs the same per element. */
#include "pass/cover.h"

#include <string.h>

enum { FEW_POINTS = 8 };

void cover_init(Cover *cover, Arena *arena, const int32_t *extents, uint32_t rank)
{
    *cover = (Cover){ .arena = arena, .rank = rank, .extents = extents };
}

static uint64_t box_volume(const Interval *box, uint32_t rank)
{
    uint64_t volume = 1;

    for (uint32_t k = 0; k < rank; k++)
        volume *= (uint64_t)(box[k].high - box[k].low);
    return volume;
}

/* Of the whole array. */
static uint64_t cover_volume(const Cover *cover)
{
    uint64_t volume = 1;

    for (uint32_t k = 0; k < cover->rank; k++)
        volume *= (uint64_t)cover->extents[k];
    return volume;
}

/* ---- boxes ------------------------------------------------------------------------------------------- */

static bool overlaps(const Interval *a, const Interval *b, uint32_t rank)
{
    for (uint32_t k = 0; k < rank; k++)
        if (a[k].low >= b[k].high || b[k].low >= a[k].high)
            return false;
    return true;
}

static Interval *copy_box(const Cover *cover, const Interval *box)
{
    Interval *copy = arena_array(cover->arena, Interval, cover->rank);

    memcpy(copy, box, cover->rank * sizeof *copy);
    return copy;
}

/* Appends the parts of `piece` outside of `hole`, which overlaps it: for each dimension what lies below and above,
 * the hole's interval in the dimensions before. */
static void split_piece(const Cover *cover, const Interval *piece, const Interval *hole, BoxVec *out)
{
    Interval *inner = copy_box(cover, piece);

    for (uint32_t k = 0; k < cover->rank; k++) {
        Interval whole = inner[k];

        if (whole.low < hole[k].low) {
            inner[k] = (Interval){ whole.low, hole[k].low };
            vec_push(cover->arena, out, copy_box(cover, inner));
        }
        if (hole[k].high < whole.high) {
            inner[k] = (Interval){ hole[k].high, whole.high };
            vec_push(cover->arena, out, copy_box(cover, inner));
        }
        inner[k].low = whole.low > hole[k].low ? whole.low : hole[k].low;
        inner[k].high = whole.high < hole[k].high ? whole.high : hole[k].high;
    }
}

static void cut_hole(const Cover *cover, BoxVec *pieces, const Interval *hole)
{
    size_t count = pieces->count, kept = 0;

    for (size_t i = 0; i < count; i++)
        if (overlaps(pieces->at[i], hole, cover->rank))
            split_piece(cover, pieces->at[i], hole, pieces);
    for (size_t i = 0; i < pieces->count; i++)
        if (i >= count || !overlaps(pieces->at[i], hole, cover->rank))
            pieces->at[kept++] = pieces->at[i];
    pieces->count = kept;
}

/* ---- single elements --------------------------------------------------------------------------------- */

static bool same_point(const void *context, uint32_t id)
{
    const Cover *cover = context;

    return cover->points.at[id] == cover->points.at[cover->points.count];
}

static uint64_t point_hash(int64_t point)
{
    return hash_mix(HASH_START, (uint64_t)point);
}

/* The point sought stands behind the last one, in reserved room. */
static bool find_point(Cover *cover, int64_t point)
{
    vec_reserve(cover->arena, &cover->points, 1);
    cover->points.at[cover->points.count] = point;
    if (cover->points.count > FEW_POINTS)
        return hash_find(&cover->table, point_hash(point), same_point, cover) != HASH_NONE;
    for (size_t i = 0; i < cover->points.count; i++)
        if (cover->points.at[i] == point)
            return true;
    return false;
}

static void add_point(Cover *cover, int64_t point)
{
    vec_push(cover->arena, &cover->points, point);
    if (cover->points.count == FEW_POINTS + 1)
        for (uint32_t i = 0; i < cover->points.count; i++)
            hash_add(cover->arena, &cover->table, point_hash(cover->points.at[i]), i);
    else if (cover->points.count > FEW_POINTS)
        hash_add(cover->arena, &cover->table, point_hash(point), (uint32_t)cover->points.count - 1);
}

static int64_t position_of(const Cover *cover, const Interval *box)
{
    int64_t position = 0;

    for (uint32_t k = 0; k < cover->rank; k++)
        position = position * cover->extents[k] + box[k].low;
    return position;
}

static void box_of_point(const Cover *cover, int64_t position, Interval *box)
{
    for (uint32_t k = cover->rank; k-- > 0;) {
        box[k].low = position % cover->extents[k];
        box[k].high = box[k].low + 1;
        position /= cover->extents[k];
    }
}

static void cover_add_point(Cover *cover, const Interval *box, BoxVec *rest)
{
    int64_t position = position_of(cover, box);

    for (size_t i = 0; i < cover->boxes.count; i++)
        if (overlaps(cover->boxes.at[i], box, cover->rank))
            return;
    if (find_point(cover, position))
        return;
    add_point(cover, position);
    cover->reached++;
    vec_push(cover->arena, rest, copy_box(cover, box));
}

/* ---- both -------------------------------------------------------------------------------------------- */

static bool cut_points(const Cover *cover, BoxVec *rest)
{
    Interval *hole = arena_array(cover->arena, Interval, cover->rank);

    for (size_t i = 0; i < cover->points.count && rest->count > 0; i++) {
        box_of_point(cover, cover->points.at[i], hole);
        cut_hole(cover, rest, hole);
        if (rest->count > COVER_MOST_PIECES)
            return false;
    }
    return true;
}

bool cover_add(Cover *cover, const Interval *box, BoxVec *rest)
{
    uint64_t volume = box_volume(box, cover->rank);

    rest->count = 0;
    if (volume == 0 || cover->reached == cover_volume(cover))
        return true;
    if (volume == 1) {
        cover_add_point(cover, box, rest);
        return true;
    }
    vec_push(cover->arena, rest, copy_box(cover, box));
    for (size_t i = 0; i < cover->boxes.count; i++)
        cut_hole(cover, rest, cover->boxes.at[i]);
    if (!cut_points(cover, rest) || rest->count > COVER_MOST_PIECES ||
        cover->boxes.count + rest->count > COVER_MOST_BOXES)
        return false;
    for (size_t i = 0; i < rest->count; i++) {
        vec_push(cover->arena, &cover->boxes, rest->at[i]);
        cover->reached += box_volume(rest->at[i], cover->rank);
    }
    return true;
}
