"""The notebooks run from top to bottom, say nothing on standard error, and show what their text promises."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

#: What is asked at the end of each notebook.
ASKED = {
    "01_from_csv_to_report": (
        "{'rows': ranking.to_frame().set_index('lead')[['verdict', 'delay']].T.to_dict(), 'folder': str(folder)}"
    ),
    "02_from_correlation_to_lag_profile": """{
        'raw': raw.significant_lags_all, 'prewhitened': (clean.first_lag, clean.peak_lag),
        'shapes': {name: tuple(map(float, row)) for name, row in comparison[['first lag', 'delay', 'aic']].iterrows()},
        'projection': response.peak_horizon, 'leads': ranking.leads, 'elasticity': in_logs['demos'].elasticity,
        'statsmodels': float((both['leadlag'] - both['statsmodels'])[free.params.index].abs().max(skipna=False)),
        'funnel': [tuple(map(float, row)) for row in long_run.to_numpy()]}""",
    "03_why_the_highest_correlation_lies": """{
        'levels': float((levels > naive).mean()), 'season': (calendar.peak_lag, cleared.significant_lags_all),
        'granger': granger.T.to_dict(), 'best_of_240': float((best > naive).mean()),
        'tables': {name: tuple(map(int, row)) for name, row in outcome.iterrows()}, 'power': power}""",
    "04_what_is_the_delay": """{
        'raw': (raw.peak_lag, raw.significant_lags_all), 'clean': clean.significant_lags_all,
        'many': places.mean().to_dict() | {'right': float((places['delay'] == 4).mean())},
        'delay': (answer.delay.low, answer.delay.peak, answer.delay.high, answer.actionable_delay),
        'ranked': ranking['trials'].delay.lags,
        'means': [float(each) for each in (mean.mean_low, truth.mean, mean.mean_high, estimate.low, estimate.high)],
        'explained': {int(h): float(value) for h, value in explained.items()}, 'unsure': unsure.identified,
        'slow': (ranked['trials'].verdict, len(ranked['trials'].delay.lags)), 'mixed': float(mixed['orders'].delay.peak)}""",
    "05_would_it_have_helped": """{
        'at_once': saved(at_once).T.to_dict(), 'then': saved(gain).T.to_dict(), 'company': saved(company).T.to_dict(),
        'claims': [float(each) for each in gain['initial_claims'].pvalue], 'stands': (stands.stands, falls.stands),
        'lines': {name: (float(line[:'2023-10'].iloc[-1]), float(line.iloc[-1])) for name, line in lines.items()},
        'broke': (broke.pvalue, broke.weakening.pvalue), 'same': (same.pvalue, same.weakening.pvalue),
        'rows': ranking.to_frame().set_index('lead')[['verdict', 'stability_pvalue']].T.to_dict(),
        'revised': [ll.forecast_gain(each, kpi='orders', leads='visits', horizons=1)['visits'].rmse[0]
                    for each in (snapshots.latest, snapshots)]}""",
    "06_will_we_reach_the_target": """{
        'leads': ranking.leads, 'used': {int(h): row for h, row in rows['leads'].items()}, 'chances': chances['chance'].to_dict(),
        'once': float(once['chance'].iloc[0]), 'then': float(then['chance'].iloc[0]), 'moved': float(moved['value'].sum()),
        'change': float(table['new_mrr'].iloc[-1] - table.set_index('date')['new_mrr']['2024-09-30']),
        'needed': last_week.needed().set_index('lead')['answer'].to_dict(), 'origin': later.origin}""",
}


def with_question(name: str) -> nbformat.NotebookNode:
    """The notebook, with what is asked at its end."""
    notebook = jupytext.read(ROOT / "notebooks" / f"{name}.py")
    notebook.cells.append(nbformat.v4.new_code_cell(ASKED[name]))
    return notebook


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """The notebook after a run in a folder of its own, by a kernel that sees nothing of this machine's settings."""
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
def clean_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No settings of this machine for the notebook programs."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        for variable in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(variable, str(home))
        yield


