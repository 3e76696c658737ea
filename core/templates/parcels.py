"""How does a format travel from one database to another, with all that it needs?

A parcel is a file with the format, the participants that it seats, and the set of rules that it names with those that
it stands upon. Each seat, step, participant, set and rule has its digest in the parcel, and the parcel has one of all:
whoever changes anything in it is told the first place that isn't what was packed. Digests tell a slip of the pen or a
careless edit; they are no signature, and whoever means harm can make them anew. So an import shows what it would run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from core.domain.errors import WrongUse
from core.domain.ids import DEFAULT_RULE_SET, Digest, ParticipantId, is_snake_case
from core.domain.participants import Checks, OnContentPolicy, Participant, Role
from core.domain.text import clean_text
from core.rules.layers import NOTHING, RuleBook, RuleSetSpec, ancestry, layer
from core.rules.rule import Rule, rule_from_plain, rule_to_plain
from core.rules.standard import STANDARD_RULE_SET
from core.templates.plain import plain_parts, read_record, template_from_plain, template_to_plain
from core.templates.template import Template
from core.written.problems import FileRefused, Problem
from core.written.tree import Entries, Items, Node, NotReadable, Scalar, read_tree

FORM = 1
"""How parcels are laid out; one of a later form is refused."""

PARCEL_BYTES_MAX = 2_000_000
PARTICIPANTS_MAX = 100
RULES_MAX = 1_000
SETS_MAX = 20

KEYS = ("moot_format", "template", "participants", "sets", "rules", "digests", "digest")

_LEFT_BEHIND = frozenset({STANDARD_RULE_SET, DEFAULT_RULE_SET, NOTHING})
"""Sets that everybody has, and whose rules are everybody's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A format and what it needs."""

    template: Template
    participants: tuple[Participant, ...] = ()
    sets: tuple[RuleSetSpec, ...] = ()
    rules: tuple[Rule, ...] = ()


class ParcelRefused(FileRefused):
    """A parcel was refused whole, with the first place that is not as it was packed."""

    def __init__(self, problem: Problem, *, origin: str) -> None:
        super().__init__([problem], origin=origin, holding="parts")


def packed(template: Template, *, participants: Sequence[Participant], book: RuleBook) -> Parcel:
    """The format with those of `participants` whom it seats, and its rules out of `book`. Rules of the sets `standard`
    and `own` stay: everybody has theirs. Raises WrongUse for a participant or a set that isn't there."""
    known = {each.id: each for each in participants}
    seated = dict.fromkeys(seat.participant for seat in template.seats)
    for id in seated:
        if id not in known:
            raise WrongUse(
                f"no participant is called {id!r}.", where=f"template {template.id}", now="Seat another one."
            )
    sets = ancestry(book, template.rule_set) if template.rule_set else ()
    carried = tuple(spec for spec in sets if spec.name not in _LEFT_BEHIND)
    rules = [placed.rule for spec in carried for placed in layer(book, spec.name)]
    return Parcel(
        template=template,
        participants=tuple(known[id] for id in seated),
        sets=carried,
        rules=tuple(rules),
    )


def write_parcel(parcel: Parcel) -> str:
    """The parcel as a text: JSON that a person can read, with its digests."""
    plain = _plain(parcel)
    digests = dict(_digests(plain))
    whole = {"moot_format": FORM, **plain, "digests": digests, "digest": _digest(digests)}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def read_parcel(text: str, *, origin: str) -> Parcel:
    """The parcel in a text. Raises ParcelRefused for one that isn't whole, or not what was packed, with the first place
    that differs. What a format holds is not checked here."""
    root = _tree(text, origin)

    def refuse(what: str, now: str, *path: str | int) -> ParcelRefused:
        node = _at(root, path)
        return ParcelRefused(Problem(line=node.line, column=node.column, what=what, now=now), origin=origin)

    plain = _json(text, refuse)
    if not isinstance(plain, dict) or "moot_format" not in plain:
        raise refuse("this is no format that was exported.", "'moot templates export' writes one.")
    if plain["moot_format"] != FORM:
        said = f"{plain['moot_format']!r:.20}"
        raise refuse(f"its form is {said}, and this moot reads form {FORM}.", "Update moot.", "moot_format")
    unknown = [key for key in plain if key not in KEYS]
    missing = [key for key in KEYS if key not in plain]
    if unknown:
        raise refuse(f"an exported format has no {unknown[0][:60]!r}.", "Export it anew.", unknown[0])
    if missing:
        raise refuse(f"it has no {missing[0]!r}.", "Export it anew.")
    _require_lists(plain, refuse)
    _require_as_packed(plain, refuse)
    return _parcel(plain, refuse)


