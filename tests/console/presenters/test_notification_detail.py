"""Does the detail of a row say what is asked, what each answer would do, who knows of it, and how it got there?"""

from __future__ import annotations

from dataclasses import replace

from console.presenters.asking import asking_of_case
from console.presenters.notification_channels import (
    channel_note,
    channel_row,
    channels_shown,
    mute_row,
    muted_in_words,
    preview_lines,
)
from console.presenters.notification_detail import TURN_CHARACTERS_MAX, detail
from console.presenters.notifications import Entry
from core.domain.cases import Case, CaseFile, CaseKind, PossibleAnswer
from core.domain.ids import SeatId, StepId
from core.domain.transcript import Turn, TurnKind
from core.notifying.delivering import DeliveryState, Held
from core.notifying.muting import Mute
from core.notifying.notification import NotificationType
from core.notifying.rates import ChannelRate
from core.notifying.terms import Priority
from core.ports.channel import Part
from core.ports.outbox import Attempt
from tests.core.notifying.builders import AT_MS, SESSION, notification, told

MINUTE_MS = 60_000
KEYS = {"answer_case": "a", "acknowledge": "s", "resend": "r", "notification_session": "o"}
CASE = Case(
    session=SESSION,
    title="Split billing?",
    flow="debate",
    kind=CaseKind.ESCALATION,
    question="The sides stay apart. Shall they go on?",
    reason="low_consensus",
    rule="escalate_when_stalled",
    asked_seq=7,
    asked_at_ms=AT_MS,
    due_ms=AT_MS + 90 * MINUTE_MS,
    then="complete",
    then_does="Then it ends with the judge's verdict.",
)
FILE = CaseFile(
    case=CASE,
    why=(" when  round_count (2) ≥ 2   ✓",),
    turns=tuple(
        Turn(
            kind=TurnKind.ARGUMENT, step=StepId(f"r{n}"), seat=SeatId("opponent"), role=None, round=n, text=f"Turn {n}."
        )
        for n in range(1, 7)
    ),
    answers=(
        PossibleAnswer(answer="continue", label="continue", does="Goes on where it stopped."),
        PossibleAnswer(answer="new_round", label="another round", does="", refused="It has had all its rounds."),
    ),
)


def said(entry: Entry, *, file: CaseFile | None = None, attempts: tuple[Attempt, ...] = (), now_ms: int = AT_MS) -> str:
    lines = detail(
        entry, file=file, attempts=attempts, keys=KEYS, moment=lambda ms: f"+{(ms - AT_MS) // 1_000}s", now_ms=now_ms
    )
    return "\n".join(line.text for line in lines)


def test_a_case_says_what_is_asked_why_until_when_and_what_each_answer_would_do() -> None:
    shown = said(Entry(asking=asking_of_case(CASE, title="Split billing?")), file=FILE)

    assert "The sides stay apart. Shall they go on?" in shown
    assert "low consensus" in shown
    assert "round_count (2) ≥ 2" in shown
    assert "until      +5400s, in 1 h 30 min. Then it ends with the judge's verdict." in shown
    assert "continue       Goes on where it stopped." in shown
    assert "another round  It has had all its rounds." in shown
    assert "No route takes this" in shown
    assert "a answers" in shown


def test_the_newest_turns_stand_below_it_shortened() -> None:
    long = replace(FILE, turns=(*FILE.turns[:5], replace(FILE.turns[5], text="x" * (TURN_CHARACTERS_MAX + 9))))
    shown = said(Entry(asking=asking_of_case(CASE, title="")), file=long)

    assert "2 turns before these, o has all" in shown
    assert "Turn 2." not in shown
    assert "Turn 3." in shown
    assert "x" * TURN_CHARACTERS_MAX + "…" in shown


def test_a_deadline_that_is_over_and_one_that_is_none_say_so() -> None:
    asking = asking_of_case(CASE, title="")
    none = asking_of_case(replace(CASE, due_ms=None, then_does="It waits for as long as it takes."), title="")

    assert "the time is up" in said(Entry(asking=asking), now_ms=AT_MS + 91 * MINUTE_MS)
    assert "until      It waits for as long as it takes." in said(Entry(asking=none))


def test_a_participant_s_question_says_who_needs_to_know() -> None:
    asked = replace(CASE, kind=CaseKind.CLARIFICATION, seat=SeatId("opponent"), question="Which team?")

    assert "opponent asks: Which team?" in said(Entry(asking=asking_of_case(asked, title="")))


