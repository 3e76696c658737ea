"""Does the line at the top count what the list shows?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.presenters.header import header_view
from console.presenters.session_filter import read_filter
from console.presenters.sessions import rows_of
from console.widgets.bar import header_parts
from core.domain.ids import SessionId, TemplateId
from core.domain.session import Status
from core.domain.summary import EVALUATION, SessionSummary
from core.orchestrator import SystemStatus
from core.ports.catalogue import Label

ONE = SessionSummary(
    session=SessionId("a1"),
    seq=1,
    position=1,
    flow="debate@1",
    title="",
    motion="Split billing?",
    template=TemplateId("standard_debate"),
    status=Status.RUNNING,
)


def status(driver: str) -> SystemStatus:
    return SystemStatus(
        is_driver=driver == "this process",
        driver=driver,
        running=0,
        waiting=0,
        paused=0,
        escalated=0,
        failed=0,
        spent_today_microusd=0,
        held_microusd=0,
        cap_day_microusd=None,
        is_spending_stopped=False,
        position=1,
    )


@given(st.lists(st.sampled_from(Status), max_size=12), st.sampled_from(["this process", "process 4711", "nobody"]))
def test_the_header_counts_each_state_as_often_as_the_list_shows_it(states: list[Status], driver: str) -> None:
    rows = [replace(ONE, session=SessionId(f"{at:032x}"), status=each) for at, each in enumerate(states)]
    told = status(driver)

    listed = rows_of(rows, {}, read_filter(""), now_ms=0, is_driven=driver != "nobody")
    shown = Counter(row.cells[0].text.partition(" ")[2] for row in listed)
    view = header_view(rows, told, clock="")

    assert (view.running, view.waiting, view.left) == (shown["running"], shown["waiting"], shown["left"])
    assert (view.needs_you, view.failed) == (shown["asks"], shown["failed"])


def test_what_failed_and_was_put_away_is_counted_no_more_but_what_asks_still_is() -> None:
    rows = [
        replace(ONE, session=SessionId(f"{at:032x}"), status=each)
        for at, each in enumerate((Status.FAILED, Status.FAILED, Status.ESCALATED))
    ]
    labels = {row.session: Label(is_archived=True) for row in rows[1:]}

    view = header_view(rows, status("this process"), clock="", labels=labels)

    assert (view.failed, view.needs_you) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "said", "action"),
    [
        ({"is_spending_stopped": True}, "spending is stopped (ctrl+k allows it)", "kill_switch"),
        ({"driver": "nobody"}, "nobody drives (w takes the wheel)", "take_wheel"),
        ({"driver": "process 4711, since 2026-01-01 12:00:00 UTC"}, "joined: process 4711 drives", "go_system"),
        ({}, "", ""),
    ],
)
def test_a_notice_leads_to_what_can_be_done_about_it(changes: dict[str, Any], said: str, action: str) -> None:
    told = replace(status(changes.pop("driver", "this process")), **changes)

    view = header_view([], told, clock="", keys={"kill_switch": "ctrl+k", "take_wheel": "w"})

    assert (view.notice, view.notice_action) == (said, action)
    assert "(" not in header_view([], told, clock="").notice, "a keymap may have no key for it"


def test_what_is_left_is_said_in_the_header() -> None:
    view = header_view([ONE, replace(ONE, session=SessionId("b2"), status=Status.WAITING)], status("nobody"), clock="")

    left, _ = header_parts(view, 120)

    said = ["".join(text for text, _ in part) for part in left]
    assert "○ 2 left" in said
    assert "● 0 running" in said


@pytest.mark.parametrize("driver", ["this process", "process 4711"])
def test_nothing_is_said_to_be_left_while_somebody_drives(driver: str) -> None:
    left, _ = header_parts(header_view([ONE], status(driver), clock=""), 120)

    assert not any("left" in text for part in left for text, _ in part)


def test_what_an_evaluation_left_or_failed_at_is_its_own_and_what_moves_or_asks_is_counted() -> None:
    states = (Status.FAILED, Status.RUNNING, Status.ESCALATED)
    rows = [
        replace(ONE, session=SessionId(f"{at:032x}"), status=each, origin=EVALUATION) for at, each in enumerate(states)
    ]

    driven = header_view(rows, status("this process"), clock="")
    undriven = header_view(rows, status("nobody"), clock="")

    assert (driven.failed, driven.running, driven.needs_you, driven.left) == (0, 1, 1, 0)
    assert (undriven.failed, undriven.running, undriven.left) == (0, 0, 0)
