/* Lloyd's iteration for weighted points in any dimension.
 *
 * Bounds. Say a search finds the center of a sample at a distance of a at most, and every other one at b at least. The
 * label stays until its center and any other one have moved by b - a together (Hamerly, "Making k-means even faster",
 * SDM 2010). Let t_j be how far center j has moved in all passes, plus how far any center has; keep the slack b - a + t_j.
 * Then the label stays while the slack is above the present t_j: all that is read of most samples. Of doubtful ones the
 * distance to the own center is computed; if it is below what is left of b, or below half the way from this center to
 * the next, the label stays with a new slack. The rest is searched, by groups; see nearest.h. Where doubtful samples are
 * many it is faster to search all, from the samples kept in single precision. Bounds are rounded so that doubt grows:
 * labels are those of a full search, which are those of the reference.
 *
 * Means and inertia follow the samples that change their labels; see cluster_sums.h.
 *
 * Fixed pieces in a fixed order: nothing depends on the number of threads.
 */
#include "lloyd_memory.h"

#define LARGEST_PIECES 64
#define RUN 256                     /* samples looked at together; whole groups */
#define MANY 6                      /* doubtful samples: one in so many */
#define AHEAD 24                    /* samples fetched ahead */
#define ROUNDED_DOWN (1 - 0x1p-20f) /* more than the few roundings of a bound */
#define ROUNDED_UP (1 + 0x1p-20f)
#define UNDERFLOW 1e-30f            /* more than is lost to it */

/* All that a pass reads, and what it writes for each sample. Distances are scaled, but for those in the memory. */
typedef struct {
    Centers all;
    const double *X, *weight, *halfway;
    const float *before, *now; /* t_j, rounded down and up */
    Memory memory;
    int fresh, reframed;
    float *framed; /* (groups, D, GROUP): the samples in the frame */
    int32_t *labels;
    float *slack, *lower; /* b - a + t_j; b + drift */
} Pass;

/* Scratch of a thread, and the sums of the piece it is at: k x (D + 2), then the weight moved in or out of each. */
typedef struct {
    float *y;
    double *squares, *sums, *gross;
    int changed, n_open, n_moved;
    int64_t open[GROUP];                 /* samples to be searched, in the columns of y */
    int64_t moved[GROUP], origin[GROUP]; /* samples with a new label that the sums do not know yet, and the old label */
} Piece;

static inline void fetch(const Pass *pass, int64_t i) {
    const double *x = pass->X + i * pass->all.n_features;
    for (int64_t d = 0; d < pass->all.n_features; d += 8) __builtin_prefetch(x + d);
}

/* A new label for sample i. */
static inline void move(const Pass *pass, Piece *piece, int64_t i, int32_t label) {
    if (!pass->fresh) {
        fetch(pass, i);
        __builtin_prefetch(pass->weight + i);
        piece->moved[piece->n_moved] = i;
        piece->origin[piece->n_moved++] = pass->labels[i];
    }
    pass->labels[i] = label;
    piece->changed = 1;
}

/* Samples that moved leave the sums of one cluster and enter those of another. */
static void settle_moves(const Pass *pass, Piece *piece) {
    int64_t D = pass->all.n_features;
    const double *origins = pass->memory.clusters.origins;
    for (int m = 0; m < piece->n_moved; m++) {
        int64_t i = piece->moved[m], old = piece->origin[m], new = pass->labels[i];
        const double w = pass->weight[i], *x = pass->X + i * D;
        add_sample(D, -w, x, origins + old * D, piece->sums + old * (D + 2));
        add_sample(D, w, x, origins + new * D, piece->sums + new * (D + 2));
        piece->gross[old] += w;
        piece->gross[new] += w;
    }
    piece->n_moved = 0;
}

static int32_t search_one(const Pass *pass, Piece *piece, int64_t i, float *upper, float *lower) {
    double own, next, scale = *pass->memory.frame.scale;
    int64_t label = search_exactly(&pass->all, pass->X + i * pass->all.n_features, piece->squares, &own, &next);
    *upper = (float)(scale * at_most(own)) * ROUNDED_UP;
    *lower = (float)(scale * at_least(next)) * ROUNDED_DOWN;
    return (int32_t)label;
}

