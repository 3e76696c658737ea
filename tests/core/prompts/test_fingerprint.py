"""Are two requests taken for the same exactly where the same is asked?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.ids import SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.steps import Brief, Message, ModelRequest
from core.prompts.fingerprint import asked_parts, exact_digest, like_digest, tidy
from tests.core.providers.requests import document, request, turn

Change = Callable[[ModelRequest], ModelRequest]


def asking(*texts: str) -> ModelRequest:
    """System first, then user and assistant in turns."""
    authors = ["system", *["user", "assistant"] * len(texts)]
    messages = [Message(author=author, text=text) for author, text in zip(authors, texts, strict=False)]
    return replace(request(), messages=tuple(messages))


def exact(asked: ModelRequest, purpose: str = "turn") -> str:
    return exact_digest(asked, purpose, is_verbatim=False)


def with_brief(**changes: object) -> Change:
    def change(asked: ModelRequest) -> ModelRequest:
        brief: Brief = replace(asked.brief, **changes)  # type: ignore[arg-type]
        return replace(asked, brief=brief)

    return change


CHANGES: dict[str, Change] = {
    "model": lambda asked: replace(asked, model="scripted:other"),
    "temperature": lambda asked: replace(asked, temperature_milli=asked.temperature_milli + 1),
    "limit": lambda asked: replace(asked, tokens_output_max=asked.tokens_output_max + 1),
    "seed": lambda asked: replace(asked, seed=asked.seed + 1),
    "instruction": lambda asked: replace(asked, messages=(Message(author="system", text="x"), *asked.messages[1:])),
    "a message more": lambda asked: replace(asked, messages=(Message(author="user", text="x"), *asked.messages)),
    "a message less": lambda asked: replace(asked, messages=asked.messages[1:]),
    "motion": with_brief(motion="Bread should be bought"),
    "role": with_brief(role=Role.OPPONENT),
    "side": with_brief(side=-1),
    "task": with_brief(task="rebuttal"),
    "round": with_brief(round=2),
    "rounds": with_brief(rounds_limit=9),
    "history": with_brief(turns=(turn("Something was said."),)),
    "evidence": with_brief(documents=(document("+ Bread is cheap."),)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_the_answer_depends_on_tells_requests_apart(change: Change) -> None:
    asked = asking("You are the judge.", "Is it late?", "No.", "Is it early?")
    changed = change(asked)

    assert exact(asked) != exact(changed)
    assert asked_parts(asked, "turn") != asked_parts(changed, "turn")
    assert like_digest(asked, "turn", "form") != like_digest(changed, "turn", "form")


def test_the_last_message_and_the_purpose_tell_requests_apart() -> None:
    asked, other = asking("You are the judge.", "Is it late?"), asking("You are the judge.", "Is it early?")

    assert exact(asked) != exact(other)
    assert exact(asked, "turn") != exact(asked, "verdict")
    assert like_digest(asked, "turn", "form") == like_digest(other, "turn", "form")
    assert like_digest(asked, "turn", "form") != like_digest(asked, "turn", "another form")
    assert like_digest(asked, "turn", "form") != like_digest(asked, "verdict", "form")


def test_what_was_said_tells_conversations_apart_also_where_there_were_as_many_turns() -> None:
    asked = asking("You are the judge.", "Is it late?")
    one, other = (with_brief(turns=(turn(text),))(asked) for text in ("Ada agrees.", "Ben agrees."))

    assert like_digest(one, "turn", "form") != like_digest(other, "turn", "form")


def test_who_asks_changes_nothing() -> None:
    asked = asking("You are the judge.", "Is it late?")
    elsewhere = replace(asked, session=SessionId("beef"), step=StepId("r9.x.y"), seat=SeatId("z"))

    assert exact(asked) == exact(elsewhere)
    assert asked_parts(asked, "turn") == asked_parts(elsewhere, "turn")


def test_white_space_that_nobody_sees_changes_nothing_except_where_it_is_counted() -> None:
    asked, spaced = asking("You are  the judge. \r\n", "Is it late?"), asking("You are the judge.", " Is it\tlate? ")

    assert exact(asked) == exact(spaced)
    assert exact_digest(asked, "counting", is_verbatim=True) != exact_digest(spaced, "counting", is_verbatim=True)


def test_a_word_that_moves_from_one_message_to_the_next_is_noticed() -> None:
    one, other = (
        replace(request(), messages=tuple(Message(author="user", text=text) for text in texts))
        for texts in (("a", "userb"), ("auser", "b"))
    )

    assert exact(one) != exact(other)


SCRAPS = st.text("ab 1:", max_size=3)


@given(SCRAPS, SCRAPS, SCRAPS, SCRAPS)
def test_no_text_can_be_cut_so_that_two_requests_become_one(a: str, b: str, c: str, d: str) -> None:
    one, other = asking("s", a, b), asking("s", c, d)

    assert (exact(one) == exact(other)) is (tidy(a) == tidy(c) and tidy(b) == tidy(d))


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("a  b\tc", "a b c"),
        ("  a ", "a"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a \n\n\n\nb\n", "a\n\nb"),
        ("if x:\n    y  =  1\nz", "if x:\n    y = 1\nz"),
        ("- a\n  - b", "- a\n  - b"),
        ("\n\n", ""),
        ("", ""),
    ],
)
def test_white_space_is_put_in_order_and_what_it_shows_is_kept(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


@given(st.text(st.sampled_from("ab \t\n\r"), max_size=60))
def test_tidying_twice_is_tidying_once_and_takes_no_word(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert tidy(text).split() == text.split()
