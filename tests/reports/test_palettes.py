"""Palettes of many sizes: those of the report where it has them, and honest about the loss."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from sample_results import sample_results

from algorithms import images
from reports.live import Palettes
from reports.palettes import SIZES, palettes


@pytest.fixture(scope="module")
def made() -> Palettes:
    return palettes(sample_results().images, image=2)


def test_there_is_a_palette_of_every_size(made: Palettes) -> None:
    assert tuple(len(palette.colors) for palette in made.palettes) == SIZES
    assert (made.image, made.size) == (2, 5)


def test_sizes_of_the_report_are_those_of_the_report(made: Palettes) -> None:
    study = sample_results().images
    told = {len(palette.colors): palette for palette in made.palettes}
    for compression in (study.kmeans, *study.gallery):
        palette = told[len(compression.fit.centers)]
        assert sorted(palette.colors) == sorted(
            map(tuple, images.to_pixels(compression.fit.centers).tolist())
        )
        assert palette.distortion == round(compression.distortion, 1)


def test_the_loss_is_that_of_all_pixels_in_their_nearest_color(made: Palettes) -> None:
    study = sample_results().images
    pixels = study.image.pixels.reshape(-1, 1, 3).astype(int)
    for palette in made.palettes:
        nearest = ((pixels - np.array(palette.colors)) ** 2).sum(axis=2).min(axis=1).mean()
        # Labels of k-means belong to its centers; the colors shown are these rounded, 1/2 off at most.
        assert palette.distortion == pytest.approx(nearest, abs=1.0)


def test_more_colors_never_lose_more(made: Palettes) -> None:
    assert all(before.distortion > after.distortion for before, after in pairwise(made.palettes))


def test_a_picture_of_few_colors_has_no_palettes_beyond_them() -> None:
    study = replace(sample_results().images, n_distinct=7)
    told = {len(each.fit.centers) for each in (study.kmeans, *study.gallery)}
    sizes = {len(palette.colors) for palette in palettes(study, image=0).palettes}
    assert sizes == {size for size in SIZES if size <= 7} | (told & set(SIZES))
