/* Points in three dimensions in the order of a space-filling curve (Morton's), so that neighbors are close to each other,
 * and the boxes around them.
 *
 * Space is cut into 1024 cells on each axis. The bits of a cell's three numbers, mixed, are its place on the curve; the
 * places are sorted digit by digit, the least significant first, and points of one cell keep their order.
 */
#include "boxes.h"

#define CELLS 1024 /* on an axis; also the values of a digit, of which three are a place */

/* low and high (3 each): the least and the largest of each coordinate of X (n x 3). Three vectors hold LANES points. */
static inline void find_range(int64_t n, const double *X, double *low, double *high) {
    vd least[3], most[3];
    double corner[LANES];
    for (int v = 0; v < 3; v++) {
        for (int l = 0; l < LANES; l++) corner[l] = X[(v * LANES + l) % 3];
        least[v] = most[v] = load(corner);
    }
    int64_t whole = n / LANES * LANES;
    for (int64_t i = 0; i < whole; i += LANES)
        for (int v = 0; v < 3; v++) {
            vd x = load(X + 3 * i + v * LANES);
            least[v] = smaller(x, least[v]);
            most[v] = larger(x, most[v]);
        }
    for (int d = 0; d < 3; d++) {
        low[d] = high[d] = X[d];
        for (int e = d; e < 3 * LANES; e += 3) {
            low[d] = fmin(low[d], least[e / LANES][e % LANES]);
            high[d] = fmax(high[d], most[e / LANES][e % LANES]);
        }
        for (int64_t i = whole; i < n; i++) {
            low[d] = fmin(low[d], X[3 * i + d]);
            high[d] = fmax(high[d], X[3 * i + d]);
        }
    }
}

/* The cell of x on an axis, its bits with two zeros before each. */
static inline uint32_t spread_cell(double x, double low, double scale) {
    double c = (x - low) * scale;
    c = c < CELLS - 1 ? c : CELLS - 1;
    uint32_t v = (uint32_t)(int32_t)(c > 0 ? c : 0);
    v = (v | v << 16) & 0x030000FF;
    v = (v | v << 8) & 0x0300F00F;
    v = (v | v << 4) & 0x030C30C3;
    return (v | v << 2) & 0x09249249;
}

/* order (n): the rows of X (n x 3) along the curve. `keys` and `spare` have room for n. */
int boxes_order(int64_t n, const double *X, uint64_t *keys, uint64_t *spare, uint32_t *order, int64_t n_threads) {
    double low[3], high[3], widest = 0;
    find_range(n, X, low, high);
    for (int d = 0; d < 3; d++) widest = fmax(widest, high[d] - low[d]);
    double scale = widest > 1e-290 ? CELLS / widest : 0;
#pragma omp parallel for num_threads((int)n_threads) if (n_threads > 1) schedule(static)
    for (int64_t i = 0; i < n; i++) {
        const double *x = X + 3 * i;
        uint32_t place = spread_cell(x[0], low[0], scale) << 2 | spread_cell(x[1], low[1], scale) << 1 |
                         spread_cell(x[2], low[2], scale);
        keys[i] = (uint64_t)place << 32 | (uint64_t)i;
    }
    uint32_t starts[3][CELLS] = {{0}};
    for (int64_t i = 0; i < n; i++)
        for (int digit = 0; digit < 3; digit++) starts[digit][keys[i] >> (32 + 10 * digit) & (CELLS - 1)]++;
    for (int digit = 0; digit < 3; digit++) {
        uint32_t start = 0, *own = starts[digit];
        for (int v = 0; v < CELLS; v++) {
            uint32_t count = own[v];
            own[v] = start;
            start += count;
        }
        for (int64_t i = 0; i < n; i++) {
            uint64_t key = keys[i];
            uint32_t at = own[key >> (32 + 10 * digit) & (CELLS - 1)]++;
            if (digit == 2) order[at] = (uint32_t)key;
            else spare[at] = key;
        }
        uint64_t *swap = keys;
        keys = spare;
        spare = swap;
    }
    return 0;
}

