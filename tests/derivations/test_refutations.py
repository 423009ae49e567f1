"""Every false claim is refuted, by a counterexample that a second way of computing confirms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from derivations.closed_forms import closed_form
from derivations.false_claim import Array, FalseClaim
from derivations.library import theorem_ids
from derivations.raw_moments import Law, moments, moments_of_independent_sum
from derivations.refutations import rank
from derivations.refutations.moments import covariance, covariance_of_linear_image, mean
from derivations.refutations.sums import claimed_moments, pairs, true_moments
from derivations.refute import MAX_HEIGHT, load_claim, refutation_ids, refute, search

NAMED_BY_THE_HOMEWORK = {
    "exact_data_means_identity",
    "forgot_component_covariances",
    "forgot_mean_square",
    "swapped_weights",
    "slipped_covariances",
    "second_drawn_as_first",
    "added_densities",
}


def counterexample(claim_id: str) -> dict[str, Array]:
    """The arrays of the counterexample, read back from its text."""
    found = refute(claim_id).counterexample
    assert found is not None
    exact = np.vectorize(Fraction, otypes=[object])
    return {value.name: exact(np.array(value.data, dtype=object)) for value in found.values}


def test_the_claims_of_the_homework_are_there() -> None:
    assert set(refutation_ids()) >= NAMED_BY_THE_HOMEWORK


def test_an_unknown_id_is_answered_with_near_ones() -> None:
    with pytest.raises(LookupError, match="did you mean squared_weights"):
        refute("square_weights")


@pytest.mark.parametrize("claim_id", refutation_ids())
def test_claim_is_refuted(claim_id: str) -> None:
    result = refute(claim_id)
    assert result.verdict == "refuted"
    assert result.counterexample is not None
    assert result.counterexample.claimed.data != result.counterexample.true.data
    assert replace(result, seconds=0.0) == replace(refute(claim_id), seconds=0.0), (
        "another search, another answer"
    )


@pytest.mark.parametrize("claim_id", refutation_ids())
def test_counterexample_breaks_the_claim_in_floating_point_too(claim_id: str) -> None:
    """The functions serve both kinds of numbers; the gap between small fractions dwarfs rounding errors."""
    claim = load_claim(claim_id)
    arrays = {name: array.astype(float) for name, array in counterexample(claim_id).items()}
    assert claim.premise(**arrays)
    true, claimed = claim.true(**arrays), claim.claimed(**arrays)
    assert true.shape == claimed.shape
    assert np.max(np.abs(true - claimed)) > 0.01


# Negative controls: true statements in the place of the claims.


def sum_law(x: Law, y: Law) -> Law:
    """What theorem sum_of_mixtures says."""
    k, l = pairs(x, y)
    return Law(x.weights[k] * y.weights[l], x.means[k] + y.means[l], x.covariances[k] + y.covariances[l])


def covariance_formula(weights: Array, means: Array, covariances: Array) -> Array:
    """What theorem mixture_covariance says."""
    second = sum(p * (S + np.outer(m, m)) for p, m, S in zip(weights, means, covariances, strict=True))
    mean = weights @ means
    return np.asarray(second - np.outer(mean, mean))


TRUTHS: dict[str, dict[str, Any]] = {
    "added_densities": {"claimed": claimed_moments(sum_law)},
    "slipped_covariances": {"claimed": claimed_moments(sum_law)},
    "forgot_mean_square": {"claimed": covariance_formula},
    "exact_data_means_identity": {"claimed": lambda B, W, X: X, "true": lambda B, W, X: B @ W @ X},
    "every_data_loses": {"true": lambda B, W, X: ((B @ W - rank.identity(B, W, X)) ** 2).sum()},
    "rank_is_number_of_rows": {"claimed": lambda W: np.linalg.matrix_rank(W.astype(float))},
}


@pytest.mark.parametrize("claim_id", TRUTHS)
def test_a_true_statement_is_not_refuted(claim_id: str) -> None:
    result = search(replace(load_claim(claim_id), **TRUTHS[claim_id]))
    assert result.verdict == "undecided"
    assert result.counterexample is None


def test_a_claim_with_an_impossible_premise_is_not_refuted() -> None:
    claim = replace(load_claim("forgot_mean_square"), premise=lambda **_arrays: False)
    assert search(claim).verdict == "undecided"


# Minimality, against all models of the space.


def smallest_by_sorting(
    claim: FalseClaim, sizes: list[dict[str, int]], breaks: Callable[..., bool]
) -> dict[str, Array] | None:
    """The first counterexample after sorting the whole space of integers, with `breaks` as the judge."""
    for size in sizes:
        lengths = [int(np.prod(variable.shape(size))) for variable in claim.variables]
        slots = [
            v.candidates for v, length in zip(claim.variables, lengths, strict=True) for _ in range(length)
        ]
        space = product(*(range(len(candidates)) for candidates in slots))
        for ranks in sorted(
            (r for r in space if sum(r) <= MAX_HEIGHT), key=lambda ranks: (sum(ranks), ranks)
        ):
            shares = np.split(np.array(ranks), np.cumsum(lengths)[:-1])
            arrays = {
                v.name: v.value(share.tolist(), size)
                for v, share in zip(claim.variables, shares, strict=True)
            }
            if breaks(**arrays):
                return arrays
    return None


def breaks_identity(B: Array, W: Array, X: Array) -> bool:
    """All columns are nonzero and come back, and still BW is not I; entry by entry."""
    D, K, N = len(B), len(W), X.shape[1]
    product_bw = [[sum(B[i, k] * W[k, j] for k in range(K)) for j in range(D)] for i in range(D)]
    comes_back = all(
        sum(product_bw[i][j] * X[j, n] for j in range(D)) == X[i, n] for i in range(D) for n in range(N)
    )
    nonzero = all(any(X[i, n] != 0 for i in range(D)) for n in range(N))
    is_identity = all(product_bw[i][j] == (i == j) for i in range(D) for j in range(D))
    return nonzero and comes_back and not is_identity


def breaks_within_only(weights: Array, means: Array, covariances: Array) -> bool:
    """The component means differ: with positive weights this is when the between part is not zero."""
    return any(not np.array_equal(center, means[0]) for center in means)


@pytest.mark.parametrize(
    ("claim_id", "axes", "breaks"),
    [
        ("exact_data_means_identity", ("D", "K", "N"), breaks_identity),
        ("forgot_between_part", ("K", "D"), breaks_within_only),
    ],
)
def test_counterexample_is_the_smallest(
    claim_id: str, axes: tuple[str, ...], breaks: Callable[..., bool]
) -> None:
    sizes_tried = range(1, load_claim(claim_id).largest_size + 1)
    choices = sorted(product(sizes_tried, repeat=len(axes)), key=lambda c: (sum(c), c))
    sizes = [dict(zip(axes, choice, strict=True)) for choice in choices]
    smallest = smallest_by_sorting(load_claim(claim_id), sizes, breaks)
    assert smallest is not None
    found = counterexample(claim_id)
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in smallest.items()
    }


# The truth, by quadrature: exact for polynomials of degree 4, up to rounding.

NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(4)
ROUNDING = 1e-12


def expectations(weights: Array, means: Array, covariances: Array, f: Callable[[Array], Array]) -> float:
    """E f(x) for a mixture on the line, by Gauss-Hermite quadrature in each component."""
    total = 0.0
    for weight, center, variance in zip(weights, means.ravel(), covariances.ravel(), strict=True):
        points = float(center) + np.sqrt(float(variance)) * NODES
        total += float(weight) * float(NODE_WEIGHTS @ f(points)) / np.sqrt(2 * np.pi)
    return total


SUM_CLAIMS = [i for i in refutation_ids() if load_claim(i).true is true_moments]
COVARIANCE_CLAIMS = [i for i in refutation_ids() if load_claim(i).true is covariance]
COVARIANCE_CLAIMS.remove("inner_for_outer_product")  # its counterexample is in the plane, not on the line


@pytest.mark.parametrize("claim_id", SUM_CLAIMS)
def test_moments_of_the_sum_agree_with_quadrature_over_x_and_y(claim_id: str) -> None:
    arrays = counterexample(claim_id)
    x = [arrays[name] for name in ("weights", "means", "covariances")]
    y = [arrays["other_" + name] for name in ("weights", "means", "covariances")]

    def moment(order: int) -> float:
        inner = np.vectorize(lambda s: expectations(*y, lambda t: (s + t) ** order))
        return expectations(*x, inner)

    by_quadrature = [moment(order) for order in range(5)]
    exact = load_claim(claim_id).true(**arrays).astype(float)
    np.testing.assert_allclose(by_quadrature, exact, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("claim_id", COVARIANCE_CLAIMS)
def test_variance_agrees_with_quadrature(claim_id: str) -> None:
    arrays = counterexample(claim_id)
    mixture = [arrays[name] for name in ("weights", "means", "covariances")]
    mean = expectations(*mixture, lambda x: x)
    variance = expectations(*mixture, lambda x: (x - mean) ** 2)
    np.testing.assert_allclose(variance, covariance(**arrays).astype(float).item(), rtol=ROUNDING)


def test_the_slip_in_the_covariances_has_the_right_mean_and_variance() -> None:
    claim, arrays = load_claim("slipped_covariances"), counterexample("slipped_covariances")
    claimed, true = claim.claimed(**arrays), claim.true(**arrays)
    assert claimed[:3].tolist() == true[:3].tolist()
    assert claimed[3] != true[3]


def test_gaussian_moments_are_those_of_the_textbook() -> None:
    mu, var = Fraction(2), Fraction(3)
    law = Law(np.array([Fraction(1)]), np.array([[mu]]), np.array([[[var]]]))
    expected = [1, mu, mu**2 + var, mu**3 + 3 * mu * var, mu**4 + 6 * mu**2 * var + 3 * var**2]
    assert moments(law).tolist() == expected


def test_moments_of_an_independent_sum_are_those_of_two_dice() -> None:
    die = [Fraction(sum(face**order for face in range(1, 7)), 6) for order in range(5)]
    two = [
        Fraction(sum((a + b) ** order for a, b in product(range(1, 7), repeat=2)), 36) for order in range(5)
    ]
    assert moments_of_independent_sum(np.array(die), np.array(die)).tolist() == two


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ([[0, 0], [0, 0]], 0),
        ([[1, 2], [2, 4]], 1),
        ([[0, 1], [1, 0]], 2),
        ([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 2),
    ],
)
def test_rank_by_elimination(matrix: list[list[int]], expected: int) -> None:
    exact = np.vectorize(Fraction, otypes=[object])(np.array(matrix))
    assert rank.rank(exact) == expected == np.linalg.matrix_rank(np.array(matrix))


# The truth beside each claim, against the theorem it names.


def random_mixture(rng: np.random.Generator, n_components: int, n_features: int) -> dict[str, Array]:
    factors = rng.normal(size=(n_components, n_features, n_features))
    return {
        "weights": rng.dirichlet(np.ones(n_components)),
        "means": rng.normal(size=(n_components, n_features)),
        "covariances": factors @ factors.transpose(0, 2, 1),
    }


def test_mean_and_covariance_beside_the_claims_are_those_of_the_theorems() -> None:
    mixture = random_mixture(np.random.default_rng(0), n_components=3, n_features=2)
    by_theorem = closed_form("mixture_mean")(weights=mixture["weights"], means=mixture["means"])
    np.testing.assert_allclose(mean(**mixture), by_theorem, rtol=ROUNDING)
    np.testing.assert_allclose(
        covariance(**mixture), closed_form("mixture_covariance")(**mixture), rtol=ROUNDING
    )


def test_moments_beside_the_claims_are_those_of_the_components_in_the_theorem() -> None:
    rng = np.random.default_rng(1)
    x, y = random_mixture(rng, 3, 2), random_mixture(rng, 2, 2)
    law = Law(
        closed_form("sum_weights")(weights=x["weights"], other_weights=y["weights"]).reshape(6),
        closed_form("sum_means")(means=x["means"], other_means=y["means"]).reshape(6, 2),
        closed_form("sum_covariances")(
            covariances=x["covariances"], other_covariances=y["covariances"]
        ).reshape(6, 2, 2),
    )
    truth = true_moments(**x, **{f"other_{name}": array for name, array in y.items()})
    np.testing.assert_allclose(truth, moments(law), rtol=ROUNDING)


def test_linear_image_beside_the_claim_has_the_covariance_of_the_theorem() -> None:
    factor = np.random.default_rng(2).normal(size=(3, 3))
    np.testing.assert_allclose(covariance_of_linear_image(factor), factor @ factor.T, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("claim_id", refutation_ids())
def test_claim_names_an_existing_theorem(claim_id: str) -> None:
    assert load_claim(claim_id).theorem in theorem_ids()
