"""How are those who spoke hidden from whoever judges their words?

They go by letters, and so do their names where what was said gives them away. A name that no language has as a word
(`first_mind`, `east_2`) is hidden wherever it stands. One that is a word, such as `analyst`, is hidden only where it
names a speaker: in front of a colon, under what it wrote, or in `as the analyst said`; an analyst of a bank stays one.
So it is with the word that models of a family go by, and with whoever made them: they are hidden where one speaks of
itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from core.domain.ids import SeatId
from core.domain.participants import Seat
from core.domain.people import is_person
from core.domain.transcript import Turn, TurnKind
from core.domain.unasked import asks_no_model

HIDDEN_MODEL = "[a model]"
HIDDEN_MAKER = "[whoever made it]"
YOU = "You"

_NO_WORD = re.compile(r"[_\d]")
_NAMED_EXACTLY = re.compile(r"[-_:/.\d]")
"""A model's name with one of these in it is no word of any language."""

_SAYS = (
    r"(?:said|says|argued|argues|claimed|claims|wrote|writes|put|puts|holds|held|answered|answers|notes|noted|observed"
    r"|observes|conceded|concedes|asked|asks|replied|replies|suggests|suggested|points|pointed|rightly|has|did|does)"
)
_CALLED = r"(?:the )?"
_MARKS = r"[ \t>#*_\[(~–—-]{0,8}"
_ENDS = r"[ \t*_\])~]{0,8}"


_ITSELF = r"(?:(?:I am|I['\u2019]m|my name is|(?:speaking|answering|I speak|I answer) as) |(?-i:As) )"
_AN_AI = r"(?:(?:I am|I['\u2019]m)(?: an?| the)?|As an?) [^.\n]{0,40}?(?:AI|model\]?|assistant)[^.\n]{0,20}?"
_MADE = re.compile(
    rf"(?<!\w)({_AN_AI}\b(?:made|developed|trained|created|built) by )[A-Z][\w&-]*(?: (?:DeepMind|AI|Labs)\b)?"
)
_FAMILY = re.compile(r"[a-z]{3,}")
FAMILIES_MAX = 64


def without_ids(said: str, letters: Mapping[SeatId, str]) -> str:
    """What was said, without the names of seats that are words of no language."""
    names = {seat.replace("_", " "): letter for seat, letter in letters.items() if _NO_WORD.search(seat)}
    if not names:
        return said
    return re.sub(
        rf"(?<!\w)(?:{_any_of(names)})(?!\w)",
        lambda found: f"Speaker {names[_plain(found[0])]}",
        said,
        flags=re.IGNORECASE | re.ASCII,
    )


def without_names(said: str, letters: Mapping[SeatId, str], models: Iterable[str]) -> str:
    """What was said, without anything that names who said it: seats, whatever they are called, and models."""
    said = without_ids(_without_models(said, models), letters)
    names = {seat: letter for seat, letter in letters.items() if not _NO_WORD.search(seat)}
    if not names:
        return said
    named = _by_letter(names)
    for pattern in _naming(_any_of(names)):
        said = re.sub(pattern, named, said, flags=re.IGNORECASE | re.MULTILINE)
    return said


def models_of(seats: Iterable[Seat]) -> tuple[str, ...]:
    """The names of models that would give a seat away where one says which it is: routes, and their models alone."""
    routes = [route for seat in seats for route in seat.participant.routes]
    names = {name for route in routes for name in (route, route.partition(":")[2])}
    return tuple(sorted((name for name in names if _NAMED_EXACTLY.search(name)), key=lambda name: (-len(name), name)))


def by_letter(turns: Sequence[Turn], letters: Mapping[SeatId, str]) -> tuple[Turn, ...]:
    """`turns`, those who spoke in a round in the order of their letters.

    Whatever stands beside them, such as what the operator said, comes before or behind all of them: between two it
    would keep one of them in front in either order.
    """
    first = {turn.round: place for place, turn in reversed(list(enumerate(turns))) if turn.seat in letters}
    keyed = [
        (turn.round, _phase(turn, place, first, letters), letters.get(turn.seat, ""), place, turn)
        for place, turn in enumerate(turns)
    ]
    return tuple(entry[-1] for entry in sorted(keyed, key=lambda entry: entry[:-1]))


def _phase(turn: Turn, place: int, first: Mapping[int, int], letters: Mapping[SeatId, str]) -> int:
    if turn.kind is TurnKind.ARGUMENT and turn.seat in letters:
        return 1
    return 0 if place < first.get(turn.round, place + 1) else 2


def _naming(names: str) -> tuple[str, ...]:
    """Where a word names a speaker: what comes before it, the word, and what comes behind."""
    return (
        rf"^({_MARKS}){_CALLED}({names})((?:[ \t]*\([^)\n]{{0,40}}\))?{_ENDS}:)",
        rf"^({_MARKS}){_CALLED}({names})({_ENDS})$",
        rf"(?<!\w)(as )the ({names})( {_SAYS})(?!\w)",
        rf"(?<!\w)(I (?:agree|disagree) with |I answer |I concede to )the ({names})()(?!\w)",
        rf"(?<!\w)(Dear |@)(?:the )?({names})()(?!\w)",
        rf"(?<!\w)((?:speaking|I speak|I sit|I answer|I write) as )(?:the )?({names})()(?!\w)",
        rf"(?<!\w)(As |I, |I am )the ({names})(,| here)",
    )


def _by_letter(names: Mapping[SeatId, str]) -> Callable[[re.Match[str]], str]:
    letters = {_plain(seat): letter for seat, letter in names.items()}
    return lambda found: f"{found[1]}Speaker {letters[_plain(found[2])]}{found[3]}"


def _without_models(said: str, models: Iterable[str]) -> str:
    models = tuple(models)
    pattern = "|".join(re.escape(name) for name in models)
    if not pattern:
        return said
    said = re.sub(rf"(?<![\w-])(?:{pattern})(?![\w-])", HIDDEN_MODEL, said, flags=re.IGNORECASE)
    return _MADE.sub(rf"\1{HIDDEN_MAKER}", _without_families(said, models))


def _without_families(said: str, models: Iterable[str]) -> str:
    """What was said, without `I am Claude`: by any word of `anthropic:claude-opus` a model may call itself."""
    routes = (name for name in models if ":" in name and not asks_no_model(name) and not is_person(name))
    families = sorted({family for route in routes for family in _FAMILY.findall(route.casefold())})[:FAMILIES_MAX]
    if not families:
        return said
    named = (
        rf"(?<!\w)({_ITSELF})(?:{'|'.join(families)})(?:[ -]?\d[\w.-]*)?(?=[ \t]*[,.;:!?)\n]|[ \t]+(?:I|and|by)\b|$)"
    )
    return re.sub(named, rf"\1{HIDDEN_MODEL}", said, flags=re.IGNORECASE)


def _any_of(names: Iterable[str]) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(name.replace("_", " ")).replace(r"\ ", "[ _-]") for name in longest_first)


def _plain(name: str) -> str:
    return re.sub("[_-]", " ", name).casefold()
