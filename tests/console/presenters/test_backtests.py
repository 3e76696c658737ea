"""Do the lines of a back-test say what was found, and no more?"""

from __future__ import annotations

from dataclasses import replace

from console.presenters.backtests import SAID, has_news, step_lines, totals_rows
from core.domain.ids import RuleId, SessionId
from core.engine.backtest_report import (
    Act,
    BacktestTotals,
    Difference,
    DifferenceKind,
    Firing,
    SessionBacktest,
    Unanswered,
    Unread,
)
from core.runtime.backtesting import BacktestStep

SESSION = SessionId("5e55" * 8)
RESTING, ENDING = RuleId("resting"), RuleId("ending")
PAUSES = Act(rule=RESTING, action="pause_debate")
ENDS = Act(rule=ENDING, action="complete_debate")
FIRING = Firing(rule=RESTING, after_seq=7, at_ms=1_000, is_by_time=False, is_new=True, acts=(PAUSES,))
FIRES = Difference(
    kind=DifferenceKind.FIRES, rule=RESTING, after_seq=7, at_ms=1_000, is_by_time=False, happened=(), would=(PAUSES,)
)
BRANCH = Difference(
    kind=DifferenceKind.OTHER_RULE_DECIDES,
    rule=RESTING,
    after_seq=12,
    at_ms=5_000,
    is_by_time=False,
    happened=(ENDS,),
    would=(PAUSES, replace(ENDS, is_overruled=True)),
)
NOTHING = SessionBacktest(
    session=SESSION,
    events=30,
    firings=(),
    firings_count=0,
    differences=(),
    differences_count=0,
    branch=None,
    unanswered=None,
)


def step(found: SessionBacktest | Unread) -> BacktestStep:
    return BacktestStep(number=1, total=1, summary=None, found=found, totals=BacktestTotals().plus(found))


def lines(found: SessionBacktest | Unread) -> list[str]:
    return list(step_lines(step(found)))


def test_every_kind_of_difference_has_words() -> None:
    assert SAID.keys() == set(DifferenceKind)


def test_a_session_of_which_there_is_nothing_to_say_is_no_news_and_says_so_when_asked() -> None:
    assert not has_news(step(NOTHING))
    assert lines(NOTHING) == ["5e555e55", "  = nothing would have been otherwise in its 30 events"]


def test_a_firing_is_told_once_though_it_is_a_difference_too() -> None:
    found = replace(NOTHING, firings=(FIRING,), firings_count=1, differences=(FIRES,), differences_count=1)

    assert lines(found)[1:] == ["  ◆ behind event 7  resting would have fired: pause_debate"]
    assert has_news(step(found))


def test_a_firing_that_is_on_record_is_not_told_as_new() -> None:
    found = replace(NOTHING, firings=(replace(FIRING, is_new=False),), firings_count=1)

    assert lines(found)[1:] == ["  ◆ behind event 7  resting fires as on record: pause_debate"]


def test_what_is_told_stands_in_the_order_of_the_log() -> None:
    silent = replace(FIRES, kind=DifferenceKind.STAYS_SILENT, rule=ENDING, after_seq=3, would=())
    found = replace(NOTHING, firings=(FIRING,), firings_count=1, differences=(silent,), differences_count=1)

    assert lines(found)[1:] == [
        "  ◇ behind event 3  ending would have stayed silent",
        "  ◆ behind event 7  resting would have fired: pause_debate",
    ]


def test_a_branch_shows_both_sides_and_where_the_record_ends() -> None:
    assert lines(replace(NOTHING, branch=BRANCH))[1:] == [
        "  ✂ behind event 12  another way from here: resting would have decided instead",
        "      on record           ending → complete_debate",
        "      those tried         resting → pause_debate, ending → complete_debate (overruled)",
        "      what is recorded behind event 12 (18 events) says nothing of these rules",
    ]


def test_a_moment_at_which_nothing_was_recorded_is_told_by_its_time() -> None:
    by_time = replace(BRANCH, is_by_time=True, happened=())

    told = lines(replace(NOTHING, branch=by_time))

    assert told[1].startswith("  ✂ behind event 12, at 1970-01-01T00:00:05.000Z by time alone")
    assert told[2] == "      the rules in force  nothing"


def test_what_was_cut_and_what_can_not_be_decided_or_read_is_said() -> None:
    cut = replace(NOTHING, firings=(FIRING,), firings_count=9, differences=(FIRES,), differences_count=1)
    undecided = replace(NOTHING, unanswered=Unanswered(seq=4, why="no command is on record"))

    assert lines(cut)[-1] == "    … 8 more"
    assert lines(undecided)[-1] == "  ✗ from event 4 on it can't be decided again: no command is on record"
    assert lines(Unread(session=SESSION, why="its template is gone"))[-1] == "  ✗ not read: its template is gone"


def test_totals_name_what_could_not_be_read_and_what_was_left_out() -> None:
    totals = BacktestTotals()
    for found in (NOTHING, replace(NOTHING, branch=BRANCH), Unread(session=SESSION, why="its template is gone.")):
        totals = totals.plus(found)

    said = dict(totals_rows(totals, are_all=False))

    assert said["sessions looked at"] == "3 sessions, 60 events"
    assert said["unchanged"] == "1"
    assert said["would differ"] == "1, of which 1 would have gone another way"
    assert said["first difference"] == "1 would have decided instead"
    assert said["could not be read"] == "1: 5e555e55 its template is gone."
    assert "left out" in said
    assert "left out" not in dict(totals_rows(totals))
