/* Lloyd's iteration for weighted points in three dimensions, such as the distinct colors of an image.
 *
 * Points are sorted along a Morton curve and cut into blocks of BLOCK neighbors, these into groups of GROUP. Let a
 * box around some points have midpoint m and half sides h, and let a be the center nearest to m. Another center c
 * is farther than a from every point of the box if |m - c|^2 > |m - a|^2 + 2 sum_d h_d |c_d - a_d|, because the
 * difference of the squared distances is linear in the point. So few centers survive for a group and fewer for
 * each of its blocks; where one is left, the block's part of the sums and of the inertia follows from its weight,
 * mean and scatter. Source: Kanungo et al., IEEE PAMI 24(7), 2002 (there with a k-d tree).
 *
 * Distances are sums of squared differences in the order x, y, z without fused operations: the same bits as
 * the reference. The test above keeps a margin far wider than its rounding, and centers stay in ascending order,
 * so labels are those of a full search. Sums are taken relative to the old center, like the reference; they are
 * added up in fixed pieces in a fixed order and do not depend on the number of threads.
 */
#include "vector.h"

#define BLOCK 64
#define GROUP 8
#define BOX_FIELDS 6    /* midpoint, half sides */
#define BLOCK_FIELDS 11 /* those, then weight, mean, scatter about the mean */
#define LARGEST_PIECES 64
#define FAR_AWAY 1e150 /* data end at 1e140, and squares of this are finite */

/* Cell of x on an axis cut into 1024. */
static inline uint32_t cell(double x, double low, double scale) {
    double c = (x - low) * scale;
    return c >= 1023 ? 1023 : c > 0 ? (uint32_t)c : 0;
}

/* The ten bits of v, two zeros before each. */
static inline uint32_t spread_bits(uint32_t v) {
    v = (v | v << 16) & 0x030000FF;
    v = (v | v << 8) & 0x0300F00F;
    v = (v | v << 4) & 0x030C30C3;
    return (v | v << 2) & 0x09249249;
}

/* order[0..n): the rows of X (n x 3) along a Morton curve; equal cells keep their order. `keys` and `spare`
 * have room for n. Least-significant-digit radix sort, three digits of ten bits. */
int lloyd3_order(int64_t n, const double *X, uint64_t *keys, uint64_t *spare, uint32_t *order) {
    double low[3], high[3], scale[3];
    for (int d = 0; d < 3; d++) low[d] = high[d] = X[d];
    for (int64_t i = 1; i < n; i++)
        for (int d = 0; d < 3; d++) {
            double x = X[3 * i + d];
            low[d] = x < low[d] ? x : low[d];
            high[d] = x > high[d] ? x : high[d];
        }
    double widest = 0;
    for (int d = 0; d < 3; d++) widest = fmax(widest, high[d] - low[d]);
    for (int d = 0; d < 3; d++) scale[d] = widest > 1e-290 ? 1024 / widest : 0;
    int64_t starts[3][1024] = {{0}};
    for (int64_t i = 0; i < n; i++) {
        uint64_t key = 0;
        for (int d = 0; d < 3; d++) key |= (uint64_t)spread_bits(cell(X[3 * i + d], low[d], scale[d])) << (2 - d);
        for (int digit = 0; digit < 3; digit++) starts[digit][key >> 10 * digit & 1023]++;
        keys[i] = key << 32 | (uint64_t)i;
    }
    for (int digit = 0; digit < 3; digit++) {
        int64_t start = 0;
        for (int v = 0; v < 1024; v++) {
            int64_t count = starts[digit][v];
            starts[digit][v] = start;
            start += count;
        }
        for (int64_t i = 0; i < n; i++) spare[starts[digit][keys[i] >> (32 + 10 * digit) & 1023]++] = keys[i];
        uint64_t *swap = keys;
        keys = spare;
        spare = swap;
    }
    for (int64_t i = 0; i < n; i++) order[i] = (uint32_t)keys[i];
    return 0;
}

