"""Two checkouts of leadlag on the same tables: each in a process of its own, asked in turn, and what differs.

Differences are now less before, with the standard error of the paired difference over the draws. Processor time is that of
the calls alone, as a ratio of the two sums; each first answers one question that does not count.
"""

from __future__ import annotations

import os
import pickle  # to and from the processes started here
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from ranked import Answer, Question
from scoring import METRICS, Part, estimate, paired

__all__ = ["Both", "Pair", "heading", "line"]

Both = tuple[Mapping[str, Part], Mapping[str, Part]]
_SHOWN = ("any_false", "false_share", "found", "delay_exact", "set_covers", "closed_short", "refused")
_BENCHMARKS = Path(__file__).resolve().parent
_METRICS = {metric.name: metric for metric in METRICS}


class Checkout:
    """A process that imports leadlag from one checkout and answers questions."""

    def __init__(self, path: Path) -> None:
        if not (path / "leadlag" / "__init__.py").is_file():
            sys.exit(f"{path} holds no leadlag: give the folder of a checkout")
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        search = os.pathsep.join(map(str, (path, _BENCHMARKS)))
        self._process = subprocess.Popen(
            [sys.executable, "-c", "import ranked; ranked.serve()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=path,
            env={**os.environ, **one_thread, "PYTHONPATH": search},
        )  # fmt: skip
        found = Path(self._read())
        if not found.is_relative_to(path):
            sys.exit(f"leadlag was imported from {found} and not from {path}")

    def _read(self) -> object:
        return pickle.load(self._process.stdout)  # noqa: S301 - of the process started above

    def ask(self, question: Question) -> Answer:
        """What that checkout says."""
        pickle.dump(question, self._process.stdin)
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        """No more questions: the process ends by itself."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Pair:
    """This checkout and another one."""

    def __init__(self, now: Path, before: Path) -> None:
        self._both = (Checkout(now), Checkout(before))
        self._warm = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for one in self._both:
            one.close()

    def ask(self, question: Question) -> tuple[Answer, Answer]:
        """The answers of the two, now and before; which is asked first changes from draw to draw."""
        if not self._warm:
            self._warm = True
            self.ask(replace(question, seed=question.seed + 1))
        turn = (0, 1) if question.seed % 2 else (1, 0)
        answers = {place: self._both[place].ask(question) for place in turn}
        return answers[0], answers[1]


def heading() -> Iterator[str]:
    """Titles of the table."""
    yield "now (now less before, with its paired standard error); time: processor time now / before"
    yield f"{'':<28}draws" + "".join(f"{_METRICS[name].title:>22}" for name in _SHOWN) + f"{'time':>8}"


def line(label: str, draws: Sequence[Both]) -> str:
    """One family and cell."""
    cells = [_cell(name, [(now[name], before[name]) for now, before in draws if name in now]) for name in _SHOWN]
    now, before = (sum(each[side]["seconds"].total for each in draws) for side in (0, 1))
    return f"{label:<28}{len(draws):>5}" + "".join(f"{cell:>22}" for cell in cells) + f"{now / before:>8.2f}"


def _cell(name: str, pairs: Sequence[tuple[Part, Part]]) -> str:
    found, difference = estimate([pair[0] for pair in pairs], _METRICS[name]), paired(pairs)
    if not found.count:
        return ""
    return f"{found.value:.2f} ({difference.value:+.2f} ±{difference.error:.2f})"
