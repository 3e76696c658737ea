"""Does a rehearsal argue honestly, from the evidence alone?"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.budget import FREE
from core.domain.errors import WrongUse
from core.domain.ids import StepId
from core.domain.participants import Role
from core.domain.steps import Document, StepKind
from core.domain.transcript import TurnKind
from core.judging.consensus import analyse
from core.ports.model_provider import Closing, Piece
from core.providers.demo_pack import DEMO_MOTION, demo_documents
from core.providers.rehearsal import RehearsalProvider, rehearsed, tokens_estimated
from core.providers.rehearsing.corpus import read_corpus
from core.providers.rehearsing.record import read_record
from core.providers.rehearsing.wording import topic_of
from core.templates.standard import COMPLEX_DEBATE, SIMPLE_DEBATE, STANDARD_DEBATE, STANDARD_TEMPLATES
from core.templates.template import Template
from tests.core.providers.requests import Debate, document, request, turn

QUOTATION = re.compile(r"“([^”]+)” \(([\w.-]+):(\d+)\)")
VERDICTS = {"VERDICT: for", "VERDICT: against", "VERDICT: undecided"}
BREAD = document(
    "# Bread\n"
    "+ Bread from your own oven smells of the whole afternoon.\n"
    "+ Flour for one bread costs forty cents.\n"
    "- Bread from the baker needs no afternoon of yours.\n"
    "- An oven for one bread burns more than the flour costs.\n"
    "Bread has been eaten for ten thousand years.\n"
)


class PacedClock:
    """A clock that only counts how long it was asked to wait."""

    def __init__(self) -> None:
        self.waited_ms = 0

    def now_ms(self) -> int:
        return self.waited_ms

    async def sleep(self, milliseconds: int) -> None:
        self.waited_ms += milliseconds


def provider(pace: int | None = None) -> RehearsalProvider:
    return RehearsalProvider(clock=PacedClock(), pace_characters_per_second=pace)


def demo(template: Template = STANDARD_DEBATE, seed: int = 1) -> Debate:
    return Debate(template=template, motion=DEMO_MOTION, documents=demo_documents(), seed=seed).play()


every_template = pytest.mark.parametrize("template", STANDARD_TEMPLATES, ids=lambda template: template.id)


@every_template
def test_every_quotation_stands_in_the_cited_line_word_for_word(template: Template) -> None:
    lines = {given.name: given.text.split("\n") for given in demo_documents()}
    debate = demo(template)

    quoted = [match for said in (*(t.text for t in debate.turns), debate.verdict) for match in QUOTATION.findall(said)]

    assert len(quoted) > 10
    for words, name, line in quoted:
        assert words.removesuffix(" …") in lines[name][int(line) - 1]


@every_template
def test_no_sentence_is_brought_twice(template: Template) -> None:
    corpus = read_corpus(demo_documents())
    brought: list[int] = []
    debate = demo(template)
    for count in range(1, len(debate.turns) + 1):
        before = read_record(debate.turns[: count - 1], corpus).used
        brought += read_record(debate.turns[:count], corpus).used - before

    assert len(brought) == len(set(brought)) >= 6
    full = [words for said in debate.turns for words, _, _ in QUOTATION.findall(said.text) if len(words.split()) > 20]
    assert len(full) == len(set(full))


@every_template
def test_each_side_brings_only_what_speaks_for_it(template: Template) -> None:
    record = read_record(demo(template).turns, read_corpus(demo_documents()))

    assert {point.side for point in record.points} == {1, -1}
    assert all(point.sentence.side == point.side for point in record.points)


@every_template
def test_the_last_line_of_the_judge_is_the_verdict_and_nothing_else(template: Template) -> None:
    assert demo(template).verdict.splitlines()[-1] in VERDICTS


@every_template
def test_no_turn_is_longer_than_asked_for(template: Template) -> None:
    debate = demo(template)

    assert all(tokens_estimated(said.text) <= 800 for said in debate.turns)
    assert tokens_estimated(debate.verdict) <= 1_200


def test_a_judge_with_little_room_still_gives_the_verdict() -> None:
    debate = demo()
    asked = debate.request(STANDARD_DEBATE.verdict, 3, StepKind.VERDICT)
    short = rehearsed(
        request(
            motion=DEMO_MOTION,
            role=Role.JUDGE,
            kind=StepKind.VERDICT,
            documents=demo_documents(),
            turns=asked.brief.turns,
            tokens_output_max=20,
        )
    )

    assert short.splitlines()[-1] == debate.verdict.splitlines()[-1]
    assert len(short.split()) < len(debate.verdict.split()) // 2


@every_template
def test_the_judge_finds_the_same_in_either_order(template: Template) -> None:
    debate = demo(template)
    assert template.verdict is not None
    asked = debate.request(template.verdict, template.rounds, StepKind.VERDICT)
    seats = sorted({said.seat for said in debate.turns})
    found = set()
    for order, shown in (("first", seats), ("reversed", seats[::-1])):
        letters = dict(zip(shown, "ABCDEF", strict=False))
        step = StepId(f"verdict.{order}.judge")
        found.add(rehearsed(replace(asked, step=step, brief=replace(asked.brief, letters=letters))).splitlines()[-1])

    assert found == {debate.verdict.splitlines()[-1]}


def test_the_same_seed_says_the_same_and_another_seed_puts_it_otherwise() -> None:
    first, again, other = demo(seed=1), demo(seed=1), demo(seed=2)

    assert [said.text for said in first.turns] == [said.text for said in again.turns]
    assert first.verdict == again.verdict
    assert [said.text for said in first.turns] != [said.text for said in other.turns]
    assert first.verdict.splitlines()[-1] == other.verdict.splitlines()[-1]


def test_a_rebuttal_names_the_point_that_it_answers() -> None:
    opened = turn("Nothing smells so. “Bread from your own oven smells of the whole afternoon” (notes.md:2).")
    answer = rehearsed(
        request(role=Role.OPPONENT, task="rebuttal", documents=(BREAD,), turns=(opened,), round_number=2)
    )
    record = read_record((opened, turn(answer, role=Role.OPPONENT)), read_corpus((BREAD,)))

    assert "(notes.md:2)" in answer
    assert [answered.sentence.line for answered in record.points[0].answers] == [4]
    assert not record.points[0].stands


def test_a_point_without_an_answer_in_the_evidence_is_conceded_and_named() -> None:
    notes = document(
        "+ Bread is a joy to bake\n- Rye bread needs a starter\n\n# Elsewhere\n+ Sourdough bread keeps a week"
    )
    opened = turn("“Sourdough bread keeps a week” (notes.md:5).")
    used = turn("“Rye bread needs a starter” (notes.md:2).", role=Role.OPPONENT)
    said = rehearsed(
        request(role=Role.OPPONENT, task="rebuttal", documents=(notes,), turns=(opened, used), motion="Bread")
    )
    record = read_record((opened, used, turn(said, role=Role.OPPONENT)), read_corpus((notes,)))

    assert analyse(said).concedes
    assert record.points[0].is_conceded
    assert record.points[0].stands


def test_a_point_stands_again_once_its_answer_has_been_answered() -> None:
    corpus = read_corpus((BREAD,))
    turns = (
        turn("First (notes.md:2)."),
        turn("To (notes.md:2) I say (notes.md:4).", role=Role.OPPONENT),
        turn("But (notes.md:4) is met by (notes.md:3)."),
    )

    assert [point.stands for point in read_record(turns[:2], corpus).points] == [False, True]
    assert [point.stands for point in read_record(turns, corpus).points] == [True, False, True]


EACH_CONCEDES = (
    turn("“Bread from your own oven smells of the whole afternoon” (notes.md:2)."),
    turn("“Bread from the baker needs no afternoon of yours” (notes.md:4).", role=Role.OPPONENT),
    turn("I concede (notes.md:4)."),
    turn("I concede (notes.md:2).", role=Role.OPPONENT),
)


def test_where_both_sides_concede_everything_both_points_stand_and_the_judge_says_who_gave_them_up() -> None:
    record = read_record(EACH_CONCEDES, read_corpus((BREAD,)))
    said = rehearsed(
        request(role=Role.JUDGE, task="verdict", kind=StepKind.VERDICT, documents=(BREAD,), turns=EACH_CONCEDES)
    )

    assert [(point.is_conceded, point.stands) for point in record.points] == [(True, True), (True, True)]
    assert "For the motion: one made, one left standing, one of them conceded by the other side." in said
    assert said.count("conceded by the other side; it stands") == 2
    assert "neither conceded more" in said


def test_a_point_that_was_answered_and_then_conceded_stands() -> None:
    answered = turn("To (notes.md:2) I say (notes.md:4).", role=Role.OPPONENT)
    turns = (turn("First (notes.md:2)."), answered, turn("I concede (notes.md:2).", role=Role.OPPONENT))

    assert read_record(turns, read_corpus((BREAD,))).points[0].stands


@pytest.mark.parametrize(("points", "lead"), [(1, "one point"), (2, "Both our points stand|Neither of our two points")])
def test_few_points_that_all_stand_are_counted_as_people_count(points: int, lead: str) -> None:
    own = turn("First (notes.md:2).") if points == 1 else turn("First (notes.md:2).\n\nThen (notes.md:3).")
    said = rehearsed(request(task="closing", documents=(BREAD,), turns=(own,)))

    assert re.search(lead, said)
    assert not re.search("All (one|two) of our", said)


@pytest.mark.parametrize("heading", ["For", "Against", "Pros"])
def test_a_heading_that_only_names_a_side_is_no_topic(heading: str) -> None:
    notes = document(f"# {heading}\n+ Bread from your own oven smells of the whole afternoon.\n")

    assert topic_of(read_corpus((notes,)).sentences[0]) == ""


def test_who_weighs_makes_no_points() -> None:
    turns = (turn("I cite (notes.md:2).", role=Role.REVIEWER), turn("And (notes.md:3).", role=None))

    assert read_record(turns, read_corpus((BREAD,))).points == ()


def test_the_closing_sums_up_its_own_points() -> None:
    closing = demo().turns[-1].text

    assert re.search(r"points|standing", closing)
    assert "should be carried" in closing or "motion carried" in closing


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MODERATOR, Role.OBSERVER])
def test_who_weighs_says_what_stands_and_who_owes_an_answer(role: Role) -> None:
    opened = turn("“Flour for one bread costs forty cents” (notes.md:3).")
    said = rehearsed(request(role=role, task="review", documents=(BREAD,), turns=(opened,)))

    assert "one point for the motion, of which one stands" in said
    assert "The side against it" in said or "the side against it" in said
    assert "(notes.md:3)" in said


def test_who_weighs_nothing_says_so() -> None:
    assert "nothing to weigh" in rehearsed(request(role=Role.REVIEWER, task="review", documents=(BREAD,)))
    verdict = rehearsed(request(role=Role.JUDGE, kind=StepKind.VERDICT, documents=(BREAD,)))
    assert verdict.splitlines()[-1] == "VERDICT: undecided"


def test_what_the_operator_states_is_taken_up_at_the_next_turn() -> None:
    debate = demo()
    statement = turn("What does this mean for the card audit?", role=None, kind=TurnKind.STATEMENT)
    said = rehearsed(
        request(
            motion=DEMO_MOTION,
            role=Role.PROPOSER,
            task="rebuttal",
            documents=demo_documents(),
            turns=(debate.turns[0], debate.turns[1], statement),
            round_number=2,
        )
    )

    assert "operator" in said.split("\n\n")[0]
    assert "audit" in said.split("\n\n")[0]


def test_who_may_ask_asks_once_before_it_speaks() -> None:
    asked = request(role=Role.PROPOSER, documents=(BREAD,))
    may_ask = replace(asked, brief=replace(asked.brief, may_ask=True))
    assert rehearsed(may_ask).splitlines()[-1].startswith("CLARIFY: ")

    told = turn('proposer asked: "Is there more?"\nNo.', role=None, kind=TurnKind.STATEMENT)
    again = replace(may_ask, brief=replace(may_ask.brief, turns=(told,)))
    assert "CLARIFY" not in rehearsed(again)
    assert "CLARIFY" not in rehearsed(asked)
    answers = request(role=Role.MODERATOR, task="clarify", documents=(BREAD,))
    assert "beyond the evidence" in rehearsed(answers)


def test_after_an_amendment_that_nothing_bears_on_a_side_concedes_it_has_no_case() -> None:
    said = rehearsed(request(motion="Whales should be counted", documents=(BREAD,), task="rebuttal"))

    assert analyse(said).concedes
    assert "“" not in said


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ((), r"seat proposer: a rehearsal argues from evidence, and none was given\. Give it files"),
        (
            (document("Whales sing under water."),),
            r"notes\.md: nothing in the one file given speaks about 'Bread should be baked at home'\. Give evidence",
        ),
        (
            (document("- Bread is dull to bake\n+ Whales are not dull at all\n- Bread is a dull thing"),),
            r"of the 2 sentences .* none speaks for it\. Begin lines that do with '\+ '",
        ),
    ],
)
def test_a_rehearsal_that_could_only_produce_filler_is_refused_before_it_starts(
    documents: tuple[Document, ...], message: str
) -> None:
    with pytest.raises(WrongUse, match=message):
        provider().refuse_early(request(documents=documents))


def test_more_evidence_than_is_read_is_refused_and_not_cut_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.providers.rehearsal.SENTENCES_MAX", 5)

    with pytest.raises(WrongUse, match=r"holds 5 sentences or more, too many"):
        provider().refuse_early(request(documents=(BREAD,)))


def test_a_rehearsal_with_evidence_for_its_side_may_start() -> None:
    for role in Role:
        provider().refuse_early(request(role=role, documents=(BREAD,)))


def test_it_is_known_as_a_rehearsal_that_costs_nothing() -> None:
    info = provider().describe("rehearsal")

    assert (info.price, info.is_rehearsal) == (FREE, True)
    with pytest.raises(WrongUse, match="'rehearsal:gpt' isn't its name"):
        provider().describe("rehearsal:gpt")


def test_a_pace_of_nothing_is_refused() -> None:
    with pytest.raises(WrongUse, match="never ends"):
        provider(pace=0)


async def test_the_words_come_in_pieces_at_the_pace_set_and_then_one_closing() -> None:
    clock = PacedClock()
    asked = request(documents=(BREAD,))
    heard = [piece async for piece in RehearsalProvider(clock=clock, pace_characters_per_second=100).stream(asked)]
    pieces, closing = heard[:-1], heard[-1]

    text = "".join(piece.text for piece in pieces if isinstance(piece, Piece))
    assert text == rehearsed(asked)
    assert len(pieces) > 5
    assert closing == Closing(
        stop_reason="stop", tokens_input=4, tokens_output=tokens_estimated(text), model="rehearsal"
    )
    assert len(text) * 10 - len(pieces) <= clock.waited_ms <= len(text) * 10


async def test_without_a_pace_nobody_waits() -> None:
    clock = PacedClock()
    async for _ in RehearsalProvider(clock=clock).stream(request(documents=(BREAD,))):
        pass

    assert clock.waited_ms == 0


def test_a_debate_runs_out_of_evidence_and_says_so() -> None:
    debate = Debate(template=COMPLEX_DEBATE, motion="Bread should be baked at home", documents=(BREAD,)).play()
    record = read_record(debate.turns, read_corpus((BREAD,)))

    assert len(record.points) == 5
    assert any(analyse(said.text).concedes for said in debate.turns)
    assert all(said.text for said in debate.turns)


WORDS = st.lists(st.sampled_from(["bread", "home", "oven", "rye", "joy", "fire"]), min_size=4, max_size=7)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("+-*"), WORDS), min_size=1, max_size=12), st.integers(0, 5))
def test_whatever_the_evidence_every_seat_has_something_honest_to_say(
    lines: list[tuple[str, list[str]]], seed: int
) -> None:
    notes = document("\n".join(f"{mark} {' '.join(words)}" for mark, words in lines))
    debate = Debate(template=SIMPLE_DEBATE, motion="Bread at home", documents=(notes,), seed=seed).play()

    assert debate.verdict.splitlines()[-1] in VERDICTS
    for said in debate.turns:
        assert said.text.strip()
        for words, _, line in QUOTATION.findall(said.text):
            assert words in notes.text.split("\n")[int(line) - 1]
