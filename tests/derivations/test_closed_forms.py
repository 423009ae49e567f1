"""Generated functions against computations that share nothing with the theorems."""

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss

from derivations import closed_forms
from derivations.claims import ClosedForm
from derivations.closed_forms import closed_form, closed_form_names, generate
from derivations.kernel.terms import KernelError
from derivations.notation.mixtures import mu
from derivations.notation.sizes import k
from derivations.theorems.mixture_mean import mixture_mean

ROUNDING = 1e-12
"""The figures are of order 1 to 100 and summed over at most a few thousand terms in double precision."""


@pytest.fixture
def parameters():
    """Two mixtures in three dimensions, with 3 and 2 components; one covariance is singular."""
    rng = np.random.default_rng(5)

    def mixture(n):
        factors = rng.normal(size=(n, 3, 3))
        factors[0, :, 0] = 0
        covariances = np.einsum("kia,kja->kij", factors, factors)
        return rng.dirichlet(np.ones(n)), rng.normal(size=(n, 3)), covariances, factors

    return mixture(3), mixture(2)


def quadrature(mixture):
    """Points and weights that integrate polynomials of degree up to 7 against the mixture's law."""
    weights, means, _, factors = mixture
    nodes, node_weights = hermegauss(4)
    node_weights = node_weights / node_weights.sum()
    grid = np.stack(np.meshgrid(nodes, nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 3)
    mass = np.prod(np.stack(np.meshgrid(node_weights, node_weights, node_weights), axis=-1), axis=-1).reshape(
        -1
    )
    points = np.concatenate([m + grid @ f.T for m, f in zip(means, factors, strict=True)])
    return points, np.concatenate([p * mass for p in weights])


def test_mixture_mean_is_the_integral_of_x(parameters):
    weights, means, _, _ = parameters[0]
    points, mass = quadrature(parameters[0])
    assert closed_form("mixture_mean")(weights=weights, means=means) == pytest.approx(
        mass @ points, abs=ROUNDING
    )


def test_mixture_covariance_is_the_integral_of_the_squared_deviation(parameters):
    weights, means, covariances, _ = parameters[0]
    points, mass = quadrature(parameters[0])
    deviations = points - mass @ points
    expected = np.einsum("n,ni,nj->ij", mass, deviations, deviations)
    found = closed_form("mixture_covariance")(weights=weights, means=means, covariances=covariances)
    assert found == pytest.approx(expected, abs=ROUNDING)


def test_within_and_between_add_up(parameters):
    weights, means, covariances, _ = parameters[0]
    within = closed_form("within_covariance")(weights=weights, covariances=covariances)
    between = closed_form("between_covariance")(weights=weights, means=means)
    total = closed_form("mixture_covariance")(weights=weights, means=means, covariances=covariances)
    assert within + between == pytest.approx(total, abs=ROUNDING)
    assert within == pytest.approx(
        sum(p * s for p, s in zip(weights, covariances, strict=True)), abs=ROUNDING
    )


def test_component_second_moment_is_an_integral(parameters):
    _, means, covariances, factors = parameters[0]
    points, mass = quadrature((np.ones(1), means[:1], covariances[:1], factors[:1]))
    expected = np.einsum("n,ni,nj->ij", mass, points, points)
    found = closed_form("component_second_moment")(mean=means[0], covariance=covariances[0])
    assert found == pytest.approx(expected, abs=ROUNDING)
    assert closed_form("component_mean")(mean=means[0]) == pytest.approx(mass @ points, abs=ROUNDING)


def test_characteristic_functions_are_integrals(parameters):
    """One dimension, where 60 nodes integrate exp(i t x) for |t| <= 1 to rounding."""
    weights, means, sigmas = np.array([0.3, 0.7]), np.array([[1.0], [-0.5]]), np.array([0.8, 0.0])
    nodes, mass = hermegauss(60)
    mass = mass / mass.sum()
    for t in (0.7, -1.0):
        parts = [
            np.sum(mass * np.exp(1j * t * (m[0] + s * nodes))) for m, s in zip(means, sigmas, strict=True)
        ]
        covariances = (sigmas**2)[:, None, None]
        one = closed_form("gaussian_characteristic")(t=[t], mean=means[0], covariance=covariances[0])
        assert one == pytest.approx(parts[0], abs=ROUNDING)
        both = closed_form("mixture_characteristic")(
            t=[t], weights=weights, means=means, covariances=covariances
        )
        assert both == pytest.approx(weights @ parts, abs=ROUNDING)


def test_sum_has_all_pairs(parameters):
    (weights, means, covariances, _), (rho, nu, other, _) = parameters
    for a in range(3):
        for b in range(2):
            w = closed_form("sum_weights")(weights=weights, other_weights=rho)[a, b]
            m = closed_form("sum_means")(means=means, other_means=nu)[a, b]
            s = closed_form("sum_covariances")(covariances=covariances, other_covariances=other)[a, b]
            assert w == pytest.approx(weights[a] * rho[b], abs=ROUNDING)
            assert m == pytest.approx(means[a] + nu[b], abs=ROUNDING)
            assert s == pytest.approx(covariances[a] + other[b], abs=ROUNDING)


def test_moments_of_the_sum_are_integrals_over_both_draws(parameters):
    first, second = parameters
    (x, p), (y, q) = quadrature(first), quadrature(second)
    z, mass = (x[:, None] + y[None]).reshape(-1, 3), np.outer(p, q).reshape(-1)
    arguments = dict(zip(("weights", "means", "covariances"), first, strict=False))
    other = dict(zip(("other_weights", "other_means", "other_covariances"), second, strict=False))
    means = {k: v for k, v in (arguments | other).items() if "covariances" not in k}
    assert closed_form("sum_mean")(**means) == pytest.approx(mass @ z, abs=ROUNDING)
    deviations = z - mass @ z
    expected = (mass[:, None] * deviations).T @ deviations
    assert closed_form("sum_covariance")(**arguments, **other) == pytest.approx(expected, abs=ROUNDING)


def test_reconstruction_error_and_its_bound():
    rng = np.random.default_rng(2)
    W, B = rng.normal(size=(2, 5)), rng.normal(size=(5, 2))
    error = closed_form("reconstruction_error")
    assert error(B=B, W=W) == pytest.approx(np.sum((B @ W - np.eye(5)) ** 2), abs=ROUNDING)
    bound = closed_form("reconstruction_error_bound")(K=2, D=5)
    assert bound == 3
    assert error(B=np.linalg.pinv(W), W=W) == pytest.approx(bound, abs=ROUNDING)
    assert error(B=B, W=W) > bound


def test_covariance_that_forgets_the_between_part_is_another_function(parameters):
    weights, means, covariances, _ = parameters[0]
    total = closed_form("mixture_covariance")(weights=weights, means=means, covariances=covariances)
    within = closed_form("within_covariance")(weights=weights, covariances=covariances)
    assert np.abs(total - within).max() > 0.1


def log_density(x, mean, covariance):
    """The log-density of a Gaussian up to a constant that depends on the covariance only."""
    return -0.5 * (x - mean) @ np.linalg.solve(covariance, x - mean)


@pytest.fixture
def regular(parameters):
    """The same mixtures with covariances made positive definite."""
    return tuple((w, m, s + np.eye(3), f) for w, m, s, f in parameters)


def test_product_of_densities_is_proportional_to_its_component(regular):
    (_, means, covariances, _), (_, nu, other, _) = regular
    m = closed_form("product_means")(
        means=means, covariances=covariances, other_means=nu, other_covariances=other
    )
    s = closed_form("product_covariances")(covariances=covariances, other_covariances=other)
    points = np.random.default_rng(3).normal(size=(4, 3))
    for a in range(3):
        for b in range(2):
            gaps = [
                log_density(x, means[a], covariances[a])
                + log_density(x, nu[b], other[b])
                - log_density(x, m[a, b], s[a, b])
                for x in points
            ]
            assert np.ptp(gaps) == pytest.approx(0, abs=1e-10)


def test_affine_image_moves_every_quadrature_point(parameters):
    rng = np.random.default_rng(4)
    matrix, shift = rng.normal(size=(2, 3)), rng.normal(size=2)
    _, means, covariances, factors = parameters[0]
    image_means = closed_form("affine_means")(matrix=matrix, shift=shift, means=means)
    image_covariances = closed_form("affine_covariances")(matrix=matrix, covariances=covariances)
    for c in range(3):
        points, mass = quadrature((np.ones(1), means[c : c + 1], covariances[c : c + 1], factors[c : c + 1]))
        image = points @ matrix.T + shift
        assert image_means[c] == pytest.approx(mass @ image, abs=ROUNDING)
        deviations = image - mass @ image
        expected = np.einsum("n,ni,nj->ij", mass, deviations, deviations)
        assert image_covariances[c] == pytest.approx(expected, abs=ROUNDING)


def test_conditional_is_the_slice_of_the_joint_density(regular):
    """Joint log-density minus conditional log-density must not depend on u."""
    _, means, covariances, _ = regular[0]
    v = np.array([0.3])
    blocks = {
        "means_u": means[:, :2],
        "means_v": means[:, 2:],
        "covariances_uv": covariances[:, :2, 2:],
        "covariances_vv": covariances[:, 2:, 2:],
    }
    m = closed_form("conditional_means")(**blocks, value=v)
    s = closed_form("conditional_covariances")(
        covariances_uu=covariances[:, :2, :2],
        covariances_uv=blocks["covariances_uv"],
        covariances_vv=blocks["covariances_vv"],
    )
    for c in range(3):
        gaps = [
            log_density(np.concatenate([u, v]), means[c], covariances[c]) - log_density(u, m[c], s[c])
            for u in np.random.default_rng(6).normal(size=(4, 2))
        ]
        assert np.ptp(gaps) == pytest.approx(0, abs=1e-10)


def test_ridge_half_step_solves_each_user_alone():
    rng = np.random.default_rng(7)
    observed, ratings = rng.integers(0, 2, (4, 5)), rng.normal(size=(4, 5))
    items = rng.normal(size=(5, 2))
    found = closed_form("ridge_half_step")(
        observed=observed, ratings=ratings, item_factors=items, regularization=0.7
    )
    for n in range(4):
        seen = observed[n] == 1
        rows = np.vstack([items[seen], np.sqrt(0.7) * np.eye(2)])
        target = np.concatenate([ratings[n, seen], np.zeros(2)])
        assert found[n] == pytest.approx(np.linalg.lstsq(rows, target)[0], abs=1e-10)


def test_m_step_is_that_of_scikit_learn():
    from sklearn.mixture._gaussian_mixture import _estimate_gaussian_parameters

    rng = np.random.default_rng(8)
    points, responsibilities = rng.normal(size=(30, 2)), rng.dirichlet(np.ones(3), size=30)
    counts, means, covariances = _estimate_gaussian_parameters(points, responsibilities, 0.0, "full")
    assert closed_form("em_weights")(responsibilities=responsibilities) == pytest.approx(counts / 30)
    arguments = {"responsibilities": responsibilities, "points": points}
    assert closed_form("em_means")(**arguments) == pytest.approx(means, abs=ROUNDING)
    assert closed_form("weighted_means")(**arguments) == pytest.approx(means, abs=ROUNDING)
    assert closed_form("em_covariances")(**arguments) == pytest.approx(covariances, abs=ROUNDING)


def test_nearest_labels_pick_the_nearest_center():
    rng = np.random.default_rng(9)
    points, centers = rng.normal(size=(20, 3)), rng.normal(size=(4, 3))
    labels = closed_form("nearest_labels")(points=points, centers=centers)
    nearest = [min(range(4), key=lambda c: np.linalg.norm(x - centers[c])) for x in points]
    assert labels.sum(axis=1) == pytest.approx(np.ones(20), abs=0)
    assert labels.argmax(axis=1).tolist() == nearest


BAD_ARGUMENTS = {
    "weights of another length": ({"weights": [0.5, 0.5], "means": np.zeros((3, 2))}, "axis K of means"),
    "means without an axis": ({"weights": [1.0], "means": [0.0]}, "means must be a real array with axes"),
    "complex weights": ({"weights": [1j], "means": [[0.0]]}, "weights must be a real array"),
    "text": ({"weights": ["a"], "means": [[0.0]]}, "weights must be a real array"),
}


@pytest.mark.parametrize("name", BAD_ARGUMENTS)
def test_bad_argument_is_named(name):
    arguments, message = BAD_ARGUMENTS[name]
    with pytest.raises(ValueError, match=message):
        closed_form("mixture_mean")(**arguments)


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "2"])
def test_a_size_is_a_positive_whole_number(size):
    with pytest.raises(ValueError, match="K must be a positive whole number"):
        closed_form("reconstruction_error_bound")(K=size, D=3)


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(KeyError, match="mixture_mean"):
        closed_form("mixture_means")


def test_a_value_the_theorem_does_not_state_is_refused():
    with pytest.raises(KernelError, match="not part of the claim"):
        generate(ClosedForm("stray", mixture_mean, mu[k]), "mixture_mean")


@pytest.mark.parametrize("name", closed_form_names())
def test_source_is_readable_and_names_its_theorem(name):
    form = closed_form(name)
    assert form.source.startswith(f"def {name}(*, ")
    assert f"Generated from the theorem {form.theorem}." in form.source


def test_names_are_unique():
    theorems = [module.THEOREM for module in closed_forms.theorem_modules()]
    names = [form.name for theorem in theorems for form in theorem.closed_forms]
    assert len(names) == len(set(names)) == len(closed_form_names())
