/* Draws from a mixture out of uniform numbers and standard normal ones: labels by inversion, x = mu + A e in place. */
#include "vector.h"

/* x = mu + A e for one row, A (D x D) lower triangular, from the last feature up because e is overwritten. */
static inline __attribute__((always_inline)) void place_row(const int64_t D, const double *mean, const double *root,
                                                            double *x) {
#pragma GCC unroll 4
    for (int64_t d = D - 1; d >= 0; d--) {
        double sum = mean[d];
        for (int64_t e = 0; e <= d; e++) sum += root[d * D + e] * x[e];
        x[d] = sum;
    }
}

/* The same with A^T (columns), vectors of rows at a time: `out` has room for D rounded up to LANES. */
static inline void place_long_row(int64_t D, const double *mean, const double *columns, double *x, double *out) {
    int64_t padded = (D + LANES - 1) / LANES * LANES;
    for (int64_t d = 0; d < padded; d += LANES) {
        vd sum = load(mean + d);
        int64_t last = d + LANES < D ? d + LANES : D;
        for (int64_t e = 0; e < last; e++) sum = multiply_add(fill(x[e]), load(columns + e * padded + d), sum);
        store(out + d, sum);
    }
    memcpy(x, out, (size_t)D * sizeof *x);
}

/* The first component whose threshold is above u; the last one if none is. */
static inline int64_t component(int64_t K, const double *thresholds, double u) {
    int64_t k = 0;
    if (K <= 16) {
        for (int64_t j = 0; j < K - 1; j++) k += thresholds[j] <= u; /* no branch to guess wrong */
        return k;
    }
    for (int64_t size = K - 1; size > 0;) {
        int64_t half = size / 2;
        if (thresholds[k + half] <= u) {
            k += half + 1;
            size -= half + 1;
        } else {
            size = half;
        }
    }
    return k;
}

/* uniforms (n) and standard normal X (n x D) in; labels (n) and X out. thresholds (K, ascending), means (K x D) and
 * lower triangular roots (K x D x D). One thread: the caller has one for each chunk. */
int place_samples(int64_t n, int64_t D, int64_t K, const double *thresholds, const double *means, const double *roots,
                  const double *uniforms, double *X, int64_t *labels) {
    int64_t padded = (D + LANES - 1) / LANES * LANES, size = padded * (D + 1);
    double *room = NULL, *out = NULL;
    if (D > 4) {
        room = calloc((size_t)(ALIGNMENT + K * size + padded), sizeof *room);
        if (room == NULL) return -1;
        out = aligned(room) + K * size;
        for (int64_t k = 0; k < K; k++) {
            double *mean = aligned(room) + k * size, *columns = mean + padded;
            memcpy(mean, means + k * D, (size_t)D * sizeof *mean);
            for (int64_t d = 0; d < D; d++)
                for (int64_t e = 0; e <= d; e++) columns[e * padded + d] = roots[(k * D + d) * D + e];
        }
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t k = component(K, thresholds, uniforms[i]);
        const double *mean = means + k * D, *root = roots + k * D * D;
        double *x = X + i * D;
        labels[i] = k;
        switch (D) {
        case 1: place_row(1, mean, root, x); break;
        case 2: place_row(2, mean, root, x); break;
        case 3: place_row(3, mean, root, x); break;
        case 4: place_row(4, mean, root, x); break;
        default: place_long_row(D, aligned(room) + k * size, aligned(room) + k * size + padded, x, out);
        }
    }
    free(room);
    return 0;
}
