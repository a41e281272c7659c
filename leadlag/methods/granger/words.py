"""The Granger-style test in words: its null, its table and its explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leadlag.wording.fit import errors, explained, rows_used
from leadlag.wording.layout import CAVEAT, labelled, lines_of, page
from leadlag.wording.notes import cadence_facts
from leadlag.wording.searched import searched_facts
from leadlag.wording.shown import Prose, among, cut, joined, number, numbered, periods, pvalue, shown, wrap
from leadlag.wording.table import Column, table

if TYPE_CHECKING:
    from leadlag.methods.granger.result import GrangerResult

__all__ = ["aliased_text", "exact_text", "explain", "null", "summary"]

_NAME = 28
_COLUMNS = (Column("lag", 5), Column("coefficient", 14), Column("std. error", 14), Column("t", 9), Column("p", 9))


def null(kpi: str, lead: str, *, order: Sequence[int], own_order: Sequence[int], controls: Sequence[str] = ()) -> str:
    """What the test supposes, as a sentence.

    Examples
    --------
    >>> null("sales", "visits", order=[1, 2], own_order=[1, 2])
    'Given lags 1 to 2 of sales, lags 1 to 2 of visits do not help to predict sales.'
    """
    kpi, lead = shown(kpi), shown(lead)
    given = joined([f"{numbered('lag', own_order)} of {kpi}", *map(shown, controls)])
    verb = "does" if len(order) == 1 else "do"
    return f"Given {given}, {numbered('lag', order)} of {lead} {verb} not help to predict {kpi}."


def exact_text(kpi: str, lead: str) -> str:
    """That the full model leaves no error."""
    return f"with {shown(lead)} the model fits {shown(kpi)} exactly: look whether the lead is made from the KPI"


def aliased_text(lead: str, lags: Sequence[int]) -> str:
    """That some tested lags were left out."""
    verb = "is" if len(lags) == 1 else "are"
    return f"{numbered('lag', lags)} of {shown(lead)} {verb} an exact combination of the other columns and could not be tested"


def summary(result: GrangerResult) -> Prose:
    """Test and coefficients as text of at most 80 columns."""
    kpi, lead = cut(shown(result.kpi), _NAME), cut(shown(result.lead), _NAME)
    head = wrap(f"Granger-style test: does {lead} help to predict {kpi}?")
    facts = labelled(_facts(result))
    return page(head, facts, _coefficients(result), [CAVEAT])


def explain(result: GrangerResult) -> Prose:
    """What the test says, in plain sentences."""
    kpi, lead, lags = shown(result.kpi), shown(result.lead), numbered("lag", result.order)
    if result.exact:
        found = (
            f"With {lags} of {lead} beside its own past, {kpi} is fitted without any error. Numbers that are measured "
            "apart hardly ever do that: look whether one is made from the other."
        )
    else:
        found = (
            f"If {lags} of {lead} did not help to predict {kpi} beyond its own past, a result at least as clear as this one "
            f"would come up with probability {pvalue(result.pvalue)} ({_statistic(result)})."
        )
    told = [
        found,
        (
            f"The explained share of {kpi}'s variation goes from {explained(result.rsquared_restricted)} without {lead} to "
            f"{explained(result.rsquared)} with it, on {periods(result.nobs, result.unit)}."
        ),
    ]
    if len(result.order) > 1:
        told.append("The lags are tested together: the test does not say which of them counts, and its order is not the delay.")
    if result.augment:
        told.append(
            f"{periods(result.augment, 'further lag')} of both stood in the model untested, so that the test also holds for "
            "series that wander (Toda and Yamamoto)."
        )
    told.append(f"That {lead} helps to predict {kpi} would not show that moving {lead} moves {kpi}.")
    return lines_of(told)


def _facts(result: GrangerResult) -> Iterator[tuple[str, str]]:
    yield "Null", result.null
    yield "Result", _statistic(result) + (", an exact fit" if result.exact else "")
    yield "Fit", f"R2 {number(result.rsquared_restricted)} without the lead, {number(result.rsquared)} with it"
    yield "Rows", rows_used(result.nobs, result.n_dropped, result.unit)
    yield "Errors", errors(result.cov_type, bandwidth=result.bandwidth, correction=result.correction)
    if result.augment:
        yield "Untested", f"{periods(result.augment, 'further lag')} of both (Toda-Yamamoto)"
    if result.aliased:
        yield "Left out", aliased_text(result.lead, result.aliased)
    yield from searched_facts(result.provenance)
    yield from cadence_facts(result.provenance)


def _coefficients(result: GrangerResult) -> list[str]:
    """One line a tested lag, in units of the data."""
    rows = []
    for row in zip(result.order, result.params, result.bse, result.tvalues, result.pvalues, strict=True):
        lag, coefficient, bse, t, p = row
        rows.append((str(lag), number(float(coefficient)), number(float(bse)), number(float(t)), pvalue(float(p))))
    return table(_COLUMNS, rows)


def _statistic(result: GrangerResult) -> str:
    """Such as ``F(3, 44) = 5.41, p = 0.0030``."""
    arguments = ", ".join(f"{each:,}" if len(result.df) == 1 else str(each) for each in result.df)
    return f"{result.distribution}({arguments}) = {number(result.statistic)}, p {among(result.pvalue)}"
