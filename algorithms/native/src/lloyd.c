/* Lloyd's iteration for weighted points in any dimension.
 *
 * Bounds. For each sample an upper bound on the distance to its own center is kept, and a lower bound on that to every
 * other one. The first grows by as much as the own center moves, the second shrinks by as much as any center moves;
 * while the first is below the second, or below half the way to the next center, the label stays and the sample is
 * not even read (Hamerly, "Making k-means even faster", SDM 2010). Bounds keep a margin of 1e-9, far above rounding,
 * so labels are those of a full search, which are those of the reference; see nearest.h.
 *
 * Sums. For each cluster the weight W, the offsets S = sum w (x - o) and the scatter Q = sum w |x - o|^2 are kept, o
 * being the center at the time when they were last taken afresh; a sample that changes its label moves from one to the
 * other. The mean is o + S / W, and with m = c - o the inertia is Q - 2 m.S + W |m|^2. Sums are taken afresh when a
 * cluster has less than 1 / LARGEST_LOSS of the weight that went through it, or when the centers have moved by so much
 * that the inertia would be a difference of large numbers. Thus no more digits are lost than a few roundings of each.
 *
 * Fixed pieces in a fixed order: nothing depends on the number of threads.
 */
#include "nearest.h"

#define LARGEST_PIECES 64
#define RUN 256 /* samples whose labels are settled before they are summed, while they are in cache */
#define AHEAD 24 /* samples fetched ahead */
#define LARGEST_LOSS 8

/* What is kept between passes, in the order in which it lies in memory. */
typedef struct {
    double *stale;    /* whether sums must be taken afresh */
    double *drift;    /* how far any center has moved in all passes */
    double *moved;    /* (k): how far each has */
    double *previous; /* (k, D): the centers of the pass before */
    double *origins;  /* (k, D): o */
    double *sums;     /* (k, D + 2): S, Q, W */
    double *gross;    /* (k): the weight that went in and out since sums were fresh */
} Memory;

static Memory memory_at(double *p, int64_t D, int64_t k) {
    return (Memory){p, p + 1, p + 2, p + 2 + k, p + 2 + k + k * D, p + 2 + k + 2 * k * D, p + 2 + 3 * k * (D + 1)};
}

/* A distance from its square, rounded down, and to zero where digits are lost. */
static inline double at_least(double square) { return square > TINY ? sqrt(square) * (1 - 1e-9) : 0; }

/* The same rounded up. */
static inline double at_most(double square) { return sqrt(square + TINY) * (1 + 1e-9); }

/* Half the distance from each center to the next one, rounded down. Few centers are not worth waking threads for. */
static void measure_halfway(int64_t D, int64_t k, const double *centers, double *halfway, int64_t n_threads) {
#pragma omp parallel for num_threads((int)n_threads) if (n_threads > 1 && k * k * D > 1000000) schedule(static)
    for (int64_t j = 0; j < k; j++) {
        double least = INFINITY;
        for (int64_t i = 0; i < k; i++)
            if (i != j) least = fmin(least, square_distance(D, centers + i * D, centers + j * D));
        halfway[j] = 0.5 * at_least(least);
    }
}

/* w times (x - o, |x - o|^2, 1) onto the sums of a cluster. */
static inline void add_sample(int64_t D, double w, const double *x, const double *origin, double *sums) {
    vd squares = fill(0);
    int64_t d = 0;
    for (; d + LANES <= D; d += LANES) {
        vd offset = load(x + d) - load(origin + d);
        store(sums + d, multiply_add(fill(w), offset, load(sums + d)));
        squares = multiply_add(offset, offset, squares);
    }
    double square = sum_lanes(squares);
    for (; d < D; d++) {
        double offset = x[d] - origin[d];
        sums[d] += w * offset;
        square += offset * offset;
    }
    sums[D] += w * square;
    sums[D + 1] += w;
}

/* All that a pass reads, and what it writes for each sample. */
typedef struct {
    Centers all;
    const double *X, *weight, *halfway;
    Memory memory;
    double drift;
    int fresh;
    int32_t *labels;
    double *upper, *lower;
} Pass;

/* Scratch of a thread, and the sums of the piece it is at: k x (D + 2), then the weight moved in or out of each. */
typedef struct {
    float *y;
    double *squares, *sums, *gross;
    int changed;
} Piece;

