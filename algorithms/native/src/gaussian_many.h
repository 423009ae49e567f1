/* Distances and moments for any number of features, in tiles of ROWS by ROWS; D is padded to a multiple of ROWS. */
#ifndef KSQUARED_GAUSSIAN_MANY_H
#define KSQUARED_GAUSSIAN_MANY_H

#include "vector.h"

#define ROWS 4
#if LANES == 8
#define ACROSS 4 /* vectors of samples worked on together: as many as there are registers for */
#else
#define ACROSS 2
#endif

static inline void subtract_point(int64_t D, int64_t block, const double *x, const double *point, double *offsets) {
    for (int64_t d = 0; d < D; d++)
        for (int64_t i = 0; i < block; i += LANES)
            store(offsets + d * block + i, load(x + d * block + i) - fill(point[d]));
}

/* Log joint densities and the largest so far, as for few features. `offsets` (padded x block) are x - mu, zero in padded
 * rows; `factor` is L^-1 by groups of ROWS rows, column by column, ROWS numbers each. */
static inline void densities_of_many(int64_t padded, int64_t block, const double *offsets, const double *factor,
                                     double log_scale, double *joint, double *largest) {
    for (int64_t i = 0; i < block; i += ACROSS * LANES) {
        vd square[ACROSS];
        for (int h = 0; h < ACROSS; h++) square[h] = fill(0);
        const double *f = factor;
        for (int64_t d = 0; d < padded; d += ROWS) {
            vd y[ROWS][ACROSS];
            for (int r = 0; r < ROWS; r++)
                for (int h = 0; h < ACROSS; h++) y[r][h] = fill(0);
            for (int64_t e = 0; e < d; e++, f += ROWS)
                for (int h = 0; h < ACROSS; h++) {
                    vd offset = load(offsets + e * block + i + h * LANES);
                    for (int r = 0; r < ROWS; r++) y[r][h] = multiply_add(offset, fill(f[r]), y[r][h]);
                }
#pragma GCC unroll 4
            for (int c = 0; c < ROWS; c++, f += ROWS) /* the triangle on the diagonal */
                for (int h = 0; h < ACROSS; h++) {
                    vd offset = load(offsets + (d + c) * block + i + h * LANES);
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

/* One tile of the second moment: rows of `weighted` times columns of `offsets`. On the diagonal the upper half is left
 * out. */
static inline __attribute__((always_inline)) void moment_tile(const int diagonal, int64_t block,
                                                              const double *weighted, const double *offsets,
                                                              double *tile) {
    vd second[ROWS][ROWS];
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < ROWS; c++) second[r][c] = fill(0);
    for (int64_t i = 0; i < block; i += LANES) {
        vd column[ROWS];
        for (int c = 0; c < ROWS; c++) column[c] = load(offsets + c * block + i);
        for (int r = 0; r < ROWS; r++) {
            vd row = load(weighted + r * block + i);
            for (int c = 0; c < (diagonal ? r + 1 : ROWS); c++) second[r][c] = multiply_add(row, column[c], second[r][c]);
        }
    }
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < (diagonal ? r + 1 : ROWS); c++) add_to(tile + (ROWS * r + c) * LANES, second[r][c]);
}

/* Moments of a block about the origin, added to sums of LANES parts each; `offsets` and `weighted` are scratch. */
static inline void moments_of_many(int64_t D, int64_t padded, int64_t block, const double *x, const double *share,
                                   const double *origin, double *offsets, double *weighted, double *sums) {
    vd zeroth = fill(0);
    for (int64_t i = 0; i < block; i += LANES) zeroth += load(share + i);
    add_to(sums, zeroth);
    for (int64_t d = 0; d < D; d++) {
        vd first = fill(0);
        for (int64_t i = 0; i < block; i += LANES) {
            vd offset = load(x + d * block + i) - fill(origin[d]), product = load(share + i) * offset;
            store(offsets + d * block + i, offset);
            store(weighted + d * block + i, product);
            first += product;
        }
        add_to(sums + (1 + d) * LANES, first);
    }
    double *tile = sums + (1 + padded) * LANES;
    for (int64_t d = 0; d < padded; d += ROWS) {
        for (int64_t e = 0; e < d; e += ROWS, tile += ROWS * ROWS * LANES)
            moment_tile(0, block, weighted + d * block, offsets + e * block, tile);
        moment_tile(1, block, weighted + d * block, offsets + d * block, tile);
        tile += ROWS * ROWS * LANES;
    }
}

#endif
