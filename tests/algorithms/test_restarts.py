"""Random starts, several starts, and the choice of the number of components."""

import numpy as np
import pytest

from algorithms import em, kmeans, mixture_selection, restarts
from algorithms.errors import InputError
from algorithms.mixture import Mixture


def blobs(seed, n_samples=240):
    rng = np.random.default_rng(seed)
    return 9 * np.eye(3)[rng.integers(3, size=n_samples), :2] + rng.standard_normal((n_samples, 2))


def test_random_centers_are_distinct_samples_drawn_by_weight():
    X, weight = np.arange(4.0)[:, None], np.array([1.0, 0.0, 2.0, 1.0])
    counts = np.zeros(4)
    rng = np.random.default_rng(0)
    for _ in range(4000):
        centers = restarts.random_centers(X, weight, 2, rng).ravel()
        assert len(set(centers)) == 2
        counts[centers[:1].astype(int)] += 1
    # Six standard errors of a frequency of 1/2: a false alarm in about one of 1e9 seeds.
    assert np.all(np.abs(counts / 4000 - weight / 4) <= 6 * np.sqrt(0.25 / 4000))
    assert counts[1] == 0


def test_more_random_centers_than_samples_repeat_some_once_all_are_drawn():
    X, weight = np.arange(4.0)[:, None], np.array([1.0, 0.0, 1.0, 1e-300])
    centers = restarts.random_centers(X, weight, 7, np.random.default_rng(0)).ravel()
    assert sorted(set(centers)) == [0, 2, 3]
    assert sorted(centers[:3]) == sorted(centers[3:6]) == [0, 2, 3]


@pytest.mark.parametrize("start", [kmeans.plus_plus_centers, restarts.random_centers])
def test_the_best_run_of_k_means_is_kept(start):
    X = np.random.default_rng(1).standard_normal((80, 2))
    rng = np.random.default_rng(2)
    runs = [kmeans.fit_from(X, start(X, np.ones(80), 7, rng)).inertia for _ in range(6)]
    best = restarts.best_kmeans(X, 7, rng=np.random.default_rng(2), n_init=6, start=start)
    assert len(set(runs)) > 1
    assert best.inertia == min(runs)


def test_the_best_run_of_em_is_kept():
    X = np.random.default_rng(3).standard_normal((80, 2))
    rng = np.random.default_rng(4)
    runs = [em.fit(X, 4, rng=rng).trace[-1] for _ in range(5)]
    best = restarts.best_em(X, 4, rng=np.random.default_rng(4), n_init=5)
    assert len(set(runs)) > 1
    assert best.trace[-1] == max(runs)


def test_the_criteria_by_hand_for_one_gaussian():
    X = np.array([[0.0], [2.0], [4.0]])
    mixture = Mixture(np.array([1.0]), np.array([[2.0]]), np.array([[[4.0]]]))
    # ln N at distances 0, 2, 2 with variance 4: -3/2 ln(8 pi) - 1/2 (1 + 1).
    log_likelihood = -1.5 * np.log(8 * np.pi) - 1
    assert mixture_selection.n_parameters(mixture) == 2
    assert mixture_selection.aic(mixture, X) == pytest.approx(4 - 2 * log_likelihood, rel=1e-14)
    assert mixture_selection.bic(mixture, X) == pytest.approx(2 * np.log(3) - 2 * log_likelihood, rel=1e-14)
    doubled = mixture_selection.bic(mixture, X, sample_weight=[2, 2, 2])
    assert doubled == pytest.approx(mixture_selection.bic(mixture, np.repeat(X, 2, axis=0)), rel=1e-14)


def test_every_criterion_finds_three_well_separated_components():
    train, held_out = blobs(5), blobs(6)
    seen = []
    table = mixture_selection.select(
        train,
        held_out,
        lambda k: restarts.best_em(train, k, rng=np.random.default_rng(k), n_init=3),
        [1, 2, 3, 4, 5],
        on_iteration=lambda done, of: seen.append((done, of)),
    )
    assert seen == [(k, 5) for k in (1, 2, 3, 4, 5)]
    assert [row.n_components for row in table.candidates] == [1, 2, 3, 4, 5]
    assert table.best_by_bic.n_components == 3
    assert table.best_held_out.n_components == 3
    # The likelihood of the training samples itself would always ask for more.
    assert np.all(np.diff([row.fit.trace[-1] for row in table.candidates]) > 0)
    best = table.best_by_aic
    assert best.aic == mixture_selection.aic(best.fit.mixture, train)
    assert best.held_out == pytest.approx(best.fit.mixture.log_prob(held_out).mean(), rel=1e-14)


def test_refuses_no_starts_and_nothing_to_choose_from():
    X = blobs(0)
    with pytest.raises(InputError, match="n_init to be 1 or more"):
        restarts.best_kmeans(X, 2, rng=np.random.default_rng(0), n_init=0)
    with pytest.raises(InputError, match="n_init to be 1 or more"):
        restarts.best_em(X, 2, rng=np.random.default_rng(0), n_init=0)
    with pytest.raises(InputError, match="numbers of components to choose from"):
        mixture_selection.select(X, X, lambda k: em.fit(X, k, rng=np.random.default_rng(0)), [])
