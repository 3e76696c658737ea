"""Which signs of a session gone astray are worth telling, and from how many on?

By the kinds of failure of M. Cemri et al. 2025 (arXiv 2503.13657, MAST), with how often they saw each in their traces:
step repetition 15.7 %, unaware of when to end 12.4 %, disobeys its task 11.8 %. On seats that give in to one another:
A. Wynn et al. 2025 (arXiv 2509.05396), and on many that speak as one: A. Estornell and Y. Liu 2024, Multi-LLM debate:
framework, principals, and interventions. All of these are heuristics over words and their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.analytics.finding import FindingKind
from core.analytics.rows import LifeRow
from core.analytics.signs import Counts
from core.domain.ids import SeatId

REPEATED_MIN = 2
ECHOED_MIN = 2
CUT_OFF_MIN = 2
OFF_TASK_MIN = 2
ROUNDS_AFTER_AGREEMENT_MIN = 2
DOMINANT_WORDS_MIN = 200
"""In fewer words than this somebody always says most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignLookedFor:
    """A sign, and in which words it is told: `seen` goes on after `3 of 40 sessions`. `seats_of` are the seats of a
    session that show it, where it is about seats."""

    kind: FindingKind
    title: str
    seen: str
    measured: str
    suggestion: str
    is_seen: Callable[[LifeRow], bool]
    seats_of: Callable[[LifeRow], tuple[SeatId, ...]] = lambda row: ()


def dominant_seat(words: Counts, *, seats: int) -> str:
    """The seat that spoke more than its own part and half of all the others', "" where none did: of two that is more
    than three quarters of all words, of three more than two thirds."""
    total = sum(words.values())
    if seats < 2 or len(words) < 2 or total < DOMINANT_WORDS_MIN:
        return ""
    seat = max(sorted(words), key=lambda each: words[each])
    return seat if 2 * len(words) * words[seat] > (len(words) + 1) * total else ""


def shows_any(row: LifeRow) -> bool:
    """True where a session may show one of the signs; False where it shows none."""
    signs = row.signs
    return bool(
        signs.repeated
        or signs.echoed
        or signs.cut_off
        or signs.off_task
        or signs.unreadable
        or signs.unheard
        or signs.returned
        or signs.flattered
        or signs.rounds_after_agreement
        or dominant_seat(signs.words, seats=row.seats)
    )


def _at_least(counts: Counts, least: int) -> tuple[SeatId, ...]:
    """The seats of so many at least."""
    return tuple(sorted(seat for seat, count in counts.items() if count >= least))


