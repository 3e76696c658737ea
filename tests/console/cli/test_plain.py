"""Is every event one line of JSON that a script can rely on?"""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from console.plain import HEADER_KEYS, iso_time, json_line, plain_event
from core.domain.events import ENGINE_EVENTS, Recorded, RuleFired, SessionPaused
from core.domain.ids import RuleId, SessionId
from core.flows.debate_events import DEBATE_EVENTS


def recorded(event: object) -> Recorded:
    return Recorded(session=SessionId("ab" * 16), seq=3, position=41, at_ms=1_700_000_000_007, event=event)


@pytest.mark.parametrize("kind", [*ENGINE_EVENTS, *DEBATE_EVENTS], ids=lambda kind: kind.__name__)
def test_no_event_has_a_field_that_its_place_would_hide(kind: type) -> None:
    assert {each.name for each in fields(kind)}.isdisjoint(HEADER_KEYS)


def test_a_line_has_the_events_place_and_its_own_fields() -> None:
    line = json_line(plain_event(recorded(SessionPaused(reason="asked", by="operator"))))

    assert json.loads(line) == {
        "kind": "SessionPaused",
        "session": "ab" * 16,
        "seq": 3,
        "position": 41,
        "at": "2023-11-14T22:13:20.007Z",
        "reason": "asked",
        "by": "operator",
    }


def test_an_event_is_one_line_whatever_is_said_in_it() -> None:
    line = json_line(plain_event(recorded(SessionPaused(reason='a\nb\r"\u2028ü', by="operator"))))

    assert len(line.split("\n")) == 1
    assert json.loads(line)["reason"] == 'a\nb\r"\u2028ü'


def test_facts_of_every_type_have_a_plain_form() -> None:
    fired = RuleFired(
        rule=RuleId("r"),
        priority=1,
        actions=("x",),
        seen={"a": 1, "b": ("p", "q"), "c": None, "d": True},
        stays_armed=False,
    )

    assert json.loads(json_line(plain_event(recorded(fired))))["seen"] == {
        "a": 1,
        "b": ["p", "q"],
        "c": None,
        "d": True,
    }


@pytest.mark.parametrize(
    ("at_ms", "said"),
    [(0, "1970-01-01T00:00:00.000Z"), (999, "1970-01-01T00:00:00.999Z"), (1_000, "1970-01-01T00:00:01.000Z")],
)
def test_times_are_utc_with_milliseconds(at_ms: int, said: str) -> None:
    assert iso_time(at_ms) == said
