"""By which names are things called?

Each kind of id has a type of its own, so that a seat is never passed where a step was meant. All are plain strings:
session ids are 32 hexadecimal digits, rule, template and participant ids snake_case, step ids derived from the state
(`r2.rebuttal.opponent`), digests the hexadecimal SHA-256 of a canonical form.
"""

from __future__ import annotations

import re
from typing import NewType

SessionId = NewType("SessionId", str)
SeatId = NewType("SeatId", str)
ParticipantId = NewType("ParticipantId", str)
StepId = NewType("StepId", str)
RuleId = NewType("RuleId", str)
TemplateId = NewType("TemplateId", str)
Digest = NewType("Digest", str)

DEFAULT_RULE_SET = "own"
"""The set of rules that a session follows unless another is chosen."""

NO_SESSION = SessionId("")
NO_SEAT = SeatId("")
NO_STEP = StepId("")
NO_TEMPLATE = TemplateId("")
NO_DIGEST = Digest("")

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
NAME_CHARACTERS_MAX = 64


def is_snake_case(name: str) -> bool:
    """True for ids such as `complete_at_max_rounds` of at most `NAME_CHARACTERS_MAX` characters."""
    return len(name) <= NAME_CHARACTERS_MAX and SNAKE_CASE.fullmatch(name) is not None
