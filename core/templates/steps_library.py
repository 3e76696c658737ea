"""Of which steps can a format be put together?

Each has its words by role, so that one name (`opening_arguments`) is a turn of every seat that it is for. In what order
the seats take it follows from `roles`: whoever is named first speaks first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.participants import Role
from core.templates.instructions import (
    TO_ANSWER_AGAIN,
    TO_ANSWER_ALONE,
    TO_CAST_A_BALLOT,
    TO_CHECK_EVIDENCE,
    TO_CLARIFY,
    TO_CLOSE,
    TO_CONSIDER_ENDING,
    TO_COUNTER,
    TO_CROSS_EXAMINE,
    TO_DECIDE_FROM_ANSWERS,
    TO_DECLARE,
    TO_JUDGE,
    TO_MODERATE,
    TO_OBSERVE,
    TO_OPEN_AGAINST,
    TO_OPEN_FOR,
    TO_OPEN_SECOND,
    TO_RANK,
    TO_REBUT,
    TO_REVIEW,
    TO_VOTE,
)
from core.templates.template import Expects, Occurs, Sees


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStep:
    """A step that formats are put together from. `roles` are those that take it, in the order in which they speak;
    of `stand_ins` one takes it where none of these is seated. `second` is said to a side's second speaker.

    `is_at_once` asks all seats together, so that none sees another's. `is_verdict` comes once, after the last round.
    `goes_on_as` names the step that takes its place in later rounds where nothing else is argued there.
    """

    id: str
    about: str
    task: str
    roles: tuple[Role, ...]
    instruction: str
    instructions: Mapping[Role, str]
    second: str = ""
    stand_ins: tuple[Role, ...] = ()
    occurs: Occurs = Occurs.EVERY
    expects: Expects = Expects.NOTHING
    sees: Sees = Sees.ALL
    is_blind: bool = False
    is_at_once: bool = False
    is_verdict: bool = False
    is_argued: bool = False
    goes_on_as: str = ""

    def told(self, role: Role, *, is_second: bool = False) -> str:
        """What a seat of that role is told to do."""
        return self.second if is_second and self.second else self.instructions.get(role, self.instruction)


_NO_OTHERS: Mapping[Role, str] = {}
_FOR_FIRST = (Role.PROPOSER, Role.OPPONENT)
_AGAINST_FIRST = (Role.OPPONENT, Role.PROPOSER)
_ANSWERING = (Role.PANELIST, Role.PROPOSER, Role.OPPONENT)

STEPS: tuple[LibraryStep, ...] = (
    LibraryStep(
        id="opening_arguments",
        about="each side opens its case in the first round; a panelist gives a first view",
        task="opening",
        roles=(*_FOR_FIRST, Role.PANELIST),
        instruction=TO_ANSWER_ALONE,
        instructions={Role.PROPOSER: TO_OPEN_FOR, Role.OPPONENT: TO_OPEN_AGAINST},
        second=TO_OPEN_SECOND,
        occurs=Occurs.FIRST,
        is_argued=True,
        goes_on_as="rebuttal",
    ),
    LibraryStep(
        id="counter_arguments",
        about="each side answers the case that the other has just opened",
        task="counter",
        roles=_AGAINST_FIRST,
        instruction=TO_COUNTER,
        instructions=_NO_OTHERS,
        occurs=Occurs.FIRST,
        is_argued=True,
        goes_on_as="rebuttal",
    ),
    LibraryStep(
        id="cross_examination",
        about="each side tests the claim on which the other's case depends most, from the second round on",
        task="cross_examination",
        roles=_FOR_FIRST,
        instruction=TO_CROSS_EXAMINE,
        instructions=_NO_OTHERS,
        occurs=Occurs.LATER,
        is_argued=True,
    ),
    LibraryStep(
        id="rebuttal",
        about="each side takes up what the other said, from the second round on",
        task="rebuttal",
        roles=(*_FOR_FIRST, Role.PANELIST),
        instruction=TO_REBUT,
        instructions={Role.PANELIST: TO_ANSWER_AGAIN},
        occurs=Occurs.LATER,
        is_argued=True,
    ),
    LibraryStep(
        id="clarification",
        about="each side answers what it was asked and says what it meant, from the second round on",
        task="clarification",
        roles=_FOR_FIRST,
        instruction=TO_CLARIFY,
        instructions=_NO_OTHERS,
        occurs=Occurs.LATER,
        is_argued=True,
    ),
    LibraryStep(
        id="evidence_check",
        about="the reviewer compares what was cited with what the sources say",
        task="evidence_check",
        roles=(Role.REVIEWER,),
        stand_ins=(Role.OBSERVER, Role.MODERATOR),
        instruction=TO_CHECK_EVIDENCE,
        instructions=_NO_OTHERS,
        occurs=Occurs.BEFORE_LAST,
    ),
    LibraryStep(
        id="review",
        about="the reviewer says after each round but the last what stands and what is owed",
        task="review",
        roles=(Role.REVIEWER,),
        instruction=TO_REVIEW,
        instructions=_NO_OTHERS,
        occurs=Occurs.BEFORE_LAST,
    ),
    LibraryStep(
        id="moderation",
        about="the moderator names the question on which it turns and puts one to each side",
        task="moderation",
        roles=(Role.MODERATOR,),
        instruction=TO_MODERATE,
        instructions=_NO_OTHERS,
        occurs=Occurs.BEFORE_LAST,
    ),
    LibraryStep(
        id="observation",
        about="the observer notes in the last round what was established and what remains open",
        task="observation",
        roles=(Role.OBSERVER,),
        instruction=TO_OBSERVE,
        instructions=_NO_OTHERS,
        occurs=Occurs.LAST,
    ),
    LibraryStep(
        id="consensus_check",
        about="the judge says after each round but the last whether the debate may end",
        task="consensus_check",
        roles=(Role.JUDGE,),
        stand_ins=(Role.MODERATOR,),
        instruction=TO_CONSIDER_ENDING,
        instructions=_NO_OTHERS,
        occurs=Occurs.BEFORE_LAST,
        expects=Expects.BREAK,
    ),
    LibraryStep(
        id="independent_answers",
        about="each seat answers in the first round without seeing any other",
        task="answer",
        roles=_ANSWERING,
        instruction=TO_ANSWER_ALONE,
        instructions=_NO_OTHERS,
        occurs=Occurs.FIRST,
        expects=Expects.ANSWER,
        sees=Sees.NOTHING,
        is_at_once=True,
        is_argued=True,
        goes_on_as="revised_answers",
    ),
    LibraryStep(
        id="revised_answers",
        about="each seat reads the others' answers and answers again, from the second round on",
        task="answer_again",
        roles=_ANSWERING,
        instruction=TO_ANSWER_AGAIN,
        instructions=_NO_OTHERS,
        occurs=Occurs.LATER,
        expects=Expects.ANSWER,
        is_at_once=True,
        is_argued=True,
    ),
    LibraryStep(
        id="peer_ranking",
        about="each seat ranks the others in the last round, without knowing who said what",
        task="ranking",
        roles=_ANSWERING,
        instruction=TO_RANK,
        instructions=_NO_OTHERS,
        occurs=Occurs.LAST,
        expects=Expects.RANKING,
        is_blind=True,
        is_at_once=True,
    ),
    LibraryStep(
        id="closing_statements",
        about="each side closes in the last round; whoever opened has the last word",
        task="closing",
        roles=_AGAINST_FIRST,
        instruction=TO_CLOSE,
        instructions=_NO_OTHERS,
        occurs=Occurs.LAST,
        is_argued=True,
    ),
    LibraryStep(
        id="vote",
        about="each seat gives its answer in the last round, all at once",
        task="vote",
        roles=_ANSWERING,
        instruction=TO_VOTE,
        instructions=_NO_OTHERS,
        occurs=Occurs.LAST,
        expects=Expects.ANSWER,
        is_at_once=True,
    ),
    LibraryStep(
        id="stance_vote",
        about="each seat says in the last round where it stands and how sure it is, all at once",
        task="stance",
        roles=_ANSWERING,
        instruction=TO_DECLARE,
        instructions=_NO_OTHERS,
        occurs=Occurs.LAST,
        expects=Expects.STANCE,
        is_at_once=True,
    ),
    LibraryStep(
        id="ballot",
        about="each seat orders in the last round what can be chosen, best first, all at once",
        task="ballot",
        roles=_ANSWERING,
        instruction=TO_CAST_A_BALLOT,
        instructions=_NO_OTHERS,
        occurs=Occurs.LAST,
        expects=Expects.BALLOT,
        is_at_once=True,
    ),
    LibraryStep(
        id="final_decision",
        about="the judge gives the verdict after the last round",
        task="verdict",
        roles=(Role.JUDGE,),
        instruction=TO_JUDGE,
        instructions=_NO_OTHERS,
        expects=Expects.VERDICT,
        is_verdict=True,
    ),
    LibraryStep(
        id="chair_decision",
        about="the judge decides from a panel's answers after the last round",
        task="verdict",
        roles=(Role.JUDGE,),
        instruction=TO_DECIDE_FROM_ANSWERS,
        instructions=_NO_OTHERS,
        expects=Expects.VERDICT,
        is_verdict=True,
    ),
)

STEPS_BY_ID: Mapping[str, LibraryStep] = {step.id: step for step in STEPS}
