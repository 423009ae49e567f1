/* Mean and scatter matrix of each block of rows: pieces that stay in cache, each about its own mean, merged in order
 * (Chan, Golub and LeVeque, 1979). A block is one thread's work, so that nothing depends on their number. */
#include "products_few.h"
#include "products_many.h"

#define PIECE 2048      /* numbers in a piece: with its offsets from the mean it fits the first-level cache */
#define FEWEST_ROWS 128 /* in a piece, so that merging costs little */

static inline int64_t padded_to(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }
static inline int64_t row_stride(int64_t D) { return D <= FEWER ? D : padded_to(D, PADDING); }
static inline int64_t piece_rows(int64_t D) {
    int64_t rows = PIECE / D / LARGEST_LANES * LARGEST_LANES;
    return rows > FEWEST_ROWS ? rows : FEWEST_ROWS;
}

/* Where a piece is worked on: y and its products. */
static int64_t room_for_piece(int64_t D) {
    int64_t stride = row_stride(D), rows = piece_rows(D);
    return (D <= FEWER ? room_of_few(D, rows) : rows * stride) + stride * stride + D;
}

/* Mean minus `origin` and scatter matrix (upper triangle) of `before` rows become those of `rows` rows more. */
static inline __attribute__((always_inline)) void add_piece(const int few, int64_t D, int64_t before, int64_t rows,
                                                            const double *X, const double *origin, double *y,
                                                            double *mean, double *scatter) {
    int64_t stride = few ? few : row_stride(D);
    double *products = y + (few ? room_of_few(few, piece_rows(few)) : piece_rows(D) * stride);
    double *apart = products + stride * stride;
    if (few) {
        mean_of_few(few, rows, X, apart);
        center_few(few, rows, X, apart, y);
        products_of_few(few, rows, y, products);
    } else {
        mean_of_many(D, rows, X, apart);
        center_many(D, stride, rows, X, apart, y);
        products_of_many(stride, rows, y, products);
    }
    double share = (double)rows / (double)(before + rows), between = (double)before * share;
    for (int64_t d = 0; d < D; d++) apart[d] += X[d] - origin[d] - mean[d];
    for (int64_t d = 0; d < D; d++)
        for (int64_t e = d; e < D; e++)
            scatter[d * D + e] += products[d * stride + e] + between * apart[d] * apart[e];
    for (int64_t d = 0; d < D; d++) mean[d] += share * apart[d];
}

static inline __attribute__((always_inline)) void sum_block(const int few, int64_t D, int64_t n, const double *X,
                                                            const double *origin, double *room, double *mean,
                                                            double *scatter) {
    int64_t piece = piece_rows(D);
    for (int64_t i = 0; i < n; i += piece)
        add_piece(few, D, i, n - i < piece ? n - i : piece, X + i * D, origin, room, mean, scatter);
    for (int64_t d = 0; d < D; d++)
        for (int64_t e = 0; e < d; e++) scatter[d * D + e] = scatter[e * D + d];
}

/* X (n x D) and origin (D) in; of every `block_rows` rows the mean minus the origin in means (D each), and the sums of
 * the products of offsets from the mean in scatters (D x D each). Returns 0, or -1 without memory. */
int block_moments(int64_t n, int64_t D, int64_t block_rows, const double *X, const double *origin, double *means,
                  double *scatters, int64_t n_threads) {
    int64_t n_blocks = (n + block_rows - 1) / block_rows;
    int failed = 0;
    memset(means, 0, (size_t)(n_blocks * D) * sizeof *means);
    memset(scatters, 0, (size_t)(n_blocks * D * D) * sizeof *scatters);
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed)
    {
        double *own = malloc((size_t)(ALIGNMENT + room_for_piece(D)) * sizeof *own), *room = aligned(own);
        failed = own == NULL;
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t b = 0; b < n_blocks; b++) {
            if (failed) continue;
            int64_t size = n - b * block_rows < block_rows ? n - b * block_rows : block_rows;
            const double *rows = X + b * block_rows * D;
            double *mean = means + b * D, *scatter = scatters + b * D * D;
#define FEATURES(few) \
    case few: sum_block(few, few, size, rows, origin, room, mean, scatter); break;
            switch (D) {
                FEATURES(1) FEATURES(2) FEATURES(3) FEATURES(4) FEATURES(5) FEATURES(6) FEATURES(7)
            default: sum_block(0, D, size, rows, origin, room, mean, scatter);
            }
#undef FEATURES
        }
        free(own);
    }
    return failed ? -1 : 0;
}
