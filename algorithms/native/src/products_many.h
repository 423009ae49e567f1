/* Rows about their mean and the products of their features, for many features: a matrix times its transpose, in tiles
 * whose sums fit the registers. Rows are padded with zeros to a multiple of PADDING numbers, their `stride`. */
#ifndef KSQUARED_PRODUCTS_MANY_H
#define KSQUARED_PRODUCTS_MANY_H

#include "vector.h"

#define PADDING LARGEST_LANES
#if LANES == 8      /* there are 32 registers, else 16 */
#define TILE_ROWS 8 /* a multiple of LANES */
#else
#define TILE_ROWS 4
#endif
#define TILE_VECTORS 3

/* mean (D) of the rows minus the first of them. */
static inline void mean_of_many(int64_t D, int64_t rows, const double *X, double *mean) {
    int64_t whole = D / LANES * LANES;
    memset(mean, 0, (size_t)D * sizeof *mean);
    for (int64_t i = 0; i < rows; i += 4) { /* four at a time: additions in memory wait for each other */
        const double *x[4];                 /* beyond the end the first row, which adds nothing */
        for (int r = 0; r < 4; r++) x[r] = i + r < rows ? X + (i + r) * D : X;
        for (int64_t d = 0; d < whole; d += LANES) {
            vd first = load(X + d);
            add_to(mean + d, (load(x[0] + d) - first + (load(x[1] + d) - first)) +
                                 (load(x[2] + d) - first + (load(x[3] + d) - first)));
        }
        for (int64_t d = whole; d < D; d++)
            mean[d] += (x[0][d] - X[d] + (x[1][d] - X[d])) + (x[2][d] - X[d] + (x[3][d] - X[d]));
    }
    for (int64_t d = 0; d < D; d++) mean[d] /= (double)rows;
}

/* y: the rows minus the first of them and `mean`, padded. What the padding yields is never looked at. */
static inline void center_many(int64_t D, int64_t stride, int64_t rows, const double *X, const double *mean,
                               double *y) {
    int64_t whole = D / LANES * LANES;
    for (int64_t i = 0; i < rows; i++, y += stride) {
        const double *x = X + i * D;
        for (int64_t d = 0; d < whole; d += LANES) store(y + d, load(x + d) - load(X + d) - load(mean + d));
        for (int64_t d = whole; d < D; d++) y[d] = x[d] - X[d] - mean[d];
        for (int64_t d = D; d < stride; d++) y[d] = 0;
    }
}

/* One tile: TILE_ROWS features from `left` on times `vectors` vectors of features from `right` on. */
static inline __attribute__((always_inline)) void product_tile(const int vectors, int64_t stride, int64_t rows,
                                                               const double *left, const double *right,
                                                               double *products) {
    vd sum[TILE_ROWS][TILE_VECTORS];
#pragma GCC unroll 8
    for (int r = 0; r < TILE_ROWS; r++)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) sum[r][v] = fill(0);
    for (int64_t i = 0; i < rows; i++, left += stride, right += stride) {
        vd column[TILE_VECTORS];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) column[v] = load(right + v * LANES);
#pragma GCC unroll 8
        for (int r = 0; r < TILE_ROWS; r++)
#pragma GCC unroll 8
            for (int v = 0; v < vectors; v++) sum[r][v] = multiply_add(fill(left[r]), column[v], sum[r][v]);
    }
#pragma GCC unroll 8
    for (int r = 0; r < TILE_ROWS; r++)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) store(products + r * stride + v * LANES, sum[r][v]);
}

/* products (stride x stride, upper triangle): sums over the rows in y. Tiles on the diagonal write below it too. */
static inline void products_of_many(int64_t stride, int64_t rows, const double *y, double *products) {
    for (int64_t d = 0; d < stride; d += TILE_ROWS)
        for (int64_t e = d; e < stride; e += TILE_VECTORS * LANES) {
            double *tile = products + d * stride + e;
            int64_t vectors = (stride - e) / LANES;
            if (vectors == 1)
                product_tile(1, stride, rows, y + d, y + e, tile);
            else if (vectors == 2)
                product_tile(2, stride, rows, y + d, y + e, tile);
            else
                product_tile(TILE_VECTORS, stride, rows, y + d, y + e, tile);
        }
}

#endif
