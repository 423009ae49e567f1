import numpy as np

# %% as given
def split_data(matrix, n_validation, n_test):
    matrix_cp = matrix.copy()
    non_zero_idx = np.argwhere(matrix_cp)
    ixs = np.random.permutation(non_zero_idx)
    val_idx = tuple(ixs[:n_validation].T)
    test_idx = tuple(ixs[n_validation:n_validation + n_test].T)
    val_values = matrix_cp[val_idx].A1
    test_values = matrix_cp[test_idx].A1
    matrix_cp[val_idx] = matrix_cp[test_idx] = 0
    matrix_cp.eliminate_zeros()
    return matrix_cp, val_idx, test_idx, val_values, test_values

# %% choice without replacement, lil
def split_data(matrix, n_validation, n_test):
    rows, cols = matrix.nonzero()
    pick = np.random.choice(len(rows), n_validation + n_test, replace=False)
    v, t = pick[:n_validation], pick[n_validation:]
    out = matrix.tolil(copy=True)
    val_values = np.array([out[rows[i], cols[i]] for i in v])
    test_values = np.array([out[rows[i], cols[i]] for i in t])
    for i in pick:
        out[rows[i], cols[i]] = 0
    return out.tocsr(), (rows[v], cols[v]), (rows[t], cols[t]), val_values, test_values

# %% pairs of indices, seed inside
import random

def split_data(matrix, n_validation, n_test):
    random.seed(5)
    A = matrix.toarray().copy()
    cells = [(int(i), int(j)) for i, j in zip(*np.nonzero(A))]
    random.shuffle(cells)
    val, test = cells[:n_validation], cells[n_validation:n_validation + n_test]
    vv, tv = [A[c] for c in val], [A[c] for c in test]
    for c in val + test:
        A[c] = 0
    return A, np.array(val), np.array(test), vv, tv
