"""Every symbol once: its letter, its sizes, what is assumed of it, and how a model of it is drawn.

Letters follow Bishop, Pattern Recognition and Machine Learning, chapter 9 (pi_k, mu_k, Sigma_k), and the
homework (B, W, Q, P). Vectors are columns.

| size | counts |
| --- | --- |
| K, L | components of the first and of the second mixture, clusters; rows of W; latent factors |
| D | features |
| M | dimensions after an affine map; discarded directions; items |
| N | samples, users |

| module | symbols of |
| --- | --- |
| `mixtures` | mixtures x and y, their draws and moments |
| `reconstruction` | linear maps, projections, data matrices |
| `learning` | ridge regression, alternating least squares, k-means, EM |
"""

from derivations.kernel.signature import Signature
from derivations.notation import learning, mixtures, reconstruction
from derivations.notation.sizes import SIZES

VOCABULARY = (*mixtures.TENSORS, *reconstruction.TENSORS, *learning.TENSORS)


def signature(
    at_most: tuple[tuple[str, str], ...] = (), split: tuple[tuple[str, str, str], ...] = ()
) -> Signature:
    """All symbols, as the kernel is told of them."""
    return Signature(SIZES, tuple(tensor.declaration for tensor in VOCABULARY), at_most, split)
