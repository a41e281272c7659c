"""Residual diagnostics say what was found and what to do, for the model at hand."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leadlag.decision import residual_checks
from leadlag.methods.regression.diagnostic_words import residual_lines
from tests.test_decision import residuals


def lines(*, cov_type: str = "nonrobust", has_own_lags: bool = False, noise: str = "white", **found: Any) -> dict[str, str]:
    """The text of each check, by its code."""
    diagnostics = residuals(**{name: value for name, value in found.items() if name != "shift_at"})
    model = {"cov_type": cov_type, "has_own_lags": has_own_lags, "noise": noise}
    checks = residual_checks(diagnostics, **model)  # type: ignore[arg-type]
    told = residual_lines(checks, diagnostics, **model, shift_at=found.get("shift_at", ""))  # type: ignore[arg-type]
    return {check.code: line for check, line in zip(checks, told, strict=True)}


def test_a_pass_is_one_short_sentence_with_its_numbers() -> None:
    assert lines() == {
        "autocorrelation": "Autocorrelation: pass (Breusch-Godfrey, 4 lags: chi2(4) = 9.00; Durbin-Watson 2.00, p = 0.500).",
        "heteroscedasticity": "Heteroscedasticity: pass (Breusch-Pagan: chi2(4) = 9.00, p = 0.500).",
        "normality": "Normality: pass (Jarque-Bera: chi2(4) = 9.00; skewness 0.10, kurtosis 3.1, p = 0.500).",
        "stability": "Stability: pass (OLS-CUSUM of the level: 9.00, p = 0.500).",
    }


@pytest.mark.parametrize(
    ("code", "model", "said"),
    [
        ("autocorrelation", {}, "fail .*< 0.0001.* give own_lags or noise_order, or cov_type='HAC'"),
        ("autocorrelation", {"cov_type": "HAC"}, "review .*HAC errors and bands allow for it"),
        ("autocorrelation", {"cov_type": "HAC", "has_own_lags": True}, "fail .*biases the coefficients.*more own_lags"),
        ("autocorrelation", {"noise": "arma"}, "fail .*raise noise_order"),
        ("heteroscedasticity", {}, "fail .*cov_type='HC3', or logs"),
        ("heteroscedasticity", {"autocorrelation": 0.001}, "fail .*cov_type='HAC', or logs"),
        ("heteroscedasticity", {"noise": "arma"}, "fail .*What to do: logs of the KPI"),
        ("heteroscedasticity", {"cov_type": "HC3"}, "review .*The HC3 errors allow for it"),
        ("normality", {}, "review .*little for the bands"),
        ("normality", {"nobs": 60}, "fail .*bootstrap"),
        ("stability", {"shift_at": "2008-10"}, "fail .*shifts, most likely at 2008-10, so one set"),
        ("stability", {"autocorrelation": 0.001}, "review .*Either the level shifts, or this is the autocorrelation"),
    ],
)
def test_what_to_do_depends_on_the_model(code: str, model: dict[str, Any], said: str) -> None:
    with_it = {code: 1e-9} | model
    found = lines(**with_it)[code]
    assert "What to do: " in found
    assert re.search(said, found), found


def test_what_could_not_be_tested_says_why() -> None:
    assert lines(stability=float("nan"))["stability"].startswith("Stability: not applicable (too few rows")


def test_a_period_shows_its_control_characters() -> None:
    assert r"at a\nb," in lines(stability=1e-9, shift_at="a\nb")["stability"]