/* Widen a box (lowest corner, highest corner) to hold another one. */
static inline void enclose(double *box, const double *low, const double *high) {
    for (int d = 0; d < 3; d++) {
        box[d] = low[d] < box[d] ? low[d] : box[d];
        box[3 + d] = high[d] > box[3 + d] ? high[d] : box[3 + d];
    }
}

/* From corners to midpoint and half sides, these rounded up so that the box still holds its points. */
static inline void center_box(double *box) {
    for (int d = 0; d < 3; d++) {
        double low = box[d], high = box[3 + d], middle = 0.5 * (low + high);
        box[d] = middle;
        box[3 + d] = fmax(high - middle, middle - low) * (1 + 1e-12);
    }
}

/* The fields of a block from its points and its box. */
static inline void summarize_block(int64_t size, const double *points, const double *box, double *block) {
    const double *weight = points + 3 * size;
    double total = 0, mean[3], scatter = 0;
    int some = 0; /* a point that counts: relative to it, the mean of equal points is exact */
    for (int i = 0; i < BLOCK; i++) {
        total += weight[i];
        some = weight[i] > weight[some] ? i : some;
    }
    for (int d = 0; d < 3; d++) {
        const double *x = points + d * size;
        double sum = 0;
        for (int i = 0; i < BLOCK; i++) sum += weight[i] * (x[i] - x[some]);
        mean[d] = total > 0 ? x[some] + sum / total : x[some];
        for (int i = 0; i < BLOCK; i++) scatter += weight[i] * (x[i] - mean[d]) * (x[i] - mean[d]);
    }
    double fields[BLOCK_FIELDS] = {box[0], box[1], box[2], box[3], box[4], box[5],
                                   total, mean[0], mean[1], mean[2], scatter};
    memcpy(block, fields, sizeof fields);
}

/* Points (4 x n_blocks * BLOCK: x, y, z, weight / scale) in the given order, the last one repeated with weight zero
 * to fill its block; the fields of each block (n_blocks x BLOCK_FIELDS) and the box of each group. */
int lloyd3_prepare(int64_t n, const double *X, const double *weight, double scale, const uint32_t *order,
                   int64_t n_blocks, double *points, double *blocks, double *groups, int64_t n_threads) {
    int64_t size = n_blocks * BLOCK, n_groups = (n_blocks + GROUP - 1) / GROUP;
#pragma omp parallel for num_threads((int)n_threads) if (n_threads > 1) schedule(static)
    for (int64_t g = 0; g < n_groups; g++) {
        double group[BOX_FIELDS] = {INFINITY, INFINITY, INFINITY, -INFINITY, -INFINITY, -INFINITY};
        for (int64_t b = g * GROUP; b < (g + 1) * GROUP && b < n_blocks; b++) {
            double box[BOX_FIELDS] = {INFINITY, INFINITY, INFINITY, -INFINITY, -INFINITY, -INFINITY};
            for (int64_t i = b * BLOCK; i < (b + 1) * BLOCK; i++) {
                const double *x = X + 3 * (int64_t)order[i < n ? i : n - 1];
                points[3 * size + i] = i < n ? weight[order[i]] / scale : 0;
                for (int d = 0; d < 3; d++) points[d * size + i] = x[d];
                enclose(box, x, x);
            }
            enclose(group, box, box + 3);
            center_box(box);
            summarize_block(size, points + b * BLOCK, box, blocks + b * BLOCK_FIELDS);
        }
        center_box(group);
        memcpy(groups + g * BOX_FIELDS, group, sizeof group);
    }
    return 0;
}

/* Centers that are still in question, one coordinate after the other, and which ones they are. Arrays are padded to
 * a multiple of LANES with centers at FAR_AWAY. */
typedef struct {
    int64_t size;
    double *x, *y, *z, *index, *squares;
} Centers;

