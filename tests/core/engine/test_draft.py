"""Does a command that is refused half-way take back what it had brought about?"""

from __future__ import annotations

import pytest

from core.domain.commands import AddStatement, AnswerEscalation, Complete, Escalate
from core.domain.errors import CommandRefused
from core.domain.ids import SessionId
from core.domain.session import Status
from core.engine.draft import Draft
from core.engine.evolve import unopened
from tests.builders import Played, a_turn, after, kinds, opened


def test_a_command_refused_half_way_leaves_the_draft_as_it_was() -> None:
    played = after(*opened(), a_turn(), Complete(reason="enough"), Escalate(question="Sure?"))
    draft = Draft(played.engine, played.state, now_ms=played.now_ms)
    draft.obey(AddStatement(text="Wait."))
    before = draft.state

    with pytest.raises(CommandRefused):
        draft.obey(AnswerEscalation(answer="new_round"))

    assert draft.state is before
    assert kinds(draft.events) == ["StatementAdded"]
    assert draft.state.life.status is Status.ESCALATED


def test_a_session_of_which_nothing_is_recorded_has_no_flow() -> None:
    draft = Draft(Played().engine, unopened(SessionId("a" * 32)), now_ms=1)

    with pytest.raises(CommandRefused, match="nothing is recorded"):
        draft.obey(AddStatement(text="Hello?"))
