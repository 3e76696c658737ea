"""What does a reviewer say of a draft, and which score does that come to?

A review is prose with one JSON object at its end. The object is taken as it is meant or not at all: small slips of form
are mended and the review is marked as repaired (`nearly_json` and `written_scores` list them); a score that is missing,
beyond its scale, or given twice with two values is refused with the reason, and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.domain.changing import maker
from core.domain.text import clean_text
from core.judging.criteria import Criteria, Criterion
from core.judging.nearly_json import OBJECT_CHARACTERS_MAX, NoObject, ReadObject, Word, read_object
from core.judging.passages import Passages
from core.judging.written_scores import PPM, read_score

REVIEW_CHARACTERS_MAX = 200_000
"""Of a review only its end is read for the object."""

CHARACTERS_TRIED_MAX = 4 * OBJECT_CHARACTERS_MAX
"""Characters read in a search for the object, each as often as it is read: whoever opens a thousand objects and closes
none must not have each of them read to the end."""

CHARACTERS_FOR_A_TRY = 32
"""What beginning to read takes, told in characters."""

SCORE_LINES_MAX = 60
SUGGESTIONS_MAX = 50
SUGGESTION_CHARACTERS_MAX = 4_000

SCORE, SEVERITY, CONFIDENCE, CRITERIA = "score", "severity", "confidence", "criteria"
SUGGESTIONS, FEEDBACK = "suggestions", "feedback"

_OPENS = re.compile(r"^[ \t]*(?:```\w{0,20}[ \t]*)?(\{)", re.MULTILINE)
_FENCE_BEFORE = re.compile(r"\n?[ \t]*(?:```|~~~)\w{0,20}[ \t]*\n?\s*\Z")
_FENCE_BEHIND = re.compile(r"[ \t]*\n?[ \t]*(?:```|~~~)")
_LINE = re.compile(r"^[^\w\n]{0,16}([A-Za-z][\w ]{0,60}?)[*_` \t]{0,8}:[*_` \t]{0,8}([^\n]{1,40}?)[*_` \t.]{0,8}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`passage` is quoted from the draft, "" where the suggestion speaks of all of it or quotes nothing of it."""

    text: str
    passage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`score_ppm` is None where no score could be read, and `reason` says why; else `reason` says what was repaired or
    left out, if anything. `criteria` are the scores by criterion."""

    score_ppm: int | None
    feedback: str
    suggestions: tuple[Suggestion, ...] = ()
    criteria: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    is_repaired: bool = False
    confidence_ppm: int | None = None


_made_review, _made_suggestion = maker(Review), maker(Suggestion)


def read_review(text: str, *, criteria: Criteria, draft: str, is_adversarial: bool = False) -> Review:
    """What a reviewer's answer says of `draft`.

    With criteria the score is their weighted mean. Somebody who looked for the worst flaw says how grave it is: the
    score is what that leaves of 1. A refused review keeps all that was written as its feedback.
    """
    wanted = _made_wanted(criteria=criteria.criteria, is_adversarial=is_adversarial)
    try:
        found = _said_in(text[-REVIEW_CHARACTERS_MAX:], wanted)
        scores = _scores_of(found, wanted)
    except NoObject as refused:
        return Review(score_ppm=None, feedback=text.strip(), reason=str(refused))
    suggestions, left_out = _suggestions(found.entries.get(SUGGESTIONS), draft)
    confidence, no_confidence = _confidence(found.entries.get(CONFIDENCE))
    given = found.entries.get(FEEDBACK)
    feedback = (found.prose, clean_text(given).strip() if isinstance(given, str) else "")
    notes = (found.how, "; ".join(scores.repaired), left_out, no_confidence)
    return _made_review(
        score_ppm=scores.ppm,
        feedback="\n\n".join(filter(None, feedback)),
        suggestions=suggestions,
        criteria=scores.by_criterion,
        reason="; ".join(filter(None, notes)),
        is_repaired=bool(found.how or scores.repaired),
        confidence_ppm=confidence,
    )


def fault_in_review(text: str, *, criteria: Criteria, is_adversarial: bool = False) -> str:
    """Why a review that a person is about to give would count for nothing, and how it ends so that it counts; "" where
    it does."""
    review = read_review(text, criteria=criteria, draft="", is_adversarial=is_adversarial)
    if review.score_ppm is not None:
        return ""
    wanted = _Wanted(criteria=criteria.criteria, is_adversarial=is_adversarial)
    names = [criterion.id for criterion in criteria.criteria] if wanted.key == CRITERIA else [wanted.key.upper()]
    lines = " and ".join(f"'{name}: 0.8'" for name in names)
    return f"{review.reason}. End it with {'a line' if len(names) == 1 else 'lines'} such as {lines}."


def weighed(scores: Mapping[str, int], criteria: Sequence[Criterion]) -> int:
    """The weighted mean of a score for each criterion. One of their weights is above 0."""
    total = sum(criterion.weight_ppm for criterion in criteria)
    return sum(scores[criterion.id] * criterion.weight_ppm for criterion in criteria) // total


# --- where it stands -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a review has to give a score for."""

    criteria: tuple[Criterion, ...]
    is_adversarial: bool

    @property
    def key(self) -> str:
        """Of the object, the entry without which it is no review."""
        if self.is_adversarial:
            return SEVERITY
        return CRITERIA if self.criteria else SCORE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What was found: the prose around it, its entries, and which slips of form were mended (`how`)."""

    prose: str
    entries: Mapping[str, object]
    how: str = ""


_made_wanted, _made_said = maker(_Wanted), maker(_Said)


def _said_in(text: str, wanted: _Wanted) -> _Said:
    """The object of a review, or else its lines of scores. Raises NoObject."""
    found, fault = _objects_in(text, wanted.key)
    if found:
        begin, last = found[-1]
        if len(found) > 1 and any(each.entries[wanted.key] != last.entries[wanted.key] for _, each in found):
            raise NoObject(f"it gives two different {'scores' if wanted.key == SCORE else wanted.key}")
        before, is_fenced = _before(text[:begin]) if begin else ("", False)
        is_bare = not (is_fenced and _FENCE_BEHIND.match(text, last.end))
        slips = ("its form was mended" if last.is_mended else "", "it stood without a fence" if is_bare else "")
        behind = text[last.end :]
        behind = _FENCE_BEHIND.sub("", behind, count=1).strip() if behind else ""
        prose = "\n\n".join(filter(None, (before, behind)))
        return _made_said(prose=prose, entries=last.entries, how="; ".join(filter(None, slips)))
    lines = _score_lines(text, wanted)
    if lines is not None:
        return lines
    raise NoObject(fault or f"there is no JSON object with {wanted.key!r} at its end")


def _objects_in(text: str, key: str) -> tuple[list[tuple[int, ReadObject]], str]:
    """The objects that have `key`, with where each begins, and the fault of the last that can't be read."""
    found: list[tuple[int, ReadObject]] = []
    fault, behind, tried = "", 0, 0
    for begin in _openings(text):
        if begin < behind:
            continue
        if tried > CHARACTERS_TRIED_MAX:
            raise NoObject("too much in it begins like an object and is none")
        try:
            read = read_object(text, begin)
        except NoObject as refused:
            fault = f"its JSON can't be read: {refused}"
            tried += refused.characters + CHARACTERS_FOR_A_TRY
            continue
        behind = read.end
        tried += behind - begin
        if key in read.entries:
            found.append((begin, read))
            fault = ""
    return found, fault