static inline void add_center(Centers *list, double x, double y, double z, double index) {
    int64_t j = list->size++;
    list->x[j] = x;
    list->y[j] = y;
    list->z[j] = z;
    list->index[j] = index;
}

static inline void pad_centers(Centers *list) {
    int64_t size = list->size;
    while (list->size % LANES) add_center(list, FAR_AWAY, FAR_AWAY, FAR_AWAY, 0);
    list->size = size;
}

/* The centers of `all` that can be nearest to a point in the box, in the same order. */
static inline void narrow(const double *box, const Centers *all, Centers *kept) {
    vd mx = fill(box[0]), my = fill(box[1]), mz = fill(box[2]), nearest = fill(INFINITY);
    for (int64_t j = 0; j < all->size; j += LANES) {
        vd dx = load(all->x + j) - mx, dy = load(all->y + j) - my, dz = load(all->z + j) - mz;
        vd square = dx * dx + dy * dy + dz * dz;
        store(all->squares + j, square);
        nearest = smaller(nearest, square);
    }
    int64_t a = 0;
    double least = smallest_lane(nearest);
    while (all->squares[a] != least && a < all->size - 1) a++;
    vd ax = fill(all->x[a]), ay = fill(all->y[a]), az = fill(all->z[a]);
    vd hx = fill(2 * box[3]), hy = fill(2 * box[4]), hz = fill(2 * box[5]);
    /* Relative rounding is below 1e-14; the absolute part covers squares that underflow. */
    vd margin = fill(1 + 1e-12), limit = fill(least + 1e-300);
    kept->size = 0;
    for (int64_t j = 0; j < all->size; j += LANES) {
        vd gain = hx * absolute(load(all->x + j) - ax) + hy * absolute(load(all->y + j) - ay) +
                  hz * absolute(load(all->z + j) - az);
        for (unsigned bits = mask_bits(less_equal(load(all->squares + j), (limit + gain) * margin)); bits;
             bits &= bits - 1) {
            int64_t c = j + __builtin_ctz(bits);
            if (c < all->size) add_center(kept, all->x[c], all->y[c], all->z[c], all->index[c]);
        }
    }
    pad_centers(kept);
}

/* The part of a block whose points all have the one center left; returns its inertia. */
static inline double take_block(const double *block, const Centers *left, double *labels, double *sums,
                                int *changed) {
    double w = block[6], *sum = sums + 4 * (int64_t)left->index[0];
    double dx = block[7] - left->x[0], dy = block[8] - left->y[0], dz = block[9] - left->z[0];
    vd label = fill(left->index[0]);
    for (int g = 0; g < BLOCK; g += LANES) {
        *changed |= mask_bits(different(load(labels + g), label)) != 0;
        store(labels + g, label);
    }
    sum[0] += w;
    sum[1] += w * dx;
    sum[2] += w * dy;
    sum[3] += w * dz;
    return block[10] + w * (dx * dx + dy * dy + dz * dz);
}

