"""Does a digest say all that it holds, once, and in bounds?"""

from __future__ import annotations

from core.domain.ids import NO_SESSION, SessionId
from core.notifying.gathering import LINE_CHARACTERS_MAX, digest_of
from core.notifying.notification import NotificationType
from core.notifying.telling import as_plain
from core.notifying.terms import Priority
from tests.core.notifying.builders import AT_MS, SESSION, delivery, notification

OTHER = SessionId("cd34" * 8)


def test_a_digest_holds_every_part_and_is_as_urgent_as_the_most_urgent() -> None:
    parts = [
        delivery(notification(1, priority=Priority.LOW, text="One."), "ops"),
        delivery(notification(2, text="Two.\nlines", session=OTHER), "ops"),
    ]
    digest = digest_of(parts, position=9, now_ms=AT_MS + 5)

    told = digest.notification
    assert (told.type, told.priority, told.session) == (NotificationType.DIGEST, Priority.NORMAL, NO_SESSION)
    assert told.title == "2 notifications"
    assert told.text.splitlines() == [
        "DEBATE_COMPLETED · The release train leaves on Fridays.: One.",
        "DEBATE_COMPLETED · The release train leaves on Fridays.: Two. lines",
    ]
    assert digest.gathered == tuple(part.notification for part in parts)
    assert (digest.channel, digest.due_ms) == ("ops", AT_MS + 5)


def test_the_same_parts_make_the_same_digest_in_whatever_order() -> None:
    parts = [delivery(notification(number), "ops") for number in (1, 2, 3)]
    ids = {digest_of(order, position=at, now_ms=at).id for at, order in enumerate((parts, parts[::-1]))}

    assert len(ids) == 1
    assert digest_of(parts[:2], position=1, now_ms=1).id not in ids


def test_a_digest_about_one_session_names_it() -> None:
    assert digest_of([delivery(), delivery(notification(2))], position=1, now_ms=1).notification.session == SESSION


def test_a_long_line_is_cut() -> None:
    digest = digest_of([delivery(notification(text="x" * 1_000)), delivery()], position=1, now_ms=1)

    assert max(map(len, digest.notification.text.splitlines())) == LINE_CHARACTERS_MAX


def test_a_program_is_told_each_part_of_a_digest() -> None:
    digest = digest_of([delivery(notification(1)), delivery(notification(2))], position=1, now_ms=1)
    plain = as_plain(digest)

    assert [each["seq"] for each in plain["gathered"]] == [1, 2]
    assert "gathered" not in as_plain(delivery())
