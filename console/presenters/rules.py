"""What does the Rules screen say of each rule, and of the one under the cursor?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from console.presenters.figures import age, count, counted
from console.presenters.paragraphs import Paragraph
from console.presenters.rule_figures import NOTHING, mean_of, p95_of
from console.presenters.rule_versions import origin_short, replaced
from console.presenters.shown import Cell, Part, Row
from console.presenters.standings import out_of_reach
from core.analytics.rule_measures import RuleMeasure
from core.domain.commands import OPERATOR
from core.domain.events import Recorded, RuleFired
from core.domain.facts import FactSpec
from core.domain.ids import RuleId, SessionId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.ports.catalogue import RulesVersion
from core.rules.explanation import INDENT, MARKS, Clause, Explanation, Verdict, explain
from core.rules.following import edits
from core.rules.layers import Placed
from core.rules.rule import OWN_RULE_SET, Repeat, Rule

DAY_MS = 24 * 60 * 60 * 1_000
RECENT_DAYS = 30
RECENT_MS = RECENT_DAYS * DAY_MS

FIRINGS_KEPT_MAX = 100_000
"""Moments of firing held at once. A rule that fires after every event fills a log; the newest sessions are counted."""

SESSION_SHOWN_CHARACTERS = 8
TITLE_SHOWN_CHARACTERS = 40

_REPEATS = {Repeat.ROUND: "once a round", Repeat.EVENT: "after each event"}
_STATE_WORDS = {"on": True, "off": False, "enabled": True, "disabled": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How often a rule fired in the session under the cursor and lately in all; Unix ms of the last time, or 0."""

    here: int = 0
    recent: int = 0
    last_at_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counted from `sessions` logs, of which `sessions_left` more may hold firings: then the figures are too low."""

    rules: Mapping[str, RuleCount] = field(default_factory=dict)
    sessions: int = 0
    sessions_left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """When a rule last became what it is, by whom and how. `is_exact` is False where that was longer ago."""

    at_ms: int
    actor: str
    change: str
    is_exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The rule under the cursor in the session under the cursor: what it saw there, or why that can't be told."""

    session: SessionSummary
    explanation: Explanation | None = None
    why_not: str = ""


class FiringsBook:
    """When which rule fired, session by session, as far as their logs have been read."""

    def __init__(self) -> None:
        self._seqs: dict[SessionId, int] = {}
        self._fired: dict[SessionId, dict[RuleId, list[int]]] = {}
        self._held = 0

    @property
    def is_full(self) -> bool:
        return self._held >= FIRINGS_KEPT_MAX

    def seq_of(self, session: SessionId) -> int:
        """Up to which event a session was read."""
        return self._seqs.get(session, 0)

    def take(self, session: SessionId, records: Sequence[Recorded]) -> None:
        """Read on in a session's log."""
        for record in records:
            if isinstance(record.event, RuleFired):
                self._fired.setdefault(session, {}).setdefault(record.event.rule, []).append(record.at_ms)
                self._held += 1
        if records:
            self._seqs[session] = records[-1].seq

    def keep_only(self, sessions: Iterable[SessionId]) -> None:
        """Forget sessions that are gone."""
        for gone in self._seqs.keys() - set(sessions):
            del self._seqs[gone]
            self._held -= sum(len(moments) for moments in self._fired.pop(gone, {}).values())

    def counts(self, here: SessionId | None, *, now_ms: int, sessions_left: int = 0) -> Counts:
        """What has been read comes to."""
        since_ms = now_ms - RECENT_MS
        rules: dict[str, RuleCount] = {}
        for session, fired in self._fired.items():
            for rule, moments in fired.items():
                before = rules.get(rule, RuleCount())
                rules[rule] = RuleCount(
                    here=len(moments) if session == here else before.here,
                    recent=before.recent + sum(1 for at_ms in moments if at_ms >= since_ms),
                    last_at_ms=max(before.last_at_ms, *moments),
                )
        return Counts(rules=rules, sessions=len(self._seqs), sessions_left=sessions_left)