/* New labels and bounds for up to GROUP samples, which are in the columns of y. */
static void search_group(const Pass *pass, Piece *piece, int count, const int64_t *rows, const float *y,
                         const float *ahead) {
    float upper[GROUP], lower[GROUP], slack[GROUP], drift = (float)(*pass->memory.drift * *pass->memory.frame.scale);
    int32_t labels[GROUP];
    const float *before = pass->before;
    Guess found;
    guess(&pass->all, y, ahead, &found);
    settle_moves(pass, piece); /* those of the group before: the samples have come by now */
    for (int s = 0; s < GROUP; s++) {
        float most = found.least[s] + found.margin[s], least = found.next[s] - found.margin[s];
        upper[s] = sqrtf(most > 0 ? most : 0);
        lower[s] = sqrtf(least > 0 ? least : 0);
        labels[s] = (int32_t)found.index[s];
    }
    for (int s = 0; s < count; s++)
        if (!(found.next[s] - found.least[s] > found.margin[s]))
            labels[s] = search_one(pass, piece, rows[s], upper + s, lower + s);
    for (int s = 0; s < GROUP; s++) {
        slack[s] = (lower[s] - upper[s] + before[labels[s]]) * ROUNDED_DOWN - UNDERFLOW;
        lower[s] = (lower[s] + drift) * ROUNDED_DOWN - UNDERFLOW;
    }
    for (int s = 0; s < count; s++) {
        int64_t i = rows[s];
        pass->slack[i] = slack[s];
        pass->lower[i] = lower[s];
        if (labels[s] != pass->labels[i]) move(pass, piece, i, labels[s]);
    }
}

static void search_open(const Pass *pass, Piece *piece) {
    if (piece->n_open) search_group(pass, piece, piece->n_open, piece->open, piece->y, piece->y);
    piece->n_open = 0;
}

/* Samples begin to end, all of them. */
static void search_all(const Pass *pass, Piece *piece, int64_t begin, int64_t end) {
    int64_t D = pass->all.n_features, rows[GROUP];
    for (int64_t i = begin; i < end; i += GROUP) {
        float *y = pass->framed + i * D;
        int count = end - i < GROUP ? (int)(end - i) : GROUP;
        for (int s = 0; s < count; s++) {
            rows[s] = i + s;
            if (pass->reframed) frame_sample(D, &pass->memory.frame, pass->X + (i + s) * D, s, y);
        }
        search_group(pass, piece, count, rows, y, y + D * GROUP);
    }
}

/* Open sample i for a search, unless its distance to its own center settles that its label stays. */
static inline void look_at(const Pass *pass, Piece *piece, int64_t i) {
    int64_t D = pass->all.n_features, label = pass->labels[i];
    const double *x = pass->X + i * D;
    double scale = *pass->memory.frame.scale, half = scale * pass->halfway[label];
    double upper = scale * at_most(square_distance(D, x, pass->all.centers + label * D));
    double lower = fmax(half, pass->lower[i] - scale * *pass->memory.drift * (1 + 1e-12));
    if (upper < lower) {
        pass->slack[i] = ((float)(lower - upper) + pass->before[label]) * ROUNDED_DOWN - UNDERFLOW;
        return;
    }
    frame_sample(D, &pass->memory.frame, x, piece->n_open, piece->y);
    piece->open[piece->n_open++] = i;
    if (piece->n_open == GROUP) search_open(pass, piece);
}

/* Settle the labels of samples begin to end, at most RUN of them, but for those left open. */
static void pass_run(const Pass *pass, Piece *piece, int64_t begin, int64_t end) {
    const float *slack = pass->slack + begin, *now = pass->now;
    const int32_t *labels = pass->labels + begin;
    int size = (int)(end - begin), n_doubtful = 0, n_listed = 0, doubtful[RUN], listed[RUN];
    if (pass->reframed) { /* then nothing is known */
        search_all(pass, piece, begin, end);
        return;
    }
    for (int r = 0; r < size; r++) {
        doubtful[r] = !(slack[r] > now[labels[r]]);
        n_doubtful += doubtful[r];
    }
    if (n_doubtful * MANY > size) {
        search_all(pass, piece, begin, end);
        return;
    }
    for (int r = 0; r < size && n_listed < n_doubtful; r++) {
        listed[n_listed] = r;
        n_listed += doubtful[r];
    }
    for (int q = 0; q < n_doubtful; q++) {
        if (q + AHEAD < n_doubtful) fetch(pass, begin + listed[q + AHEAD]);
        look_at(pass, piece, begin + listed[q]);
    }
}

/* The sums of samples begin to end. */
static void add_all(const Pass *pass, Piece *piece, int64_t begin, int64_t end) {
    int64_t D = pass->all.n_features;
    for (int64_t i = begin; i < end; i++) {
        int64_t label = pass->labels[i];
        double *sums = piece->sums + label * (D + 2);
        add_sample(D, pass->weight[i], pass->X + i * D, pass->all.centers + label * D, sums);
    }
}

