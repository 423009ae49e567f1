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
