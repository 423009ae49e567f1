"""Closed-form laws of quadratic statistics, against numerical integration of the density."""

import mpmath
import numpy as np
import pytest

from algorithms.mixture import Mixture
from derivations.closed_forms import closed_form
from verification.statistics.quadratic import (
    Quadratics,
    coordinates,
    law_of,
    products,
    squared_norm,
    upper_triangle,
)

PLANE = Mixture(
    weights=np.array([0.6, 0.3, 0.1]),
    means=np.array([[1.0, -0.5], [-1.0, 0.5], [0.5, 2.0]]),
    covariances=np.array([[[1.0, 0.5], [0.5, 0.8]], [[0.4, -0.2], [-0.2, 0.6]], [[0.7, 0.0], [0.0, 0.3]]]),
)
STATISTICS = {
    "coordinates": coordinates(("x_1", "x_2")),
    "centered products": products("x", np.array([0.3, 0.1])),
    "squared norm": squared_norm("error", np.array([[0.5, -0.3], [0.2, 0.6], [0.1, 0.1]])),
    "general": Quadratics(
        ("q",), np.array([0.2, -0.4]), np.array([[[0.3, -0.5], [-0.5, -0.2]]]), np.array([[0.7, -0.1]])
    ),
}


def values(statistics: Quadratics, X: np.ndarray) -> np.ndarray:
    """q_j(x) by its definition, point by point and statistic by statistic, shape (n, J)."""
    Y = X - statistics.center
    return np.array(
        [[y @ A @ y + b @ y for A, b in zip(statistics.matrices, statistics.vectors, strict=True)] for y in Y]
    )


@pytest.fixture(scope="module")
def grid():
    """Points and probabilities of a grid on the plane: the trapezoid rule is exact for a smooth density.

    Its error falls like exp(-c / h^2) with the step h: at h = 0.1 and deviations above 0.5, far below 1e-12.
    """
    axis = np.arange(-13, 13, 0.1)
    X = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return X, np.exp(PLANE.log_prob(X)) * 0.01


@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize("fraction", [-0.5, -0.05, 0.01, 0.1, 0.4])
def test_log_mgf_is_the_integral(name, fraction, grid):
    X, probabilities = grid
    statistics = STATISTICS[name]
    law = law_of(statistics, PLANE)
    tilts = fraction * np.minimum(law.largest_tilt, 1.0)
    noise = values_on_grid(statistics, X) - law.mean
    integral = np.log(probabilities @ np.exp(tilts * noise))
    # 67,600 terms add up to about 1e-13.
    assert law.log_mgf(tilts) == pytest.approx(integral, abs=1e-11)


def values_on_grid(statistics: Quadratics, X: np.ndarray) -> np.ndarray:
    Y = X - statistics.center
    return np.einsum("na,jab,nb->nj", Y, statistics.matrices, Y) + Y @ statistics.vectors.T


@pytest.mark.parametrize("name", STATISTICS)
def test_mean_and_variance_are_the_integrals(name, grid):
    X, probabilities = grid
    law = law_of(STATISTICS[name], PLANE)
    noise = values_on_grid(STATISTICS[name], X) - law.mean
    assert probabilities @ noise == pytest.approx(0, abs=1e-11)
    assert probabilities @ noise**2 == pytest.approx(law.variance, rel=1e-11)


@pytest.mark.usefixtures("many_calls")
@pytest.mark.parametrize("tau", [0.01, 0.4, 1.5])
def test_log_mgf_of_a_coordinate_is_the_characteristic_function_of_the_theorem(tau):
    """On the imaginary axis. Both sides are entire in the tilt, so they agree on the real axis too."""
    law = law_of(STATISTICS["coordinates"], PLANE)
    found = np.exp(law.log_mgf(1j * np.full(2, tau)) + 1j * tau * law.mean)
    phi = closed_form("mixture_characteristic")
    parameters = {"weights": PLANE.weights, "means": PLANE.means, "covariances": PLANE.covariances}
    assert found == pytest.approx([phi(t=tau * axis, **parameters) for axis in np.eye(2)], rel=1e-13)


