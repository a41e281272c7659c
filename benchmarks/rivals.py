"""The alternatives that people use beside `rank_leads`, on the same draws, in an environment of their own.

    env=$(mktemp -d) && python -m venv $env && $env/bin/pip install -r benchmarks/requirements-rivals.txt
    python benchmarks/rivals.py --python $env/bin/python --draws 16 --first 800000

Each draw goes to `rank_leads` here and to each rival there. Printed are found and false share (any false lead where there is
none to find), delay exact, and processor seconds a table. What each rival is asked (rival_methods.py):

ccf            largest |cross-correlation| over the lags, selected beyond 2 / sqrt(n)
granger        smallest F-test p over orders 1..max_lag, selected below .05, as a loop over a Granger routine is read
granger_diff   the same on first differences, p times max_lag, Benjamini & Hochberg at the FDR
lasso          scikit-learn's LassoCV on the KPI's and all candidates' lags, selected where any coefficient is not zero
pcmci          tigramite: PC algorithm of all series, then the MCI test of all lagged links into the KPI, both with partial
               correlations and the package's own level; Benjamini & Hochberg over these links at the FDR
correr         `compare_many`: largest |correlation| over lags of either sign, `p_value_fdr` at the FDR; selected where the lag is
               positive, so that the candidate is early. `detrend` first where its own `check_stationarity` says so, as it advises
varx           oracle-varx on all series at once, edges into the KPI at the FDR. Without confounders it refuses its default method
               and names "acle-var". Its default window of 200 rows is more than most tables have, and 21 series with 12 lags have
               more regressors than there are rows: so 4 lags, as in its example for a file of one's own, or fewer, and the
               longest window there can be. Leads with a longer delay it cannot find
varx_pairs     the same of the KPI with one candidate at a time, all lags; nothing corrects for the number of candidates

pcmci, varx and varx_pairs ask for stationary series: they get the changes of a series where ADF at 5 % does not reject a unit
root. None of them knows a season. PCMCI takes seconds a table, so it has the first `--slow-draws` only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import against
from accuracy import FDR, Row, as_json, figures_of, parts_of, question_of, table
from cases import Case
from families import FAMILIES, case_of, cells_of
from scoring import Part, Said, score

__all__ = ["Environment", "Sides", "said_by", "scored"]

ASKED = "null_ar,null_walks,point,short,season,spread_geometric,integrated,chain"
SLOW = ("pcmci",)
_SHOWN = ("any_false", "false_share", "found", "delay_exact", "seconds")
_BENCHMARKS = Path(__file__).resolve().parent


class Environment:
    """A process of another Python that answers by the rivals it has."""

    def __init__(self, python: Path) -> None:
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            [str(python), str(_BENCHMARKS / "rival_methods.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, **one_thread},
        )  # fmt: skip
        self.methods: Mapping[str, str] = self._read()
        self._warm: set[str] = set()

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            sys.exit("the process of the rivals ended: see its message above")
        return json.loads(line)

    def ask(self, method: str, case: Case) -> dict[str, Any]:
        """What a rival says; the first time, when it loads its package, does not count."""
        question = {
            "method": method, "values": case.data[[case.kpi, *(item.name for item in case.truth)]].to_numpy(dtype=float).tolist(),
            "dates": [str(date) for date in case.data.index], "max_lag": case.max_lag, "fdr": FDR,
        }  # fmt: skip
        for _ in range(1 if method in self._warm else 2):
            print(json.dumps(question), file=self._process.stdin, flush=True)
            answer = self._read()
        self._warm.add(method)
        return answer

    def close(self) -> None:
        """No more questions: the process ends by itself."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def said_by(case: Case, answer: Mapping[str, Any]) -> list[Said]:
    """A rival's answer as what is said of each candidate; one that refuses the table names nothing."""
    if "refused" in answer:
        return [Said(name=item.name, verdict="untestable") for item in case.truth]
    strongest = sorted(range(len(case.truth)), key=lambda place: -answer["strength"][place])
    rank = {place: number for number, place in enumerate(strongest, start=1)}
    return [
        Said(
            name=item.name, verdict="lead" if answer["selected"][place] else "none", rank=float(rank[place]),
            delay=float(answer["delay"][place]),
        )
        for place, item in enumerate(case.truth)
    ]  # fmt: skip


def scored(case: Case, answer: Mapping[str, Any]) -> dict[str, Part]:
    """One draw's share in every figure of a rival."""
    spent = {"seconds": Part(total=answer["seconds"], count=1), "refused": Part(total=float("refused" in answer), count=1)}
    return score(case.truth, said_by(case, answer), max_lag=case.max_lag) | spent


class Sides:
    """`rank_leads` of this checkout, and the rivals of another environment."""

    def __init__(self, here: against.Checkout, rivals: Environment, methods: Sequence[str]) -> None:
        self._here, self._rivals, self._methods = here, rivals, methods
        self._warm = False

    def both(self, case: Case, number: int, *, slow: bool) -> dict[str, dict[str, Part]]:
        """The figures of one draw, by method; `slow` has the slow ones too."""
        question = question_of(case, draw=number, options={})
        if not self._warm:
            self._warm = True
            self._here.ask(question)
        asked = [method for method in self._methods if slow or method not in SLOW]
        by_rivals = {method: scored(case, self._rivals.ask(method, case)) for method in asked}
        return {"rank_leads": parts_of(case, self._here.ask(question)), **by_rivals}


def _chosen(asked: str | None, there: Mapping[str, object], kind: str) -> list[str]:
    """Names that were asked for, or all."""
    names = asked.split(",") if asked else list(there)
    unknown = [name for name in names if name not in there]
    if unknown:
        sys.exit(f"unknown {kind}: {', '.join(unknown)}; there are {', '.join(there)}")
    return names


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="of the environment that holds the rivals")
    parser.add_argument("--families", "--family", default=ASKED, help="names with commas between")
    parser.add_argument("--methods", help="rivals with commas between; else all that the environment can run")
    parser.add_argument("--draws", type=int, default=16)
    parser.add_argument("--slow-draws", type=int, default=8, help=f"of {', '.join(SLOW)}")
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--cells", choices=("base", "all"), default="base")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _arguments(arguments)
    rows: list[Row] = []
    with closing(Environment(asked.python)) as rivals, closing(against.Checkout(_BENCHMARKS.parent)) as here:
        methods = _chosen(asked.methods, rivals.methods, "rivals in that environment")
        print(", ".join(f"{name}: {rivals.methods[name]}" for name in methods))
        sides = Sides(here, rivals, methods)
        for name in _chosen(asked.families, FAMILIES, "families"):
            for cell in cells_of(name, asked.cells):
                numbers = range(asked.first, asked.first + asked.draws)
                draws = [
                    sides.both(case_of(name, cell, number), number, slow=place < asked.slow_draws)
                    for place, number in enumerate(numbers)
                ]
                found = figures_of(name, cell, draws)
                print("\n".join(table(f"FDR {FDR:.2f}, seconds of processor time", found, _SHOWN, by_method=True)), flush=True)
                rows += found
                if asked.json:
                    asked.json.write_text(as_json(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
