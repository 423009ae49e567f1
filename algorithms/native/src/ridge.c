/* Ridge regressions of alternating least squares, one for each row of a sparse matrix.
 *
 * A row with n entries, values v and factors F (n x k) of its columns, has b = argmin |v - F b|^2 + lambda |b|^2. For
 * n >= k the normal equations (F^T F + lambda) b = F^T v are solved (primal), for n < k the smaller system
 * (F F^T + lambda) a = v, b = F^T a (dual; Bishop, PRML 6.1). Either matrix is positive definite with smallest
 * eigenvalue at least lambda and is factored by Cholesky, the right-hand side along with it as a last column.
 * Backward stable: the residual is of the order of size * 1e-16 * |matrix| |solution|.
 *
 * Each row is computed by one thread in one order, so results do not depend on the number of threads.
 */
#include "ridge_short.h"

#define TILE 4         /* rows of a product worked on together */
#define TILE_VECTORS 3 /* and columns, in vectors */
#define PANEL 8        /* rows of a factor that update the rest together */
#define CHUNK 64       /* entries of a long row gathered at a time */
#define AHEAD 16       /* and how far ahead of use entries are asked of memory */
#define ROWS_AT_ONCE 16

/* Matrices are row-major with rows of `width` numbers, a multiple of LANES; only j >= i of row i is used. */
static inline int64_t round_up(int64_t n) { return (n + LANES - 1) / LANES * LANES; }

/* Rows i..i+TILE, and `vectors` vectors of columns from j on, of Z^T Z for Z (m x width_z). */
static inline __attribute__((always_inline)) void product_tile(const int vectors, int64_t m, int64_t i, int64_t j,
                                                               const double *Z, int64_t width_z, int64_t rows,
                                                               double *G, int64_t width, int add) {
    vd sum[TILE][TILE_VECTORS];
    for (int r = 0; r < TILE; r++)
        for (int c = 0; c < vectors; c++) sum[r][c] = fill(0);
    for (int64_t q = 0; q < m; q++, Z += width_z) {
        vd column[TILE_VECTORS];
        for (int c = 0; c < vectors; c++) column[c] = load(Z + j + c * LANES);
        for (int r = 0; r < TILE; r++)
            for (int c = 0; c < vectors; c++) sum[r][c] = multiply_add(fill(Z[i + r]), column[c], sum[r][c]);
    }
    for (int r = 0; r < TILE && r < rows; r++)
        for (int c = 0; c < vectors; c++) {
            double *g = G + (i + r) * width + j + c * LANES;
            store(g, add ? load(g) + sum[r][c] : sum[r][c]);
        }
}

/* G = Z^T Z, or G += Z^T Z: its first n rows, columns up to `columns`. */
static void product(int64_t m, int64_t n, int64_t columns, const double *Z, int64_t width_z, double *G,
                    int64_t width, int add) {
    for (int64_t i = 0; i < n; i += TILE)
        for (int64_t j = i / LANES * LANES; j < columns; j += TILE_VECTORS * LANES) {
            int64_t vectors = (columns - j + LANES - 1) / LANES;
            if (vectors >= 3)
                product_tile(3, m, i, j, Z, width_z, n - i, G, width, add);
            else if (vectors == 2)
                product_tile(2, m, i, j, Z, width_z, n - i, G, width, add);
            else
                product_tile(1, m, i, j, Z, width_z, n - i, G, width, add);
        }
}

/* Rows i..i+TILE minus what the PANEL rows from p on contribute, `vectors` vectors of columns from j on. */
static inline __attribute__((always_inline)) void update_tile(const int vectors, int64_t p, int64_t i, int64_t j,
                                                              int64_t rows, double *A, int64_t width) {
    vd rest[TILE][2];
    for (int r = 0; r < TILE; r++)
        for (int c = 0; c < vectors; c++) rest[r][c] = r < rows ? load(A + (i + r) * width + j + c * LANES) : fill(0);
    for (int64_t q = p; q < p + PANEL; q++) {
        const double *row = A + q * width;
        vd column[2];
        for (int c = 0; c < vectors; c++) column[c] = load(row + j + c * LANES);
        for (int r = 0; r < TILE; r++)
            for (int c = 0; c < vectors; c++) rest[r][c] = multiply_subtract(fill(row[i + r]), column[c], rest[r][c]);
    }
    for (int r = 0; r < TILE && r < rows; r++)
        for (int c = 0; c < vectors; c++) store(A + (i + r) * width + j + c * LANES, rest[r][c]);
}

