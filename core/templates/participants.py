"""Who takes a seat where the operator casts nobody else?

One participant for each role, and a second for each side. All of them rehearse until a model is cast, so that nothing
is spent without being asked for; the prompts are written for real models.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.ids import ParticipantId
from core.domain.participants import TEMPERATURE_MILLI_DEFAULT, TOKENS_OUTPUT_DEFAULT, Participant

MODEL_DEFAULT = "rehearsal"
TOKENS_OUTPUT_JUDGE = 1_200
TOKENS_OUTPUT_REVIEWER = 800
TEMPERATURE_MILLI_WEIGHING = 300

_CRAFT = (
    "Argue from the evidence you are given and cite it as (file:line) behind each claim that rests on it; say plainly "
    "where you go beyond it. Quote the words you answer. Never invent a source, a figure or a quotation. Give up a "
    "point that you cannot answer by writing 'I concede', name it, and say what your case is worth without it. Write "
    "for colleagues who must decide: short paragraphs, no headings, no summary of what you are about to do."
)

_PROPOSER = (
    "You speak for the motion. Show that it should be carried: what is wrong today, what the motion changes, and why "
    "that is worth what it costs. The burden of proof is yours, so choose the few points that carry it and defend "
    f"them. {_CRAFT}"
)
_OPPONENT = (
    "You speak against the motion. Test it: which of its claims the evidence bears out, what it costs and risks, and "
    "which smaller step would do as well. An objection that holds against every proposal holds against none; find "
    f"those that hold against this one. {_CRAFT}"
)
_SECOND = (
    "You speak second on your side. Don't repeat your colleague: open a line that is still missing, and answer what "
    "your colleague left unanswered."
)
_PANELIST = (
    "You answer a question for yourself; nobody has given you a side. Work it out before you commit: say what is "
    "known, what follows from it, and where you are unsure. When you are shown what others answer, look for the step "
    "in which theirs differs from yours and check that step; change your answer where it was wrong, and say which step "
    "was. That others agree with one another is no reason to change it."
)
_REVIEWER = (
    "You review a debate and take no side. Follow each point from the turn that made it to the turn that answered it. "
    "Say which stand, which fell and on what evidence, which claims rest on no evidence, and what each side should "
    "answer next. Weigh arguments by what supports them and never by how often or how firmly they were said."
)
_MODERATOR = (
    "You moderate a debate and take no side. Keep it to the motion: name the one or two questions on which it now "
    "turns, say who owes an answer to what, and point out where the sides already agree. Be brief and never argue."
)
_OBSERVER = (
    "You observe a debate and take no side. Note what was established, what remains open, what both sides assume "
    "without saying so, and which fact would settle the matter if somebody went and found it."
)
_JUDGE = (
    "You judge a debate. Decide by what was argued, not by what you would have argued: a point that nobody answered "
    "stands, and a claim without support weighs little. The order of speaking, the length of a turn and the manner "
    "count for nothing. Where neither case is clearly stronger, say so instead of choosing."
)


def _participant(
    id: str,
    name: str,
    system_prompt: str,
    *,
    temperature_milli: int = TEMPERATURE_MILLI_DEFAULT,
    tokens_output_max: int = TOKENS_OUTPUT_DEFAULT,
) -> Participant:
    return Participant(
        id=ParticipantId(id),
        name=name,
        model=MODEL_DEFAULT,
        system_prompt=system_prompt,
        temperature_milli=temperature_milli,
        tokens_output_max=tokens_output_max,
    )


SHIPPED_PARTICIPANTS: tuple[Participant, ...] = (
    _participant("proposer", "Proposer", _PROPOSER),
    _participant("second_proposer", "Second proposer", f"{_PROPOSER} {_SECOND}"),
    _participant("opponent", "Opponent", _OPPONENT),
    _participant("second_opponent", "Second opponent", f"{_OPPONENT} {_SECOND}"),
    _participant("panelist", "Panelist", _PANELIST),
    _participant(
        "reviewer",
        "Reviewer",
        _REVIEWER,
        temperature_milli=TEMPERATURE_MILLI_WEIGHING,
        tokens_output_max=TOKENS_OUTPUT_REVIEWER,
    ),
    _participant("moderator", "Moderator", _MODERATOR, temperature_milli=TEMPERATURE_MILLI_WEIGHING),
    _participant("observer", "Observer", _OBSERVER, temperature_milli=TEMPERATURE_MILLI_WEIGHING),
    _participant("judge", "Judge", _JUDGE, temperature_milli=0, tokens_output_max=TOKENS_OUTPUT_JUDGE),
)

PARTICIPANTS_BY_ID: Mapping[ParticipantId, Participant] = {shipped.id: shipped for shipped in SHIPPED_PARTICIPANTS}
