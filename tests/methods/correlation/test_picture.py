"""The picture of a cross-correlation says who moves first, and takes any name."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from leadlag import plot
from leadlag.methods.correlation.question import cross_correlation
from leadlag.methods.correlation.result import CrossCorrelation


@pytest.fixture
def result() -> CrossCorrelation:
    rng = np.random.default_rng(0)
    x = rng.normal(size=90)
    weeks = pd.date_range("2020-01-06", periods=90, freq="7D")
    data = pd.DataFrame({"$y_1$": np.roll(x, 2) + rng.normal(size=90), "<b>": x}, index=weeks)
    return cross_correlation(data, kpi="$y_1$", lead="<b>")


def test_the_axis_says_which_side_is_which(result: CrossCorrelation) -> None:
    ax = result.plot(ax=Figure().add_subplot())
    assert ax.get_xlabel() == "Lag (weeks): to the right the lead moves first"
    low, high = ax.get_xlim()
    assert low < -12 < 12 < high


def test_every_lag_has_its_stem_and_lags_outside_their_band_a_full_head(result: CrossCorrelation) -> None:
    ax = plot.stems(result, ax=Figure().add_subplot())
    heads = [line for line in ax.lines if line.get_marker() == "o"]
    drawn = {lag for line in heads for lag in line.get_xdata()}
    full = {lag for line in heads if line.get_markerfacecolor() != "white" for lag in line.get_xdata()}
    assert drawn == set(range(-12, 13))
    assert full == set(result.significant_lags)


def test_names_are_drawn_letter_by_letter(result: CrossCorrelation) -> None:
    svg = plot.svg_of(result)
    words = " ".join(str(text.text) for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))
    assert "$y_1$" in words
    assert "<b> moves first" in words


def test_given_axes_are_used(result: CrossCorrelation) -> None:
    ax = Figure().add_subplot()
    assert result.plot(ax=ax) is ax
