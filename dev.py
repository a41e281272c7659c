#!/usr/bin/env python3
"""Sets up leadlag in this checkout and runs it; the standard library is all it needs.

    python3 dev.py demo             rank the leads of the built-in real sample, write the report
    python3 dev.py notebook         JupyterLab with leadlag and a copy of each notebook (any arguments of JupyterLab)
    python3 dev.py test             lint, types, layers, then all tests
    python3 dev.py test -k NAME     only these tests (any pytest arguments)
    python3 dev.py test --oldest    the tests on the oldest packages that pyproject.toml allows
    python3 dev.py lint             lint, types and layers alone
    python3 dev.py bench            time and memory of a ranking
    python3 dev.py bench NAME       another script of benchmarks/, with its own arguments

The first start makes .venv from lock/, with the command leadlag in it; the next ones find it ready.
"""

# Parses on Python 3.6, so that an old interpreter gets a sentence and not a syntax error.
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

try:
    import resource
except ImportError:  # as on Windows
    resource = None

ROOT = Path(__file__).resolve().parent
LINT = ("ruff check --quiet .", "ruff format --check --quiet .", "mypy", "lint-imports --no-logo")
MORE = {"run.txt": ("dev.txt", "notebook.txt")}  # locks that hold all of this one
VERSION = "{}.{}.{}".format(*sys.version_info[:3])


def say(text):
    """A line for the person who waits; standard output is left to the command."""
    print("dev.py: " + text, file=sys.stderr, flush=True)


def check_python(arguments):
    """Stop with the next step where this interpreter cannot do it."""
    if sys.version_info < (3, 11):
        newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)]
        hint = "run `{} dev.py ...`".format(newer[0]) if newer else "install one and run `python3.11 dev.py ...`"
        sys.exit("dev.py: leadlag needs Python 3.11 or newer and this is {}: {}.".format(VERSION, hint))
    if "--oldest" in arguments and sys.version_info >= (3, 13):
        sys.exit("dev.py: the oldest packages exist for Python 3.11 and 3.12 only: run `python3.11 dev.py test --oldest`.")
    try:
        __import__("ensurepip")
    except ImportError:
        if not shutil.which("uv"):
            package = "python{}.{}-venv".format(*sys.version_info[:2])
            sys.exit("dev.py: this Python cannot make environments: run `sudo apt install " + package + "`, then this again.")


