"""The picture of a local projection shows both bands, says which view it is, and takes any name."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import leadlag as ll
from leadlag import plot
from leadlag.errors import UsageError
from leadlag.methods.projection.result import LocalProjection
from tests.methods.projection.numbers.test_projection import pair


@pytest.fixture(scope="module")
def found() -> LocalProjection:
    y, x = pair()
    data = pd.DataFrame({"$y_1$": y, "<script>x": x})
    return ll.local_projection(data, kpi="$y_1$", lead="<script>x", horizons=10, catalogue=[ll.Metric("$y_1$", unit="$")])


def words(svg: str) -> str:
    return " ".join(str(text.text) for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))


@pytest.mark.parametrize("show", ["level", "cumulative"])
def test_title_and_axes_say_the_view_the_units_and_the_names_letter_by_letter(found, show: str) -> None:
    svg = plot.to_svg(plot.response(found, show=show))
    told = words(svg)
    assert "Response to a surprise in the lead (local projection)" in told
    assert "periods after the surprise in <script>x" in told
    assert "$y_1$ ($)" in told
    assert "<script" not in svg


def test_both_bands_are_drawn_as_they_are_in_the_table(found) -> None:
    ax = found.plot()
    table = found.to_frame()
    all_at_once, alone = ax.collections
    edges = all_at_once.get_paths()[0].vertices
    assert edges[:, 1].min() == table["low_all"].min()
    assert edges[:, 1].max() == table["high_all"].max()
    np.testing.assert_array_equal([line[:, 1] for line in alone.get_segments()], table[["low", "high"]])
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert told == ["95 % band of each period alone", "95 % band of all at once", "largest"]


def test_one_horizon_has_a_picture_too() -> None:
    y, x = pair()
    one = ll.local_projection(pd.DataFrame({"y": y, "x": x}), kpi="y", lead="x", horizons=[3])
    assert list(one.plot().get_xlim()) == [2.6, 3.4]


def test_given_axes_are_used_and_settings_outside_stay_as_they_are(found) -> None:
    before, ax = dict(mpl.rcParams), Figure().add_subplot()
    assert found.plot(ax=ax, show="cumulative") is ax
    assert not plt.get_fignums()
    assert dict(mpl.rcParams) == before


def test_the_same_picture_every_time_also_as_text(found) -> None:
    assert plot.svg_of(found) == plot.svg_of(found)


def test_what_cannot_be_shown_is_refused(found) -> None:
    with pytest.raises(UsageError, match="show='profile'"):
        found.plot(show="profile")