/* Solve A x = column n of A, for the symmetric positive definite A in its first n columns: A = U^T U row by row, the
 * extra column turned into U^-T times itself on the way, then back substitution. x has room for `width`. Returns
 * SINGULAR where rounding leaves a pivot that is not positive. */
static int solve(int64_t n, int64_t width, double *A, double *x) {
    for (int64_t p = 0; p < n; p += PANEL) {
        int64_t end = p + PANEL < n ? p + PANEL : n;
        for (int64_t i = p; i < end; i++) {
            double *row = A + i * width;
            for (int64_t q = p; q < i; q++) {
                const double *above = A + q * width;
                vd factor = fill(above[i]);
                for (int64_t j = i / LANES * LANES; j <= n; j += LANES)
                    store(row + j, multiply_subtract(factor, load(above + j), load(row + j)));
            }
            if (!(row[i] > 0)) return SINGULAR;
            x[i] = 1 / sqrt(row[i]);
            vd scale = fill(x[i]);
            for (int64_t j = i / LANES * LANES; j <= n; j += LANES) store(row + j, load(row + j) * scale);
        }
        for (int64_t i = end; i < n; i += TILE) {
            int64_t j = i / LANES * LANES;
            for (; j + LANES <= n; j += 2 * LANES) update_tile(2, p, i, j, n - i, A, width);
            if (j <= n) update_tile(1, p, i, j, n - i, A, width);
        }
    }
    /* Back substitution by columns: what is left of the right-hand side is kept in the last column. */
    for (int64_t i = n - 1; i >= 0; i--) {
        x[i] *= A[i * width + n];
        for (int64_t j = 0; j < i; j++) A[j * width + n] -= A[j * width + i] * x[i];
    }
    return 0;
}

static inline void add_ridge(int64_t n, int64_t width, double *A, double regularization) {
    for (int64_t i = 0; i < n; i++) A[i * width + i] += regularization;
}

/* Primal: chunks of entries as rows (factors, value), whose products hold F^T F and F^T v. */
static int solve_primal(const Regressions *all, int64_t n, const int32_t *columns, const int32_t *entries, double *Z,
                        double *A, double *x, double *b) {
    int64_t k = all->k, width = round_up(k + 1), width_z = width + TILE_VECTORS * LANES;
    for (int64_t begin = 0; begin < n; begin += CHUNK) {
        int64_t m = n - begin < CHUNK ? n - begin : CHUNK;
        for (int64_t q = 0; q < m; q++) {
            double *z = Z + q * width_z;
            if (begin + q + AHEAD < n) {
                const double *later = factors_of(all, columns[begin + q + AHEAD]);
                for (int64_t c = 0; c < k; c += LARGEST_LANES) __builtin_prefetch(later + c);
                __builtin_prefetch(all->values + entries[begin + q + AHEAD]);
            }
            memcpy(z, factors_of(all, columns[begin + q]), (size_t)k * sizeof *z);
            z[k] = all->values[entries[begin + q]];
            memset(z + k + 1, 0, (size_t)(width - k - 1) * sizeof *z);
        }
        product(m, k, k + 1, Z, width_z, A, width, begin > 0);
    }
    add_ridge(k, width, A, all->regularization);
    if (solve(k, width, A, x)) return SINGULAR;
    memcpy(b, x, (size_t)k * sizeof *b);
    return 0;
}

/* b = sum_i x_i times the factors of column i; the last vector overlaps the one before it. */
static inline void combine(const Regressions *all, int64_t n, const int32_t *columns, const double *x, double *b) {
    int64_t k = all->k;
    if (k < LANES) {
        for (int64_t c = 0; c < k; c++) {
            b[c] = 0;
            for (int64_t i = 0; i < n; i++) b[c] += x[i] * factors_of(all, columns[i])[c];
        }
        return;
    }
    for (int64_t c = 0; c < k; c += LANES) {
        int64_t start = c + LANES <= k ? c : k - LANES;
        vd sum = fill(0);
        for (int64_t i = 0; i < n; i++)
            sum = multiply_add(fill(x[i]), load(factors_of(all, columns[i]) + start), sum);
        store(b + start, sum);
    }
}