def test_its_life_stands_in_the_order_of_what_happened_with_who_did_it() -> None:
    notice = told(notification(type=NotificationType.ESCALATION_NOTICE, priority=Priority.URGENT))
    (sent,) = notice.deliveries
    lived = replace(
        notice,
        deliveries=(replace(sent, state=DeliveryState.DELIVERED, tries=1, ended_ms=AT_MS + 1_000),),
        read_by="operator",
        read_ms=AT_MS + 2_000,
        acknowledged_by="operator",
        acknowledged_ms=AT_MS + 3_000,
        answered_by="ann",
        answered_ms=AT_MS + 4_000,
        reminded=2,
    )
    lines = said(
        Entry(told=lived), attempts=(Attempt(delivery=sent.id, number=1, at_ms=AT_MS, took_ms=12),)
    ).splitlines()

    words = [line.split()[0] for line in lines if "+" in line and not line.startswith(" ")]
    assert words[:5] == ["told", "delivered", "read", "seen", "answered"]
    assert "read       +2s  by you" in lines
    assert "answered   +4s  by ann" in lines
    assert "reminded   2 times" in lines
    assert "✓ log  arrived +1s, at the first try" in lines
    assert "  +0s  try 1  arrived  12 ms" in lines


def test_a_dead_letter_says_every_try_its_error_and_the_key_that_sends_it_again() -> None:
    notice = told(notification(), "ops")
    (sent,) = notice.deliveries
    dead = replace(
        notice, deliveries=(replace(sent, state=DeliveryState.DEAD, tries=12, last_error="it answered 500"),)
    )
    tries = tuple(
        Attempt(delivery=sent.id, number=n, at_ms=AT_MS, took_ms=3, error="it answered 500") for n in range(1, 13)
    )
    shown = said(Entry(told=dead), attempts=tries)

    assert "✗ ops  given up after 12 tries: it answered 500" in shown
    assert "2 tries before these" in shown
    assert "try 12  it answered 500  3 ms" in shown
    assert "r sends it again, under the same id" in shown


def test_what_waits_says_for_what() -> None:
    notice = told(notification(), "ops")
    (sent,) = notice.deliveries

    def stands(**change: object) -> str:
        return said(Entry(told=replace(notice, deliveries=(replace(sent, **change),))))  # type: ignore[arg-type]

    assert "is tried at once" in stands()
    assert "is tried in 5 s; last: it refused" in stands(due_ms=AT_MS + 5_000, last_error="it refused")
    assert "end of the quiet hours" in stands(state=DeliveryState.HELD, held_for=Held.QUIET)
    assert "waits to be gathered" in stands(state=DeliveryState.HELD, held_for=Held.DIGEST)


def test_what_was_told_is_text_whatever_it_looks_like() -> None:
    assert "[red]over[/]" in said(Entry(told=told(notification(text="[red]over[/]"))))


def test_a_channel_says_how_it_delivers_and_what_it_lacks() -> None:
    rates = (
        ChannelRate(channel="ops", attempts=10, delivered=8, failed=2, median_ms=40, p95_ms=1_250, pending=3, dead=1),
        ChannelRate(channel="old", attempts=1, failed=1),
    )
    shown = channels_shown(("log", "ops", "chat"), {"chat": "CHAT_WEBHOOK is not set."}, {"log": "in a file"}, rates)
    rows = {each.name: [cell.text for cell in channel_row(each).cells] for each in shown}

    assert list(rows) == ["log", "ops", "chat", "old"]
    assert rows["log"][:3] == ["◌ unused", "log", "–"]
    assert rows["ops"] == ["◐ unsteady", "ops", "8", "2", "40 ms", "1.2 s", "3", "1"]
    assert rows["chat"][0] == "– not ready"
    assert channel_note(shown[1]).startswith("ops: 8 tries of 10 arrived in the last day; 1 given up")
    assert channel_note(shown[0]) == "log, in a file: nothing went by it in the last day."
    assert channel_note(shown[2]) == "chat: CHAT_WEBHOOK is not set."
    assert channel_note(shown[3]) == "old: It is not set up any more."


def test_a_preview_names_each_channel_and_part() -> None:
    parts = [Part(name="subject", text="It is over"), Part(name="text", text="one\ntwo")]
    lines = [line.text for line in preview_lines([("team", parts), ("log", [Part(name="line", text="{}")])])]

    assert lines == ["team · subject", "▏ It is over", "team · text", "▏ one", "▏ two", "", "log · line", "▏ {}"]


def test_a_mute_says_of_what_and_for_how_long() -> None:
    titles = {str(SESSION): "Split billing?"}
    over = NotificationType.DEBATE_COMPLETED
    rows = [
        [cell.text for cell in mute_row(each, titles, now_ms=AT_MS).cells]
        for each in (
            Mute(session=SESSION, at_ms=AT_MS - MINUTE_MS),
            Mute(type=over, until_ms=AT_MS + MINUTE_MS, at_ms=AT_MS),
            Mute(session="cd34cd34cd34", type=over, until_ms=AT_MS, at_ms=AT_MS),
        )
    ]

    assert rows == [
        ["all of 'Split billing?'", "for good", "1 min"],
        ["every 'over'", "1 min more", "now"],
        ["'over' of 'cd34cd34'", "over", "now"],
    ]
    assert muted_in_words("", None, {}) == "everything"
