"""However rows are stored, blocks give the same bits; and but for rounding, what fits in memory gives."""

import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from multiprocessing import get_context

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import em, kmeans, streaming
from algorithms.errors import InputError
from algorithms.mixture import Mixture
from algorithms.streaming import ArrayRows, Blocks, NpyShards, ParquetFiles
from algorithms.streaming import em as streamed_em
from algorithms.streaming import kmeans as streamed_kmeans
from algorithms.streaming.blocks import Tree
from algorithms.streaming.moments import mean_and_covariance


def some_rows(seed=0, n=700, d=3):
    rng = np.random.default_rng(seed)
    return 100.0 + 6 * rng.standard_normal((4, d))[rng.integers(4, size=n)] + rng.standard_normal((n, d))


def shards(folder, X, cuts):
    """X as .npy files, cut at the given rows; some may be empty."""
    paths = []
    for number, part in enumerate(np.split(X, sorted(cuts))):
        paths.append(folder / f"{number}.npy")
        np.save(paths[-1], part)
    return NpyShards(paths)


def start_mixture(X):
    return Mixture(np.full(3, 1 / 3), X[:3].copy(), np.stack([4 * np.eye(X.shape[1])] * 3))


def all_results(data, X):
    moments = mean_and_covariance(data)
    clusters = streamed_kmeans.fit_from(data, X[:4])
    mixture = streamed_em.fit_from(data, start_mixture(X), max_iter=4, tol=0.0)
    return {
        "mean": moments.mean,
        "covariance": moments.covariance,
        "centers": clusters.centers,
        "inertia": np.array(clusters.trace),
        "means": mixture.mixture.means,
        "covariances": mixture.mixture.covariances,
        "log-likelihood": np.array(mixture.trace),
        "drawn": data.sample(20, np.random.default_rng(0)).X,
    }


def assert_same_bits(one, other):
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name], err_msg=name)


@given(cuts=st.lists(st.integers(0, 700), max_size=6), workers=st.integers(1, 3))
@settings(max_examples=10)  # each one writes files and fits twice
def test_any_files_and_any_number_of_threads_give_the_same_bits(tmp_path_factory, cuts, workers):
    X = some_rows()
    whole = all_results(Blocks(ArrayRows(X), block_rows=64), X)
    with ThreadPoolExecutor(workers) as threads:
        stored = shards(tmp_path_factory.mktemp("shards"), X, cuts)
        assert_same_bits(whole, all_results(Blocks(stored, threads, block_rows=64), X))


def test_a_memory_map_and_an_array_in_another_order_give_the_same_bits(tmp_path):
    X = some_rows()
    np.save(tmp_path / "all.npy", X)
    whole = all_results(Blocks(ArrayRows(X), block_rows=64), X)
    mapped = ArrayRows(np.load(tmp_path / "all.npy", mmap_mode="r"))
    assert_same_bits(whole, all_results(Blocks(mapped, block_rows=64), X))
    assert_same_bits(whole, all_results(Blocks(ArrayRows(np.asfortranarray(X)), block_rows=64), X))
    assert_same_bits(whole, all_results(Blocks(ArrayRows(np.repeat(X, 2, axis=0)[::2]), block_rows=64), X))


def test_parquet_files_give_the_same_bits(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pytest.importorskip("pyarrow").table
    X = some_rows()
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for path, part in zip(paths, (X[:450], X[450:]), strict=True):
        columns = dict(zip("xyz", part.T, strict=True))
        parquet.write_table(table({"other": np.zeros(len(part)), **columns}), path, row_group_size=100)
    stored = ParquetFiles(paths, ["x", "y", "z"])
    assert (stored.n_samples, stored.n_features) == (700, 3)
    np.testing.assert_array_equal(stored.read(95, 460), X[95:460])
    assert_same_bits(
        all_results(Blocks(ArrayRows(X), block_rows=64), X), all_results(Blocks(stored, block_rows=64), X)
    )
    with pytest.raises(InputError, match=r"found no w in a\.parquet"):
        ParquetFiles(paths, ["x", "w"])
    with pytest.raises(InputError, match="expected a Parquet file"):
        ParquetFiles([tmp_path / "none.parquet"], ["x"])


def test_processes_agree_with_threads(tmp_path):
    X = some_rows()
    stored = shards(tmp_path, X, [300])
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        found = mean_and_covariance(Blocks(stored, processes, block_rows=64))
    expected = mean_and_covariance(Blocks(stored, block_rows=64))
    np.testing.assert_array_equal(found.mean, expected.mean)
    np.testing.assert_array_equal(found.covariance, expected.covariance)


@pytest.mark.full
@pytest.mark.filterwarnings("default")  # what the cluster warns of (ports, memory) is its own affair
def test_a_dask_cluster_agrees_with_threads(tmp_path):
    distributed = pytest.importorskip("distributed")
    X = some_rows()
    stored = shards(tmp_path, X, [300])
    expected = all_results(Blocks(stored, block_rows=64), X)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        found = all_results(Blocks(stored, client.get_executor(), block_rows=64), X)
    # Workers run their linear algebra on one thread, which may round differently; EM carries that along.
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-10, err_msg=name)


