"""How does a refusal go through the inbox, so that whoever asked meets the same as if it had been refused here?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from core.domain.errors import CommandRefused, MootError, WrongUse
from core.ports.inbox import InboxAnswer
from core.rules.problems import RuleFileError
from core.written.problems import Problem

REFUSED = "refused"
WRONG_USE = "wrong_use"
RULE_FILE = "rule_file"


def answer_of(error: MootError) -> InboxAnswer:
    """The answer that says why something was not done."""
    body: dict[str, object] = {"error": WRONG_USE, "what": error.what, "where": error.where, "now": error.now}
    if isinstance(error, RuleFileError):
        body |= {
            "error": RULE_FILE,
            "origin": error.origin,
            "problems": [asdict(problem) for problem in error.problems],
        }
    elif isinstance(error, CommandRefused):
        body["error"] = REFUSED
    return InboxAnswer(is_done=False, text=str(error), body=body)


def refusal_of(answer: InboxAnswer) -> MootError:
    """The inverse of `answer_of`."""
    body = answer.body
    if body.get("error") == RULE_FILE:
        problems = cast("list[Mapping[str, Any]]", body.get("problems", []))
        return RuleFileError([Problem(**problem) for problem in problems], origin=str(body.get("origin", "")))
    kind = CommandRefused if body.get("error") == REFUSED else WrongUse
    what, where, now = (str(body.get(part, "")) for part in ("what", "where", "now"))
    return kind(what or answer.text, where=where, now=now)
