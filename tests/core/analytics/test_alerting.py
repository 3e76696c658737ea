"""Is somebody told once when something is odd, and once when it is over, however it wanders in between?"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.analytics.alerting import (
    CLEARING_LOOKS,
    RAISING_LOOKS,
    Alert,
    Bearing,
    Watch,
    bearing_of,
    looked,
    looked_at_all,
)
from core.analytics.finding import Finding, FindingKind, Severity
from core.analytics.findings import findings_of
from core.domain.ids import SessionId
from core.domain.session import Status
from tests.core.analytics.lives import lives

KIND = FindingKind.ERROR_RATE
FOUND = Finding(
    kind=KIND,
    severity=Severity.SERIOUS,
    title="Many fail",
    text="9 of 12 failed.",
    measured="Failures.",
    suggestion="Look.",
    threshold_ppm=100_000,
)
BEYOND, BETWEEN, WITHIN = Bearing


def told(bearings: list[Bearing], *, first_ms: int = 1_000, step_ms: int = 60_000) -> list[tuple[int, Alert]]:
    """At which looks something was raised or cleared."""
    watch, found = Watch(kind=KIND), []
    for at, bearing in enumerate(bearings):
        finding = FOUND if bearing is not WITHIN else None
        watch, alert = looked(watch, bearing, finding, at_ms=first_ms + at * step_ms)
        if alert is not None:
            found.append((at, alert))
    return found


@given(st.lists(st.sampled_from(Bearing), max_size=80), st.sampled_from((60_000, 0, -60_000)))
def test_an_alert_never_flaps(bearings: list[Bearing], step_ms: int) -> None:
    changes = told(bearings, step_ms=step_ms)

    for number, (at, alert) in enumerate(changes):
        is_raised = number % 2 == 0
        assert (alert.cleared_at_ms == 0) is is_raised
        looks, wanted = (RAISING_LOOKS, BEYOND) if is_raised else (CLEARING_LOOKS, WITHIN)
        assert bearings[at + 1 - looks : at + 1] == [wanted] * looks
    for (before, _), (after, _) in pairwise(changes):
        assert after - before >= min(RAISING_LOOKS, CLEARING_LOOKS)


@given(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=60))
def test_what_wanders_between_both_bounds_changes_nothing(values: list[int]) -> None:
    low, high = 300_000, 700_000

    def bearing(value: int) -> Bearing:
        return BEYOND if value > high else WITHIN if value < low else BETWEEN

    held = [bearing(low + value % (high - low)) for value in values]

    assert told([BEYOND] * RAISING_LOOKS + held) == told([BEYOND] * RAISING_LOOKS)
    assert told(held) == []


def test_it_is_raised_once_and_cleared_once() -> None:
    raised, cleared = told([BEYOND] * 5 + [BETWEEN] * 5 + [WITHIN] * 9)

    assert raised[1].id == cleared[1].id
    assert (raised[0], cleared[0]) == (RAISING_LOOKS - 1, 10 + CLEARING_LOOKS - 1)


def test_while_it_goes_on_it_has_the_evidence_that_was_seen_last_and_is_raised_no_second_time() -> None:
    watch, first = Watch(kind=KIND), None
    for at in range(RAISING_LOOKS):
        watch, first = looked(watch, BEYOND, FOUND, at_ms=at)
    assert first is not None

    worse = replace(FOUND, title="Most fail", text="30 of 40 failed.", sessions=(SessionId("b" * 32),), count=30, of=40)
    watch, told_again = looked(watch, BEYOND, worse, at_ms=100)
    assert (told_again, watch.alert) == (
        None,
        replace(first, title="Most fail", text=worse.text, sessions=worse.sessions, count=30, of=40),
    )

    milder = replace(FOUND, severity=Severity.WARNING, count=5, of=45)
    watch, told_again = looked(watch, BETWEEN, milder, at_ms=200)
    assert told_again is None
    assert watch.alert is not None
    assert (watch.alert.count, watch.alert.severity, watch.alert.id) == (5, FOUND.severity, first.id)
    before = watch.alert
    watch, _ = looked(watch, WITHIN, None, at_ms=300)
    assert watch.alert == before, "nothing was found, so that nothing is known better"


def test_a_clock_that_went_back_ends_no_alert_before_it_began() -> None:
    _, cleared = told([BEYOND] * 2 + [WITHIN] * 3, first_ms=10**9, step_ms=-60_000)

    assert cleared[1].cleared_at_ms == cleared[1].raised_at_ms


def test_what_chance_may_explain_raises_nothing() -> None:
    assert bearing_of(FOUND) is BEYOND
    assert bearing_of(replace(FOUND, severity=Severity.WARNING)) is BETWEEN
    assert bearing_of(replace(FOUND, severity=Severity.WARNING, threshold_ppm=0)) is BEYOND
    assert bearing_of(replace(FOUND, severity=Severity.WORTH_KNOWING, threshold_ppm=0)) is BETWEEN
    assert bearing_of(None) is WITHIN


def test_every_kind_is_watched_and_a_share_just_within_its_bound_holds_an_alert() -> None:
    failing = [*lives(20), *lives(20, first=21, status=Status.FAILED)]
    watches: dict[FindingKind, Watch] = {}
    for at in range(RAISING_LOOKS):
        found = findings_of(failing)
        watches, alerts = looked_at_all(watches, found.findings, found.near, at_ms=at)
    assert KIND in {each.kind for each in alerts}

    nearly = [*lives(91), *lives(9, first=92, status=Status.FAILED)]  # 9 %: no finding, and not well within 10 %
    for at in range(CLEARING_LOOKS * 2):
        found = findings_of(nearly)
        watches, alerts = looked_at_all(watches, found.findings, found.near, at_ms=at)
        assert KIND not in {each.kind for each in alerts}
    assert watches[KIND].alert is not None

    for at in range(CLEARING_LOOKS):
        found = findings_of(lives(40))
        watches, alerts = looked_at_all(watches, found.findings, found.near, at_ms=at)
    assert [each.kind for each in alerts if each.kind is KIND] == [KIND]
    assert watches[KIND].alert is None
    assert set(watches) == set(FindingKind)


def test_with_no_sessions_everything_is_within() -> None:
    watches, alerts = looked_at_all({}, findings_of([]).findings, findings_of([]).near, at_ms=1)

    assert alerts == ()
    assert all(watch.within == 1 for watch in watches.values())
