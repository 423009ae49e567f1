"""Learning: ridge regression, alternating least squares, k-means and EM."""

from __future__ import annotations

import sympy as sp

from derivations.kernel import terms
from derivations.kernel.laws import Defined, Indicator, Inverse, Least, Nearest, Simplex
from derivations.kernel.terms import entry
from derivations.matrix import Tensor
from derivations.notation.sizes import D, K, M, N, at_i, at_k, at_m, at_n, at_p, at_q

_i, _k, _m, _n = (terms.index("c", s) for s in (D, K, M, N))
_q = terms.index("f", K)

lam = Tensor("lam", r"\lambda", positive=True)

# -- ratings: users n, items m, K latent factors; o_nm = 1 if the rating is observed -----------

observed = Tensor("observed", "o", (N, M), law=Indicator(), nonnegative=True)
rating = Tensor("rating", "r", (N, M))
user = Tensor("user", "q", (N,), rows=K)
item = Tensor("item", "p", (M,), rows=K)

user_inverse = Tensor(
    "user_inverse",
    "H",
    (N,),
    rows=K,
    columns=K,
    law=Inverse(
        (at_n, at_p, at_q),
        terms.sum_over(entry("observed", at_n, _m) * entry("item", _m, at_p) * entry("item", _m, at_q), _m)
        + entry("lam") * sp.KroneckerDelta(at_p, at_q),
    ),
)
best_user = Tensor(
    "best_user",
    "q'",
    (N,),
    rows=K,
    law=Defined(
        (at_n, at_p),
        terms.sum_over(
            entry("user_inverse", at_n, at_p, _q)
            * terms.sum_over(
                entry("observed", at_n, _m) * entry("rating", at_n, _m) * entry("item", _m, _q), _m
            ),
            _q,
        ),
    ),
)
item_inverse = Tensor(
    "item_inverse",
    "H",
    (M,),
    rows=K,
    columns=K,
    law=Inverse(
        (at_m, at_p, at_q),
        terms.sum_over(
            entry("observed", _n, at_m) * entry("best_user", _n, at_p) * entry("best_user", _n, at_q), _n
        )
        + entry("lam") * sp.KroneckerDelta(at_p, at_q),
    ),
)
best_item = Tensor(
    "best_item",
    "p'",
    (M,),
    rows=K,
    law=Defined(
        (at_m, at_p),
        terms.sum_over(
            entry("item_inverse", at_m, at_p, _q)
            * terms.sum_over(
                entry("observed", _n, at_m) * entry("rating", _n, at_m) * entry("best_user", _n, _q), _n
            ),
            _q,
        ),
    ),
)

# -- points, clusters, responsibilities --------------------------------------------------------

point = Tensor("point", "x", (N,), rows=D)
center = Tensor("center", "c", (K,), rows=D)
gamma = Tensor("gamma", r"\gamma", (N, K), positive=True)
count = Tensor("count", "N", (K,), positive=True,
               law=Defined((at_k,), terms.sum_over(entry("gamma", _n, at_k), _n)))  # fmt: skip
centroid = Tensor(
    "centroid",
    r"\bar{x}",
    (K,),
    rows=D,
    law=Defined(
        (at_k, at_i),
        terms.sum_over(entry("gamma", _n, at_k) * entry("point", _n, at_i), _n) / entry("count", at_k),
    ),
)


def _squared_distance(n: terms.Expr, k: terms.Expr) -> terms.Expr:
    return terms.sum_over((entry("point", n, _i) - entry("center", k, _i)) ** 2, _i)


label = Tensor("label", "z", (N, K), law=Indicator(one_hot=True), nonnegative=True)
nearest = Tensor("nearest", "z'", (N, K), law=Nearest((at_n, at_k), _squared_distance(at_n, at_k)),
                 nonnegative=True)  # fmt: skip
least = Tensor("least", "d", (N,), law=Least((at_n, at_k), _squared_distance(at_n, at_k), K))
excess = Tensor("excess", "e", (N, K), nonnegative=True,
                law=Defined((at_n, at_k), _squared_distance(at_n, at_k) - entry("least", at_n)))  # fmt: skip

# -- one observation in EM: joint weights w_k = p(x, k), responsibilities r_k = w_k / p(x) -----

joint = Tensor("joint", "w", (K,), positive=True,
               law=Defined((at_k,), entry("posterior", at_k) * entry("evidence")))  # fmt: skip
posterior = Tensor("posterior", "r", (K,), law=Simplex(), positive=True)
evidence = Tensor("evidence", "p", positive=True)
guess = Tensor("guess", "q", (K,), law=Simplex(), positive=True)
new_joint = Tensor("new_joint", "w'", (K,), positive=True,
                   law=Defined((at_k,), entry("new_posterior", at_k) * entry("new_evidence")))  # fmt: skip
new_posterior = Tensor("new_posterior", "r'", (K,), law=Simplex(), positive=True)
new_evidence = Tensor("new_evidence", "p'", positive=True)
gained = Tensor("gained", "g", nonnegative=True, law=Defined((), terms.sum_over(
    entry("posterior", _q) * (sp.log(entry("new_joint", _q)) - sp.log(entry("joint", _q))), _q)))  # fmt: skip

TENSORS = (
    *(lam, observed, rating, user, item, user_inverse, best_user, item_inverse, best_item),
    *(point, center, gamma, count, centroid, label, nearest, least, excess),
    *(joint, posterior, evidence, guess, new_joint, new_posterior, new_evidence, gained),
)
