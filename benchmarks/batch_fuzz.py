"""Configs and names that nobody means well with: 5,000 mutated configs and 5,000 hostile names, by seed.

python benchmarks/batch_fuzz.py                       # about 3 minutes on a core
python benchmarks/batch_fuzz.py --configs 300 --names 300 --first 9000
python benchmarks/batch_fuzz.py --only 417            # one config: it is shown, and what came of it

A config must give a Config or an error of leadlag, within 10 s of processor time. What is read must be told again as text that
reads as the same, and be planned as by `leadlag run --dry-run`: a plan or an error of leadlag. Names (separators, points, scripts
of all kinds, quotes, SQL, 300 letters, some that differ in case alone) go through the journal, the folder and the index, as KPI,
segment and lead: all must be read back as they were, and no file may lie elsewhere.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
import os
import random
import re
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leadlag.batch import read_config
from leadlag.batch.config import Config
from leadlag.batch.outcome import JobOutcome
from leadlag.batch.runner import RunCall, run_call
from leadlag.batch.store.folder import model_file, runs_in
from leadlag.batch.store.index import index_runs
from leadlag.batch.store.journal import Journal
from leadlag.batch.store.opened import Store, open_store
from leadlag.errors import LeadLagError
from leadlag.ranking.result import COLUMNS
from tests.batch.kept import kept
from tests.batch.nights import table_in

__all__ = ["config_fault", "main", "name_faults"]

LIMIT, LEAD = 10.0, COLUMNS.index("lead")
YAML = """\
version: 1
sources:
  sales: {path: "data/*.csv", time: week, segment: region, dates_at: start}
  costs: {path: data/sales.csv, time: week, segment: region, encoding: utf-8, sep: ",", decimal: "."}
calendar: {cadence: week, tz: Europe/Berlin}
metrics:
  new_mrr: {source: sales, column: new_mrr, aggregate: sum, unit: EUR, kind: kpi, owner: A. B., expected: "+"}
  demos: {source: sales, aggregate: sum, available_after: 1, delay: [2, 8], healthy_range: [20, 80]}
  win_rate: {source: sales, aggregate: {ratio: [wins, deals]}}
  ads: &ads {source: costs, column: demos, aggregate: last, targeted_since: 2026-07-01, selected_on: [2024-01, 2026-06]}
jobs:
  - {kpi: new_mrr, leads: [demos, win_rate], segments: all, total: true, max_lag: 12, horizons: [1, 4], fdr: 0.1, rng: 0}
  - {kpi: demos, controls: [ads], log: auto, segments: [north, south], delays: {win_rate: [1, 3]}, expected: {win_rate: "-"}}
run: {workers: 2, evidence: true, allow_failed: 2%}
contract:
  sales: {min_periods: 60, max_gap: 2, freshness: 14d, on_late: retry, required: [week], revisions: warn, duplicates: error}
limits: {minutes: 120, job_seconds: 600, max_tests: 1000000}
output: {folder: runs, store: "sqlite:///runs/leadlag.db", models: true, people: false, keep_runs: 400, state: .state}
"""
TOML = """\
version = 1
jobs = [{kpi = "new_mrr", max_lag = 4}]
[sources.sales]
path = "data/*.csv"
time = "week"
[metrics.new_mrr]
source = "sales"
aggregate = "sum"
[metrics.demos]
source = "sales"
targeted_since = 2026-07-01
[output]
folder = "runs"
"""
#: What may stand where something else should.
TOKENS = (
    "\t", "\0", "\ufeff", "\u2028", "- ", "? ", ": ", "&a ", "*a", "*ads", "<<: *ads", "!!python/object:os.system x",
    "!!binary x", "!!set {a}", "!!omap [a: 1]", "!!timestamp 2026-99-99", "{", "}", "[", "]", "[[[[[[[[", "'", '"',
    "|", ">", "%YAML 1.1\n", "---\n", "...\n", ".inf", ".nan", "1e999", "0x1F", "0o17", "1_000", "12:30:45", "yes",
    "null", "~", "#", "\\", "\\ud800", '"\\ud800"', "2026-02-30", "=", "@", "`", "\r", "é", "日本", "\x85", "\x1b[31m",
    "9" * 400, "-0", "{" * 40, "- " * 40, '"""', "[[", "1979-05-27T07:32:00Z",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**400, -0.0, 1e308, float("inf"), float("nan"), "", " ", "a" * 2000, "\0",
    "\ud800", "../../x", "/etc/passwd", "~", "sqlite:///", "sqlite:///:memory:", "sqlite:////dev/null",
    "postgresql://u:secret@h/d", "http://a:b@c", [], {}, [[]], [None], [{}], {"": 1}, {None: 1}, {1: 2},
    {"a": {"b": {"c": {}}}}, "auto", "all", "last", ["a", "a"], (1, 2), {1, 2}, b"x", object(), "1", "1.5", "100%",
    "200%", "0d", "99999w", "Mars/Phobos", "../UTC", "Europe/Berlin\0", "new_mrr", "sales", ["new_mrr"], 1.5,
    complex(1, 1),
)  # fmt: skip


