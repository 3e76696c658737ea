"""What does one line of a file of tasks ask, and what is its right answer?

Besides moot's own shape, lines of GSM8K's kind and several usual shapes of multiple choice are recognised by their
fields. A line that could mean two things is refused: a key that is read wrongly spoils an evaluation without a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.answers import (
    CHOICES_MAX,
    CHOICES_MIN,
    MOTION_FORM,
    OUTCOMES,
    UNDECIDED,
    AnswerForm,
    AnswerKind,
    checked_form,
)
from core.domain.errors import WrongUse, nearest
from core.domain.text import clean_text
from core.judging.answers import LETTERS, normalised

ID_CHARACTERS_MAX = 100
QUESTION_BYTES_MAX = 20_000
"""As long as a motion may be. What is longer is evidence, which an evaluation has none of."""
LABEL_CHARACTERS_MAX = 3
KEY_SHOWN_CHARACTERS_MAX = 60

FINAL_ANSWER = "####"
"""Behind this mark stands the number to which a worked solution comes, in GSM8K and what follows it."""

KEY_NAMES = ("answer", "answerKey", "answer_key", "answer_idx", "answer_index", "correct", "label")
INDEX_NAMES = ("answer_idx", "answer_index", "label")
"""A whole number in these is a place among the choices, counted from 0, whatever else it could be."""
CHOICE_NAMES = ("choices", "options", "endings")
YES_OR_NO = ("yes", "no")

_ALONE = re.compile(r"[$€£¥₹]?[ \t]*[-+\u2212]?[ \t]*[\d.,_ ]*\d(?:[eE][-+]?\d{1,2})?[ \t]*%?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`question` is what every seat is asked, choices included; `known_answer` the right answer in its common form, ""
    where the line has none."""

    id: str
    question: str
    form: AnswerForm
    known_answer: str = ""


def read_task(values: Mapping[str, object], *, place: str, id_given: str = "") -> Task:
    """The task that a line stands for; one without an id is called `id_given`. Raises WrongUse with its place."""
    id = _id(values.get("id"), place) or id_given
    if "motion" in values:
        if "question" in values:
            raise WrongUse("a task asks a question or puts a motion, not both.", where=place, now="Leave one of them.")
        return _motion(id, values, place)
    question, choices = _question(values, place)
    kind = _kind(values.get("kind"), place)
    if choices or kind is AnswerKind.CHOICE:
        return _multiple_choice(id, question, choices, values, place)
    return _open_question(id, question, kind, values, place)


def _motion(id: str, values: Mapping[str, object], place: str) -> Task:
    key = _key(values, place)
    said = str(key[1]).strip().casefold() if key else ""
    if said and (said not in OUTCOMES or said == UNDECIDED):
        raise _no_key(key, place, "A motion is right 'for' or 'against'.")
    return Task(id=id, question=_text(values["motion"], "motion", place), form=MOTION_FORM, known_answer=said)


def _open_question(id: str, question: str, kind: AnswerKind | None, values: Mapping[str, object], place: str) -> Task:
    key = _key(values, place)
    if key is None:
        return Task(id=id, question=question, form=AnswerForm(kind=kind or AnswerKind.TEXT))
    said = key[1]
    if isinstance(said, bool):
        form = AnswerForm(kind=AnswerKind.CHOICE, choices=YES_OR_NO)
        return Task(id=id, question=question, form=form, known_answer=YES_OR_NO[0 if said else 1])
    text = str(said).rpartition(FINAL_ANSWER)[2].strip()
    is_worked = FINAL_ANSWER in str(said)
    if kind is None:
        kind = AnswerKind.NUMBER if is_worked or _is_number(text) else AnswerKind.TEXT
    form = AnswerForm(kind=kind)
    known = normalised(text, form)
    if not known:
        raise _no_key(key, place, "Write the number alone." if kind is AnswerKind.NUMBER else "Write a few words.")
    return Task(id=id, question=question, form=form, known_answer=known)


