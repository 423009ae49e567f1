/* The nearest and the second nearest of many centers: a guess in single precision, settled in double where it is close.
 *
 * Frame. Samples are kept as y = s (x - o) in single precision, for an origin o amid the centers and a scale s that
 * brings these into [-1, 1]; the frame changes only when the centers leave it, so that y is computed once.
 *
 * Guess. With g_j = s (c_j - o), s^2 |x - c_j|^2 = |y|^2 + f_j, and f_j = |g_j|^2 - 2 g_j y decides. Let u = 2^-24 and G
 * the largest |g_j|: rounding y, g_j and a sum of D products moves f_j by less than 2 (D + 5) u G (|y| + G), and |y|^2 by
 * less than (D + 4) u |y|^2. As 2 G |y| <= |y|^2 + G^2, the margin 4 (D + 8) u (|y|^2 + 2 G^2) is more than the errors of
 * two f_j and of the reference's squares together, and more than the error of |y|^2 + f_j.
 *
 * Where the two least f_j differ by more than the margin, their order is that of the reference. All others (one in many
 * thousand, as a rule) are searched again the reference's way: sums of squared differences in double precision, feature
 * after feature, no fused operations, lowest index on a tie.
 */
#ifndef KSQUARED_NEAREST_H
#define KSQUARED_NEAREST_H

#include "vector.h"

#define GROUP 32                    /* samples searched together, one a column; lloyd.py knows it too */
#define TILE (LANES == 8 ? 8 : 4)   /* centers and */
#define WIDE 2                      /* vectors of columns whose scores fit the registers */
#define AT_ONCE (WIDE * FLOAT_LANES)
#define MOST_CENTERS (1 << 24)      /* whole numbers up to this are exact in single precision */
#define FAR_AWAY 1e150              /* data end at 1e140, and squares of this are finite */
#define TINY 1e-290                 /* squares below this have lost digits to underflow */
#define ROOMY 4.0                   /* by this factor centers may outgrow the frame, or fall short of it */

typedef struct {
    double *scale;  /* s; zero leaves every search to the second stage */
    double *origin; /* (D): o */
} Frame;

typedef struct {
    int64_t n_features, k;
    const double *centers; /* (k, D) */
    const double *columns; /* (D, padded): for the search in double precision, FAR_AWAY beyond k */
    int64_t padded;
    const float *scaled; /* (k / TILE rounded up, D, TILE): -2 g_j */
    const float *norms;  /* |g_j|^2, infinite beyond k */
    double largest;      /* G^2 */
} Centers;

/* For each column of a group the index of the nearest center, and s^2 |x - c|^2 for this one and the next, which are off
 * by less than the margin. */
typedef struct {
    float index[GROUP], least[GROUP], next[GROUP], margin[GROUP];
} Guess;

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

/* The middle of feature d of the centers, and how far they reach to either side. */
static inline double middle_of(int64_t D, int64_t k, const double *centers, int64_t d, double *reach) {
    double low = INFINITY, high = -INFINITY;
    for (int64_t j = 0; j < k; j++) {
        low = fmin(low, centers[j * D + d]);
        high = fmax(high, centers[j * D + d]);
    }
    double middle = 0.5 * low + 0.5 * high;
    *reach = fmax(high - middle, middle - low);
    return middle;
}

/* Changes the frame if the centers have left it; returns whether it did. A scale of zero suits no centers. */
static int change_frame(int64_t D, int64_t k, const double *centers, const Frame *frame) {
    double widest = 0, farthest = 0, scale = *frame->scale, reach;
    for (int64_t d = 0; d < D; d++) {
        farthest = fmax(farthest, fabs(middle_of(D, k, centers, d, &reach) - frame->origin[d]));
        widest = fmax(widest, reach);
    }
    if (scale * widest > 1 / ROOMY && scale * widest < ROOMY && scale * farthest < ROOMY) return 0;
    for (int64_t d = 0; d < D; d++) frame->origin[d] = middle_of(D, k, centers, d, &reach);
    *frame->scale = widest > 1e-130 && k <= MOST_CENTERS ? 1 / widest : 0; /* zero if centers are all but equal */
    return 1;
}

/* The sample x as column s of a group y (D x GROUP). */
static inline void frame_sample(int64_t D, const Frame *frame, const double *x, int64_t s, float *y) {
    for (int64_t d = 0; d < D; d++) y[d * GROUP + s] = (float)(*frame->scale * (x[d] - frame->origin[d]));
}

/* How many doubles prepare_centers needs. */
static inline int64_t room_for_centers(int64_t D, int64_t k) {
    return D * rounded_up(k, LANES) + (rounded_up(k, TILE) * (D + 1) + 1) / 2;
}

