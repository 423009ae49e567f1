/* Lloyd's iteration for weighted points in three dimensions, such as the distinct colors of an image.
 *
 * Points come along a space-filling curve. BLOCK neighbors are a block, FAN blocks a group, FAN groups a bunch. Let a
 * box around some points have midpoint m and half sides h, and let a be the center nearest to m. Another center c
 * is farther than a from every point of the box if |m - c|^2 > |m - a|^2 + 2 sum_d h_d |c_d - a_d|, because the
 * difference of the squared distances is linear in the point. So few centers are left for a group and fewer for
 * each of its blocks. Where one is left, the part of a group or block in the sums and in the inertia follows from its
 * weight, mean and scatter, and no point is looked at. Source: Kanungo et al., IEEE PAMI 24(7), 2002 (there with a
 * k-d tree).
 *
 * Distances are sums of squared differences in the order x, y, z without fused operations: the same bits as
 * the reference. The test above keeps a margin far wider than its rounding, and centers stay in ascending order,
 * so labels are those of a full search. Sums are taken relative to the old center, like the reference; they are
 * added up in fixed pieces in a fixed order and do not depend on the number of threads.
 */
#include "boxes.h"

#define MIXED -2 /* the owner of a block whose points have labels of their own; others own all their points */
#define LARGEST_PIECES 64

/* The centers among `size` of them (`which`, of all `centers`) that can be nearest to a point in any of FAN boxes go to
 * `kept`; bit b of `bits` says that one can be for box b. Returns how many are kept. */
static inline int64_t narrow(const double *boxes, const double *centers, int64_t size, const int32_t *which,
                             int32_t *kept, uint8_t *bits) {
    enum { VECTORS = FAN / LANES };
    /* Relative rounding is below 1e-14; the absolute part covers squares that underflow. */
    vd margin = fill(1 + 1e-12), ax[VECTORS], ay[VECTORS], az[VECTORS], limit[VECTORS];
    for (int v = 0; v < VECTORS; v++) {
        const double *box = boxes + v * LANES;
        vd mx = load(box), my = load(box + FAN), mz = load(box + 2 * FAN);
        vd least = fill(INFINITY);
        ax[v] = ay[v] = az[v] = fill(0);
        for (int64_t j = 0; j < size; j++) {
            const double *c = centers + 3 * which[j];
            vd x = fill(c[0]), y = fill(c[1]), z = fill(c[2]), dx = x - mx, dy = y - my, dz = z - mz;
            vd square = dx * dx + dy * dy + dz * dz;
            vm nearer = less(square, least);
            ax[v] = choose(nearer, x, ax[v]);
            ay[v] = choose(nearer, y, ay[v]);
            az[v] = choose(nearer, z, az[v]);
            least = smaller(square, least);
        }
        limit[v] = least + fill(1e-300);
    }
    int64_t n_kept = 0;
    for (int64_t j = 0; j < size; j++) {
        const double *c = centers + 3 * which[j];
        vd x = fill(c[0]), y = fill(c[1]), z = fill(c[2]);
        unsigned possible = 0;
        for (int v = 0; v < VECTORS; v++) {
            const double *box = boxes + v * LANES, *half = box + 3 * FAN;
            vd dx = x - load(box), dy = y - load(box + FAN), dz = z - load(box + 2 * FAN);
            vd square = dx * dx + dy * dy + dz * dz;
            vd gain = load(half) * absolute(x - ax[v]) + load(half + FAN) * absolute(y - ay[v]) +
                      load(half + 2 * FAN) * absolute(z - az[v]);
            possible |= mask_bits(less_equal(square, (limit[v] + fill(2) * gain) * margin)) << v * LANES;
        }
        kept[n_kept] = which[j];
        bits[n_kept] = (uint8_t)possible;
        n_kept += possible != 0;
    }
    return n_kept;
}

/* Those of `size` centers that can be nearest in box b of the eight. */
static inline int64_t pick(int64_t size, const int32_t *which, const uint8_t *bits, int b, int32_t *picked) {
    int64_t n_picked = 0;
    for (int64_t j = 0; j < size; j++) {
        picked[n_picked] = which[j];
        n_picked += bits[j] >> b & 1;
    }
    return n_picked;
}

/* A block's points all belong to one center; returns whether one of them did not before. */
static inline int settle(int32_t center, const double *labels, int32_t *owner) {
    int changed = *owner != center;
    if (*owner == MIXED) {
        changed = 0;
        for (int i = 0; i < BLOCK; i += LANES) changed |= mask_bits(different(load(labels + i), fill(center))) != 0;
    }
    *owner = center;
    return changed;
}

