"""Does a filter show what its words say, refuse what nothing is called, and leave to the log only what it can tell?"""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.presenters.event_entries import EventEntry, about
from console.presenters.event_filter import Vocabulary, completion, read_filter, vocabulary_of
from console.presenters.log_lines import read_line
from core.domain.commands import OPERATOR, Envelope, Pause
from core.domain.errors import WrongUse
from core.domain.events import (
    ENGINE_EVENTS,
    EscalationExpired,
    Event,
    Recorded,
    RuleFired,
    SessionCompleted,
    SessionFailed,
    SessionPaused,
    SessionQueued,
    Unreadable,
)
from core.domain.ids import RuleId, SessionId, StepId
from core.flows.debate_events import DEBATE_EVENTS

NOW_MS = 1_795_185_120_000
VOCABULARY = vocabulary_of((*ENGINE_EVENTS, *DEBATE_EVENTS))


def entry(
    event: Event, *, session: str = "ab12cd34" * 4, seq: int = 5, position: int = 41, ago_ms: int = 0
) -> EventEntry:
    envelope = Envelope(command=Pause(), actor=OPERATOR, at_ms=NOW_MS - ago_ms, correlation="inbox 7")
    return EventEntry(
        record=Recorded(
            session=SessionId(session),
            seq=seq,
            position=position,
            at_ms=NOW_MS - ago_ms,
            event=event,
            envelope=envelope,
        )
    )


PAUSED = entry(SessionPaused(reason="budget_spent_day", by="operator"))
FIRED = entry(
    RuleFired(rule=RuleId("complete_on_consensus"), actions=("complete",), seen={}, priority=10, stays_armed=False),
    seq=12,
    position=60,
)
FAILED = entry(SessionFailed(reason="every model failed", step=StepId("r1.opening.proposer")), session="ff" * 16)
UNREADABLE = entry(Unreadable(kind="OfTomorrow", version=3, why="it is of a newer moot.", now="Update."))
DONE = entry(SessionCompleted(reason="max_rounds"), ago_ms=3_600_000)
ALL = (PAUSED, FIRED, FAILED, UNREADABLE, DONE)
LINE = read_line(
    '{"at":"2026-11-20T14:31:00.000Z","level":"warning","logger":"core.runtime.driver","process":7,'
    '"message":"the inbox waits","session":"ab12","error":"disk full","took_ms":1200}',
    place=(0, 0),
)


def shown(text: str, *entries: object) -> list[object]:
    wanted = read_filter(text, VOCABULARY, now_ms=NOW_MS)
    return [each for each in entries or ALL if wanted.holds(each)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ALL),
        ("kind:RuleFired", [FIRED]),
        ("kind:session", [PAUSED, FAILED, DONE]),
        ("kind=sessionpaused", [PAUSED]),
        ("-kind:session", [FIRED, UNREADABLE]),
        ("session:ff", [FAILED]),
        ("session:b12", []),
        ("level>=warning", [FAILED, UNREADABLE]),
        ("level:info", [PAUSED, DONE]),
        ("level<info", [FIRED]),
        ("seq>10", [FIRED]),
        ("seq>=5 seq<6 kind:pause", [PAUSED]),
        ("position:60", [FIRED]),
        ("rule:consensus", [FIRED]),
        ("reason:budget", [PAUSED]),
        ("reason=budget", []),
        ("reason=budget_spent_day", [PAUSED]),
        ("actor:operator command:pause", ALL),
        ("correlation:inbox", ALL),
        ('"every model"', [FAILED]),
        ("every model", [FAILED]),
        ('-"every model" kind:failed', []),
        ("BUDGET", [PAUSED]),
        ("since:10m", ALL[:-1]),
        ("-since:10m", [DONE]),
        ("since:2h", ALL),
        ("kind:OfTomorrow", "OfTomorrow"),
    ],
)
def test_a_filter_shows_what_its_words_say(text: str, found: object) -> None:
    if isinstance(found, str):
        with pytest.raises(WrongUse, match=found):
            shown(text)
    else:
        assert shown(text) == list(found)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "text",
    [
        "level>=warning",
        "error:disk",
        "took_ms>1000",
        "took_ms:1200",
        "logger:driver",
        '"inbox waits"',
        "session:ab kind:driver",
    ],
)
def test_lines_are_looked_for_in_the_same_words(text: str) -> None:
    if "kind:" in text:  # nothing that is recorded is called so
        with pytest.raises(WrongUse, match="no event is called"):
            shown(text, LINE)
    else:
        assert shown(text, LINE) == [LINE]
        assert shown(f"-{text}", LINE) == []


