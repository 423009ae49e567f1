"""Every theorem is proved; a theorem with a broken step is not, and the failure says where."""

from dataclasses import replace

import pytest

from derivations import library, notation
from derivations.claims import Assumption, Chain, LowerBound, MixtureLaw, SameLaw, Theorem, WithPseudoInverse
from derivations.kernel.checker import Checker
from derivations.matrix import SizeOf, SquaredNorm
from derivations.matrix.base import as_matrix
from derivations.notation.mixtures import A, Sigma, T, m_x, mu, nu, pi, rho, t, weights_sum_to_one, x_k, z
from derivations.notation.reconstruction import B, W
from derivations.notation.sizes import I_D, D, K, k, l
from derivations.notation.words import E, sum_over
from derivations.prover import Prover
from derivations.theorems import (
    component_moments,
    mixture_mean,
    no_left_inverse,
    standard_normal,
    sum_of_mixtures,
)

PROVER = Prover(Checker(notation.signature()))
"""Shared, so that the lemmas are proved once."""


def outcome(*claims):
    """The result for a theorem made of these claims, the last of which it states."""
    return library.check(Theorem("trial", "Trial", "", claims, claims[-1:]), PROVER)


@pytest.mark.parametrize("theorem_id", library.theorem_ids())
def test_proved(theorem_id):
    result = library.check_theorem(theorem_id)
    assert result.verdict == "proved", result.failure
    assert all(line.verified for d in result.derivations for line in d.lines)


@pytest.mark.parametrize(
    ("theorem_id", "hypotheses", "axioms"),
    [
        ("standard_normal", set(), {"independence"}),
        ("mixture_mean", set(), set()),
        ("mixture_covariance", {"covariances of x", "weights of x"}, {"independence"}),
        ("no_left_inverse", set(), {"pseudo-inverse"}),
        (
            "sum_of_mixtures",
            {"covariances of x", "covariances of y"},
            {"independence", "uniqueness of characteristic functions"},
        ),
        ("moments_of_sum", {"weights of x", "weights of y"}, set()),
    ],
)
def test_rests_on_exactly_these_hypotheses_and_axioms(theorem_id, hypotheses, axioms):
    result = library.check_theorem(theorem_id)
    assert {h.name for h in result.hypotheses} == hypotheses
    assert {a.name for a in result.axioms} == axioms


def test_theorems_come_after_those_they_cite():
    ids = library.theorem_ids()
    assert ids.index("standard_normal") < ids.index("component_moments") < ids.index("mixture_covariance")
    assert ids.index("gaussian_characteristic") < ids.index("sum_of_mixtures")


def test_unknown_theorem_suggests_the_nearest():
    with pytest.raises(LookupError, match="mixture_covariance"):
        library.load("mixture_covarance")


second = component_moments.second_moment
mean_of_squares = sum_over(k, pi[k] * E(x_k @ x_k.T))


def second_moment_of(term):
    return sum_over(k, pi[k] * term)


WRONG_STEPS = {
    "forgot Sigma_k": mu[k] @ mu[k].T,
    "forgot mu_k": Sigma[k],
    "wrong sign": Sigma[k] - mu[k] @ mu[k].T,
    "wrong factor": Sigma[k] + 2 * (mu[k] @ mu[k].T),
    "weights squared": pi[k] * (Sigma[k] + mu[k] @ mu[k].T),
}


@pytest.mark.parametrize("name", WRONG_STEPS)
def test_false_step_is_refuted_with_a_model(name):
    right = Chain("Trial", mean_of_squares).equals(second_moment_of(E(x_k @ x_k.T)), "definition")
    result = outcome(right.equals(second_moment_of(WRONG_STEPS[name]), "wrong", second))
    assert result.verdict == "refuted"
    assert "step 2 does not follow" in result.failure
    assert "K = " in result.failure
    assert [line.verified for line in result.derivations[0].lines] == [True, False]


def test_product_of_means_is_not_the_mean_of_products():
    products = sum_over(k, pi[k] * (mu[k] @ mu[k].T))
    assert outcome(Chain("Trial", m_x @ m_x.T).equals(products, "", weights_sum_to_one)).verdict == "refuted"