/* Samples begin to end, a whole piece; returns whether a label changed. */
static int pass_piece(const Pass *pass, Piece piece, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += RUN) pass_run(pass, &piece, i, i + RUN < end ? i + RUN : end);
    search_open(pass, &piece);
    settle_moves(pass, &piece);
    if (pass->fresh) add_all(pass, &piece, begin, end);
    return piece.changed;
}

/* One pass; whether sums are taken afresh is up to the memory. */
static int pass_once(int64_t n, int64_t D, int64_t k, const double *X, const double *weight, const double *centers,
                     double *memory, float *framed, int32_t *labels, float *slack, float *lower, double *next,
                     double *totals, int64_t n_threads) {
    int64_t sums_size = k * (D + 2), stride = sums_size + k, n_runs = (n + RUN - 1) / RUN;
    int64_t n_pieces = n / (RUN + 2 * k) + 1;
    if (n_pieces > LARGEST_PIECES) n_pieces = LARGEST_PIECES;
    double *pieces = calloc((size_t)(n_pieces * stride + 2 * k + room_for_centers(D, k)), sizeof *pieces);
    if (pieces == NULL) return -1;
    double *halfway = pieces + n_pieces * stride;
    float *before = (float *)(halfway + k), *now = before + k;
    Memory kept = memory_at(memory, D, k);
    int reframed = follow(D, k, centers, &kept), failed = 0, changed = 0;
    for (int64_t j = 0; j < k; j++) {
        float t = (float)(*kept.frame.scale * (*kept.drift + kept.moved[j]));
        before[j] = t * ROUNDED_DOWN;
        now[j] = t * ROUNDED_UP;
    }
    measure_halfway(D, k, centers, halfway, n_threads);
    Pass pass = {prepare_centers(D, k, centers, &kept.frame, halfway + 2 * k), X, weight, halfway, before, now, kept,
                 *kept.stale != 0, reframed, framed, labels, slack, lower};
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1) reduction(| : failed, changed)
    {
        double *room = calloc((size_t)(ALIGNMENT + D * GROUP / 2 + pass.all.padded), sizeof *room);
        failed = room == NULL;
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t p = 0; p < n_pieces; p++) {
            if (failed) continue;
            double *y = aligned(room), *sums = pieces + p * stride;
            Piece piece = {.y = (float *)y, .squares = y + D * GROUP / 2, .sums = sums, .gross = sums + sums_size};
            int64_t begin = n_runs * p / n_pieces * RUN, end = n_runs * (p + 1) / n_pieces * RUN;
            changed |= pass_piece(&pass, piece, begin, end < n ? end : n);
        }
        free(room);
    }
    for (int64_t p = 1; p < n_pieces; p++)
        for (int64_t j = 0; j < stride; j++) pieces[j] += pieces[p * stride + j];
    keep_sums(D, k, pass.fresh, pieces, pieces + sums_size, centers, &kept.clusters);
    *kept.stale = conclude(D, k, centers, &kept.clusters, next, totals);
    free(pieces);
    return failed ? -1 : changed;
}

/* One pass: the label of every sample of X (n x D) for `centers` (k x D), then the means of the clusters.
 *
 * Kept between passes: framed (n rounded up to GROUP, times D, and 16 more), labels (n), slack and lower (n), which need no
 * values before the first pass but labels of -1, and `memory` (see lloyd_memory.h), all zero but for the first number, 1.
 * next (k x D) out: the mean of each cluster, the old center where it has no weight. totals[0]: the inertia; totals[1]:
 * how many clusters have no weight. Returns 1 if a label changed, 0 if none did, -1 without memory: then nothing that was
 * kept is of use. */
int lloyd_pass(int64_t n, int64_t D, int64_t k, const double *X, const double *weight, const double *centers,
               double *memory, float *framed, int32_t *labels, float *slack, float *lower, double *next,
               double *totals, int64_t n_threads) {
    framed = (float *)aligned((double *)framed);
    int changed =
        pass_once(n, D, k, X, weight, centers, memory, framed, labels, slack, lower, next, totals, n_threads);
    if (changed < 0 || memory[0] == 0) return changed;
    int again = pass_once(n, D, k, X, weight, centers, memory, framed, labels, slack, lower, next, totals, n_threads);
    return again < 0 ? again : changed | again;
}