/* Dual: the factors as columns of Z (k x n), whose products hold F F^T. */
static int solve_dual(const Regressions *all, int64_t n, const int32_t *columns, const int32_t *entries, double *Z,
                      double *A, double *x, double *b) {
    int64_t k = all->k, width = round_up(n + 1), width_z = round_up(n + TILE); /* a product reads no further */
    for (int64_t c = 0; c < k; c++) memset(Z + c * width_z + n, 0, (size_t)(width_z - n) * sizeof *Z);
    for (int64_t i = 0; i < n; i++) {
        const double *f = factors_of(all, columns[i]);
        for (int64_t c = 0; c < k; c++) Z[c * width_z + i] = f[c];
    }
    product(k, n, n, Z, width_z, A, width, 0);
    add_ridge(n, width, A, all->regularization);
    for (int64_t i = 0; i < n; i++) {
        A[i * width + n] = all->values[entries[i]];
        for (int64_t j = n + 1; j < width; j++) A[i * width + j] = 0;
    }
    if (solve(n, width, A, x)) return SINGULAR;
    combine(all, n, columns, x, b);
    return 0;
}

static int indices_inside(const Regressions *all, const Rows *some) {
    int inside = 1;
    for (int64_t r = 0; r < some->count; r++) inside &= 0 <= some->rows[r] && some->rows[r] < all->n_rows;
    for (int64_t e = 0; e < some->count * some->n; e++) {
        inside &= 0 <= some->columns[e] && some->columns[e] < all->m;
        inside &= 0 <= some->entries[e] && some->entries[e] < all->n_values;
    }
    return inside;
}

/* A few rows of one length, by the way that suits it. */
static int solve_rows(const Regressions *all, const Rows *some, int64_t depth, double *room) {
    if (!indices_inside(all, some)) return OUT_OF_RANGE;
    int64_t n = some->n, k = all->k, width = round_up(k + 1) + TILE_VECTORS * LANES;
    if (n < k && n <= SHORT) return solve_short(all, some, room);
    double *A = room + depth * width, *x = A + (k + 1) * width;
    int wrong = 0;
    for (int64_t r = 0; r < some->count; r++)
        wrong |= (n < k ? solve_dual : solve_primal)(all, n, some->columns + r * n, some->entries + r * n, room, A, x,
                                                     all->result + some->rows[r] * k);
    return wrong;
}

/* All rows of all groups; group g has counts[g] rows with lengths[g] entries each. rows[g] (count), columns[g] and
 * entries[g] (count x length) are addresses; entries say where in `values` (n_values) a value stands: one array for
 * both sides of the matrix. factors (m x k) in; result (n_rows x k) out, only at the rows named.
 * The last groups, which are the longest, are done first. Returns 0; 1 if an index is out of range; 2 if a system is
 * singular to rounding; -1 without memory. */
int ridge_rows(int64_t n_groups, const int64_t *counts, const int64_t *lengths, const int32_t *const *rows,
               const int32_t *const *columns, const int32_t *const *entries, int64_t n_values, const double *values,
               int64_t m, int64_t k, const double *factors, double regularization, int64_t n_rows, double *result,
               int64_t n_threads) {
    const Regressions all = {m, k, n_values, n_rows, factors, values, regularization, result};
    int64_t width = round_up(k + 1) + TILE_VECTORS * LANES, depth = k > CHUNK ? k : CHUNK;
    int64_t size = width * (depth + k + 2) + LARGEST_LANES;
    if (size < short_room(k)) size = short_room(k);
    int failed = 0, wrong = 0;
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed, wrong)
    {
        double *own_room = calloc((size_t)(ALIGNMENT + size), sizeof *own_room), *room = aligned(own_room);
        failed = own_room == NULL;
        for (int64_t g = n_groups - 1; g >= 0; g--) {
            int64_t n = lengths[g];
#pragma omp for schedule(dynamic, 1) nowait
            for (int64_t begin = 0; begin < counts[g]; begin += ROWS_AT_ONCE) {
                if (failed) continue;
                int64_t count = counts[g] - begin < ROWS_AT_ONCE ? counts[g] - begin : ROWS_AT_ONCE;
                const Rows some = {count, n, rows[g] + begin, columns[g] + begin * n, entries[g] + begin * n};
                wrong |= solve_rows(&all, &some, depth, room);
            }
        }
        free(own_room);
    }
    return failed ? -1 : wrong & OUT_OF_RANGE ? OUT_OF_RANGE : wrong;
}