def test_a_line_of_an_event_is_of_its_kind() -> None:
    line = read_line(
        '{"at":"2026-11-20T14:31:00.000Z","level":"debug","logger":"core.runtime.logged_events","process":7,'
        '"message":"RuleFired","rule":"stop"}',
        place=(0, 0),
    )

    assert shown("kind:RuleFired", line) == [line]
    assert (line.kind, line.about) == ("RuleFired", "stop")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("knd:RuleFired", "nothing is called 'knd:'. Did you mean 'kind'?"),
        ("sesion:ab", "Did you mean 'session'?"),
        ("zzzzzz:1", "There are kind, level, session"),
        ("kind:RuleFierd", "no event is called 'RuleFierd'. Did you mean 'RuleFired'?"),
        ("level>=warnign", "Did you mean 'warning'?"),
        ("level:x", "There are debug, info, warning, error."),
        ("seq>many", "held against a number"),
        ("since:yesterday", "is no moment"),
        ("x" * 500, "400 characters"),
    ],
)
def test_what_means_nothing_is_refused_with_what_was_meant(text: str, said: str) -> None:
    with pytest.raises(WrongUse) as refused:
        read_filter(text, VOCABULARY, now_ms=NOW_MS)

    assert said in str(refused.value)


def test_a_moment_is_one_where_this_machine_stands() -> None:
    moment = datetime(2026, 11, 20, 14, 30).astimezone()

    wanted = read_filter("since:2026-11-20T14:30", VOCABULARY, now_ms=NOW_MS)

    assert wanted.terms[0].number == round(moment.timestamp() * 1_000)


def test_a_word_that_is_an_address_is_a_word() -> None:
    line = read_line('{"message":"POST https://api.example/v1"}', place=(0, 0))

    assert shown("https://api.example", line) == [line]


def test_what_is_being_typed_refuses_nothing_yet() -> None:
    assert shown("kind:") == list(ALL)
    assert shown("level>=") == list(ALL)
    assert shown("-") == list(ALL)


WORDS = st.sampled_from(
    ["kind:RuleFired", "kind:session", "level>=warning", "level:info", "seq>5", "session:ab", "budget", '"every model"',
     "since:10m", "reason:b", "position<50", "rule:c"]
)  # fmt: skip
TEXTS = st.lists(st.tuples(st.booleans(), WORDS), max_size=5).map(
    lambda words: [("-" if is_left_out else "") + word for is_left_out, word in words]
)


@given(words=TEXTS, more=WORDS, order=st.randoms())
def test_each_word_narrows_and_their_order_says_nothing(words: list[str], more: str, order: object) -> None:
    before = shown(" ".join(words))
    mixed = [*words, more]
    order.shuffle(mixed)  # type: ignore[attr-defined]

    after = shown(" ".join(mixed))

    assert after == [each for each in before if each in shown(more)]
    assert sorted(map(id, shown(more) + shown(f"-{more}"))) == sorted(map(id, ALL))


@given(words=TEXTS)
def test_what_is_left_to_the_log_keeps_all_that_the_filter_wants(words: list[str]) -> None:
    wanted = read_filter(" ".join(words), VOCABULARY, now_ms=NOW_MS)
    sought = wanted.sought(VOCABULARY)

    assert [each for each in ALL if wanted.holds(each)] == [
        each for each in ALL if sought.holds(each.record) and wanted.holds(each)
    ]


@given(text=st.text(max_size=60))
def test_any_text_is_a_filter_or_is_refused_in_words(text: str) -> None:
    try:
        wanted = read_filter(text, VOCABULARY, now_ms=NOW_MS)
    except WrongUse:
        return
    assert read_filter(wanted.text, VOCABULARY, now_ms=NOW_MS).terms == wanted.terms
    for each in (*ALL, LINE):
        wanted.holds(each)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("ki", "kind:"),
        ("kind:RuleF", "kind:RuleFired"),
        ("kind:rulef", "kind:RuleFired"),
        ("level>=w", "level>=warning"),
        ("session:ab -corr", "session:ab -correlation:"),
        ("zzzz", ""),
        ("kind:RuleFired", ""),
        ("", ""),
        ("kind:RuleFired ", ""),
    ],
)
def test_the_last_word_completes_itself(typed: str, completed: str) -> None:
    assert completion(typed, VOCABULARY) == completed


@given(text=st.text(max_size=40))
def test_what_is_completed_goes_on_from_what_was_typed(text: str) -> None:
    completed = completion(text, VOCABULARY)

    assert completed == "" or len(completed) > len(text.lstrip())
    assert not completed or completed.casefold().startswith(text.lstrip().casefold())


def test_what_an_event_is_about_is_told_in_a_few_words() -> None:
    assert PAUSED.about == "budget_spent_day · operator"
    assert FAILED.about == "every model failed · r1.opening.proposer"
    assert UNREADABLE.about == "it is of a newer moot."
    assert about(SessionQueued()) == ""
    assert about(EscalationExpired(wanted="complete", then="complete", waited_ms=28_275)) == (
        "nobody answered for 28 s; it ends with what it has"
    )


def test_the_vocabulary_names_kinds_and_the_fields_of_all_of_them() -> None:
    assert isinstance(VOCABULARY, Vocabulary)
    assert {"RuleFired", "ArgumentPresented"} <= set(VOCABULARY.kinds)
    assert "of_a_library" in VOCABULARY.with_fields(["of_a_library", "kind"]).fields
    assert {"kind", "since", "rule", "took_ms", "cost_microusd", "consensus_ppm"} <= set(VOCABULARY.fields)
