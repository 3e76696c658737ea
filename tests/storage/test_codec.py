"""Does everything recorded come back equal, whatever release wrote it?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.commands import COMMANDS, AmendMotion, BeginAttempt, Envelope, Open, Pause, RecordAnswer
from core.domain.errors import StorageFailed, WrongUse
from core.domain.events import (
    ENGINE_EVENTS,
    AttemptStarted,
    AttemptSucceeded,
    Inherited,
    Prefix,
    RuleFired,
    SessionForked,
    SessionOpened,
    SessionPaused,
)
from core.domain.flow import kinds_of
from core.domain.ids import Digest, RuleId, SeatId, SessionId, StepId
from core.flows.debate import DebateFlow
from core.flows.refinement import RefinementFlow
from storage.codec import HELD_CHARACTERS_MIN, Codec, canonical_json, content_digest, to_plain
from tests.architecture.tree import ROOT
from tests.storage.builders import KINDS, WordsSpoken, answer, turn

OF_FLOWS = kinds_of((DebateFlow(templates={}, documents={}), RefinementFlow(documents={}))).events
CODEC = Codec((*KINDS, *OF_FLOWS))
st.register_type_strategy(
    Mapping, lambda kind: st.dictionaries(*(st.from_type(part) for part in kind.__args__), max_size=3)
)
st.register_type_strategy(
    Inherited,
    st.builds(
        lambda at_ms, event: Inherited(at_ms=at_ms, kind=type(event).__name__, event=event),
        st.integers(min_value=0),
        st.one_of(*(st.from_type(kind) for kind in (*ENGINE_EVENTS, *OF_FLOWS) if kind is not SessionForked)),
    ),
)
EVENTS = st.one_of(*(st.from_type(kind) for kind in (*ENGINE_EVENTS, *OF_FLOWS, WordsSpoken)))
ENVELOPES = st.builds(
    Envelope,
    command=st.one_of(*(st.from_type(kind) for kind in COMMANDS)),
    actor=st.text(),
    at_ms=st.integers(min_value=0),
    correlation=st.text(),
)
LONG = "That which is long enough to be worth naming the event that holds it. " * 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionAmended:
    """Shares its field with the command AmendMotion."""

    motion: str


def read_back(codec: Codec, envelope: Envelope, events: tuple[object, ...]) -> Envelope:
    stored = codec.encode_envelope(envelope, events)
    bodies = [codec.encode_event(event).body for event in events[: codec.held_last(stored) + 1]]
    return codec.decode_envelope(stored, at_ms=envelope.at_ms, bodies=bodies)


@given(event=EVENTS)
def test_every_event_comes_back_equal_and_of_the_same_types(event: object) -> None:
    decoded = CODEC.decode_event(*CODEC.encode_event(event))

    assert decoded == event
    assert repr(decoded) == repr(event)


@given(envelope=ENVELOPES, events=st.lists(EVENTS, max_size=4).map(tuple))
def test_every_command_comes_back_equal_whatever_events_it_brought_about(
    envelope: Envelope, events: tuple[object, ...]
) -> None:
    assert read_back(CODEC, envelope, events) == envelope


@given(text=st.text(min_size=HELD_CHARACTERS_MIN), others=st.lists(EVENTS, max_size=3), at=st.integers(0, 3))
def test_a_text_that_an_event_holds_is_left_out_of_the_command_and_put_back(
    text: str, others: list[object], at: int
) -> None:
    append = turn("a" * 32, text)
    events = (*others[:at], append.events[1], *others[at:])

    stored = CODEC.encode_envelope(append.envelope, events)

    assert '"text"' not in json.dumps(json.loads(stored)["command"])
    assert read_back(CODEC, append.envelope, events) == append.envelope


@given(opening=st.from_type(SessionOpened))
def test_an_opening_is_stored_once(opening: SessionOpened) -> None:
    envelope = Envelope(command=Open(opening=opening.opening), actor="operator", at_ms=1, correlation="c")

    assert json.loads(CODEC.encode_envelope(envelope, (opening,)))["command"] == {}
    assert read_back(CODEC, envelope, (opening,)) == envelope


@given(command=st.from_type(RecordAnswer), text=st.text(min_size=HELD_CHARACTERS_MIN))
def test_a_command_that_its_events_tell_whole_is_stored_once(command: RecordAnswer, text: str) -> None:
    envelope = Envelope(command=replace(command, text=text), actor="runtime", at_ms=1, correlation="c")
    told = {field.name: getattr(command, field.name) for field in fields(AttemptSucceeded)}
    events = (AttemptSucceeded(**told), replace(turn("a" * 32, LONG).events[1], text=text))

    stored = json.loads(CODEC.encode_envelope(envelope, events))

    assert (stored["held"], stored["command"]) == ({"*": 0, "text": 1}, {})
    assert read_back(CODEC, envelope, events) == envelope


def test_a_command_of_which_nobody_else_tells_a_part_is_stored() -> None:
    command = answer("short")
    told = {field.name: getattr(command, field.name) for field in fields(AttemptSucceeded)}
    envelope = Envelope(command=command, actor="runtime", at_ms=1, correlation="c")

    assert json.loads(CODEC.encode_envelope(envelope, (AttemptSucceeded(**told),)))["held"] == {}
    assert read_back(CODEC, envelope, (AttemptSucceeded(**told),)) == envelope


def test_a_command_is_stored_where_an_event_tells_it_with_another_type() -> None:
    intent = BeginAttempt(
        step=StepId("s"), attempt=1, seat=SeatId("a"), route="r", cost_microusd_max=1, prompt_digest=Digest("d")
    )
    envelope = Envelope(command=intent, actor="runtime", at_ms=1, correlation="c")
    told = {field.name: getattr(intent, field.name) for field in fields(AttemptStarted)}
    odd = AttemptStarted(**{**told, "attempt": True})

    assert json.loads(CODEC.encode_envelope(envelope, (AttemptStarted(**told),)))["command"] == {}
    assert json.loads(CODEC.encode_envelope(envelope, (odd,)))["command"]["attempt"] == 1


def test_what_an_event_tells_of_a_command_is_lifted_as_the_command_s() -> None:
    intent = BeginAttempt(
        step=StepId("s"), attempt=1, seat=SeatId("a"), route="r", cost_microusd_max=1, prompt_digest=Digest("d")
    )
    envelope = Envelope(command=intent, actor="runtime", at_ms=1, correlation="c")
    started = AttemptStarted(**{field.name: getattr(intent, field.name) for field in fields(AttemptStarted)})
    stored, body = CODEC.encode_envelope(envelope, (started,)), CODEC.encode_event(started).body
    today = Codec(
        KINDS,
        {
            ("AttemptStarted", 1): lambda plain: {**plain, "attempt": plain["attempt"] + 10},
            ("BeginAttempt", 1): lambda plain: {**plain, "route": plain["route"] + "!"},
        },
    )

    assert today.decode_envelope(stored, at_ms=1, bodies=[body]).command == replace(intent, route="r!")


def test_a_field_that_only_looks_the_same_is_stored() -> None:
    envelope = Envelope(command=answer(LONG), actor="runtime", at_ms=1, correlation="c")
    differs = replace(turn("a" * 32, LONG).events[1], text=LONG[:-1] + "!")

    assert json.loads(CODEC.encode_envelope(envelope, (differs,)))["command"]["text"] == LONG


def test_a_short_text_is_not_worth_a_reference() -> None:
    stored = CODEC.encode_envelope(Envelope(command=Pause(reason="r"), actor="a", at_ms=1, correlation="c"), ())

    assert CODEC.held_last(stored) == 0
    assert json.loads(stored)["held"] == {}


def test_an_event_of_an_older_version_is_lifted_through_every_version_since() -> None:
    upcasters = {
        ("WordsSpoken", 1): lambda plain: {**plain, "text": plain["words"]},
        ("WordsSpoken", 2): lambda plain: {
            name: value for name, value in {**plain, "round": 1}.items() if name != "words"
        },
    }
    today = Codec(KINDS, upcasters)
    first = b'{"step":"s","seat":"proposer","words":"hello"}'

    assert today.decode_event("WordsSpoken", 1, first) == WordsSpoken(step="s", seat="proposer", round=1, text="hello")
    assert today.encode_event(turn("a" * 32).events[1]).version == 3


def test_a_command_leans_on_its_event_also_after_the_event_was_renamed() -> None:
    before = Codec((*KINDS, MotionAmended))
    envelope = Envelope(command=AmendMotion(motion=LONG), actor="operator", at_ms=1, correlation="c")
    stored = before.encode_envelope(envelope, (MotionAmended(motion=LONG),))
    body = before.encode_event(MotionAmended(motion=LONG)).body

    today = Codec((*KINDS, MotionAmended), {("MotionAmended", 1): lambda plain: {"motion": plain["motion"].upper()}})

    assert LONG.encode() not in stored
    assert today.decode_event("MotionAmended", 1, body) == MotionAmended(motion=LONG.upper())
    assert today.decode_envelope(stored, at_ms=1, bodies=[body]) == envelope


def test_a_command_of_an_older_version_is_lifted() -> None:
    stored = CODEC.encode_envelope(Envelope(command=Pause(reason="r"), actor="a", at_ms=1, correlation="c"), ())
    today = Codec(KINDS, {("Pause", 1): lambda plain: {**plain, "reason": plain["reason"] + "!"}})

    assert today.decode_envelope(stored, at_ms=1, bodies=[]).command == Pause(reason="r!")


def test_a_kind_that_this_release_does_not_know_is_named() -> None:
    with pytest.raises(StorageFailed, match=r"holds a DebateTelevised.*Update moot"):
        CODEC.decode_event("DebateTelevised", 1, b"{}")


@pytest.mark.parametrize("version", [0, 2])
def test_a_version_that_this_release_does_not_know_is_named(version: int) -> None:
    with pytest.raises(StorageFailed, match=rf"version {version} of WordsSpoken; this moot knows it up to 1"):
        CODEC.decode_event("WordsSpoken", version, b"{}")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"reason":"x"}', b'{"reason":"\xff","by":"me"}'])
def test_bytes_that_are_no_event_are_refused_with_its_kind(body: bytes) -> None:
    with pytest.raises(StorageFailed, match="SessionPaused of version 1 can't be read"):
        CODEC.decode_event("SessionPaused", 1, body)


@pytest.mark.parametrize("text", [3, None, b"bytes", "half a pair: \ud83d"])
def test_a_value_that_would_not_come_back_is_refused_before_it_is_stored(text: object) -> None:
    with pytest.raises(StorageFailed, match="SessionPaused can't be recorded"):
        CODEC.encode_event(SessionPaused(reason=text, by="operator"))


def test_an_actor_that_is_no_text_for_a_file_is_refused() -> None:
    with pytest.raises(StorageFailed, match="Pause can't be recorded"):
        CODEC.encode_envelope(Envelope(command=Pause(), actor="\ud83d", at_ms=1, correlation="c"), ())


def test_two_classes_of_one_name_are_refused() -> None:
    other = type("SessionPaused", (), {})

    with pytest.raises(WrongUse, match="Two kinds are called 'SessionPaused'"):
        Codec((*KINDS, other))


def test_upcasters_that_leave_out_a_version_are_refused() -> None:
    with pytest.raises(WrongUse, match="leave out a version"):
        Codec(KINDS, {("SessionPaused", 2): dict})


def test_facts_keep_their_types() -> None:
    seen = {"flag": True, "count": 1, "words": ("a", "b"), "text": "1", "none": None}
    fired = RuleFired(rule=RuleId("r"), priority=1, actions=("a",), stays_armed=False, seen=seen)

    decoded = CODEC.decode_event(*CODEC.encode_event(fired))

    assert isinstance(decoded, RuleFired)
    assert {name: (type(value), value) for name, value in decoded.seen.items()} == {
        name: (type(value), value) for name, value in seen.items()
    }


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
    assert content_digest({"b": 1, "a": [1, 2]}) == content_digest({"a": [1, 2], "b": 1})
    assert content_digest({"a": [1, 2]}) != content_digest({"a": [2, 1]})


def test_a_dataclass_has_the_digest_of_its_plain_form() -> None:
    said = answer("words")

    assert content_digest(said) == content_digest(to_plain(said))
    assert to_plain(said)["text"] == "words"
    assert isinstance(said, RecordAnswer)


def test_making_a_codec_builds_nothing_before_it_is_used() -> None:
    code = (
        "import sys; from storage.codec import Codec; from core.domain.events import ENGINE_EVENTS;"
        "Codec(ENGINE_EVENTS); assert 'pydantic' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr


def test_an_event_within_a_fork_is_lifted_like_any_other() -> None:
    inner = Inherited(
        at_ms=7,
        kind="WordsSpoken",
        event=WordsSpoken(step=StepId("s"), seat=SeatId("judge"), round=1, text="So be it."),
    )
    prefix = Prefix(session=SessionId("5e55" * 8), seq=2, digest=Digest("ab" * 32), events=(inner,))
    forked = SessionForked(prefix=prefix)
    older = Codec(KINDS).encode_event(forked)

    def louder(plain: dict[str, object]) -> dict[str, object]:
        return {**plain, "text": f"{plain['text']}!"}

    newer = Codec(KINDS, {("WordsSpoken", 1): louder})
    lifted = newer.decode_event(*older)

    assert lifted.prefix.events[0].event.text == "So be it.!"  # type: ignore[attr-defined]
    assert newer.decode_event(*newer.encode_event(lifted)) == lifted


def test_a_fork_that_holds_an_event_which_nobody_could_read_is_not_written() -> None:
    inner = Inherited(at_ms=7, kind="Unheard", event=SessionPaused(reason="asked", by="operator"))
    forked = SessionForked(prefix=Prefix(session=SessionId("1" * 32), seq=2, digest=Digest("ab"), events=(inner,)))

    with pytest.raises(StorageFailed, match="Unheard is no kind that the log knows"):
        CODEC.encode_event(forked)
