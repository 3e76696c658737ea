"""How do events and commands become bytes, and bytes of every release become events and commands again?

A kind is known by its class's name and by a version. Versions count from 1 and grow by one with each upcaster: a
function that turns the plain form of one version into the plain form of the next.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from hashlib import sha256
from json.encoder import encode_basestring
from operator import attrgetter, is_
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from core.domain.commands import Command, Envelope, Fork
from core.domain.errors import StorageFailed, WrongUse
from core.domain.events import Event, Inherited, SessionForked, Unreadable
from core.domain.ids import Digest
from storage.fitting import Fits, fits_of

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")
Plain = dict[str, Any]
Upcaster = Callable[[Plain], Plain]

HELD_CHARACTERS_MIN = 64
"""A command's text this long is not stored again where an event of its append holds it; naming the event takes about
as much room as a shorter one."""

REST = "*"
"""By this name an envelope says which event holds all fields of its command that no other is said to hold."""

CARRYING = (SessionForked, Fork)
"""Kinds that hold events in their `prefix`: each of those has its own kind and version, and is lifted alone."""

_NULL = b":null"
_SCALARS = (int, bool, type(None))
NOTHING_HELD: Mapping[str, int] = MappingProxyType({})


class EncodedEvent(NamedTuple):
    """An event as rows hold it: its stable kind, the version of that kind, its JSON in UTF-8."""

    kind: str
    version: int
    body: bytes


class _Telling(NamedTuple):
    """How a kind of events tells a kind of commands: by `values`, fields that both have, without the `rest`."""

    values: Callable[[object], Sequence[object]]
    rest: tuple[str, ...]


_ADAPTERS: dict[type, Any] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """The kind's adapter, built when it is first asked for: building all takes longer than the first frame may."""
    made: TypeAdapter[T] | None = _ADAPTERS.get(kind)
    if made is None:
        from pydantic import TypeAdapter

        made = _ADAPTERS[kind] = TypeAdapter(kind)
    return made


def to_plain(value: object) -> Any:
    """A dataclass as plain JSON values, lossless; any other value as it is."""
    if is_dataclass(value) and not isinstance(value, type):
        return adapter(type(value)).dump_python(value, mode="json", warnings="error")
    return value


