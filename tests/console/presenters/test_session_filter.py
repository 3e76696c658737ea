"""Does a filter keep what its words say?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.presenters.session_filter import read_filter
from core.domain.errors import WrongUse
from core.domain.ids import SessionId, TemplateId
from core.domain.session import Status
from core.domain.summary import EVALUATION, SessionSummary
from core.ports.catalogue import Label

BILLING = SessionSummary(
    session=SessionId("a1b2c3d4" * 4),
    seq=1,
    position=1,
    flow="debate@1",
    title="",
    motion="Should a team of six split its billing?",
    template=TemplateId("standard_debate"),
    status=Status.RUNNING,
    models=("rehearsal", "claude-x"),
)
TAGGED = Label(tags=("money",))


@pytest.mark.parametrize(("text", "holds"), [("state:left", True), ("state:run", True), ("-state:left", False)])
def test_one_that_nobody_drives_is_found_as_the_list_calls_it_and_as_it_was_left(text: str, holds: bool) -> None:
    assert read_filter(text).holds(BILLING, None, is_left=True) is holds
    assert not read_filter("state:left").holds(BILLING, None)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("billing TEAM", True),
        ("billing rust", False),
        ("-billing", False),
        ("!rust", True),
        ("state:run", True),
        ("state:asks", False),
        ("-state:asks", True),
        ("#money", True),
        ("tag:mon", True),
        ("#other", False),
        ("model:claude", True),
        ("is:active", True),
        ("is:archived", False),
        ("a1b2", True),
        ("state:", True),
    ],
)
def test_every_word_must_hold(text: str, holds: bool) -> None:
    assert read_filter(text).holds(BILLING, TAGGED) is holds


def test_an_archived_session_is_shown_only_where_it_is_asked_for() -> None:
    archived = replace(TAGGED, is_archived=True)

    assert not read_filter("").holds(BILLING, archived)
    assert read_filter("is:archived").holds(BILLING, archived)


@pytest.mark.parametrize(
    ("text", "said"),
    [("stat:x", "Did you mean 'state'"), ("state:runing", "Did you mean 'running'"), ("is:x", "It takes")],
)
def test_a_filter_that_means_nothing_is_refused_with_the_nearest_word(text: str, said: str) -> None:
    with pytest.raises(WrongUse) as refused:
        read_filter(text)

    assert said in str(refused.value)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_filter_or_a_refusal(text: str) -> None:
    try:
        wanted = read_filter(text)
    except WrongUse:
        return
    assert wanted.holds(BILLING, TAGGED) in (True, False)
    assert read_filter(wanted.text) == wanted


def test_forks_are_found_and_left_out() -> None:
    fork = replace(BILLING, forked_from="5e55" * 8, forked_at_seq=14)

    assert read_filter("is:fork").holds(fork, None)
    assert not read_filter("is:fork").holds(BILLING, None)
    assert read_filter("-is:fork").holds(BILLING, None)


def test_the_sessions_of_an_evaluation_are_shown_only_where_they_are_asked_for() -> None:
    session = replace(BILLING, origin=EVALUATION)

    assert [read_filter(text).holds(session, None) for text in ("", "billing", "is:archived")] == [False] * 3
    assert all(read_filter(text).holds(session, None) for text in ("is:eval", "is:evaluation", "billing is:eval"))
    assert not read_filter("is:eval").holds(BILLING, None)
    assert not read_filter("is:eval").holds(session, Label(is_archived=True)), "it is put away twice"
    assert read_filter("is:eval is:archived").holds(session, Label(is_archived=True))
