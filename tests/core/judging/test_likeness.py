"""Is the answer to one question given to another only where both ask the same?"""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.judging.likeness import QUESTION_CHARACTERS_MAX, are_alike, form_of, instructs_about_words

ALIKE = [
    ("Is it necessary?", "is it necessary"),
    ("What's the capital of France?", "What is the capital of France?"),
    ("Tell me what Ada built.", "Please tell me what Ada built"),
    ("Classify this: the train was late", "Could you please classify this: the train was late."),
    ("Explain why the bridge fell.", "Explain why the bridge fell, please."),
    ("The plan doesn’t work", "The plan does not work."),
    ("Why can't it be done?", "why cannot it be done?"),
    ('Who said “no”?', 'Who said "no"?'),
    ("Wait… is it late?", "Wait... is it late?"),
    ("Where is the caf\u00e9?", "Where is the cafe\u0301?"),
]  # fmt: skip  # a table

UNLIKE = [
    ("The tax is necessary.", "The tax is not necessary."),
    ("It is necessary.", "It isn't necessary."),
    ("Nobody agrees.", "Everybody agrees."),
    ("Few agree.", "A few agree."),
    ("Raise the limit to 10.", "Raise the limit to 100."),
    ("It costs 1.5 dollars.", "It costs 15 dollars."),
    ("It costs -5.", "It costs 5."),
    ("10² is enough", "102 is enough"),
    ("Did A come before B?", "Did B come before A?"),
    ("Ada beats Ben.", "Ben beats Ada."),
    ("Is Paris larger than Rome?", "Is Rome larger than Paris?"),
    ("What does the US want?", "What does the us want?"),
    ("Polish is hard.", "polish is hard."),
    ("Who likes Turkey?", "Who likes turkey?"),
    ("Will can do it.", "will can do it."),
    ("Raise taxes.", "Lower taxes."),
    ("Is it safe?", "Is it unsafe?"),
    ("It is necessary.", "Is it necessary?"),
    ("Who dares wins.", "Who dares wins?"),
    ("Do it.", "Do it?"),
    ("Great!", "Great."),
    ("Let's eat, grandma.", "Let's eat grandma."),
    ("Please the judge.", "The judge."),
    ("Can you count the votes?", "Count the votes."),
    ('Is "isn\'t" English?', 'Is "is not" English?'),
    ("Is 'please' enough?", "Is '' enough?"),
    ("Run `don't`", "Run `do not`"),
    ("You can not only swim but dive.", "You cannot only swim but dive."),
    ("What's he want?", "What is he want?"),
    ("Two lines:\na\nb", "Two lines: a b"),
    ("Before lunch, vote.", "After lunch, vote."),
    ("All but one agree.", "All but none agree."),
]  # fmt: skip  # a table

ABOUT_WORDS = [
    "How many letters has this?",
    "Is this polite?",
    "Spell it.",
    "Which tone has this?",
    "Translate word by word.",
    "Count the characters.",
    "Is the punctuation right?",
]


@pytest.mark.parametrize(("question", "other"), ALIKE)
def test_what_is_asked_the_same_in_other_clothes_is_alike(question: str, other: str) -> None:
    assert are_alike(question, other)
    assert are_alike(other, question)


@pytest.mark.parametrize(("question", "other"), UNLIKE)
def test_what_asks_something_else_is_not_alike(question: str, other: str) -> None:
    assert not are_alike(question, other)
    assert not are_alike(other, question)


@pytest.mark.parametrize("question", ABOUT_WORDS)
def test_where_words_themselves_are_asked_about_nothing_is_alike(question: str) -> None:
    assert form_of(question) == ""


@pytest.mark.parametrize(
    ("instruction", "about_words"),
    [
        ("Answer with one word: yes or no.", False),
        ("Use a single sentence of at most 20 words.", False),
        ("Classify the tone of what follows.", True),
        ("Count the words. Answer with one word.", True),
        ("You are the judge.", False),
    ],
)
def test_how_long_an_answer_may_be_says_nothing_about_the_question(instruction: str, about_words: bool) -> None:
    assert instructs_about_words(instruction) is about_words


def test_a_text_longer_than_a_question_has_no_like() -> None:
    assert form_of("x" * (QUESTION_CHARACTERS_MAX + 1)) == ""
    assert form_of("x" * QUESTION_CHARACTERS_MAX) != ""


def test_nothing_is_like_nothing() -> None:
    assert not are_alike("", "")
    assert not are_alike(" \n", "")


# The laws below look at texts with eyes of their own: nothing in them is borrowed from what they test.

WORDS = [
    "tax",
    "vote",
    "bridge",
    "train",
    "plan",
    "law",
    "school",
    "works",
    "falls",
    "grows",
    "helps",
    "before",
    "after",
]
NAMES = ["Ada", "Ben", "Rome", "Paris", "Tesla", "Will", "Mark", "NATO"]
SOME_WORDS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)
NUMBERS = st.one_of(st.integers(-10_000, 10_000).map(str), st.decimals("0.1", 99, places=1).map(str))
COURTESIES = st.sampled_from(["", "Please tell me: ", "tell me: ", "Could you please tell me: "])
ENDS = st.sampled_from(["", ".", "?", "!", ", please", ", please."])


