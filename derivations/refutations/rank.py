"""False claims about linear reconstruction: x -> W x -> B W x, with W (K, D), B (D, K) and data X (D, N).

What confuses is the quantifier. "B W = I" speaks of all vectors; "B W X = X" speaks of the data only.
"There is a W with a left inverse" needs K >= D; "this W has one" needs rank W = D.

Sources: Penrose (1955), A generalized inverse for matrices; Petersen and Pedersen, The Matrix Cookbook, 3.6.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Shaped

from derivations.enumeration import Variable
from derivations.false_claim import AT_LEAST, FalseClaim

B = Variable("B", "B", ("D", "K"))
W = Variable("W", "W", ("K", "D"))
X = Variable("X", "X", ("D", "N"))


def reconstructs_data(
    B: Shaped[np.ndarray, "d k"], W: Shaped[np.ndarray, "k d"], X: Shaped[np.ndarray, "d n"]
) -> bool:
    """Every data point is nonzero and comes back exactly: B W X = X."""
    return bool(X.any(axis=0).all() and np.all(B @ W @ X == X))


def identity(
    B: Shaped[np.ndarray, "d k"], W: Shaped[np.ndarray, "k d"], X: Shaped[np.ndarray, "d n"]
) -> Shaped[np.ndarray, "d d"]:
    """What exact data are said to force B W to be."""
    return np.eye(len(B), dtype=int)


def reconstruction(
    B: Shaped[np.ndarray, "d k"], W: Shaped[np.ndarray, "k d"], X: Shaped[np.ndarray, "d n"]
) -> Shaped[np.ndarray, "d d"]:
    """B W itself."""
    return np.asarray(B @ W)


def compresses_nonzero_data(
    B: Shaped[np.ndarray, "d k"], W: Shaped[np.ndarray, "k d"], X: Shaped[np.ndarray, "d n"]
) -> bool:
    """K < D, and every data point is nonzero."""
    return bool(len(W) < len(B) and X.any(axis=0).all())


def dimension_gap(
    B: Shaped[np.ndarray, "d k"], W: Shaped[np.ndarray, "k d"], X: Shaped[np.ndarray, "d n"]
) -> Shaped[np.ndarray, ""]:
    """D - K, the bound that holds for ||B W - I||^2 and is carried over to data."""
    return np.asarray(len(B) - len(W))


def data_error(
    B: Shaped[np.ndarray, "d k"], W: Shaped[np.ndarray, "k d"], X: Shaped[np.ndarray, "d n"]
) -> Shaped[np.ndarray, ""]:
    """||B W X - X||^2."""
    return np.asarray(((B @ W @ X - X) ** 2).sum())


def is_wide_without_zero_rows(W: Shaped[np.ndarray, "k d"]) -> bool:
    """K <= D, and no row of W is zero."""
    return bool(W.shape[0] <= W.shape[1] and W.any(axis=1).all())


def is_tall_without_zero_columns(W: Shaped[np.ndarray, "k d"]) -> bool:
    """K >= D, and no column of W is zero."""
    return bool(W.shape[0] >= W.shape[1] and W.any(axis=0).all())


def n_rows(W: Shaped[np.ndarray, "k d"]) -> Shaped[np.ndarray, ""]:
    """K."""
    return np.asarray(W.shape[0])


def n_columns(W: Shaped[np.ndarray, "k d"]) -> Shaped[np.ndarray, ""]:
    """D."""
    return np.asarray(W.shape[1])


def rank(W: Shaped[np.ndarray, "k d"]) -> Shaped[np.ndarray, ""]:
    """The rank by elimination: exact on fractions."""
    rest, found = W, 0
    while rest.size and rest.any():
        row, column = np.argwhere(rest)[0]
        pivot = rest[row] / rest[row, column]
        rest = np.delete(rest - rest[:, [column]] * pivot, row, axis=0)
        found += 1
    return np.asarray(found)


CLAIMS = (
    FalseClaim(
        id="exact_data_means_identity",
        title="Exact data force BW to be the identity",
        theorem="no_left_inverse",
        claim_latex=r"BWX = X \iff BW = I_D",
        true_latex=(
            r"BW = I_D \implies BWX = X, \text{ and not conversely: } BWX = X \iff BW \text{ fixes the"
            " columns of } X"
        ),
        why=(
            "One cancels $X$ as if it were a number; but $X$ may be cancelled only if its columns span the"
            " whole space."
        ),
        variables=(B, W, X),
        premise=reconstructs_data,
        quantities=("BW",),
        claimed=identity,
        true=reconstruction,
    ),
    FalseClaim(
        id="every_data_loses",
        title="With K < D all data are reconstructed with an error",
        theorem="no_left_inverse",
        claim_latex=r"K < D,\; X \neq 0 \implies \lVert BWX - X \rVert_F^2 \ge D - K",
        true_latex=(
            r"\lVert BW - I_D \rVert_F^2 \ge D - K, \text{ but } BWX = X \text{ is possible as soon as } K"
            r" \ge \operatorname{rank} X"
        ),
        why="No $B$ undoes $W$ on the whole space, and one forgets that the data may lie in a smaller one.",
        variables=(B, W, X),
        premise=compresses_nonzero_data,
        quantities=(r"\lVert BWX - X \rVert_F^2",),
        claimed=dimension_gap,
        true=data_error,
        relation=AT_LEAST,
    ),
    FalseClaim(
        id="rank_is_number_of_rows",
        title="A K x D matrix with K <= D has rank K",
        theorem="no_left_inverse",
        claim_latex=r"W \in \mathbb{R}^{K \times D},\; K \le D \implies \operatorname{rank} W = K",
        true_latex=r"\operatorname{rank} W \le \min(K, D)",
        why=(
            "A matrix drawn at random has full rank, and the bound $K$ is quoted as if it were always"
            " reached."
        ),
        variables=(W,),
        premise=is_wide_without_zero_rows,
        quantities=(r"\operatorname{rank} W",),
        claimed=n_rows,
        true=rank,
    ),
    FalseClaim(
        id="enough_rows_suffice",
        title="K >= D is enough for a left inverse of W",
        theorem="left_inverse",
        claim_latex=r"K \ge D \implies W \text{ has a left inverse, that is } \operatorname{rank} W = D",
        true_latex=r"W \text{ has a left inverse} \iff \operatorname{rank} W = D",
        why=r"$K \ge D$ makes a left inverse possible for some $W$, and is then read as: for the given one.",
        variables=(W,),
        premise=is_tall_without_zero_columns,
        quantities=(r"\operatorname{rank} W",),
        claimed=n_columns,
        true=rank,
    ),
)
