"""Is the right answer kept from everybody but those who are simulated?"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.providers
from core.domain.events import SessionOpened
from core.domain.steps import Message, ModelRequest
from core.engine.plan import plan
from core.judging.keeping import Purpose
from core.prompts.fingerprint import asked_parts, exact_digest, prompt_digest
from core.templates.formats import SHIPPED_TEMPLATES
from core.templates.template import Template
from tests.statistics.played import Simulation

ROUTE = "simulated:competence=100"
SECRET = "the answer that nobody knows"
BY_BRIEF = frozenset({"rehearsal", "rehearsing", "scripted", "simulated", "simulating", "human", "demo_pack"})
"""Providers that ask no model, and may read what a request says as data."""


def requests_of(format_: Template, known_answer: str) -> list[ModelRequest]:
    """What is asked first."""
    played = Simulation(format_, {"": ROUTE}, known_answer=known_answer)
    return [played.engine.flow(played.state).request(played.state, step) for step in plan(played.engine, played.state)]


@pytest.mark.parametrize("format_", SHIPPED_TEMPLATES, ids=lambda each: each.id)
@given(known=st.sampled_from(("for", "against", SECRET)))
def test_what_a_model_is_sent_is_the_same_whatever_answer_is_known(format_: Template, known: str) -> None:
    for told, untold in zip(requests_of(format_, known), requests_of(format_, ""), strict=True):
        assert told.messages == untold.messages
        assert prompt_digest(told) == prompt_digest(untold)
        assert asked_parts(told, Purpose.TURN) == asked_parts(untold, Purpose.TURN)
        assert exact_digest(told, Purpose.TURN, is_verbatim=False) == exact_digest(
            untold, Purpose.TURN, is_verbatim=False
        )


@pytest.mark.parametrize("format_", SHIPPED_TEMPLATES, ids=lambda each: each.id)
def test_the_answer_stands_in_the_opening_and_in_no_other_event_of_a_log(format_: Template) -> None:
    played = Simulation(format_, {"": "simulated:competence=0"}, known_answer=SECRET).play()

    told = [type(event).__name__ for event in played.events if SECRET in repr(event)]
    assert told == [SessionOpened.__name__]


def test_no_provider_that_asks_a_model_reads_what_a_request_says_as_data() -> None:
    folder = Path(core.providers.__file__).parent
    readers = {
        path.relative_to(folder).parts[0].removesuffix(".py")
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("brief", "known_answer")
    }

    assert readers <= BY_BRIEF


def test_a_message_has_no_room_for_anything_but_its_words() -> None:
    assert Message.__slots__ == ("_author", "_pieces"), "the pieces are those of its text"
    assert not hasattr(Message(author="user", text="Argue."), "__dict__")


def test_a_seat_that_is_simulated_does_know_it() -> None:
    requests = requests_of(SHIPPED_TEMPLATES[0], "against")

    assert {request.brief.known_answer for request in requests} == {"against"}
