"""How is a frozen record made, or made anew with some of its parts changed, at little cost?

What costs is that each part of a frozen record is set past its own lock. So it is made as a record of the same parts
that isn't frozen, and becomes one that is once it is complete: Python lets an object change to a class of the same
shape. The functions that do so are written once for each kind of record, as `dataclass` writes its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, ParamSpec, Protocol, TypeVar, cast

Record = TypeVar("Record")
OfRecord = TypeVar("OfRecord")
Parts = ParamSpec("Parts")

_Copier = Callable[[Any, dict[str, object]], Any]
_copiers: dict[type, _Copier] = {}
_unlocked: dict[type, type] = {}


class Changer(Protocol[OfRecord]):
    """Makes a record anew with the parts changed that it was written for."""

    def __call__(self, record: OfRecord, /, **parts: object) -> OfRecord: ...


def changed(record: Record, **parts: object) -> Record:
    """`record` with `parts` changed: `dataclasses.replace` for frozen records with slots, at a quarter of its cost.

    Nothing is validated: a `__post_init__` doesn't run. Raises AttributeError for a part that the record doesn't have.
    """
    kind = type(record)
    copier = _copiers.get(kind)
    if copier is None:
        copier = _copiers[kind] = _copier_of(kind)
    copy: Record = copier(record, parts)
    return copy


def changer(kind: type[Record], *parts: str) -> Changer[Record]:
    """`changed` for always the same `parts`, all of which it must be told: at half the cost, for what each turn does.

    Raises TypeError for a part that records of `kind` don't have.
    """
    kept = {name: f"_record.{name}" for name in _names_of(kind)}
    if unknown := [part for part in parts if part not in kept]:
        raise TypeError(f"{kind.__name__} has no part {', '.join(unknown)}")
    kept |= {part: part for part in parts}
    return cast("Changer[Record]", _written(kind, f"_record, /, *, {', '.join(parts)}", kept, {}))


def maker(kind: Callable[Parts, Record]) -> Callable[Parts, Record]:
    """What makes records of `kind` as calling it does, told the same by name, at a fourth of the cost.

    Raises TypeError for a kind that does more than to keep what it is told.
    """
    record_kind = cast("type[Any]", kind)
    if hasattr(record_kind, "__post_init__") or not all(each.init for each in fields(record_kind)):
        raise TypeError(f"{record_kind.__name__} does more than to keep what it is told")
    known: dict[str, object] = {"_untold": object()}
    told: list[str] = []
    kept: dict[str, str] = {}
    for each in fields(record_kind):
        told.append(each.name)
        kept[each.name] = each.name
        if each.default is not MISSING:
            known[f"_usual_{each.name}"] = each.default
            told[-1] = f"{each.name}=_usual_{each.name}"
        elif each.default_factory is not MISSING:
            known[f"_usual_{each.name}"] = each.default_factory
            told[-1] = f"{each.name}=_untold"
            kept[each.name] = f"_usual_{each.name}() if {each.name} is _untold else {each.name}"
    return cast("Callable[Parts, Record]", _written(record_kind, f"*, {', '.join(told)}", kept, known))


def _copier_of(kind: type) -> _Copier:
    lines = [
        "def _copier(_record, _parts):",
        "    _copy = _unlocked()",
        *(f"    _copy.{name} = _record.{name}" for name in _names_of(kind)),
        "    for _name, _part in _parts.items():",
        "        setattr(_copy, _name, _part)",
        "    _copy.__class__ = _kind",
        "    return _copy",
    ]
    copier: _Copier = _executed(lines, kind, {})["_copier"]
    return copier


def _written(kind: type, told: str, parts: Mapping[str, str], known: Mapping[str, object]) -> Any:
    """A function with the parameters `told`, which makes a record of `parts`, each given as an expression."""
    lines = [
        f"def _make({told}):",
        "    _made = _unlocked()",
        *(f"    _made.{name} = {expression}" for name, expression in parts.items()),
        "    _made.__class__ = _kind",
        "    return _made",
    ]
    return _executed(lines, kind, known)["_make"]


def _executed(lines: list[str], kind: type, known: Mapping[str, object]) -> dict[str, Any]:
    """What these lines define. All names in them that are not of our own records begin with `_`, as no part's does."""
    names: dict[str, Any] = {**known, "_kind": kind, "_unlocked": _unlocked_of(kind)}
    exec("\n".join(lines), names)
    return names


def _unlocked_of(kind: type) -> type:
    unlocked = _unlocked.get(kind)
    if unlocked is None:
        unlocked = _unlocked[kind] = type(f"Unlocked{kind.__name__}", (), {"__slots__": _names_of(kind)})
    return unlocked


def _names_of(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