# Configs


def mutated_text(text: str, dice: random.Random) -> bytes:
    """A file with some of its letters, lines or marks changed."""
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        place, size = dice.randrange(len(text) + 1), dice.randint(1, 12)
        kind = dice.randrange(6)
        lines = text.split("\n")
        if kind == 0:
            text = text[:place] + dice.choice(TOKENS) + text[place:]
        elif kind == 1:
            text = text[:place] + text[place + size :]
        elif kind == 2:
            text = text[:place] + chr(dice.choice((dice.randrange(128), dice.randrange(0xD7FF)))) + text[place + 1 :]
        elif kind == 3:
            one = dice.choice(lines)
            text = "\n".join([*lines, one] if dice.random() < 0.5 else [line for line in lines if line != one])
        elif kind == 4:
            dice.shuffle(lines)
            text = "\n".join(lines)
        else:
            found = [*re.finditer(r"[\w.+%-]+", text)] or [re.match("", text)]
            word = dice.choice(found)
            text = text[: word.start()] + dice.choice((*TOKENS, *map(str, VALUES[:28]))) + text[word.end() :]
    content = text.encode("utf-8", "surrogatepass")
    if dice.random() < 0.1:
        content = bytes(dice.randrange(256) if dice.random() < 0.01 else byte for byte in content)
    return content[: dice.randrange(len(content) + 1)] if dice.random() < 0.05 else content


