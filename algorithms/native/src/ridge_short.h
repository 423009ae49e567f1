/* Ridge regressions of short rows, LANES of them side by side: lane r of every vector belongs to row r.
 *
 * A row of n entries, n small, spends its time waiting: each step of its Cholesky factorization needs the one before.
 * Rows of the same length take the same steps, so LANES of them take the time of one. The dual system is solved,
 * (F F^T + lambda) a = v, b = F^T a, by F F^T + lambda = L D L^T.
 */
#ifndef KSQUARED_RIDGE_SHORT_H
#define KSQUARED_RIDGE_SHORT_H

#include "ridge.h"

#define SHORTEST_TILE 4
#define SHORT 16 /* entries at most: with k = 20 all that is needed stays in the first-level cache */

static inline int64_t short_padded(int64_t n) { return (n + SHORTEST_TILE - 1) / SHORTEST_TILE * SHORTEST_TILE; }

/* Numbers of scratch memory: factors, matrix, right-hand side. */
static inline int64_t short_room(int64_t k) { return (k * SHORT + SHORT * SHORT + SHORT) * LANES; }

/* The vector at row i, column j of a matrix of vectors. */
static inline double *at(double *matrix, int64_t width, int64_t i, int64_t j) {
    return matrix + (i * width + j) * LANES;
}

/* Z (k x padded): the factors of entry i of every row as column i; whatever is beyond n is multiplied but not used. */
static inline void gather_short(const Regressions *all, const Rows *some, const int64_t *row, int64_t padded, double *Z) {
    for (int64_t i = 0; i < some->n; i++) {
        const double *own[LANES];
        for (int r = 0; r < LANES; r++) own[r] = factors_of(all, some->columns[row[r] * some->n + i]);
        for (int64_t c = 0; c < all->k; c++)
            for (int r = 0; r < LANES; r++) at(Z, padded, c, i)[r] = own[r][c];
    }
}

/* The lower triangle, in tiles, of A = Z^T Z (n x n of each lane). */
static inline void product_short(int64_t padded, int64_t k, double *Z, double *A) {
    for (int64_t i = 0; i < padded; i += SHORTEST_TILE)
        for (int64_t j = 0; j <= i; j += SHORTEST_TILE) {
            vd sum[SHORTEST_TILE][SHORTEST_TILE];
            for (int r = 0; r < SHORTEST_TILE; r++)
                for (int s = 0; s < SHORTEST_TILE; s++) sum[r][s] = fill(0);
            for (int64_t c = 0; c < k; c++) {
                vd left[SHORTEST_TILE], right[SHORTEST_TILE];
                for (int r = 0; r < SHORTEST_TILE; r++) left[r] = load(at(Z, padded, c, i + r));
                for (int s = 0; s < SHORTEST_TILE; s++) right[s] = load(at(Z, padded, c, j + s));
                for (int r = 0; r < SHORTEST_TILE; r++)
                    for (int s = 0; s < SHORTEST_TILE; s++) sum[r][s] = multiply_add(left[r], right[s], sum[r][s]);
            }
            for (int r = 0; r < SHORTEST_TILE; r++)
                for (int s = 0; s < SHORTEST_TILE; s++) store(at(A, padded, i + r, j + s), sum[r][s]);
        }
}

/* Solve A x = y for the lower triangle of A (n x n), which becomes L, as y becomes x. The smallest pivot. */
static inline vd solve_short_systems(int64_t n, int64_t width, double *A, double *y) {
    vd smallest = fill(INFINITY);
    for (int64_t p = 0; p < n; p++) {
        vd pivot = load(at(A, width, p, p)), inverse = fill(1) / pivot, right = load(y + p * LANES);
        smallest = choose(less_equal(smallest, pivot), smallest, pivot); /* one that is no number stays */
        for (int64_t i = p + 1; i < n; i++) {
            vd factor = load(at(A, width, i, p)) * inverse;
            for (int64_t j = p + 1; j <= i; j++) {
                double *a = at(A, width, i, j);
                store(a, multiply_subtract(factor, load(at(A, width, j, p)), load(a)));
            }
            store(y + i * LANES, multiply_subtract(factor, right, load(y + i * LANES)));
        }
        for (int64_t i = p + 1; i < n; i++) store(at(A, width, i, p), load(at(A, width, i, p)) * inverse);
        store(y + p * LANES, right * inverse);
    }
    for (int64_t i = n - 1; i > 0; i--)
        for (int64_t j = 0; j < i; j++)
            store(y + j * LANES, multiply_subtract(load(at(A, width, i, j)), load(y + i * LANES), load(y + j * LANES)));
    return smallest;
}

/* The solutions of LANES rows at a time; lanes without a row repeat the last one. `room` holds short_room(k). */
static int solve_short(const Regressions *all, const Rows *some, double *room) {
    int64_t n = some->n, k = all->k, padded = short_padded(n);
    double *Z = room, *A = Z + k * SHORT * LANES, *y = A + SHORT * SHORT * LANES;
    int wrong = 0;
    for (int64_t begin = 0; begin < some->count; begin += LANES) {
        int64_t row[LANES];
        for (int r = 0; r < LANES; r++) row[r] = begin + r < some->count ? begin + r : some->count - 1;
        gather_short(all, some, row, padded, Z);
        product_short(padded, k, Z, A);
        for (int64_t i = 0; i < n; i++) {
            add_to(at(A, padded, i, i), fill(all->regularization));
            for (int r = 0; r < LANES; r++) y[i * LANES + r] = all->values[some->entries[row[r] * n + i]];
        }
        vd smallest = solve_short_systems(n, padded, A, y);
        if (mask_bits(less(fill(0), smallest)) != (1u << LANES) - 1) wrong = SINGULAR;
        for (int64_t c = 0; c < k; c++) {
            vd sum = fill(0);
            for (int64_t i = 0; i < n; i++) sum = multiply_add(load(y + i * LANES), load(at(Z, padded, c, i)), sum);
            for (int r = 0; r < LANES; r++) all->result[some->rows[row[r]] * k + c] = sum[r];
        }
    }
    return wrong;
}

#endif
