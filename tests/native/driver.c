/* Runs every kernel on small random data of awkward sizes, for sanitize.sh: sanitizers find what goes wrong. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int boxes_order(int64_t, const double *, uint64_t *, uint64_t *, uint32_t *, int64_t);
int boxes_fill(int64_t, const double *, const double *, double, const uint32_t *, int64_t, double *, double *, double *, double *, double *, int64_t);
int lloyd3_pass(int64_t, const double *, const double *, const double *, const double *, const double *, int64_t, const double *, double *, int32_t *, double *, double *, int64_t);
int lloyd3_labels(int64_t, const uint32_t *, const int32_t *, const double *, int64_t *);
int lloyd_pass(int64_t, int64_t, int64_t, const double *, const double *, const double *, double *, float *, int32_t *, float *, float *, double *, double *, int64_t);
int em_pass(int64_t, int64_t, int64_t, const double *, const double *, double, const double *, const double *, const double *, const double *, double *, int64_t);
int scatter(int64_t, int64_t, const double *, const double *, const double *, double *, int64_t);
int block_moments(int64_t, int64_t, int64_t, const double *, const double *, double *, double *, int64_t);
int ridge_rows(int64_t, const int64_t *, const int64_t *, const int32_t *const *, const int32_t *const *, const int32_t *const *, int64_t, const double *, int64_t, int64_t, const double *, double, int64_t, double *, int64_t);
int place_workers(int64_t);
int predict(int64_t, const int64_t *, const int64_t *, int64_t, int64_t, int64_t, const double *, const double *, double *, int64_t);
int place_samples(int64_t, int64_t, int64_t, const double *, const double *, const double *, const double *, double *, int64_t *);
int palette_find(int64_t, const uint8_t *, uint64_t *, uint16_t *, uint32_t *, int64_t);
int palette_fill(int64_t, const uint8_t *, const uint64_t *, const uint16_t *, const uint32_t *, int64_t, int64_t, uint64_t *, double *, int64_t *, int64_t *);

static uint64_t state = 1;

static uint64_t random_bits(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static int64_t below(int64_t n) { return (int64_t)(random_bits() % (uint64_t)n); }

/* n numbers, exactly as many as asked for: one step beyond is seen. Some are equal, some huge or tiny. */
static double *numbers(int64_t n) {
    static const double odd[] = {0, 1e140, -1e140, 1e-300, 1};
    double *x = malloc((size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = below(50) ? (double)random_bits() / 1.8e19 : odd[below(5)];
    return x;
}

static void *room(int64_t n, size_t size) { return calloc((size_t)n, size); }

static void check(int ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "wrong result: %s\n", what);
    exit(1);
}

static void cluster_colors(int64_t n, int64_t k, int64_t threads) {
    int64_t n_blocks = (n + 63) / 64, n_groups = (n_blocks + 7) / 8, n_bunches = (n_groups + 7) / 8;
    double *X = numbers(3 * n), *weight = numbers(n), *centers = numbers(3 * k);
    uint64_t *keys = room(n, 8), *spare = room(n, 8);
    uint32_t *order = room(n, 4);
    double *points = room(4 * 64 * n_blocks, 8), *boxes = room(48 * n_groups, 8), *parts = room(5 * n_blocks, 8);
    double *outer_boxes = room(48 * n_bunches, 8), *outer_parts = room(5 * n_groups, 8);
    double *labels = room(64 * n_blocks, 8), *next = room(3 * k, 8), totals[2];
    int32_t *owners = room(n_blocks, 4);
    int64_t *found = room(n, 8);
    for (int64_t i = 0; i < n; i++) weight[i] = fabs(weight[i]) > 1 ? 1 : fabs(weight[i]);
    for (int64_t b = 0; b < n_blocks; b++) owners[b] = -1;
    boxes_order(n, X, keys, spare, order, threads);
    boxes_fill(n, X, weight, 1, order, n_blocks, points, boxes, parts, outer_boxes, outer_parts, threads);
    for (int pass = 0; pass < 3; pass++) {
        int done = lloyd3_pass(n_blocks, points, boxes, parts, outer_boxes, outer_parts, k, centers, next, owners, labels, totals, threads);
        check(done >= 0, "lloyd3");
        lloyd3_labels(n, order, owners, labels, found);
        for (int64_t i = 0; i < n; i++) check(found[i] >= 0 && found[i] < k, "label of a color");
        for (int64_t j = 0; j < 3 * k; j++) centers[j] = next[j];
    }
    void *all[] = {X, weight, centers, keys, spare, order, points, boxes, parts, outer_boxes, outer_parts, labels, next, owners, found};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void cluster(int64_t n, int64_t D, int64_t k, int64_t threads) {
    double *X = numbers(n * D), *weight = numbers(n), *centers = numbers(k * D), *memory = room(3 + D + k * (3 * D + 4), 8);
    float *framed = room((n + 31) / 32 * 32 * D + 16, 4), *slack = room(n, 4), *lower = room(n, 4);
    double *next = room(k * D, 8), totals[2];
    int32_t *labels = room(n, 4);
    for (int64_t i = 0; i < n; i++) {
        labels[i] = -1;
        weight[i] = fabs(weight[i]) > 1 ? 1 : fabs(weight[i]);
    }
    memory[0] = 1;
    for (int pass = 0; pass < 4; pass++) {
        int done = lloyd_pass(n, D, k, X, weight, centers, memory, framed, labels, slack, lower, next, totals, threads);
        check(done >= 0, "lloyd");
        for (int64_t i = 0; i < n; i++) check(labels[i] >= 0 && labels[i] < k, "label");
        for (int64_t j = 0; j < k * D; j++) centers[j] = next[j];
    }
    void *all[] = {X, weight, centers, memory, framed, slack, lower, next, labels};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void expect(int64_t n, int64_t D, int64_t K, int64_t threads) {
    double *X = numbers(n * D), *shares = numbers(n), *weights = room(K, 8), *means = numbers(K * D);
    double *covariances = room(K * D * D, 8), *moments = room(K * (1 + D + D * D) + 1, 8);
    for (int64_t k = 0; k < K; k++) {
        weights[k] = 1.0 / (double)K;
        for (int64_t d = 0; d < D; d++) covariances[(k * D + d) * D + d] = below(20) ? 1e3 : 0;
    }
    int result = em_pass(n, D, K, X, shares, 0.5, weights, means, covariances, means, moments, threads);
    check(result >= 0 && result <= 2, "em");
    check(scatter(n, D, X, below(2) ? shares : NULL, means, moments, threads) == 0, "scatter");
    void *all[] = {X, shares, weights, means, covariances, moments};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void spread(int64_t n, int64_t D, int64_t block_rows, int64_t threads) {
    int64_t n_blocks = (n + block_rows - 1) / block_rows;
    double *X = numbers(n * D), *origin = numbers(D), *means = room(n_blocks * D, 8), *scatters = room(n_blocks * D * D, 8);
    check(block_moments(n, D, block_rows, X, origin, means, scatters, threads) == 0, "moments of blocks");
    for (int64_t j = 0; j < n_blocks * D * D; j++) check(isfinite(scatters[j]), "scatter of a block");
    void *all[] = {X, origin, means, scatters};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void factorize(int64_t n_rows, int64_t m, int64_t k, int64_t threads) {
    enum { GROUPS = 4 };
    int64_t counts[GROUPS], lengths[GROUPS], n_values = 1 + below(500);
    int32_t *rows[GROUPS], *columns[GROUPS], *entries[GROUPS];
    double *values = numbers(n_values), *factors = numbers(m * k), *result = room(n_rows * k, 8), *out = room(50, 8);
    for (int64_t j = 0; j < m * k; j++) factors[j] = fmax(-1, fmin(1, factors[j]));
    for (int g = 0; g < GROUPS; g++) {
        counts[g] = 1 + below(20);
        lengths[g] = 1 + below(2 * k + 70);
        rows[g] = room(counts[g], 4);
        columns[g] = room(counts[g] * lengths[g], 4);
        entries[g] = room(counts[g] * lengths[g], 4);
        for (int64_t r = 0; r < counts[g]; r++)
            rows[g][r] = (int32_t)(below(40) ? (n_rows * g + r) / GROUPS % n_rows : below(3) - 1);
        for (int64_t e = 0; e < counts[g] * lengths[g]; e++) {
            columns[g][e] = (int32_t)(below(1000) ? below(m) : m - 1 + below(2));
            entries[g][e] = (int32_t)(below(1000) ? below(n_values) : n_values - 1 + below(2));
        }
    }
    int done = ridge_rows(GROUPS, counts, lengths, (const int32_t *const *)rows, (const int32_t *const *)columns,
                          (const int32_t *const *)entries, n_values, values, m, k, factors, 0.1, n_rows, result, 1);
    check(done >= 0 && done <= 2, "ridge");
    int64_t users[50], items[50];
    for (int e = 0; e < 50; e++) {
        users[e] = below(n_rows);
        items[e] = below(m + 1);
    }
    check(predict(50, users, items, n_rows, m, k, result, factors, out, threads) >= 0, "predict");
    for (int g = 0; g < GROUPS; g++) {
        free(rows[g]);
        free(columns[g]);
        free(entries[g]);
    }
    free(values);
    free(factors);
    free(result);
    free(out);
}

static void place(int64_t n, int64_t D, int64_t K) {
    double *thresholds = numbers(K), *means = numbers(K * D), *roots = numbers(K * D * D), *uniforms = numbers(n);
    double *X = numbers(n * D);
    int64_t *labels = room(n, 8);
    check(place_samples(n, D, K, thresholds, means, roots, uniforms, X, labels) == 0, "place");
    for (int64_t i = 0; i < n; i++) check(labels[i] >= 0 && labels[i] < K, "label of a draw");
    void *all[] = {thresholds, means, roots, uniforms, X, labels};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void count_colors(int64_t n, int64_t threads) {
    uint8_t *pixels = room(3 * n, 1);
    uint64_t *present = room(1 << 18, 8);
    uint16_t *before = room(1 << 18, 2);
    uint32_t *reds = room(256, 4);
    for (int64_t i = 0; i < 3 * n; i++) pixels[i] = (uint8_t)(below(3) ? random_bits() : 255);
    int distinct = palette_find(n, pixels, present, before, reds, threads);
    uint64_t *seen = room((threads - 1) * distinct, 8);
    double *colors = room(3 * distinct, 8);
    int64_t *counts = room(distinct, 8), *indices = room(n, 8), total = 0;
    palette_fill(n, pixels, present, before, reds, distinct, threads, seen, colors, counts, indices);
    for (int c = 0; c < distinct; c++) total += counts[c];
    check(total == n, "palette");
    void *all[] = {pixels, present, before, reds, seen, colors, counts, indices};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

int main(void) {
    for (int round = 0; round < 400; round++) {
        int64_t n = 1 + below(round % 10 ? 200 : 3000), threads = 1 + below(3);
        check(place_workers(threads) == 0, "workers");
        cluster_colors(n, 1 + below(40), threads);
        cluster(n, 1 + below(20), 1 + below(40), threads);
        expect(n, 1 + below(12), 1 + below(6), threads);
        spread(n, 1 + below(30), 1 + below(2 * n), threads);
        factorize(1 + below(60), 1 + below(60), 1 + below(40), threads);
        place(n, 1 + below(20), 1 + below(30));
        count_colors(n, threads);
    }
    puts("every kernel ran clean");
    return 0;
}
