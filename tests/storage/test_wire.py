"""Does a command arrive in the other process as it was sent?"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.commands import ANSWERS, COMMANDS, AnswerEscalation, Cancel, Command, Complete, Pause, Resume
from core.domain.errors import WrongUse
from storage.wire import CommandWire

WIRE = CommandWire(COMMANDS)

texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=50)
commands = st.one_of(
    st.builds(Pause, reason=texts, by=texts),
    st.builds(Resume, by=texts),
    st.builds(Cancel, reason=texts),
    st.builds(Complete, reason=texts, verdict=texts, outcome=texts),
    st.builds(AnswerEscalation, answer=st.sampled_from(ANSWERS), verdict=texts, note=texts),
)


@given(command=commands)
def test_a_command_survives_the_way_as_json(command: Command) -> None:
    sent = json.dumps(WIRE.command_to_plain(command))

    assert WIRE.command_from_plain(json.loads(sent)) == command


def test_an_unknown_command_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(WrongUse, match=r"no command is called 'Pose'\. Did you mean 'Pause'"):
        WIRE.command_from_plain({"kind": "Pose", "fields": {}})


@pytest.mark.parametrize("fields", [{"answer": 3}, {}, None, "x"])
def test_fields_that_make_up_no_command_are_refused(fields: object) -> None:
    with pytest.raises(WrongUse, match="this is no AnswerEscalation"):
        WIRE.command_from_plain({"kind": "AnswerEscalation", "fields": fields})