def last_changes(versions: Sequence[tuple[RulesVersion, Sequence[Rule]]], *, is_all: bool) -> dict[RuleId, Change]:
    """For each rule in force the version that made it what it is. `versions` are newest first; unless `is_all`, what
    is as it was in the oldest of them may have been so for longer."""
    if not versions:
        return {}
    found: dict[RuleId, Change] = {}
    waiting = {rule.id: rule for rule in versions[0][1]}
    for at, (version, _) in enumerate(versions):
        is_oldest = at + 1 == len(versions)
        older = {} if is_oldest else {rule.id: rule for rule in versions[at + 1][1]}
        for id, rule in tuple(waiting.items()):
            if older.get(id) != rule:
                found[id] = Change(
                    at_ms=version.made_at_ms,
                    actor=version.actor,
                    change=version.change,
                    is_exact=is_all or not is_oldest,
                )
                del waiting[id]
    return found


def matching(placed: Sequence[Placed], search: str) -> tuple[Placed, ...]:
    """The rules that hold every word of the search; `state:off` and `from:standard` ask for one part."""
    words = search.casefold().split()
    return tuple(each for each in placed if all(_holds(each, word) for word in words))


def _holds(placed: Placed, word: str) -> bool:
    rule, origin = placed.rule, placed.origin
    name, colon, value = word.partition(":")
    if colon and name == "state":
        return any(known.startswith(value) and rule.enabled is state for known, state in _STATE_WORDS.items())
    if colon and name in ("from", "set"):
        return any(each.casefold().startswith(value) for each in (origin.rule_set, origin.file) if each)
    return word in f"{rule.id} {rule.name} {rule.description} {origin}".casefold()


def rule_row(placed: Placed, count_: RuleCount | None, measure: RuleMeasure, *, has_session: bool, now_ms: int) -> Row:
    """switch, priority, id, name, where from, fired here, fired lately, last time, mean time, p95, errors. `count_` is
    None until the logs have been read."""
    rule = placed.rule
    ink = "text" if rule.enabled else "muted"
    fired = count_ or RuleCount()
    here = count(fired.here) if count_ is not None and has_session else NOTHING
    last = age(now_ms - fired.last_at_ms) if fired.last_at_ms else NOTHING
    return Row(
        rule.id,
        (
            Cell("● on", "ok") if rule.enabled else Cell("○ off", "muted"),
            Cell(str(rule.priority), ink),
            Cell(rule.id, ink),
            Cell(rule.name, "muted"),
            Cell(origin_short(placed), "accent" if placed.over else "muted"),
            Cell(here, "accent strong" if has_session and fired.here else "muted"),
            Cell(count(fired.recent) if count_ is not None else "…", ink if fired.recent else "muted"),
            Cell(last, ink if fired.last_at_ms else "muted"),
            Cell(mean_of(measure), "muted"),
            Cell(p95_of(measure), "muted"),
            Cell(count(measure.errors) if measure.errors else NOTHING, "failed strong" if measure.errors else "muted"),
        ),
    )


def headline(rules: Sequence[Rule], shown: int, here: SessionSummary | None, layers: Sequence[str] = ()) -> Paragraph:
    """Which set is shown and what it stands upon (nothing of the operator's own, which is shown unless another is
    chosen), how many rules are on, how many of them the filter shows, and which session `here` means."""
    on = sum(1 for rule in rules if rule.enabled)
    parts = [("Rules", "text strong")]
    if layers and layers[0] != OWN_RULE_SET:
        parts.append((f" of {' → '.join(layers)}", "accent strong"))
    parts.append((f"  {on} on, {len(rules) - on} off", "muted"))
    if shown < len(rules):
        parts.append((f"  {shown} shown", "attention"))
    if here is not None:
        parts.append((f"  here: {short_title(here)}", "muted"))
    return Paragraph(tuple(parts))