SIGNS_LOOKED_FOR: tuple[SignLookedFor, ...] = (
    SignLookedFor(
        kind=FindingKind.REPEATED_STEPS,
        title="Seats repeat themselves",
        seen=f"have a seat that said nearly the same as before {REPEATED_MIN} times or more",
        measured="Arguments of at least 20 words that share four fifths of their groups of three words with an earlier "
        "one of the same seat, among the newest 16 arguments.",
        suggestion="End earlier, or have the step ask for something new: what repeats costs and adds nothing.",
        is_seen=lambda row: bool(_at_least(row.signs.repeated, REPEATED_MIN)),
        seats_of=lambda row: _at_least(row.signs.repeated, REPEATED_MIN),
    ),
    SignLookedFor(
        kind=FindingKind.NO_END,
        title="Sessions go on after agreement",
        seen=f"went on for {ROUNDS_AFTER_AGREEMENT_MIN} rounds or more after agreement had been reached",
        measured="Rounds completed after the one in which agreement first reached the level of the format.",
        suggestion="Switch on a rule that completes at consensus, such as complete_on_consensus.",
        is_seen=lambda row: row.signs.rounds_after_agreement >= ROUNDS_AFTER_AGREEMENT_MIN,
    ),
    SignLookedFor(
        kind=FindingKind.CUT_OFF,
        title="A participant doesn't know when to stop",
        seen=f"have a seat whose answers ran into their limit {CUT_OFF_MIN} times or more",
        measured="Answers that ended because the most tokens they may have were reached.",
        suggestion="Raise max_tokens of that participant, or have its prompt ask for less.",
        is_seen=lambda row: bool(_at_least(row.signs.cut_off, CUT_OFF_MIN)),
        seats_of=lambda row: _at_least(row.signs.cut_off, CUT_OFF_MIN),
    ),
    SignLookedFor(
        kind=FindingKind.OFF_TASK,
        title="A participant ignores its task",
        seen=f"have a seat that never touched the motion in {OFF_TASK_MIN} turns or more",
        measured="Arguments of at least 20 words in which no word of four letters or more begins like one of the "
        "motion's. Synonyms and other languages are missed.",
        suggestion="Read those turns; another model, or a prompt that repeats the motion, may help.",
        is_seen=lambda row: bool(_at_least(row.signs.off_task, OFF_TASK_MIN)),
        seats_of=lambda row: _at_least(row.signs.off_task, OFF_TASK_MIN),
    ),
    SignLookedFor(
        kind=FindingKind.UNREADABLE_ANSWERS,
        title="Answers can't be read",
        seen="have an answer, a stance or a ballot that was asked for and could not be read",
        measured="Turns that should have ended with an answer in a given form and didn't.",
        suggestion="See with `moot sessions show ID --interactions` what was said instead; smaller models often need "
        "another participant.",
        is_seen=lambda row: bool(row.signs.unreadable),
        seats_of=lambda row: _at_least(row.signs.unreadable, 1),
    ),
    SignLookedFor(
        kind=FindingKind.SELF_CONTRADICTION,
        title="A participant contradicts itself",
        seen="have a seat that changed its mind unheard, or went back to what it had given up",
        measured="Changes of mind between which nobody else was heard, and minds taken up again after another one.",
        suggestion="`moot sessions show ID --flips` has each change; a lower temperature may make it steadier.",
        is_seen=lambda row: bool(row.signs.unheard or row.signs.returned),
        seats_of=lambda row: tuple(sorted(row.signs.unheard.keys() | row.signs.returned.keys())),
    ),
    SignLookedFor(
        kind=FindingKind.FLATTERY,
        title="Seats may agree out of politeness",
        seen="have a seat that took another's mind in a turn which begins with praise",
        measured="Changes of mind towards somebody just heard, in a turn whose first 160 characters hold an English "
        "phrase of praise or full agreement.",
        suggestion="Have seats answer before they see the others, or hide who said what.",
        is_seen=lambda row: bool(row.signs.flattered),
        seats_of=lambda row: _at_least(row.signs.flattered, 1),
    ),
    SignLookedFor(
        kind=FindingKind.DOMINANCE,
        title="One seat dominates",
        seen="have a seat that spoke more than its own part and half of everybody else's",
        measured="Words of arguments by seat, of at least 200 in all: of two seats more than three quarters, of three "
        "more than two thirds.",
        suggestion="Bound its max_tokens, or ask the others for more.",
        is_seen=lambda row: bool(dominant_seat(row.signs.words, seats=row.seats)),
        seats_of=lambda row: (SeatId(dominant_seat(row.signs.words, seats=row.seats)),),
    ),
    SignLookedFor(
        kind=FindingKind.NEAR_IDENTICAL,
        title="Seats say nearly the same",
        seen=f"have a seat that said nearly what another had said {ECHOED_MIN} times or more",
        measured="Arguments of at least 20 words that share four fifths of their groups of three words with one of "
        "another seat, among the newest 16 arguments.",
        suggestion="Cast different models or roles: seats that speak as one vote as one.",
        is_seen=lambda row: bool(_at_least(row.signs.echoed, ECHOED_MIN)),
        seats_of=lambda row: _at_least(row.signs.echoed, ECHOED_MIN),
    ),
)
