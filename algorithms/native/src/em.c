/* One pass of EM for a Gaussian mixture: log-likelihood, and the weighted moments the M-step needs.
 *
 * With Sigma_k = L L^T the log-density is log pi_k - sum log L_dd - D/2 log 2 pi - |L^-1 (x - mu_k)|^2 / 2 (Bishop,
 * PRML, eq. 9.19); responsibilities follow in logarithms (eq. 9.23). Nothing is stored for each sample: a block of
 * samples goes through all components while it is in cache, and for each component the sums of r, r (x - o_k) and
 * r (x - o_k)(x - o_k)^T are taken, r = weight times responsibility. The origin o_k is the present mean unless the
 * caller gives a better one, so the second moment loses digits only if a mean moves by many standard deviations.
 *
 * A density e^-NEGLIGIBLE = 2e-35 times the sample's largest, or less, is taken to be zero, unless a sample of the
 * block is so far from everything (log-density below -REMOTE) that its offset could make up for that: a squared
 * distance |L^-1 (x - mu_k)|^2 is otherwise below 3e9. All moments of a component that has at least the share
 * SMALLEST_SHARE of the weight are therefore right to 2e-35 * 3e9 / 1e-9 < 1e-16 of themselves; where one has less,
 * the pass is repeated with nothing left out but what is below e^-LARGEST_EXPONENT.
 *
 * Sums are kept for each of at most LARGEST_PIECES pieces of the data, and put together in a fixed order: nothing
 * depends on the number of threads.
 */
#include "blocks.h"
#include "vector_math.h"

#define NEGLIGIBLE 80
#define REMOTE 1e9
#define SMALLEST_SHARE 1e-9

enum { SUCCESS = 0, LOST_SAMPLE = 1, SINGULAR = 2 };

typedef struct {
    int64_t n_features, padded, n_components, block;
    int64_t factor, sums;  /* numbers in L^-1 and in the sums of a component, laid out as blocks.h says */
    double weight_scale;   /* times which sample weights count */
    double negligible;     /* NEGLIGIBLE, or LARGEST_EXPONENT to leave nothing out */
    const double *scale;   /* (K): log pi_k - sum log L_dd - D/2 log 2 pi */
    const double *means;   /* (K, padded) */
    const double *origins; /* (K, padded) */
    const double *factors; /* L^-1 */
} Mixture;

/* What a thread works with: sums; a block of samples as columns (padded x block), their weights, the largest density
 * and the sum of relative densities of each; log joint densities, then shares (K x block); for many features offsets
 * from a point, as columns and as rows. */
typedef struct {
    double *sums, *x, *weight, *largest, *total, *joint, *offsets, *rows;
} Room;

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

/* From log joint densities to weight times responsibility, in place, for one component: its share of each sample's sum
 * first. Returns whether it matters in this block. */
static inline int relative_densities(int64_t block, double negligible, const double *largest, double *joint,
                                     double *total) {
    vd most = fill(-INFINITY);
    for (int64_t i = 0; i < block; i += LANES) most = larger(most, load(joint + i) - load(largest + i));
    if (!mask_bits(less(fill(-negligible), most))) return 0;
    for (int64_t i = 0; i < block; i += LANES) {
        vd relative = exponential(load(joint + i) - load(largest + i), -negligible);
        store(joint + i, relative);
        add_to(total + i, relative);
    }
    return 1;
}

/* The factor that turns relative densities into weight times responsibility, in place of their totals. Adds the weighted
 * log-likelihood to *sum; returns whether some sample has log-density -inf, or none at all, under every component. */
static inline int finish_densities(int64_t block, const double *weight, const double *largest, double *total, vd *sum) {
    int lost = 0;
    for (int64_t i = 0; i < block; i += LANES) {
        vd w = load(weight + i), most = load(largest + i), inverse;
        lost |= mask_bits(less(fill(-INFINITY), most)) != (1u << LANES) - 1;
        *sum += w * (most + logarithm(load(total + i), &inverse));
        store(total + i, w * inverse);
    }
    return lost;
}

/* A block of X through all components, meanwhile `next` numbers after it are brought near; returns whether a sample is
 * lost. */