static Centers prepare_centers(int64_t D, int64_t k, const double *centers, const Frame *frame, double *room) {
    int64_t padded = rounded_up(k, LANES), tiled = rounded_up(k, TILE);
    double *columns = room, largest = 0;
    float *scaled = (float *)(columns + D * padded), *norms = scaled + tiled * D;
    for (int64_t j = 0; j < padded; j++)
        for (int64_t d = 0; d < D; d++) columns[d * padded + j] = j < k ? centers[j * D + d] : FAR_AWAY;
    for (int64_t j = 0; j < tiled; j++) {
        double norm = 0;
        for (int64_t d = 0; d < D; d++) {
            double g = j < k ? *frame->scale * (centers[j * D + d] - frame->origin[d]) : 0;
            scaled[(j / TILE * D + d) * TILE + j % TILE] = (float)(-2 * g);
            norm += g * g;
        }
        norms[j] = j < k ? (float)norm : INFINITY;
        largest = fmax(largest, norm);
    }
    return (Centers){D, k, centers, columns, padded, scaled, norms, largest};
}

/* The scores f_j of TILE centers (g: D x TILE) for AT_ONCE columns of y. Not inlined, for it needs every register. */
static __attribute__((noinline)) void score_tile(int64_t D, const float *g, const float *norms, const float *y,
                                                 float *scores) {
    vf sum[TILE][WIDE];
    for (int c = 0; c < TILE; c++)
        for (int h = 0; h < WIDE; h++) sum[c][h] = fill_floats(norms[c]);
    for (int64_t d = 0; d < D; d++, g += TILE, y += GROUP) {
        vf column[WIDE];
        for (int h = 0; h < WIDE; h++) column[h] = load_floats(y + h * FLOAT_LANES);
        for (int c = 0; c < TILE; c++) {
            vf factor = fill_floats(g[c]);
            for (int h = 0; h < WIDE; h++) sum[c][h] = multiply_add_floats(column[h], factor, sum[c][h]);
        }
    }
    for (int c = 0; c < TILE; c++)
        for (int h = 0; h < WIDE; h++) store_floats(scores + c * AT_ONCE + h * FLOAT_LANES, sum[c][h]);
}

/* The guess for the group y (D x GROUP); meanwhile the one at `ahead` is fetched. */
static inline void guess(const Centers *all, const float *y, const float *ahead, Guess *found) {
    int64_t D = all->n_features, share = D * TILE * AT_ONCE / all->k + 16;
    vf size = fill_floats(4 * (float)(D + 8) * 0x1p-24f), largest = fill_floats(2 * (float)all->largest);
    float scores[TILE * AT_ONCE] __attribute__((aligned(64)));
    for (int at = 0; at < GROUP; at += AT_ONCE) {
        vf first[WIDE], second[WIDE], which[WIDE];
        for (int h = 0; h < WIDE; h++) {
            first[h] = second[h] = fill_floats(INFINITY);
            which[h] = fill_floats(0);
        }
        for (int64_t j = 0; j < all->k; j += TILE) {
            for (const float *stop = ahead + share; ahead < stop; ahead += 16) __builtin_prefetch(ahead);
            score_tile(D, all->scaled + j * D, all->norms + j, y + at, scores);
            for (int c = 0; c < TILE; c++)
                for (int h = 0; h < WIDE; h++) {
                    vf score = load_floats(scores + c * AT_ONCE + h * FLOAT_LANES);
                    which[h] = choose_less(score, first[h], fill_floats((float)(j + c)), which[h]);
                    second[h] = smaller_floats(second[h], larger_floats(first[h], score));
                    first[h] = smaller_floats(score, first[h]);
                }
        }
        for (int h = 0; h < WIDE; h++) {
            int column = at + h * FLOAT_LANES;
            vf square = fill_floats(0);
            for (int64_t d = 0; d < D; d++) {
                vf a = load_floats(y + d * GROUP + column);
                square = multiply_add_floats(a, a, square);
            }
            store_floats(found->index + column, which[h]);
            store_floats(found->least + column, square + first[h]);
            store_floats(found->next + column, square + second[h]);
            store_floats(found->margin + column, size * (square + largest));
        }
    }
}

/* The search in double precision; `squares` has room for the padded number of centers. The index of the nearest center,
 * and the squared distances to it and to the next. */
static int64_t search_exactly(const Centers *all, const double *x, double *squares, double *own, double *next) {
    for (int64_t j = 0; j < all->padded; j += LANES) {
        vd sum = fill(0);
        for (int64_t d = 0; d < all->n_features; d++) {
            vd difference = fill(x[d]) - load(all->columns + d * all->padded + j);
            sum += difference * difference;
        }
        store(squares + j, sum);
    }
    int64_t index = 0;
    *own = *next = INFINITY;
    for (int64_t j = 0; j < all->k; j++) {
        if (squares[j] < *own) {
            *next = *own;
            *own = squares[j];
            index = j;
        } else if (squares[j] < *next) {
            *next = squares[j];
        }
    }
    return index;
}

#endif