def complaint(problems: Sequence[str]) -> str:
    """What is wrong with the folder of rule files, on one line; "" where nothing is."""
    if not problems:
        return ""
    first, more = problems[0].split("\n")[0], len(problems) - 1
    rest = f" (and {counted(more, 'more file', 'more files')})" if more else ""
    return f"✗ {first} What it held before stays in force.{rest}"


def detail(
    placed: Placed,
    seen: Seen | None,
    count_: RuleCount | None,
    measure: RuleMeasure,
    change: Change | None,
    counts: Counts | None,
    *,
    specs: Mapping[str, FactSpec],
    now_ms: int,
    width: int,
) -> tuple[Paragraph, ...]:
    """The rule as a sentence, with the values of the session under the cursor in it where there is one."""
    rule = placed.rule
    explanation = seen.explanation if seen is not None else None
    sentence = with_values(explanation, width) if explanation is not None else without_values(explain(rule, {}, specs))
    return (
        _title(placed),
        *([Paragraph(((rule.description, "muted"),))] if rule.description else []),
        Paragraph(),
        *sentence,
        *_as_shipped(placed, specs),
        Paragraph(),
        *_standing(rule, seen),
        _record(count_, counts, measure, change, seen, now_ms=now_ms),
    )


def _title(placed: Placed) -> Paragraph:
    rule = placed.rule
    switch = ("● on", "ok strong") if rule.enabled else ("○ off", "muted strong")
    facts = f"  priority {rule.priority} · {placed.origin}{replaced(placed.over)}"
    repeats = "" if rule.repeat is Repeat.EDGE else f" · fires {_REPEATS[rule.repeat]}"
    return Paragraph(((rule.name or rule.id, "text strong"), ("  ", "text"), switch, (facts + repeats, "muted")))


def _as_shipped(placed: Placed, specs: Mapping[str, FactSpec]) -> tuple[Paragraph, ...]:
    """What moot ships in the parts in which the rule was edited; nothing for a rule that isn't shipped."""
    parts = edits(placed.rule, facts=specs)
    if not parts:
        return ()
    lines = [Paragraph(((part.before, "muted"),), f"    {part.part}: ", "muted") for part in parts]
    return (Paragraph(), Paragraph((("edited; moot ships it with", "attention"),)), *lines)


def with_values(explanation: Explanation, width: int) -> tuple[Paragraph, ...]:
    """Clause by clause with the value seen and what a look at it gave; verdicts stand below each other where they
    fit into `width` cells."""
    column = max((len(_lead(clause)) + len(clause.text) for clause in explanation.clauses), default=0) + 2
    room = max(0, width - max(len(mark) for mark in MARKS.values()))
    lines = [_clause(clause, explanation, min(column, room)) for clause in explanation.clauses]
    if explanation.error:
        lines.append(Paragraph(((explanation.error, "failed"),), "    !  ", "failed"))
    return (*lines, *_actions(explanation.actions))


def without_values(explanation: Explanation) -> tuple[Paragraph, ...]:
    """The sentence alone."""
    clauses = [
        Paragraph(
            ((clause.text.replace(f" ({clause.seen})", "", 1) if clause.seen else clause.text, "text"),), _lead(clause)
        )
        for clause in explanation.clauses
    ]
    return (*clauses, *_actions(explanation.actions))


def _clause(clause: Clause, explanation: Explanation, column: int) -> Paragraph:
    lead = _lead(clause)
    style = {
        Verdict.TRUE: "ok strong",
        Verdict.FALSE: "attention strong",
        Verdict.NOT_LOOKED_AT: "muted",
        Verdict.ERROR: "failed strong",
    }[clause.verdict]
    is_looked_at = clause.verdict is not Verdict.NOT_LOOKED_AT
    gap = " " * max(2, column - len(lead) - len(clause.text))
    parts = [(clause.text, "text" if is_looked_at else "muted"), (gap + MARKS[clause.verdict], style)]
    if clause is explanation.first_false:
        parts.append(("  ← first that fails", "attention"))
    return Paragraph(tuple(parts), lead)


def _lead(clause: Clause) -> str:
    return f"{INDENT * clause.depth}{clause.joiner:>5}  "


