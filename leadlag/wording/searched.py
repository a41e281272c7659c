"""How much was tried, and what was adjusted for it, in the line that every summary has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadlag.wording.layout import labelled
from leadlag.wording.shown import periods

if TYPE_CHECKING:
    from leadlag.results import Provenance, Search

__all__ = ["counted", "searched", "searched_facts", "searched_lines"]


def counted(search: Search) -> str:
    """What was tried, as a product: ``20 leads x 12 lags x 5 shapes = 1,200 tests``."""
    factors = (
        (search.n_segments, "segment"), (search.n_kpis, "KPI"), (search.n_leads, search.lead_word),
        (search.n_lags, search.lag_word), (search.n_shapes, "shape"), (search.n_transforms, "transform"),
    )  # fmt: skip
    told = [periods(count, word) for count, word in factors if count != 1]
    product = 1
    for count, _ in factors:
        product *= count
    tests = periods(search.n_tests, "test")
    if not told:
        return tests
    return f"{' x '.join(told)}{f' = {tests}' if product == search.n_tests else f', {tests}'}"


def searched(search: Search) -> str:
    """What was tried and adjusted, in a line without a verb."""
    if search.correction == "none":
        return f"{counted(search)}; not adjusted: {search.family}"
    return f"{counted(search)}; {search.correction}: {search.family}"


def searched_facts(provenance: Provenance) -> Iterator[tuple[str, str]]:
    """The line with its label; none for a result that does not know it."""
    if provenance.search is not None:
        yield "Searched", searched(provenance.search)


def searched_lines(provenance: Provenance) -> list[str]:
    """The same as lines of at most 80 columns."""
    return labelled(searched_facts(provenance))
