/* What Lloyd's iteration keeps of each cluster: sums that follow the samples from label to label.
 *
 * The weight W, the offsets S = sum w (x - o) and the scatter Q = sum w |x - o|^2, o being the center at the time when
 * they were last taken afresh; a sample that changes its label moves from one cluster to the other. The mean is
 * o + S / W, and with m = c - o the inertia is Q - 2 m.S + W |m|^2. Sums are taken afresh when a cluster has less than
 * 1 / LARGEST_LOSS of the weight that went through it, or when the centers have moved by so much that the inertia would
 * be a difference of large numbers. Thus no more digits are lost than a few roundings of each.
 */
#ifndef KSQUARED_CLUSTER_SUMS_H
#define KSQUARED_CLUSTER_SUMS_H

#include "vector.h"

#define LARGEST_LOSS 8

typedef struct {
    double *origins; /* (k, D): o */
    double *sums;    /* (k, D + 2): S, Q, W */
    double *gross;   /* (k): the weight that went in and out since sums were fresh */
} Clusters;

/* w times (x - o, |x - o|^2, 1) onto the sums of a cluster. */
static inline void add_sample(int64_t D, double w, const double *x, const double *origin, double *sums) {
    vd squares = fill(0);
    int64_t d = 0;
    for (; d + LANES <= D; d += LANES) {
        vd offset = load(x + d) - load(origin + d);
        store(sums + d, multiply_add(fill(w), offset, load(sums + d)));
        squares = multiply_add(offset, offset, squares);
    }
    double square = sum_lanes(squares);
    for (; d < D; d++) {
        double offset = x[d] - origin[d];
        sums[d] += w * offset;
        square += offset * offset;
    }
    sums[D] += w * square;
    sums[D + 1] += w;
}

/* The sums of a pass, and the weight moved in or out (k), onto those kept; or in their place where they are fresh. */
static void keep_sums(int64_t D, int64_t k, int fresh, const double *sums, const double *gross, const double *centers,
                      const Clusters *kept) {
    if (fresh) {
        memset(kept->sums, 0, (size_t)(k * (D + 2)) * sizeof *kept->sums);
        memcpy(kept->origins, centers, (size_t)(k * D) * sizeof *centers);
    }
    for (int64_t j = 0; j < k * (D + 2); j++) kept->sums[j] += sums[j];
    for (int64_t j = 0; j < k; j++)
        kept->gross[j] = fresh ? kept->sums[j * (D + 2) + D + 1] : kept->gross[j] + gross[j];
}

/* Means, and in `totals` the inertia and the number of empty clusters; returns whether the sums have lost digits. */
static int conclude(int64_t D, int64_t k, const double *centers, const Clusters *kept, double *next, double *totals) {
    double inertia = 0, spread = 0;
    int64_t n_empty = 0, lossy = 0;
    for (int64_t j = 0; j < k; j++) {
        const double *sums = kept->sums + j * (D + 2), *origin = kept->origins + j * D;
        double scatter = sums[D], mass = sums[D + 1], along = 0, square = 0;
        for (int64_t d = 0; d < D; d++) {
            double m = centers[j * D + d] - origin[d];
            next[j * D + d] = mass > 0 ? origin[d] + sums[d] / mass : centers[j * D + d];
            along += m * sums[d];
            square += m * m;
        }
        inertia += scatter - 2 * along + mass * square;
        spread += scatter + mass * square;
        n_empty += mass <= 0;
        lossy |= kept->gross[j] > LARGEST_LOSS * mass;
    }
    totals[0] = inertia;
    totals[1] = (double)n_empty;
    return lossy || !(spread <= LARGEST_LOSS * inertia);
}

#endif
