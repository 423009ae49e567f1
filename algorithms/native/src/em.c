/* One pass of EM for a Gaussian mixture: log-likelihood, and the weighted moments the M-step needs.
 *
 * With Sigma_k = L L^T the log-density is log pi_k - sum log L_dd - D/2 log 2 pi - |L^-1 (x - mu_k)|^2 / 2 (Bishop,
 * PRML, eq. 9.19); responsibilities follow in logarithms (eq. 9.23). Nothing is stored for each sample: a block of
 * samples goes through all components while it is in cache, and for each component the sums of r, r (x - o_k) and
 * r (x - o_k)(x - o_k)^T are taken, r = weight times responsibility. The origin o_k is the present mean unless the
 * caller gives a better one, so the second moment loses digits only if a mean moves by many standard deviations.
 *
 * Sums are kept in as many parts as a vector has lanes, for each of at most LARGEST_PIECES pieces of the data, and
 * put together in a fixed order: nothing depends on the number of threads. Responsibilities below e^-708 are 0.
 */
#include "vector_math.h"

#define LARGEST_PIECES 64
#define ROWS 4 /* rows of L^-1, and of the second moment, worked on together; D is padded to a multiple */

enum { SUCCESS = 0, LOST_SAMPLE = 1, SINGULAR = 2 };

typedef struct {
    int64_t n_features, padded, n_components, block;
    int64_t size;         /* sums of a component: r; r (x - o), padded; tiles of the second moment */
    const double *scale;  /* (K): log pi_k - sum log L_dd - D/2 log 2 pi */
    const double *means;  /* (K, padded) */
    const double *origins;
    const double *factors; /* L^-1 by groups of ROWS rows, column by column, ROWS numbers each */
    int64_t factor_size;
} Mixture;

/* L^-1 of a covariance (D x D) into `inverse` (D x D, lower), the log of det L^-1 into *log_scale. Returns 0, or
 * SINGULAR where a squared pivot is no larger than rounding makes it: D * eps times the variance. */
static int invert_factor(int64_t D, const double *covariance, double *lower, double *inverse, double *log_scale) {
    *log_scale = 0;
    for (int64_t i = 0; i < D; i++) {
        for (int64_t j = 0; j <= i; j++) {
            double rest = covariance[i * D + j];
            for (int64_t e = 0; e < j; e++) rest -= lower[i * D + e] * lower[j * D + e];
            if (i > j)
                lower[i * D + j] = rest / lower[j * D + j];
            else if (rest > (double)D * 2.220446049250313e-16 * covariance[i * D + i])
                lower[i * D + i] = sqrt(rest);
            else
                return SINGULAR;
        }
        for (int64_t j = 0; j <= i; j++) { /* row i of the inverse from the rows above it */
            double known = i == j ? 1 : 0;
            for (int64_t e = j; e < i; e++) known -= lower[i * D + e] * inverse[e * D + j];
            inverse[i * D + j] = known / lower[i * D + i];
        }
        *log_scale -= log(lower[i * D + i]);
    }
    return SUCCESS;
}

/* |L^-1 (x - mu)|^2 for a block of up to four features (columns of `block` numbers in x). */
static inline __attribute__((always_inline)) void distances_of_few(const int D, int64_t block, const double *x,
                                                                   const double *mean, const double *factor,
                                                                   double *squares) {
    for (int64_t i = 0; i < block; i += LANES) {
        vd offset[4], square = fill(0);
        for (int d = 0; d < D; d++) {
            offset[d] = load(x + d * block + i) - fill(mean[d]);
            vd y = offset[0] * fill(factor[d]);
            for (int e = 1; e <= d; e++) y = multiply_add(offset[e], fill(factor[ROWS * e + d]), y);
            square = multiply_add(y, y, square);
        }
        store(squares + i, square);
    }
}

/* The same for any number of features. `offsets` (padded x block) are x - mu, zero in padded rows. */
static inline void distances_of_many(int64_t padded, int64_t block, const double *offsets, const double *factor,
                                     double *squares) {
    for (int64_t i = 0; i < block; i += 2 * LANES) {
        vd square[2] = {fill(0), fill(0)};
        const double *f = factor;
        for (int64_t d = 0; d < padded; d += ROWS) {
            vd y[ROWS][2];
            for (int r = 0; r < ROWS; r++) y[r][0] = y[r][1] = fill(0);
            for (int64_t e = 0; e < d + ROWS; e++, f += ROWS) {
                vd a = load(offsets + e * block + i), b = load(offsets + e * block + i + LANES);
                for (int r = 0; r < ROWS; r++) {
                    y[r][0] = multiply_add(a, fill(f[r]), y[r][0]);
                    y[r][1] = multiply_add(b, fill(f[r]), y[r][1]);
                }
            }
            for (int r = 0; r < ROWS; r++)
                for (int h = 0; h < 2; h++) square[h] = multiply_add(y[r][h], y[r][h], square[h]);
        }
        store(squares + i, square[0]);
        store(squares + i + LANES, square[1]);
    }
}

