"""Residual diagnostics in words: what was found, what it means for this model, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from leadlag.wording.shown import among, number, periods, shown

if TYPE_CHECKING:
    from leadlag.decision.checks import Check
    from leadlag.methods.regression.numbers.diagnostics import Diagnostics, ResidualTest

__all__ = ["residual_lines"]


def residual_lines(
    checks: Sequence[Check],
    diagnostics: Diagnostics,
    *,
    cov_type: str,
    has_own_lags: bool,
    noise: str,
    shift_at: object = "",
) -> tuple[str, ...]:
    """One text a check: the answer, the numbers behind it, and what to do where it is no pass.

    Parameters
    ----------
    checks : sequence of Check
        From `leadlag.decision.residual_checks`, with the same `cov_type`, `has_own_lags` and `noise`.
    diagnostics : Diagnostics
    cov_type, has_own_lags, noise
        What the model allows for.
    shift_at : object, optional
        Period of `diagnostics.shift`, as it is to be shown.

    Returns
    -------
    tuple of str
        In the order of `checks`.
    """
    answers = {check.code: check.status for check in checks}
    advice = {
        "autocorrelation": _autocorrelation(cov_type, has_own_lags=has_own_lags, noise=noise),
        "heteroscedasticity": _heteroscedasticity(answers, cov_type, noise=noise),
        "normality": _normality(answers.get("normality", "")),
        "stability": _stability(answers, shown(shift_at)),
    }
    numbers = _numbers(diagnostics)
    return tuple(_line(check, numbers[check.code], advice[check.code]) for check in checks)


def _line(check: Check, numbers: str, advice: str) -> str:
    name = f"{check.code[0].upper()}{check.code[1:]}"
    if check.status == "not applicable":
        return f"{name}: not applicable (too few rows, or residuals that do not vary)."
    told = f"{name}: {check.status} ({numbers}, p {among(check.value)})."
    return told if check.status == "pass" else f"{told} {advice}"


def _numbers(found: Diagnostics) -> dict[str, str]:
    """Test and statistic of each check."""
    lags = f"Breusch-Godfrey, {periods(found.order, 'lag')}"
    watson = f"Durbin-Watson {number(found.durbin_watson)}"
    shape = f"skewness {number(found.skewness, digits=2)}, kurtosis {number(found.kurtosis, digits=2)}"
    return {
        "autocorrelation": f"{lags}: {_chi2(found.autocorrelation)}; {watson}",
        "heteroscedasticity": f"Breusch-Pagan: {_chi2(found.heteroscedasticity)}",
        "normality": f"Jarque-Bera: {_chi2(found.normality)}; {shape}",
        "stability": f"OLS-CUSUM of the level: {number(found.stability.statistic)}",
    }


def _chi2(test: ResidualTest) -> str:
    return f"chi2({test.df}) = {number(test.statistic)}"


def _autocorrelation(cov_type: str, *, has_own_lags: bool, noise: str) -> str:
    if noise != "white":
        return "The noise model leaves some over. What to do: raise noise_order, or add what is missing (trend, season, lags)."
    if has_own_lags:
        return (
            "Beside own lags it biases the coefficients, and no cov_type repairs that. What to do: give more own_lags, or add "
            "what is missing (trend, season, lags)."
        )
    if cov_type == "HAC":
        return "HAC errors and bands allow for it. What to do: nothing; own_lags or noise_order may make the bands narrower."
    return (
        f"The {cov_type} errors do not allow for it: the bands are wrong, most often too narrow. What to do: give own_lags or "
        "noise_order, or cov_type='HAC'."
    )


def _heteroscedasticity(answers: Mapping[str, str], cov_type: str, *, noise: str) -> str:
    logs = "logs of the KPI if its swings grow with its level"
    if cov_type != "nonrobust":
        told = f"The {cov_type} errors allow for it; intervals of single predictions do not."
        return f"{told} What to do: nothing for the bands; {logs}."
    robust = "HAC" if _related(answers) else "HC3"
    ways = logs if noise != "white" else f"cov_type='{robust}', or {logs}"
    return f"The bands suppose an even spread. What to do: {ways}."


def _normality(status: str) -> str:
    look = "look at the largest residuals for errors in the data and one-off events"
    if status == "fail":
        return f"With so few rows the bands rest on it. What to do: {look}; prefer bootstrap intervals."
    return f"It matters little for the bands, more for intervals of single predictions. What to do: {look}."


def _stability(answers: Mapping[str, str], shift_at: str) -> str:
    place = f", most likely at {shift_at}" if shift_at else ""
    if _related(answers):
        return (
            f"Either the level shifts{place}, or this is the autocorrelation, which the test takes for shifts. What to do: "
            "take it up with own_lags or noise_order, then look again."
        )
    return (
        f"The level shifts{place}, so one set of coefficients may not hold throughout. What to do: add the event as a control, "
        "or fit the two parts apart."
    )


def _related(answers: Mapping[str, str]) -> bool:
    return answers.get("autocorrelation") in ("review", "fail")
