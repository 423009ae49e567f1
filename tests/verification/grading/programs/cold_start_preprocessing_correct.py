import numpy as np

# %% as given
def cold_start_preprocessing(matrix, min_entries):
    shape = (-1, -1)
    while matrix.shape != shape:
        shape = matrix.shape
        nnz = matrix > 0
        row_ixs = nnz.sum(1).A1 > min_entries
        matrix = matrix[row_ixs]
        nnz = matrix > 0
        col_ixs = nnz.sum(0).A1 > min_entries
        matrix = matrix[:, col_ixs]
    return matrix

# %% both at once, less than
def cold_start_preprocessing(matrix, min_entries):
    while True:
        b = (matrix != 0).toarray()
        r, c = b.sum(1) >= min_entries, b.sum(0) >= min_entries
        if r.all() and c.all():
            return matrix
        matrix = matrix[np.where(r)[0]][:, np.where(c)[0]]

# %% recursive
def cold_start_preprocessing(matrix, min_entries):
    counts_c = matrix.getnnz(axis=0)
    smaller = matrix[:, counts_c > min_entries]
    counts_r = smaller.getnnz(axis=1)
    smaller = smaller[counts_r > min_entries]
    if smaller.shape == matrix.shape:
        return smaller
    return cold_start_preprocessing(smaller, min_entries)

# %% columns first, flag
def cold_start_preprocessing(matrix, min_entries):
    changed = True
    while changed:
        changed = False
        cols = np.asarray((matrix > 0).sum(axis=0)).ravel() > min_entries
        if not np.all(cols):
            matrix = matrix[:, np.flatnonzero(cols)]
            changed = True
        rows = np.asarray((matrix > 0).sum(axis=1)).ravel() > min_entries
        if not np.all(rows):
            matrix = matrix[np.flatnonzero(rows), :]
            changed = True
    return matrix

# %% one row or column at a time
def cold_start_preprocessing(matrix, min_entries):
    A = matrix.toarray()
    while True:
        r = (A > 0).sum(axis=1)
        c = (A > 0).sum(axis=0)
        if r.size and r.min() <= min_entries:
            A = np.delete(A, int(np.argmin(r)), axis=0)
        elif c.size and c.min() <= min_entries:
            A = np.delete(A, int(np.argmin(c)), axis=1)
        else:
            return A

# %% sets of indices
def cold_start_preprocessing(matrix, min_entries):
    coo = matrix.tocoo()
    users, items = set(range(matrix.shape[0])), set(range(matrix.shape[1]))
    pairs = list(zip(coo.row, coo.col))
    while True:
        pairs = [(u, i) for u, i in pairs if u in users and i in items]
        nu, ni = {}, {}
        for u, i in pairs:
            nu[u] = nu.get(u, 0) + 1
            ni[i] = ni.get(i, 0) + 1
        users2 = {u for u in users if nu.get(u, 0) > min_entries}
        items2 = {i for i in items if ni.get(i, 0) > min_entries}
        if users2 == users and items2 == items:
            return matrix[sorted(users)][:, sorted(items)]
        users, items = users2, items2

# %% masks kept to the end
def cold_start_preprocessing(matrix, min_entries):
    B = (matrix.toarray() != 0).astype(int)
    rows, cols = np.ones(B.shape[0], bool), np.ones(B.shape[1], bool)
    before = None
    while before != (rows.sum(), cols.sum()):
        before = (rows.sum(), cols.sum())
        rows &= B[:, cols].sum(axis=1) > min_entries
        cols &= B[rows].sum(axis=0) > min_entries
    return matrix.tocsr()[rows][:, cols]

# %% rows of the matrix, then of its transpose
def enough(matrix, least):
    return matrix[np.where(matrix.getnnz(1) > least)[0]]

def cold_start_preprocessing(matrix, min_entries):
    size = None
    while size != matrix.shape:
        size = matrix.shape
        matrix = enough(enough(matrix.tocsr(), min_entries).T.tocsr(), min_entries).T.tocsr()
    return matrix

# %% less than, bincount
def cold_start_preprocessing(matrix, min_entries):
    while matrix.nnz:
        coo = matrix.tocoo()
        few_users = np.bincount(coo.row, minlength=coo.shape[0]) < min_entries
        few_items = np.bincount(coo.col, minlength=coo.shape[1]) < min_entries
        if not few_users.any() and not few_items.any():
            break
        matrix = matrix[~few_users][:, ~few_items]
    return matrix

# %% range of rounds
def cold_start_preprocessing(matrix, min_entries):
    for _ in range(matrix.shape[0] + matrix.shape[1]):
        nnz = matrix > 0
        matrix = matrix[nnz.sum(1).A1 > min_entries, :]
        nnz = matrix > 0
        matrix = matrix[:, nnz.sum(0).A1 > min_entries]
    nnz = matrix > 0
    assert (nnz.sum(0).A1 > min_entries).all()
    assert (nnz.sum(1).A1 > min_entries).all()
    return matrix
