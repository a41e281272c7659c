"""What stands in a model file, field by field, and what has to fit together in it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from leadlag.core.arrays import Floats
from leadlag.core.noise.momentum import Momentum, largest_root
from leadlag.core.noise.years import MovingSeason
from leadlag.forecast.fitting import KpiModel
from leadlag.forecast.kinds import Array, Flag, Given, Kind, Many, Name, Real, Record, Row, Settled, Text, Triangle, Whole
from leadlag.forecast.leads import LeadTerm
from leadlag.forecast.model import MOST_AHEAD, ForecastModel, SeenColumn, SegmentModel
from leadlag.forecast.numbers.intervals import Calibration
from leadlag.forecast.numbers.model import MeanModel
from leadlag.forecast.numbers.scales import KpiScale
from leadlag.forecast.readings import DAY, TABLE, HowRead
from leadlag.prepare.regressors import INSIDE
from leadlag.results import Provenance, Search
from leadlag.sample.periods import WORDS, Cadence, calendar_of, days_per_period

__all__ = ["MODEL"]

#: Roots of an autoregression lie within the unit circle, but for rounding.
_EDGE = 1.0 + 1e-9
#: Coefficients of a series' own past, periods of a lag and of a season, cycles of a season: far more than any fit has.
_MOST_PHI, _MOST_LAG, _MOST_PERIOD, _MOST_CYCLES, _WEEKS = 100, 100_000, 1_000_000, 200, 54
#: How far a number may be from one, as sizes are.
_LARGE = 1e6
#: Days of the years 1 to 9999, counted from 1970, and microseconds and whole numbers beyond which none is counted.
_DAYS, _MICROSECONDS, _WHOLE = (-719_162, 2_932_896), 2**62, 2**53
_A_DAY = 86_400_000_000
_MOST_ROWS = 10_000_000

_POSITIVE = Real(low=0.0, above=True)
_NUMBER = Real()
_SHA256 = Text(form="[0-9a-f]{64}")
_NAMES = Many(kind=Name())


def _dies_out(phi: Floats) -> bool:
    """Whether an autoregression has its roots within the unit circle; where its coefficients sum up to less than one it has."""
    return float(np.abs(phi).sum()) < 1.0 or largest_root(phi) <= _EDGE


def _momentum_wrong(momentum: Momentum) -> str:
    if len(momentum.phi) > _MOST_PHI or not _dies_out(momentum.phi):
        return "its momentum does not die out"
    return ""


def _mean_wrong(mean: MeanModel) -> str:
    return "" if len(mean.params) == len(mean.covariance) else "coefficients and their covariance are not of one size"


def _lead_wrong(lead: LeadTerm) -> str:
    return "" if len(lead.memory) <= _MOST_PHI and _dies_out(lead.memory) else "its memory does not die out"


def _calibration_wrong(found: Calibration) -> str:
    return "" if len(found.factor) == len(found.df) == len(found.capped) > 0 else "its steps are not of one number"


def _kpi_wrong(model: KpiModel) -> str:
    """What does not fit together in the model of one KPI; `_model_wrong` asks of the columns of the calendar."""
    beside = (model.shift is not None) + len(model.controls)
    sizes = {len(term.fixed) for term in (*model.leads, *model.controls)} | {len(model.own.params) - beside}
    if len(sizes) != 1 or len(model.joint.params) != len(model.own.params) + len(model.leads):
        return "coefficients are not as many as columns"
    places = [[term.place for term in terms] for terms in (model.leads, model.controls)]
    return "" if all(found == list(range(len(found))) for found in places) else "its leads or controls are not in order"


def _segment_wrong(part: SegmentModel) -> str:
    if len(part.leads) != len(part.model.leads) or len(set(part.leads)) != len(part.leads):
        return "its leads have other names, or another number of them"
    n_columns = 1 + len(part.model.leads) + len(part.model.controls)
    return "" if len(part.late) == len(part.seen) == n_columns else "not all of its columns are described"


def _seen_wrong(seen: SeenColumn) -> str:
    return "" if seen.low <= seen.high and seen.smallest <= seen.largest else "its ends are not in order"


def _cadence_wrong(cadence: Cadence) -> str:
    free = cadence.freq == "period"
    if (cadence.table is not None) != (cadence.base == "table") or (cadence.base in ("month", "table") and not free):
        return "its periods are not counted by one thing"
    in_year = Cadence(freq=cadence.freq, base=cadence.base).in_year(cadence.year_start)
    return "" if (in_year.shift, in_year.year_start) == (cadence.shift, cadence.year_start) else "its year begins in no month"


def _model_wrong(model: ForecastModel) -> str:
    """What does not fit together in the whole."""
    names = (model.kpi, *model.leads, *model.controls)
    if len({*names, *model.beside}) != len(names) + len(model.beside):
        return "one column has two roles"
    if not set(model.log) <= set(names[1:]) or list(model.horizons) != sorted(set(model.horizons)):
        return "names taken in logs are no leads or controls, or horizons are not in order"
    if list(model.level) != sorted(set(model.level)):
        return "levels are not in order"
    segments = [*(part.segment for part in model.segments), *(name for name, _ in model.unmodelled)]
    if len(set(segments)) != len(segments):
        return "two segments have one name"
    if any(len(part.model.controls) != len(model.controls) for part in model.segments):
        return "the controls of a segment are not those of the model"
    counted: dict[object, str] = {}
    for part in model.segments:
        key = (part.model.seasons, part.model.inside)
        if wrong := _span_wrong(part, model.cadence) or counted.get(key, ""):
            return wrong
        if key not in counted:
            counted[key] = _columns_wrong(part.model, model.cadence)
            if counted[key]:
                return counted[key]
    return ""


def _columns_wrong(model: KpiModel, cadence: Cadence) -> str:
    """Whether the coefficients are as many as the columns of the calendar that they are of."""
    by_dates = any(not count or peaks for _, count, _, peaks in model.seasons)
    if (model.inside or by_dates) and (cadence.base == "counter" or days_per_period(cadence) < 1):
        return "its columns need dates that its periods do not have"
    calendar = calendar_of(0, 1, cadence)
    n_columns = model.fixed(calendar, len(calendar)).shape[1]
    beside = (model.shift is not None) + len(model.controls)
    return "" if len(model.own.params) == n_columns + beside else "coefficients are not as many as columns of the calendar"


def _span_wrong(part: SegmentModel, cadence: Cadence) -> str:
    """Whether all its periods lie between the years 1 and 9999."""
    ends = (part.first, part.first + part.n_periods + MOST_AHEAD)
    if cadence.base == "counter":
        return "" if all(abs(cadence.origin + end * cadence.step) < _WHOLE for end in ends) else "its periods have no numbers"
    length, origin = float(days_per_period(cadence)), _first_day(cadence)
    return "" if all(_DAYS[0] <= origin + end * length <= _DAYS[1] for end in ends) else "its periods lie in no year"


def _first_day(cadence: Cadence) -> float:
    """First day of period 0, nearly."""
    if cadence.table is not None:
        return float(cadence.table.days[0])
    if cadence.freq == "period":
        return cadence.origin * (30.4 if cadence.base == "month" else 1.0 / _A_DAY)
    return float(_DAYS[0]) if cadence.freq == "business_day" else 0.0


_CADENCE = Record(
    made=Cadence,
    fields={
        "freq": Text(options=WORDS), "week_start": Whole(low=0, high=6), "step": Whole(low=1, high=_MICROSECONDS),
        "base": Text(options=("us", "month", "counter", "table")), "origin": Whole(low=-_MICROSECONDS, high=_MICROSECONDS),
        "dates_at": Given(kind=Text(options=("start", "end"))), "shift": Whole(low=0, high=11),
        "year_start": Whole(low=0, high=11), "table": Given(kind=TABLE),
    },
    check=_cadence_wrong,
)  # fmt: skip
_SEASON = Row(
    kinds=(
        Real(low=1.0, high=_MOST_PERIOD),
        Whole(low=0, high=_MOST_CYCLES),
        Flag(),
        Many(kind=Whole(low=0, high=_WEEKS)),
    )
)
_MOVING = Record(
    made=MovingSeason,
    # a model begins at its own first row
    fields={"period": Whole(low=1, high=_MOST_PERIOD), "ratio": Real(low=0.0, high=_LARGE), "elapsed": Whole(low=0, high=0)},
)  # fmt: skip
_MOMENTUM = Record(
    made=Momentum,
    fields={"phi": Array(), "unit_root": Flag(), "variance": Real(low=0.0), "season": Given(kind=_MOVING)},
    check=_momentum_wrong,
)
_MEAN = Record(
    made=MeanModel,
    fields={"momentum": _MOMENTUM, "params": Array(), "covariance": Triangle(), "df": Whole(low=1)},
    check=_mean_wrong,
)
_LEAD = Record(
    made=LeadTerm,
    fields={
        "place": Whole(low=0), "lag": Whole(low=0, high=_MOST_LAG), "hump": Flag(), "memory": Array(),
        "spike": Real(low=0.0, null=math.inf), "differenced": Flag(), "center": _NUMBER, "scale": _POSITIVE, "fixed": Array(),
        "surprise": Array(lengths=(0, 2)), "rho": Real(low=-1.0, high=1.0), "sd": Real(low=0.0),
    },
    check=_lead_wrong,
)  # fmt: skip
_KPI = Record(
    made=KpiModel,
    fields={
        "seasons": Many(kind=_SEASON), "inside": Many(kind=Text(options=INSIDE)), "span": Whole(low=1),
        "shift": Given(kind=Whole(low=0)), "center": _NUMBER, "size": _POSITIVE, "clip": Given(kind=_POSITIVE),
        "leads": Many(kind=_LEAD), "controls": Many(kind=_LEAD), "joint": _MEAN, "own": _MEAN,
    },
    check=_kpi_wrong,
)  # fmt: skip
_SCALE = Record(
    made=KpiScale, fields={"kind": Text(options=("level", "log", "logit", "sqrt")), "top": _POSITIVE, "unit": _POSITIVE}
)
_SIZE = Real(low=0.0, high=_LARGE, above=True)
_CALIBRATION = Record(
    made=Calibration,
    fields={
        "volatility": _SIZE, "factor": Array(low=0.0), "df": Array(low=1.0), "capped": Array(of=bool), "n_scores": Whole(low=0),
    },
    check=_calibration_wrong,
)  # fmt: skip
_PERIODS, _ROWS = Whole(low=1, high=_MOST_ROWS), Whole(low=0, high=_MOST_ROWS)
_SEEN = Record(
    made=SeenColumn,
    fields={"low": _NUMBER, "high": _NUMBER, "smallest": Real(low=0.0), "largest": Real(low=0.0), "gap": _ROWS},
    check=_seen_wrong,
)
_SEGMENT = Record(
    made=SegmentModel,
    fields={
        "segment": Text(), "leads": _NAMES, "model": _KPI, "late": Many(kind=_ROWS),
        "scale": _SCALE, "calibration": _CALIBRATION, "first": Whole(),
        "n_periods": _PERIODS, "first_period": Text(), "last_period": Text(), "seen": Many(kind=_SEEN),
        "fingerprint": _SHA256,
    },
    check=_segment_wrong,
)  # fmt: skip
_SEARCH = Record(
    made=Search,
    fields={
        **dict.fromkeys(("n_kpis", "n_leads", "n_lags", "n_shapes", "n_transforms", "n_segments", "n_tests"), Whole(low=0)),
        **dict.fromkeys(("family", "correction", "lead_word", "lag_word"), Text()),
    },
)
_TEXTS = Many(kind=Row(kinds=(Text(), Text())))
_PROVENANCE = Record(
    made=Provenance,
    fields={
        "method": Text(), "settings": Settled(), "warnings": _TEXTS, "versions": _TEXTS, "search": Given(kind=_SEARCH),
    },
)  # fmt: skip
_SHARE = Real(low=0.0, high=math.nextafter(1.0, 0.0), above=True)
_FIELDS: Mapping[str, Kind] = {
    "kpi": Name(), "controls": _NAMES, "beside": _NAMES,
    "log": Many(kind=Text()), "horizons": Many(kind=Whole(low=1, high=MOST_AHEAD), least=1),
    "level": Many(kind=_SHARE, least=1), "max_lag": Whole(low=1), "cadence": _CADENCE, "unit": Text(), "kpi_unit": Text(),
    "reading": HowRead(), "holidays": Many(kind=DAY), "segments": Many(kind=_SEGMENT, least=1), "unmodelled": _TEXTS,
    "note": Text(),    "provenance": _PROVENANCE,
}  # fmt: skip

#: The whole model, but for schema and sha256.
MODEL = Record(made=ForecastModel, fields=_FIELDS, check=_model_wrong)
