"""The variables of claims about Gaussian mixtures, simplest values first, under the names of the closed
forms.

Covariances are diagonal with positive integers, so every component has a density and every counterexample
is readable."""

from derivations.enumeration import Variable, diagonal, normalized

WEIGHTS = Variable("weights", r"\pi", ("K",), (1, 2, 3), build=normalized, is_family=True)
MEANS = Variable("means", r"\mu", ("K", "D"), (0, 1, -1, 2, -2), is_family=True)
COVARIANCES = Variable("covariances", r"\Sigma", ("K", "D"), (1, 2, 3, 4), build=diagonal, is_family=True)
MIXTURE = (WEIGHTS, MEANS, COVARIANCES)


def independent_mixtures(other_axis: str) -> tuple[Variable, ...]:
    """Two mixtures; the second has L components, or K where the claim indexes both with one index."""
    return (
        *MIXTURE,
        Variable("other_weights", r"\rho", (other_axis,), WEIGHTS.candidates, normalized, is_family=True),
        Variable("other_means", r"\nu", (other_axis, "D"), MEANS.candidates, is_family=True),
        Variable(
            "other_covariances", "T", (other_axis, "D"), COVARIANCES.candidates, diagonal, is_family=True
        ),
    )
