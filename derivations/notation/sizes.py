"""Sizes and the indices that run over them."""

from derivations.kernel import terms
from derivations.matrix import Identity, Imaginary, Index

K, L, D, M, N = "K", "L", "D", "M", "N"
SIZES = frozenset({K, L, D, M, N})

k, l, m, n = Index("k", K), Index("l", L), Index("m", M), Index("n", N)
a, b = Index("a", D), Index("b", D)

I_D, I_K = Identity(D), Identity(K)
i = Imaginary()

# Places in the laws of symbols: free indices of the entry that a law defines.
at_k, at_l, at_m, at_n = (index.symbol for index in (k, l, m, n))
at_i, at_j, at_h = terms.index("i", D), terms.index("j", D), terms.index("h", D)
at_p, at_q = terms.index("p", K), terms.index("q", K)
