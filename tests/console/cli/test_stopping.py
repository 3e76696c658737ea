"""What does ctrl+c come to where the turn that it waits for is the last one?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from console.cli import debate
from console.exit_codes import ExitCode
from console.headless import Ending, StopRequest
from console.settings import Settings
from core.domain.ids import SessionId
from core.orchestrator import Orchestrator
from tests.console.cli.process import SECONDS_MAX, Moot, events_of, read_until, rest_of
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
    return rest_of(process)


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


def test_a_debate_that_ends_unread_has_completed(moot: Moot) -> None:
    model = a_slow_end(moot, judge=slowly("VERDICT: for"))
    process = moot.start("debate", MOTION, "--template", "simple_debate", "--seat", f"all={model}", "--json")
    read_until(process, "CompletionDecided")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()

    with process.stderr:
        said = process.stderr.read()
    process.wait(timeout=SECONDS_MAX)

    assert process.returncode == 0, said
    assert "resume" not in said, "there is nothing to go on with"


async def test_a_debate_has_completed_also_where_nobody_reads_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    async def to_the_end(*_: object, **__: object) -> Ending:
        return Ending(code=ExitCode.COMPLETED)

    async def summary(_: str) -> SimpleNamespace:
        return SimpleNamespace(control="")

    reading, writing = os.pipe()
    os.close(reading)
    monkeypatch.setattr(debate, "follow_to_the_end", to_the_end)
    monkeypatch.setattr(debate, "text_printer", lambda _: print)
    with os.fdopen(writing, "w") as unread:
        monkeypatch.setattr("sys.stdout", unread)
        code = await debate.show_to_the_end(
            cast(Orchestrator, SimpleNamespace(summary=summary)),
            SessionId("ab" * 16),
            settings=Settings(database=Path("moot.db"), enable_metrics_export=False),
            stop=StopRequest(),
            as_json=False,
        )

    assert code is ExitCode.COMPLETED
