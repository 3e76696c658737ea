"""What does a command come to where the metrics that it writes by the way can't be written?"""

from __future__ import annotations

from tests.console.cli.process import MOTION, Moot


def test_a_debate_that_has_completed_has_done_so_also_where_its_metrics_can_t_be_written(moot: Moot) -> None:
    folder = moot.home / "taken"
    folder.write_text("a file where a folder should be", encoding="utf-8")
    words = ("debate", MOTION, "--template", "simple_debate", "--evidence", moot.evidence())

    done = moot.run(*words, MOOT_METRICS_EXPORT_PATH=str(folder))

    assert "── Verdict: " in done.stdout
    assert "log      " in done.stdout
    assert "metrics  " not in done.stdout
    assert f"{folder}: the metrics folder can't be written to" in done.stderr
