"""Figures: equal bytes for equal numbers, the ink that HTML recolors, pictures that keep their colors."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from sample_results import MEAN_CHECK, sample_results

from derivations.dependencies import Node
from reports.document import INK
from reports.figures import curves, dependencies, evidence_path, learning, mixtures, pictures


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


def test_four_pictures_stand_two_above_two_pixel_for_pixel() -> None:
    rng = np.random.default_rng(0)
    shown = [rng.integers(0, 256, (20, 30, 3)).astype(np.uint8) for _ in range(4)]
    whole = decoded(pictures.four(shown))
    corners = (whole[:20, :30], whole[:20, -30:], whole[-20:, :30], whole[-20:, -30:])
    for corner, picture in zip(corners, shown, strict=True):
        np.testing.assert_array_equal(corner[..., :3], picture)
    assert not whole[20:-20, :, 3].any(), "the gap is transparent"


def test_only_theorems_that_rest_on_something_or_carry_something_are_drawn() -> None:
    assert [node.id for node in dependencies.connected(NODES)] == ["a_lemma", "a_theorem"]


def test_each_box_of_the_graph_stands_right_of_what_it_rests_on() -> None:
    columns = dependencies._columns(dependencies.connected(NODES))
    assert columns == [["choice"], ["theorem a_lemma"], ["theorem a_theorem"]]
