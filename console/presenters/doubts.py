"""What is said of calls of which nobody knows how they ended, and of what a process before this one left?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import age, counted, money
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.reasons import in_words
from console.presenters.shown import Cell, Part, Row
from core.domain.status import Status
from core.runtime.doubts import DoubtStands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.runtime.doubts import Doubt
    from core.runtime.recovered import Recovered

DOUBT_PREFIX = "doubt:"
ID_SHOWN_CHARACTERS = 8

BY_POLICY: Mapping[str, str] = {
    "retry": "will be asked again",
    "ask": "will be put before you",
    "fail": "will fail its session",
}
"""What becomes of a call that was left, as soon as somebody drives."""


def doubt_key(doubt: Doubt) -> str:
    """Its row, for as long as it is in doubt."""
    return f"{DOUBT_PREFIX}{doubt.session}:{doubt.step}:{doubt.attempt}"


def becomes(doubt: Doubt) -> str:
    """What becomes of it, in a few words."""
    match doubt.stands:
        case DoubtStands.LEFT:
            return BY_POLICY[doubt.policy]
        case DoubtStands.WAITS:
            return "waits for you"
        case DoubtStands.CHARGED:
            return "stays charged until settled"


def doubt_row(doubt: Doubt, *, now_ms: int) -> Row:
    """As the System screen lists it, in its columns: state, call, and the most it may have cost."""
    word: Part = ("◆ in doubt", "attention") if doubt.stands is not DoubtStands.CHARGED else ("◇ in doubt", "muted")
    call = f"  {age(max(0, now_ms - doubt.since_ms))} · {doubt.route} · {doubt.title}"
    blank = Cell("")
    cost = Cell(f"≤ {money(doubt.cost_microusd_max)}", "attention")
    return Row(doubt_key(doubt), (Cell(*word), Cell(call), blank, blank, blank, blank, blank, cost))


def doubt_lines(doubt: Doubt, keys: Mapping[str, str], *, now_ms: int) -> tuple[Paragraph, ...]:
    """All there is to say of one, and which keys do what about it; `keys` are those in force, by action."""
    since = age(max(0, now_ms - doubt.since_ms))
    most = money(doubt.cost_microusd_max)
    said = (
        *paragraphs(doubt.title, "strong"),
        *paragraphs(f"{doubt.step}, attempt {doubt.attempt}, to {doubt.route}: {in_words(doubt.why)}, {since} ago."),
        *paragraphs(f"It may have been answered and paid for, with {most} at most, and {becomes(doubt)}."),
    )
    does = {"settle_doubt": "says what it cost by the provider's records"}
    if doubt.stands is DoubtStands.WAITS:
        does = {"retry_doubt": "asks again; it may cost again"} | does
        does |= {"fail_doubt": "leaves the session failed until you resume it"}
    hints = [f"{keys[action]} {what}" for action, what in does.items() if keys.get(action)]
    return (*said, Paragraph(), *(line for hint in hints for line in paragraphs(hint, "muted")))


def recovered_in_words(recovered: Sequence[Recovered], key: str) -> str:
    """What was found of the process before, in one sentence; nothing where it left nothing in doubt.

    `key` leads to the list of what is in doubt, "" where none does.
    """
    doubts = [doubt for each in recovered for doubt in each.doubts if doubt.cost_microusd_max]
    if not doubts:
        return ""
    most = money(sum(doubt.cost_microusd_max for doubt in doubts))
    waiting = sum(bool(each.doubts) and each.status in (Status.ESCALATED, Status.FAILED) for each in recovered)
    moving = [each for each in recovered if each.status in (Status.RUNNING, Status.WAITING, Status.CREATED)]
    going = sum(each.goes_on for each in moving)
    left = len(moving) - going
    by = "by itself" if going == 1 else "by themselves"
    said = (
        (waiting, f"{counted(waiting, 'session waits', 'sessions wait')} for you"),
        (going, f"{counted(going, 'session goes', 'sessions go')} on {by}"),
        (left, f"{counted(left, 'session is', 'sessions are')} left for whoever drives"),
    )
    stand = [text for count, text in said if count]
    calls = counted(len(doubts), "call is", "calls are")
    becomes_of_them = f"; {', '.join(stand)}" if stand else ""
    shows = f" {key} lists {'it' if len(doubts) == 1 else 'them'}." if key else ""
    return f"moot ended in the midst of a turn. {calls} in doubt, {most} at most{becomes_of_them}.{shows}"
