"""Is what is odd told with its evidence, and a share of a few sessions not taken for one of all?"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.finding import EVIDENCE_MAX, Finding, FindingKind, Severity
from core.analytics.findings import findings_of
from core.analytics.rows import LifeRow
from core.analytics.seen_signs import SIGNS_LOOKED_FOR, dominant_seat, shows_any
from core.analytics.signs import Signs
from core.analytics.thresholds import Thresholds
from core.domain.ids import SeatId
from core.domain.session import Status
from tests.core.analytics.lives import MINUTE_MS, life, lives

ADA, BEN, CLEO = SeatId("ada"), SeatId("ben"), SeatId("cleo")


def found(rows: list[LifeRow], kind: FindingKind, thresholds: Thresholds | None = None) -> Finding | None:
    findings = findings_of(rows, thresholds or Thresholds()).findings
    return next((each for each in findings if each.kind is kind), None)


def agreeing(count: int, *, first: int = 1) -> list[LifeRow]:
    return lives(count, first=first, is_consensus_reached=True)


def test_three_of_four_that_failed_are_no_three_quarters() -> None:
    rows = [*agreeing(1), *lives(3, first=2, status=Status.FAILED)]

    judged = findings_of(rows)

    assert found(rows, FindingKind.ERROR_RATE) is None
    unjudged = {each.kind: each for each in judged.unjudged}[FindingKind.ERROR_RATE]
    assert (unjudged.count, unjudged.of, unjudged.needed) == (3, 4, 10)


def test_a_share_that_chance_may_explain_is_a_warning_and_one_beyond_chance_is_serious() -> None:
    few = [*agreeing(16), *lives(3, first=17, status=Status.FAILED, reason="rate limited")]
    many = [*agreeing(60), *lives(30, first=61, status=Status.FAILED, reason="rate limited")]

    perhaps, surely = found(few, FindingKind.ERROR_RATE), found(many, FindingKind.ERROR_RATE)

    assert perhaps is not None
    assert surely is not None
    assert (perhaps.severity, surely.severity) == (Severity.WARNING, Severity.SERIOUS)
    assert "may also be chance" in perhaps.text
    assert "30 of 90 sessions that ended failed: 33.3 %" in surely.text
    assert "rate limited" in surely.suggestion


def test_a_finding_names_its_newest_sessions_and_since_when() -> None:
    rows = [*agreeing(60), *lives(30, first=61, status=Status.FAILED)]

    failing = found(rows, FindingKind.ERROR_RATE)

    assert failing is not None
    assert len(failing.sessions) == EVIDENCE_MAX
    assert failing.sessions[0] == rows[-1].session
    assert (failing.count, failing.of, failing.since_ms) == (30, 90, rows[60].opened_at_ms)


def test_few_that_agree_and_many_that_ask_are_told() -> None:
    rows = [*agreeing(3), *lives(37, first=4, escalations=1)]

    assert found(rows, FindingKind.CONSENSUS_RATE) is not None
    assert found(rows, FindingKind.ESCALATION_RATE) is not None
    assert found(agreeing(40), FindingKind.CONSENSUS_RATE) is None
    assert found(agreeing(40), FindingKind.ESCALATION_RATE) is None


def test_the_thresholds_are_the_operators() -> None:
    rows = [*agreeing(80), *lives(20, first=81, status=Status.FAILED)]

    assert found(rows, FindingKind.ERROR_RATE) is not None
    assert found(rows, FindingKind.ERROR_RATE, Thresholds(error_ppm_max=250_000)) is None


@pytest.mark.parametrize(
    ("kind", "odd"),
    [
        (FindingKind.OVER_TIME, {"active_ms": 31 * MINUTE_MS}),
        (FindingKind.FEW_ARGUMENTS, {"arguments": 1}),
        (FindingKind.MANY_ARGUMENTS, {"arguments": 50}),
        (FindingKind.UNREADABLE_LOG, {"unreadable": "a newer moot wrote it"}),
        (FindingKind.CLOCK_WENT_BACK, {"ended_at_ms": 1}),
        (FindingKind.REPEATED_STEPS, {"signs": Signs(repeated={ADA: 2})}),
        (FindingKind.NO_END, {"signs": Signs(rounds_after_agreement=2)}),
        (FindingKind.CUT_OFF, {"signs": Signs(cut_off={ADA: 2})}),
        (FindingKind.OFF_TASK, {"signs": Signs(off_task={ADA: 2})}),
        (FindingKind.UNREADABLE_ANSWERS, {"signs": Signs(unreadable={ADA: 1})}),
        (FindingKind.SELF_CONTRADICTION, {"signs": Signs(unheard={ADA: 1})}),
        (FindingKind.SELF_CONTRADICTION, {"signs": Signs(returned={ADA: 1})}),
        (FindingKind.FLATTERY, {"signs": Signs(flattered={ADA: 1})}),
        (FindingKind.DOMINANCE, {"signs": Signs(words={ADA: 800, BEN: 200})}),
        (FindingKind.NEAR_IDENTICAL, {"signs": Signs(echoed={ADA: 2})}),
    ],
)
def test_what_is_odd_in_one_session_is_told_with_it_and_of_no_other(kind: FindingKind, odd: dict[str, object]) -> None:
    usual = [life(number, arguments=arguments) for number, arguments in ((1, 2), (2, 49))]
    told = found([*usual, life(3, **odd)], kind)

    assert found(usual, kind) is None
    assert told is not None
    assert told.sessions == (life(3).session,)
    assert told.measured
    assert told.suggestion


@pytest.mark.parametrize("reason", ["asked", "escalation_answered"])
def test_that_somebody_ended_a_session_early_is_not_odd(reason: str) -> None:
    short = life(3, arguments=1, reason=reason)

    assert found([*lives(2), short], FindingKind.FEW_ARGUMENTS) is None
    told = found([*lives(2), short, life(4, arguments=1, reason="stalled")], FindingKind.FEW_ARGUMENTS)
    assert told is not None
    assert (told.count, told.of, told.sessions) == (1, 3, (life(4).session,))


def test_signs_say_that_they_are_heuristics_and_are_not_looked_for_where_no_model_was_asked() -> None:
    rows = lives(4, signs=Signs(off_task={ADA: 5}), asks_nobody=True)

    assert found(rows, FindingKind.OFF_TASK) is None
    told = found([life(9, signs=Signs(off_task={ADA: 5}))], FindingKind.OFF_TASK)
    assert told is not None
    assert told.is_heuristic
    assert len({sign.kind for sign in SIGNS_LOOKED_FOR}) == len(SIGNS_LOOKED_FOR)


seat_counts = st.dictionaries(st.sampled_from((ADA, BEN)), st.integers(0, 900), max_size=2)


@given(st.builds(Signs, **dict.fromkeys([each.name for each in fields(Signs)][:-1], seat_counts)), st.integers(0, 3))
def test_a_session_that_shows_a_sign_is_one_of_those_that_are_looked_at(signs: Signs, rounds: int) -> None:
    row = life(1, signs=replace(signs, rounds_after_agreement=rounds))

    assert shows_any(row) or not any(sign.is_seen(row) for sign in SIGNS_LOOKED_FOR)


def test_a_sign_names_the_seats_that_show_it() -> None:
    rows = [life(1, signs=Signs(repeated={ADA: 2, BEN: 1})), life(2, signs=Signs(words={ADA: 10, BEN: 900}))]

    repeating, dominating = found(rows, FindingKind.REPEATED_STEPS), found(rows, FindingKind.DOMINANCE)

    assert repeating is not None
    assert dominating is not None
    assert repeating.seats == {rows[0].session: (ADA,)}
    assert dominating.seats == {rows[1].session: (BEN,)}


def test_what_happens_often_is_a_warning_and_what_happens_once_is_worth_knowing() -> None:
    odd = Signs(repeated={ADA: 2})

    rare = found([*lives(40), life(41, signs=odd)], FindingKind.REPEATED_STEPS)
    often = found([*lives(20), *lives(5, first=21, signs=odd)], FindingKind.REPEATED_STEPS)

    assert rare is not None
    assert often is not None
    assert (rare.severity, often.severity) == (Severity.WORTH_KNOWING, Severity.WARNING)


def test_what_matters_most_comes_first() -> None:
    rows = [*lives(60), *lives(60, first=61, status=Status.FAILED, signs=Signs(repeated={ADA: 2}))]

    ranks = [each.severity.rank for each in findings_of(rows).findings]

    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0] == Severity.SERIOUS.rank


def test_of_nothing_nothing_is_told() -> None:
    judged = findings_of([])

    assert (judged.findings, judged.unjudged) == ((), ())


def test_a_seat_dominates_that_says_more_than_its_part_and_half_of_the_others() -> None:
    assert dominant_seat({ADA: 751, BEN: 249}, seats=2) == ADA
    assert dominant_seat({ADA: 749, BEN: 251}, seats=2) == ""
    assert dominant_seat({ADA: 670, BEN: 165, CLEO: 165}, seats=3) == ADA
    assert dominant_seat({ADA: 660, BEN: 170, CLEO: 170}, seats=3) == ""
    assert dominant_seat({ADA: 150, BEN: 10}, seats=2) == ""
    assert dominant_seat({ADA: 900}, seats=2) == ""


@given(st.lists(st.sampled_from((Status.COMPLETED, Status.FAILED, Status.RUNNING)), max_size=60))
def test_a_share_is_found_unjudged_or_within_and_never_two_of_these(statuses: list[Status]) -> None:
    judged = findings_of([life(number, status=status) for number, status in enumerate(statuses, start=1)])

    found_kinds = [each.kind for each in judged.findings]
    unjudged = [each.kind for each in judged.unjudged]
    assert len({*found_kinds, *unjudged, *judged.near}) == len(found_kinds) + len(unjudged) + len(judged.near)
