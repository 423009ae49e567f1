/* Samples by blocks that stay in cache, and how sums over them are laid out for few features and for many. */
#ifndef KSQUARED_BLOCKS_H
#define KSQUARED_BLOCKS_H

#include "gaussian_few.h"
#include "gaussian_many.h"

#define LARGEST_PIECES 64 /* of the data, summed one by one, so that nothing depends on the number of threads */

static inline int64_t padded_features(int64_t D) { return D <= FEW ? D : (D + ROWS - 1) / ROWS * ROWS; }

/* Room for L^-1: square for few features, groups of rows up to the diagonal for many. */
static inline int64_t factor_size(int64_t D) {
    int64_t groups = padded_features(D) / ROWS;
    return D <= FEW ? D * D : groups * (groups + 1) / 2 * ROWS * ROWS;
}

/* Room for the sums of one component: in LANES parts for few features, in one for many. */
static inline int64_t sums_size(int64_t D) {
    return D <= FEW ? (1 + D + D * D) * LANES : LARGEST_LANES + row_width(D) * row_width(D);
}

/* Samples in a block: so many that the sums, which a block adds to in memory, cost little. */
static inline int64_t block_size(int64_t D) { return D <= 4 ? 64 : D <= FEW ? 256 : 64; }

/* The weights of samples start.., times `scale`, as a block; beyond the end zero. Without weights (NULL) each is 1. */
static inline void gather_weights(int64_t n, int64_t block, int64_t start, const double *sample_weight, double scale,
                                  double *weight) {
    int64_t size = n - start < block ? n - start : block;
    for (int64_t i = 0; i < size; i++) weight[i] = sample_weight ? scale * sample_weight[start + i] : scale;
    for (int64_t i = size; i < block; i++) weight[i] = 0;
}

/* The same samples of X (n x D) as columns of a block, with their weights as above; beyond the end the last sample. */
static inline __attribute__((always_inline)) void gather_block(const int64_t D, int64_t n, const int64_t block,
                                                               int64_t start, const double *X,
                                                               const double *sample_weight, double scale, double *x,
                                                               double *weight) {
    int64_t size = n - start < block ? n - start : block;
    if (size == block) /* for few features this loop is known to the last step, and becomes shuffles of vectors */
        for (int64_t i = 0; i < block; i++)
            for (int64_t d = 0; d < D; d++) x[d * block + i] = X[(start + i) * D + d];
    else
        for (int64_t i = 0; i < block; i++)
            for (int64_t d = 0; d < D; d++) x[d * block + i] = X[(start + (i < size ? i : size - 1)) * D + d];
    gather_weights(n, block, start, sample_weight, scale, weight);
}

/* Part k of K of the next `count` numbers: asked for between computations, they are in cache when their turn comes. */
static inline void prefetch_part(int64_t k, int64_t K, int64_t count, const double *next) {
    const int64_t line = 8; /* numbers that memory hands over together */
    for (int64_t at = k * line; at < count; at += K * line) __builtin_prefetch(next + at);
}

/* The sums of one component as 1 + D + D * D moments, the second ones in both triangles. */
static void unpack_moments(int64_t D, const double *sums, double *moments) {
    double *first = moments + 1, *second = first + D;
    int64_t width = row_width(D);
    const double *matrix = sums + LARGEST_LANES; /* for many features */
    moments[0] = D <= FEW ? sum_lanes(load(sums)) : sums[0];
    for (int64_t d = 0; d < D; d++) {
        first[d] = D <= FEW ? sum_lanes(load(sums + (1 + d) * LANES)) : matrix[D * width + d];
        for (int64_t e = 0; e <= d; e++) {
            double sum = D <= FEW ? sum_lanes(load(sums + (1 + D + d * D + e) * LANES)) : matrix[d * width + e];
            second[d * D + e] = second[e * D + d] = sum;
        }
    }
}

#endif
