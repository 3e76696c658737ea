"""Does a word of a request seat whom the operator means, and nobody who costs money unasked?"""

from __future__ import annotations

import pytest

from core.domain.errors import WrongUse
from core.domain.ids import ParticipantId
from core.domain.participants import Participant, Role, Seat
from core.ports.model_offers import NothingOffered
from core.runtime.casting import Casting, casting_notes
from core.runtime.requests import DebateRequest
from core.templates.participants import SHIPPED_PARTICIPANTS
from core.templates.standard import STANDARD_TEMPLATES

SIMPLE = next(template for template in STANDARD_TEMPLATES if template.id == "simple_debate")

SKEPTIC = Participant(
    id=ParticipantId("skeptic"),
    name="Skeptic",
    model="anthropic:swift",
    system_prompt="Doubt.",
    fallbacks=("groq:spare",),
    role=Role.OPPONENT,
)
PLAIN = Participant(id=ParticipantId("plain"), name="Plain", model="groq:spare")
PROPOSER_OF_MINE = Participant(
    id=ParticipantId("proposer"), name="Mine", model="anthropic:dear", fallbacks=("groq:spare",), system_prompt="Argue."
)


class Shop(NothingOffered):
    """Two providers; the second's name alone means a model."""

    def prefixes(self) -> tuple[str, ...]:
        return ("anthropic", "groq", "rehearsal")

    def names(self) -> tuple[str, ...]:
        return ("anthropic:swift", "groq:spare")

    def full_name(self, model: str) -> str:
        return "groq:spare" if model == "groq" else model


def seated(*added: Participant, **casting: str) -> dict[str, Seat]:
    by_id = {each.id: each for each in (*SHIPPED_PARTICIPANTS, SKEPTIC, PLAIN, *added)}
    request = DebateRequest(question="?", casting={name.removeprefix("all"): word for name, word in casting.items()})
    return {seat.id: seat for seat in Casting(by_id.values(), Shop()).seats(request, SIMPLE)}


def refusal(word: str) -> str:
    with pytest.raises(WrongUse) as refused:
        seated(proposer=word)
    return str(refused.value)


def test_a_participant_takes_a_seat_by_id() -> None:
    assert seated(opponent="skeptic")["opponent"].participant == SKEPTIC


def test_a_participant_without_a_prompt_speaks_as_whoever_sits_there_otherwise() -> None:
    seats = seated(all="plain")

    usual = {each.id: each.system_prompt for each in SHIPPED_PARTICIPANTS}
    assert seats["proposer"].participant.system_prompt == usual[ParticipantId("proposer")]
    assert seats["opponent"].participant.system_prompt == usual[ParticipantId("opponent")]
    assert seats["judge"].participant.model == "groq:spare"


def test_a_model_speaks_as_whoever_sits_there_otherwise() -> None:
    proposer = seated(proposer="anthropic:swift")["proposer"].participant

    assert (proposer.name, proposer.model) == ("Proposer", "anthropic:swift")


def test_a_model_that_is_named_is_the_only_one_asked() -> None:
    assert seated(PROPOSER_OF_MINE, all="rehearsal")["proposer"].participant.routes == ("rehearsal",)


def test_a_participant_of_ones_own_under_a_shipped_id_sits_unless_another_is_cast() -> None:
    assert seated(PROPOSER_OF_MINE)["proposer"].participant == PROPOSER_OF_MINE


def test_a_providers_name_alone_means_the_model_that_was_set_for_it() -> None:
    assert seated(judge="groq")["judge"].participant.model == "groq:spare"


def test_a_participant_is_meant_for_certain_with_a_mark_before_its_id() -> None:
    assert seated(judge="participant:skeptic")["judge"].participant == SKEPTIC
    assert "no participant is called 'skptic'. Did you mean 'skeptic'?" in refusal("participant:skptic")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("skeptc", "Did you mean 'skeptic'?"),
        ("anthropc", "Did you mean 'anthropic'?"),
        ("swift", "Did you mean 'anthropic:swift'?"),
        ("antropic:swift", "Did you mean 'anthropic:swift'?"),
        ("zzzzzzzz", "'moot models' lists them."),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_of_participants_and_models(word: str, meant: str) -> None:
    said = refusal(word)

    assert f"seat proposer: no participant and no model is called {word!r}." in said
    assert meant in said


def test_a_participant_in_a_role_that_it_is_not_written_for_is_remarked_on() -> None:
    assert casting_notes(seated(judge="skeptic").values()) == ("Skeptic is written for opponent and sits as judge.",)
    assert casting_notes(seated(opponent="skeptic").values()) == ()


def test_those_who_may_sit_down_later_are_cast_alike() -> None:
    request = DebateRequest(question="?", casting={"": "groq"})

    later = Casting(SHIPPED_PARTICIPANTS, Shop()).later(request, SIMPLE)

    assert {each.model for each in later.values()} == {"groq:spare"}
