"""Which refinements do the tests of the command line run?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from subprocess import CompletedProcess

from tests.console.cli.process import Moot

BRIEF = "Write a notice about the rota."
PRICE = {"input_microusd": 3_000_000, "output_microusd": 15_000_000}


def a_review(score: float, feedback: str = "Say when.") -> str:
    return json.dumps(
        {"feedback": feedback, "suggestions": [{"passage": "", "change": "Name the day."}], "score": score}
    )


def a_script(
    moot: Moot,
    *scores: float,
    drafts: Sequence[object] = ("One.", "Two.", "Three.", "Four.", "Five."),
    reviews: Sequence[str] = (),
    more: Mapping[str, object] | None = None,
) -> str:
    """A model that writes these drafts and reviews them with these scores, at a price."""
    answers = {"draft": list(drafts), "review": list(reviews) or [a_review(score) for score in scores], **(more or {})}
    path = moot.home / "script.yaml"
    path.write_text(json.dumps({"price": PRICE, "answers": answers}), encoding="utf-8")
    return f"scripted:{path}"


def refine(moot: Moot, model: str, *words: str, code: int = 0, **environ: str) -> CompletedProcess[str]:
    return moot.run("refine", BRIEF, "--writer", model, *words, code=code, **environ)


def session_of(done: CompletedProcess[str]) -> str:
    """The id that was shown."""
    return next(line.split()[1] for line in done.stderr.splitlines() if line.startswith("session "))


def nothing_recorded(moot: Moot) -> bool:
    return moot.run("sessions", "list", "--all", "--json").stdout.strip() == "[]"