def _multiple_choice(
    id: str, question: str, choices: Sequence[tuple[str, str]], values: Mapping[str, object], place: str
) -> Task:
    if not CHOICES_MIN <= len(choices) <= CHOICES_MAX:
        now = f'Give from {CHOICES_MIN} to {CHOICES_MAX}, as "choices": ["…", "…"].'
        raise WrongUse(f"{len(choices)} choices can't be chosen among.", where=place, now=now)
    labels = tuple(label for label, _ in choices)
    try:
        form = checked_form(AnswerForm(kind=AnswerKind.CHOICE, choices=labels))
    except WrongUse as error:
        raise WrongUse(f"the names of the choices: {error.what}", where=place, now=error.now) from error
    asked = "\n".join((f"{question}\n", *(f"{label}) {text}" for label, text in choices)))
    _bounded(asked, place)
    key = _key(values, place)
    known = _chosen(key, choices, place) if key else ""
    return Task(id=id, question=asked, form=form, known_answer=known)


def _chosen(key: tuple[str, object], choices: Sequence[tuple[str, str]], place: str) -> str:
    """The label of the right choice: named by its label, its place from 0, or its very words."""
    name, said = key
    labels = [label for label, _ in choices]
    texts = [_tidy(text) for _, text in choices]
    if isinstance(said, bool) or not isinstance(said, (int, str)):
        raise _no_key(key, place, f"Give one of {', '.join(labels)}.")
    if isinstance(said, int) and name in INDEX_NAMES and str(said) not in labels:
        meant = {said} if 0 <= said < len(labels) else set()
    elif isinstance(said, int):
        meant = {at for at, label in enumerate(labels) if label == str(said)}
        meant |= {at for at, text in enumerate(texts) if text == str(said)}
        if str(said) not in labels and 0 <= said < len(labels):
            meant.add(said)
    else:
        bare = _tidy(said).strip("().")
        meant = {at for at, label in enumerate(labels) if label.casefold() == bare.casefold()}
        meant = meant or {at for at, text in enumerate(texts) if text == _tidy(said)}
    if len(meant) != 1:
        now = f"Give one of {', '.join(labels)}."
        if meant:
            what = f"{name!r} could mean each of {', '.join(labels[at] for at in sorted(meant))}."
            raise WrongUse(what, where=place, now=now)
        raise _no_key(key, place, now)
    return labels[meant.pop()]


