/* Predicted ratings: products of the factors of users and items. */
#include "vector.h"

/* out[e] = user_factors[users[e]] . item_factors[items[e]] for n entries. Returns 0; 1 if an index is out of range. */
int predict(int64_t n, const int64_t *users, const int64_t *items, int64_t n_users, int64_t n_items, int64_t k,
            const double *user_factors, const double *item_factors, double *out, int64_t n_threads) {
    int wrong = 0;
#pragma omp parallel for num_threads((int)n_threads) if (n_threads > 1) schedule(static) reduction(| : wrong)
    for (int64_t e = 0; e < n; e++) {
        int inside = 0 <= users[e] && users[e] < n_users && 0 <= items[e] && items[e] < n_items;
        wrong |= !inside;
        if (!inside) continue;
        const double *a = user_factors + users[e] * k, *b = item_factors + items[e] * k;
        vd sum = fill(0);
        int64_t c = 0;
        for (; c + LANES <= k; c += LANES) sum = multiply_add(load(a + c), load(b + c), sum);
        double rest = sum_lanes(sum);
        for (; c < k; c++) rest += a[c] * b[c];
        out[e] = rest;
    }
    return wrong;
}
