/* The nearest and the second nearest of many centers: a guess in single precision, settled in double where it is close.
 *
 * With y = s (x - o) and g_j = s (c_j - o), for an origin o among the centers and a scale s that brings the g_j into
 * [-1, 1], |x - c_j|^2 s^2 = |y|^2 + |g_j|^2 - 2 g_j y. The last two terms, f_j, decide. Let u = 2^-24 and G the largest
 * |g_j|: rounding y, g_j and a sum of D products moves f_j by less than 2 (D + 5) u G (|y| + G). If two f_j differ by
 * more than twice that, and by more than the rounding of the reference's squares, 4 (D + 5) 2^-53 (|y| + G)^2, their
 * order is that of the reference. All others (one in many thousand, as a rule) are searched again the reference's way:
 * sums of squared differences in double precision, feature after feature, no fused operations, lowest index on a tie.
 */
#ifndef KSQUARED_NEAREST_H
#define KSQUARED_NEAREST_H

#include "vector.h"

#define SAMPLES (2 * FLOAT_LANES) /* searched together, one a lane */
#define TILE 4                    /* centers worked on together */
#define MOST_CENTERS (1 << 24)    /* whole numbers up to this are exact in single precision */
#define FAR_AWAY 1e150            /* data end at 1e140, and squares of this are finite */
#define TINY 1e-290               /* squares below this have lost digits to underflow */

typedef struct {
    int64_t n_features, k;
    const double *centers; /* (k, D) */
    const double *columns; /* (D, padded): for the search in double precision, FAR_AWAY beyond k */
    int64_t padded;
    const double *origin;   /* (D) */
    double scale, unscale;  /* s, and 1 / s^2 */
    double largest;         /* G */
    const float *scaled;    /* (k rounded up to TILE, D): -2 g_j */
    const float *norms;     /* |g_j|^2, infinite beyond k */
} Centers;

typedef struct {
    int64_t index;
    double own, second; /* squared distances, the second one rounded down */
} Nearest;

static inline int64_t rounded_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

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

/* How many doubles prepare_centers needs. */
static inline int64_t room_for_centers(int64_t D, int64_t k) {
    int64_t tiled = rounded_up(k, TILE);
    return D * rounded_up(k, LANES) + D + (tiled * (D + 1) + 1) / 2;
}

static Centers prepare_centers(int64_t D, int64_t k, const double *centers, double *room) {
    int64_t padded = rounded_up(k, LANES), tiled = rounded_up(k, TILE);
    double *columns = room, *origin = columns + D * padded, widest = 0, largest = 0;
    float *scaled = (float *)(origin + D), *norms = scaled + tiled * D;
    for (int64_t d = 0; d < D; d++) {
        double low = INFINITY, high = -INFINITY;
        for (int64_t j = 0; j < padded; j++) {
            double c = j < k ? centers[j * D + d] : FAR_AWAY;
            columns[d * padded + j] = c;
            if (j < k) {
                low = fmin(low, c);
                high = fmax(high, c);
            }
        }
        origin[d] = 0.5 * low + 0.5 * high;
        widest = fmax(widest, fmax(high - origin[d], origin[d] - low));
    }
    /* Where the centers are all but equal, a scale of zero leaves every search to the second stage. */
    double scale = widest > 1e-130 && k <= MOST_CENTERS ? 1 / widest : 0;
    for (int64_t j = 0; j < tiled; j++) {
        double norm = 0;
        for (int64_t d = 0; d < D; d++) {
            double g = j < k ? scale * (centers[j * D + d] - origin[d]) : 0;
            scaled[j * D + d] = (float)(-2 * g);
            norm += g * g;
        }
        norms[j] = j < k ? (float)norm : INFINITY;
        largest = fmax(largest, norm);
    }
    return (Centers){D, k, centers, columns, padded, origin, scale, widest * widest, sqrt(largest), scaled, norms};
}