/* New labels and bounds for up to SAMPLES samples. */
static void relabel(const Pass *pass, Piece *piece, int count, const int64_t *rows) {
    int64_t D = pass->all.n_features;
    Nearest found[SAMPLES];
    search(&pass->all, count, rows, pass->X, piece->y, piece->squares, found);
    for (int s = 0; s < count; s++) {
        int64_t i = rows[s], old = pass->labels[i], new = found[s].index;
        pass->upper[i] = at_most(found[s].own) - pass->memory.moved[new];
        pass->lower[i] = (pass->all.k > 1 ? at_least(found[s].second) : INFINITY) + pass->drift;
        if (old == new) continue;
        pass->labels[i] = (int32_t)new;
        piece->changed = 1;
        if (pass->fresh) continue;
        double w = pass->weight[i];
        const double *x = pass->X + i * D, *origins = pass->memory.origins;
        add_sample(D, -w, x, origins + old * D, piece->sums + old * (D + 2));
        add_sample(D, w, x, origins + new * D, piece->sums + new * (D + 2));
        piece->gross[old] += w;
        piece->gross[new] += w;
    }
}

/* The bounds of sample i: whether they, with the distance to its own center, settle that its label stays. */
static inline int settled(const Pass *pass, int64_t i, double upper) {
    double lower = pass->lower[i] - pass->drift * (1 + 1e-12), half = pass->halfway[pass->labels[i]];
    return upper < (half > lower ? half : lower);
}

/* Settle the labels of samples begin to end, at most RUN of them. */
static void pass_run(const Pass *pass, Piece *piece, int64_t begin, int64_t end) {
    int64_t D = pass->all.n_features, doubtful[RUN], open[SAMPLES];
    int n_doubtful = 0, n_open = 0;
    const double *moved = pass->memory.moved;
    for (int64_t i = begin; i < end; i++) {
        int32_t label = pass->labels[i];
        int stays = label >= 0 && settled(pass, i, pass->upper[i] + moved[label] * (1 + 1e-12));
        doubtful[n_doubtful] = i;
        n_doubtful += !stays;
    }
    for (int q = 0; q < n_doubtful; q++) {
        int64_t i = doubtful[q], label = pass->labels[i], ahead = doubtful[q + AHEAD < n_doubtful ? q + AHEAD : q];
        for (int64_t d = 0; d < D; d += 8) __builtin_prefetch(pass->X + ahead * D + d);
        if (label >= 0) {
            double upper = at_most(square_distance(D, pass->X + i * D, pass->all.centers + label * D));
            pass->upper[i] = upper - moved[label];
            if (settled(pass, i, upper)) continue;
        }
        open[n_open++] = i;
        if (n_open == SAMPLES) {
            relabel(pass, piece, n_open, open);
            n_open = 0;
        }
    }
    if (n_open) relabel(pass, piece, n_open, open);
    if (!pass->fresh) return;
    for (int64_t i = begin; i < end; i++) {
        int64_t label = pass->labels[i];
        double *sums = piece->sums + label * (D + 2);
        add_sample(D, pass->weight[i], pass->X + i * D, pass->all.centers + label * D, sums);
    }
}

/* How far the centers have moved since the pass before, onto what they had moved, rounded up. */
static void follow(int64_t D, int64_t k, const double *centers, const Memory *memory) {
    double most = 0;
    for (int64_t j = 0; j < k; j++) {
        double move = at_most(square_distance(D, centers + j * D, memory->previous + j * D));
        memory->moved[j] = (memory->moved[j] + move) * (1 + 1e-15);
        most = fmax(most, move);
    }
    *memory->drift = (*memory->drift + most) * (1 + 1e-15);
    memcpy(memory->previous, centers, (size_t)(k * D) * sizeof *centers);
}