def _actions(actions: Sequence[str]) -> tuple[Paragraph, ...]:
    return tuple(
        Paragraph(((said, "text"),), f"{'then' if place == 0 else 'and':>5}  ") for place, said in enumerate(actions)
    )


def _standing(rule: Rule, seen: Seen | None) -> tuple[Paragraph, ...]:
    """What the look means for the session under the cursor, which the line over the table names."""
    if seen is None:
        return (Paragraph((("No session is under the cursor, so that no values stand here.", "muted"),)),)
    if seen.why_not:
        return (_here(seen, (seen.why_not, "attention")),)
    explanation = seen.explanation
    if explanation is None:
        return (_here(seen, ("being read …", "muted")),)
    if not rule.enabled:
        return (_here(seen, ("off, so it is not looked at; this is what it would see", "muted")),)
    if seen.session.status in (Status.COMPLETED, Status.CANCELLED):
        return (_here(seen, ("as it stood at the end", "muted")),)
    if explanation.verdict is Verdict.TRUE:
        return (_here(seen, ("◆ holds", "ok strong")),)
    if explanation.verdict is Verdict.ERROR:
        return (_here(seen, ("✗ can't be told", "failed strong")),)
    far = out_of_reach(explanation, rounds_limit=seen.session.rounds_limit)
    return (_here(seen, (f"◇ {far}" if far else f"◇ waits: {explanation.waits_for}", "text")),)


def _here(seen: Seen, said: Part) -> Paragraph:
    return Paragraph(((f"here, {seen.session.status.value}: ", "muted"), said))


def _record(
    count_: RuleCount | None,
    counts: Counts | None,
    measure: RuleMeasure,
    change: Change | None,
    seen: Seen | None,
    *,
    now_ms: int,
) -> Paragraph:
    """How often it fired, with the number of logs that this was counted in; how long a look takes; its last change."""
    parts: list[Part] = []
    if count_ is None or counts is None:
        parts.append(("its firings are being counted …", "muted"))
    else:
        here = f"fired {counted(count_.here, 'time')} here, " if seen is not None else "fired "
        said = f"{here}{counted(count_.recent, 'time')} in the last {RECENT_DAYS} days"
        source = f"{counted(counts.sessions, 'log')} read" if counts.sessions else "no log holds a firing"
        parts.append((f"{said} ({source}", "muted"))
        if counts.sessions_left:
            parts.append((f", {count(counts.sessions_left)} still to read", "attention"))
        parts.append((")", "muted"))
    if measure.heard:
        parts.append((f" · heard {counted(measure.heard, 'time')}, fired {count(measure.fired)} in all", "muted"))
    if measure.timed:
        parts.append((f" · mean {mean_of(measure)}, p95 {p95_of(measure)} of {count(measure.timed)} timed", "muted"))
    if measure.errors:
        parts.append((f" · {counted(measure.errors, 'error')}", "failed"))
    if measure.switched_off:
        ago = age(now_ms - measure.switched_off_at_ms)
        parts.append((f" · no longer heard in {counted(measure.switched_off, 'session')}, last {ago} ago", "failed"))
    if change is not None:
        parts.append((f" · {changed(change, now_ms)}", "muted"))
    return Paragraph(tuple(parts))


def changed(change: Change, now_ms: int) -> str:
    """`last changed 3 d ago by you (disabled x)`."""
    who = "you" if change.actor == OPERATOR else change.actor
    ago = age(now_ms - change.at_ms)
    when = "just now" if ago == "now" else f"{ago} ago"
    return f"last changed {when} by {who} ({change.change})" if change.is_exact else f"not changed since {when}"


def short_title(session: SessionSummary) -> str:
    """What the operator calls a session, on part of a line, with the beginning of its id."""
    title = " ".join((session.title or session.motion).split())
    if len(title) > TITLE_SHOWN_CHARACTERS:
        title = f"{title[: TITLE_SHOWN_CHARACTERS - 1]}…"
    return f"{title} · {session.session[:SESSION_SHOWN_CHARACTERS]}"
