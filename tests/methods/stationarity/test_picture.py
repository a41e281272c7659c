"""The picture of stationarity puts each series where its tests put it, and takes any name."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from leadlag import plot
from leadlag.methods.stationarity.question import check_stationarity
from leadlag.methods.stationarity.result import StationarityResult


@pytest.fixture(scope="module")
def result() -> StationarityResult:
    steps = np.random.default_rng(0).normal(size=(120, 3))
    data = pd.DataFrame({"$y_1$": steps[:, 0], "<b>": np.cumsum(steps[:, 1]), "twin": steps[:, 0] * 2.0, "flat": np.ones(120)})
    return check_stationarity(data)


def test_every_series_that_was_tested_has_its_point_and_its_name(result: StationarityResult) -> None:
    ax = plot.plane(result, ax=Figure().add_subplot())
    points = np.concatenate([np.asarray(group.get_offsets()) for group in ax.collections])
    tested = [item for item in result if item.verdict != "untestable"]
    heights = sorted(item.kpss / item.kpss_critical for item in tested)
    np.testing.assert_allclose(sorted(points[:, 1]), heights)
    written = {text.get_text() for text in ax.texts}
    assert {"$y_1$", "<b>", "twin"} <= written
    assert "flat" not in written
    assert "1 untestable" in ax.get_title(loc="left")


def test_names_of_points_on_one_another_stand_apart(result: StationarityResult) -> None:
    ax = plot.plane(result, ax=Figure().add_subplot())
    places = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert abs(np.log(places["$y_1$"] / places["twin"])) > 0.05


def test_one_series_and_none_can_be_drawn(result: StationarityResult) -> None:
    assert "integrated" in result["<b>"].plot(ax=Figure().add_subplot()).get_title(loc="left")
    assert "flat: untestable" in result["flat"].plot().get_title(loc="left")


def test_the_svg_can_be_read_with_any_name(result: StationarityResult) -> None:
    assert ET.fromstring(plot.svg_of(result)).tag.endswith("svg")


def test_many_series_are_points_without_names() -> None:
    many = check_stationarity(pd.DataFrame(np.random.default_rng(1).normal(size=(60, 40))).add_prefix("m"))
    ax = plot.plane(many, ax=Figure().add_subplot())
    assert not any(text.get_text().startswith("m") for text in ax.texts)
