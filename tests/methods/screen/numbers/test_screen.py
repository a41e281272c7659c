"""The screen's lag products give the numbers of one regression a test; where they cannot, QR does."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter
from statsmodels.tsa.stattools import grangercausalitytests

from leadlag.core.linear.wald import f_sf
from leadlag.core.time.lags import cross_products, lag_matrix, lead_products, shifted_rows
from leadlag.errors import UsageError
from leadlag.methods.granger.numbers import granger
from leadlag.methods.screen.numbers.screen import REASONS, ScreenNumbers, screen

FloatArray = NDArray[np.float64]

#: Log p against a regression of its own for each test; an absolute error here is a relative error of p.
SAME = 1e-10


def series(seed: int, n: int, count: int, *, phi: float = 0.5) -> FloatArray:
    noise = np.random.default_rng(seed).normal(size=(n + 60, count))
    return np.asarray(lfilter([1.0], [1.0, -phi], noise, axis=0)[60:])


def led(seed: int = 0, n: int = 120, *, n_kpis: int = 2, n_leads: int = 4, phi: float = 0.5) -> tuple[FloatArray, FloatArray]:
    """KPIs and leads; the first lead moves the first KPI two periods later."""
    kpis, leads = series(seed, n, n_kpis, phi=phi), series(seed + 1, n, n_leads, phi=phi)
    kpis[2:, 0] += leads[:-2, 0]
    return kpis, leads


def reasons(numbers: ScreenNumbers) -> set[str]:
    return {REASONS[place] for place in np.unique(numbers.reason)}


def slow(
    kpis: FloatArray, leads: FloatArray, order: int, *, hold_back: int | None, controls: FloatArray | None = None
) -> Iterator[tuple[int, int, tuple[float, ...] | None]]:
    """One regression of its own for each pair: what `granger_test` says, or None where it refuses."""
    for kpi in range(kpis.shape[1]):
        for lead in range(leads.shape[1]):
            try:
                found = granger(kpis[:, kpi], leads[:, lead], lags=range(1, order + 1), hold_back=hold_back, controls=controls)
            except UsageError:
                yield kpi, lead, None
                continue
            yield kpi, lead, (found.nobs, *found.df, found.log_pvalue)


def assert_same(
    kpis: FloatArray, leads: FloatArray, max_order: int, *, hold_back: int | None, controls: FloatArray | None = None
) -> ScreenNumbers:
    """Screen, and compare each test with a regression of its own."""
    found = screen(kpis, leads, max_order=max_order, hold_back=hold_back, controls=controls)
    for order in range(1, max_order + 1):
        for kpi, lead, expected in slow(kpis, leads, order, hold_back=hold_back, controls=controls):
            at = (kpi, lead, order - 1)
            if expected is None:
                assert math.isnan(found.statistic[at]), (at, found.statistic[at])
                continue
            assert (found.nobs[at], found.df_num[at], found.df_den[at]) == expected[:3], at
            assert found.log_pvalue[at] == pytest.approx(expected[3], rel=SAME, abs=SAME), at
    return found


@pytest.mark.parametrize("hold_back", [None, 6, 9])
@pytest.mark.parametrize("phi", [0.0, 0.9, 1.0])
def test_every_order_is_the_regression_of_that_order(phi: float, hold_back: int | None) -> None:
    found = assert_same(*led(phi=phi), 6, hold_back=hold_back)
    assert (found.n_qr, found.n_gaps, reasons(found)) == (0, 0, {""})
    assert found.log_pvalue[0, 0, 3] < math.log(1e-6)


@pytest.mark.parametrize("hold_back", [None, 5])
def test_controls_are_in_both_models(hold_back: int | None) -> None:
    kpis, leads = led(3)
    controls = series(9, 120, 2)
    kpis += controls[:, :1]
    assert_same(kpis, leads, 5, hold_back=hold_back, controls=controls)
    assert_same(kpis, leads, 5, hold_back=hold_back, controls=np.column_stack([controls, controls[:, 0] - controls[:, 1]]))


@pytest.mark.parametrize("phi", [0.0, 0.8])
def test_each_order_on_its_own_sample_is_the_f_test_of_statsmodels(phi: float) -> None:
    kpis, leads = led(5, 260, n_kpis=1, n_leads=2, phi=phi)
    found = screen(kpis, leads, max_order=12, hold_back=None)
    for lead in range(2):
        theirs = grangercausalitytests(np.column_stack([kpis[:, 0], leads[:, lead]]), 12)
        for order, (tests, _) in theirs.items():
            statistic, _, df_den, df_num = tests["ssr_ftest"]
            expected = float(f_sf(statistic, df_num, df_den)[1])
            assert found.log_pvalue[0, lead, order - 1] == pytest.approx(expected, rel=1e-10, abs=1e-13)


def test_units_and_offsets_do_not_matter() -> None:
    kpis, leads = led(1)
    plain = screen(kpis, leads, max_order=6, hold_back=6)
    scaled = screen(kpis * 1e12, leads * 1e-9, max_order=6, hold_back=6)
    shifted = screen(kpis + 1e4, 7.0 - leads, max_order=6, hold_back=6)
    assert scaled.log_pvalue == pytest.approx(plain.log_pvalue, rel=SAME, abs=SAME)
    assert shifted.log_pvalue == pytest.approx(plain.log_pvalue, rel=1e-8, abs=1e-8)


def test_what_a_pair_gets_does_not_depend_on_its_company() -> None:
    kpis, leads = led(2, n_leads=300)
    together, alone = (screen(kpis, some, max_order=4, hold_back=4) for some in (leads, leads[:, 270:271]))
    assert together.log_pvalue[:, 270] == pytest.approx(alone.log_pvalue[:, 0], rel=1e-12)


class TestRowsThatAreMissing:
    @pytest.mark.parametrize("hold_back", [None, 8])
    def test_series_that_begin_late_or_end_early_take_the_fast_route(self, hold_back: int | None) -> None:
        kpis, leads = led(4)
        leads[:30, 1], leads[100:, 2], kpis[:7, 1], kpis[-4:, 1] = np.nan, np.nan, np.nan, np.nan
        found = screen(kpis, leads, max_order=4, hold_back=hold_back)
        for order in range(1, 5):
            # one sample for all orders: the rows that have every lag up to the longest
            for kpi, lead in np.ndindex(2, 4):
                late = max(30 if lead == 1 else 0, 7 if kpi == 1 else 0)
                held = None if hold_back is None else max(hold_back, late + 4)
                expected = granger(kpis[:, kpi], leads[:, lead], lags=range(1, order + 1), hold_back=held)
                at = (kpi, lead, order - 1)
                assert found.nobs[at] == expected.nobs
                assert found.log_pvalue[at] == pytest.approx(expected.log_pvalue, rel=SAME, abs=SAME)
        assert (found.n_qr, found.n_gaps) == (0, 0)

    def test_gaps_between_values_are_counted_and_no_lag_reaches_over_them(self) -> None:
        kpis, leads = led(6)
        leads[[50, 51, 80], 1] = np.nan
        kpis[60, 1] = np.nan
        assert assert_same(kpis, leads, 3, hold_back=None).n_gaps == 1 + 4

    def test_one_sample_for_all_orders_also_with_gaps(self) -> None:
        kpis, leads = led(6)
        leads[[50, 51, 80], 1] = np.nan
        found = screen(kpis, leads, max_order=3, hold_back=3)
        assert found.nobs[0, 1].tolist() == [117 - 4 - 3] * 3
        last = granger(kpis[:, 0], leads[:, 1], lags=range(1, 4), hold_back=3)
        assert found.log_pvalue[0, 1, 2] == pytest.approx(last.log_pvalue, rel=SAME)

    def test_controls_that_begin_late(self) -> None:
        kpis, leads = led(7)
        controls = series(8, 120, 1)
        controls[:3] = np.nan
        found = assert_same(kpis, leads, 5, hold_back=None, controls=controls)
        assert found.n_gaps == 0
        controls[70] = np.nan
        assert assert_same(kpis, leads, 3, hold_back=None, controls=controls).n_gaps == 8


class TestIllConditioned:
    @pytest.mark.parametrize("hold_back", [None, 6])
    @pytest.mark.parametrize("noise", [3e-3, 1e-4])
    def test_pairs_whose_products_lose_digits_go_through_qr_and_are_counted(self, noise: float, hold_back: int | None) -> None:
        kpis, leads = led(8)
        leads[:, :2] = np.sin(np.arange(120) / 9.0)[:, None] + noise * leads[:, :2]
        found = assert_same(kpis, leads, 6, hold_back=hold_back)
        assert found.n_qr == 4

    def test_a_kpi_of_little_but_trend(self) -> None:
        kpis, leads = led(9)
        kpis[:, 0] = np.arange(120) + 0.03 * kpis[:, 0]
        assert assert_same(kpis, leads, 4, hold_back=4).n_qr == 4

    def test_one_huge_value_near_the_end_hides_nothing(self) -> None:
        kpis, leads = led(10)
        leads[-2, 0] = 1e7
        assert assert_same(kpis, leads, 6, hold_back=6).n_qr == 2


class TestWhatCannotBeTested:
    def one(self, kpi: FloatArray, lead: FloatArray, max_order: int = 3) -> ScreenNumbers:
        return screen(kpi[:, None], lead[:, None], max_order=max_order, hold_back=None)

    @pytest.mark.parametrize(
        ("code", "lead"),
        [
            ("LL201", lambda kpi: np.full(kpi.size, np.nan)),
            ("LL203", lambda kpi: np.full(kpi.size, 5.0)),
            ("LL203", lambda kpi: np.where(np.arange(kpi.size) % 7 == 3, np.nan, 5.0)),
            ("LL203", lambda kpi: 1e9 + 1e-7 * np.sign(kpi)),
            ("LL205", lambda kpi: kpi),
            ("LL205", lambda kpi: 3.0 - 1e6 * kpi),
        ],
    )
    def test_a_lead_without_anything_new_has_no_number(self, code: str, lead: object) -> None:
        kpi = series(0, 90, 1)[:, 0]
        found = self.one(kpi, lead(kpi))  # type: ignore[operator]
        assert reasons(found) == {code}
        assert np.isnan(found.statistic).all()
        assert np.isnan(found.pvalue).all()
        assert np.isnan(found.log_pvalue).all()

    def test_a_lead_that_is_a_control_in_another_period(self) -> None:
        control = series(1, 91, 1)[:, 0]
        found = screen(series(0, 90, 1), control[1:, None], max_order=1, hold_back=None, controls=control[:-1, None])
        assert reasons(found) == {"LL207"}

    @pytest.mark.parametrize("kpi", [np.full(90, 2.0), np.full(90, np.nan), np.sin(np.arange(90.0))])
    def test_a_kpi_without_surprise_has_no_numbers_where_its_past_tells_all(self, kpi: FloatArray) -> None:
        found = screen(kpi[:, None], series(1, 90, 2), max_order=4, hold_back=None)
        assert {REASONS[place] for place in found.reason[:, :, -1].ravel()} == {"LL313"}
        assert np.isnan(found.statistic[:, :, -1]).all()

    def test_a_perfect_fit_is_infinitely_far_from_the_null(self) -> None:
        lead = series(2, 90, 1)[:, 0]
        found = self.one(np.roll(lead, 2), lead)
        assert [REASONS[place] for place in found.reason[0, 0]] == ["", "LL118", "LL118"]
        assert found.statistic[0, 0, 1:].tolist() == [math.inf, math.inf]
        assert found.pvalue[0, 0, 1:].tolist() == [0.0, 0.0]
        assert found.log_pvalue[0, 0, 1:].tolist() == [-math.inf, -math.inf]

    def test_lags_that_are_combinations_are_left_out_of_the_test(self) -> None:
        wave = np.sin(np.arange(90) / 3.0)
        found = assert_same(series(3, 90, 1), wave[:, None], 4, hold_back=None)
        assert found.df_num[0, 0].tolist() == [1, 2, 2, 2]
        assert [REASONS[place] for place in found.reason[0, 0]] == ["", "", "LL119", "LL119"]

    def test_thousand_leads_with_thirty_rows(self) -> None:
        kpis, leads = series(4, 30, 1), series(5, 30, 1_000)
        shared = screen(kpis, leads, max_order=12, hold_back=12)
        assert reasons(shared) == {"LL204"}
        assert (shared.nobs == 18).all()
        own = screen(kpis, leads, max_order=12, hold_back=None)
        enough = [order for order in range(1, 13) if 30 - order >= 3 * (1 + 2 * order) + 10]
        assert np.isfinite(own.statistic).all(axis=(0, 1)).tolist() == [order in enough for order in range(1, 13)]

    @pytest.mark.parametrize("hold_back", [None, 40])
    def test_lags_longer_than_the_series(self, hold_back: int | None) -> None:
        found = screen(series(6, 20, 1), series(7, 20, 3), max_order=40, hold_back=hold_back)
        assert (found.nobs[:, :, 19:] == 0).all()
        assert (found.df_den[:, :, 19:] == 0).all()
        assert np.isnan(found.statistic[:, :, 1:]).all()


def test_products_by_recursion_are_the_products_of_lag_matrices() -> None:
    y, x = series(1, 40, 1)[:, 0], series(2, 40, 3)
    lags, firsts = range(1, 5), [2, 2, 3, 4]
    current = np.column_stack([np.ones(40), y])
    rows = shifted_rows(current, y, first=4, deepest=4)
    crossed = cross_products(rows, y, x, first=4, deepest=4)
    with_kpi = np.hstack([current, lag_matrix(y, lags)])[4:]
    among = lead_products(x, firsts)
    for lead in range(3):
        lagged = lag_matrix(x[:, lead], lags)
        np.testing.assert_allclose(crossed[:, :, lead], lagged[4:].T @ with_kpi, atol=1e-12)
        for order, first in enumerate(firsts, start=1):
            direct = np.triu(lagged[first:, :order].T @ lagged[first:, :order])
            np.testing.assert_allclose(np.triu(among[order - 1][:, :, lead]), direct, atol=1e-12)