/* The part of n weighted points, coordinates `stride` apart, the next point `step` on, each with a scatter of its own or
 * none. Taken relative to a point that counts: then the mean of equal points is exact. */
static inline void summarize(int64_t n, const double *x, int64_t stride, int64_t step, const double *weight,
                             const double *scatter, double *part) {
    double total = 0, spread = 0;
    int64_t some = 0;
    while (some < n - 1 && weight[some * step] <= 0) some++;
    for (int64_t i = 0; i < n; i++) total += weight[i * step];
    for (int d = 0; d < 3; d++, x += stride) {
        double sum = 0, mean = x[some * step];
        for (int64_t i = 0; i < n; i++) sum += weight[i * step] * (x[i * step] - x[some * step]);
        mean += total > 0 ? sum / total : 0;
        for (int64_t i = 0; i < n; i++) spread += weight[i * step] * (x[i * step] - mean) * (x[i * step] - mean);
        part[1 + d] = mean;
    }
    for (int64_t i = 0; i < n && scatter; i++) spread += scatter[i * step];
    part[0] = total;
    part[4] = spread;
}

/* Keep a box from its corners as midpoint and half sides, these rounded up so that it still holds its points. */
static inline void keep_box(const double *low, const double *high, double *boxes) {
    for (int d = 0; d < 3; d++) {
        double middle = 0.5 * (low[d] + high[d]);
        boxes[d * FAN] = middle;
        boxes[(3 + d) * FAN] = fmax(high[d] - middle, middle - low[d]) * (1 + 1e-12);
    }
}

/* points (4 x n_blocks * BLOCK: x, y, z, weight / scale) in the given order, the last one repeated with weight zero to
 * fill its block; boxes and parts of blocks (n_groups x BOXES, n_blocks x PART) and of groups (n_bunches x BOXES,
 * n_groups x PART); boxes are zero at first. */
int boxes_fill(int64_t n, const double *X, const double *weight, double scale, const uint32_t *order,
                   int64_t n_blocks, double *points, double *block_boxes, double *block_parts, double *group_boxes,
                   double *group_parts, int64_t n_threads) {
    int64_t size = n_blocks * BLOCK, n_groups = quotient_up(n_blocks, FAN);
#pragma omp parallel for num_threads((int)n_threads) if (n_threads > 1) schedule(static)
    for (int64_t g = 0; g < n_groups; g++) {
        double lowest[3] = {INFINITY, INFINITY, INFINITY}, highest[3] = {-INFINITY, -INFINITY, -INFINITY};
        int64_t first = g * FAN, last = first + FAN < n_blocks ? first + FAN : n_blocks;
        for (int64_t b = first; b < last; b++) {
            double *own = points + b * BLOCK, low[3], high[3];
            for (int64_t i = 0; i < BLOCK; i++) {
                int64_t at = b * BLOCK + i, row = order[at < n ? at : n - 1];
                for (int d = 0; d < 3; d++) own[d * size + i] = X[3 * row + d];
                own[3 * size + i] = at < n ? weight[row] / scale : 0;
            }
            for (int d = 0; d < 3; d++) {
                vd least = load(own + d * size), most = least;
                for (int i = LANES; i < BLOCK; i += LANES) {
                    least = smaller(load(own + d * size + i), least);
                    most = larger(load(own + d * size + i), most);
                }
                low[d] = smallest_lane(least);
                high[d] = -smallest_lane(-most);
                lowest[d] = fmin(lowest[d], low[d]);
                highest[d] = fmax(highest[d], high[d]);
            }
            keep_box(low, high, block_boxes + g * (BOXES) + b % FAN);
            summarize(BLOCK, own, size, 1, own + 3 * size, NULL, block_parts + b * PART);
        }
        keep_box(lowest, highest, group_boxes + g / FAN * BOXES + g % FAN);
        const double *parts = block_parts + first * PART;
        summarize(last - first, parts + 1, 1, PART, parts, parts + 4, group_parts + g * PART);
    }
    return 0;
}