static inline void subtract_point(int64_t D, int64_t block, const double *x, const double *point, double *offsets) {
    for (int64_t d = 0; d < D; d++)
        for (int64_t i = 0; i < block; i += LANES)
            store(offsets + d * block + i, load(x + d * block + i) - fill(point[d]));
}

/* From log joint densities (K x block) to weight times responsibility, in place. Adds the weighted log-likelihood to
 * *total; returns whether some sample has log-density -inf, or none at all, under every component. */
static inline int normalize(int64_t K, int64_t block, const double *weight, double *joint, vd *total) {
    int lost = 0;
    for (int64_t i = 0; i < block; i += LANES) {
        vd most = fill(-INFINITY), sum = fill(0);
        for (int64_t k = 0; k < K; k++) most = larger(load(joint + k * block + i), most);
        lost |= mask_bits(less(fill(-INFINITY), most)) != (1u << LANES) - 1;
        for (int64_t k = 0; k < K; k++) {
            vd relative = exponential(load(joint + k * block + i) - most);
            store(joint + k * block + i, relative);
            sum += relative;
        }
        vd w = load(weight + i), share = w / sum;
        *total += w * (most + logarithm(sum));
        for (int64_t k = 0; k < K; k++) store(joint + k * block + i, load(joint + k * block + i) * share);
    }
    return lost;
}

static inline void add_to(double *sum, vd term) { store(sum, load(sum) + term); }

/* Moments of a block about the origin for up to four features, into sums of LANES parts each. */
static inline __attribute__((always_inline)) void moments_of_few(const int D, int64_t block, const double *x,
                                                                 const double *share, const double *origin,
                                                                 double *sums) {
    vd zeroth = fill(0), first[4], second[4][4];
    for (int d = 0; d < D; d++) {
        first[d] = fill(0);
        for (int e = 0; e <= d; e++) second[d][e] = fill(0);
    }
    for (int64_t i = 0; i < block; i += LANES) {
        vd r = load(share + i), offset[4];
        zeroth += r;
        for (int d = 0; d < D; d++) {
            offset[d] = load(x + d * block + i) - fill(origin[d]);
            vd weighted = r * offset[d];
            first[d] += weighted;
            for (int e = 0; e <= d; e++) second[d][e] = multiply_add(weighted, offset[e], second[d][e]);
        }
    }
    add_to(sums, zeroth);
    for (int d = 0; d < D; d++) {
        add_to(sums + (1 + d) * LANES, first[d]);
        for (int e = 0; e <= d; e++) add_to(sums + (1 + ROWS + ROWS * d + e) * LANES, second[d][e]);
    }
}

/* The same for any number of features, tile by tile; `weighted` is scratch like `offsets`. */
static inline void moments_of_many(int64_t D, int64_t padded, int64_t block, const double *offsets,
                                   const double *share, double *weighted, double *sums) {
    vd zeroth = fill(0);
    for (int64_t i = 0; i < block; i += LANES) zeroth += load(share + i);
    if (sum_lanes(zeroth) == 0) return;
    add_to(sums, zeroth);
    for (int64_t d = 0; d < D; d++) {
        vd first = fill(0);
        for (int64_t i = 0; i < block; i += LANES) {
            vd product = load(share + i) * load(offsets + d * block + i);
            store(weighted + d * block + i, product);
            first += product;
        }
        add_to(sums + (1 + d) * LANES, first);
    }
    double *tile = sums + (1 + padded) * LANES;
    for (int64_t d = 0; d < padded; d += ROWS)
        for (int64_t e = 0; e <= d; e += ROWS, tile += ROWS * ROWS * LANES) {
            vd second[ROWS][ROWS];
            for (int r = 0; r < ROWS; r++)
                for (int c = 0; c < ROWS; c++) second[r][c] = fill(0);
            for (int64_t i = 0; i < block; i += LANES) {
                vd column[ROWS];
                for (int c = 0; c < ROWS; c++) column[c] = load(offsets + (e + c) * block + i);
                for (int r = 0; r < ROWS; r++) {
                    vd row = load(weighted + (d + r) * block + i);
                    for (int c = 0; c < ROWS; c++) second[r][c] = multiply_add(row, column[c], second[r][c]);
                }
            }
            for (int r = 0; r < ROWS; r++)
                for (int c = 0; c < ROWS; c++) add_to(tile + (ROWS * r + c) * LANES, second[r][c]);
        }
}