def _openings(text: str) -> Iterator[int]:
    """Where an object may begin: at the beginning of a line, and anywhere in the last one that ends in one."""
    last = text.rstrip(" \t\r\n`")
    line = last.rfind("\n") + 1 if last.endswith("}") else len(text)
    yield from (found.start(1) for found in _OPENS.finditer(text, 0, line))
    while (at := text.find("{", line)) >= 0:
        yield at
        line = at + 1


def _before(text: str) -> tuple[str, bool]:
    """The prose before an object, without the fence in which that stands."""
    fence = _FENCE_BEFORE.search(text[-200:])
    cut = len(text) - (len(text[-200:]) - fence.start()) if fence else len(text)
    return text[:cut].strip(), fence is not None


def _score_lines(text: str, wanted: _Wanted) -> _Said | None:
    """A review that ends in lines such as `SCORE: 0.8`, as people write them."""
    names = {criterion.id: criterion.id for criterion in wanted.criteria} if wanted.key == CRITERIA else {}
    names |= {wanted.key: wanted.key, CONFIDENCE: CONFIDENCE}
    lines = text.rstrip().splitlines()
    given: dict[str, Word] = {}
    first = len(lines)
    for number in range(len(lines) - 1, max(-1, len(lines) - 1 - SCORE_LINES_MAX), -1):
        line = lines[number].strip()
        found = _LINE.match(line)
        name = names.get(found[1].strip().lower().replace(" ", "_")) if found else None
        if found is None or name is None:
            if line:
                break
            continue
        if name in given and given[name].text != found[2]:
            raise NoObject(f"it gives {name!r} twice, and not the same")
        given[name], first = Word(found[2].strip()), number
    by_criterion = {name: value for name, value in given.items() if name not in (wanted.key, CONFIDENCE)}
    entries: dict[str, object] = {name: value for name, value in given.items() if name in (wanted.key, CONFIDENCE)}
    if by_criterion:
        entries[CRITERIA] = by_criterion
    if wanted.key not in entries:
        return None
    prose = "\n".join(lines[:first]).strip()
    return _Said(prose=prose, entries=entries, how="its scores stood in lines instead of an object")


