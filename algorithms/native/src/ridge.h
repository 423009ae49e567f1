/* What the rows of a sparse matrix share in their ridge regressions, and what may be wrong with them. */
#ifndef KSQUARED_RIDGE_H
#define KSQUARED_RIDGE_H

#include "vector.h"

enum { OUT_OF_RANGE = 1, SINGULAR = 2 };

/* factors (m x k); values (n_values); result (n_rows x k). */
typedef struct {
    int64_t m, k, n_values, n_rows;
    const double *factors, *values;
    double regularization, *result;
} Regressions;

/* `count` rows of n entries each: their numbers; columns and places in `values` (count x n) of their entries. */
typedef struct {
    int64_t count, n;
    const int32_t *rows, *columns, *entries;
} Rows;

static inline const double *factors_of(const Regressions *all, int32_t column) {
    return all->factors + (int64_t)column * all->k;
}

#endif