def run(command, cwd=None, **variables):
    """Exit code of `command`, run without what the caller's variables would mix into its imports."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    return subprocess.call([str(part) for part in command], cwd=cwd, env=dict(env, **variables))


def must(*command):
    """Run a step of the set-up, or stop there."""
    if run(command, ROOT) != 0:
        sys.exit("dev.py: this step failed, see above: " + " ".join(map(str, command)))


def stamp(lock):
    """What an environment has to have been made from to be used as it is."""
    content = (ROOT / "lock" / lock).read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(content + (sys.version + str(ROOT)).encode()).hexdigest()


def environment(lock):
    """Python of the environment with the packages of `lock`, made or added to where they are not there."""
    home = ROOT / (".venv-oldest" if lock == "oldest.txt" else ".venv")
    python, mark = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"), home / "made-from"
    maker, made = VERSION + (" uv" if shutil.which("uv") else " pip"), mark.read_text() if mark.exists() else ""
    if not (python.exists() and any(stamp(name) in made.split() for name in (lock, *MORE.get(lock, ())))):
        if not made.startswith(maker):  # another maker, another Python, or a set-up that was cut short
            shutil.rmtree(str(home), ignore_errors=True)
        begin = time.time()
        fill(home, python, lock)
        # a package has one version in all locks of .venv, so what was there before still is
        kept = [stamp(name) for name in ("run.txt", "dev.txt", "notebook.txt") if stamp(name) in made.split()]
        mark.write_text(" ".join([maker, *kept, stamp(lock)]))
        say("{} is ready after {:.0f} s.".format(home.name, time.time() - begin))
    return python


def fill(home, python, lock):
    """Make the environment at `home`, install `lock` into it, by hash and nothing else, and link leadlag."""
    uv = shutil.which("uv")
    # what users get cannot build leadlag, which the link takes
    files = [ROOT / "lock" / name for name in ([lock, "build.txt"] if lock == "run.txt" else [lock])]
    number = sum(line[:1].isalnum() for file in files for line in file.read_text().splitlines())
    time_needed = "a quarter of a minute to two minutes" if uv else "one to four minutes"
    text = "making {} with {}: {} packages of lock/{}, {}, this once ..."
    names = " and ".join(file.name for file in files)
    say(text.format(home.name, "uv" if uv else "pip", number, names, time_needed))
    (home / "made-from").unlink() if (home / "made-from").exists() else None
    if not python.exists():
        must(*([uv, "venv", "--quiet", "--python", sys.executable, home] if uv else [sys.executable, "-m", "venv", home]))
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install", "--disable-pip-version-check"]
    locked = [part for file in files for part in ("-r", file)]
    must(*pip, "--quiet", "--require-hashes", "--only-binary=:all:", *locked)
    say("linking leadlag itself into it ...")
    must(*pip, "--quiet", "--no-deps", "--no-build-isolation", "-e", ROOT)


def lint(_arguments=()):
    """Lint, types and layers: what failed."""
    python = environment("dev.txt")
    failed = []
    for command in LINT:
        say(command + " ...")
        tool, *arguments = command.split()
        failed += [command] * (run([python.parent / tool, *arguments], ROOT) != 0)
    return failed


def used():
    """Seconds of processor time that finished commands took, or the clock where the system does not tell."""
    if resource is None:
        return time.time()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test(arguments):
    """Lint and tests; with arguments for pytest, or on the oldest packages, only the tests."""
    oldest = "--oldest" in arguments
    chosen = [argument for argument in arguments if argument != "--oldest"]
    failed = [] if arguments else lint()
    # what old packages deprecate among themselves is not ours to mend
    options = ["-W", "default", "tests"] if oldest else []
    python = environment("oldest.txt" if oldest else "dev.txt")
    say("pytest, and at its end what was skipped and why ...")
    begin = used()
    failed += ["pytest"] * (run([python, "-m", "pytest", *options, *(chosen or ["--durations=20"])], ROOT) != 0)
    say("pytest took {:.0f} s{}.".format(used() - begin, " of processor time" if resource else ""))
    return failed


def bench(arguments):
    """Time and memory of a ranking, or the script of benchmarks/ that is named, with its own arguments."""
    name, *rest = arguments or ["speed"]
    return run([environment("run.txt"), ROOT / "benchmarks" / (name + ".py"), *rest], PYTHONPATH=str(ROOT))


def demo(arguments):
    """The demo with the packages that users get, in the caller's folder."""
    python = environment("run.txt")
    code = run([python, "-P", "-m", "leadlag", "demo", *arguments])
    if code == 0:
        here, script = Path.cwd(), python.parent / "leadlag"
        text = "to rank a file of your own, one row a period and one column a metric: {} rank FILE.csv --kpi COLUMN"
        say(text.format(script.relative_to(here) if here in script.parents else script))
    return code


def notebook(arguments):
    """JupyterLab in notebooks/, with a copy of each notebook to work in; what Jupyter remembers stays in .venv."""
    python, folder = environment("notebook.txt"), ROOT / "notebooks"
    own = {"JUPYTER_{}_DIR".format(name): str(ROOT / ".venv" / "jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    own["IPYTHONDIR"] = str(ROOT / ".venv" / "ipython")
    fresh = [file for file in sorted(folder.glob("*.py")) if not file.with_suffix(".ipynb").exists()]
    if fresh and run([python, "-m", "jupytext", "--quiet", "--to", "ipynb", *fresh], folder, **own) != 0:
        sys.exit("dev.py: the notebooks could not be copied, see above.")
    say("notebooks/*.ipynb are copies of the .py beside them; delete one to get it anew. Ctrl-C ends JupyterLab.")
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for JupyterLab, which asks back
    return run([python, "-m", "jupyterlab", *arguments], folder, **own)


def main(arguments):
    """Run the command that was named, and exit with what came of it."""
    commands = {"demo": demo, "notebook": notebook, "test": test, "lint": lint, "bench": bench}
    if arguments[:1] == [] or arguments[0] not in commands:
        sys.exit(__doc__)
    check_python(arguments)
    result = commands[arguments[0]](arguments[1:])
    sys.exit("dev.py: failed: " + ", ".join(result) + "." if isinstance(result, list) and result else result or 0)


if __name__ == "__main__":
    main(sys.argv[1:])
