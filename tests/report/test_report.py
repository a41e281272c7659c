"""The report is one file that holds everything, asks for nothing, and takes any name as text."""

from __future__ import annotations

import base64
import os
import re
import xml.etree.ElementTree as ET
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leadlag as ll
from leadlag import report
from leadlag.errors import UsageError
from leadlag.ranking.result import LeadRanking
from leadlag.report.content import ranking_content
from leadlag.report.render import render
from leadlag.results import Result
from tests import rankings

PAYLOADS = st.one_of(st.sampled_from(rankings.NASTY), st.text(min_size=1, max_size=40))


class _Reader(HTMLParser):
    """Every element of a page with its attributes, and all text outside of style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    @property
    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]


def _page_without_pictures(ranking: LeadRanking) -> str:
    content = ranking_content(ranking)
    addresses = {"ranking": "data:,", "heatmap": "data:,"} | {card["id"]: "data:," for card in content["cards"]}
    return render("report.html", content | {"charts": addresses})


def _with_names(names: list[str]) -> LeadRanking:
    """The same ranking, whatever the names."""
    lead, other, lost, kpi, unit, column = names
    return rankings.ranking_of(
        [rankings.found("1" + lead), rankings.not_found("2" + other), rankings.empty("3" + lost, "LL204", lost)],
        kpi=kpi, kpi_unit=unit, left_out=((column, column),), warnings=(("LL112", column),),
    )  # fmt: skip


def _skeletons(ranking: LeadRanking) -> list[list[tuple[str, tuple[str, ...]]]]:
    """Elements and attributes of the page, of the table in a notebook, and of each lead there."""
    pages = [_page_without_pictures(ranking), *map(report.notebook_html, (ranking, *ranking))]
    return [_Reader(page).skeleton for page in pages]


@cache
def _plain_skeletons() -> list[list[tuple[str, tuple[str, ...]]]]:
    return _skeletons(_with_names(list("abcdef")))


@pytest.fixture(scope="module")
def page() -> str:
    return report.report_html(rankings.nasty())


# Names are text


@settings(deadline=None, max_examples=40)
@given(st.lists(PAYLOADS, min_size=6, max_size=6))
def test_names_never_become_markup(names: list[str]) -> None:
    assert _skeletons(_with_names(names)) == _plain_skeletons()


def test_names_are_read_as_they_are(page: str) -> None:
    text = "".join(_Reader(page).text)
    for name in (
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "a|b",
        "$x_1$",
        "売上高の先行指標",
        "evil\\u202etxt.exe",
        "two\\nlines",
    ):
        assert name in text


# One file, no script, no request


def test_page_has_no_script_and_asks_nothing_from_anywhere(page: str) -> None:
    elements = _Reader(page).elements
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in elements}
    for _, attributes in elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert str(attributes.get("src", "data:")).startswith("data:")
        assert str(attributes.get("href", "#")).startswith("#")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_page_forbids_what_it_does_not_need(page: str) -> None:
    policies = [
        attributes["content"] for tag, attributes in _Reader(page).elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_pictures_are_whole_svg_documents(page: str) -> None:
    sources = [str(attributes["src"]) for tag, attributes in _Reader(page).elements if tag == "img"]
    assert len(sources) == 2 + 9
    for source in sources:
        kind, data = source.split(",", 1)
        assert kind == "data:image/svg+xml;base64"
        assert ET.fromstring(base64.b64decode(data)).tag == "{http://www.w3.org/2000/svg}svg"


def test_same_ranking_gives_same_bytes() -> None:
    assert report.report_html(rankings.housing()) == report.report_html(rankings.housing())


def test_page_of_many_candidates_stays_under_its_size() -> None:
    ranking = rankings.many(1200)
    assert len(ranking.leads) == 60
    page = report.report_html(ranking)
    assert len(page.encode()) < 1_500_000
    assert "and 40 more leads" in page
    assert "and 200 more candidates" in page


# For every reader


def test_page_can_be_read_without_seeing_it(page: str) -> None:
    elements = _Reader(page).elements
    tags = [tag for tag, _ in elements]
    assert tags.count("h1") == tags.count("main") == tags.count("nav") == tags.count("footer") == 1
    assert ("html", {"lang": "en"}) in elements
    assert tags.count("table") == tags.count("caption")
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in elements if tag == "th")
    assert all(len(str(attributes.get("alt"))) > 30 for tag, attributes in elements if tag == "img")
    # behind the picture of the ranking stands the ranked table, behind every other one its own; checks need no picture
    tables = [attributes for tag, attributes in elements if tag == "table" and attributes.get("class") != "checks"]
    assert tags.count("img") == len(tables)


def test_ids_are_unique_and_every_link_leads_somewhere(page: str) -> None:
    elements = _Reader(page).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    links = [str(attributes["href"])[1:] for tag, attributes in elements if tag == "a"]
    labels = [attributes["aria-labelledby"] for _, attributes in elements if "aria-labelledby" in attributes]
    assert len(ids) == len(set(ids))
    assert {*links, *labels} <= set(ids)


def test_colours_have_contrast(page: str) -> None:
    blocks = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    palettes = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in blocks]
    assert len(palettes) == 3
    pairs = [("ink", "paper"), ("faint", "paper"), ("accent", "paper"), ("ink", "raised"), ("lead", "lead-back")]
    assert min(_contrast(palette[front], palette[back]) for palette in palettes for front, back in pairs) >= 4.5


def _contrast(first: str, second: str) -> float:
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# What it says


def test_page_answers_first_then_shows_and_ends_with_how() -> None:
    text = " ".join("".join(_Reader(_page_without_pictures(rankings.housing())).text).split())
    order = [
        "2 of 7 candidates lead housing_starts: building_permits by 1 month and mortgage_rate by 2 months.",
        "Candidates from best to worst",
        "1. building_permits",
        "A lasting rise of building_permits by 51.7",
        "2. mortgage_rate",
        "What this does not show",
        "Prediction is not cause",
        "1990-01 to 2024-06, 414 months; nobs 390, n_dropped 24",
        "ranking = ll.rank_leads( data, kpi='housing_starts', max_lag=12, fdr=0.1, rng=0, n_draws=1999, )",
        "Made with leadlag",
    ]
    for part in order:
        _, found, text = text.partition(part)
        assert found == part


def test_untestable_candidates_keep_a_row_with_their_reason() -> None:
    text = "".join(_Reader(_page_without_pictures(rankings.housing())).text)
    assert "too few periods for this lead: 19 periods, 52 are needed [LL204]" in text


@pytest.mark.parametrize("build", [rankings.none_found, rankings.none_testable, rankings.one_lead])
def test_rankings_with_little_to_show_have_a_page(build, tmp_path: Path) -> None:
    path = build().report(tmp_path / "report.html")
    assert "What this does not show" in path.read_text(encoding="utf-8")


def test_there_is_no_report_of_other_results() -> None:
    with pytest.raises(UsageError, match="no report for a RankedLead: give the ranking"):
        report.report_html(rankings.housing()["flat"])


# Files


def test_report_is_written_to_its_path_and_nowhere_else(tmp_path: Path) -> None:
    path = rankings.none_found().report(tmp_path / "report.html")
    assert path == tmp_path / "report.html"
    assert os.listdir(tmp_path) == ["report.html"]
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_is_not_written_under_the_name_of_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"report\.pdf.*ends in \.html"):
        report.write_report(rankings.ranking_of([rankings.found("visits")]), tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_symbolic_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "target.html").write_text("old")
    (tmp_path / "link.html").symlink_to(tmp_path / "target.html")
    with pytest.raises(UsageError, match="symbolic link"):
        report.write_whole(tmp_path / "link.html", "new")
    assert (tmp_path / "target.html").read_text() == "old"


def test_paths_that_cannot_be_written_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        report.write_whole(tmp_path, "text")
    with pytest.raises(UsageError, match="folder that does not exist"):
        report.write_whole(tmp_path / "missing" / "report.html", "text")


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device"):
        report.write_whole(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.html"]


# In a notebook


def test_notebook_table_is_small_and_says_what_it_leaves_out() -> None:
    html = rankings.many(200)._repr_html_()
    assert len(html.encode()) < 40_000
    assert "and 150 more" in html
    hostile = [rankings.found(f"{place}\"<>&'" * 40) for place in range(200)]
    assert len(rankings.ranking_of(hostile)._repr_html_().encode()) < 40_000


def test_notebook_table_has_no_script_and_no_colour_of_its_own() -> None:
    html = rankings.nasty()._repr_html_()
    assert "script" not in {tag for tag, _ in _Reader(html).elements}
    assert "color: inherit" in html
    assert not re.search(r"(?<!-)color: (?!inherit)|background: (?!transparent)", html)
    assert "prefers-color-scheme" not in html


def test_notebook_shows_leads_and_other_results_too() -> None:
    assert "80 thousand homes a year higher" in rankings.housing()["building_permits"]._repr_html_()

    class Other(Result):
        def summary(self) -> str:
            return "a < b"

    assert report.notebook_html(Other()).strip() == "<pre>a &lt; b</pre>"


def test_page_and_notebook_name_units_time_left_and_the_lead_behind_an_indirect_one(tmp_path: Path) -> None:
    ranking = rankings.every_verdict()
    page = ranking.report(tmp_path / "report.html").read_text(encoding="utf-8")
    for text in (page, ranking._repr_html_()):
        assert "Effect (EUR)" in text
        assert ">Left</th>" in text
        assert "explained by demos" in text
        assert "price and holiday, in every model" in text
    assert "51.7 hours" in page
    assert ">Left</th>" not in rankings.housing()._repr_html_()


def test_a_forecast_stands_on_the_page_of_its_ranking_and_on_no_other(tmp_path: Path) -> None:
    data = ll.simulate_leads(n_noise=1, rng=1).data
    ranking = ll.rank_leads(data, kpi="kpi", max_lag=6, n_draws=99, evidence=False)
    forecast = ranking.forecast(horizons=[1, 4])
    page = ranking.report(tmp_path / "report.html", forecast=forecast).read_text(encoding="utf-8")
    assert 'id="forecast-title"' in page
    assert all(row.period in page for row in forecast.segments[0].rows)
    assert 'id="forecast-title"' not in ranking.report(tmp_path / "report.html").read_text(encoding="utf-8")
    other = next(name for name in data if name != "kpi")
    with pytest.raises(UsageError, match="forecast is of 'kpi'"):
        ll.rank_leads(data, kpi=other, max_lag=6, n_draws=99, evidence=False).report(tmp_path / "report.html", forecast=forecast)