/* Means, inertia and the number of empty clusters from the sums, and whether these have lost digits. */
static void conclude(int64_t D, int64_t k, const double *centers, const Memory *memory, double *next, double *totals) {
    double inertia = 0, spread = 0;
    int64_t n_empty = 0, lossy = 0;
    for (int64_t j = 0; j < k; j++) {
        const double *sums = memory->sums + j * (D + 2), *origin = memory->origins + j * D;
        double scatter = sums[D], mass = sums[D + 1], along = 0, square = 0;
        for (int64_t d = 0; d < D; d++) {
            double m = centers[j * D + d] - origin[d];
            next[j * D + d] = mass > 0 ? origin[d] + sums[d] / mass : centers[j * D + d];
            along += m * sums[d];
            square += m * m;
        }
        inertia += scatter - 2 * along + mass * square;
        spread += scatter + mass * square;
        n_empty += mass <= 0;
        lossy |= memory->gross[j] > LARGEST_LOSS * mass;
    }
    totals[0] = inertia;
    totals[1] = (double)n_empty;
    *memory->stale = lossy || !(spread <= LARGEST_LOSS * inertia);
}

/* One pass; whether sums are taken afresh is up to the memory. */
static int pass_once(int64_t n, int64_t D, int64_t k, const double *X, const double *weight, const double *centers,
                     double *memory, int32_t *labels, double *upper, double *lower, double *next, double *totals,
                     int64_t n_threads) {
    int64_t sums_size = k * (D + 2), stride = sums_size + k + 1, n_pieces = n / (RUN + 2 * k) + 1;
    if (n_pieces > LARGEST_PIECES) n_pieces = LARGEST_PIECES;
    double *pieces = calloc((size_t)(n_pieces * stride + k + room_for_centers(D, k)), sizeof *pieces);
    if (pieces == NULL) return -1;
    double *halfway = pieces + n_pieces * stride;
    Memory kept = memory_at(memory, D, k);
    follow(D, k, centers, &kept);
    measure_halfway(D, k, centers, halfway, n_threads);
    Pass pass = {prepare_centers(D, k, centers, halfway + k), X, weight, halfway, kept, *kept.drift, *kept.stale != 0,
                 labels, upper, lower};
    int failed = 0;
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed)
    {
        double *room = malloc((size_t)(ALIGNMENT + D * SAMPLES / 2 + pass.all.padded) * sizeof *room);
        failed = room == NULL;
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t p = 0; p < n_pieces; p++) {
            if (failed) continue;
            double *sums = pieces + p * stride;
            Piece piece = {(float *)aligned(room), aligned(room) + D * SAMPLES / 2, sums, sums + sums_size, 0};
            int64_t end = n * (p + 1) / n_pieces;
            for (int64_t i = n * p / n_pieces; i < end; i += RUN)
                pass_run(&pass, &piece, i, i + RUN < end ? i + RUN : end);
            sums[stride - 1] = piece.changed;
        }
        free(room);
    }
    for (int64_t p = 1; p < n_pieces; p++)
        for (int64_t j = 0; j < stride; j++) pieces[j] += pieces[p * stride + j];
    if (pass.fresh) {
        memset(kept.sums, 0, (size_t)sums_size * sizeof *kept.sums);
        memcpy(kept.origins, centers, (size_t)(k * D) * sizeof *centers);
    }
    for (int64_t j = 0; j < sums_size; j++) kept.sums[j] += pieces[j];
    for (int64_t j = 0; j < k; j++)
        kept.gross[j] = pass.fresh ? kept.sums[j * (D + 2) + D + 1] : kept.gross[j] + pieces[sums_size + j];
    conclude(D, k, centers, &kept, next, totals);
    int changed = pieces[stride - 1] > 0;
    free(pieces);
    return failed ? -1 : changed;
}

/* One pass: the label of every sample of X (n x D) for `centers` (k x D), then the means of the clusters.
 *
 * labels (n; -1 before the first pass), upper and lower (n) and `memory` (see memory_at; all zero at first but for the
 * first number, 1, and previous, the centers) are kept between passes. next (k x D) out: the mean of each cluster, the
 * old center where it has no weight. totals[0]: the inertia; totals[1]: how many clusters have no weight. Returns 1 if
 * a label changed, 0 if none did, -1 without memory. */
int lloyd_pass(int64_t n, int64_t D, int64_t k, const double *X, const double *weight, const double *centers,
               double *memory, int32_t *labels, double *upper, double *lower, double *next, double *totals,
               int64_t n_threads) {
    int changed = pass_once(n, D, k, X, weight, centers, memory, labels, upper, lower, next, totals, n_threads);
    if (changed < 0 || memory[0] == 0) return changed;
    int again = pass_once(n, D, k, X, weight, centers, memory, labels, upper, lower, next, totals, n_threads);
    return again < 0 ? again : changed | again;
}
