/* Samples by blocks that stay in cache, and how sums over them are laid out for few features and for many. */
#ifndef KSQUARED_BLOCKS_H
#define KSQUARED_BLOCKS_H

#include "gaussian_few.h"
#include "gaussian_many.h"

#define LARGEST_PIECES 64 /* of the data, summed one by one, so that nothing depends on the number of threads */

static inline int64_t padded_features(int64_t D) { return D <= FEW ? D : (D + ROWS - 1) / ROWS * ROWS; }

/* Room for a lower triangular matrix: square for few features, tiles for many. */
static inline int64_t triangle_size(int64_t D) {
    int64_t groups = padded_features(D) / ROWS;
    return D <= FEW ? D * D : groups * (groups + 1) / 2 * ROWS * ROWS;
}

/* Samples in a block: so many that the sums, which a block adds to in memory, cost little. */
static inline int64_t block_size(int64_t D) { return D <= 4 ? 64 : D <= FEW ? 256 : 64; }

/* Samples start.. of X (n x D) as columns of a block; beyond the end the last sample with weight zero. Without weights
 * (NULL) each is one. */
static inline __attribute__((always_inline)) void gather_block(const int64_t D, int64_t n, int64_t block, int64_t start,
                                                               const double *X, const double *sample_weight,
                                                               double *x, double *weight) {
    int64_t size = n - start < block ? n - start : block;
    for (int64_t i = 0; i < size; i++)
        for (int64_t d = 0; d < D; d++) x[d * block + i] = X[(start + i) * D + d];
    for (int64_t i = 0; i < size; i++) weight[i] = sample_weight ? sample_weight[start + i] : 1;
    for (int64_t i = size; i < block; i++) {
        weight[i] = 0;
        for (int64_t d = 0; d < D; d++) x[d * block + i] = x[d * block + size - 1];
    }
}

/* The sums of one component, lanes added up: 1 + D + D * D moments, the second ones in both triangles. */
static void unpack_moments(int64_t D, int64_t padded, const double *sums, double *moments) {
    double *second = moments + 1 + D;
    for (int64_t d = 0; d <= D; d++) moments[d] = sum_lanes(load(sums + d * LANES));
    sums += (1 + padded) * LANES;
    for (int64_t d = 0; d < D; d++)
        for (int64_t e = 0; e <= d; e++) {
            int64_t row = d / ROWS, tile = row * (row + 1) / 2 + e / ROWS;
            int64_t at = D <= FEW ? D * d + e : (tile * ROWS + d % ROWS) * ROWS + e % ROWS;
            second[d * D + e] = second[e * D + d] = sum_lanes(load(sums + at * LANES));
        }
}

#endif
