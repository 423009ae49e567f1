"""Learning: ridge regression, alternating least squares, k-means and EM."""

from __future__ import annotations

import sympy as sp

from derivations.kernel import terms
from derivations.kernel.laws import Defined, Determinant, Indicator, Inverse, Least, Nearest, Simplex
from derivations.kernel.terms import entry
from derivations.matrix import Tensor
from derivations.notation.sizes import D, K, M, N, at_i, at_j, at_k, at_m, at_n, at_p, at_q

_i, _k, _m, _n = (terms.index("c", s) for s in (D, K, M, N))
_q = terms.index("f", K)

lam = Tensor("lam", r"\lambda", positive=True, argument="regularization")

# -- ratings: users n, items m, K latent factors; o_nm = 1 if the rating is observed -----------

observed = Tensor("observed", "o", (N, M), law=Indicator(), nonnegative=True, argument="observed")
rating = Tensor("rating", "r", (N, M), argument="ratings")
user = Tensor("user", "q", (N,), rows=K)
item = Tensor("item", "p", (M,), rows=K, argument="item_factors")

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

point = Tensor("point", "x", (N,), rows=D, argument="points")
center = Tensor("center", "c", (K,), rows=D, argument="centers")
gamma = Tensor("gamma", r"\gamma", (N, K), positive=True, argument="responsibilities")
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
# -- the M step --------------------------------------------------------------------------------

total = Tensor("total", "N", positive=True, law=Defined((), terms.sum_over(entry("count", _q), _q)))
share = Tensor("share", r"\hat{\pi}", (K,), positive=True,
               law=Defined((at_k,), entry("count", at_k) / entry("total")))  # fmt: skip
_deviation = [entry("point", _n, x) - entry("centroid", at_k, x) for x in (at_i, at_j)]
sample_covariance = Tensor(
    "sample_covariance",
    "S",
    (K,),
    rows=D,
    columns=D,
    symmetric=True,
    law=Defined(
        (at_k, at_i, at_j),
        terms.sum_over(entry("gamma", _n, at_k) * _deviation[0] * _deviation[1], _n) / entry("count", at_k),
    ),
)
multiplier = Tensor("multiplier", r"\lambda", law=Defined((), entry("total")))
model_mean = Tensor("model_mean", r"\mu", (K,), rows=D)
root = Tensor("root", "R", (K,), rows=D, columns=D)

# -- a model covariance Sigma = R R^T and a sample covariance S = R diag(lambda) R^T -----------

_h = terms.index("h", D)
frame = Tensor("frame", "R", rows=D, columns=D)
frame_inverse = Tensor("frame_inverse", "R^{-1}", rows=D, columns=D,
                       law=Inverse((at_i, at_j), entry("frame", at_i, at_j)))  # fmt: skip
eigenvalue = Tensor("eigenvalue", r"\lambda", rows=D, positive=True)
det_model = Tensor("det_model", r"\det \Sigma", positive=True, law=Determinant(
    D, (at_i, at_j), terms.sum_over(entry("frame", at_i, _h) * entry("frame", at_j, _h), _h)))  # fmt: skip
_sample = terms.sum_over(entry("frame", at_i, _h) * entry("eigenvalue", _h) * entry("frame", at_j, _h), _h)
det_sample = Tensor("det_sample", r"\det S", positive=True, law=Determinant(D, (at_i, at_j), _sample))

# -- responsibilities of spherical components of variance epsilon ------------------------------

epsilon = Tensor("epsilon", r"\varepsilon", positive=True)
weight_k = Tensor("weight_k", r"\pi_k", positive=True)
weight_1 = Tensor("weight_1", r"\pi_1", positive=True)
distance_k = Tensor("distance_k", "d_k", law=Defined((), entry("distance_1") + entry("excess_k")))
distance_1 = Tensor("distance_1", "d_1")
excess_k = Tensor("excess_k", r"\delta_k", positive=True)

_log_gain = sp.log(entry("new_joint", _q)) - sp.log(entry("joint", _q))
_log_gain = sp.log(entry("new_joint", _q)) - sp.log(entry("joint", _q))
gained = Tensor(
    "gained",
    "g",
    nonnegative=True,
    law=Defined((), terms.sum_over(entry("posterior", _q) * _log_gain, _q)),
)

TENSORS = (
    *(lam, observed, rating, user, item, user_inverse, best_user, item_inverse, best_item),
    *(point, center, gamma, count, centroid, label, nearest, least, excess),
    *(joint, posterior, evidence, guess, new_joint, new_posterior, new_evidence, gained),
    *(total, share, sample_covariance, multiplier, model_mean, root),
    *(frame, frame_inverse, eigenvalue, det_model, det_sample),
    *(epsilon, weight_k, weight_1, distance_k, distance_1, excess_k),
)
