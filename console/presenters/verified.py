"""What is said of a session whose decisions were asked again?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import plural
from core.runtime.replaying import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.runtime.replaying import Verified

ID_SHOWN_CHARACTERS = 8
DIGEST_SHOWN_CHARACTERS = 16
BEFORE_CHARACTERS = 60
SHOWN_CHARACTERS_MAX = 400

GLYPHS = {Outcome.SAME: "✓", Outcome.DIVERGES: "✗", Outcome.NOT_VERIFIABLE: "?"}
WORDS = {Outcome.SAME: "same", Outcome.DIVERGES: "diverges", Outcome.NOT_VERIFIABLE: "not verifiable here"}


def verified_rows(verified: Verified) -> list[tuple[str, str]]:
    """One session in full."""
    rows = [("session", verified.session), ("verdict", _verdict(verified))]
    if verified.outcome is Outcome.DIVERGES:
        recorded, decided = _where_they_part(verified.recorded, verified.decided)
        rows += [("recorded", recorded), ("decided", decided)]
    if verified.why:
        rows.append(("lacking", verified.why))
    rows += [("note", note) for note in verified.notes]
    rows += [("events", f"{verified.events:,}"), ("digest", verified.digest)]
    return rows


def verified_line(verified: Verified) -> str:
    """One session of many."""
    id_, digest = verified.session[:ID_SHOWN_CHARACTERS], verified.digest[:DIGEST_SHOWN_CHARACTERS]
    events = f"{verified.events:,} {plural(verified.events, 'event')}"
    said = f"{GLYPHS[verified.outcome]} {id_}  {digest}  {events}  {_verdict(verified)}"
    return f"{said}: {verified.why}" if verified.why else said


def totals_line(outcomes: Iterable[Outcome]) -> str:
    """What came of all of them."""
    found = list(outcomes)
    counts = ", ".join(f"{found.count(each)} {WORDS[each]}" for each in Outcome)
    return f"{len(found)} session{'' if len(found) == 1 else 's'}: {counts}"


def _verdict(verified: Verified) -> str:
    at = f" at event {verified.seq:,}" if verified.outcome is Outcome.DIVERGES else ""
    return f"{WORDS[verified.outcome]}{at}"


def _where_they_part(recorded: str, decided: str) -> tuple[str, str]:
    """Both texts from a little before the first place at which they differ."""
    same = next(
        (at for at, (one, other) in enumerate(zip(recorded, decided, strict=False)) if one != other),
        min(len(recorded), len(decided)),
    )
    start = max(0, same - BEFORE_CHARACTERS)
    return _cut(recorded, start), _cut(decided, start)


def _cut(text: str, start: int) -> str:
    shown = text[start : start + SHOWN_CHARACTERS_MAX]
    return f"{'…' if start else ''}{shown}{'…' if start + SHOWN_CHARACTERS_MAX < len(text) else ''}"
