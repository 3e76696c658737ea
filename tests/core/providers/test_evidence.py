"""Are the right sentences taken from the evidence, with the right line, side and rank?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.ranking import Ranking, best_first
from core.providers.rehearsing.sentences import SENTENCE_CHARACTERS_MAX, Sentence, sentences_of
from core.providers.rehearsing.sides import GAINS, LOSSES, TURNERS, side_of
from core.providers.rehearsing.stems import motion_stems, stem, stems_of
from tests.core.providers.requests import document

NOTES = """---
title: this is front matter and no evidence
---
# Bread

First sentence of the bread notes. It runs on
over two lines. The third begins on line six.

```python
code_is_no_evidence = "this line is code and not prose."
```
| tables | are no evidence either |
|--------|------------------------|
<!-- nor is this comment,
over two lines of it -->

Setext heading here
-------------------

1. A numbered item stands by itself
* [x] A done item with **bold** words and a [link](http://example.org/a)
> A quotation is evidence like any other.
Is a question evidence of anything at all?
Too short.
This line only announces what follows:
"""


def found(text: str) -> list[Sentence]:
    return list(sentences_of((document(text),)))


def test_prose_is_split_into_sentences_with_the_line_each_begins_on() -> None:
    assert [(sentence.line, sentence.text) for sentence in found(NOTES)] == [
        (6, "First sentence of the bread notes."),
        (6, "It runs on over two lines."),
        (7, "The third begins on line six."),
        (20, "A numbered item stands by itself"),
        (21, "A done item with bold words and a link A quotation is evidence like any other."),
    ]


def test_a_sentence_knows_its_headings() -> None:
    sentences = found("# Top\n\n## Inner\n\nUnder the inner heading.\n\n# Other\n\nUnder the other one.")

    assert [sentence.headings for sentence in sentences] == [("Top", "Inner"), ("Other",)]
    assert found(NOTES)[-1].topic == "Setext heading here"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Who and e.g. Mr. Brown met J. Smith at noon.", 1),
        ("It cost 3.5 million. Nobody paid for it.", 2),
        ("Wait for it … and go on with it.", 1),
        ("He said “stop it right now.” She went on with it.", 2),
    ],
)
def test_full_stops_that_end_nothing_split_nothing(text: str, count: int) -> None:
    assert len(found(text)) == count


def test_signs_inside_a_sentence_stay() -> None:
    assert [sentence.text for sentence in found("> Where a > b holds, b < a holds too.")] == [
        "Where a > b holds, b < a holds too."
    ]


def test_tags_say_which_way_a_line_speaks() -> None:
    tagged = found("* + Baking at home is slow\n* - Baking at home is quick\n* Baking needs an oven and flour")

    assert [sentence.side for sentence in tagged] == [1, -1, 0]
    assert tagged[0].text == "Baking at home is slow"


def test_a_leading_minus_is_a_tag_only_where_a_leading_plus_is() -> None:
    both = found("+ Baking fills the house\n- Baking heats the house")
    alone = found("- Baking heats the house\n- Baking fills the house")

    assert [sentence.side for sentence in both] == [1, -1]
    assert [sentence.side for sentence in alone] == [0, 0]


def test_headings_speak_for_their_sentences_where_no_tag_does() -> None:
    text = "## Arguments for\n\nBaking fills the house.\n\n## Arguments against\n\nBaking heats the house."

    assert [sentence.side for sentence in found(text)] == [1, -1]


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("It became faster and more reliable.", 1),
        ("It fails often and the outage was long.", -1),
        ("It is not faster than before.", -1),
        ("There were fewer outages after that.", 1),
        ("It was painted green last year.", 0),
        ("It is faster but costly to run.", 0),
    ],
)
def test_cues_decide_where_nobody_tagged(text: str, side: int) -> None:
    assert side_of(text, tag=0, headings=()) == side
    assert side_of(text, tag=-1, headings=()) == -1


def test_no_cue_means_two_things() -> None:
    assert GAINS.isdisjoint(LOSSES)
    assert TURNERS.isdisjoint(GAINS | LOSSES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("services", "service"),
        ("billing", "bills"),
        ("deployment", "deploys"),
        ("planned", "planning"),
        ("policies", "policy"),
        ("releases", "released"),
    ],
)
def test_forms_of_one_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["red", "thing", "bus", "glass", "sing", "2026", "naïve"])
def test_short_and_foreign_words_stay_whole(word: str) -> None:
    assert stem(word) == word


def test_a_motion_is_known_by_the_words_that_are_its_own() -> None:
    assert motion_stems("We should adopt microservices") == tuple(stems_of("microservices"))
    assert motion_stems("Should we change?") == tuple(stems_of("change"))


def test_the_sentence_that_shares_the_rarer_word_ranks_first_and_equals_keep_their_order() -> None:
    ranking = Ranking([(["common", "rare"], []), (["common", "plain"], []), (["common", "other"], [])])

    assert best_first(ranking.scores(["common", "rare"])) == [0, 1, 2]


def test_a_word_in_the_heading_counts_less_than_one_in_the_sentence() -> None:
    scores = Ranking([(["bread"], ["x"]), (["x"], ["bread"])]).scores(["bread"])

    assert scores[0] > scores[1] > 0


def test_a_long_motion_needs_two_words_in_common() -> None:
    corpus = Corpus((document("The team plays football on Sundays.\n\nThe billing team is small today."),))

    bearing = corpus.bearing_on(["A team of six should split its billing into services"])

    assert [corpus.sentences[number].line for number in bearing] == [3]


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6), min_size=1, max_size=12))
def test_scores_are_whole_positive_and_only_for_sentences_that_share_a_word(sentences: list[list[str]]) -> None:
    scores = Ranking([(words, []) for words in sentences]).scores(["a", "b"])

    assert set(scores) == {number for number, words in enumerate(sentences) if {"a", "b"} & set(words)}
    assert all(isinstance(score, int) and score > 0 for score in scores.values())


@given(st.text(alphabet=st.sampled_from("Ab .!?#-+*`|<>_[]()\n\t:“”"), max_size=400))
def test_any_text_gives_sentences_that_stand_where_they_say(text: str) -> None:
    lines = text.split("\n")
    for sentence in found(text):
        assert 1 <= sentence.line <= len(lines)
        assert 0 < len(sentence.text) <= SENTENCE_CHARACTERS_MAX
        assert sentence.side in (-1, 0, 1)


@pytest.mark.parametrize(
    ("begins", "repeated"),
    [("", "."), ("# ", " "), ("", "["), ("", "*"), ("", "<a"), ("- ", "- "), ("", "<!-- -->"), ("", "(.)")],
)
def test_text_made_to_take_for_ever_is_read_like_any_other(begins: str, repeated: str) -> None:
    sentences = found(f"{begins}{repeated * 50_000}x\n\nThis is a plain sentence.\n")

    assert sentences[-1].text == "This is a plain sentence."