/* Adds what belongs to one center as a whole to its sums (4 x LANES: weight and offsets, spread over the lanes in any
 * way); returns its inertia. */
static inline double take(const double *part, const double *center, double *sum) {
    double w = part[0], dx = part[1] - center[0], dy = part[2] - center[1], dz = part[3] - center[2];
    sum[0] += w;
    sum[LANES] += w * dx;
    sum[2 * LANES] += w * dy;
    sum[3 * LANES] += w * dz;
    return part[4] + w * (dx * dx + dy * dy + dz * dz);
}

/* A block's part by a search among the centers left, of which there is at least one; returns its inertia. */
static inline vd search(int64_t stride, const double *points, int64_t size, const int32_t *which, const double *centers,
                        double *labels, int32_t *owner, double *sums, int *changed) {
    enum { VECTORS = BLOCK / LANES };
    vd best[VECTORS], label[VECTORS], inertia = fill(0);
    for (int v = 0; v < VECTORS; v++) {
        if (*owner != MIXED) store(labels + v * LANES, fill(*owner));
        best[v] = fill(INFINITY);
        label[v] = fill(which[0]);
    }
    *owner = MIXED;
    for (int64_t j = 0; j < size; j++) {
        const double *c = centers + 3 * which[j];
        vd x = fill(c[0]), y = fill(c[1]), z = fill(c[2]), own = fill(which[j]);
        for (int v = 0; v < VECTORS; v++) {
            const double *p = points + v * LANES;
            vd dx = load(p) - x, dy = load(p + stride) - y, dz = load(p + 2 * stride) - z;
            vd square = dx * dx + dy * dy + dz * dz;
            label[v] = choose(less(square, best[v]), own, label[v]);
            best[v] = smaller(square, best[v]);
        }
    }
    for (int v = 0; v < VECTORS; v++) {
        inertia = multiply_add(load(points + 3 * stride + v * LANES), best[v], inertia);
        *changed |= mask_bits(different(load(labels + v * LANES), label[v])) != 0;
        store(labels + v * LANES, label[v]);
    }
    for (int64_t j = 0; j < size; j++) {
        const double *c = centers + 3 * which[j];
        vd x = fill(c[0]), y = fill(c[1]), z = fill(c[2]), own = fill(which[j]);
        vd sum[4] = {fill(0), fill(0), fill(0), fill(0)};
        for (int v = 0; v < VECTORS; v++) {
            const double *p = points + v * LANES;
            vd w = choose(equal(label[v], own), load(p + 3 * stride), fill(0));
            sum[0] += w;
            sum[1] = multiply_add(w, load(p) - x, sum[1]);
            sum[2] = multiply_add(w, load(p + stride) - y, sum[2]);
            sum[3] = multiply_add(w, load(p + 2 * stride) - z, sum[3]);
        }
        for (int d = 0; d < 4; d++) add_to(sums + (4 * which[j] + d) * LANES, sum[d]);
    }
    return inertia;
}

/* What one thread works with. */
typedef struct {
    double *sums;                           /* k x 4 x LANES, zero at first */
    int32_t *all, *bunch, *group, *block;   /* centers: every one, and those left on each level */
    uint8_t *bunch_bits, *group_bits;
} Room;

static int take_room(Room *room, int64_t k) {
    room->sums = calloc((size_t)(4 * LANES * k), sizeof *room->sums);
    room->all = malloc((size_t)(4 * k) * sizeof *room->all);
    room->bunch_bits = malloc((size_t)(2 * k));
    if (!room->sums || !room->all || !room->bunch_bits) return 0;
    room->bunch = room->all + k;
    room->group = room->bunch + k;
    room->block = room->group + k;
    room->group_bits = room->bunch_bits + k;
    for (int64_t j = 0; j < k; j++) room->all[j] = (int32_t)j;
    return 1;
}

static void give_room(Room *room) {
    free(room->sums);
    free(room->all);
    free(room->bunch_bits);
}

/* What a pass looks at (see boxes_fill) and the labels it changes (see lloyd3_pass). */
typedef struct {
    int64_t n_blocks;
    const double *points, *block_boxes, *block_parts, *group_boxes, *group_parts, *centers;
    int32_t *owners;
    double *labels;
} Task;