@pytest.fixture(scope="module")
def first(clean_home: None, tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Notebook 01, executed once."""
    return execute(with_question("01_from_csv_to_report"), tmp_path_factory.mktemp("notebook"))


@pytest.fixture(scope="module")
def furnaces(clean_home: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, nbformat.NotebookNode]:
    """Notebook 02 as it comes, and with the measurements of the gas furnace beside it.

    Only part A reads the furnace. So one kernel executes the notebook, gets the file, and executes part A once more.
    """
    folder, file = tmp_path_factory.mktemp("notebook"), ROOT.parent / "shared" / "data" / "gas_furnace.csv"
    notebook = with_question("02_from_correlation_to_lag_profile")
    if not file.is_file():
        return {"stand-in": execute(notebook, folder)}
    first = list(notebook.cells)
    part_b = next(place for place, cell in enumerate(first) if cell.source.startswith("# Part B"))
    code = [cell.source for cell in (*first[:part_b], first[-1]) if cell.cell_type == "code"]
    copied = nbformat.v4.new_code_cell(f"import shutil\n_ = shutil.copy({str(file)!r}, '.')")
    again = [nbformat.v4.new_code_cell(source) for source in code]
    notebook.cells = [*first, copied, *again]
    execute(notebook, folder)
    parts = {"stand-in": first, "measured": [*again[:-1], *first[part_b:-1], again[-1]]}
    return {name: nbformat.v4.new_notebook(cells=cells) for name, cells in parts.items()}


@pytest.fixture(scope="module", params=["stand-in", "measured"])
def second(request: pytest.FixtureRequest, furnaces: dict[str, nbformat.NotebookNode]) -> nbformat.NotebookNode:
    """Notebook 02 on one of the two furnaces."""
    if request.param not in furnaces:
        pytest.skip("the gas furnace is not part of this project: its copies have licences of their own")
    return furnaces[request.param]


@pytest.fixture(scope="module")
def third(clean_home: None, tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Notebook 03, executed once."""
    return execute(with_question("03_why_the_highest_correlation_lies"), tmp_path_factory.mktemp("notebook"))


@pytest.fixture(scope="module")
def fourth(clean_home: None, tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Notebook 04, executed once."""
    return execute(with_question("04_what_is_the_delay"), tmp_path_factory.mktemp("notebook"))


@pytest.fixture(scope="module")
def fifth(clean_home: None, tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Notebook 05, executed once."""
    return execute(with_question("05_would_it_have_helped"), tmp_path_factory.mktemp("notebook"))


@pytest.fixture(scope="module")
def sixth(clean_home: None, tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Notebook 06, executed once."""
    return execute(with_question("06_will_we_reach_the_target"), tmp_path_factory.mktemp("notebook"))


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


def test_notebook_02_runs_without_an_error_or_a_warning_and_shows_nine_figures(second: nbformat.NotebookNode) -> None:
    assert [item for item in outputs(second) if item.output_type == "error"] == []
    assert [item.text for item in outputs(second) if item.get("name") == "stderr"] == []
    assert sum("image/png" in item.data for item in outputs(second) if "data" in item) == 9


def test_notebook_02_finds_the_delay_of_the_furnace_that_its_text_tells(second: nbformat.NotebookNode) -> None:
    found = last_value(second)
    assert set(range(1, 11)) <= set(found["raw"])
    assert found["prewhitened"] == (3, 5)
    shapes = found["shapes"]
    assert shapes["free"][:2] == shapes["geometric, 3 free"][:2] == (3, 5)
    assert shapes["delayed"][:2] == (1, 5)
    assert min(shapes, key=lambda name: shapes[name][2]) == "geometric, 3 free"
    assert found["projection"] == 8


def test_notebook_02_hands_the_same_coefficients_to_statsmodels(second: nbformat.NotebookNode) -> None:
    assert last_value(second)["statsmodels"] < 1e-6


def test_notebook_02_sizes_the_leads_of_the_funnel_and_shapes_are_sharper(second: nbformat.NotebookNode) -> None:
    found = last_value(second)
    assert found["leads"] == ("demos", "training_hours")
    assert [row[0] for row in found["funnel"]] == [2, 2, 8, 8]
    assert all(low < truth < high for _, _, low, high, truth in found["funnel"])
    free_demos, fading, free_hours, window = (high - low for _, _, low, high, _ in found["funnel"])
    assert fading < 0.5 * free_demos
    assert window < 0.5 * free_hours
    assert found["elasticity"] == pytest.approx(0.66, abs=0.03)


def test_notebook_03_runs_without_an_error_or_a_warning_and_shows_eight_figures(third: nbformat.NotebookNode) -> None:
    assert [item for item in outputs(third) if item.output_type == "error"] == []
    assert [item.text for item in outputs(third) if item.get("name") == "stderr"] == []
    assert sum("image/png" in item.data for item in outputs(third) if "data" in item) == 8


def test_notebook_03_finds_leads_in_noise_by_correlation(third: nbformat.NotebookNode) -> None:
    found = last_value(third)
    assert found["levels"] > 0.8
    assert found["best_of_240"] == 1.0
    granger = found["granger"]
    assert granger["levels"]["best of 12 orders"] > granger["levels"]["one order (4), fixed before"] > 0.08
    assert granger["changes"]["one order (4), fixed before"] == pytest.approx(0.05, abs=0.03)
    assert all(row[0] == 8 for row in found["tables"].values())


def test_notebook_03_finds_the_planted_lead_by_the_ranking_only(third: nbformat.NotebookNode) -> None:
    found = last_value(third)
    assert found["season"] == (11, ())
    assert all(row[2] <= 3 for row in found["tables"].values())
    assert found["tables"]["random walks, one lead"][1] == 0
    assert found["tables"]["random walks, one lead"][3] >= 7
    assert found["power"][0.6] > found["power"][0.3] > found["power"][0.15]


def test_notebook_04_runs_without_an_error_or_a_warning_and_shows_twelve_figures(fourth: nbformat.NotebookNode) -> None:
    assert [item for item in outputs(fourth) if item.output_type == "error"] == []
    assert [item.text for item in outputs(fourth) if item.get("name") == "stderr"] == []
    assert sum("image/png" in item.data for item in outputs(fourth) if "data" in item) == 12


def test_notebook_04_finds_peak_and_mean_where_correlations_do_not(fourth: nbformat.NotebookNode) -> None:
    found = last_value(fourth)
    assert found["raw"] == (5, tuple(range(2, 12)))
    assert found["clean"] == (4,)
    assert found["delay"] == (3, 4, 4, 3)
    assert found["ranked"] == (3, 4)
    low, truth, high, shaped_low, shaped_high = found["means"]
    assert low < truth < high
    assert shaped_low < truth < shaped_high
    assert found["many"]["highest correlation"] > 4.8
    assert found["many"]["right"] > 0.5
    assert found["many"]["in the set"] >= 0.85


def test_notebook_04_loses_nothing_up_to_the_actionable_delay(fourth: nbformat.NotebookNode) -> None:
    explained = last_value(fourth)["explained"]
    assert explained[3] > 0.95 * explained[1]
    assert explained[8] < 0.7 * explained[3]


def test_notebook_04_says_where_the_delay_is_not_known(fourth: nbformat.NotebookNode) -> None:
    found = last_value(fourth)
    assert found["unsure"] is False
    assert found["slow"][0] == "lead"
    assert found["slow"][1] >= 5
    assert found["mixed"] == pytest.approx(4 / 3)


def test_notebook_05_runs_without_an_error_or_a_warning_and_shows_nine_figures(fifth: nbformat.NotebookNode) -> None:
    assert [item for item in outputs(fifth) if item.output_type == "error"] == []
    assert [item.text for item in outputs(fifth) if item.get("name") == "stderr"] == []
    assert sum("image/png" in item.data for item in outputs(fifth) if "data" in item) == 9


def test_notebook_05_saves_error_where_its_text_says_so(fifth: nbformat.NotebookNode) -> None:
    found = last_value(fifth)
    assert min(found["at_once"]["initial_claims"][1], found["at_once"]["payrolls"][1]) > 0.03
    assert found["at_once"]["mean_unemployment_weeks"][1] < 0.0
    assert max(found["at_once"]["mean_unemployment_weeks"].values()) < 0.03
    assert max(map(abs, found["at_once"]["term_spread"].values())) < 0.03
    assert found["then"]["initial_claims"][1] > found["at_once"]["initial_claims"][1] + 0.02
    assert max(found["claims"][:2]) < 0.05
    assert found["company"]["demos"][2] > 0.15 > 0.0 > found["company"]["demos"][4]
    assert max(found["company"]["nps"].values()) <= 0.0 > found["company"]["nps"][4]
    finished, as_known = found["revised"]
    assert finished > 0.3 > 0.15 > as_known


def test_notebook_05_tells_the_lead_that_broke_from_those_that_hold(fifth: nbformat.NotebookNode) -> None:
    found = last_value(fifth)
    assert found["stands"] == (True, False)
    assert max(found["broke"]) < 0.01
    assert min(found["same"]) > 0.10
    earned, left = found["lines"]["partner_contacts"]
    assert left < 0.3 * earned
    assert found["lines"]["demos"][1] > found["lines"]["demos"][0] > 0
    assert found["rows"]["partner_contacts"]["stability_pvalue"] < 0.01 < found["rows"]["demos"]["stability_pvalue"]


def test_notebook_06_runs_without_an_error_or_a_warning_and_shows_the_fan(sixth: nbformat.NotebookNode) -> None:
    assert [item for item in outputs(sixth) if item.output_type == "error"] == []
    assert [item.text for item in outputs(sixth) if item.get("name") == "stderr"] == []
    assert sum("image/png" in item.data for item in outputs(sixth) if "data" in item) == 1


def test_notebook_06_forecasts_by_the_planted_leads_as_far_as_they_act(sixth: nbformat.NotebookNode) -> None:
    found = last_value(sixth)
    assert found["leads"] == ("demos", "training_hours")
    assert [found["used"][h] for h in (2, 3, 8, 9)] == [("demos", "training_hours"), *[("training_hours",)] * 2, ()]
    assert found["origin"] == "2024-12-23"


def test_notebook_06_has_chances_in_their_order_and_parts_that_add_up(sixth: nbformat.NotebookNode) -> None:
    found = last_value(sixth)
    assert 1.0 > found["chances"]["committed"] > found["chances"]["stretch"] > found["chances"]["moonshot"] > 0.0
    assert found["once"] > found["then"] > 0.0
    assert found["moved"] == pytest.approx(found["change"], abs=1e-6)
    assert set(found["needed"]) == {"demos", "training_hours"}