static inline __attribute__((always_inline)) int pass_block(const int few, const Mixture *mixture, const double *X,
                                                            int64_t next, Room *room, vd *log_likelihood) {
    int64_t D = mixture->n_features, padded = mixture->padded, K = mixture->n_components;
    const int64_t block = block_size(few ? few : D);
    double *x = room->x, *largest = room->largest, *total = room->total, negligible = mixture->negligible;
    for (int64_t i = 0; i < block; i += LANES) {
        store(largest + i, fill(-INFINITY));
        store(total + i, fill(0));
    }
    for (int64_t k = 0; k < K; k++) {
        prefetch_part(k, K, next, X + block * D);
        const double *mean = mixture->means + k * padded, *factor = mixture->factors + k * mixture->factor;
        double *own = room->joint + k * block;
        if (few)
            densities_of_few(few, block, x, mean, factor, mixture->scale[k], own, largest);
        else
            densities_of_many(padded, block, x, mean, factor, mixture->scale[k], room->offsets, own, largest);
    }
    vd least = fill(INFINITY);
    for (int64_t i = 0; i < block; i += LANES) least = smaller(least, load(largest + i));
    if (smallest_lane(least) < -REMOTE) negligible = LARGEST_EXPONENT;
    /* The sums of a component that does not matter here start with a mark in place of its first share. */
    for (int64_t k = 0; k < K; k++)
        if (!relative_densities(block, negligible, largest, room->joint + k * block, total))
            room->joint[k * block] = -1;
    int lost = finish_densities(block, room->weight, largest, total, log_likelihood);
    for (int64_t k = 0; k < K; k++) {
        const double *origin = mixture->origins + k * padded;
        double *share = room->joint + k * block, *own = room->sums + k * mixture->sums;
        if (share[0] < 0) continue;
        for (int64_t i = 0; i < block; i += LANES) store(share + i, load(share + i) * load(total + i));
        if (few)
            moments_of_few(few, block, x, share, origin, own);
        else
            moments_of_many(D, block, X, share, origin, room->rows, own);
    }
    return lost;
}

/* Samples from `start` on, as many as a block holds. For few features the loops above are compiled once for each D. */
static int pass_samples(const Mixture *mixture, int64_t n, int64_t start, const double *X, const double *sample_weight,
                        Room *room, vd *log_likelihood) {
    int64_t D = mixture->n_features, block = block_size(D), after = n - start - block;
    int64_t next = after < 0 ? 0 : D * (after < block ? after : block);
#define FEATURES(few)                                                                                          \
    case few:                                                                                                  \
        gather_block(few, n, block_size(few), start, X, sample_weight, mixture->weight_scale, room->x, room->weight); \
        return pass_block(few, mixture, X + start * few, next, room, log_likelihood);
    switch (D) {
        FEATURES(1) FEATURES(2) FEATURES(3) FEATURES(4) FEATURES(5) FEATURES(6) FEATURES(7) FEATURES(8)
    default:
        gather_block(D, n, block, start, X, sample_weight, mixture->weight_scale, room->x, room->weight);
        return pass_block(0, mixture, X + start * D, next, room, log_likelihood);
    }
#undef FEATURES
}

/* The sums of a piece as moments: K x (1 + D + D * D). */
static void unpack(const Mixture *mixture, const double *sums, double *moments) {
    int64_t D = mixture->n_features;
    for (int64_t k = 0; k < mixture->n_components; k++)
        unpack_moments(D, sums + k * mixture->sums, moments + k * (1 + D + D * D));
}

/* Scales, padded means and origins, and factors into `room`; returns SINGULAR or 0. */
static int prepare(Mixture *mixture, const double *weights, const double *means, const double *covariances,
                   const double *origins, double *room, double *scratch) {
    int64_t D = mixture->n_features, padded = mixture->padded, K = mixture->n_components;
    double *scale = room, *mean = scale + K, *origin = mean + K * padded, *factor = origin + K * padded;
    mixture->scale = scale;
    mixture->means = mean;
    mixture->origins = origin;
    mixture->factors = factor;
    for (int64_t k = 0; k < K; k++) {
        double log_scale, *inverse = scratch + D * D;
        if (invert_factor(D, covariances + k * D * D, scratch, inverse, &log_scale)) return SINGULAR;
        scale[k] = log(weights[k]) + log_scale - 0.5 * (double)D * 1.8378770664093453;
        memcpy(mean + k * padded, means + k * D, (size_t)D * sizeof *mean);
        memcpy(origin + k * padded, origins + k * D, (size_t)D * sizeof *origin);
        if (D <= FEW) {
            memcpy(factor + k * mixture->factor, inverse, (size_t)(D * D) * sizeof *factor);
            continue;
        }
        for (int64_t g = 0; g < padded; g += ROWS)
            for (int64_t e = 0; e < g + ROWS; e++)
                for (int64_t r = g; r < g + ROWS; r++) *factor++ = r < D && e <= r ? inverse[r * D + e] : 0;
    }
    return SUCCESS;
}

/* One pass over all samples; moments, then the log-likelihood and whether a sample is lost, into `result`, which is the
 * first of n_pieces such. Returns 0, or -1 without memory. */
