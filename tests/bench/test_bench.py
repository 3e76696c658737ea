"""Does every figure still come out? How large it is, is no test's business."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.measuring import Figure, percentile
from bench.terminal import NotPainted, Terminal

QUICK = bench.cases(is_quick=True)


@pytest.mark.parametrize(
    ("name", "part"), [(name, part) for name, parts in QUICK.items() for part in range(len(parts))]
)
def test_each_case_of_a_quick_run_comes_to_figures(name: str, part: int, tmp_path: Path) -> None:
    figures = QUICK[name][part](tmp_path)

    assert figures
    for figure in figures:
        assert math.isfinite(figure.value), figure.name
        assert bench.line(figure).startswith(name), "figures are told by the case that they are asked for with"
        json.dumps(bench.as_plain(figure))


def test_a_figure_beyond_its_bound_is_called_missed() -> None:
    figure = Figure(case="c", name="n", value=101, unit="µs", value_max=100)

    assert "MISSED ≤ 100 µs" in bench.line(figure)


def test_a_figure_at_its_bound_is_met() -> None:
    assert not Figure(case="c", name="n", value=100, unit="µs", value_max=100).is_missed


def test_a_ratio_is_held_against_the_baseline_of_the_same_run() -> None:
    figure = Figure(case="c", name="n", value=30, unit="ms", baseline=10, ratio_max=2.5)

    assert figure.ratio == 3
    assert figure.is_missed


def test_what_has_no_bound_is_neither_met_nor_missed() -> None:
    line = bench.line(Figure(case="c", name="n", value=1, unit="ms"))

    assert "met" not in line
    assert "MISSED" not in line


def test_of_twenty_samples_the_p95_is_the_second_largest() -> None:
    assert percentile([float(sample) for sample in range(1, 21)], 95) == 19


def test_the_surroundings_name_what_figures_depend_on() -> None:
    assert {"python", "sqlite", "textual", "load"} <= set(bench.surroundings())


def test_a_terminal_tells_when_a_program_has_painted(tmp_path: Path) -> None:
    program = "import time; print('\\x1b[1mrea\\x1b[0mdy', flush=True); time.sleep(60)"

    with Terminal([sys.executable, "-c", program], environment={"HOME": str(tmp_path)}) as terminal:
        assert terminal.until("ready") > 0


def test_a_terminal_says_what_was_painted_instead(tmp_path: Path) -> None:
    with (
        Terminal([sys.executable, "-c", "print('other', flush=True)"], environment={}) as terminal,
        pytest.raises(NotPainted, match="other"),
    ):
        terminal.until("ready", seconds=3.0)


def test_figures_are_written_as_json_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", ["bench", "--quick", "--only", "settle", "--json", str(file)])

    assert bench.main() == 0

    assert json.loads(file.read_text("utf-8"))["figures"][0]["case"] == "settle"
    assert "settle" in capsys.readouterr().out


def test_a_quick_run_knows_the_same_cases_as_a_long_one() -> None:
    assert QUICK.keys() == bench.cases(is_quick=False).keys()
