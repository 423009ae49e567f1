"""Data larger than memory, or spread over machines: moments, k-means and EM from mergeable statistics.

Statement.   An iteration needs only sums over the samples: counts, sums of offsets, and second moments about
             means. Each block of rows yields its own, two of them merge into that of their union, and what
             is merged has a size that does not depend on the number of samples.
Same bits.   Blocks are cut at fixed row numbers, whatever files or chunks the rows are stored in, and merged
             along a fixed binary tree, whatever order they are finished in. So storage, executor and number
             of workers do not change a bit of the result, as long as the linear algebra under NumPy gives
             the same bits for the same block.
Bound.       Another `block_rows` changes roundings alone. With u = 2^-53, n rows in b blocks and numbers that
             differ by up to R, a mean is off by at most (2 n / b + 9 log2 b + 9) u R, and an entry of a
             covariance by twice that times R: at worst the rows of a block are summed one by one, and each
             passes log2 b merges of some roundings. The roundings of the result itself, u times its size,
             come on top. With weights, "rows" are counted as they are stored, whatever they weigh.
Source.      Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
             variances", 1979; Higham, "Accuracy and Stability of Numerical Algorithms", 4.2.
"""

from algorithms.streaming.blocks import Blocks
from algorithms.streaming.sources import ArrayRows, NpyShards, ParquetFiles, Source

__all__ = ["ArrayRows", "Blocks", "NpyShards", "ParquetFiles", "Source"]
