"""What does the list say of each session, and in which order?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.figures import age, money, spark
from console.presenters.kinds import kind_of, kind_of_all, reading_of, reading_text
from console.presenters.people import is_awaited, needs_you
from console.presenters.session_filter import LEFT_WORD, SPEAK_WORD, SessionFilter
from console.presenters.shown import Cell, Line, Row
from core.domain.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary
    from core.ports.catalogue import Label

FORK = "├"
"""Before the title of a session that goes on from another's prefix."""

CHILD = "└"
"""Before the title of a session that another one began: its control, or a debate about its draft."""

SPARK_CELLS = 4
NOTHING_YET = "–"


@dataclass(frozen=True, slots=True)
class StateShown:
    """A state as a glyph, a word and a style: no one of the three is needed to understand it."""

    glyph: str
    word: str
    style_name: str

    @property
    def text(self) -> str:
        return f"{self.glyph} {self.word}"


STATES: Mapping[Status, StateShown] = {
    Status.CREATED: StateShown("◌", "waiting", "muted"),
    Status.WAITING: StateShown("◌", "waiting", "muted"),
    Status.RUNNING: StateShown("●", "running", "ok"),
    Status.PAUSED: StateShown("‖", "paused", "text"),
    Status.ESCALATED: StateShown("◆", "asks", "attention strong"),
    Status.COMPLETED: StateShown("✓", "done", "muted"),
    Status.FAILED: StateShown("✗", "failed", "failed"),
    Status.CANCELLED: StateShown("–", "stopped", "muted"),
}

AWAITED = StateShown("◆", SPEAK_WORD, "attention strong")
"""A person is to speak there: the operator."""

LEFT = StateShown("○", LEFT_WORD, "attention")
"""What would move on if somebody drove, and stands still because nobody does."""

MOVING = (Status.CREATED, Status.WAITING, Status.RUNNING)

FIRST_STEPS = (
    ("new_debate", "starts a debate, rehearsed or with models"),
    ("new_refinement", "has a text written and refined"),
    ("go_system", "says which models can be asked"),
    ("go_rules", "shows the rules over every session"),
    ("help", "lists all keys; the mouse works too"),
)
"""What somebody who has never seen a session here may do first, by the action."""

FIRST_LOOK = "moot demo, in a shell, shows how one goes"

_ORDER = (Status.ESCALATED, Status.RUNNING, Status.FAILED, Status.PAUSED, Status.WAITING, Status.CREATED)
"""What needs the operator first, then what moves, then what stands; the rest is over, newest first."""

_QUIET = (Status.COMPLETED, Status.CANCELLED)


def title_of(summary: SessionSummary, label: Label | None) -> str:
    """What the operator calls it: their own name for it, else the one it was opened with, else the motion."""
    return (label.title if label else "") or summary.title or summary.motion


def is_left(summary: SessionSummary, *, is_driven: bool) -> bool:
    """Nobody drives it, and so nothing of what its state promises happens."""
    return not is_driven and summary.status in MOVING


def session_row(summary: SessionSummary, label: Label | None, *, now_ms: int, is_driven: bool = True) -> Row:
    """One row: state, title, round or iteration, consensus or score, cost, age; `–` for what is not known yet."""
    state = LEFT if is_left(summary, is_driven=is_driven) else STATES[summary.status]
    state = AWAITED if is_awaited(summary, is_driven=is_driven) else state
    tags = "".join(f" #{tag}" for tag in (label.tags if label else ()))
    ink = "muted" if summary.status in _QUIET else "text"
    marks = (FORK if summary.forked_from else CHILD if summary.parent else "", kind_of(summary).glyph)
    mark = "".join(f"{each} " for each in marks if each)
    is_asking = needs_you(summary, is_driven=is_driven)
    cells = (
        Cell(state.text, state.style_name),
        Cell(mark + title_of(summary, label) + tags, "text strong" if is_asking else "text"),
        Cell(f"{summary.round}/{summary.rounds_limit}" if summary.round else NOTHING_YET, ink),
        Cell(trend_text(summary), ink if reading_of(summary) is not None else "muted"),
        Cell(cost_text(summary), ink if summary.spent_microusd else "muted"),
        Cell(age_text(summary, now_ms=now_ms), "muted"),
    )
    return Row(summary.session, cells)