def sentence(*parts: str) -> str:
    return " ".join(part for part in parts if part)


@given(before=SOME_WORDS, after=SOME_WORDS, verb=st.sampled_from(["is", "are", "was", "should", "can", "does", "will"]),
       short=st.booleans(), courtesy=COURTESIES, other_courtesy=COURTESIES, end=ENDS, other_end=ENDS)  # fmt: skip
def test_a_negation_is_never_lost(
    before: list[str], after: list[str], verb: str, short: bool, courtesy: str, other_courtesy: str, end: str,
    other_end: str,
) -> None:  # fmt: skip
    negated = {"can": "can't", "will": "won't"}.get(verb, f"{verb}n't") if short else f"{verb} not"
    plain = sentence(*before, verb, *after, "necessary")
    not_so = sentence(*before, negated, *after, "necessary")

    assert not are_alike(courtesy + plain + end, other_courtesy + not_so + other_end)


@given(before=SOME_WORDS, after=SOME_WORDS, one=NUMBERS, other=NUMBERS, courtesy=COURTESIES, end=ENDS)
def test_another_number_is_another_question(
    before: list[str], after: list[str], one: str, other: str, courtesy: str, end: str
) -> None:
    assume(one != other)

    assert not are_alike(courtesy + sentence(*before, one, *after) + end, sentence(*before, other, *after))


@given(words=SOME_WORDS, one=st.sampled_from(NAMES), other=st.sampled_from(NAMES), courtesy=COURTESIES, end=ENDS)
def test_names_that_change_places_ask_another_question(
    words: list[str], one: str, other: str, courtesy: str, end: str
) -> None:
    assume(one != other)

    assert not are_alike(courtesy + sentence(one, *words, other) + end, courtesy + sentence(other, *words, one) + end)


@given(words=st.lists(st.sampled_from(WORDS + NAMES), min_size=2, max_size=8), at=st.data(), end=ENDS)
def test_another_order_is_another_question(words: list[str], at: st.DataObject, end: str) -> None:
    mixed = at.draw(st.permutations(words))
    assume(mixed != words)

    assert not are_alike(sentence(*words) + end, sentence(*mixed) + end)


@given(
    words=SOME_WORDS, one=st.sampled_from(WORDS), other=st.sampled_from(WORDS), mark=st.sampled_from(['"', "'", "`"])
)
def test_a_quotation_is_kept_to_the_letter(words: list[str], one: str, other: str, mark: str) -> None:
    assume(one != other)

    assert not are_alike(sentence(*words, mark + one + mark), sentence(*words, mark + other + mark))
    assert not are_alike(sentence(*words, mark + "don't" + mark), sentence(*words, mark + "do not" + mark))


CHANGES = [
    ("isn't", "is not"), ("isn't", "is"), ("isn’t", "isn't"), ("don't", "do not"), ("don't", "do"), ("not", ""),
    ("never", ""), ("no", ""), ("10", "100"), ("10", "10.0"), ("1", "one"), ("Ada", "ada"), ("Ada", "Ben"),
    ("The", "the"), ("Please", ""), ("please", ""), (", please", ""), ("tell", "tell"), ("Tell", "tell"),
    (".", ""), ("?", ""), ("!", "."), ("“vote”", '"vote"'), ("'vote'", "vote"), ("before", "after"),
    ("What's", "What is"),
]  # fmt: skip  # a table
PAIRS = st.one_of(st.sampled_from(WORDS).map(lambda word: (word, word)), st.sampled_from(CHANGES))


def negations(text: str) -> int:
    return len(re.findall(r"n't\b|\bnot\b|\bno\b|\bnever\b", text.replace("’", "'").lower()))


def content(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+", text.lower()) if word in WORDS]


@given(pairs=st.lists(PAIRS, min_size=1, max_size=5))
def test_whatever_is_alike_agrees_in_negations_numbers_names_quotations_and_order(pairs: list[tuple[str, str]]) -> None:
    one, other = sentence(*(each for each, _ in pairs)), sentence(*(each for _, each in pairs))

    if are_alike(one, other):
        assert negations(one) == negations(other)
        assert re.findall(r"\d+", one) == re.findall(r"\d+", other)
        assert re.findall("Ada|Ben", one) == re.findall("Ada|Ben", other)
        assert content(one) == content(other)
        assert len(re.findall('["“”]', one)) == len(re.findall('["“”]', other))


@given(
    st.lists(
        st.sampled_from([*WORDS, *NAMES, "isn't", "is", "not", "please", ",", "?", ".", "Please", "tell"]), max_size=9
    )
)
def test_being_alike_goes_both_ways_and_everything_is_like_itself(words: list[str]) -> None:
    text = sentence(*words)
    form = form_of(text)

    assert are_alike(text, text) is bool(text)
    assert are_alike(text, form) == are_alike(form, text)