def canonical_json(value: object) -> bytes:
    """The one JSON text of a value: keys sorted, no spaces, UTF-8. Dataclasses are taken in their plain form."""
    text = json.dumps(to_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def content_digest(value: object) -> Digest:
    """The hexadecimal SHA-256 of `canonical_json(value)`."""
    return Digest(sha256(canonical_json(value)).hexdigest())


class Codec:
    """Encodes what it knows; refuses, naming it, what it doesn't know. Safe to use from several threads.

    `kinds` are the classes of events and commands. `upcasters` are by kind and by the version that they lift by one.
    """

    def __init__(self, kinds: Iterable[type], upcasters: Mapping[tuple[str, int], Upcaster] | None = None) -> None:
        self._kinds: dict[str, type] = {}
        for kind in kinds:
            if self._kinds.setdefault(kind.__name__, kind) is not kind:
                raise WrongUse(f"Two kinds are called {kind.__name__!r}.", now="Give one another name.")
        self._upcasters = dict(upcasters or {})
        self._versions = {name: self._version(name) for name in self._kinds}
        self._holdable: dict[type, tuple[str, ...]] = {}
        self._shared: dict[tuple[type, type], frozenset[str]] = {}
        self._telling: dict[tuple[type, type], _Telling | None] = {}
        self._encoders: dict[type, tuple[str, int, Callable[..., bytes], Fits]] = {}
        self._decoders: dict[tuple[str, int], Callable[[bytes], Any]] = {}

    @property
    def kinds(self) -> Mapping[str, type]:
        """The classes known, by their stable names."""
        return self._kinds

    def encode_event(self, event: Event) -> EncodedEvent:
        """Raises StorageFailed for an event that could not be read back: of an unknown kind, or of wrong types."""
        kind, version, write, fits = self._encoders.get(type(event)) or self._encoder(type(event))
        try:
            body = write(event) if fits(event) else self._looked_at(event, write)
        except ValueError as error:
            raise _unwritable(kind, error) from error
        return EncodedEvent(kind, version, body)

    def decode_event(self, kind: str, version: int, body: bytes) -> Event:
        """The event, lifted to today's version. Raises StorageFailed for an unknown kind or a newer version."""
        read = self._decoders.get((kind, version)) or self._decoder(kind, version)
        try:
            return cast("Event", read(body))
        except (ValueError, KeyError, TypeError) as error:
            raise _unreadable(kind, version, error) from error

    def encode_envelope(self, envelope: Envelope, events: Sequence[Event]) -> bytes:
        """The envelope without what `events`, those of its own append, hold already: `held` says which has what."""
        command = envelope.command
        kind, version, write, fits = self._encoders.get(type(command)) or self._encoder(type(command))
        held = self._held(command, events)
        try:
            if REST in held:
                body = b"{}"  # the events are looked at while they are written themselves
            else:
                if not fits(command):
                    self._looked_at(command, write)
                body = write(command, exclude=set(held)) if held else write(command)
            head = (
                f'{{"kind":"{kind}","version":{version},"actor":{encode_basestring(envelope.actor)},"correlation":'
                f'{encode_basestring(envelope.correlation)},"held":{_references(held)},"command":'
            ).encode()
        except ValueError as error:
            raise _unwritable(kind, error) from error
        return head + body + b"}"

    def held_last(self, envelope: bytes) -> int:
        """How many events behind its own an envelope reaches for what it left out; 0 where it needs none."""
        if b'"held":{}' in envelope:
            return 0
        return max(_plain(envelope)["held"].values(), default=0)

    def decode_envelope(self, envelope: bytes, *, at_ms: int, bodies: Sequence[bytes]) -> Envelope:
        """The whole envelope again; `bodies` are those of its append's events, in order, as far as `held_last`."""
        stored = _plain(envelope)
        kind, version = stored["kind"], stored["version"]
        self._check(kind, version)
        plain = stored["command"]
        try:
            for name, at in stored["held"].items():
                event = _plain(bodies[at])
                plain.update(event if name == REST else {name: event[name]})
            command: object = self._read_plain(kind, version, plain)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise _unreadable(kind, version, error) from error
        return Envelope(
            command=cast("Command", command), actor=stored["actor"], at_ms=at_ms, correlation=stored["correlation"]
        )

    def read(
        self,
        kind: str,
        version: int,
        body: bytes,
        *,
        at_ms: int,
        envelope: bytes | None,
        bodies: Callable[[bytes], Sequence[bytes]],
    ) -> tuple[Event, Envelope | None]:
        """An event with the envelope that it has or hasn't, whose append's `bodies` are asked for only then. Where
        either can't be read, `Unreadable` stands for both."""
        try:
            event = self.decode_event(kind, version, body)
            if envelope is None:
                return event, None
            return event, self.decode_envelope(envelope, at_ms=at_ms, bodies=bodies(envelope))
        except StorageFailed as error:
            refused = error
        except (ValueError, KeyError, TypeError) as error:
            refused = _unreadable(kind, version, error)
        return Unreadable(kind=kind, version=version, why=refused.what, now=refused.now), None

    def _looked_at(self, value: object, write: Callable[..., bytes]) -> bytes:
        """The value's bytes. Raises ValueError where they couldn't be read back."""
        body = write(value, warnings="error")
        if _NULL in body:  # only a None where none may be is written without complaint
            adapter(type(value)).validate_json(body)
        return body

    def _encoder(self, cls: type) -> tuple[str, int, Callable[..., bytes], Fits]:
        kind = cls.__name__
        if self._kinds.get(kind) is not cls:
            raise StorageFailed(f"{kind} is no kind that the log knows.", now="Name it among the codec's kinds.")
        write = partial(self._write_carrying, cls) if cls in CARRYING else adapter(cls).serializer.to_json
        made = (kind, self._versions[kind], write, fits_of(cls))
        self._encoders[cls] = made
        return made

    def _decoder(self, kind: str, version: int) -> Callable[[bytes], Any]:
        self._check(kind, version)
        validator = adapter(self._kinds[kind]).validator
        read: Callable[[bytes], Any]
        if version == self._versions[kind] and self._kinds[kind] not in CARRYING:
            read = validator.validate_json
        else:

            def read(body: bytes) -> Any:
                return self._read_plain(kind, version, _plain(body))

        self._decoders[kind, version] = read
        return read

    def _read_plain(self, kind: str, version: int, plain: Plain) -> Any:
        """What plain values of any version that is known stand for."""
        plain = self._lift(kind, version, plain)
        if self._kinds[kind] in CARRYING:
            carried = [self._carried(each) for each in plain["prefix"]["events"]]
            plain = {**plain, "prefix": {**plain["prefix"], "events": carried}}
        return adapter(self._kinds[kind]).validate_python(plain)

    def _carried(self, plain: Plain) -> Inherited:
        kind, version = plain["kind"], plain["version"]
        self._check(kind, version)
        return Inherited(at_ms=plain["at_ms"], kind=kind, event=self._read_plain(kind, version, plain["event"]))

    def _write_carrying(self, cls: type[Any], value: object, *, exclude: Any = None, warnings: Any = "error") -> bytes:
        plain = adapter(cls).dump_python(value, mode="json", exclude=exclude, warnings=warnings)
        for each in plain["prefix"]["events"] if "prefix" in plain else ():
            if each["kind"] not in self._kinds:
                raise ValueError(f"{each['kind']} is no kind that the log knows")
            each["version"] = self._versions[each["kind"]]
        return _json(plain)

    def _version(self, kind: str) -> int:
        known = sorted(version for name, version in self._upcasters if name == kind)
        if known != list(range(1, len(known) + 1)):
            raise WrongUse(f"The upcasters of {kind} leave out a version: {known}.", now="They count from 1.")
        return len(known) + 1

    def _check(self, kind: str, version: int) -> None:
        if kind not in self._kinds:
            raise StorageFailed(f"The log holds a {kind}, which this moot doesn't know.", now="Update moot.")
        if not 1 <= version <= self._versions[kind]:
            raise StorageFailed(
                f"The log holds version {version} of {kind}; this moot knows it up to {self._versions[kind]}.",
                now="Update moot.",
            )

    def _lift(self, kind: str, version: int, plain: Plain) -> Plain:
        for lifted in range(version, self._versions[kind]):
            plain = self._upcasters[kind, lifted](plain)
        return plain

    def _held(self, command: Command, events: Sequence[Event]) -> Mapping[str, int]:
        """Which event holds which field; `REST` among them, where nothing of the command is left to be stored."""
        kind = type(command)
        rest = self._rest(command, events[0]) if events else None
        if rest is not None:
            held = self._long_ones_held(command, rest, events) if rest else NOTHING_HELD
            if len(held) == len(rest):
                return {REST: 0, **held}
        names = self._holdable.get(kind)
        if names is None:
            names = self._holdable[kind] = _holdable_names(kind)
        return self._long_ones_held(command, names, events)

    def _rest(self, command: Command, event: Event) -> Sequence[str] | None:
        """The command's fields beyond the event's, where all of the event's are the command's with the very values that
        it has."""
        pair = (type(command), type(event))
        try:
            telling = self._telling[pair]
        except KeyError:
            telling = self._telling[pair] = _telling(*pair)
        if telling is None or not all(map(is_, telling.values(command), telling.values(event))):
            return None
        return telling.rest

    def _long_ones_held(self, command: Command, names: Sequence[str], events: Sequence[Event]) -> Mapping[str, int]:
        """Of the fields of these `names`, those worth naming that an event has too."""
        kind = type(command)
        wanted = [name for name in names if _is_worth_naming(getattr(command, name))]
        if not wanted:
            return NOTHING_HELD
        held: dict[str, int] = {}
        for at, event in enumerate(events):
            pair = (kind, type(event))
            shared = self._shared.get(pair)
            if shared is None:
                shared = self._shared[pair] = _shared_names(*pair)
            for name in wanted:
                if name in shared and name not in held and _is_same(getattr(command, name), getattr(event, name)):
                    held[name] = at
        return held


def _references(held: Mapping[str, int]) -> str:
    """What `json.dumps` makes of it, at a tenth of its cost: the names are those of fields, and need no escapes."""
    return "{" + ", ".join([f'"{name}": {at}' for name, at in held.items()]) + "}"


def _holdable_names(command: type) -> tuple[str, ...]:
    """Fields whose values can be long. Ids and numbers are not worth a reference."""
    hints = typing.get_type_hints(command)
    return tuple(
        field.name
        for field in fields(command)
        if (hint := hints[field.name]) not in _SCALARS and not isinstance(hint, typing.NewType)
    )


def _shared_names(command: type, event: type) -> frozenset[str]:
    """Those of them that an event has too, in one type."""
    in_command, in_event = typing.get_type_hints(command), typing.get_type_hints(event)
    return frozenset(name for name in _holdable_names(command) if in_event.get(name) == in_command[name])


def _telling(command: type, event: type) -> _Telling | None:
    """None where the event has a field that the command hasn't, or of another type; and where it has but one."""
    in_command, in_event = typing.get_type_hints(command), typing.get_type_hints(event)
    if len(in_event) < 2 or not in_event.items() <= in_command.items():
        return None
    return _Telling(values=attrgetter(*in_event), rest=tuple(name for name in in_command if name not in in_event))


def _is_worth_naming(value: object) -> bool:
    return len(value) >= HELD_CHARACTERS_MIN if type(value) is str else is_dataclass(value)


def _is_same(value: object, other: object) -> bool:
    """True where one JSON text stands for both, of which `value` is worth naming. Equality alone is too little: True
    equals 1."""
    return type(other) is str and value == other if type(value) is str else value is other


def _plain(body: bytes) -> Plain:
    from pydantic_core import from_json

    return cast("Plain", from_json(body))


def _json(plain: Plain) -> bytes:
    from pydantic_core import to_json

    return to_json(plain)


def _unwritable(kind: str, error: Exception) -> StorageFailed:
    return StorageFailed(f"A {kind} can't be recorded: {_first_line(error)}.", now="Nothing was written.")


def _unreadable(kind: str, version: int, error: Exception) -> StorageFailed:
    return StorageFailed(
        f"A {kind} of version {version} can't be read: {_first_line(error)}.",
        now="Run `moot doctor`; restore the database from a copy.",
    )


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
