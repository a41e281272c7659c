"""A night that is ended at many moments, each time from the same state: what is lost, and what the next run makes of it.

python benchmarks/kills.py                    # SIGKILL at 50 steps and 10 times, SIGTERM at 25 steps; about 20 minutes on a core
python benchmarks/kills.py --steps 80 --times 0 --terms 0

A step is whatever changes the disk: a file written, synced, put in its place or taken away, a statement of SQLite. The night puts
a run of failed jobs right, and takes an older run away. After each end: no process is left, the store opens, no file of a run is
half, the next run does what is missing and nothing else, and folder, state and index are then those of an undisturbed night to
the byte; also the index made again from the folder. After SIGTERM also: 143, or 0 where nothing was left to stop, in under 25 s.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.batch.nights import arguments, started
from tests.batch.undisturbed import Scene, faults_after, scene_in


@dataclass(frozen=True, kw_only=True)
class End:
    """How a run is ended: by a signal, at a step or after some seconds."""

    kind: str
    step: int = 0
    seconds: float = 0.0

    @property
    def told(self) -> str:
        return f"{self.kind} at step {self.step}" if self.step else f"{self.kind} after {self.seconds:.2f} s"


def ends_of(scene: Scene, steps: int, times: int, terms: int, took: float) -> Iterator[End]:
    """Moments spread over all steps, some at random, and steps at which the run is asked to end."""
    for step in np.unique(np.linspace(1, scene.steps, steps).astype(int)) if steps else ():
        yield End(kind="SIGKILL", step=int(step))
    for seconds in np.random.default_rng(7).uniform(0.5, took, times):
        yield End(kind="SIGKILL", seconds=float(seconds))
    for step in np.unique(np.linspace(1, scene.steps, terms).astype(int)) if terms else ():
        yield End(kind="SIGTERM", step=int(step))


def ended(night: Path, end: End, mark: str) -> tuple[int, float]:
    """Run the night until it is ended: its exit code, and seconds."""
    begun = time.monotonic()
    kind = end.kind if end.step else "count"
    with started(str(end.step), kind, *arguments(night / "n.yaml"), module="tests.batch.killed", mark=mark) as process:
        if not end.step:
            time.sleep(end.seconds)
            process.send_signal(signal.Signals[end.kind])
        process.communicate(timeout=120)
    return process.returncode, time.monotonic() - begun


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, count in (("steps", 50), ("times", 10), ("terms", 25)):
        parser.add_argument(f"--{name}", type=int, default=count)
    asked = parser.parse_args(words)
    logging.getLogger("leadlag").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        begun = time.monotonic()
        scene = scene_in(place)
        took = (time.monotonic() - begun) / 2
        print(f"{scene.steps} steps\n{'ended by':28}{'exit':>6}{'seconds':>9}  faults")
        wrong = 0
        for number, end in enumerate(ends_of(scene, asked.steps, asked.times, asked.terms, took)):
            night, mark = scene.copy(place / str(number)), f"kills-{number}-{folder}"
            code, seconds = ended(night, end, mark)
            found = faults_after(night, scene, mark)
            if end.kind == "SIGTERM" and (code != 143 or seconds > 25):
                found.append(f"exit {code} after {seconds:.0f} s")
            wrong += bool(found)
            print(f"{end.told:28}{code:>6}{seconds:>9.1f}  {'; '.join(found) or 'none'}", flush=True)
        print(f"{wrong} ends with faults")


if __name__ == "__main__":
    main()