/* A block through all components. x (padded x block), joint (K x block). */
static inline __attribute__((always_inline)) int pass_block(const int few, const Mixture *mixture, const double *x,
                                                            const double *weight, double *joint, double *offsets,
                                                            double *weighted, double *sums, vd *total) {
    int64_t D = mixture->n_features, padded = mixture->padded, block = mixture->block, K = mixture->n_components;
    for (int64_t k = 0; k < K; k++) {
        const double *mean = mixture->means + k * padded, *factor = mixture->factors + k * mixture->factor_size;
        double *own = joint + k * block;
        if (few) {
            distances_of_few(few, block, x, mean, factor, own);
        } else {
            subtract_point(D, block, x, mean, offsets);
            distances_of_many(padded, block, offsets, factor, own);
        }
        for (int64_t i = 0; i < block; i += LANES)
            store(own + i, multiply_add(fill(-0.5), load(own + i), fill(mixture->scale[k])));
    }
    int lost = normalize(K, block, weight, joint, total);
    for (int64_t k = 0; k < K; k++) {
        const double *origin = mixture->origins + k * padded, *share = joint + k * block;
        double *own = sums + k * mixture->size * LANES;
        if (few) {
            moments_of_few(few, block, x, share, origin, own);
        } else {
            subtract_point(D, block, x, origin, offsets);
            moments_of_many(D, padded, block, offsets, share, weighted, own);
        }
    }
    return lost;
}

static int pass_block_of(const Mixture *mixture, const double *x, const double *weight, double *joint,
                         double *offsets, double *weighted, double *sums, vd *total) {
    switch (mixture->n_features) {
    case 1: return pass_block(1, mixture, x, weight, joint, offsets, weighted, sums, total);
    case 2: return pass_block(2, mixture, x, weight, joint, offsets, weighted, sums, total);
    case 3: return pass_block(3, mixture, x, weight, joint, offsets, weighted, sums, total);
    case 4: return pass_block(4, mixture, x, weight, joint, offsets, weighted, sums, total);
    default: return pass_block(0, mixture, x, weight, joint, offsets, weighted, sums, total);
    }
}

/* Samples start.. of X (n x D) as columns of a block; beyond the end the last sample with weight zero. */
static inline void gather_block(int64_t n, int64_t D, int64_t block, int64_t start, const double *X,
                                const double *sample_weight, double *x, double *weight) {
    for (int64_t i = 0; i < block; i++) {
        int64_t row = start + i < n ? start + i : n - 1;
        weight[i] = start + i < n ? sample_weight[row] : 0;
        for (int64_t d = 0; d < D; d++) x[d * block + i] = X[row * D + d];
    }
}

/* The sums of a piece, lanes added up, as moments: K x (1 + D + D * D), second moments in both triangles. */
static void unpack(const Mixture *mixture, const double *sums, double *moments) {
    int64_t D = mixture->n_features, padded = mixture->padded;
    for (int64_t k = 0; k < mixture->n_components; k++) {
        const double *own = sums + k * mixture->size * LANES;
        double *out = moments + k * (1 + D + D * D);
        for (int64_t d = 0; d <= D; d++) out[d] = sum_lanes(load(own + d * LANES));
        const double *tile = own + (1 + padded) * LANES;
        for (int64_t d = 0; d < padded; d += ROWS)
            for (int64_t e = 0; e <= d; e += ROWS, tile += ROWS * ROWS * LANES)
                for (int64_t r = d; r < d + ROWS && r < D; r++)
                    for (int64_t c = e; c < e + ROWS && c <= r; c++) {
                        double sum = sum_lanes(load(tile + (ROWS * (r - d) + c - e) * LANES));
                        out[1 + D + r * D + c] = out[1 + D + c * D + r] = sum;
                    }
    }
}