# Against the algorithms in memory, and exact arithmetic


@given(n=st.integers(1, 60), block_rows=st.integers(1, 70), offset=st.sampled_from([0.0, 1e8]))
def test_moments_stay_within_the_bound_for_any_block_size(n, block_rows, offset):
    X = offset + np.random.default_rng(n).standard_normal((n, 2))
    found = mean_and_covariance(Blocks(ArrayRows(X), block_rows=block_rows))
    b = -(-n // block_rows)
    extent = float(np.ptp(X)) + 1e-300
    bound = (2 * n / b + 9 * np.log2(b) + 9) * 2**-53 * extent
    exact = [[Fraction(x) for x in column] for column in X.T]
    means = [sum(column) / n for column in exact]
    for i in range(2):
        assert abs(Fraction(found.mean[i]) - means[i]) <= Fraction(bound + 2 * 2**-53 * abs(found.mean[i]))
        for j in range(2):
            products = [(x - means[i]) * (y - means[j]) for x, y in zip(exact[i], exact[j], strict=True)]
            assert abs(Fraction(found.covariance[i, j]) - sum(products) / n) <= Fraction(2 * bound * extent)
    assert found.n_samples == n


@given(seed=st.integers(0, 999), block_rows=st.integers(5, 120), k=st.integers(1, 5))
@settings(max_examples=40)
def test_k_means_is_that_in_memory(seed, block_rows, k):
    X = some_rows(seed, 90, 2)
    data = Blocks(ArrayRows(X), block_rows=block_rows)
    ours, reference = streamed_kmeans.fit_from(data, X[:k]), kmeans.fit_from(X, X[:k])
    assert (ours.n_iter, ours.converged) == (reference.n_iter, reference.converged)
    # Sums of offsets of size 1e2 in another order.
    np.testing.assert_allclose(ours.centers, reference.centers, rtol=1e-13)
    np.testing.assert_allclose(ours.trace, reference.trace, rtol=1e-12)
    assert ours.inertia == ours.trace[-1]
    found = np.concatenate(list(streamed_kmeans.labels(data, ours.centers)))
    np.testing.assert_array_equal(found, reference.labels)


@given(seed=st.integers(0, 999), block_rows=st.integers(3, 40))
@settings(max_examples=40)
def test_empty_clusters_move_as_they_do_in_memory(seed, block_rows):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((30, 2))
    start = np.concatenate([X[:1], 1e3 + rng.standard_normal((3, 2))])
    ours = streamed_kmeans.fit_from(Blocks(ArrayRows(X), block_rows=block_rows), start)
    reference = kmeans.fit_from(X, start)
    np.testing.assert_allclose(ours.trace, reference.trace, rtol=1e-12)
    np.testing.assert_allclose(ours.centers, reference.centers, rtol=1e-12, atol=1e-14)


def test_more_clusters_than_distinct_rows_lose_nothing():
    X = np.repeat([[0.0], [1.0], [5.0]], 4, axis=0)
    ours = streamed_kmeans.fit_from(Blocks(ArrayRows(X), block_rows=3), np.zeros((5, 1)))
    assert (ours.inertia, ours.converged) == (0.0, True)


@given(seed=st.integers(0, 999), block_rows=st.integers(9, 120))
@settings(max_examples=20)  # each one fits twice
def test_em_is_that_in_memory(seed, block_rows):
    X = some_rows(seed, 90, 2)
    data = Blocks(ArrayRows(X), block_rows=block_rows)
    ours = streamed_em.fit_from(data, start_mixture(X), tol=0.0, max_iter=5)
    reference = em.fit_from(X, start_mixture(X), tol=0.0, max_iter=5)
    # At a fixed point rounding decides which iteration is the last.
    shared = min(len(ours.trace), len(reference.trace))
    np.testing.assert_allclose(ours.trace[:shared], reference.trace[:shared], rtol=1e-9)
    # Five iterations from a poor start magnify roundings.
    np.testing.assert_allclose(ours.mixture.means, reference.mixture.means, rtol=1e-8)
    np.testing.assert_allclose(ours.mixture.covariances, reference.mixture.covariances, rtol=1e-6, atol=1e-8)


def test_a_component_without_rows_keeps_its_place():
    X = np.random.default_rng(0).standard_normal((50, 1))
    far = Mixture(np.array([0.5, 0.5]), np.array([[0.0], [1e4]]), np.ones((2, 1, 1)))
    fit = streamed_em.fit_from(Blocks(ArrayRows(X), block_rows=16), far, covariance_floor=1e-6)
    assert fit.mixture.weights[1] == 0.0
    assert fit.mixture.means[1, 0] == 1e4


def test_fitting_from_scratch_finds_the_clusters_of_all_rows():
    X = some_rows(3, 2000)
    data, seen = Blocks(ArrayRows(X), block_rows=256), []
    clusters = streamed_kmeans.fit(
        data, 4, rng=np.random.default_rng(0), on_iteration=lambda *step: seen.append(step)
    )
    assert clusters.converged
    assert seen == [(i, 300) for i in range(1, clusters.n_iter + 1)]
    seen.clear()
    mixture = streamed_em.fit(
        data, 4, rng=np.random.default_rng(0), on_iteration=lambda *step: seen.append(step)
    )
    assert mixture.converged
    assert seen == [(i, 200) for i in range(1, mixture.n_iter + 1)]
    assert np.diff(mixture.trace).min() >= -1e-9 * abs(mixture.trace[0])
    assert mixture.trace[-1] == pytest.approx(mixture.mixture.log_prob(X).sum(), rel=1e-10)


def test_all_rows_equal_is_fitted_with_the_floor_of_one():
    data = Blocks(ArrayRows(np.full((100, 2), 7.0)), block_rows=30)
    fit = streamed_em.fit(data, 1, rng=np.random.default_rng(0))
    np.testing.assert_allclose(fit.mixture.covariances[0], 1e-6 * np.eye(2), rtol=1e-12)


# The machinery


@given(n=st.integers(1, 40))
def test_the_tree_merges_in_order_and_is_balanced(n):
    tree = Tree(lambda left, right: (left, right))
    for leaf in range(n):
        tree.add(leaf)

    def leaves(node):
        return leaves(node[0]) + leaves(node[1]) if isinstance(node, tuple) else [node]

    def depth(node):
        return 1 + max(map(depth, node)) if isinstance(node, tuple) else 0

    total = tree.total()
    assert leaves(total) == list(range(n))
    assert depth(total) <= np.ceil(np.log2(n))


def test_sampling_draws_every_row_alike_and_no_row_twice():
    data = Blocks(ArrayRows(np.arange(30.0)[:, None]), block_rows=7)
    drawn = data.sample(10, np.random.default_rng(0)).X.ravel()
    assert len(set(drawn)) == 10
    assert sorted(drawn) == drawn.tolist()
    np.testing.assert_array_equal(data.sample(99, np.random.default_rng(0)).X.ravel(), np.arange(30.0))


def test_sources_of_files_are_sent_by_name(tmp_path):
    stored = shards(tmp_path, some_rows(n=50_000), [7])
    assert len(pickle.dumps(stored)) < 2_000
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(stored)).read(5, 9), some_rows(n=50_000)[5:9])


