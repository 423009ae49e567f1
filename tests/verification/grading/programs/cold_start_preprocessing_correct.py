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
