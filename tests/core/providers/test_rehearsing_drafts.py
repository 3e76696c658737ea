"""Does a rehearsal write from the evidence alone, take up what was said of its draft, and count what it reviews?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.errors import WrongUse
from core.domain.ids import SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.steps import Brief, Document, ModelRequest, StepKind
from core.judging.criteria import NO_CRITERIA, Criteria, Criterion
from core.judging.preferences import read_preference
from core.judging.reviews import Review, read_review
from core.providers.rehearsal import RehearsalProvider, rehearsed
from core.providers.rehearsing.assessing import PASSAGES_WANTED, PPM, assessed, passages_on
from core.providers.rehearsing.corpus import read_corpus
from tests.builders import digest_of
from tests.virtual_time import VirtualClock

BRIEF = "Write a notice about the release train"
LINES = [f"The release train number {number} leaves on a Friday and takes {number} hours." for number in range(2, 12)]
EVIDENCE = Document(name="train.md", digest=digest_of("\n\n".join(LINES)), text="\n\n".join(LINES))
CORPUS = read_corpus((EVIDENCE,))


def asked(expects: str, *, seat: str = "reviewer", step: str = "r1.x", task: str = "", **brief: object) -> ModelRequest:
    told = Brief(
        motion=BRIEF,
        role=Role.REVIEWER,
        side=0,
        task=task or expects,
        round=1,
        rounds_limit=5,
        turns=(),
        documents=(EVIDENCE,),
        expects=expects,
    )
    return ModelRequest(
        session=SessionId("a1" * 16),
        step=StepId(step),
        seat=SeatId(seat),
        kind=StepKind.TURN,
        model="rehearsal",
        messages=(),
        tokens_output_max=2_000,
        temperature_milli=0,
        seed=7,
        brief=replace(told, **brief),  # type: ignore[arg-type]
    )


def reviewed(draft: str, **fields: object) -> Review:
    return read_review(rehearsed(asked("review", draft=draft, **fields)), criteria=NO_CRITERIA, draft=draft)  # type: ignore[arg-type]


def test_every_paragraph_of_a_draft_is_a_sentence_of_the_evidence_with_its_place() -> None:
    first = rehearsed(asked("draft"))

    for paragraph in first.split("\n\n"):
        quoted, _, source = paragraph.partition("“")[2].partition("” (")
        name, _, line = source.partition(")")[0].partition(":")
        assert name == "train.md"
        assert EVIDENCE.text.splitlines()[int(line) - 1] == f"{quoted}."


def test_the_same_request_is_answered_in_the_same_words() -> None:
    assert rehearsed(asked("draft")) == rehearsed(asked("draft"))


def test_each_draft_keeps_what_there_is_takes_up_what_a_review_names_and_scores_higher() -> None:
    text, scores = "", []
    for number in range(1, 5):
        said = reviewed(text) if text else None
        feedback = tuple(each.text for each in said.suggestions) if said is not None else ()
        wanted = [line for line in LINES if any(line.rstrip(".") in each for each in feedback)]
        before, text = text, rehearsed(asked("draft", step=f"r{number}.draft", draft=text, feedback=feedback))
        assert text.startswith(before)
        assert all(line.rstrip(".") in text for line in wanted)
        score = reviewed(text).score_ppm
        assert score is not None
        scores.append(score)

    assert scores == sorted(set(scores))
    assert scores[-1] == PPM


def test_what_a_review_names_comes_in_before_what_bears_more_on_the_brief() -> None:
    first = rehearsed(asked("draft"))
    least = passages_on(CORPUS, BRIEF)[-1]

    assert least.text.rstrip(".") not in rehearsed(asked("draft", draft=first))
    assert least.text.rstrip(".") in rehearsed(asked("draft", draft=first, feedback=(f"See {least.source}.",)))


def test_where_the_evidence_ends_a_draft_stays_as_it_is() -> None:
    text = rehearsed(asked("draft"))
    for _ in range(10):
        text = rehearsed(asked("draft", draft=text))

    assert rehearsed(asked("draft", draft=text)) == text


def test_a_review_can_be_read_and_its_passages_stand_in_the_draft() -> None:
    text = f"{rehearsed(asked('draft'))}\n\nThis is my own opinion of it."
    said = reviewed(text)

    assert said.score_ppm is not None
    assert not said.is_repaired
    assert "two of its three paragraphs name a source" in said.feedback
    assert [each for each in said.suggestions if each.passage == "This is my own opinion of it."]
    assert all(each.passage in text for each in said.suggestions)


def test_what_is_said_twice_and_what_is_too_long_count_against_a_draft() -> None:
    text = rehearsed(asked("draft"))
    twice, long = f"{text}\n\n{text}", text + "\n\n" + "word " * 2_000

    assert assessed(twice, CORPUS, BRIEF).score_ppm < assessed(text, CORPUS, BRIEF).score_ppm
    assert assessed(long, CORPUS, BRIEF).score_ppm < assessed(text, CORPUS, BRIEF).score_ppm


def test_who_looks_for_the_worst_flaw_names_it_and_how_grave_it_is() -> None:
    said = rehearsed(asked("review", task="flaw", draft="Nothing of use."))

    assert said.startswith("The worst flaw: passages that bear on the brief are missing.")
    assert read_review(said, criteria=NO_CRITERIA, draft="", is_adversarial=True).score_ppm in range(0, 200_001)


def test_criteria_are_scored_by_what_the_evidence_says_on_each() -> None:
    named = (("train", "the release train leaves"), ("tone", "politeness"))
    criteria = Criteria(criteria=tuple(Criterion(id=id_, about=about) for id_, about in named))
    text = rehearsed(asked("draft"))

    said = read_review(rehearsed(asked("review", draft=text, criteria=named)), criteria=criteria, draft=text)

    assert said.criteria["train"] == 2 * PPM // PASSAGES_WANTED
    assert "The evidence says nothing on tone" in said.feedback


def test_one_of_several_reviewers_looks_for_some_of_the_passages_and_always_for_the_same() -> None:
    text = rehearsed(asked("draft"))
    for _ in range(2):
        text = rehearsed(asked("draft", draft=text))
    scores = {seat: reviewed(text, seat=seat).score_ppm for seat in ("reviewer_1", "reviewer_2", "reviewer_3")}

    assert len(set(scores.values())) > 1
    assert scores["reviewer_1"] == reviewed(text, seat="reviewer_1").score_ppm


@pytest.mark.parametrize(("first", "second", "preferred"), [(0, 1, 2), (1, 0, 1), (1, 1, 0)])
def test_of_two_drafts_the_one_that_counts_for_more_is_preferred_in_either_order(
    first: int, second: int, preferred: int
) -> None:
    texts = ("Nothing.", rehearsed(asked("draft")))
    said = rehearsed(asked("preference", draft=texts[first], other=texts[second]))

    assert read_preference(said).preferred == preferred


def test_without_evidence_on_the_brief_nothing_is_begun() -> None:
    provider = RehearsalProvider(clock=VirtualClock())

    with pytest.raises(WrongUse, match="evidence"):
        provider.refuse_early(asked("draft", documents=()))
    with pytest.raises(WrongUse, match="speaks about 'Quantum gravity'"):
        provider.refuse_early(asked("draft", motion="Quantum gravity"))
