"""Pictures of a lagged regression show what its table has, say which view it is, and take any name."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import leadlag as ll
from leadlag import plot
from tests.methods.regression.test_question import frame, regressed


@pytest.fixture(scope="module")
def odd() -> ll.LaggedRegressionResult:
    data = frame().rename(columns={"sales": "$y_1$", "visits": "<script>x", "price": "新規_" + "x" * 60})
    return ll.lagged_regression(data, kpi="$y_1$", leads=list(data.columns[1:]), max_lag=5)


def words(svg: str) -> str:
    return " ".join(str(text.text) for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))


def test_a_profile_is_drawn_as_it_is_in_the_table() -> None:
    profile = regressed()["visits"]
    ax, table = plot.lag_profile(profile, ax=Figure().add_subplot()), profile.to_frame()
    np.testing.assert_allclose([bar.get_height() for bar in ax.containers[0]], table["effect"])
    np.testing.assert_array_equal([line[:, 1] for line in ax.collections[0].get_segments()], table[["low", "high"]])
    band = next(patch for patch in ax.patches if hasattr(patch, "get_data"))
    np.testing.assert_array_equal(band.get_data().values, table["high_all"])
    np.testing.assert_array_equal(band.get_data().baseline, table["low_all"])


def test_the_delay_and_its_set_are_marked_only_where_a_lag_stands_out() -> None:
    found = regressed()["visits"]
    marks = [line for line in found.plot(ax=Figure().add_subplot()).lines if line.get_marker() == "D"]
    assert [list(line.get_xdata()) for line in marks] == [[found.delay]]
    nothing = regressed(frame().assign(visits=np.random.default_rng(9).normal(size=140)))["visits"]
    assert nothing.first_lag is None
    assert not [line for line in nothing.plot(ax=Figure().add_subplot()).lines if line.get_marker() == "D"]


def test_a_peak_beyond_the_lags_shown_is_said_and_not_marked() -> None:
    ax = regressed(horizon=2)["visits"].plot(ax=Figure().add_subplot())
    assert not [line for line in ax.lines if line.get_marker() == "D"]
    assert "peak at lag 3, not shown" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_title_and_axes_say_the_view_the_unit_and_the_names_letter_by_letter(odd) -> None:
    svg = plot.svg_of(odd.profiles[0])
    told = words(svg)
    assert "Lag profile (distributed lag)" in told
    assert "Lag (weeks)" in told
    assert "Effect on $y_1$" in told
    assert "per unit of <script>x" in told
    assert "<script" not in svg
    assert "Sums of lag profiles (distributed lags)" in words(plot.svg_of(odd))


def test_long_run_effects_are_those_of_one_sd(odd) -> None:
    ax = odd.plot(ax=Figure().add_subplot())
    drawn = np.sort(np.concatenate([line.get_xdata() for line in ax.lines if line.get_marker() == "o"]))
    np.testing.assert_allclose(drawn, np.sort([profile.effect for profile in odd.profiles]))
    full = [line for line in ax.lines if line.get_marker() == "o" and line.get_markerfacecolor() != "white"]
    apart = [profile for profile in odd.profiles if profile.long_run.low > 0 or profile.long_run.high < 0]
    assert sum(len(line.get_xdata()) for line in full) == len(apart)


def test_of_one_lead_the_profile_is_drawn() -> None:
    assert regressed().plot(ax=Figure().add_subplot()).get_xlabel() == "Lag (weeks)"


@pytest.mark.filterwarnings("ignore:.*exact combinations")
def test_what_is_not_known_is_not_drawn_as_zero() -> None:
    found = regressed(frame().assign(other=lambda d: d["visits"]), ["visits", "other"])
    for view in (found, found["other"]):
        assert "not known" in words(plot.svg_of(view))


def test_given_axes_are_used_and_settings_outside_stay_as_they_are(odd) -> None:
    before, ax = dict(mpl.rcParams), Figure().add_subplot()
    assert odd.plot(ax=ax) is ax
    assert odd.profiles[0].plot(ax=ax) is ax
    assert not plt.get_fignums()
    assert dict(mpl.rcParams) == before


def test_the_same_picture_every_time(odd) -> None:
    assert plot.svg_of(odd.profiles[0]) == plot.svg_of(odd.profiles[0])
