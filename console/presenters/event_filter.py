"""Which events and log lines does the operator want to see? A few words, each of which must hold.

`kind:RuleFired session:ab12 level>=warning seq>10 "over budget" -seat:judge` reads as it is written. A field that
nothing has is refused with the nearest name, because a filter that shows nothing looks like a log that holds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from console.presenters.event_entries import HEAD_FIELDS
from console.presenters.log_lines import LINE_FIELDS
from core.domain.errors import WrongUse, nearest
from core.domain.levels import Level, level_of
from core.ports.event_log import ANY_EVENT, Sought

if TYPE_CHECKING:
    from console.presenters.event_entries import Entry

FILTER_HELP = 'kind:RuleFired · session:ab12 · level>=warning · since:10m · words · "several words" · -word leaves out'
FILTER_CHARACTERS_MAX = 400

SINCE = "since"
BEGIN_ALIKE = ("session", "correlation", "cause")
"""Of these the first characters are given; any other text is looked for anywhere in the value."""

_TOKEN = re.compile(r'(?P<without>[-!])?(?:(?P<name>[A-Za-z_]\w*)(?P<compares>>=|<=|>|<|=|:))?(?P<value>"[^"]*"?|\S+)?')
_AGE = re.compile(r"(?:\d{1,6}[wdhms])+", re.ASCII)
_PART = re.compile(r"(\d+)([wdhms])", re.ASCII)
_UNIT_MS: Mapping[str, int] = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_LEVEL_WORDS: Mapping[str, Level] = {each.word: each for each in Level}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What can be named: kinds of events, and the fields of any of them or of a log line."""

    kinds: tuple[str, ...]
    fields: tuple[str, ...]

    def with_fields(self, names: Iterable[str]) -> Vocabulary:
        """The same, and what the lines at hand say besides: libraries have fields of their own."""
        return replace(self, fields=tuple(dict.fromkeys((*self.fields, *names))))


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `name` is "" for a word anywhere; `number` is the value where it is one, or a level or moment."""

    name: str
    compares: str
    value: str
    is_wanted: bool = True
    number: int | None = None

    def holds(self, entry: Entry) -> bool:
        """Does it hold of an entry? One that says nothing under that name can't be less or more than anything."""
        return self._says(entry) is self.is_wanted

    def _says(self, entry: Entry) -> bool:
        if not self.name:
            return self.value in entry.words().casefold()
        if self.name == SINCE:
            return self.number is not None and entry.at_ms >= self.number
        said = entry.value(self.name)
        if said is None:
            return False
        if self.compares in (">=", "<=", ">", "<"):
            return self.number is not None and isinstance(said, int) and _compared(said, self.compares, self.number)
        if isinstance(said, int):
            return said == self.number if self.number is not None else str(said).casefold() == self.value
        return _alike(said.casefold() if isinstance(said, str) else str(said), self.value, self.name, self.compares)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Made by `read_filter`; the empty one holds of everything. `text` is as it was written, but for its blanks."""

    text: str = ""
    terms: tuple[Term, ...] = ()

    def holds(self, entry: Entry) -> bool:
        """Is this one wanted?"""
        return all(term.holds(entry) for term in self.terms)

    def sought(self, vocabulary: Vocabulary) -> Sought:
        """As much of it as a log can tell without reading an event: whatever that leaves in is still to be asked
        `holds`."""
        kinds: frozenset[str] | None = None
        without: frozenset[str] = frozenset()
        session, from_ms = "", None
        for term in self.terms:
            match term:
                case Term(name="kind", is_wanted=is_wanted):
                    alike = frozenset(each for each in vocabulary.kinds if _alike_kind(each, term))
                    if is_wanted:
                        kinds = alike if kinds is None else kinds & alike
                    else:
                        without |= alike
                case Term(name="level", is_wanted=True, number=int(level)):
                    without |= frozenset(
                        each for each in vocabulary.kinds if not _compared(level_of(each), _equal(term.compares), level)
                    )
                case Term(name="session", compares=":" | "=", is_wanted=True) if len(term.value) > len(session):
                    session = term.value
                case Term(name="since", is_wanted=True, number=int(moment)):
                    from_ms = moment if from_ms is None else max(from_ms, moment)
                case _:
                    pass
        if not self.terms:
            return ANY_EVENT
        return Sought(kinds=kinds, without=without, session=session, from_ms=from_ms)


NO_FILTER = EventFilter()


def vocabulary_of(kinds: Iterable[type]) -> Vocabulary:
    """What can be named, given the kinds of events that there are."""
    known = tuple(kinds)
    own = {each.name for kind in known if is_dataclass(kind) for each in fields(kind)}
    names = dict.fromkeys((*HEAD_FIELDS, SINCE, *LINE_FIELDS, *sorted(own)))
    return Vocabulary(kinds=tuple(sorted(kind.__name__ for kind in known)), fields=tuple(names))


def read_filter(text: str, vocabulary: Vocabulary, *, now_ms: int) -> EventFilter:
    """The filter that these words mean; `now_ms` is what `since:10m` is counted from. Raises WrongUse, with the nearest
    word, where they mean none."""
    if len(text) > FILTER_CHARACTERS_MAX:
        raise WrongUse(f"a filter of more than {FILTER_CHARACTERS_MAX} characters is none.", now="Give fewer words.")
    terms = tuple(_term(found, vocabulary, now_ms) for found in _TOKEN.finditer(text) if found.group().strip())
    return EventFilter(" ".join(text.split()), tuple(term for term in terms if term.value))


def completion(text: str, vocabulary: Vocabulary) -> str:
    """The line with its last word completed: a field, a kind, a level. "" where nothing comes to mind."""
    before, _, word = text.rpartition(" ")
    sign, word = (word[0], word[1:]) if word[:1] in ("-", "!") else ("", word)
    found = next((each for each in _completions(word, vocabulary) if len(each) > len(word)), "")
    return f"{before} {sign}{found}".lstrip() if found else ""


def _completions(word: str, vocabulary: Vocabulary) -> Iterable[str]:
    if not word:
        return
    found = re.match(r"(kind|level)(>=|<=|>|<|=|:)", word)
    if found is None:
        yield from (f"{each}:" for each in vocabulary.fields if each.startswith(word.casefold()))
        return
    words = vocabulary.kinds if found[1] == "kind" else tuple(_LEVEL_WORDS)
    begun = word[found.end() :].casefold()
    yield from (f"{found.group()}{each}" for each in words if each.casefold().startswith(begun))


def _term(found: re.Match[str], vocabulary: Vocabulary, now_ms: int) -> Term:
    is_wanted = not found["without"]
    name, compares, value = (found["name"] or "").casefold(), found["compares"] or "", found["value"] or ""
    is_quoted = value.startswith('"')
    value = value.strip('"') if is_quoted else value
    if not name or (compares == ":" and value.startswith("//")):
        return Term("", "", (f"{name}:" if name else "") + value.casefold(), is_wanted)
    if name not in vocabulary.fields:
        now = (
            nearest(name, vocabulary.fields) or f"There are {', '.join(HEAD_FIELDS)}, {SINCE} and the fields of events."
        )
        raise WrongUse(f"nothing is called '{name}{compares}'.", now=now)
    number = _number(name, compares, value, now_ms)
    if (
        name == "kind"
        and value
        and not any(_alike_kind(each, Term(name, compares, value.casefold())) for each in vocabulary.kinds)
    ):
        raise WrongUse(f"no event is called {value!r:.80}.", now=nearest_kind(value, vocabulary.kinds))
    return Term(name, compares, value.casefold(), is_wanted, number)


def _number(name: str, compares: str, value: str, now_ms: int) -> int | None:
    """What a value is counted as; None for a word. Raises WrongUse where it would have to be a number and is none."""
    if not value:
        return None
    if name == "level":
        return _level(value)
    if name == SINCE:
        return _moment(value, now_ms)
    try:
        return int(value.replace("_", ""))
    except ValueError:
        if compares in (":", "="):
            return None
        raise WrongUse(
            f"{name}{compares} is held against a number, not {value!r:.80}.",
            now=f"Write {name}:{value:.40}, or a number.",
        ) from None


def _level(value: str) -> Level:
    found = [level for word, level in _LEVEL_WORDS.items() if word.startswith(value.casefold())]
    if len(found) != 1:
        raise WrongUse(
            f"level has no {value!r:.80}.", now=nearest(value, _LEVEL_WORDS) or f"There are {', '.join(_LEVEL_WORDS)}."
        )
    return found[0]


def _moment(value: str, now_ms: int) -> int:
    """Unix milliseconds of `10m`, `2h`, `3d` before now, or of a date and time where this machine stands."""
    if _AGE.fullmatch(value):
        return now_ms - sum(int(count) * _UNIT_MS[unit] for count, unit in _PART.findall(value))
    try:
        return round(datetime.fromisoformat(value).astimezone().timestamp() * 1_000)
    except (ValueError, OverflowError, OSError):
        raise WrongUse(
            f"{value!r:.80} is no moment.", now="Write 30s, 10m, 2h or 3d, or a moment such as 2026-11-20T14:30."
        ) from None


def _compared(said: int, compares: str, bound: int) -> bool:
    match compares:
        case ">=":
            return said >= bound
        case "<=":
            return said <= bound
        case ">":
            return said > bound
        case "<":
            return said < bound
        case _:
            return said == bound


def _equal(compares: str) -> str:
    return "=" if compares == ":" else compares


def _alike(said: str, value: str, name: str, compares: str) -> bool:
    if compares == "=":
        return said == value
    return said.startswith(value) if name in BEGIN_ALIKE else value in said


def _alike_kind(kind: str, term: Term) -> bool:
    return _alike(kind.casefold(), term.value, "kind", term.compares)


def nearest_kind(value: str, kinds: Collection[str]) -> str:
    """The kind that was meant, whatever its capitals."""
    by_word = {each.casefold(): each for each in kinds}
    close = nearest(value.casefold(), by_word)
    meant = next((kind for word, kind in by_word.items() if f"'{word}'" in close), "")
    return f"Did you mean {meant!r}?" if meant else "The page on events lists the kinds that there are."
