import numpy as np

# %% wrong-cold-start: one pass
def cold_start_preprocessing(matrix, min_entries):
    matrix = matrix[(matrix > 0).sum(1).A1 > min_entries]
    return matrix[:, (matrix > 0).sum(0).A1 > min_entries]

# %% wrong-cold-start: rows only
def cold_start_preprocessing(matrix, min_entries):
    return matrix[(matrix > 0).sum(1).A1 > min_entries]

# %% wrong-cold-start: sums of ratings
def cold_start_preprocessing(matrix, min_entries):
    shape = None
    while matrix.shape != shape:
        shape = matrix.shape
        matrix = matrix[matrix.sum(1).A1 > min_entries]
        matrix = matrix[:, matrix.sum(0).A1 > min_entries]
    return matrix

# %% hard-coded-constant: recursion
def cold_start_preprocessing(matrix, min_entries):
    matrix = matrix[:, np.where((matrix > 0).sum(0).A1 > min_entries)[0]]
    matrix = matrix[np.where((matrix > 0).sum(1).A1 > min_entries)[0]]
    if not ((matrix > 0).sum(0).A1 > min_entries).all():
        return cold_start_preprocessing(matrix, 10)
    return matrix