static int pass_all(const Mixture *mixture, int64_t n, const double *X, const double *sample_weight, int64_t n_pieces,
                    double *result, int64_t n_threads) {
    int64_t D = mixture->n_features, K = mixture->n_components, block = mixture->block;
    int64_t n_blocks = (n + block - 1) / block, stride = K * (1 + D + D * D) + 2;
    int failed = 0;
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed)
    {
        int64_t all_sums = K * mixture->sums, many = D <= FEW ? 0 : 1, vector = (3 + K) * block;
        int64_t columns = mixture->padded * (block + many * TOGETHER), rows = many * block * row_width(D);
        double *own = calloc((size_t)(ALIGNMENT + all_sums + vector + columns + rows), sizeof *own);
        Room room = {.sums = aligned(own)};
        room.weight = room.sums + all_sums;
        room.largest = room.weight + block;
        room.total = room.largest + block;
        room.joint = room.total + block;
        room.x = room.joint + K * block;
        room.offsets = room.x + mixture->padded * block;
        room.rows = room.offsets + many * mixture->padded * TOGETHER;
        failed = own == NULL;
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t p = 0; p < n_pieces; p++) {
            if (failed) continue;
            vd log_likelihood = fill(0);
            int lost = 0;
            memset(room.sums, 0, (size_t)all_sums * sizeof *own);
            for (int64_t b = n_blocks * p / n_pieces; b < n_blocks * (p + 1) / n_pieces; b++)
                lost |= pass_samples(mixture, n, b * block, X, sample_weight, &room, &log_likelihood);
            unpack(mixture, room.sums, result + p * stride);
            result[p * stride + stride - 2] = sum_lanes(log_likelihood);
            result[p * stride + stride - 1] = lost;
        }
        free(own);
    }
    for (int64_t p = 1; p < n_pieces; p++)
        for (int64_t j = 0; j < stride; j++) result[j] += result[p * stride + j];
    return failed ? -1 : 0;
}

/* Whether a component with a positive weight has so little that what was left out might matter. */
static int too_little(const Mixture *mixture, const double *weights, const double *moments) {
    int64_t K = mixture->n_components, size = 1 + mixture->n_features * (1 + mixture->n_features);
    double total = 0;
    for (int64_t k = 0; k < K; k++) total += moments[k * size];
    for (int64_t k = 0; k < K; k++)
        if (weights[k] > 0 && !(moments[k * size] >= SMALLEST_SHARE * total)) return 1;
    return 0;
}

/* X (n x D), sample_weight (n), of which each counts times weight_scale, the mixture (K; K x D; K x D x D) and origins
 * (K x D) in; moments (K x (1 + D + D * D)) and after them the log-likelihood out. Returns 0; 1 if a sample is out of
 * reach of every component; 2 if a covariance is singular; -1 without memory. */
int em_pass(int64_t n, int64_t D, int64_t K, const double *X, const double *sample_weight, double weight_scale,
            const double *weights, const double *means, const double *covariances, const double *origins, double *sums,
            int64_t n_threads) {
    int64_t padded = padded_features(D);
    Mixture mixture = {.n_features = D, .padded = padded, .n_components = K, .block = block_size(D)};
    mixture.factor = factor_size(D);
    mixture.sums = sums_size(D);
    mixture.weight_scale = weight_scale;
    mixture.negligible = NEGLIGIBLE;
    int64_t n_blocks = (n + mixture.block - 1) / mixture.block, stride = K * (1 + D + D * D) + 2;
    int64_t n_pieces = n_blocks < LARGEST_PIECES ? n_blocks : LARGEST_PIECES;
    int64_t parameters = K * (1 + 2 * padded + mixture.factor);
    double *room = calloc((size_t)(parameters + 2 * D * D + n_pieces * stride), sizeof *room);
    if (room == NULL) return -1;
    double *scratch = room + parameters, *pieces = scratch + 2 * D * D;
    int result = prepare(&mixture, weights, means, covariances, origins, room, scratch);
    if (result == SUCCESS) result = pass_all(&mixture, n, X, sample_weight, n_pieces, pieces, n_threads);
    if (result == SUCCESS && too_little(&mixture, weights, pieces)) {
        mixture.negligible = LARGEST_EXPONENT;
        result = pass_all(&mixture, n, X, sample_weight, n_pieces, pieces, n_threads);
    }
    if (result == SUCCESS) {
        memcpy(sums, pieces, (size_t)(stride - 1) * sizeof *sums);
        if (pieces[stride - 1] > 0) result = LOST_SAMPLE;
    }
    free(room);
    return result;
}
