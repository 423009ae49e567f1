import numpy as np

# %% with-replacement: choice
def split_data(matrix, n_validation, n_test):
    m = matrix.copy()
    idx = np.argwhere(m)
    v = idx[np.random.choice(len(idx), n_validation)]
    rest = np.array([i for i in idx if tuple(i) not in {tuple(a) for a in v}])
    t = rest[np.random.choice(len(rest), n_test)]
    val_idx, test_idx = tuple(v.T), tuple(t.T)
    vv, tv = m[val_idx].A1, m[test_idx].A1
    m[val_idx] = m[test_idx] = 0
    return m, val_idx, test_idx, vv, tv

# %% overlapping-sets: drawn separately
def split_data(matrix, n_validation, n_test):
    m = matrix.copy()
    idx = np.argwhere(m)
    val_idx = tuple(np.random.permutation(idx)[:n_validation].T)
    test_idx = tuple(np.random.permutation(idx)[:n_test].T)
    vv, tv = m[val_idx].A1, m[test_idx].A1
    m[val_idx] = 0
    m[test_idx] = 0
    return m, val_idx, test_idx, vv, tv

# %% test-equals-validation: same slice
def split_data(matrix, n_validation, n_test):
    m = matrix.copy()
    idx = np.random.permutation(np.argwhere(m))
    val_idx, test_idx = tuple(idx[:n_validation].T), tuple(idx[:n_test].T)
    vv, tv = m[val_idx].A1, m[test_idx].A1
    m[val_idx] = m[test_idx] = 0
    return m, val_idx, test_idx, vv, tv

# %% not-random: whole users
def split_data(matrix, n_validation, n_test):
    m = matrix.copy()
    idx = np.argwhere(m)
    order = np.random.permutation(m.shape[0])
    idx = idx[np.argsort(np.argsort(order)[idx[:, 0]], kind='stable')]
    val_idx, test_idx = tuple(idx[:n_validation].T), tuple(idx[n_validation:n_validation + n_test].T)
    vv, tv = m[val_idx].A1, m[test_idx].A1
    m[val_idx] = m[test_idx] = 0
    return m, val_idx, test_idx, vv, tv

# %% not-random: the first
def split_data(matrix, n_validation, n_test):
    m = matrix.copy()
    idx = np.argwhere(m)
    val_idx, test_idx = tuple(idx[:n_validation].T), tuple(idx[n_validation:n_validation + n_test].T)
    vv, tv = m[val_idx].A1, m[test_idx].A1
    m[val_idx] = m[test_idx] = 0
    return m, val_idx, test_idx, vv, tv

# %% wrong-remaining-matrix: test entries stay
def split_data(matrix, n_validation, n_test):
    m = matrix.copy()
    idx = np.random.permutation(np.argwhere(m))
    val_idx, test_idx = tuple(idx[:n_validation].T), tuple(idx[n_validation:n_validation + n_test].T)
    vv, tv = m[val_idx].A1, m[test_idx].A1
    m[val_idx] = 0
    return m, val_idx, test_idx, vv, tv

# %% wrong-values: read after they were erased
def split_data(matrix, n_validation, n_test):
    m = matrix.copy()
    idx = np.random.permutation(np.argwhere(m))
    val_idx, test_idx = tuple(idx[:n_validation].T), tuple(idx[n_validation:n_validation + n_test].T)
    m[val_idx] = m[test_idx] = 0
    return m, val_idx, test_idx, m[val_idx].A1, m[test_idx].A1

# %% unobserved-taken: any cells
def split_data(matrix, n_validation, n_test):
    m = matrix.copy()
    cells = np.random.choice(m.shape[0] * m.shape[1], n_validation + n_test, replace=False)
    idx = np.array(np.unravel_index(cells, m.shape)).T
    val_idx, test_idx = tuple(idx[:n_validation].T), tuple(idx[n_validation:].T)
    vv, tv = m[val_idx].A1, m[test_idx].A1
    m[val_idx] = m[test_idx] = 0
    return m, val_idx, test_idx, vv, tv

# %% with-replacement: both sets at once
def split_data(matrix, n_validation, n_test):
    rows, cols = matrix.nonzero()
    pick = np.random.randint(0, len(rows), n_validation + n_test)
    idx = np.array([rows[pick], cols[pick]])
    val_idx, test_idx = idx[:, :n_validation], idx[:, n_validation:]
    out = matrix.copy()
    vv, tv = np.array(matrix[val_idx[0], val_idx[1]]).ravel(), np.array(matrix[test_idx[0], test_idx[1]]).ravel()
    out[idx[0], idx[1]] = 0
    return out, val_idx, test_idx, vv, tv

# %% not-random: users one after the other
def split_data(matrix, n_validation, n_test):
    A = matrix.toarray()
    users = np.random.permutation(len(A))
    cells = [(u, i) for u in users for i in np.flatnonzero(A[u])]
    val, test = cells[:n_validation], cells[n_validation:n_validation + n_test]
    vv, tv = [A[c] for c in val], [A[c] for c in test]
    for c in val + test:
        A[c] = 0
    return A, val, test, vv, tv

# %% test-equals-validation: one set twice
def split_data(matrix, n_validation, n_test):
    n = max(n_validation, n_test)
    rows, cols = matrix.nonzero()
    pick = np.random.permutation(len(rows))[:n]
    out = matrix.copy()
    held = np.array(matrix[rows[pick], cols[pick]]).ravel()
    out[rows[pick], cols[pick]] = 0
    val, test = (rows[pick[:n_validation]], cols[pick[:n_validation]]), (rows[pick[:n_test]], cols[pick[:n_test]])
    return out, val, test, held[:n_validation], held[:n_test]

# %% hard-coded-constant: two hundred
def split_data(matrix, n_validation, n_test):
    out = matrix.copy()
    order = np.random.permutation(matrix.nnz)
    rows, cols = matrix.nonzero()
    val, test = order[:200], order[200:400]
    vv = np.array(matrix[rows[val], cols[val]]).ravel()
    tv = np.array(matrix[rows[test], cols[test]]).ravel()
    out[rows[val], cols[val]] = 0
    out[rows[test], cols[test]] = 0
    return out, (rows[val], cols[val]), (rows[test], cols[test]), vv, tv

# %% input-mutated: no copy
def split_data(matrix, n_validation, n_test):
    idx = np.random.permutation(np.argwhere(matrix))
    val_idx, test_idx = tuple(idx[:n_validation].T), tuple(idx[n_validation:n_validation + n_test].T)
    vv, tv = matrix[val_idx].A1, matrix[test_idx].A1
    matrix[val_idx] = matrix[test_idx] = 0
    matrix.eliminate_zeros()
    return matrix, val_idx, test_idx, vv, tv