# --- what it says ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scores:
    ppm: int
    by_criterion: Mapping[str, int] = field(default_factory=dict)
    repaired: tuple[str, ...] = ()


_made_scores = maker(_Scores)


def _scores_of(said: _Said, wanted: _Wanted) -> _Scores:
    """Raises NoObject where one is missing or refused."""
    repaired: list[str] = []
    if wanted.key != CRITERIA:
        given = _score(said.entries[wanted.key], wanted.key, repaired)
        return _made_scores(ppm=PPM - given if wanted.is_adversarial else given, repaired=tuple(repaired))
    entries = said.entries[CRITERIA]
    if not isinstance(entries, dict):
        raise NoObject("its criteria are no object with a score for each")
    named = [criterion.id for criterion in wanted.criteria]
    missing = [name for name in named if name not in entries]
    if missing:
        raise NoObject(f"no score for {_listed(missing)}")
    strange = [name for name in entries if name not in named]
    if strange:
        raise NoObject(f"a score for {_listed(strange)}, which is no criterion")
    scores = {name: _score(entries[name], name, repaired) for name in named}
    return _Scores(ppm=weighed(scores, wanted.criteria), by_criterion=scores, repaired=tuple(repaired))


def _score(value: object, name: str, repaired: list[str]) -> int:
    if not isinstance(value, (Word, str)):
        raise NoObject(f"its {name} is no number")
    written = value.text if isinstance(value, Word) else value
    read = read_score(written)
    if read.ppm is None:
        raise NoObject(f"its {name} {read.reason}")
    if read.is_repaired or isinstance(value, str):
        repaired.append(f"its {name} was written {written.strip()!r}")
    return read.ppm


def _confidence(value: object) -> tuple[int | None, str]:
    """How sure the reviewer is. One that can't be read takes nothing from the review: it counts as not given."""
    if value is None or (isinstance(value, Word) and value.text == "null"):
        return None, ""
    try:
        return _score(value, CONFIDENCE, []), ""
    except NoObject as refused:
        return None, f"{refused} and was left out"


def _suggestions(value: object, draft: str) -> tuple[tuple[Suggestion, ...], str]:
    """The suggestions that can be read, and how many are left out."""
    if value is None:
        return (), ""
    if not isinstance(value, list):
        return (), "its suggestions are no list and were left out"
    passages = Passages(draft)
    kept = tuple(filter(None, (_suggestion(each, passages) for each in value[:SUGGESTIONS_MAX])))
    return kept, "" if len(kept) == len(value) else f"{len(value) - len(kept)} of its suggestions were left out"


def _suggestion(value: object, passages: Passages) -> Suggestion | None:
    """`{"passage": …, "change": …}`, or a text alone."""
    passage, change = "", value
    if isinstance(value, dict):
        change = next((value[key] for key in ("change", "text", "suggestion") if key in value), None)
        passage = value.get("passage", "")
    if not isinstance(change, str) or not change.strip() or len(change) > SUGGESTION_CHARACTERS_MAX:
        return None
    quoted = passages.find(passage) if isinstance(passage, str) else ""
    return _made_suggestion(text=clean_text(change).strip(), passage=quoted)


def _listed(names: Iterable[str]) -> str:
    shown = [f"{clean_text(name)!r:.60}" for name in names]
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
