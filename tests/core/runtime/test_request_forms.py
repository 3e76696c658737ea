"""Is a request whose fields hold something else refused by the field's name, whoever asks?"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from core.domain.errors import WrongUse
from core.domain.ids import SessionId
from core.runtime.refining_requests import RefinementRequest
from core.runtime.request_forms import FORMS
from core.runtime.requests import DebateRequest, ForkRequest
from tests.stage import Stage, start
from tests.virtual_time import in_virtual_time

MADE_BY_MOOT = {"SessionId", "tuple[Rule, ...]"}
"""What no script writes down by hand."""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("question", None),
        ("question", b"Shorten the rota?"),
        ("complexity", None),
        ("title", None),
        ("rounds", "3"),
        ("rounds", 2.5),
        ("rounds", True),
        ("cap_microusd", float("nan")),
        ("seed", "7"),
        ("casting", None),
        ("casting", "rehearsal"),
        ("casting", {"judge": 3}),
        ("casting", {3: "rehearsal"}),
        ("documents", "notes"),
        ("documents", None),
        ("dials", {"level": "3"}),
        ("answers", "number"),
        ("origin", None),
    ],
)
def test_what_a_debate_is_asked_with_amiss_is_refused_by_its_name(name: str, value: object) -> None:
    given: dict[str, Any] = {"question": "Shorten the rota?", name: value}

    with pytest.raises(WrongUse, match=rf"^{name}: .* can't be meant\. Give ") as refused:
        DebateRequest(**given)
    assert refused.value.where == name


@pytest.mark.parametrize(
    ("name", "value"),
    [("reviewers", "rehearsal"), ("iterations", "3"), ("is_pairwise", 1), ("criteria", {}), ("draft", None)],
)
def test_a_refinement_is_held_to_the_same(name: str, value: object) -> None:
    given: dict[str, Any] = {"brief": "A note", name: value}

    with pytest.raises(WrongUse, match=rf"^{name}: "):
        RefinementRequest(**given)


def test_a_fork_is_held_to_the_same() -> None:
    given: dict[str, Any] = {"session": SessionId("ab"), "at_seq": "3"}

    with pytest.raises(WrongUse, match=r"^at_seq: "):
        ForkRequest(**given)


@pytest.mark.parametrize("kind", [DebateRequest, RefinementRequest, ForkRequest])
def test_no_field_that_a_script_writes_goes_unchecked(kind: type[DebateRequest]) -> None:
    assert {str(each.type) for each in fields(kind)} <= {*FORMS, *MADE_BY_MOOT}


def test_a_wrong_request_records_nothing() -> None:
    async def work() -> None:
        moot = await Stage().drive()
        with pytest.raises(WrongUse, match=r"^rounds: .3. can.t be meant"):
            await start(moot, rounds="3")
        assert list(await moot.summaries()) == []
        await moot.stop()

    in_virtual_time(work)
