"""Which sessions does the operator want to see? A few words, each of which must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.kinds import KINDS as FLOWS
from console.presenters.kinds import flow_name
from core.domain.errors import WrongUse, nearest
from core.domain.status import Status
from core.domain.summary import EVALUATION
from core.domain.unasked import is_simulated

if TYPE_CHECKING:
    from core.domain.summary import SessionSummary
    from core.ports.catalogue import Label

FILTER_HELP = "words of it · state:running · kind:refinement · #tag · model:claude · is:archived · -word leaves out"

KEYS = ("state", "kind", "tag", "model", "is")
KINDS = ("archived", "rehearsal", "active", "fork", "simulated", EVALUATION)
STATE_WORDS = {"asks": Status.ESCALATED, "done": Status.COMPLETED, "stopped": Status.CANCELLED}
"""What the list calls a state, where that is another word than the state's own."""

LEFT_WORD = "left"
"""What the list calls one that would move on, and that nobody drives."""

SPEAK_WORD = "speak"
"""What the list calls one in which the operator is to speak."""

FILTER_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class _Term:
    key: str
    value: str
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Made by `read_filter`; the empty one shows whatever is neither archived nor a part of an evaluation."""

    text: str = ""
    terms: tuple[_Term, ...] = ()

    def holds(self, summary: SessionSummary, label: Label | None, *, is_left: bool = False) -> bool:
        """Is this session wanted? Archived ones, and those of evaluations, only where the filter speaks of them. One
        that `is_left`, because nobody drives it, is found by the state it was left in too."""
        if any(not self._speaks_of(kind) for kind in put_away(summary, label)):
            return False
        return all(_holds(term, summary, label, is_left=is_left) is term.is_wanted for term in self.terms)

    def _speaks_of(self, kind: str) -> bool:
        named = (term.value for term in self.terms if term.key == "is")
        return any(value == kind or (kind == EVALUATION and kind.startswith(value)) for value in named)


def put_away(summary: SessionSummary, label: Label | None) -> tuple[str, ...]:
    """Why a list leaves a session out unless the filter speaks of such; nothing for most."""
    archived = ("archived",) if label is not None and label.is_archived else ()
    return (*archived, EVALUATION) if summary.origin == EVALUATION else archived


def read_filter(text: str) -> SessionFilter:
    """The filter that these words mean. Raises WrongUse, with the nearest word, where they mean none."""
    terms = [_term(word) for word in text[:FILTER_CHARACTERS_MAX].split()]
    return SessionFilter(" ".join(text[:FILTER_CHARACTERS_MAX].split()), tuple(term for term in terms if term.value))


def _term(word: str) -> _Term:
    is_wanted = word[0] not in "-!"
    word = word if is_wanted else word[1:]
    if word.startswith("#"):
        return _Term("tag", word[1:].casefold(), is_wanted)
    key, colon, value = word.partition(":")
    if not colon or not key.isalpha() or value.startswith("//"):
        return _Term("", word.casefold(), is_wanted)
    key, value = key.casefold(), value.casefold()
    if key not in KEYS:
        raise WrongUse(f"no filter is called '{key}:'.", now=nearest(key, KEYS) or f"There are {_listed(KEYS)}.")
    states = (*(each.value for each in Status), *STATE_WORDS, LEFT_WORD, SPEAK_WORD)
    known = {"state": states, "is": KINDS, "kind": tuple(FLOWS)}.get(key)
    if known and value and not any(each.startswith(value) for each in known):
        raise WrongUse(f"{key}: has no {value!r}.", now=nearest(value, known) or f"It takes {', '.join(known)}.")
    return _Term(key, value, is_wanted)


def _listed(keys: tuple[str, ...]) -> str:
    return ", ".join(f"{key}:" for key in keys)


def _holds(term: _Term, summary: SessionSummary, label: Label | None, *, is_left: bool) -> bool:
    match term.key:
        case "state":
            words = [word for word, status in STATE_WORDS.items() if status is summary.status]
            words += [LEFT_WORD] if is_left else []
            words += [SPEAK_WORD] if summary.awaited_seat and not is_left else []
            return any(each.startswith(term.value) for each in (summary.status.value, *words))
        case "kind":
            return flow_name(summary).startswith(term.value)
        case "tag":
            return any(tag.casefold().startswith(term.value) for tag in (label.tags if label else ()))
        case "model":
            return any(term.value in model.casefold() for model in summary.models)
        case "is":
            return _is(term.value, summary, label)
        case _:
            return term.value in _words(summary, label)


def _is(value: str, summary: SessionSummary, label: Label | None) -> bool:
    kind = next(each for each in KINDS if each.startswith(value))
    if kind == "archived":
        return label is not None and label.is_archived
    if kind == "fork":
        return bool(summary.forked_from)
    if kind == EVALUATION:
        return summary.origin == EVALUATION
    if kind == "simulated":
        return any(map(is_simulated, summary.models))
    return summary.is_rehearsal if kind == "rehearsal" else not summary.status.is_over


def _words(summary: SessionSummary, label: Label | None) -> str:
    own = (label.title, *label.tags) if label else ()
    told = (summary.title, summary.motion, summary.session, summary.template, summary.status.value, summary.question)
    return " ".join((*own, *told)).casefold()