/* The search in double precision; `squares` has room for the padded number of centers. */
static Nearest search_exactly(const Centers *all, const double *x, double *squares) {
    for (int64_t j = 0; j < all->padded; j += LANES) {
        vd sum = fill(0);
        for (int64_t d = 0; d < all->n_features; d++) {
            vd difference = fill(x[d]) - load(all->columns + d * all->padded + j);
            sum += difference * difference;
        }
        store(squares + j, sum);
    }
    Nearest found = {0, INFINITY, INFINITY};
    for (int64_t j = 0; j < all->k; j++) {
        if (squares[j] < found.own) {
            found.second = found.own;
            found.own = squares[j];
            found.index = j;
        } else if (squares[j] < found.second) {
            found.second = squares[j];
        }
    }
    return found;
}

/* The guess for SAMPLES samples, y in the columns of `y` (D x SAMPLES): the two least f_j and the index of the first. */
static inline void guess(const Centers *all, const float *y, float *least, float *next, float *index) {
    int64_t D = all->n_features;
    vf first[2], second[2], which[2];
    for (int h = 0; h < 2; h++) {
        first[h] = second[h] = fill_floats(INFINITY);
        which[h] = fill_floats(0);
    }
    for (int64_t j = 0; j < all->k; j += TILE) {
        const float *g = all->scaled + j * D;
        vf score[TILE][2];
        for (int c = 0; c < TILE; c++) score[c][0] = score[c][1] = fill_floats(all->norms[j + c]);
        for (int64_t d = 0; d < D; d++) {
            vf a = load_floats(y + d * SAMPLES), b = load_floats(y + d * SAMPLES + FLOAT_LANES);
            for (int c = 0; c < TILE; c++) {
                vf factor = fill_floats(g[c * D + d]);
                score[c][0] = multiply_add_floats(a, factor, score[c][0]);
                score[c][1] = multiply_add_floats(b, factor, score[c][1]);
            }
        }
        for (int c = 0; c < TILE; c++)
            for (int h = 0; h < 2; h++) {
                which[h] = choose_less(score[c][h], first[h], fill_floats((float)(j + c)), which[h]);
                second[h] = smaller_floats(second[h], larger_floats(first[h], score[c][h]));
                first[h] = smaller_floats(score[c][h], first[h]);
            }
    }
    for (int h = 0; h < 2; h++) {
        store_floats(least + h * FLOAT_LANES, first[h]);
        store_floats(next + h * FLOAT_LANES, second[h]);
        store_floats(index + h * FLOAT_LANES, which[h]);
    }
}

/* The nearest centers of `count` rows of X, at most SAMPLES of them. `y` has room for D x SAMPLES. */
static void search(const Centers *all, int count, const int64_t *rows, const double *X, float *y, double *squares,
                   Nearest *found) {
    int64_t D = all->n_features;
    float least[SAMPLES], next[SAMPLES], index[SAMPLES];
    for (int s = 0; s < SAMPLES; s++) {
        const double *x = X + rows[s < count ? s : 0] * D;
        for (int64_t d = 0; d < D; d++) y[d * SAMPLES + s] = (float)(all->scale * (x[d] - all->origin[d]));
    }
    guess(all, y, least, next, index);
    for (int s = 0; s < count; s++) {
        const double *x = X + rows[s] * D;
        int64_t j = (int64_t)index[s];
        double own = square_distance(D, x, all->centers + j * D);
        double reach = all->scale * sqrt(own) + 2 * all->largest; /* no less than |y| + G */
        double margin = 4 * (double)(D + 5) * reach * (0x1p-24 * all->largest + 0x1p-53 * reach);
        double gap = (double)next[s] - (double)least[s];
        if (gap > margin)
            found[s] = (Nearest){j, own, own + (gap - margin) * all->unscale};
        else
            found[s] = search_exactly(all, x, squares);
    }
}

#endif