def places_in(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All places in a tree of values."""
    yield place
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places_in(one, (*place, key))


def mutated_tree(tree: dict[str, Any], dice: random.Random) -> Any:
    """A mapping with some values or keys changed."""
    tree = copy.deepcopy(tree)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        places = [place for place in places_in(tree) if place]
        if not places:
            return tree
        *way, last = dice.choice(places)
        inside: Any = tree
        for key in way:
            inside = inside[key]
        kind = dice.randrange(4)
        if kind == 0 and isinstance(inside, dict):
            inside[dice.choice((hostile(dice), last.upper() if isinstance(last, str) else last, f"{last}s"))] = inside.pop(last)
        elif kind == 1:
            del inside[last]
        elif kind == 2 and isinstance(inside, dict):
            inside[hostile(dice)] = copy.copy(dice.choice(VALUES))
        else:
            inside[last] = copy.copy(dice.choice(VALUES))
    return tree


def setting(dice: random.Random) -> str:
    """What may stand behind --set."""
    place = dice.choice(
        ("run.workers", "jobs.0.kpi", "jobs.9.kpi", "sources.sales", "output.folder", "", ".", "a..b", "version", "jobs.x")
    )
    return f"{place}{dice.choice(('=', '', '=='))}{dice.choice((*TOKENS, *map(str, VALUES[:28])))}"


def config_of(seed: int, folder: Path) -> tuple[Any, list[str]]:
    """A mutated config: the path of a file, or a mapping; and changes of it."""
    dice = random.Random(seed)
    settings = [setting(dice)] if seed % 5 == 0 else []
    if seed % 2:
        from leadlag.catalogue.yaml_text import read_yaml  # noqa: PLC0415

        return mutated_tree(read_yaml(YAML, "config", kind="config")[0], dice), settings
    ending, text = dice.choice((("yaml", YAML), ("yaml", YAML), ("yml", YAML), ("toml", TOML)))
    path = folder / f"{seed}.{ending}"
    path.write_bytes(text.encode() if seed % 10 == 0 else mutated_text(text, dice))
    return path, settings


def config_fault(seed: int, folder: Path) -> tuple[str, str]:
    """What came of a config ("read" or a code), and what is wrong with that; empty if nothing."""
    given, settings = config_of(seed, folder)
    begun = time.process_time()
    try:
        config = read_config(given, settings=settings)
        came, fault = "read", told_again(config)
        came = planned(given, settings)
    except LeadLagError as error:
        came, fault = error.code, wrong_words(str(error))
    except Exception as error:  # noqa: BLE001 (that is what is looked for)
        came, fault = "fault", f"{type(error).__name__}: {str(error)[:200]}"
    finally:
        if isinstance(given, Path):
            given.unlink()
    if (took := time.process_time() - begun) > LIMIT:
        fault = f"it took {took:.0f} s"
    return came, fault


def wrong_words(text: str) -> str:
    """What is wrong with a message."""
    if "secret" in text:
        return f"a password is shown: {text[:300]}"
    return f"a message of {len(text):,} letters" if len(text) > 20_000 else ""


def planned(given: Any, settings: list[str]) -> str:
    """What `leadlag run --dry-run` makes of it: exit and status."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = run_call(RunCall(config=given, settings=settings, as_of="2026-11-30", dry_run=True))
    json.dumps(found.to_dict(), allow_nan=False)
    return f"{found.status} {found.exit}"


def told_again(config: Config) -> str:
    """What is wrong with a config that was read; it is kept with every run as text, and looked at by the next."""
    for source in config.sources:
        config.reading(source), config.opening(source)
    for job in config.jobs:
        config.options(job)
    text = config.text()
    again = read_config(json.loads(text)).text()
    return "" if again == text else f"told as {text[:200]} and then as {again[:200]}"


# Names

PARTS = (
    "..", "/", "\\", "../", "..\\", "/etc/passwd", "C:", "~", "$HOME", "`id`", ";", "'", '"', "''",
    "');DROP TABLE jobs;--", '"; --', "%00", "%s", "\0", "\n", "\r", "\t", "\x1b[2J", "\x7f", "\u202e", "\u200b",
    "\u2028", "\ufeff", "é", "e\u0301", "日本語", "العربية", "🎉", "👩‍👩‍👧", "𝔘", "ß", "ẞ", "İ", "ı", "a", "A", "mrr",
    "MRR", "Mrr", ".", " ", "con", "NUL", "aux.json", "COM1", "*", "?", "<", ">", "|", ":", "-", "--help", "#", "{}",
    "[0]", "null", "nan", "1e5", "0", "-0", "true", "(total)", "=cmd()", "@x", "x" * 300, "ü" * 255, "models",
    "manifest.json", ".state", "jobs.parquet",
)  # fmt: skip


def hostile(dice: random.Random) -> str:
    """A name."""
    return "".join(dice.choice(PARTS) for _ in range(dice.randint(1, 4))) or "x"


def outcome_of(number: int, dice: random.Random) -> JobOutcome:
    """A made-up answer whose every name is hostile."""
    kpi, segment, leads = hostile(dice), hostile(dice) if dice.random() < 0.9 else "", [hostile(dice) for _ in range(2)]
    ranked = tuple(tuple(lead if column == "lead" else None for column in COLUMNS) for lead in leads)
    forecast = (hostile(dice), 1, hostile(dice), 1.5, None, None, None, None, None, tuple(leads), False, "ab" * 32, hostile(dice))
    return JobOutcome(
        job_id=f"{number:064x}", kpi=kpi, segment=segment, status="done", message=hostile(dice), first=segment, last=kpi,
        n_candidates=2, ranked=ranked, forecasts=(forecast,), model=json.dumps([kpi, segment]),
        ranking=json.dumps({"kpi": kpi, "segment": segment, "leads": leads}),
    )  # fmt: skip


def name_faults(folder: Path, *, count: int, first: int = 0, at_a_time: int = 500) -> list[str]:
    """Write runs of hostile names below a folder, read them back; all that is wrong."""
    runs, found = folder / "a" / "b" / "runs", list[str]()
    told: dict[str, JobOutcome] = {}
    (folder / "a").mkdir()
    for start in range(first, first + count, at_a_time):
        size = min(at_a_time, first + count - start)
        outcomes = [outcome_of(number, random.Random(number)) for number in range(start, start + size)]
        pairs = Counter((one.kpi, one.segment) for one in outcomes)
        outcomes = [one for one in outcomes if pairs[one.kpi, one.segment] == 1]  # a KPI has one job in a segment
        journal = Journal(folder / "a" / "journal.jsonl")
        for one in outcomes[:50]:
            journal.append(one)
        journal = Journal(folder / "a" / "journal.jsonl")
        found += [f"journal: {one.kpi!r}" for one in outcomes[:50] if journal.outcome(one.job_id) != one]
        journal.remove()
        files = Counter(model_file(one.kpi, one.segment).casefold() for one in outcomes)
        found += [f"{name} is the model of several" for name, times in files.items() if times > 1]
        kept(runs, f"2026-11-30-{start:08x}", outcomes)
        told |= {one.job_id: one for one in outcomes}
    index_runs(folder / "a" / "leadlag.db", runs_in(runs))
    found += [f"a file lies elsewhere: {name!r}" for name in sorted(elsewhere(folder, runs))]
    for run in runs_in(runs):
        found += [f"folder: {one.kpi!r} in {one.segment!r}" for one in run.outcomes() if one != told[one.job_id]]
    for name, store in (("folder", open_store(runs)), ("index", open_store(f"sqlite:///{folder}/a/leadlag.db"))):
        found += [f"{name}: {fault}" for fault in read_back(store, told)]
    return found


def elsewhere(folder: Path, runs: Path) -> Iterator[str]:
    """Files that are not where they should be."""
    allowed = re.compile(
        r"(jobs|results|forecasts|rankings|sources)\.parquet|(config|manifest)\.json|models/[A-Za-z0-9_][A-Za-z0-9_.-]*\.json"
    )
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            if runs in path.parents:
                if allowed.fullmatch("/".join(path.relative_to(runs).parts[1:])) is None or len(name) > 120:
                    yield str(path)
            elif path != folder / "a" / "leadlag.db":
                yield str(path)


def read_back(store: Store, told: Mapping[str, JobOutcome]) -> Iterator[str]:
    """What a store says otherwise than it was written."""
    jobs, results, forecasts = store.jobs(), store.results(), store.forecasts()
    if len(jobs) != len(told):
        yield f"{len(jobs)} jobs of {len(told)}"
    for row in jobs.itertuples():
        one = told[row.job_id]
        if (row.kpi, row.segment, row.message, row.first) != (one.kpi, one.segment, one.message, one.first):
            yield f"jobs: {one.kpi!r} in {one.segment!r}"
    leads = results.groupby("job_id", sort=False)["lead"].agg(tuple).to_dict()
    yield from (
        f"results: {one.ranked!r}" for one in told.values() if leads[one.job_id] != tuple(row[LEAD] for row in one.ranked)
    )
    named = dict(zip(forecasts["job_id"], forecasts["leads"], strict=True))
    yield from (f"forecasts: {one.forecasts!r}" for one in told.values() if named[one.job_id] != one.forecasts[0][9])
    for run, job_id in [*zip(jobs["run_id"], jobs["job_id"], strict=True)][:: max(len(jobs) // 40, 1)]:
        one = told[job_id]
        if store.ranking(run, one.kpi, one.segment) != json.loads(one.ranking):
            yield f"ranking: {one.kpi!r} in {one.segment!r}"


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("configs", 5000), ("names", 5000), ("first", 0), ("only", None)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args(words)
    logging.getLogger("leadlag").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "in" / "it"
        table_in(folder, weeks=70)
        os.chdir(folder)  # to which the paths in a mapping are relative
        if asked.only is not None:
            given, settings = config_of(asked.only, folder)
            print(given.read_bytes() if isinstance(given, Path) else given, settings, sep="\n")
            print(*config_fault(asked.only, folder), sep="\n")
            return
        report(folder, folder.parent / "names", asked.configs, asked.names, asked.first)


def report(folder: Path, beside: Path, configs: int, names: int, first: int) -> None:
    """Configs in one folder, names in another."""
    begun, came, n_faults = time.process_time(), Counter[str](), 0
    for seed in range(first, first + configs):
        kind, fault = config_fault(seed, folder)
        came[kind] += 1
        if fault:
            n_faults += 1
            print(f"config {seed}: {fault}", flush=True)
    print(f"{configs} configs, {dict(came)}: {n_faults} faults, {time.process_time() - begun:.0f} s")
    begun = time.process_time()
    beside.mkdir()
    found = name_faults(beside, count=names, first=first)
    for fault in found[:20]:
        print(fault)
    print(f"{names} names: {len(found)} faults, {time.process_time() - begun:.0f} s")


if __name__ == "__main__":
    main()
