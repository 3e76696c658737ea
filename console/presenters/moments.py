"""What is said of each recorded event, and of every rule behind it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import duration
from console.presenters.paragraphs import Paragraph
from console.presenters.shown import Cell, Row
from core.domain.events import ActionOverruled, RuleErred, RuleFired, RuleSwitchedOff
from core.rules.explanation import Standing, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.domain.events import Recorded
    from core.rules.explanation import Explanation, Moment

_TELLING = ("rule", "step", "seat", "outcome", "reason", "round")
"""Of an event the first of these parts that it has says what it is about."""

_OF_RULES = (RuleFired, ActionOverruled, RuleErred, RuleSwitchedOff)

_GLYPHS = {
    Verdict.TRUE: ("✓", "ok strong"),
    Verdict.FALSE: ("✗", "muted"),  # nearly every rule at nearly every moment
    Verdict.NOT_LOOKED_AT: ("·", "muted"),
    Verdict.ERROR: ("!", "failed strong"),
}

_STANDINGS = {
    Standing.ARMED: "",
    Standing.SPENT: "has fired, and waits to be false again",
    Standing.DISABLED: "disabled",
    Standing.SWITCHED_OFF: "not heard any more: it could not be evaluated too often",
    Standing.NOT_IN_FORCE: "not in force here",
    Standing.NOT_HEARD: "",  # said once, of all
}


def event_row(record: Recorded, *, began_at_ms: int) -> Row:
    """seq, time since the session was opened, kind, what it is about."""
    is_of_rules = isinstance(record.event, _OF_RULES)
    return Row(
        str(record.seq),
        (
            Cell(str(record.seq), "muted"),
            Cell(duration(max(0, record.at_ms - began_at_ms)), "muted"),
            Cell(type(record.event).__name__, "accent strong" if is_of_rules else "text"),
            Cell(about(record), "text" if is_of_rules else "muted"),
        ),
    )


def about(record: Recorded) -> str:
    """What an event is about in a word or two; "" where its kind says it all."""
    parts = ((name, getattr(record.event, name, "")) for name in _TELLING)
    return next((f"{name} {told}" if name == "round" else str(told) for name, told in parts if told), "")


def heading(seq: int, explanations: Sequence[Explanation]) -> Paragraph:
    """Which moment it is, and whether rules have a say at it."""
    standings = {each.moment.standing for each in explanations if each.moment is not None}
    parts = [(f"Behind event {seq}", "text strong")]
    if Standing.NOT_HEARD in standings:
        parts.append(("  rules are not heard here: it doesn't run, or its end is decided", "attention"))
    return Paragraph(tuple(parts))


def verdict_lines(explanations: Sequence[Explanation], *, is_aligned: bool = True) -> tuple[Paragraph, ...]:
    """Every rule at one moment, in the order in which they are heard: whether it held, what it waited for. Where there
    is little room they are not aligned."""
    if not explanations:
        return (Paragraph((("No rules were in force here.", "muted"),)),)
    width = max(len(each.rule) for each in explanations) if is_aligned else 0
    return tuple(_verdict_line(each, width) for each in explanations)


def _verdict_line(explanation: Explanation, width: int) -> Paragraph:
    moment = explanation.moment
    is_off = moment is not None and moment.standing in (Standing.DISABLED, Standing.SWITCHED_OFF)
    glyph, style = ("○", "muted") if is_off else _GLYPHS[explanation.verdict]
    ink = "muted" if is_off else "text"
    parts = [(f"{explanation.rule:<{width}}  ", ink), (_said(explanation), "muted" if is_off else style)]
    return Paragraph(tuple(parts), f"{glyph} ", style)


def _said(explanation: Explanation) -> str:
    holds = "holds" if explanation.verdict is Verdict.TRUE else explanation.waits_for
    moment = explanation.moment
    told = [holds] if moment is None else [holds, *_standing(moment)]
    return " · ".join(each for each in told if each)


def _standing(moment: Moment) -> Sequence[str]:
    if moment.fired_seq == moment.seq:
        return ("fired here",)
    fired = f"fired with event {moment.fired_seq}" if moment.fired_seq else ""
    return (_STANDINGS[moment.standing], fired)


def explained(explanation: Explanation) -> tuple[Paragraph, ...]:
    """One rule clause by clause, with the event that each value comes from."""
    lines = (Paragraph(((line, "text"),)) for line in explanation.as_lines(with_origins=True))
    return (Paragraph(((explanation.rule, "accent strong"), (f"  {_said(explanation)}", "muted"))), *lines, Paragraph())