/* The part of a block by a search among the centers left; returns its inertia. */
static inline double search_block(int64_t size, const double *points, const Centers *left, double *labels,
                                  double *sums, int *changed) {
    enum { VECTORS = BLOCK / LANES };
    vd best[VECTORS], nearest[VECTORS], inertia = fill(0);
    for (int g = 0; g < VECTORS; g++) {
        best[g] = fill(INFINITY);
        nearest[g] = fill(0);
    }
    for (int64_t c = 0; c < left->size; c++) {
        vd x = fill(left->x[c]), y = fill(left->y[c]), z = fill(left->z[c]), position = fill((double)c);
        for (int g = 0; g < VECTORS; g++) {
            const double *p = points + g * LANES;
            vd dx = load(p) - x, dy = load(p + size) - y, dz = load(p + 2 * size) - z;
            vd square = dx * dx + dy * dy + dz * dz;
            nearest[g] = choose(less(square, best[g]), position, nearest[g]);
            best[g] = smaller(square, best[g]);
        }
    }
    for (int64_t c = 0; c < left->size; c++) {
        vd x = fill(left->x[c]), y = fill(left->y[c]), z = fill(left->z[c]), position = fill((double)c);
        vd label = fill(left->index[c]), sum[4] = {fill(0), fill(0), fill(0), fill(0)};
        int used = 0;
        for (int g = 0; g < VECTORS; g++) {
            const double *p = points + g * LANES;
            vm own = equal(nearest[g], position);
            if (!mask_bits(own)) continue;
            vd w = choose(own, load(p + 3 * size), fill(0));
            sum[0] += w;
            sum[1] += w * (load(p) - x);
            sum[2] += w * (load(p + size) - y);
            sum[3] += w * (load(p + 2 * size) - z);
            inertia += w * best[g];
            vd old = load(labels + g * LANES), new = choose(own, label, old);
            *changed |= mask_bits(different(old, new)) != 0;
            store(labels + g * LANES, new);
            used = 1;
        }
        if (used)
            for (int d = 0; d < 4; d++) sums[4 * (int64_t)left->index[c] + d] += sum_lanes(sum[d]);
    }
    return sum_lanes(inertia);
}

/* One pass: the label of every point for `centers` (k x 3), then the means of the clusters.
 *
 * labels (n_blocks * BLOCK) in and out, as doubles; next (k x 3) out: the mean of each cluster, the old center where
 * it has no weight. totals[0]: the inertia; totals[1]: how many clusters have no weight. Returns 1 if a label
 * changed, 0 if none did, -1 without memory. */
int lloyd3_pass(int64_t n_blocks, const double *points, const double *blocks, const double *groups, int64_t k,
                const double *centers, double *labels, double *next, double *totals, int64_t n_threads) {
    int64_t size = n_blocks * BLOCK, n_groups = (n_blocks + GROUP - 1) / GROUP, padded = k + LANES;
    int64_t n_pieces = n_groups < LARGEST_PIECES ? n_groups : LARGEST_PIECES;
    int64_t stride = 4 * k + 2; /* of each piece: weight and offsets of every cluster; inertia; changed */
    double *pieces = calloc((size_t)(n_pieces * stride), sizeof *pieces);
    int failed = pieces == NULL;
    if (failed) return -1;
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed)
    {
        double *room = malloc((size_t)(3 * 5 * padded) * sizeof *room);
        Centers lists[3]; /* all; left for the group; left for the block */
        failed = room == NULL;
        for (int l = 0; l < 3 && !failed; l++) {
            double *own = room + l * 5 * padded;
            lists[l] = (Centers){0, own, own + padded, own + 2 * padded, own + 3 * padded, own + 4 * padded};
        }
        for (int64_t j = 0; j < k && !failed; j++)
            add_center(lists, centers[3 * j], centers[3 * j + 1], centers[3 * j + 2], (double)j);
        if (!failed) pad_centers(lists);
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t p = 0; p < n_pieces; p++) {
            if (failed) continue;
            double *sums = pieces + p * stride, inertia = 0;
            int changed = 0;
            for (int64_t g = n_groups * p / n_pieces; g < n_groups * (p + 1) / n_pieces; g++) {
                narrow(groups + g * BOX_FIELDS, &lists[0], &lists[1]);
                for (int64_t b = g * GROUP; b < (g + 1) * GROUP && b < n_blocks; b++) {
                    const double *block = blocks + b * BLOCK_FIELDS;
                    double *own = labels + b * BLOCK;
                    narrow(block, &lists[1], &lists[2]);
                    inertia += lists[2].size == 1
                                   ? take_block(block, &lists[2], own, sums, &changed)
                                   : search_block(size, points + b * BLOCK, &lists[2], own, sums, &changed);
                }
            }
            sums[4 * k] = inertia;
            sums[4 * k + 1] = changed;
        }
        free(room);
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
