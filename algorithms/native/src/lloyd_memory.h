/* What Lloyd's iteration keeps between passes: sums of clusters, and how far centers have moved since bounds were set. */
#ifndef KSQUARED_LLOYD_MEMORY_H
#define KSQUARED_LLOYD_MEMORY_H

#include "cluster_sums.h"
#include "nearest.h"

#define MOST_DRIFT 1e3 /* scaled; beyond, bounds that grow with it have too few digits left */

/* In the order in which it lies in memory. */
typedef struct {
    double *stale; /* whether sums must be taken afresh */
    double *drift; /* how far any center has moved since the frame was set */
    Frame frame;
    double *moved;    /* (k): how far each has */
    double *previous; /* (k, D): the centers of the pass before */
    Clusters clusters;
} Memory;

static Memory memory_at(double *p, int64_t D, int64_t k) {
    double *moved = p + 3 + D, *previous = moved + k, *origins = previous + k * D, *sums = origins + k * D;
    return (Memory){p, p + 1, {p + 2, p + 3}, moved, previous, {origins, sums, sums + k * (D + 2)}};
}

/* A distance from its square, rounded down, and to zero where digits are lost. */
static inline double at_least(double square) { return square > TINY ? sqrt(square) * (1 - 1e-9) : 0; }

/* The same rounded up. */
static inline double at_most(double square) { return sqrt(square + TINY) * (1 + 1e-9); }

/* How far the centers have moved since the pass before, onto what they had moved, rounded up. Returns whether the frame
 * has changed, where it all starts at zero. */
static int follow(int64_t D, int64_t k, const double *centers, const Memory *memory) {
    double most = 0;
    for (int64_t j = 0; j < k; j++) {
        double move = at_most(square_distance(D, centers + j * D, memory->previous + j * D));
        memory->moved[j] = (memory->moved[j] + move) * (1 + 1e-15);
        most = fmax(most, move);
    }
    *memory->drift = (*memory->drift + most) * (1 + 1e-15);
    memcpy(memory->previous, centers, (size_t)(k * D) * sizeof *centers);
    if (*memory->drift * *memory->frame.scale > MOST_DRIFT) *memory->frame.scale = 0;
    if (!change_frame(D, k, centers, &memory->frame)) return 0;
    *memory->drift = 0;
    memset(memory->moved, 0, (size_t)k * sizeof *memory->moved);
    return 1;
}

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

#endif
