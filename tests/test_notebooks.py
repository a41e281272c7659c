"""The notebooks run from top to bottom, say nothing on standard error, and show what their text promises."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

ASKED = "{'rows': ranking.to_frame().set_index('lead')[['verdict', 'delay']].T.to_dict(), 'folder': str(folder)}"


def execute(name: str, folder: Path) -> nbformat.NotebookNode:
    """The notebook after a run in a folder of its own, by a kernel that sees nothing of this machine's settings."""
    notebook = jupytext.read(ROOT / "notebooks" / f"{name}.py")
    notebook.cells.append(nbformat.v4.new_code_cell(ASKED))
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": str(folder / "ipython"),
        "TMPDIR": str(folder),
    }
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute(env=env)
    nbformat.validate(notebook)
    return notebook


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Notebook 01, executed once."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        for variable in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(variable, str(home))
        return execute("01_from_csv_to_report", tmp_path_factory.mktemp("notebook"))


def outputs(notebook: nbformat.NotebookNode) -> list[Any]:
    """What all cells gave, in order."""
    return [item for cell in notebook.cells if cell.cell_type == "code" for item in cell.outputs]


def printed(notebook: nbformat.NotebookNode) -> str:
    """All that was printed."""
    return "".join(item.text for item in outputs(notebook) if item.output_type == "stream")


def last_value(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """The value of the cell that the test appended."""
    value: dict[str, Any] = ast.literal_eval(notebook.cells[-1].outputs[0].data["text/plain"].replace("nan", "None"))
    return value


def test_notebook_01_runs_without_an_error_or_a_warning(first: nbformat.NotebookNode) -> None:
    assert [item for item in outputs(first) if item.output_type == "error"] == []
    assert [item.text for item in outputs(first) if item.get("name") == "stderr"] == []


def test_notebook_01_shows_the_ranking_one_lead_and_four_figures(first: nbformat.NotebookNode) -> None:
    shown = [item.data for item in outputs(first) if "data" in item]
    assert sum("image/png" in data for data in shown) == 4
    assert sum("leadlag-result" in data.get("text/html", "") for data in shown) == 2


def test_notebook_01_lists_all_mistakes_of_the_wrong_file_at_once(first: nbformat.NotebookNode) -> None:
    text = printed(first)
    assert "4 things are wrong" in text
    assert "exit code 3" in text


def test_notebook_01_finds_the_planted_delays_and_no_lead_in_noise(first: nbformat.NotebookNode) -> None:
    rows = last_value(first)["rows"]
    assert (rows["demos"]["verdict"], rows["demos"]["delay"]) == ("lead", 2)
    assert (rows["training_hours"]["verdict"], rows["training_hours"]["delay"]) == ("lead", 8)
    assert "lead" not in (rows["nps"]["verdict"], rows["churn"]["verdict"])


def test_notebook_01_writes_its_report_by_both_doors(first: nbformat.NotebookNode) -> None:
    folder = Path(last_value(first)["folder"])
    assert "new_mrr" in (folder / "new_mrr.html").read_text(encoding="utf-8")
    written = {path.suffix for path in (folder / "leadlag-report").iterdir()}
    assert written == {".html", ".csv", ".json"}
