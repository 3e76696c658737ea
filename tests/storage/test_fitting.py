"""Is a record said to fit only where looking at it would find nothing?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.commands import COMMANDS
from storage.codec import adapter
from storage.fitting import fits_of
from tests.storage.test_codec import EVENTS

Name = NewType("Name", str)


class Colour(StrEnum):
    RED = "red"


class Words(str):
    """Not just a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    name: Name = Name("n")
    text: str = "t"
    number: int = 1
    is_so: bool = True
    colour: Colour = Colour.RED
    perhaps: Name | None = None
    several: tuple[str, ...] = ("a", "b")
    inputs: Mapping[str, int | str] = field(default_factory=lambda: {"a": 1, "b": "two"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    plain: Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    plains: tuple[Plain, ...] = ()


def test_a_record_of_simple_parts_fits() -> None:
    assert fits_of(Plain)(Plain())
    assert fits_of(Plain)(Plain(perhaps=Name("so"), several=(), inputs={}))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("name", 3),
        ("text", None),
        ("text", Words("more than a text")),
        ("number", True),
        ("number", 1.0),
        ("is_so", 1),
        ("colour", "red"),
        ("perhaps", 3),
        ("several", ["a", "b"]),
        ("several", ("a", None)),
        ("inputs", {"a": None}),
        ("inputs", {"a": 1.5}),
        ("inputs", {1: "a"}),
        ("inputs", {"a": True}),
        ("inputs", MappingProxyType({"a": 1})),
    ],
)
def test_a_part_of_another_type_does_not_fit(part: str, value: object) -> None:
    assert not fits_of(Plain)(replace(Plain(), **{part: value}))  # type: ignore[arg-type]


def test_what_holds_records_is_left_to_be_looked_at() -> None:
    assert not fits_of(Nested)(Nested(plain=Plain()))
    assert not fits_of(Several)(Several(plains=(Plain(),)))
    assert fits_of(Several)(Several())


@given(value=EVENTS | st.one_of(*(st.from_type(kind) for kind in COMMANDS)))
def test_what_fits_is_written_without_complaint_and_can_be_read(value: object) -> None:
    if fits_of(type(value))(value):
        body = adapter(type(value)).serializer.to_json(value, warnings="error")

        assert adapter(type(value)).validate_json(body) == value


@given(value=EVENTS.filter(lambda each: bool(fields(each))), data=st.data())
def test_nothing_fits_that_a_strange_part_is_in(value: object, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([each.name for each in fields(value)]))  # type: ignore[arg-type]

    assert not fits_of(type(value))(replace(value, **{name: object()}))  # type: ignore[type-var]