def _question(values: Mapping[str, object], place: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question, and its choices with their labels, none where it has none."""
    asked = values.get("question", values.get("ctx"))
    inner: Mapping[str, object] = {}
    if isinstance(asked, Mapping):  # as ARC and CommonsenseQA were published first
        inner, asked = asked, asked.get("stem")
    if asked is None:
        now = 'Write it like {"id": "first", "question": "…", "answer": "42"}.'
        raise WrongUse("there is neither a 'question' nor a 'motion'.", where=place, now=now)
    question = _text(asked, "question", place)
    found = [(name, each[name]) for each in (values, inner) for name in CHOICE_NAMES if name in each]
    if len(found) > 1:
        raise WrongUse(f"the choices stand in {found[0][0]!r} and {found[1][0]!r}.", where=place, now="Leave one.")
    if found:
        return question, _labelled(found[0][1], place)
    lettered = [letter for letter in LETTERS if letter in values]
    if lettered and lettered == list(LETTERS[: len(lettered)]):
        return question, tuple((letter, _text(values[letter], letter, place)) for letter in lettered)
    return question, ()


def _labelled(given: object, place: str) -> tuple[tuple[str, str], ...]:
    """Choices as data sets write them: texts; records of label and text; lists of both; texts by label."""
    match given:
        case {"text": list() as texts, "label": list() as labels} if len(texts) == len(labels):
            pairs = list(zip(labels, texts, strict=True))
        case [dict(), *_]:
            pairs = [_record(each, place) for each in given]
        case [*texts] if len(texts) <= len(LETTERS):
            pairs = list(zip(LETTERS, texts, strict=False))
        case dict():
            pairs = list(given.items())
        case _:
            now = 'Write them like "choices": ["first", "second"].'
            raise WrongUse("the choices are in no form that is known.", where=place, now=now)
    labelled = tuple((_tidy(str(label)), _choice_text(text, place)) for label, text in pairs)
    if any(not 0 < len(label) <= LABEL_CHARACTERS_MAX for label, _ in labelled):
        now = f"Give each a label of at most {LABEL_CHARACTERS_MAX} characters, or none."
        raise WrongUse("a label of the choices is too long, or empty.", where=place, now=now)
    return labelled


def _record(given: object, place: str) -> tuple[object, object]:
    match given:
        case {"label": label, "text": text}:
            return label, text
        case _:
            raise WrongUse("a choice lacks its 'label' or its 'text'.", where=place, now="Write both for each.")


def _choice_text(text: object, place: str) -> str:
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise WrongUse("a choice is no text.", where=place, now='Write them like "choices": ["first", "second"].')
    return _tidy(_text(str(text), "choices", place))


def _key(values: Mapping[str, object], place: str) -> tuple[str, object] | None:
    """The field that holds the right answer, and what it says. Of several the one that names a choice goes before the
    one that repeats its words."""
    given = [(name, values[name]) for name in KEY_NAMES if values.get(name) not in (None, "")]
    if len(given) == 2 and given[0][0] == "answer":
        given = given[1:]
    if len(given) > 1:
        names = " and ".join(repr(name) for name, _ in given)
        raise WrongUse(f"the right answer stands in {names}.", where=place, now="Leave one of them.")
    if given and not isinstance(given[0][1], (str, int, float)):
        raise _no_key(given[0], place, "Give one answer, as a text or a number.")
    return given[0] if given else None


def _kind(given: object, place: str) -> AnswerKind | None:
    if given is None:
        return None
    kinds = [kind.value for kind in AnswerKind if kind is not AnswerKind.MOTION]
    if given not in kinds:
        now = nearest(str(given), kinds) or f"It is one of {', '.join(kinds)}."
        raise WrongUse(f"no kind of question is called {_shown(given)}.", where=place, now=now)
    return AnswerKind(given)


def _id(given: object, place: str) -> str:
    if given is None:
        return ""
    id = str(given).strip()
    if isinstance(given, bool) or not isinstance(given, (str, int)) or not id:
        raise WrongUse("an id is a short text.", where=place, now="Leave it out where there is none.")
    if len(id) > ID_CHARACTERS_MAX or not id.isprintable():
        now = f"Write at most {ID_CHARACTERS_MAX} characters that can be printed."
        raise WrongUse(f"{_shown(id)} can't be an id.", where=place, now=now)
    return id


def _text(given: object, name: str, place: str) -> str:
    if not isinstance(given, str) or not clean_text(given).strip():
        raise WrongUse(f"{name!r} has to be a text that is not empty.", where=place, now="Write it down.")
    text = clean_text(given).strip()
    _bounded(text, place)
    return text


def _bounded(text: str, place: str) -> None:
    size = len(text.encode())
    if size > QUESTION_BYTES_MAX:
        now = f"At most {QUESTION_BYTES_MAX:,} are taken: leave the line out, or shorten it."
        raise WrongUse(f"the question is {size:,} bytes long.", where=place, now=now)


def _is_number(text: str) -> bool:
    """A number and nothing beside it: "about 7" is words, and is compared as such."""
    return bool(_ALONE.fullmatch(text)) and bool(normalised(text, AnswerForm(kind=AnswerKind.NUMBER)))


def _tidy(text: str) -> str:
    return " ".join(clean_text(text).split())


def _no_key(key: tuple[str, object] | None, place: str, now: str) -> WrongUse:
    name, said = key if key is not None else ("answer", "")
    return WrongUse(f"{name!r} is {_shown(said)}, which can't be the right answer.", where=place, now=now)


def _shown(said: object) -> str:
    return f"{str(said)[:KEY_SHOWN_CHARACTERS_MAX]!r}"
