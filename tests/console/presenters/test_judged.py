"""Are ballots, their order and the rule that counted them told where a debate is read?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from console.cli.page import Page
from console.cli.spoken_debate import SpokenDebate
from console.exported_debate import DebateDocument
from console.marked_down import markdown
from console.presenters.answered import noted
from console.presenters.judged import counted_in_words, judging_in_words
from console.presenters.shown import TurnView
from console.presenters.transcript import TranscriptFold
from core.domain.ids import SeatId
from core.flows.debate_events import BallotsCounted, JudgeKept, JudgeRecused
from core.templates.formats import SHIPPED_TEMPLATES, VOTE_ONLY
from core.templates.juries import JURY_DEBATE
from core.templates.standard import STANDARD_DEBATE
from core.templates.template import Template
from tests.builders import FACTS, ROUTE
from tests.core.flows.judges import JUDGES, Judgement, judged

SEAT = SeatId("judge")


def flipped() -> Judgement:
    played = Judgement(judged())
    played.ballots("for", "I can't say.\nVERDICT: Speaker A")
    return played


def jury() -> Judgement:
    played = Judgement(judged(*JUDGES), models={"third_judge": ROUTE})
    played.ballots("for", "against", "against", "against")
    return played


def turns(played: Judgement) -> list[TurnView]:
    fold = TranscriptFold(FACTS)
    for record in played.log:
        list(fold.take(record))
    return list(fold.turns.values())


def spoken(played: Judgement) -> str:
    debate = SpokenDebate(page=Page(width=80))
    return "\n".join(line for event in played.events for line in debate.lines(event))


def written(played: Judgement) -> str:
    document = DebateDocument()
    return "\n".join(
        line for event in played.events for block in document.blocks(event) for line in markdown(block, None)
    )


def test_each_ballot_is_a_turn_with_its_order_in_the_place_of_its_call() -> None:
    shown = turns(flipped())
    first, second = (turn for turn in shown if turn.seat == "Judge")

    assert (first.heading_right, first.state, first.marks) == ("first order: for", "done", ())
    assert second.heading_right == "reversed order: unreadable, 'Speaker A' is none of for, against, undecided"
    assert "unreadable" in second.marks
    assert first.text.startswith("[Speakers as this ballot names them: A ")
    assert first.text.endswith("VERDICT: for")
    assert not [turn for turn in shown if turn.state == "speaking"]


def test_the_verdict_says_by_which_rule_ballots_were_counted() -> None:
    (verdict,) = (turn for turn in turns(flipped()) if turn.state == "verdict")

    assert verdict.seat == "Verdict: for"
    assert verdict.text == (
        "one judge decides: the judge says for in the one order that could be counted; of the other: 'Speaker A' is "
        "none of for, against, undecided"
    )


@pytest.mark.parametrize("told", [spoken, written])
def test_a_page_and_a_document_hold_ballots_reasons_flips_and_the_rule(
    told: Callable[[Judgement], str],
) -> None:
    said = " ".join(told(jury()).replace("\\", "").split())

    for words in (
        "the third judge judges words of its own model: scripted:alpha speaks as proposer too, and others can judge",
        "first order: for",
        "reversed order: against",
        "Speakers as this ballot names them: A ",
        "So it is. ",
        "The judges, by their ballots",
        "more than half of the judges would decide: no outcome has more than half of 2 votes",
        "judge: undecided (differs by order), second judge: against",
        "2 judges, 4 ballots: alpha 0.00",
    ):
        assert words in said.replace("> ", ""), words


def test_who_is_recused_or_judges_all_the_same_is_noted() -> None:
    recused, kept = JudgeRecused(seat=SEAT, reason="the judge argued"), JudgeKept(seat=SEAT, reason="it argued")

    assert noted(recused) == ("◇ recused", "the judge argued, and others can judge")
    assert noted(kept) == ("◇ partial", "it argued, and nobody else can judge")


def test_a_lost_judge_is_told_beside_the_votes() -> None:
    played = Judgement(judged(*JUDGES))
    played.ballots("for", "for", "for", "for", "Nobody won.", "Nobody lost.")
    (counted,) = played.of(BallotsCounted)

    assert counted_in_words(counted) == (
        "more than half of the judges that are left decide, who are a quorum: 2 of 2 judges say for; 1 of 3 judges "
        "could not be counted. judge: for, second judge: for, third judge: not counted. 3 judges, 6 ballots: all "
        "alike, so that there is no alpha"
    )


@pytest.mark.parametrize(
    ("format_", "words"),
    [
        (STANDARD_DEBATE, "one judge, asked in both orders, blind"),
        (JURY_DEBATE, "3 judges, of whom more than half decide, asked in both orders, blind"),
        (VOTE_ONLY, ""),
    ],
)
def test_a_format_says_how_it_is_judged(format_: Template, words: str) -> None:
    assert judging_in_words(format_) == words


def test_every_format_that_ships_with_a_judge_asks_it_blind_in_both_orders() -> None:
    judging = {judging_in_words(each) for each in SHIPPED_TEMPLATES if each.verdict is not None}

    assert all("in both orders, blind" in words for words in judging)
    assert all(each.verdict.is_blind for each in SHIPPED_TEMPLATES if each.verdict is not None)
