"""Pictures show every interval, name units, take any name, and leave nothing behind."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from leadlag import plot
from leadlag.errors import UsageError
from leadlag.results import Result
from tests import rankings

PICTURES = [
    lambda ax=None: plot.ranking(rankings.nasty(), ax=ax),
    lambda ax=None: plot.heatmap(rankings.nasty(), ax=ax),
    lambda ax=None: plot.profile(rankings.nasty()["$x_1$"], ax=ax),
]


@pytest.mark.parametrize("picture", PICTURES)
def test_hostile_names_are_drawn_letter_by_letter(picture) -> None:
    svg = plot.to_svg(picture())
    words = {text.text for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    assert any("$x_1$" in str(word) for word in words)
    assert any("<script>" in str(word) for word in words)
    assert "<script" not in svg


@pytest.mark.parametrize("picture", PICTURES)
def test_given_axes_are_used_and_returned(picture) -> None:
    ax = Figure().add_subplot()
    assert picture(ax=ax) is ax
    assert not plt.get_fignums()


@pytest.mark.parametrize("picture", PICTURES)
def test_settings_outside_stay_as_they_are(picture) -> None:
    before = dict(mpl.rcParams)
    plot.to_svg(picture())
    assert dict(mpl.rcParams) == before


def test_a_notebook_backend_that_loads_inside_the_theme_stays_interactive() -> None:
    before = mpl.is_interactive()
    try:
        with plot.theme():
            mpl.interactive(True)
        assert mpl.is_interactive()
    finally:
        mpl.interactive(before)


@pytest.mark.parametrize("picture", PICTURES)
def test_svg_is_the_same_every_time_and_asks_nothing_from_outside(picture) -> None:
    first, second = plot.to_svg(picture()), plot.to_svg(picture())
    assert first == second
    assert "<dc:date" not in first
    assert 'href="http' not in first
    assert "url(http" not in first


@pytest.mark.parametrize(
    "build", [rankings.housing, rankings.one_lead, rankings.none_found, rankings.none_testable, rankings.many]
)
def test_every_text_of_a_ranking_is_inside_its_figure(build) -> None:
    figure = plot.ranking(build()).figure
    figure.canvas.draw()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 >= 0
    assert drawn.y0 >= 0
    assert drawn.x1 <= width
    assert drawn.y1 <= height


def test_ranking_draws_the_intervals_of_leads_and_of_nothing_else() -> None:
    result = rankings.housing()
    lines = [
        line for line in plot.ranking(result).lines if len(line.get_xdata()) == 2 and line.get_ydata()[0] == line.get_ydata()[1]
    ]
    drawn = {tuple(np.round(line.get_xdata(), 6)) for line in lines}
    effects = {item.verdict: item.evidence.effect for item in result.decisions if item.evidence.effect}
    drawn_of = {verdict: (round(each.low, 6), round(each.high, 6)) in drawn for verdict, each in effects.items()}
    assert drawn_of == {"lead": True, "none": False}


def test_ranking_says_unit_delay_and_who_could_not_be_tested() -> None:
    ax = plot.ranking(rankings.housing())
    texts = {text.get_text() for text in ax.texts}
    assert "thousand homes a year" in ax.get_xlabel()
    assert "90 % interval" in ax.get_xlabel()
    assert {"Delay in months", "1 [1-2]", "2 [1-3]", "not tested"} <= texts
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["lead"]


def test_a_wild_interval_of_no_lead_does_not_squeeze_the_leads() -> None:
    result = rankings.ranking_of([rankings.found("demos", size=40.0), rankings.not_found("wild", size=90_000.0)])
    low, high = plot.ranking(result).get_xlim()
    assert high - low < 300


def test_long_rankings_are_cut_and_say_so() -> None:
    assert "not drawn: 160 more candidates" in plot.ranking(rankings.many(200)).get_xlabel()
    assert "not drawn: 170 more candidates" in plot.heatmap(rankings.many(200)).get_xlabel()


def test_heatmap_frames_the_delay_set_of_leads_only() -> None:
    ax = plot.heatmap(rankings.housing())
    assert len(ax.patches) == 2 + 3
    assert ax.get_xlabel().startswith("Lag (months)")
    assert all(row.norm.vmin == -row.norm.vmax == ax.collections[0].norm.vmin for row in ax.collections)


def test_profile_shades_the_delay_set_and_draws_every_interval() -> None:
    result = rankings.housing()["mortgage_rate"]
    ax = plot.profile(result)
    assert sum(patch.get_alpha() == 0.13 for patch in ax.patches) == 3
    assert len(ax.collections[0].get_segments()) == 12
    assert ax.get_xlabel() == "Lag (months) by which mortgage_rate moves first"
    assert "thousand homes a year" in ax.get_ylabel()


def test_draw_picks_the_picture() -> None:
    result = rankings.housing()
    assert result.plot().get_title(loc="left") == "What leads housing_starts"
    assert result.plot(kind="heatmap").get_title(loc="left") == "Lag by lag: value of t for housing_starts"
    assert result["building_permits"].plot().get_title(loc="left") == "When housing_starts follows building_permits"


def test_pictures_that_do_not_exist_are_refused_in_a_sentence() -> None:
    with pytest.raises(UsageError, match="kind='pie' is not allowed"):
        rankings.housing().plot(kind="pie")
    with pytest.raises(UsageError, match="no lag profile to draw: the lead is constant"):
        rankings.housing()["flat"].plot()
    with pytest.raises(UsageError, match="at least one candidate that could be tested"):
        plot.heatmap(rankings.none_testable())
    with pytest.raises(UsageError, match="Result has no picture"):
        plot.draw(Result())
    with pytest.raises(UsageError, match="DataFrame has no picture"):
        plot.draw(pd.DataFrame())  # type: ignore[arg-type]
