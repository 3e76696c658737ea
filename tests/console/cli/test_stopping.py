"""What does ctrl+c come to where the turn that it waits for is the last one?"""

from __future__ import annotations

import json
import signal
import subprocess

from tests.console.cli.process import SECONDS_MAX, Moot, events_of, read_until
from tests.console.cli.refining import BRIEF, a_review

MOTION = "The rota should be shortened"
LAST_TURN_MS = 1_500
"""Long enough for a signal to be heard meanwhile."""


def a_slow_end(moot: Moot, **answers: object) -> str:
    """A model whose last word takes its time."""
    path = moot.home / "script.yaml"
    path.write_text(json.dumps({"answers": {"default": "The rota is short.", **answers}}), encoding="utf-8")
    return f"scripted:{path}"


def slowly(text: str) -> dict[str, object]:
    return {"text": text, "delay_ms": LAST_TURN_MS}


def stopped(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it writes behind ctrl+c, to its end."""
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=SECONDS_MAX)


def test_a_debate_that_ends_while_it_is_being_stopped_has_completed(moot: Moot) -> None:
    model = a_slow_end(moot, judge=slowly("VERDICT: for"))
    process = moot.start("debate", MOTION, "--template", "simple_debate", "--seat", f"all={model}", "--json")
    read_until(process, "CompletionDecided")

    rest, said = stopped(process)

    assert process.returncode == 0, said
    assert events_of(rest)[-1]["kind"] == "SessionCompleted"
    assert "stopping" in said
    assert "metrics " in said, "it says where things are, as at any end"


def test_the_text_of_a_refinement_that_ends_while_it_is_being_stopped_is_printed(moot: Moot) -> None:
    model = a_slow_end(moot, draft="On Friday.", review=slowly(a_review(0.95)))
    process = moot.start("refine", BRIEF, "--writer", model)
    assert process.stderr is not None
    assert any("Draft 1" in line for line in process.stderr)

    text, said = stopped(process)

    assert process.returncode == 0, said
    assert text == "On Friday.\n"
