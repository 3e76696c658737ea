"""Does each notification go by the channels that the routes name?"""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.errors import WrongUse
from core.notifying.notification import NotificationType
from core.notifying.routing import SENSIBLE_ROUTES, Route, channels_for, channels_of, read_routes
from core.notifying.terms import Priority
from tests.core.notifying.builders import notification

CHANNELS = ("log", "ops", "archive")


def read(*routes: Any) -> tuple[Route, ...]:
    return read_routes(list(routes), channels=CHANNELS, where="notifications.routes")


def test_every_route_that_takes_a_notification_adds_its_channels_once() -> None:
    routes = read({"channels": ["log"]}, {"channels": ["ops", "log"], "priority": "high"})

    assert channels_for(notification(priority=Priority.URGENT), routes) == ("log", "ops")
    assert channels_for(notification(priority=Priority.NORMAL), routes) == ("log",)


def test_a_last_route_ends_the_list_for_what_it_takes() -> None:
    routes = read({"channels": ["archive"], "flows": ["refinement"], "last": True}, {"channels": ["log"]})

    assert channels_for(notification(flow="refinement"), routes) == ("archive",)
    assert channels_for(notification(flow="debate"), routes) == ("log",)


def test_a_route_may_take_some_types_alone() -> None:
    routes = read({"channels": ["ops"], "types": ["ESCALATION_NOTICE", "error_notification"]})

    assert channels_for(notification(type=NotificationType.ERROR_NOTIFICATION), routes) == ("ops",)
    assert channels_for(notification(type=NotificationType.DEBATE_COMPLETED), routes) == ()


def test_without_routes_of_ones_own_nothing_that_needs_somebody_is_lost_and_turns_are_not_kept() -> None:
    urgent = notification(type=NotificationType.ESCALATION_NOTICE, priority=Priority.URGENT)
    turn = notification(type=NotificationType.TURN_NOTIFICATION, priority=Priority.LOW)

    assert "log" in channels_for(urgent, SENSIBLE_ROUTES)
    assert channels_for(turn, SENSIBLE_ROUTES) == ()


@pytest.mark.parametrize(
    ("route", "message"),
    [
        ({"channels": ["opps"]}, r"notifications.routes, route 1: no channel is called 'opps'. Did you mean 'ops'\?"),
        ({"channels": []}, "names no channel. Name one to 20 of log, ops, archive."),
        ({}, "names no channel"),
        ({"channels": "log"}, "'channels' is no list of words"),
        (
            {"channels": ["log"], "types": ["ESCALATION"]},
            r"no type of notification. Did you mean 'ESCALATION_NOTICE'\?",
        ),
        ({"channels": ["log"], "priority": "tomorrow"}, "no priority. It is one of urgent, high, normal, low."),
        ({"channels": ["log"], "priorty": "high"}, r"has no 'priorty'. Did you mean 'priority'\?"),
        ({"channels": ["log"], "last": "yes"}, "'last' is true or false"),
        ("log", "is no table"),
    ],
)
def test_a_route_that_makes_no_sense_is_refused_with_its_number(route: Any, message: str) -> None:
    with pytest.raises(WrongUse, match=message):
        read(route)


def test_more_routes_than_anybody_means_are_refused() -> None:
    with pytest.raises(WrongUse, match="names 101 routes"):
        read(*[{"channels": ["log"]}] * 101)


def test_a_route_may_be_about_single_seats() -> None:
    (route,) = read({"channels": ["ops"], "seats": ["judge"]})

    assert channels_for(notification(seat="judge"), [route]) == ("ops",)
    assert channels_for(notification(seat="proposer"), [route]) == ()
    assert channels_for(notification(), [route]) == ()


def test_the_way_of_a_type_is_said_with_the_sessions_for_which_alone_it_holds() -> None:
    routes = read(
        {"channels": ["ops"], "types": ["REMINDER"], "flows": ["refinement"]},
        {"channels": ["log"], "priority": "normal", "last": True},
        {"channels": ["archive"]},
    )

    assert channels_of(NotificationType.REMINDER, Priority.HIGH, routes) == ("ops (refinement)", "log")
    assert channels_of(NotificationType.DEBATE_STARTED, Priority.NORMAL, routes) == ("log",)
    assert channels_of(NotificationType.TURN_NOTIFICATION, Priority.LOW, routes) == ("archive",)
