/* Lloyd's iteration for weighted points in any dimension.
 *
 * For each sample a lower bound on the distance to every center but its own is kept. It shrinks by as much as any
 * center moves; while the own center is nearer than the bound, or nearer than half the way to the next center, the
 * label stays and the other centers need no look (Hamerly, "Making k-means even faster", SDM 2010). The distance to
 * the own center is computed in each pass, since the inertia and the means need a look at each sample anyway: so
 * sums are taken afresh, relative to the old center, and carry no error from one pass to the next.
 *
 * A search computes sums of squared differences, fused, for four samples and all centers. Where best and second best
 * are as close as rounding, the sample is searched again without fused operations, feature after feature: the bits
 * of the reference, so labels are those of the reference, ties included. Bounds keep a margin of 1e-9, far above
 * rounding. Fixed pieces in a fixed order: nothing depends on the number of threads.
 */
#include "vector.h"

#define LARGEST_PIECES 64
#define RUN 256  /* samples whose labels are settled before they are summed, while they are in cache */
#define SAMPLES 4 /* searched together */
#define AHEAD 32  /* samples fetched ahead; fetching beyond the array is harmless */
#define FAR_AWAY 1e150 /* data end at 1e140, and squares of this are finite */
#define EPS 2.220446049250313e-16
#define TINY 1e-290 /* squares below this have lost digits to underflow */

typedef struct {
    int64_t n_features, k, padded;
    const double *centers; /* (k, D) */
    const double *columns; /* (D, padded) */
    const double *halfway; /* (k): within this distance of a center no other is nearer */
    double drift;          /* how far any center has moved in all passes */
} Centers;

static inline double square_distance(int64_t D, const double *a, const double *b) {
    vd sum = fill(0);
    int64_t d = 0;
    for (; d + LANES <= D; d += LANES) {
        vd difference = load(a + d) - load(b + d);
        sum = multiply_add(difference, difference, sum);
    }
    double rest = sum_lanes(sum);
    for (; d < D; d++) rest += (a[d] - b[d]) * (a[d] - b[d]);
    return rest;
}

/* A distance from its square, rounded down, and to zero where digits are lost. */
static inline double at_least(double square) { return square > TINY ? sqrt(square) * (1 - 1e-9) : 0; }

/* The nearest center as the reference finds it: no fused operations, features in order, lowest index on a tie. */
static int64_t search_exactly(const Centers *all, const double *x, double *squares) {
    for (int64_t j = 0; j < all->padded; j += LANES) {
        vd sum = fill(0);
        for (int64_t d = 0; d < all->n_features; d++) {
            vd difference = fill(x[d]) - load(all->columns + d * all->padded + j);
            sum += difference * difference;
        }
        store(squares + j, sum);
    }
    int64_t best = 0;
    for (int64_t j = 1; j < all->k; j++) best = squares[j] < squares[best] ? j : best;
    return best;
}

/* Best and second best squared distance of SAMPLES samples, and the index of the best. */
static inline void search(const Centers *all, const double *const *x, double *best, double *second, double *index) {
    vd first[SAMPLES], next[SAMPLES], position[SAMPLES];
    for (int s = 0; s < SAMPLES; s++) {
        first[s] = next[s] = fill(INFINITY);
        position[s] = fill(0);
    }
    vd lane;
    for (int l = 0; l < LANES; l++) lane[l] = l;
    for (int64_t j = 0; j < all->padded; j += 2 * LANES) {
        vd square[SAMPLES][2];
        for (int s = 0; s < SAMPLES; s++) square[s][0] = square[s][1] = fill(0);
        const double *column = all->columns + j;
        for (int64_t d = 0; d < all->n_features; d++, column += all->padded) {
            vd a = load(column), b = load(column + LANES);
            for (int s = 0; s < SAMPLES; s++) {
                vd value = fill(x[s][d]), to_a = a - value, to_b = b - value;
                square[s][0] = multiply_add(to_a, to_a, square[s][0]);
                square[s][1] = multiply_add(to_b, to_b, square[s][1]);
            }
        }
        for (int h = 0; h < 2; h++) {
            vd here = lane + fill((double)(j + h * LANES));
            for (int s = 0; s < SAMPLES; s++) {
                position[s] = choose(less(square[s][h], first[s]), here, position[s]);
                next[s] = smaller(next[s], larger(first[s], square[s][h]));
                first[s] = smaller(first[s], square[s][h]);
            }
        }
    }
    for (int s = 0; s < SAMPLES; s++) {
        int at = 0;
        for (int l = 1; l < LANES; l++) at = first[s][l] < first[s][at] ? l : at;
        best[s] = first[s][at];
        index[s] = position[s][at];
        vd others = choose(equal(lane, fill(at)), next[s], first[s]);
        second[s] = smallest_lane(others);
    }
}