def test_means_and_variances_are_those_of_the_theorems():
    law = law_of(STATISTICS["coordinates"], PLANE)
    mean = closed_form("mixture_mean")(weights=PLANE.weights, means=PLANE.means)
    covariance = closed_form("mixture_covariance")(
        weights=PLANE.weights, means=PLANE.means, covariances=PLANE.covariances
    )
    assert law.mean == pytest.approx(mean, rel=1e-14)
    assert law.variance == pytest.approx(np.diag(covariance), rel=1e-14)
    about = law_of(products("x", mean), PLANE)
    assert about.mean == pytest.approx(upper_triangle(covariance), rel=1e-13)


@pytest.mark.parametrize("tilt", [-2.0, -0.1, 1e-3, 0.2])
def test_log_mgf_of_a_square_agrees_with_high_precision_quadrature(tilt):
    mixture = Mixture(np.array([0.7, 0.3]), np.array([[0.5], [-1.0]]), np.array([[[0.8]], [[0.5]]]))
    law = law_of(products("x", np.array([0.2])), mixture)

    def integrand(x):
        density = sum(
            w * mpmath.npdf(x, m, mpmath.sqrt(v)) for w, m, v in ((0.7, 0.5, 0.8), (0.3, -1.0, 0.5))
        )
        return density * mpmath.exp(tilt * ((x - 0.2) ** 2 - law.mean[0]))

    integral = mpmath.quad(integrand, [-mpmath.inf, -2, 0, 2, mpmath.inf])
    # Near tilt 0 the log of 1 + 1e-6 is known to one rounding of 1: an absolute error.
    assert law.log_mgf(np.array([tilt]))[0] == pytest.approx(
        float(mpmath.log(integral)), abs=1e-14, rel=1e-12
    )


def test_statistic_of_a_degenerate_gaussian_is_that_of_its_line():
    """Sigma = v v^T: x = mu + v w, so ||x||^2 is a square in one dimension."""
    v, mu = np.array([0.6, -0.3, 0.2]), np.array([1.0, 0.5, -1.0])
    flat = Mixture(np.ones(1), mu[None], np.outer(v, v)[None])
    law = law_of(squared_norm("norm", np.eye(3)), flat)
    t = 0.4
    room = 1 - 2 * t * (v @ v)
    by_hand = t * (mu @ mu) + (2 * t * mu @ v) ** 2 / (2 * room) - 0.5 * np.log(room) - t * (mu @ mu + v @ v)
    # eigh returns the zero eigenvalues of v v^T as 1e-17, whose roots 1e-9 enter squared.
    assert law.log_mgf(np.array([t]))[0] == pytest.approx(by_hand, rel=1e-12)


def test_log_mgf_grows_without_bound_towards_the_largest_tilt():
    law = law_of(STATISTICS["squared norm"], PLANE)
    nearer = [float(law.log_mgf((1 - gap) * law.largest_tilt)[0]) for gap in (1e-2, 1e-4, 1e-6)]
    assert nearer[0] < nearer[1] < nearer[2]


@pytest.mark.parametrize("name", STATISTICS)
def test_sums_are_sums_of_the_definition(name):
    X = np.random.default_rng(3).normal(size=(50, 2))
    sums = STATISTICS[name].sums(X)
    assert sums == pytest.approx(values(STATISTICS[name], X).sum(axis=0), rel=1e-12, abs=1e-12)


def test_products_and_upper_triangle_have_one_order():
    y = np.array([2.0, 3.0, 5.0])
    sums = products("x", np.zeros(3)).sums(y[None])
    assert sums.tolist() == upper_triangle(np.outer(y, y)).tolist()
    assert products("x", np.zeros(3)).labels[1] == "x[1, 2]"
