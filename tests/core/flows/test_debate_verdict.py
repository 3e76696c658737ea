"""Is a verdict read from the judge's words as the judge meant it?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.answers import MOTION_FORM, OUTCOMES, AnswerForm, AnswerKind
from core.domain.commands import Complete
from core.flows.debate_events import DebateCompleted, RoundCompleted, VerdictReached
from core.flows.debate_verdict import outcome_of
from tests.builders import Played, a_round, a_turn, after, at_least, begun, kinds, opened, rule
from tests.core.flows.panels import Panel, panel


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Verdict: for", "for"),
        ("verdict: AGAINST", "against"),
        ("**Verdict:** for", "for"),
        ("**Verdict**: **against**.", "against"),
        ("## Verdict: undecided", "undecided"),
        ("Both were heard.\n\nVerdict: against, because the weekend counts.", "against"),
        ("Verdict: for the motion, by a hair.", "for"),
        ("Verdict: against — the evidence is thin.", "against"),
        ("Verdict: for (narrowly)", "for"),
        ("Verdict: for\nOn reflection:\nVerdict: against", "against"),
        ("Verdict: for these reasons, against.", "undecided"),
        ("Verdict:\nFor all I know, nobody won.", "undecided"),
        ("Verdict: forty to two", "undecided"),
        ("My verdict is for.", "undecided"),
        ("I lean against it.", "undecided"),
        ("", "undecided"),
    ],
)
def test_the_last_line_that_names_an_outcome_counts(text: str, outcome: str) -> None:
    assert outcome_of(text)[0] == outcome


def test_a_judge_that_names_no_outcome_is_said_to_have_named_none() -> None:
    assert outcome_of("It was a good debate.") == ("undecided", "the judge named no outcome")
    assert outcome_of("Verdict: undecided") == ("undecided", "the judge left it undecided")


@pytest.mark.parametrize("text", ["\n" * 300_000, "*" * 300_000, "verdict" + ":" * 300_000, "verdict: for" * 30_000])
def test_a_hostile_text_is_read_in_time_linear_in_its_length(text: str) -> None:
    assert outcome_of(text)[0] == "undecided"


@given(st.text(), st.sampled_from(OUTCOMES))
def test_whatever_came_before_the_last_line_names_the_outcome(before: str, outcome: str) -> None:
    assert outcome_of(f"{before}\nVerdict: {outcome}")[0] == outcome


def test_the_verdict_closes_the_debate_with_its_sums() -> None:
    played = after(*opened(rounds=1), *a_round("I agree.", "I dispute that."), a_turn("Verdict: for"))

    (verdict,) = played.of(VerdictReached)
    assert (verdict.by, verdict.seat, verdict.outcome) == ("seat:judge", "judge", "for")
    (end,) = played.of(DebateCompleted)
    assert (end.outcome, end.rounds, end.arguments, end.consensus_ppm) == ("for", 1, 2, 500_000)
    assert end.cost_microusd == played.state.money.spent_microusd


@pytest.mark.parametrize(
    ("verdict", "outcome", "expected"),
    [
        ("Fridays it is.\nVerdict: for", "", "for"),
        ("Fridays it is.", "", "undecided"),
        ("Fridays it is.\nVerdict: for", "against", "against"),
        ("", "for", "for"),
    ],
)
def test_the_operator_may_rule_in_words_in_a_word_or_both(verdict: str, outcome: str, expected: str) -> None:
    played = after(*opened(), a_turn(), Complete(reason="ruled", verdict=verdict, outcome=outcome))

    (reached,) = played.of(VerdictReached)
    assert (reached.outcome, reached.by) == (expected, "operator")
    assert reached.text.strip()


def test_an_outcome_that_does_not_exist_is_refused() -> None:
    refusal = after(*opened(), a_turn()).refuses(Complete(reason="ruled", verdict="Well.", outcome="maybe"))

    assert "for, against, undecided" in refusal


def test_a_round_that_is_open_at_the_end_is_closed_as_cut_short() -> None:
    played = after(*opened(), a_turn(), Complete(reason="ruled", outcome="for"))

    (closed,) = played.of(RoundCompleted)
    assert (closed.is_cut_short, closed.arguments) == (True, 1)
    assert played.of(DebateCompleted)[0].rounds == 1
    assert kinds(played.events)[-4:] == ["RoundCompleted", "VerdictReached", "DebateCompleted", "SessionCompleted"]


def test_a_round_in_which_every_seat_has_spoken_is_completed_and_not_cut_short() -> None:
    ends = rule("both_spoke", at_least("argument_count", 2))

    played = after(*opened(ends), *a_round(), Played.play_on)

    (closed,) = played.of(RoundCompleted)
    assert (closed.is_cut_short, closed.arguments) == (False, 2)


def test_the_round_under_way_is_over_before_the_judge_is_asked() -> None:
    played = after(*opened(), a_turn(), Complete(reason="asked"))

    (closed,) = played.of(RoundCompleted)
    assert (closed.is_cut_short, closed.arguments) == (True, 1)
    assert played.wanted == ("verdict",)
    played.play_on()
    assert played.of(RoundCompleted) == [closed]
    assert played.of(DebateCompleted)[0].rounds == 1


def test_a_round_whose_last_call_is_still_under_way_waits_for_it() -> None:
    played = after(*opened(), a_turn(), begun, Complete(reason="asked"))

    assert played.of(RoundCompleted) == []
    played.answer()
    (closed,) = played.of(RoundCompleted)
    assert (closed.is_cut_short, closed.arguments) == (False, 2)


NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
TEXT = AnswerForm(kind=AnswerKind.TEXT)
CHOICE = AnswerForm(kind=AnswerKind.CHOICE, choices=("PostgreSQL", "SQLite"))


@pytest.mark.parametrize(
    ("form", "words", "outcome"),
    [
        (MOTION_FORM, "Verdict: against", "against"),
        (NUMBER, "VERDICT: $1,200", "1200"),
        (NUMBER, "VERDICT: a lot", "undecided"),
        (CHOICE, "VERDICT: sqlite", "SQLite"),
        (CHOICE, "VERDICT: for", "undecided"),
        (TEXT, "VERDICT: The blue one.", "the blue one"),
        (TEXT, "I don't know.", "undecided"),
    ],
)
def test_a_verdict_is_read_in_the_form_that_was_asked_for(form: AnswerForm, words: str, outcome: str) -> None:
    assert outcome_of(words, form)[0] == outcome


@pytest.mark.parametrize(
    ("form", "said", "outcome"),
    [
        (MOTION_FORM, "for", "for"),
        (NUMBER, "1,200", "1200"),
        (CHOICE, "sqlite", "SQLite"),
        (TEXT, "The blue one", "the blue one"),
        (NUMBER, "undecided", "undecided"),
        (CHOICE, "", "undecided"),
    ],
)
def test_the_operator_rules_in_the_form_that_was_asked_for(form: AnswerForm, said: str, outcome: str) -> None:
    played = Panel(panel(), form=form)
    played.play("Hm.", "Hm.", "Hm.")

    played.do(Complete(reason="asked", verdict="I have read it.", outcome=said))

    (verdict,) = played.of(VerdictReached)
    assert (verdict.by, verdict.outcome) == ("operator", outcome)


@pytest.mark.parametrize(("form", "said"), [(MOTION_FORM, "maybe"), (NUMBER, "a lot"), (CHOICE, "MySQL")])
def test_the_operator_can_rule_nothing_that_is_no_answer(form: AnswerForm, said: str) -> None:
    played = Panel(panel(), form=form)
    played.play("Hm.", "Hm.", "Hm.")

    assert f"'{said}' is no" in played.refuses(Complete(reason="asked", verdict="I have read it.", outcome=said))