def digest_of(template: Template) -> Digest:
    """What names a format by its content, as the catalogue does."""
    return _digest(template_to_plain(template))


Refuse = Callable[..., ParcelRefused]
Path = tuple[str | int, ...]


def _plain(parcel: Parcel) -> dict[str, Any]:
    return {
        "template": template_to_plain(parcel.template),
        "participants": [plain_parts(each) for each in parcel.participants],
        "sets": [plain_parts(spec) for spec in parcel.sets],
        "rules": [dict(rule_to_plain(rule)) for rule in parcel.rules],
    }


def _digests(plain: Mapping[str, Any]) -> Iterator[tuple[str, Digest]]:
    """Of each part its name and digest, the smallest parts first, so that the first that differs is near the place."""
    yield from ((name, _digest(part)) for name, part, _ in _parts(plain))


def _parts(plain: Mapping[str, Any]) -> Iterator[tuple[str, object, Path]]:
    template = plain["template"]
    for kind in ("seats", "steps", "dials", "blocks"):
        for number, part in enumerate(template.get(kind, ())):
            yield f"{kind}/{number}", part, ("template", kind, number)
    if template.get("verdict") is not None:
        yield "verdict", template["verdict"], ("template", "verdict")
    yield "template", template, ("template",)
    for kind in ("participants", "sets", "rules"):
        for number, part in enumerate(plain[kind]):
            yield f"{kind}/{number}", part, (kind, number)


