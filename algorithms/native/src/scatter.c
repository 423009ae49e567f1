/* Weight, first and second moment of samples about an origin: one pass, nothing stored, fixed pieces in a fixed order. */
#include "blocks.h"

/* Samples `begin` to `end` onto sums of LANES parts, for a D known to the compiler where it is small. */
static inline __attribute__((always_inline)) void sum_blocks(const int few, int64_t n, int64_t D, int64_t begin,
                                                             int64_t end, const double *X, const double *sample_weight,
                                                             const double *origin, double *room, double *sums) {
    const int64_t block = block_size(few ? few : D);
    double *weight = room, *x = weight + block;
    for (int64_t b = begin; b < end; b++) {
        if (few) {
            gather_block(few, n, block, b * block, X, sample_weight, 1, x, weight);
            moments_of_few(few, block, x, weight, origin, sums);
        } else {
            gather_weights(n, block, b * block, sample_weight, 1, weight);
            moments_of_many(D, block, X + b * block * D, weight, origin, x, sums);
        }
    }
}

static void sum_piece(int64_t n, int64_t D, int64_t begin, int64_t end, const double *X, const double *sample_weight,
                      const double *origin, double *room, double *sums) {
#define FEATURES(few)                                                                            \
    case few: sum_blocks(few, n, D, begin, end, X, sample_weight, origin, room, sums); break;
    switch (D) {
        FEATURES(1) FEATURES(2) FEATURES(3) FEATURES(4) FEATURES(5) FEATURES(6) FEATURES(7) FEATURES(8)
    default: sum_blocks(0, n, D, begin, end, X, sample_weight, origin, room, sums);
    }
#undef FEATURES
}

/* X (n x D), sample_weight (n, or NULL for ones) and origin (D) in; moments (1 + D + D * D) out. Returns 0, or -1
 * without memory. */
int scatter(int64_t n, int64_t D, const double *X, const double *sample_weight, const double *origin, double *moments,
            int64_t n_threads) {
    int64_t block = block_size(D), stride = 1 + D + D * D;
    int64_t n_blocks = (n + block - 1) / block, n_pieces = n_blocks < LARGEST_PIECES ? n_blocks : LARGEST_PIECES;
    double *pieces = calloc((size_t)(n_pieces * stride), sizeof *pieces);
    int failed = pieces == NULL;
    if (failed) return -1;
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed)
    {
        int64_t size = sums_size(D);
        double *own = calloc((size_t)(ALIGNMENT + size + (1 + row_width(D)) * block), sizeof *own), *sums = aligned(own);
        failed = own == NULL;
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t p = 0; p < n_pieces; p++) {
            if (failed) continue;
            memset(sums, 0, (size_t)size * sizeof *sums);
            sum_piece(n, D, n_blocks * p / n_pieces, n_blocks * (p + 1) / n_pieces, X, sample_weight, origin,
                      sums + size, sums);
            unpack_moments(D, sums, pieces + p * stride);
        }
        free(own);
    }
    memset(moments, 0, (size_t)stride * sizeof *moments);
    for (int64_t p = 0; p < n_pieces; p++)
        for (int64_t j = 0; j < stride; j++) moments[j] += pieces[p * stride + j];
    free(pieces);
    return failed ? -1 : 0;
}
