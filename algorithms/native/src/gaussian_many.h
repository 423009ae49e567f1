/* Distances and moments for any number of features.
 *
 * For distances samples stand side by side in a vector, as for few features, and a tile of the triangular product
 * L^-1 (x - mu) stays in registers. For moments features stand side by side: a tile of the sum of (x - o)(x - o)^T
 * then stays in registers over all samples of a block, in one part only, and samples without a share are left out.
 */
#ifndef KSQUARED_GAUSSIAN_MANY_H
#define KSQUARED_GAUSSIAN_MANY_H

#include "vector.h"

#define ROWS 4 /* of L^-1 worked on together; D is padded to a multiple */
#if LANES == 8
#define ACROSS 4      /* vectors of samples worked on together: as many as there are registers for */
#define MOMENT_ROWS 8 /* of a tile of the second moment, a multiple of LANES, by up to three vectors of columns */
#else
#define ACROSS 2
#define MOMENT_ROWS 4
#endif
#define TOGETHER (ACROSS * LANES)

/* Log joint densities of a block (columns of `block` numbers in x) and the largest so far, as for few features; rows of
 * x and numbers of the mean beyond D are zero. `offsets` (padded x TOGETHER) is scratch; `factor` is L^-1 by groups of
 * ROWS rows, column by column, ROWS numbers each. */
static inline void densities_of_many(int64_t padded, int64_t block, const double *x, const double *mean,
                                     const double *factor, double log_scale, double *offsets, double *joint,
                                     double *largest) {
    for (int64_t i = 0; i < block; i += TOGETHER) {
        vd square[ACROSS];
        for (int h = 0; h < ACROSS; h++) square[h] = fill(0);
        const double *f = factor;
        for (int64_t d = 0; d < padded; d += ROWS) {
            vd y[ROWS][ACROSS];
            for (int r = 0; r < ROWS; r++)
                for (int h = 0; h < ACROSS; h++) y[r][h] = fill(0);
            for (int64_t e = 0; e < d; e++, f += ROWS)
                for (int h = 0; h < ACROSS; h++) {
                    vd offset = load(offsets + e * TOGETHER + h * LANES);
                    for (int r = 0; r < ROWS; r++) y[r][h] = multiply_add(offset, fill(f[r]), y[r][h]);
                }
#pragma GCC unroll 4
            for (int c = 0; c < ROWS; c++, f += ROWS) /* the triangle on the diagonal */
                for (int h = 0; h < ACROSS; h++) {
                    vd offset = load(x + (d + c) * block + i + h * LANES) - fill(mean[d + c]);
                    store(offsets + (d + c) * TOGETHER + h * LANES, offset);
                    for (int r = c; r < ROWS; r++) y[r][h] = multiply_add(offset, fill(f[r]), y[r][h]);
                }
            for (int r = 0; r < ROWS; r++)
                for (int h = 0; h < ACROSS; h++) square[h] = multiply_add(y[r][h], y[r][h], square[h]);
        }
        for (int h = 0; h < ACROSS; h++) {
            int64_t at = i + h * LANES;
            vd density = multiply_add(fill(-0.5), square[h], fill(log_scale));
            store(joint + at, density);
            store(largest + at, larger(density, load(largest + at)));
        }
    }
}

/* Numbers in a row of samples, or of the sums over them: one for each feature and one more, padded. */
static inline int64_t row_width(int64_t D) { return (D + LARGEST_LANES) / LARGEST_LANES * LARGEST_LANES; }

/* One tile of the sum over n rows z of z z^T: rows from `d` on, `vectors` of columns from `e` on. */
static inline __attribute__((always_inline)) void moment_tile(const int tile_rows, const int vectors, int64_t width,
                                                              int64_t n, const double *rows, int64_t d, int64_t e,
                                                              double *sums) {
    vd sum[MOMENT_ROWS][4];
    for (int r = 0; r < tile_rows; r++)
        for (int c = 0; c < vectors; c++) sum[r][c] = fill(0);
    const double *across = rows + e, *down = rows + d;
    for (int64_t i = 0; i < n; i++, across += width, down += width) {
        vd column[4];
        for (int c = 0; c < vectors; c++) column[c] = load(across + c * LANES);
        for (int r = 0; r < tile_rows; r++)
            for (int c = 0; c < vectors; c++) sum[r][c] = multiply_add(fill(down[r]), column[c], sum[r][c]);
    }
    sums += d * width + e;
    for (int r = 0; r < tile_rows; r++, sums += width)
        for (int c = 0; c < vectors; c++) add_to(sums + c * LANES, sum[r][c]);
}

/* Rows of the sum from `d` on, the first `end` columns of them, by tiles of at most `most` vectors. */
static inline __attribute__((always_inline)) void moment_rows(const int tile_rows, const int most, int64_t width,
                                                              int64_t n, const double *rows, int64_t d, int64_t end,
                                                              double *sums) {
    int64_t e = 0;
    for (; end - e >= most * LANES; e += most * LANES) moment_tile(tile_rows, most, width, n, rows, d, e, sums);
    if (most > 3 && end - e == 3 * LANES) moment_tile(tile_rows, 3, width, n, rows, d, e, sums);
    if (end - e == 2 * LANES) moment_tile(tile_rows, 2, width, n, rows, d, e, sums);
    if (end - e == 1 * LANES) moment_tile(tile_rows, 1, width, n, rows, d, e, sums);
}

/* Moments of n samples X (n x D) about the origin, added to sums: the sum of shares, and from number LARGEST_LANES on,
 * with s the root of a share and z = (s (x - o), s), the lower triangle of the sum of z z^T in rows of that width.
 * `rows` (n x width) is scratch, zero beyond z. */
static inline void moments_of_many(int64_t D, int64_t n, const double *X, const double *share, const double *origin,
                                   double *rows, double *sums) {
    int64_t width = row_width(D), used = 0;
    double total = 0;
    for (int64_t i = 0; i < n; i++, X += D) {
        if (!(share[i] > 0)) continue;
        double root = sqrt(share[i]), *row = rows + used++ * width;
        int64_t d = 0;
        for (; d + LANES <= D; d += LANES) store(row + d, fill(root) * (load(X + d) - load(origin + d)));
        for (; d < D; d++) row[d] = root * (X[d] - origin[d]);
        row[D] = root;
        total += share[i];
    }
    sums[0] += total;
    sums += LARGEST_LANES;
    for (int64_t d = 0; d < D; d += MOMENT_ROWS)
        moment_rows(MOMENT_ROWS, 3, width, used, rows, d, d + MOMENT_ROWS, sums);
    if (D % MOMENT_ROWS == 0) moment_rows(1, 4, width, used, rows, D, D, sums); /* s times the rest, in no tile yet */
}

#endif