/* The part of group g, for which `left` of the bunch's centers may matter; returns its inertia. */
static inline vd do_group(const Task *t, int64_t g, int64_t left, Room *room, int *changed) {
    int64_t first = g * FAN, last = first + FAN < t->n_blocks ? first + FAN : t->n_blocks;
    vd inertia = fill(0);
    left = pick(left, room->bunch, room->bunch_bits, (int)(g % FAN), room->group);
    if (left == 1) {
        int32_t c = room->group[0];
        inertia[0] += take(t->group_parts + g * PART, t->centers + 3 * c, room->sums + 4 * LANES * c);
        for (int64_t b = first; b < last; b++) *changed |= settle(c, t->labels + b * BLOCK, t->owners + b);
        return inertia;
    }
    left = narrow(t->block_boxes + g * (BOXES), t->centers, left, room->group, room->group, room->group_bits);
    for (int64_t b = first; b < last; b++) {
        double *labels = t->labels + b * BLOCK;
        int64_t of_block = pick(left, room->group, room->group_bits, (int)(b % FAN), room->block);
        if (of_block == 1) {
            int32_t c = room->block[0];
            inertia[0] += take(t->block_parts + b * PART, t->centers + 3 * c, room->sums + 4 * LANES * c);
            *changed |= settle(c, labels, t->owners + b);
        } else if (of_block > 1) {
            inertia += search(t->n_blocks * BLOCK, t->points + b * BLOCK, of_block, room->block, t->centers, labels,
                              t->owners + b, room->sums, changed);
        }
    }
    return inertia;
}

/* One pass: the label of every point for `centers` (k x 3), then the means of the clusters.
 *
 * Boxes and parts as boxes_fill makes them. owners (n_blocks) and labels (n_blocks * BLOCK; of blocks that are MIXED) in
 * and out; next (k x 3) out: the mean of each cluster, the old center where it has no weight. totals[0]: the inertia;
 * totals[1]: how many clusters have no weight. Returns 1 if a label changed, 0 if none did, -1 without memory. */
int lloyd3_pass(int64_t n_blocks, const double *points, const double *block_boxes, const double *block_parts,
                const double *group_boxes, const double *group_parts, int64_t k, const double *centers, double *next,
                int32_t *owners, double *labels, double *totals, int64_t n_threads) {
    Task task = {n_blocks, points, block_boxes, block_parts, group_boxes, group_parts, centers, owners, labels};
    int64_t n_groups = quotient_up(n_blocks, FAN), n_bunches = quotient_up(n_groups, FAN);
    int64_t n_pieces = n_bunches < LARGEST_PIECES ? n_bunches : LARGEST_PIECES;
    int64_t stride = 4 * k + 2; /* of each piece: weight and offsets of every cluster; inertia; changed */
    double *pieces = calloc((size_t)(n_pieces * stride), sizeof *pieces);
    int failed = pieces == NULL;
    if (failed) return -1;
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed)
    {
        Room room = {NULL, NULL, NULL, NULL, NULL, NULL, NULL};
        failed = !take_room(&room, k);
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t p = 0; p < n_pieces; p++) {
            if (failed) continue;
            vd inertia = fill(0);
            int changed = 0;
            for (int64_t u = n_bunches * p / n_pieces; u < n_bunches * (p + 1) / n_pieces; u++) {
                int64_t left = narrow(group_boxes + u * (BOXES), centers, k, room.all, room.bunch, room.bunch_bits);
                for (int64_t g = u * FAN; g < (u + 1) * FAN && g < n_groups; g++)
                    inertia += do_group(&task, g, left, &room, &changed);
            }
            double *sums = pieces + p * stride;
            for (int64_t j = 0; j < 4 * k; j++) sums[j] = sum_lanes(load(room.sums + LANES * j));
            memset(room.sums, 0, (size_t)(4 * LANES * k) * sizeof *room.sums);
            sums[4 * k] = sum_lanes(inertia);
            sums[4 * k + 1] = changed;
        }
        give_room(&room);
    }
    for (int64_t p = 1; p < n_pieces; p++)
        for (int64_t j = 0; j < stride; j++) pieces[j] += pieces[p * stride + j];
    totals[0] = pieces[4 * k];
    totals[1] = 0;
    for (int64_t j = 0; j < k; j++) {
        totals[1] += pieces[4 * j] <= 0;
        for (int d = 0; d < 3; d++) {
            double move = pieces[4 * j] > 0 ? pieces[4 * j + 1 + d] / pieces[4 * j] : 0;
            next[3 * j + d] = centers[3 * j + d] + move;
        }
    }
    int changed = pieces[4 * k + 1] > 0;
    free(pieces);
    return failed ? -1 : changed;
}

/* labels of the points in the order of the samples: out (n), from what lloyd3_pass has left. */
int lloyd3_labels(int64_t n, const uint32_t *order, const int32_t *owners, const double *labels, int64_t *out) {
    for (int64_t i = 0; i < n; i++) {
        int32_t owner = owners[i / BLOCK];
        out[order[i]] = owner == MIXED ? (int64_t)labels[i] : owner;
    }
    return 0;
}