def _digest(part: object) -> Digest:
    text = json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Digest(sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def _tree(text: str, origin: str) -> Node:
    """Where everything stands; refuses what is too large or nests too deep before anything else reads it."""
    try:
        if len(text.encode("utf-8", "surrogatepass")) > PARCEL_BYTES_MAX:
            raise NotReadable(f"this is larger than {PARCEL_BYTES_MAX} bytes.", now="Check which file it is.")
        root = read_tree(text)
    except NotReadable as error:
        problem = Problem(line=error.line, column=error.column, what=error.what, now=error.now)
        raise ParcelRefused(problem, origin=origin) from error
    return root if root is not None else Items(1, 1, ())


def _json(text: str, refuse: Refuse) -> object:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a name stands twice")
        return found

    def no_fraction(written: str) -> int:
        raise ValueError(f"{written[:40]} is no whole number")

    try:
        return json.loads(text, object_pairs_hook=once, parse_float=no_fraction, parse_constant=no_fraction)
    except (ValueError, RecursionError) as error:
        raise refuse(
            "this is no format that was exported: it is no JSON.", "'moot templates export' writes one."
        ) from error


def _require_lists(plain: Mapping[str, Any], refuse: Refuse) -> None:
    bounds = {"participants": PARTICIPANTS_MAX, "sets": SETS_MAX, "rules": RULES_MAX}
    for key, most in bounds.items():
        if not isinstance(plain[key], list):
            raise refuse(f"{key!r} is no list.", "Export it anew.", key)
        if len(plain[key]) > most:
            raise refuse(f"{len(plain[key])} {key}, and at most {most} are taken.", "Check which file it is.", key)
    if not isinstance(plain["template"], dict) or not isinstance(plain["digests"], dict):
        raise refuse("it holds no format with its digests.", "Export it anew.", "template")
    for kind in ("seats", "steps", "dials", "blocks"):
        if not isinstance(plain["template"].get(kind, []), list):
            raise refuse(f"the format's {kind} are no list.", "Export it anew.", "template", kind)


def _require_as_packed(plain: Mapping[str, Any], refuse: Refuse) -> None:
    said = plain["digests"]
    again = "It was changed since it was exported: ask for it anew."
    for name, part, path in _parts(plain):
        if name not in said:
            raise refuse(f"{name} was not packed: no digest names it.", again, *path)
        if said[name] != _digest(part):
            raise refuse(f"{name} is not what was packed: its digest is {_digest(part)[:12]}.", again, *path)
    names = {name for name, _, _ in _parts(plain)}
    lost = next((name for name in said if name not in names), None)
    if lost is not None:
        raise refuse(f"{lost[:60]} was packed and is gone.", again, "digests", lost)
    if plain["digest"] != _digest(said):
        raise refuse("its digests are not those that it was packed with.", again, "digest")


def _parcel(plain: Mapping[str, Any], refuse: Refuse) -> Parcel:
    def read(path: Path, reading: Callable[[Any], Any], part: object) -> Any:
        try:
            return reading(part)
        except (WrongUse, KeyError, TypeError, ValueError) as error:
            said = error.what if isinstance(error, WrongUse) else type(error).__name__
            raise refuse(f"this can't be read: {said}", "It was made by another moot.", *path) from error

    return Parcel(
        template=read(("template",), template_from_plain, plain["template"]),
        participants=tuple(
            read(("participants", number), _participant, part) for number, part in enumerate(plain["participants"])
        ),
        sets=tuple(read(("sets", number), _set, part) for number, part in enumerate(plain["sets"])),
        rules=tuple(read(("rules", number), rule_from_plain, part) for number, part in enumerate(plain["rules"])),
    )


def _set(plain: object) -> RuleSetSpec:
    spec = read_record(RuleSetSpec, plain, dict.fromkeys(("name", "extends", "description"), _text))
    if spec.name in _LEFT_BEHIND:
        raise WrongUse(f"the set {spec.name!r} is everybody's own.")
    return spec


def _participant(plain: object) -> Participant:
    participant = read_record(Participant, plain, _OF_A_PARTICIPANT)
    if not is_snake_case(participant.id):
        raise WrongUse(f"{participant.id[:60]!r} can't be the id of a participant.")
    return participant


def _text(value: object) -> str:
    if not isinstance(value, str) or clean_text(value) != value:
        raise WrongUse(f"{value!r:.60} is no text that can be shown.")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100_000:
        raise WrongUse(f"{value!r:.60} is no number from 0 to 100000.")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > PARTICIPANTS_MAX:
        raise WrongUse(f"{value!r:.60} is no list of texts.")
    return tuple(_text(each) for each in value)


def _role(value: object) -> Role | None:
    return None if value is None else Role(_text(value))


_OF_A_PARTICIPANT: Mapping[str, Callable[[object], Any]] = {
    "id": lambda value: ParticipantId(_text(value)),
    "name": _text,
    "model": _text,
    "system_prompt": _text,
    "temperature_milli": _number,
    "tokens_output_max": _number,
    "fallbacks": _texts,
    "content_policy": lambda value: OnContentPolicy(_text(value)),
    "checks": lambda value: Checks(_text(value)),
    "role": _role,
}


def _at(root: Node, path: Path) -> Node:
    """Where a part stands, or the nearest that it lies in."""
    node = root
    for step in path:
        found: Node | None = None
        if isinstance(node, Entries):
            found = next((value for key, value in node.entries if isinstance(key, Scalar) and key.text == step), None)
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            found = node.items[step]
        if found is None:
            break
        node = found
    return node