/* Settle the labels of up to SAMPLES samples by a search, and the squared distances to the centers they name (`own`,
 * counted from `begin`); returns whether a label changed. */
static int relabel(const Centers *all, int count, const int64_t *which, const double *X, int32_t *labels,
                   double *bounds, double *squares, int64_t begin, double *own) {
    const double *x[SAMPLES];
    double best[SAMPLES], second[SAMPLES], index[SAMPLES];
    int changed = 0;
    for (int s = 0; s < SAMPLES; s++) x[s] = X + which[s < count ? s : 0] * all->n_features;
    search(all, x, best, second, index);
    for (int s = 0; s < count; s++) {
        int64_t label = (int64_t)index[s], i = which[s];
        if (second[s] <= best[s] * (1 + (double)(4 * all->n_features + 16) * EPS) + TINY)
            label = search_exactly(all, x[s], squares);
        own[i - begin] = square_distance(all->n_features, x[s], all->centers + label * all->n_features);
        changed |= labels[i] != label;
        labels[i] = (int32_t)label;
        bounds[i] = (all->k > 1 ? at_least(second[s]) : INFINITY) + all->drift;
    }
    return changed;
}

/* Labels of a run of samples, then their part of the sums (k x D offsets, then k weights); returns the inertia. */
static double pass_run(const Centers *all, int64_t begin, int64_t end, const double *X, const double *weight,
                       int32_t *labels, double *bounds, double *squares, double *sums, int *changed) {
    int64_t D = all->n_features, pending[SAMPLES];
    int count = 0;
    double inertia = 0, own[RUN];
    for (int64_t i = begin; i < end; i++) {
        for (int64_t d = 0; d < D; d += 8) __builtin_prefetch(X + (i + AHEAD) * D + d);
        if (labels[i] >= 0) {
            own[i - begin] = square_distance(D, X + i * D, all->centers + labels[i] * D);
            double distance = sqrt(own[i - begin]) * (1 + 1e-9), bound = bounds[i] - all->drift * (1 + 1e-12);
            if (distance < all->halfway[labels[i]] || distance < bound) continue;
        }
        pending[count++] = i;
        if (count == SAMPLES) {
            *changed |= relabel(all, count, pending, X, labels, bounds, squares, begin, own);
            count = 0;
        }
    }
    if (count) *changed |= relabel(all, count, pending, X, labels, bounds, squares, begin, own);
    for (int64_t i = begin; i < end; i++) {
        const double *x = X + i * D, *center = all->centers + labels[i] * D;
        double *sum = sums + labels[i] * D, w = weight[i];
        int64_t d = 0;
        for (; d + LANES <= D; d += LANES)
            store(sum + d, multiply_add(fill(w), load(x + d) - load(center + d), load(sum + d)));
        for (; d < D; d++) sum[d] += w * (x[d] - center[d]);
        sums[all->k * D + labels[i]] += w;
        inertia += w * own[i - begin];
    }
    return inertia;
}