/* Scales, padded means and origins, and packed factors into `room`; returns SINGULAR with *which set, or 0. */
static int prepare(Mixture *mixture, const double *weights, const double *means, const double *covariances,
                   const double *origins, double *room, double *scratch, int64_t *which) {
    int64_t D = mixture->n_features, padded = mixture->padded, K = mixture->n_components;
    double *scale = room, *mean = scale + K, *origin = mean + K * padded, *factor = origin + K * padded;
    *mixture = (Mixture){D, padded, K, mixture->block, mixture->size, scale, mean, origin, factor,
                         mixture->factor_size};
    for (int64_t k = 0; k < K; k++) {
        double log_scale, *inverse = scratch + D * D;
        if (invert_factor(D, covariances + k * D * D, scratch, inverse, &log_scale)) {
            *which = k;
            return SINGULAR;
        }
        scale[k] = log(weights[k]) + log_scale - 0.5 * (double)D * 1.8378770664093453;
        for (int64_t d = 0; d < D; d++) {
            mean[k * padded + d] = means[k * D + d];
            origin[k * padded + d] = origins[k * D + d];
        }
        for (int64_t g = 0; g < padded; g += ROWS)
            for (int64_t e = 0; e < g + ROWS; e++)
                for (int64_t r = g; r < g + ROWS; r++) *factor++ = r < D && e <= r ? inverse[r * D + e] : 0;
    }
    return SUCCESS;
}

/* X (n x D), sample_weight (n), the mixture (K; K x D; K x D x D) and origins (K x D) in; moments
 * (K x (1 + D + D * D)) and *log_likelihood out. Returns 0; 1 if a sample is out of reach of every component; 2 if
 * covariance number *which is singular; -1 without memory. */
int em_pass(int64_t n, int64_t D, int64_t K, const double *X, const double *sample_weight, const double *weights,
            const double *means, const double *covariances, const double *origins, double *moments,
            double *log_likelihood, int64_t *which, int64_t n_threads) {
    int64_t padded = (D + ROWS - 1) / ROWS * ROWS, groups = padded / ROWS;
    int64_t tiles = groups * (groups + 1) / 2 * ROWS * ROWS;
    Mixture mixture = {.n_features = D, .padded = padded, .n_components = K, .factor_size = tiles};
    mixture.block = D <= 4 ? 256 : D <= 16 ? 128 : 64;
    mixture.size = 1 + padded + tiles;
    int64_t n_blocks = (n + mixture.block - 1) / mixture.block, stride = K * (1 + D + D * D) + 2;
    int64_t n_pieces = n_blocks < LARGEST_PIECES ? n_blocks : LARGEST_PIECES;
    double *room = calloc((size_t)(K * (1 + 2 * padded + tiles) + 2 * D * D + n_pieces * stride), sizeof *room);
    if (room == NULL) return -1;
    double *scratch = room + K * (1 + 2 * padded + tiles), *pieces = scratch + 2 * D * D;
    int result = prepare(&mixture, weights, means, covariances, origins, room, scratch, which), failed = 0;
    if (result != SUCCESS) {
        free(room);
        return result;
    }
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed)
    {
        int64_t block = mixture.block, sums_size = K * mixture.size * LANES;
        double *own = calloc((size_t)(sums_size + (3 * padded + 1 + K) * block), sizeof *own);
        double *x = own + sums_size, *offsets = x + padded * block, *weighted = offsets + padded * block;
        double *weight = weighted + padded * block, *joint = weight + block;
        failed = own == NULL;
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t p = 0; p < n_pieces; p++) {
            if (failed) continue;
            vd total = fill(0);
            int lost = 0;
            memset(own, 0, (size_t)sums_size * sizeof *own);
            for (int64_t b = n_blocks * p / n_pieces; b < n_blocks * (p + 1) / n_pieces; b++) {
                gather_block(n, D, block, b * block, X, sample_weight, x, weight);
                lost |= pass_block_of(&mixture, x, weight, joint, offsets, weighted, own, &total);
            }
            unpack(&mixture, own, pieces + p * stride);
            pieces[p * stride + stride - 2] = sum_lanes(total);
            pieces[p * stride + stride - 1] = lost;
        }
        free(own);
    }
    for (int64_t p = 1; p < n_pieces; p++)
        for (int64_t j = 0; j < stride; j++) pieces[j] += pieces[p * stride + j];
    memcpy(moments, pieces, (size_t)(stride - 2) * sizeof *moments);
    *log_likelihood = pieces[stride - 2];
    int lost = pieces[stride - 1] > 0;
    free(room);
    return failed ? -1 : lost ? LOST_SAMPLE : SUCCESS;
}
