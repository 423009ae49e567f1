"""Figures: equal bytes for equal numbers, the ink that HTML recolors, pictures that keep their colors."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from sample_results import MEAN_CHECK, sample_results

from algorithms.mixture import Mixture
from derivations.dependencies import Node
from reports.document import INK
from reports.figures import (
    curves,
    dependencies,
    evidence_path,
    gallery,
    learning,
    mixtures,
    pictures,
    steps,
    style,
)
from reports.live import Frame, Walk


def losses() -> bytes:
    return curves.losses([9.0, 4.0, 3.0, 2.5], [5.0, 3.0, 2.0, 2.2], best=2)


def objective() -> bytes:
    return curves.objective([3.0, 2.0, 1.5], title="J", ylabel="J", key="a key")


def paths() -> bytes:
    return evidence_path.paths([MEAN_CHECK])


def palette() -> bytes:
    return pictures.palette(np.array([[255.0, 0, 0], [0, 0, 300.0]]), np.array([0.3, 0.7]), key="palette")


def cloud() -> bytes:
    picture = sample_results().moments_picture
    return mixtures.cloud(picture.points, picture.labels, picture.spreads)


def densities() -> bytes:
    picture = sample_results().sum_picture
    return mixtures.densities(picture.samples, picture.grid, picture.curves)


def convergence() -> bytes:
    return learning.convergence(sample_results().convergence_picture)


def rank_errors() -> bytes:
    return learning.rank_errors(sample_results().rank_picture)


def heat_maps() -> bytes:
    return learning.heat_maps([learning.Heat("one", np.eye(2)), learning.Heat("two", -np.eye(3))])


def clusters() -> bytes:
    colors = np.array([[0.0, 0, 255], [250, 10, 10], [255, 0, 0]])
    return pictures.clusters(colors, colors[:2], np.array([0.4, 0.6]))


def components() -> bytes:
    picture = sample_results().sum_picture
    x, y, z = picture.masses
    return mixtures.components(picture.grid, (x, y), z)


def contours() -> bytes:
    colors = np.array([[0.0, 0, 255], [250, 10, 10], [255, 0, 0]])
    mixture = Mixture(
        np.array([0.4, 0.6]), np.array([[0.0, 0, 250], [250, 5, 5]]), np.stack([np.eye(3) * 90] * 2)
    )
    return mixtures.contours(
        [mixtures.Pixels("two", colors), mixtures.Pixels("one", colors[:1])], mixture, (0, 2)
    )


def scores() -> bytes:
    rivals = [curves.Scored("worse", 0.9, 0.05), curves.Scored("better", 0.7, 0.04)]
    return curves.scores(rivals, xlabel="RMSE", key="scores")


RUN = Walk(
    algorithm="k-means",
    points=((0.0, 0.0), (1.0, 0.0), (4.0, 3.0)),
    frames=tuple(
        Frame(
            f"Iteration {n}: moved.",
            9.0 - n,
            ((0.5, 0.0), (4.0, 3.0)),
            ((100, 0), (100, 0), (0, 100)),
            covariances,
        )
        for n, covariances in enumerate([((1.0, 0.0, 1.0), (1.0, 0.5, 2.0))] * 8)
    ),
    objective="J",
)


def small_multiples() -> bytes:
    return steps.small_multiples(RUN, stride=1, symbol="J", key="steps")


def six_pictures() -> bytes:
    rng = np.random.default_rng(0)
    flat = np.full((20, 30, 3), 200, np.uint8)
    noise = rng.integers(0, 256, flat.shape).astype(np.uint8)
    return gallery.gallery(
        [gallery.Tile(noise, "original", "600 colors")] + [gallery.Tile(flat, "k = 1", "1 color")] * 5
    )


NODES = (
    Node("a_lemma", "A lemma", (), ("choice",)),
    Node("a_theorem", "A theorem with quite a long title to be broken", ("a_lemma",), ()),
    Node("apart", "Apart", (), ()),
)


def graph() -> bytes:
    return dependencies.graph(dependencies.connected(NODES))


SVG = [
    losses,
    objective,
    paths,
    palette,
    cloud,
    densities,
    convergence,
    rank_errors,
    heat_maps,
    clusters,
    graph,
    components,
    contours,
    scores,
    small_multiples,
    six_pictures,
]


@pytest.mark.parametrize("draw", SVG)
def test_the_same_numbers_give_the_same_bytes(draw) -> None:
    assert draw() == draw()


@pytest.mark.parametrize("draw", SVG)
def test_letters_and_axes_are_drawn_in_the_ink_that_html_replaces(draw) -> None:
    assert INK.encode() in draw()


@pytest.mark.parametrize("draw", SVG)
def test_no_black_is_left_that_a_dark_page_would_swallow(draw) -> None:
    colors = set(re.findall(rb"(?:fill|stroke): ?(#[0-9a-f]{6}|black)", draw()))
    assert colors.isdisjoint({b"#000000", b"black"})


@pytest.mark.parametrize("draw", SVG)
def test_no_date_and_no_creator_is_written(draw) -> None:
    names = {element.tag.rsplit("}")[-1] for element in ET.fromstring(draw()).iter()}
    assert names.isdisjoint({"date", "creator"})


def x_of_path(svg: bytes, color: str) -> list[float]:
    """The x coordinates of the line drawn in `color`."""
    path = re.search(rb'<path d="([^"]*)"[^>]*stroke: ' + color.encode(), svg)
    assert path
    return [float(x) for x in re.findall(rb"[ML] ([\d.]+) ", path[1])]


def test_the_random_start_is_left_out_of_the_loss_curves() -> None:
    assert len(x_of_path(losses(), "#c9541c")) == 3


def test_the_start_is_shown_when_nothing_was_better() -> None:
    assert len(x_of_path(curves.losses([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], best=0), "#c9541c")) == 3


def decoded(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


def test_two_pictures_stand_side_by_side_pixel_for_pixel() -> None:
    rng = np.random.default_rng(0)
    left, right = (rng.integers(0, 256, (20, 30, 3)).astype(np.uint8) for _ in range(2))
    pair = decoded(pictures.side_by_side(left, right))
    np.testing.assert_array_equal(pair[:, :30, :3], left)
    np.testing.assert_array_equal(pair[:, -30:, :3], right)
    assert not pair[:, 30:-30, 3].any(), "the gap is transparent"


def test_a_wide_picture_is_thinned_and_keeps_only_its_own_colors() -> None:
    two_colors = np.zeros((10, 2000, 3), np.uint8)
    two_colors[:, ::3] = 200
    pair = decoded(pictures.side_by_side(two_colors, two_colors))
    assert pair.shape[1] <= 2 * pictures.WIDEST + pictures.GAP
    assert set(np.unique(pair[:, : pictures.WIDEST // 2, :3])) == {0, 200}


def test_noise_that_compresses_badly_is_thinned_below_the_limit() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (600, 640, 3)).astype(np.uint8)
    content = pictures.side_by_side(noise, noise)
    assert len(content) <= pictures.LARGEST
    assert decoded(content).shape[0] < 600


def test_a_single_pixel_is_a_picture_too() -> None:
    pixel = np.full((1, 1, 3), 7, np.uint8)
    assert decoded(pictures.side_by_side(pixel, pixel)).shape == (1, 2 + pictures.GAP, 4)


def test_only_theorems_that_rest_on_something_or_carry_something_are_drawn() -> None:
    assert [node.id for node in dependencies.connected(NODES)] == ["a_lemma", "a_theorem"]


def test_each_box_of_the_graph_stands_right_of_what_it_rests_on() -> None:
    columns, edges = dependencies._columns(dependencies.connected(NODES))
    assert columns == [["choice"], ["theorem a_lemma"], ["theorem a_theorem"]]
    assert edges == [["choice", "theorem a_lemma"], ["theorem a_lemma", "theorem a_theorem"]]


def test_a_line_that_passes_a_column_has_a_place_of_its_own_there() -> None:
    last = Node("last", "Last", ("a_theorem",), ("choice",))
    columns, edges = dependencies._columns((*dependencies.connected(NODES), last))
    (path,) = [path for path in edges if path[0] == "choice" and path[-1] == "theorem last"]
    assert [name in column for name, column in zip(path, columns, strict=True)] == [True] * 4


def embedded(drawn: bytes) -> list[np.ndarray]:
    """The photographs in a drawing."""
    found = re.findall(rb'href="data:image/png;base64,([^"]+)"', drawn)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(each))).convert("RGB")) for each in found]


def test_the_gallery_shows_every_pixel_of_small_pictures_as_it_is() -> None:
    rng = np.random.default_rng(0)
    shown = [rng.integers(0, 256, (20, 30, 3)).astype(np.uint8) for _ in range(2)]
    shown.append(np.full((20, 30, 3), 200, np.uint8))
    drawn = gallery.gallery([gallery.Tile(pixels, str(n), "") for n, pixels in enumerate(shown)])
    for found, pixels in zip(embedded(drawn), shown, strict=True):
        np.testing.assert_array_equal(found, pixels)


def test_the_gallery_thins_a_large_picture_and_keeps_only_its_own_colors() -> None:
    two_colors = np.zeros((10, 2000, 3), np.uint8)
    two_colors[:, ::3] = 200
    (found,) = embedded(gallery.gallery([gallery.Tile(two_colors, "k = 2", "")]))
    assert found.shape[1] <= gallery.WIDEST
    assert set(np.unique(found)) == {0, 200}


@pytest.mark.parametrize("n_colors", [1, 2, 16, 256, 257])
def test_a_small_png_is_exactly_its_pixels(n_colors: int) -> None:
    pixels = np.arange(3 * 24 * 24).reshape(24, 24, 3) % 251
    pixels[..., 0] = np.arange(576).reshape(24, 24) % n_colors // 3
    pixels[..., 1] = np.arange(576).reshape(24, 24) % n_colors % 3
    pixels[..., 2] = 7
    content = gallery.small_png(pixels.astype(np.uint8))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")), pixels)
    assert (Image.open(io.BytesIO(content)).mode == "P") == (n_colors <= 256)


def test_a_run_is_shown_from_its_first_moment_to_its_last() -> None:
    shown = steps.moments(RUN, stride=1)
    assert (shown[0], shown[-1]) == (0, len(RUN.frames) - 1)
    assert list(shown) == sorted(set(shown))
    assert set(steps.moments(RUN, stride=2)) <= {0, 2, 4, 6}


def test_the_shares_of_a_spectrum_are_what_each_dimension_takes_from_the_error() -> None:
    errors = learning.RankErrors(np.array([2.0, 1, 0]), np.ones((1, 3)), np.array([1.0, 0.3, 0.0]), 2)
    np.testing.assert_allclose(errors.spectrum, [0.7, 0.3])


def test_contours_enclose_the_shares_they_are_said_to() -> None:
    # A round Gaussian: the contour around a share s has the radius sqrt(-2 ln(1 - s)) standard deviations.
    mixture = Mixture(np.array([1.0]), np.full((1, 3), 128.0), np.stack([np.eye(3) * 400]))
    drawn = mixtures.contours([mixtures.Pixels("none", np.full((1, 3), 128.0))], mixture, (0, 1))
    paths = re.findall(rb'<path d="([^"]*)"', drawn[drawn.index(b"QuadContourSet") :])[: len(mixtures.SHARES)]
    widths = sorted(np.ptp([float(x) for x in re.findall(rb"[ML] ([\d.-]+) ", path)]) for path in paths)
    expected = [np.sqrt(-2 * np.log(1 - share)) for share in sorted(mixtures.SHARES)]
    # 4,000 draws know a share to 0.008 and the outermost radius to 3 percent; the grid adds a percent.
    np.testing.assert_allclose(np.array(widths) / widths[-1], np.array(expected) / expected[-1], rtol=0.06)


def test_markers_that_are_alike_are_styled_once_and_look_the_same() -> None:
    drawn = b'<g clip-path="url(#a)">\n<use x="1" style="fill: red"/>\n<use x="2" style="fill: red"/>\n</g>'
    assert style._smaller(drawn) == (
        b'<g clip-path="url(#a)" style="fill: red">\n<use x="1"/>\n<use x="2"/>\n</g>'
    )
    mixed = drawn.replace(b"red", b"blue", 1)
    assert style._smaller(mixed) == mixed
