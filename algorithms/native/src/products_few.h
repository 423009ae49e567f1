/* Rows about their mean and the products of their features, for few features: D is known to the compiler.
 *
 * Rows lie one after the other, so that LANES of them are D whole vectors, and nothing is transposed: the product of
 * the numbers at p and p + s belongs to the features d = p mod D and d + s, and where d + s reaches the next row, it
 * is dropped.
 */
#ifndef KSQUARED_PRODUCTS_FEW_H
#define KSQUARED_PRODUCTS_FEW_H

#include "vector.h"

#define FEWER 7 /* features at most: the tiles of products_many.h fit any more */
#if LANES == 8  /* sums that fit the registers, of which there are 32 or 16 */
#define REGISTER_SUMS 24
#else
#define REGISTER_SUMS 12
#endif

/* Numbers in y: whole groups of LANES rows, and the few beyond that products_of_few looks at. */
static inline int64_t room_of_few(int64_t D, int64_t rows) { return ((rows + LANES - 1) / LANES * LANES + LANES) * D; }

/* D numbers, repeated for LANES rows. */
static inline __attribute__((always_inline)) void repeat(const int D, const double *numbers, vd *vectors) {
    double all[FEWER * LANES];
    for (int at = 0; at < D * LANES; at++) all[at] = numbers[at % D];
#pragma GCC unroll 8
    for (int v = 0; v < D; v++) vectors[v] = load(all + v * LANES);
}

/* mean (D) of the rows minus the first of them. */
static inline __attribute__((always_inline)) void mean_of_few(const int D, int64_t rows, const double *X,
                                                              double *mean) {
    vd first[FEWER], sum[FEWER];
    double lanes[FEWER * LANES];
    int64_t size = rows * D, whole = size / (D * LANES) * (D * LANES);
    repeat(D, X, first);
#pragma GCC unroll 8
    for (int v = 0; v < D; v++) sum[v] = fill(0);
    for (int64_t at = 0; at < whole; at += D * LANES)
#pragma GCC unroll 8
        for (int v = 0; v < D; v++) sum[v] += load(X + at + v * LANES) - first[v];
#pragma GCC unroll 8
    for (int v = 0; v < D; v++) store(lanes + v * LANES, sum[v]);
    for (int d = 0; d < D; d++) mean[d] = 0;
    for (int at = 0; at < D * LANES; at++) mean[at % D] += lanes[at];
    for (int64_t at = whole; at < size; at++) mean[at % D] += X[at] - X[at % D];
    for (int d = 0; d < D; d++) mean[d] /= (double)rows;
}

/* y: the rows minus the first of them and `mean`; zeros where there are no rows. */
static inline __attribute__((always_inline)) void center_few(const int D, int64_t rows, const double *X,
                                                             const double *mean, double *y) {
    vd first[FEWER], middle[FEWER];
    int64_t size = rows * D, whole = size / (D * LANES) * (D * LANES);
    repeat(D, X, first);
    repeat(D, mean, middle);
    for (int64_t at = 0; at < whole; at += D * LANES)
#pragma GCC unroll 8
        for (int v = 0; v < D; v++) store(y + at + v * LANES, load(X + at + v * LANES) - first[v] - middle[v]);
    for (int64_t at = whole; at < size; at++) y[at] = X[at] - X[at % D] - mean[at % D];
    memset(y + size, 0, (size_t)(room_of_few(D, rows) - size) * sizeof *y);
}

/* The products of numbers `begin` to `end` - 1 places apart. */
static inline __attribute__((always_inline)) void products_apart(const int D, const int begin, const int end,
                                                                 int64_t rows, const double *y, double *products) {
    vd sum[FEWER][FEWER];
#pragma GCC unroll 8
    for (int s = begin; s < end; s++)
#pragma GCC unroll 8
        for (int v = 0; v < D; v++) sum[s][v] = fill(0);
    for (int64_t i = 0; i < rows; i += LANES)
#pragma GCC unroll 8
        for (int v = 0; v < D; v++) {
            const double *at = y + i * D + v * LANES;
            vd one = load(at);
#pragma GCC unroll 8
            for (int s = begin; s < end; s++) sum[s][v] = multiply_add(one, load(at + s), sum[s][v]);
        }
#pragma GCC unroll 8
    for (int s = begin; s < end; s++) {
        double lanes[FEWER * LANES];
#pragma GCC unroll 8
        for (int v = 0; v < D; v++) store(lanes + v * LANES, sum[s][v]);
        for (int d = 0; d + s < D; d++)
            for (int at = d; at < D * LANES; at += D) products[d * D + d + s] += lanes[at];
    }
}

/* products (D x D, upper triangle): sums over the rows in y. */
static inline __attribute__((always_inline)) void products_of_few(const int D, int64_t rows, const double *y,
                                                                  double *products) {
    const int step = REGISTER_SUMS / D;
    memset(products, 0, (size_t)(D * D) * sizeof *products);
#pragma GCC unroll 8
    for (int s = 0; s < D; s += step) products_apart(D, s, s + step < D ? s + step : D, rows, y, products);
}

#endif
