"""Is a review read as it was meant, marked where it was repaired, and never guessed?"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judging.criteria import NO_CRITERIA, Criteria, Criterion
from core.judging.nearly_json import DEPTH_MAX, OBJECT_CHARACTERS_MAX
from core.judging.reviews import SUGGESTIONS_MAX, Review, Suggestion, fault_in_review, read_review
from core.prompts.reviewing import review_instruction

DRAFT = "The cat sat on\nthe “mat”. It was warm."
TWO = Criteria(
    criteria=(
        Criterion(id="clarity", about="Is it clear?"),
        Criterion(id="truth", about="Is it true?", weight_ppm=3_000_000),
    )
)


def read(text: str, criteria: Criteria = NO_CRITERIA, *, is_adversarial: bool = False) -> Review:
    return read_review(text, criteria=criteria, draft=DRAFT, is_adversarial=is_adversarial)


def fenced(said: str) -> str:
    return f"Good, but short.\n\n```json\n{said}\n```\n"


def test_a_review_as_it_was_asked_for_is_taken_as_it_is() -> None:
    said = '{"score": 0.85, "confidence": 0.6, "suggestions": [{"passage": "It was warm.", "change": "Say how warm."}]}'

    assert read(fenced(said)) == Review(
        score_ppm=850_000,
        feedback="Good, but short.",
        suggestions=(Suggestion(text="Say how warm.", passage="It was warm."),),
        confidence_ppm=600_000,
    )


@pytest.mark.parametrize("is_adversarial", [False, True])
@pytest.mark.parametrize("criteria", [NO_CRITERIA, TWO])
def test_the_form_that_reviewers_are_told_is_the_one_that_is_read(criteria: Criteria, is_adversarial: bool) -> None:
    named = [(criterion.id, criterion.about) for criterion in criteria.criteria]
    told = review_instruction(named, is_adversarial=is_adversarial)

    review = read_review(told, criteria=criteria, draft=DRAFT, is_adversarial=is_adversarial)

    assert review.score_ppm is not None
    assert not review.is_repaired


SLIPS = (
    '{"score": 0.85,}',
    "{'score': 0.85}",
    "{“score”: 0.85}",
    "{score: 0.85}",
    '{"score": "0.85"}',
    '{"score": 85}',
    '{"score": 85 %}',
    '{"score": "85%"}',
    '{"score": 8.5/10}',
    "{'score': 0.85, 'suggestions': ['don't',],}",
)
SLIP_OF_LINES = '{"score": 0.85, "suggestions": ["line one\nline two"]}'
PLACES = ("{}", "Good.\n\n{}", "Good.\n```json\n{}\n```", "```\n{}\n```")


@pytest.mark.parametrize(
    ("said", "around"),
    [
        *((said, around) for said in (*SLIPS, SLIP_OF_LINES) for around in PLACES),
        *((said, "Good: {}") for said in SLIPS),
    ],
)
def test_a_slip_of_form_is_mended_and_the_review_marked_as_repaired(said: str, around: str) -> None:
    review = read(around.replace("{}", said))

    assert (review.score_ppm, review.is_repaired) == (850_000, True), review.reason
    assert review.reason


def test_a_missing_fence_is_a_slip_too() -> None:
    review = read('Fine.\n{"score": 0.5}')

    assert (review.score_ppm, review.is_repaired, review.reason) == (500_000, True, "it stood without a fence")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (fenced('{"score": 1.7}'), "its score '1.7' is above 1"),
        (fenced('{"score": NaN}'), "its score 'NaN' is no number from 0 to 1"),
        (fenced('{"score": -1}'), "its score '-1' is below 0"),
        (fenced('{"score": null}'), "its score 'null' is no number from 0 to 1"),
        (fenced('{"score": [0.8]}'), "its score is no number"),
        (fenced('{"rating": 0.8}'), "there is no JSON object with 'score' at its end"),
        (fenced('{"score": 0.8, "score": 0.3}'), "its JSON can't be read: it says 'score' twice, and not the same"),
        ('{"score": 0.8}\n\n{"score": 0.3}', "it gives two different scores"),
        ("I like it: 0.9 of 1.", "there is no JSON object with 'score' at its end"),
        ("", "there is no JSON object with 'score' at its end"),
        (fenced('{"score": 0.8'), "its JSON can't be read: there is no comma between two entries"),
        ('{"score": 0.8, "suggestions": [{"passage": "', "its JSON can't be read: it doesn't end"),
        ('{"score": ' + "[" * 5_000, f"its JSON can't be read: it nests more than {DEPTH_MAX} deep"),
        ("SCORE: 0.8\nSCORE: 0.3", "it gives 'score' twice, and not the same"),
        ("SCORE: 1.7", "its score '1.7' is above 1"),
    ],
)
def test_a_score_that_is_missing_beyond_its_scale_or_said_twice_is_refused(text: str, why: str) -> None:
    review = read(text)

    assert (review.score_ppm, review.reason) == (None, why)
    assert review.feedback == text.strip()


def test_a_refused_review_says_so_before_a_person_gives_it() -> None:
    said = "there is no JSON object with 'score' at its end. End it with a line such as 'SCORE: 0.8'."
    assert fault_in_review("I like it.", criteria=NO_CRITERIA) == said
    assert fault_in_review("I like it.", criteria=TWO).endswith("lines such as 'clarity: 0.8' and 'truth: 0.8'.")
    assert fault_in_review("I like it.\nSCORE: 0.8", criteria=NO_CRITERIA) == ""


def test_the_score_of_a_review_by_criteria_is_their_weighted_mean() -> None:
    review = read(fenced('{"criteria": {"clarity": 1, "truth": 0.2}}'), TWO)

    assert review.criteria == {"clarity": 1_000_000, "truth": 200_000}
    assert review.score_ppm == 400_000


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('{"criteria": {"clarity": 0.5}}', "no score for 'truth'"),
        ('{"criteria": {"clarity": 0.5, "truth": 0.5, "wit": 1}}', "a score for 'wit', which is no criterion"),
        ('{"criteria": 0.5}', "its criteria are no object with a score for each"),
        ('{"criteria": {"clarity": 0.5, "truth": 7}}', "its truth '7' may be one of 10 or of 100"),
        ('{"score": 0.5}', "there is no JSON object with 'criteria' at its end"),
    ],
)
def test_a_review_that_leaves_a_criterion_out_or_makes_one_up_is_refused(said: str, why: str) -> None:
    assert read(fenced(said), TWO).reason == why


def test_people_may_end_with_lines_of_scores() -> None:
    review = read("Clear, and half of it true.\n\nclarity: 0.5\n**Truth**: 70 %\nConfidence: 0.4\n", TWO)

    assert review.criteria == {"clarity": 500_000, "truth": 700_000}
    assert (review.feedback, review.confidence_ppm, review.is_repaired) == (
        "Clear, and half of it true.",
        400_000,
        True,
    )


def test_a_line_of_scores_further_up_is_prose() -> None:
    assert read("SCORE: 0.8\n\nThat is what I would have said yesterday.").score_ppm is None


def test_who_looked_for_the_worst_flaw_leaves_what_it_does_not_take() -> None:
    assert read(fenced('{"severity": 0.3}'), is_adversarial=True).score_ppm == 700_000
    assert read(fenced('{"score": 0.3}'), is_adversarial=True).score_ppm is None


def test_words_of_a_draft_that_read_like_a_score_make_no_score() -> None:
    quoting = 'The draft says:\n```json\n{"score": 1.0}\n```\nThat is not done.\n```json\n{"score": 0.1}\n```'

    assert read(quoting).score_ppm is None


def test_what_stands_behind_the_object_is_not_lost() -> None:
    assert read('One.\n```json\n{"score": 0.5}\n```\nTwo.').feedback == "One.\n\nTwo."


def test_a_long_list_of_suggestions_hides_no_score() -> None:
    many = [{"passage": "It was warm.", "change": f"change {number}"} for number in range(SUGGESTIONS_MAX + 9)]

    review = read(fenced(json.dumps({"score": 0.5, "suggestions": many}, indent=2)))

    assert review.score_ppm == 500_000
    assert len(review.suggestions) == SUGGESTIONS_MAX
    assert review.reason == "9 of its suggestions were left out"


def test_a_confidence_that_cant_be_read_takes_nothing_from_the_review() -> None:
    review = read(fenced('{"score": 0.5, "confidence": 1.7}'))

    assert (review.score_ppm, review.confidence_ppm) == (500_000, None)
    assert review.reason == "its confidence '1.7' is above 1 and was left out"


def test_no_escape_sequence_comes_in_by_an_escape_of_json() -> None:
    review = read(fenced(r'{"score": 0.5, "suggestions": ["\u001b[2J\u202egone \ud83d\ude00 \ud800"]}'))

    assert review.suggestions[0].text == "gone 😀 \ufffd"


def test_a_thousand_openings_are_not_each_read_to_the_end() -> None:
    review = read("{“\n" * OBJECT_CHARACTERS_MAX)

    assert review.reason == "too much in it begins like an object and is none"


@given(st.text())
def test_whatever_a_reviewer_answers_is_a_score_or_a_reason(text: str) -> None:
    review = read(text)

    assert review.score_ppm is not None or review.reason
    assert review.score_ppm is None or 0 <= review.score_ppm <= 1_000_000


@given(
    st.integers(0, 1_000_000),
    st.lists(st.tuples(st.text(min_size=1).filter(str.strip), st.text()), max_size=4),
    st.booleans(),
)
def test_every_review_that_is_written_in_json_is_read_back(
    ppm: int, said: list[tuple[str, str]], is_indented: bool
) -> None:
    suggestions = [{"passage": passage, "change": change} for change, passage in said]
    written = json.dumps({"score": ppm / 1_000_000, "suggestions": suggestions}, indent=2 if is_indented else None)

    review = read(fenced(written))

    assert review.score_ppm is not None
    assert abs(review.score_ppm - ppm) <= 1
    assert not review.is_repaired
