"""What did trying rules on recorded sessions come to, in lines that an operator reads?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.plain import iso_time
from console.presenters.figures import counted
from core.engine.backtest_report import DifferenceKind, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.engine.backtest_report import Act, BacktestTotals, Difference, Firing, SessionBacktest
    from core.runtime.backtesting import BacktestStep

SESSION_SHOWN_CHARACTERS = 8

SAID: dict[DifferenceKind, str] = {
    DifferenceKind.FIRES: "would have fired",
    DifferenceKind.STAYS_SILENT: "would have stayed silent",
    DifferenceKind.OTHER_RULE_DECIDES: "would have decided instead",
    DifferenceKind.IS_OVERRULED: "would have been overruled",
    DifferenceKind.IS_OBEYED: "would have been obeyed",
    DifferenceKind.ACTS_OTHERWISE: "would have acted otherwise",
    DifferenceKind.ERRS: "could not have been evaluated",
    DifferenceKind.ERRS_NO_MORE: "could have been evaluated",
}


def has_news(step: BacktestStep) -> bool:
    """True of a session of which there is more to say than that it was looked at."""
    found = step.found
    return isinstance(found, Unread) or bool(found.firings_count) or not found.is_unchanged


def step_lines(step: BacktestStep) -> Iterator[str]:
    """One session: where rules that are watched would have fired, what would have been otherwise, and from where on the
    record no longer answers."""
    found = step.found
    title = " ".join((step.summary.title or step.summary.motion).split()) if step.summary is not None else ""
    yield f"{found.session[:SESSION_SHOWN_CHARACTERS]}  {title}".rstrip()
    if isinstance(found, Unread):
        yield f"  ✗ not read: {found.why}"
        return
    yield from _timeline(found)
    if found.branch is not None:
        yield from _branch(found.branch, events=step.summary.seq if step.summary is not None else found.events)
    if found.unanswered is not None:
        yield f"  ✗ from event {found.unanswered.seq} on it can't be decided again: {found.unanswered.why}"
    if found.is_unchanged and not found.firings_count:
        yield f"  = nothing would have been otherwise in its {counted(found.events, 'event')}"


def totals_rows(totals: BacktestTotals, *, are_all: bool = True) -> list[tuple[str, str]]:
    """What all of them come to, as names and values."""
    kinds = ", ".join(f"{count} {SAID[kind]}" for kind, count in totals.first_differences.items())
    rows = [
        ("sessions looked at", f"{counted(totals.sessions, 'session')}, {counted(totals.events, 'event')}"),
        ("unchanged", f"{totals.unchanged:,}"),
        ("would differ", f"{totals.differing:,}, of which {totals.branched:,} would have gone another way"),
    ]
    if kinds:
        rows.append(("first difference", kinds))
    if totals.undecided:
        rows.append(("not decidable here", f"{totals.undecided:,}"))
    if totals.unread:
        named = "; ".join(f"{each.session[:SESSION_SHOWN_CHARACTERS]} {each.why}" for each in totals.unread_named)
        more = totals.unread - len(totals.unread_named)
        rows.append(("could not be read", f"{totals.unread:,}: {named}{f'; and {more:,} more' if more else ''}"))
    if not are_all:
        rows.append(("left out", "sessions older than the newest that a list holds"))
    return rows


def _timeline(found: SessionBacktest) -> Iterator[str]:
    told = [(_place(each), f"  ◆ {_when(each)}  {_fired(each)}") for each in found.firings]
    fired = {(each.rule, _place(each)) for each in found.firings if each.is_new}
    for each in found.differences:
        if each.kind is not DifferenceKind.FIRES or (each.rule, _place(each)) not in fired:
            told.append((_place(each), f"  ◇ {_when(each)}  {each.rule} {SAID[each.kind]}{_acted(each.would)}"))
    yield from (line for _, line in sorted(told, key=lambda one: one[0]))
    left_out = found.firings_count - len(found.firings) + found.differences_count - len(found.differences)
    if left_out:
        yield f"    … {left_out:,} more"


def _fired(firing: Firing) -> str:
    said = "would have fired" if firing.is_new else "fires as on record"
    return f"{firing.rule} {said}{_acted(firing.acts)}"


def _acted(acts: Sequence[Act]) -> str:
    return f": {', '.join(_act(act) for act in acts)}" if acts else ""


def _act(act: Act) -> str:
    return f"{act.action}{' (overruled)' if act.is_overruled else ''}"


def _branch(branch: Difference, *, events: int) -> Iterator[str]:
    yield f"  ✂ {_when(branch)}  another way from here: {branch.rule} {SAID[branch.kind]}"
    on_record = "the rules in force" if branch.is_by_time else "on record"
    for title, acts in ((on_record, branch.happened), ("those tried", branch.would)):
        said = ", ".join(f"{act.rule} → {_act(act)}" for act in acts) or "nothing"
        yield f"      {title:<20}{said}"
    left = events - branch.after_seq
    if left > 0:
        behind = f"what is recorded behind event {branch.after_seq} ({counted(left, 'event')})"
        yield f"      {behind} says nothing of these rules"


def _place(one: Firing | Difference) -> tuple[int, int]:
    return one.after_seq, one.at_ms


def _when(one: Firing | Difference) -> str:
    behind = f"behind event {one.after_seq}"
    return f"{behind}, at {iso_time(one.at_ms)} by time alone" if one.is_by_time else behind
