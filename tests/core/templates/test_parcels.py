"""Does a parcel hold what a format needs, and is one that was changed on its way refused at the first place?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import WrongUse
from core.domain.ids import ParticipantId, TemplateId
from core.domain.participants import Participant
from core.rules.layers import RuleBook, RuleSetSpec
from core.templates.formats import SHIPPED_TEMPLATES
from core.templates.parcels import PARCEL_BYTES_MAX, Parcel, ParcelRefused, packed, read_parcel, write_parcel
from core.templates.participants import SHIPPED_PARTICIPANTS
from core.templates.template import Block, Template
from core.templates.unpacking import Arrival, ImportPlan, Standing, planned
from tests.core.rules.builders import rule
from tests.core.templates.making import HERE, PANEL, seat

CID = Participant(id=ParticipantId("cid"), name="Cid", model="ollama:llama3.2", system_prompt="Be Cid.")
PEOPLE = (*SHIPPED_PARTICIPANTS, CID)
NIGHT = RuleSetSpec(name="night", extends="evening", description="Quiet.")
EVENING = RuleSetSpec(name="evening", extends="own")
QUIET = replace(rule("quiet"), rule_set="night")
BOOK = RuleBook(rules=(QUIET, rule("mine")), sets=(NIGHT, EVENING))
NEEDY = replace(PANEL, rule_set="night", seats=(*PANEL.seats[:2], seat("cid", participant="cid"), PANEL.seats[3]))


def parcel_of(template: Template = NEEDY) -> Parcel:
    return packed(template, participants=PEOPLE, book=BOOK)


TEXT = write_parcel(parcel_of())


def refusal(text: str) -> str:
    with pytest.raises(ParcelRefused) as refused:
        read_parcel(text, origin="mine.json")
    return str(refused.value).split("\n")[0]


def changed(change: dict[str, Any] | None = None, **at: Any) -> str:
    plain = json.loads(TEXT) | (change or {})
    for path, value in at.items():
        part = plain
        *outer, last = path.split("__")
        for step in outer:
            part = part[int(step) if step.isdecimal() else step]
        part[last] = value
    return json.dumps(plain, indent=2)


def test_what_is_packed_is_unpacked_the_same() -> None:
    parcel = read_parcel(TEXT, origin="mine.json")

    assert parcel == parcel_of()
    assert [each.id for each in parcel.participants] == ["panelist", "cid", "judge"]
    assert (parcel.sets, parcel.rules) == ((NIGHT, EVENING), (QUIET,))


@pytest.mark.parametrize("template", SHIPPED_TEMPLATES, ids=lambda template: template.id)
def test_everything_that_ships_travels(template: Template) -> None:
    parcel = packed(template, participants=PEOPLE, book=RuleBook())

    assert read_parcel(write_parcel(parcel), origin="x") == parcel


def test_what_the_operator_calls_their_own_stays() -> None:
    assert "mine" not in {each.id for each in parcel_of().rules}
    assert parcel_of(replace(NEEDY, rule_set="own")).sets == ()


def test_a_format_that_seats_nobody_known_is_not_packed() -> None:
    with pytest.raises(WrongUse, match="no participant is called 'cid'"):
        packed(NEEDY, participants=SHIPPED_PARTICIPANTS, book=BOOK)


def test_the_first_place_that_differs_is_named() -> None:
    text = TEXT.replace('"Be Cid."', '"Be loud."')
    line = text[: text.index('"id": "cid",\n      "name"')].count("\n")

    assert refusal(text).startswith(f"mine.json:{line}:5: participants/1 is not what was packed: its digest is ")
    assert "steps/1 is not" in refusal(changed(template__steps__1__instruction="Lie."))
    assert "seats/0 is not" in refusal(changed(template__seats__0__role="judge"))
    assert "verdict is not" in refusal(changed(template__verdict__instruction="Find for me."))
    assert "template is not" in refusal(changed(template__rounds=9))
    assert "rules/0 is not" in refusal(changed(rules__0__priority=999))
    assert "sets/0 is not" in refusal(changed(sets__0__extends="own"))


def test_what_was_added_or_taken_out_is_found() -> None:
    plain = json.loads(TEXT)

    assert "rules/1 was not packed" in refusal(changed({"rules": plain["rules"] * 2}))
    assert "participants/2 was packed and is gone" in refusal(changed({"participants": plain["participants"][:2]}))
    assert "its digests are not those" in refusal(changed(digest="0" * 64))


def read_or_refused(text: str) -> Parcel | ParcelRefused:
    try:
        return read_parcel(text, origin="mine.json")
    except ParcelRefused as refused:
        return refused


@given(st.integers(0, len(TEXT) - 1), st.characters(codec="utf-8", categories=("L", "N", "P")))
def test_no_character_can_be_changed_unseen(at: int, character: str) -> None:
    text = TEXT[:at] + character + TEXT[at + 1 :]
    found = read_or_refused(text)

    assert found == parcel_of() or str(found).startswith("mine.json:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: this is no format that was exported"),
        ("id: small_panel\n", "1:1: this is no format that was exported: it is no JSON."),
        ("[]", "1:1: this is no format that was exported"),
        ('{"moot_format": 2}', "1:17: its form is 2, and this moot reads form 1."),
        ('{"moot_format": 1}', "1:1: it has no 'template'."),
        ('{"moot_format": 1, "moot_format": 1}', "1:1: this is no format that was exported"),
        ('{"moot_format": 1, "command": "rm"}', "1:31: an exported format has no 'command'."),
        ("[" * 200, "1:65: this nests more than 64 deep."),
        ('"' + "x" * PARCEL_BYTES_MAX + '"', "1:1: this is larger than"),
        ("{a: &a [x, x], b: [*a, *a]}", "1:1: this is no format that was exported: it is no JSON."),
        (TEXT.replace('"rounds": 2', '"rounds": NaN'), "1:1: this is no format that was exported: it is no JSON."),
        (TEXT.replace('"rounds": 2', '"rounds": 1e999'), "1:1: this is no format that was exported: it is no JSON."),
    ],
)
def test_what_is_no_parcel_is_refused(text: str, said: str) -> None:
    assert refusal(text).startswith(f"mine.json:{said}")


def test_everybodys_own_set_is_not_brought_by_anybody() -> None:
    parcel = replace(parcel_of(), sets=(RuleSetSpec(name="own", extends="nothing"),))

    assert "the set 'own' is everybody's own" in refusal(write_parcel(parcel))


def plan(parcel: Parcel, template: Template | None = None, **parts: Any) -> ImportPlan:
    known = {"participants": SHIPPED_PARTICIPANTS, "book": RuleBook(), "surroundings": HERE, **parts}
    return planned(parcel, template=template, **known)


def test_an_import_says_what_it_would_add_and_run() -> None:
    found = plan(parcel_of())

    assert {(each.kind, each.name): each.standing for each in found.arrivals} == {
        ("template", "small_panel"): Standing.NEW,
        ("participant", "panelist"): Standing.SAME,
        ("participant", "cid"): Standing.NEW,
        ("participant", "judge"): Standing.SAME,
        ("set", "night"): Standing.NEW,
        ("set", "evening"): Standing.NEW,
        ("rule", "night/quiet"): Standing.NEW,
    }
    assert (found.models, found.turns_max, found.plugins) == (("rehearsal", "ollama:llama3.2"), 5, ())
    assert len(found.actions) == len(QUIET.then)
    assert found.findings == ()


def test_what_is_called_the_same_and_is_another_is_told_apart() -> None:
    other = replace(CID, system_prompt="Be somebody.")
    found = plan(parcel_of(), replace(NEEDY, version=4), participants=(*SHIPPED_PARTICIPANTS, other), book=BOOK)

    assert found.replaced == (Arrival(kind="participant", name="cid", standing=Standing.OTHER),)
    assert found.arrivals[0].standing is Standing.SAME


def test_under_another_id_it_meets_nothing_of_its_name() -> None:
    found = plan(parcel_of(), as_id="other_panel")

    assert found.parcel.template.id == TemplateId("other_panel")


def test_a_format_without_bounds_is_looked_at_and_never_counted_through() -> None:
    endless = replace(PANEL, blocks=(Block(id="alone", times=10**12),), rounds=10**9)
    found = plan(read_parcel(write_parcel(packed(endless, participants=PEOPLE, book=BOOK)), origin="x"))

    assert found.turns_max == 0
    assert any("can't be how often a block is taken" in each.what for each in found.findings)
