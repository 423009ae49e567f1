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

# %% two lists of indices
def split_data(matrix, n_validation, n_test):
    indices = matrix.nonzero()
    a = np.arange(len(indices[0]))
    np.random.shuffle(a)
    val_idx, test_idx = ([], []), ([], [])
    val_values, test_values = np.zeros(n_validation), np.zeros(n_test)
    matrix_split = matrix.copy()
    for i in range(n_validation):
        u, r = indices[0][a[i]], indices[1][a[i]]
        val_idx[0].append(u)
        val_idx[1].append(r)
        val_values[i] = matrix[u, r]
        matrix_split[u, r] = 0
    for i in range(n_test):
        u, r = indices[0][a[n_validation + i]], indices[1][a[n_validation + i]]
        test_idx[0].append(u)
        test_idx[1].append(r)
        test_values[i] = matrix[u, r]
        matrix_split[u, r] = 0
    matrix_split.eliminate_zeros()
    return matrix_split, val_idx, test_idx, val_values, test_values

# %% coo entries shuffled
import scipy.sparse as sp

def split_data(matrix, n_validation, n_test):
    coo = matrix.tocoo()
    order = np.random.permutation(coo.nnz)
    row, col, data = coo.row[order], coo.col[order], coo.data[order]
    a, b = n_validation, n_validation + n_test
    rest = sp.csr_matrix((data[b:], (row[b:], col[b:])), shape=matrix.shape)
    return rest, (row[:a], col[:a]), (row[a:b], col[a:b]), data[:a], data[a:b]

# %% zeros left in
def split_data(matrix, n_validation, n_test):
    out = matrix.copy()
    chosen = np.random.choice(out.nnz, size=n_validation + n_test, replace=False)
    rows = np.repeat(np.arange(out.shape[0]), np.diff(out.indptr))
    idx = np.stack([rows[chosen], out.indices[chosen]])
    values = out.data[chosen].copy()
    out.data[chosen] = 0
    return out, idx[:, :n_validation], idx[:, n_validation:], values[:n_validation], values[n_validation:]

# %% one cell after the other
def split_data(matrix, n_validation, n_test):
    A = matrix.tolil()
    taken = []
    while len(taken) < n_validation + n_test:
        i, j = np.random.randint(matrix.shape[0]), np.random.randint(matrix.shape[1])
        if A[i, j] != 0:
            taken.append((i, j, A[i, j]))
            A[i, j] = 0
    val, test = taken[:n_validation], taken[n_validation:]
    val_idx = tuple(np.array([t[:2] for t in val]).T)
    test_idx = tuple(np.array([t[:2] for t in test]).T)
    return A.tocsr(), val_idx, test_idx, np.array([t[2] for t in val]), np.array([t[2] for t in test])

# %% test entries first
def split_data(matrix, n_validation, n_test):
    cells = np.random.permutation(np.transpose(matrix.nonzero()))
    test, val = cells[:n_test], cells[n_test:n_test + n_validation]
    D = np.asarray(matrix.todense(), dtype=float)
    vv, tv = D[val[:, 0], val[:, 1]], D[test[:, 0], test[:, 1]]
    D[val[:, 0], val[:, 1]] = 0
    D[test[:, 0], test[:, 1]] = 0
    return sp_of(D), tuple(val.T), tuple(test.T), vv, tv

def sp_of(D):
    from scipy.sparse import csr_matrix
    return csr_matrix(D)

# %% generator, flat indices
def split_data(matrix, n_validation, n_test):
    rng = np.random.default_rng(7)
    A = matrix.toarray()
    flat = rng.choice(np.flatnonzero(A), n_validation + n_test, replace=False)
    i = np.unravel_index(flat, A.shape)
    B = A.copy()
    B[i] = 0
    val, test = tuple(x[:n_validation] for x in i), tuple(x[n_validation:] for x in i)
    return matrix.__class__(B), val, test, A[val], A[test]

# %% random.sample
import random

def split_data(matrix, n_validation, n_test):
    rows, cols = matrix.nonzero()
    val = random.sample(range(len(rows)), n_validation)
    left = sorted(set(range(len(rows))) - set(val))
    test = random.sample(left, n_test)
    split = matrix.astype(float).tolil()
    for n in val + test:
        split[rows[n], cols[n]] = 0
    vi, ti = (rows[val], cols[val]), (rows[test], cols[test])
    return split.tocsr(), vi, ti, np.array(matrix[vi]).ravel(), np.array(matrix[ti]).ravel()