def age_text(summary: SessionSummary, *, now_ms: int) -> str:
    """How long ago it was opened."""
    return age(max(0, now_ms - summary.opened_at_ms))


def trend_text(summary: SessionSummary) -> str:
    """`▂▃▄▅  62 %`: the newest readings and the last of them; of scores the best, because that draft is kept."""
    if reading_of(summary) is None:
        return NOTHING_YET
    return f"{spark(summary.trend, width=SPARK_CELLS):>{SPARK_CELLS}} {reading_text(summary):>5}"


def column_titles(summaries: Iterable[SessionSummary]) -> Mapping[str, str]:
    """What the columns that differ from kind to kind are called: a list of one kind speaks its words."""
    kind = kind_of_all(summaries)
    return {"title": kind.about, "round": kind.lap_short or kind.lap, "consensus": kind.reading}


def cost_text(summary: SessionSummary) -> str:
    """What it cost so far. A session that has asked nobody yet has no cost to show."""
    return money(summary.spent_microusd) if summary.attempts else NOTHING_YET


def in_order(summaries: Iterable[SessionSummary], *, is_driven: bool = True) -> list[SessionSummary]:
    """As the list begins: what needs the operator on top."""

    def rank(summary: SessionSummary) -> tuple[int, int, str]:
        status = Status.ESCALATED if needs_you(summary, is_driven=is_driven) else summary.status
        place = _ORDER.index(status) if status in _ORDER else len(_ORDER)
        return place, -summary.opened_at_ms, summary.session

    return sorted(summaries, key=rank)


def rows_of(
    summaries: Iterable[SessionSummary],
    labels: Mapping[SessionId, Label],
    wanted: SessionFilter,
    *,
    now_ms: int,
    is_driven: bool = True,
) -> list[Row]:
    """The rows that the filter leaves, in order."""
    held = [
        each
        for each in summaries
        if wanted.holds(each, labels.get(each.session), is_left=is_left(each, is_driven=is_driven))
    ]
    ordered = in_order(held, is_driven=is_driven)
    return [session_row(each, labels.get(each.session), now_ms=now_ms, is_driven=is_driven) for each in ordered]


def list_title(*, shown: int, total: int, marked: int, wanted: SessionFilter) -> Line:
    """The line above the list: how many there are, what was marked, what the filter leaves."""
    counted = f"{shown} of {total}" if shown != total else str(total) if total else ""
    parts = [("Sessions", "text strong"), (f"  {counted}", "muted")]
    if marked:
        parts.append((f"  {marked} marked", "accent"))
    return Line(tuple(parts), right=((f"/{wanted.text}", "accent"),) if wanted.text else ())


def empty_list_text(wanted: SessionFilter, keys: Mapping[str, str], *, total: int) -> str:
    """What would be here, and the keys that lead on. `keys` are those in force, by action."""
    if wanted.text:
        return f"No session matches {wanted.text}\n{keys.get('back', 'esc')} shows all again"
    if total:
        return f"Every session is archived.\n/ is:archived shows them, {keys.get('new_debate', 'c')} starts a debate"
    led = [f"{keys[action]}  {what}" for action, what in FIRST_STEPS if keys.get(action)]
    return "\n".join(("No sessions yet.", *led, FIRST_LOOK))


def names_of(titles: Sequence[str]) -> str:
    """One title in quotes, or how many."""
    return f"'{_short(titles[0])}'" if len(titles) == 1 else f"{len(titles)} sessions"


def _short(title: str, characters_max: int = 40) -> str:
    flat = " ".join(title.split())
    return flat if len(flat) <= characters_max else flat[: characters_max - 1].rstrip() + "…"