def test_a_bad_number_is_found_in_its_block():
    X = some_rows()
    X[300, 1] = np.nan
    with pytest.raises(InputError, match=r"rows 256 to 319: expected finite data"):
        mean_and_covariance(Blocks(ArrayRows(X), block_rows=64))


def test_files_that_do_not_fit_are_refused(tmp_path):
    np.save(tmp_path / "wide.npy", np.zeros((3, 4)))
    np.save(tmp_path / "flat.npy", np.zeros(3))
    np.save(tmp_path / "empty.npy", np.zeros((0, 3)))
    np.save(tmp_path / "good.npy", np.zeros((2, 3)))
    (tmp_path / "text.npy").write_text("x,y\n1,2\n")
    for names, message in (
        (["good", "wide"], "the same columns"),
        (["flat"], "the same columns"),
        (["empty"], "without rows"),
        (["text"], "plain .npy"),
        (["missing"], "plain .npy"),
        (["good", "good"], "each file once"),
        ([], "expected files"),
    ):
        with pytest.raises(InputError, match=message):
            NpyShards([tmp_path / f"{name}.npy" for name in names])
    with pytest.raises(InputError, match="expected an array of shape"):
        ArrayRows(np.zeros(3))
    with pytest.raises(InputError, match="block_rows to be 1 or more"):
        Blocks(ArrayRows(np.zeros((3, 1))), block_rows=0)


@pytest.mark.full
def test_data_larger_than_what_it_takes_are_fitted_in_flat_memory(tmp_path):
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{number}.npy" for number in range(8)]
    for path in paths:  # 8 files of 64 MiB
        np.save(path, rng.standard_normal((1 << 20, 8)))
    data = Blocks(NpyShards(paths), ThreadPoolExecutor(2))
    process = psutil.Process()
    peaks = []
    watch = partial(_watch, process, peaks)
    before = process.memory_full_info().uss
    streamed_kmeans.fit(data, 5, rng=rng, max_iter=3, on_iteration=watch)
    streamed_em.fit(data, 3, rng=rng, max_iter=2, on_iteration=watch)
    # Two blocks of 1 MiB with their temporary arrays, the 50,000 rows of the start, threads, and allocators.
    assert max(peaks) - before < 150 * 2**20
    assert streaming.NpyShards(paths).n_samples == 8 << 20


def _watch(process, peaks, done, of):
    peaks.append(process.memory_full_info().uss)