def test_true_step_without_its_citation_is_undecided():
    """A^T z for A z has the same mean, because E z = 0; without citing that it does not follow."""
    uncited = Chain("Trial", E(x_k)).equals(mu[k] + A[k].T @ E(z.alone), "no citation")
    result = outcome(uncited)
    assert result.verdict == "undecided"
    assert "left over" in result.failure
    cited = Chain("Trial", E(x_k)).equals(uncited.result, "E z = 0", standard_normal.mean)
    assert outcome(cited).verdict == "proved"


def test_identity_true_for_one_component_only_is_refuted():
    """sum_k pi_k^2 = 1 holds exactly if K = 1."""
    squares = sum_over(k, pi[k] * pi[k])
    assert outcome(Chain("Trial", squares).equals(as_matrix(1), "", weights_sum_to_one)).verdict == "refuted"


def test_contradictory_hypothesis_proves_nothing():
    absurd = Assumption("pi_k = 2", pi[k], as_matrix(2), "")
    result = outcome(Chain("Trial", sum_over(k, pi[k])).equals(2 * SizeOf(K), "", absurd))
    assert result.verdict == "undecided"
    assert "do not satisfy hypothesis pi_k = 2" in result.failure


def test_contradictory_hypothesis_behind_a_lemma_proves_nothing():
    absurd = Assumption("pi_k = 2", pi[k], as_matrix(2), "")
    lemma = Chain("Lemma", pi[k]).equals(as_matrix(2), "", absurd)
    result = outcome(lemma, Chain("Trial", sum_over(k, pi[k])).equals(2 * SizeOf(K), "", lemma))
    assert result.verdict == "undecided"


def test_larger_lower_bound_is_refused():
    claim = no_left_inverse.at_least
    greedy = replace(claim, bound=claim.bound + as_matrix(1))
    assert outcome(claim.of, greedy).verdict == "undecided"


def test_lower_bound_without_one_of_its_squares_is_refused():
    claim = no_left_inverse.at_least
    assert outcome(claim.of, replace(claim, parts=claim.parts[:1])).verdict == "undecided"


def test_pseudo_inverse_in_the_conclusion_cannot_be_dropped():
    claim = no_left_inverse.no_left_inverse
    kept = LowerBound("Trial", claim.of.of, claim.of.bound + claim.of.parts[1], claim.of.parts[:1], "")
    result = outcome(kept, WithPseudoInverse("Trial", kept, *(getattr(claim, n) for n in
                     ("inverse", "row_projector", "column_projector")), why=""))  # fmt: skip
    assert result.verdict == "undecided"
    assert "occurs in the conclusion" in result.failure


WRONG_LAWS = {
    "weights of other pairs": MixtureLaw((k, l), pi[k] * pi[k] * rho[l], mu[k] + nu[l], Sigma[k] + T[l]),
    "means subtract": MixtureLaw((k, l), pi[k] * rho[l], mu[k] - nu[l], Sigma[k] + T[l]),
    "covariances of one only": MixtureLaw((k, l), pi[k] * rho[l], mu[k] + nu[l], Sigma[k]),
}


@pytest.mark.parametrize("name", WRONG_LAWS)
def test_wrong_law_of_the_sum_is_refused(name):
    claim = sum_of_mixtures.sum_of_mixtures
    wrong = SameLaw("Trial", claim.of, "x + y", t, WRONG_LAWS[name], "")
    assert outcome(wrong).verdict == "undecided"


def test_norm_identity_holds_only_with_the_cross_term():
    b, w = B.alone, W.alone
    whole = SquaredNorm(b @ w - I_D)
    result = outcome(Chain("Trial", whole).equals(SquaredNorm(b @ w) + SizeOf(D), "forgot the cross term"))
    assert result.verdict == "refuted"


def test_statement_is_printed_from_the_checked_lines():
    result = library.check_theorem("mixture_mean")
    chain = mixture_mean.mixture_mean
    assert chain.result.print() in result.statement_latex
    assert result.derivations[0].lines[-1].latex == chain.result.print()
