/* Distances and moments for few features, D known to the compiler: everything stays in registers. */
#ifndef KSQUARED_GAUSSIAN_FEW_H
#define KSQUARED_GAUSSIAN_FEW_H

#include "vector.h"

#define FEW 8 /* features at most */

/* Log joint densities of a block (columns of `block` numbers in x): log_scale - |L^-1 (x - mu)|^2 / 2, and the largest
 * of them so far. `factor` is L^-1 (D x D, row by row). */
static inline __attribute__((always_inline)) void densities_of_few(const int D, int64_t block, const double *x,
                                                                   const double *mean, const double *factor,
                                                                   double log_scale, double *joint,
                                                                   double *largest) {
    for (int64_t i = 0; i < block; i += LANES) {
        vd offset[FEW], square = fill(0);
#pragma GCC unroll 8
        for (int d = 0; d < D; d++) offset[d] = load(x + d * block + i) - fill(mean[d]);
#pragma GCC unroll 8
        for (int d = 0; d < D; d++) {
            vd y = offset[0] * fill(factor[d * D]);
#pragma GCC unroll 8
            for (int e = 1; e <= d; e++) y = multiply_add(offset[e], fill(factor[d * D + e]), y);
            square = multiply_add(y, y, square);
        }
        vd density = multiply_add(fill(-0.5), square, fill(log_scale));
        store(joint + i, density);
        store(largest + i, larger(density, load(largest + i)));
    }
}

/* Rows `begin` to `end` of the moments of a block about the origin, added to sums of LANES parts each: first moment,
 * second moment, and with row 0 the zeroth. `share` is weight times responsibility. */
static inline __attribute__((always_inline)) void moment_rows_of_few(const int D, const int begin, const int end,
                                                                     int64_t block, const double *x,
                                                                     const double *share, const double *origin,
                                                                     double *sums) {
    vd zeroth = fill(0), first[FEW], second[FEW][FEW];
#pragma GCC unroll 8
    for (int d = begin; d < end; d++) {
        first[d] = fill(0);
#pragma GCC unroll 8
        for (int e = 0; e <= d; e++) second[d][e] = fill(0);
    }
    for (int64_t i = 0; i < block; i += LANES) {
        vd r = load(share + i), weighted[FEW];
        if (begin == 0) zeroth += r;
#pragma GCC unroll 8
        for (int d = begin; d < end; d++) {
            weighted[d] = r * (load(x + d * block + i) - fill(origin[d]));
            first[d] += weighted[d];
        }
#pragma GCC unroll 8
        for (int e = 0; e < end; e++) {
            vd offset = load(x + e * block + i) - fill(origin[e]);
#pragma GCC unroll 8
            for (int d = begin < e ? e : begin; d < end; d++)
                second[d][e] = multiply_add(weighted[d], offset, second[d][e]);
        }
    }
    if (begin == 0) add_to(sums, zeroth);
#pragma GCC unroll 8
    for (int d = begin; d < end; d++) {
        add_to(sums + (1 + d) * LANES, first[d]);
#pragma GCC unroll 8
        for (int e = 0; e <= d; e++) add_to(sums + (1 + D + D * d + e) * LANES, second[d][e]);
    }
}

/* All rows, as many at a time as there are registers for their sums. */
static inline __attribute__((always_inline)) void moments_of_few(const int D, int64_t block, const double *x,
                                                                 const double *share, const double *origin,
                                                                 double *sums) {
    moment_rows_of_few(D, 0, D < 5 ? D : 5, block, x, share, origin, sums);
    if (D > 5) moment_rows_of_few(D, 5, D, block, x, share, origin, sums);
}

#endif