/* Half the distance from each center to the next one, rounded down. Few centers are not worth waking threads for. */
static void measure_halfway(int64_t D, int64_t k, const double *centers, double *halfway, int64_t n_threads) {
    int alone = n_threads == 1 || k * k * D < 1000000;
#pragma omp parallel for num_threads((int)n_threads) if (!alone) schedule(static)
    for (int64_t j = 0; j < k; j++) {
        double least = INFINITY;
        for (int64_t i = 0; i < k; i++)
            if (i != j) least = fmin(least, square_distance(D, centers + i * D, centers + j * D));
        halfway[j] = 0.5 * at_least(least);
    }
}

/* One pass: the label of every sample of X (n x D) for `centers` (k x D), then the means of the clusters.
 *
 * labels (n), -1 before the first pass, and bounds (n) are kept between passes, with *drift and the centers of the
 * pass before in previous (k x D; all equal to `centers` at first). next (k x D) out: the mean of each cluster, the old
 * center where it has no weight. totals[0]: the inertia; totals[1]: how many clusters have no weight. Returns 1 if
 * a label changed, 0 if none did, -1 without memory. */
int lloyd_pass(int64_t n, int64_t D, int64_t k, const double *X, const double *weight, const double *centers,
               double *previous, double *drift, int32_t *labels, double *bounds, double *next, double *totals,
               int64_t n_threads) {
    int64_t padded = (k + 2 * LANES - 1) / (2 * LANES) * (2 * LANES), stride = k * D + k + 2;
    int64_t n_pieces = n / (RUN + 2 * k) + 1;
    if (n_pieces > LARGEST_PIECES) n_pieces = LARGEST_PIECES;
    double *pieces = calloc((size_t)(n_pieces * stride + D * padded + k), sizeof *pieces);
    int failed = pieces == NULL;
    if (failed) return -1;
    double *columns = pieces + n_pieces * stride, *halfway = columns + D * padded, move = 0;
    for (int64_t j = 0; j < k; j++) move = fmax(move, square_distance(D, centers + j * D, previous + j * D));
    *drift += sqrt(move + TINY) * (1 + 1e-9);
    memcpy(previous, centers, (size_t)(k * D) * sizeof *previous);
    for (int64_t d = 0; d < D; d++)
        for (int64_t j = 0; j < padded; j++) columns[d * padded + j] = j < k ? centers[j * D + d] : FAR_AWAY;
    measure_halfway(D, k, centers, halfway, n_threads);
    Centers all = {D, k, padded, centers, columns, halfway, *drift};
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed)
    {
        double *squares = malloc((size_t)padded * sizeof *squares);
        failed = squares == NULL;
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t p = 0; p < n_pieces; p++) {
            if (failed) continue;
            double *sums = pieces + p * stride, inertia = 0;
            int changed = 0;
            int64_t end = n * (p + 1) / n_pieces;
            for (int64_t i = n * p / n_pieces; i < end; i += RUN)
                inertia += pass_run(&all, i, i + RUN < end ? i + RUN : end, X, weight, labels, bounds, squares, sums,
                                    &changed);
            sums[stride - 2] = inertia;
            sums[stride - 1] = changed;
        }
        free(squares);
    }
    for (int64_t p = 1; p < n_pieces; p++)
        for (int64_t j = 0; j < stride; j++) pieces[j] += pieces[p * stride + j];
    totals[0] = pieces[stride - 2];
    totals[1] = 0;
    for (int64_t j = 0; j < k; j++) {
        double mass = pieces[k * D + j];
        totals[1] += mass <= 0;
        for (int64_t d = 0; d < D; d++)
            next[j * D + d] = centers[j * D + d] + (mass > 0 ? pieces[j * D + d] / mass : 0);
    }
    int changed = pieces[stride - 1] > 0;
    free(pieces);
    return failed ? -1 : changed;
}
