"""Does the dialog show what a debate will take before it starts, and say each fault where it was made?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, Static, TextArea

from console.presenters.debate_plan import evidence_read, plan_lines
from console.screens.dialogs import starting
from console.screens.dialogs.frame import Keys
from console.screens.dialogs.new_debate import NewDebateDialog
from console.widgets.choices import Choices
from core.domain.errors import PricesUnknown, WrongUse
from core.domain.ids import Digest
from core.domain.participants import Seat
from core.domain.steps import Document
from core.runtime.requests import DebatePlan, DebateRequest
from core.templates.participants import PARTICIPANTS_BY_ID
from core.templates.standard import STANDARD_TEMPLATES
from tests.builders import an_estimate
from tests.console.screens.host import Host, text_of, typed, until

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from textual.pilot import Pilot

    from console.price_file import Amounts

ROUNDS_MAX = 100
MOTION_MAX = 60
RULE_SETS = ("night", "own", "standard")


async def plan(request: DebateRequest) -> DebatePlan:
    """As the door answers, from the shipped formats; it knows one paid model."""
    template = next(each for each in STANDARD_TEMPLATES if each.id == (request.template_id or "standard_debate"))
    for model in request.casting.values():
        if model not in ("rehearsal", "claude"):
            raise WrongUse(f"no provider serves {model!r}.", now="Did you mean 'claude'?")
    if request.rounds is not None and not 1 <= request.rounds <= ROUNDS_MAX:
        raise WrongUse(f"{request.rounds} can't be the number of rounds.")
    if request.rules not in ("", *RULE_SETS):
        raise WrongUse(f"no rule set is called {request.rules!r}.", now="Did you mean 'night'?")
    if len(request.question) > MOTION_MAX:
        raise WrongUse("the motion is too long.")
    model = request.casting.get("", "rehearsal")
    seats = tuple(
        Seat(id=spec.id, role=spec.role, participant=replace(PARTICIPANTS_BY_ID[spec.participant], model=model))
        for spec in template.seats
    )
    rounds = request.rounds or template.rounds
    return DebatePlan(
        template=template,
        seats=seats,
        rounds=rounds,
        estimate=an_estimate(
            minutes=0 if model == "rehearsal" else template.minutes_expected * rounds // template.rounds,
            cost_microusd=0 if model == "rehearsal" else template.cost_microusd_expected,
        ),
        cap_microusd=request.cap_microusd,
        is_rehearsal=model == "rehearsal",
        notes=(),
    )


def dialog(defaults: DebateRequest | None = None, **fields: Any) -> Host:
    return Host(lambda _: NewDebateDialog(plan, STANDARD_TEMPLATES, defaults, **fields))


def is_in_sight(app: Host) -> bool:
    """Does the field that has the focus stand where the operator can see it?"""
    fields = app.screen.query_one(".fields")
    return app.focused is not None and fields.region.overlaps(app.focused.region) and app.focused.region.width > 3


def plan_shown(app: Host) -> str:
    return str(app.screen.query_one("#plan", Static).render())


def fault_at(app: Host, place: str) -> str:
    return str(app.screen.query_one(f"#{place}-fault", Static).render())


async def put(pilot: Pilot[Any], id: str, text: str) -> None:
    pilot.app.screen.query_one(f"#{id}", Input).value = text
    await pilot.pause()


async def test_a_rehearsal_takes_seconds_and_nothing_else_in_every_format() -> None:
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "a few seconds a turn · $0.00" in plan_shown(app))

        assert "a rehearsal: no model is asked" in plan_shown(app)
        assert text_of(app).count("seconds  $0.00") == len(STANDARD_TEMPLATES)
        assert " min" not in text_of(app)


async def test_minutes_and_dollars_of_every_format_show_before_anything_is_written() -> None:
    app = dialog(DebateRequest(question="", casting={"": "claude"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "about 15 min (8 to 30) · about $0.15 ($0.075 to $0.30)" in plan_shown(app))

        for minutes, dollars in ((" 8", "$0.065"), ("15", "$0.15"), ("25", "$0.27")):
            assert f"{minutes} min  {dollars:>6}" in text_of(app)


async def test_what_the_formats_take_follows_who_is_cast() -> None:
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "seconds  $0.00" in text_of(app))
        await put(pilot, "cast-everyone", "claude")
        await until(pilot, lambda: "25 min   $0.27" in text_of(app))
        await put(pilot, "cast-everyone", "claud")
        await until(pilot, lambda: "min" not in text_of(app))

        assert "no provider serves 'claud'" in fault_at(app, "seats")


async def test_where_some_seats_are_rehearsed_the_models_of_the_others_alone_are_named() -> None:
    asked = await plan(DebateRequest(question="?", casting={"": "claude"}))
    judge = asked.seats[-1]
    mixed = replace(
        asked, seats=(*asked.seats[:-1], replace(judge, participant=replace(judge.participant, model="rehearsal")))
    )

    takes, played = plan_lines(mixed)

    assert takes.endswith("asks claude")
    assert "the rest is rehearsed" in played


async def test_another_format_changes_seats_minutes_and_what_it_says_of_itself() -> None:
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        reviewer = app.screen.query_one("#seat-reviewer")
        assert not reviewer.display
        app.screen.query_one(Choices).focus()
        await pilot.press("3")
        await until(pilot, lambda: "Complex debate" in plan_shown(app))

        assert reviewer.display
        assert "reviewer" in str(app.screen.query_one("#about", Static).render())


async def test_a_model_that_is_paid_shows_its_price_and_its_name() -> None:
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await put(pilot, "cast-everyone", "claude")
        await until(pilot, lambda: "asks claude" in plan_shown(app))

        assert "about $0.15" in plan_shown(app)


async def test_what_was_written_becomes_the_request(tmp_path: Path) -> None:
    evidence = tmp_path / "my notes.md"
    evidence.write_text("The rota is short.")
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "Should we?")
        for id, text in (
            ("cast-judge", "claude"),
            ("evidence", f"'{evidence}'"),
            ("rounds", "2"),
            ("budget", "0.25"),
            ("seed", "7"),
        ):
            await put(pilot, id, text)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(app.results))

    request = app.results[0]
    assert request.question == "Should we?"
    assert (request.template_id, request.rounds, request.cap_microusd, request.seed) == (
        "standard_debate",
        2,
        250_000,
        7,
    )
    assert request.casting == {"judge": "claude"}
    assert [document.name for document in request.documents] == ["my notes.md"]


async def test_a_debate_without_a_motion_does_not_start_and_the_motion_is_asked_for() -> None:
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await put(pilot, "seed", "3")
        app.screen.query_one("#seed").focus()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(fault_at(app, "motion")))

        assert app.results == []
        assert app.focused is app.screen.query_one("#motion")


async def test_what_a_start_lacks_is_said_until_it_is_there() -> None:
    app = dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(fault_at(app, "motion")))
        await put(pilot, "seed", "wrong")
        await until(pilot, lambda: bool(fault_at(app, "seed")))

        assert fault_at(app, "motion")


@pytest.mark.parametrize(
    ("place", "id", "text", "why"),
    [
        ("seats", "cast-judge", "claud", "no provider serves 'claud'. Did you mean 'claude'?"),
        ("evidence", "evidence", "/nowhere/x.md", "there is no such file or folder"),
        ("evidence", "evidence", "'open", "A quotation mark is open"),
        ("rounds", "rounds", "many", "'many' is no number of rounds"),
        ("rounds", "rounds", "101", "101 can't be the number of rounds"),
        ("budget", "budget", "cheap", "'cheap' is no amount"),
        ("seed", "seed", "-1", "'-1' is no seed"),
    ],
)
async def test_a_fault_is_said_at_its_field_while_it_is_written(place: str, id: str, text: str, why: str) -> None:
    app = dialog(DebateRequest(question="Should we?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await put(pilot, id, text)
        await until(pilot, lambda: why in fault_at(app, place))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.focused is not None and (app.focused.id or "").startswith(id[:4]))
        assert app.results == []
        await put(pilot, id, "")
        await until(pilot, lambda: not fault_at(app, place))


async def test_a_motion_too_long_is_refused_at_the_motion_whatever_else_is_written() -> None:
    app = dialog(DebateRequest(question="so on " * 20, casting={"judge": "claude"}, rounds=2))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "too long" in fault_at(app, "motion"))

        assert "can't be held" in plan_shown(app)


ASKED = DebateRequest(
    question="Should\nwe?",
    template_id="simple_debate",
    casting={"judge": "claude"},
    documents=(Document(name="notes.md", digest=Digest("ab"), text="The rota is short."),),
    rounds=1,
)


async def test_what_is_given_at_first_stands_in_the_fields_and_comes_back_unchanged() -> None:
    app = dialog(ASKED)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "notes.md" in str(app.screen.query_one("#read", Static).render()))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(app.results))

    assert app.results == [ASKED]


async def test_a_start_that_is_refused_says_so_at_the_evidence_and_loses_nothing() -> None:
    started: list[DebateRequest] = []

    async def start(request: DebateRequest) -> None:
        if request.rounds == 1:
            raise WrongUse("nothing in notes.md speaks about it.")
        started.append(request)

    app = dialog(ASKED, start=start)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "nothing in notes.md speaks about it." in fault_at(app, "evidence"))
        assert app.focused is app.screen.query_one("#evidence")
        await until(pilot, lambda: "Simple debate" in plan_shown(app))
        assert "speaks about it" in fault_at(app, "evidence")
        await put(pilot, "rounds", "2")
        await until(pilot, lambda: not fault_at(app, "evidence"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(app.results))

    assert app.results == started == [replace(ASKED, rounds=2)]


async def test_a_start_under_way_can_be_neither_left_nor_doubled() -> None:
    calls: list[DebateRequest] = []
    go_on = asyncio.Event()

    async def start(request: DebateRequest) -> None:
        calls.append(request)
        await go_on.wait()

    app = dialog(ASKED, start=start)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(calls))
        await pilot.press("escape", "ctrl+s", "ctrl+s")
        assert app.results == []
        go_on.set()
        await until(pilot, lambda: bool(app.results))

    assert calls == [ASKED]


async def test_enter_moves_on_and_never_starts() -> None:
    app = dialog(DebateRequest(question="Should we?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#format")
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#cast-everyone")
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#cast-proposer")

        assert app.results == []


async def test_a_click_on_the_hint_about_lines_breaks_the_motions_line() -> None:
    app = dialog(DebateRequest(question="Should"))
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one("#seed").focus()
        bar = app.screen.query_one(Keys)
        await pilot.click(bar, offset=(next(x for x in range(80) if bar.action_at(x) == "break_line"), 0))

        assert app.screen.query_one("#motion", TextArea).text == "Should\n"
        assert app.focused is app.screen.query_one("#motion")


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (40, 10)])
async def test_every_field_can_be_reached_and_seen_with_the_plan_in_sight(size: tuple[int, int]) -> None:
    app = dialog()
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "a few seconds" in plan_shown(app))
        for _ in range(len(app.screen.focus_chain)):
            await pilot.press("tab")
            await until(pilot, lambda: is_in_sight(app))
            assert "esc" in text_of(app)
            assert "a few seconds" in text_of(app)


def test_a_plan_of_nothing_says_so_and_evidence_is_counted() -> None:
    document = Document(name="a.md", digest=Digest("ab"), text="x" * 20)

    assert plan_lines(None) == ("This can't be held as it stands.",)
    assert evidence_read((document,)) == "✓ 1 file, 20 characters: a.md"
    assert evidence_read(()) == ""


async def test_starting_while_a_look_is_due_starts_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = asyncio.Event()

    async def waiting_plan(request: DebateRequest) -> DebatePlan:
        await gate.wait()
        return await plan(request)

    monkeypatch.setattr(starting, "LOOK_AFTER_SECONDS", 0.02)
    app = Host(lambda _: NewDebateDialog(waiting_plan, STANDARD_TEMPLATES, ASKED))
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one("#rounds", Input).value = "2"
        await pilot.press("ctrl+s")
        await pilot.pause(0.1)  # the look that was due would break off the start in this time
        gate.set()
        await until(pilot, lambda: bool(app.results))

    assert app.results == [replace(ASKED, rounds=2)]


async def test_a_look_that_came_due_while_the_start_key_was_on_its_way_breaks_off_no_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(starting, "LOOK_AFTER_SECONDS", 3_600)
    app = dialog(ASKED)
    async with app.run_test(size=(80, 24)) as pilot:
        await put(pilot, "rounds", "2")
        screen = app.screen
        assert isinstance(screen, NewDebateDialog)
        assert screen._waiting is not None
        came_due = screen._waiting._callback
        assert came_due is not None
        screen.call_later(screen.action_start)
        screen.call_later(came_due)
        await until(pilot, lambda: bool(app.results))

    assert app.results == [replace(ASKED, rounds=2)]


async def test_the_name_of_a_model_or_participant_is_completed() -> None:
    known = ["anthropic:swift-1", "my_skeptic"]
    app = dialog(names=lambda: known)
    async with app.run_test(size=(100, 40)) as pilot:
        cast = app.screen.query_one("#cast-everyone", Input)
        cast.focus()
        await typed(pilot, "my")
        await until(pilot, lambda: "my_skeptic" in text_of(app))
        await pilot.press("right")
        assert cast.value == "my_skeptic"

        cast.value = ""
        known.append("ollama:found-meanwhile")
        await typed(pilot, "ol")
        await until(pilot, lambda: "ollama:found-meanwhile" in text_of(app))


class Register:
    """Knows no price until it is given one."""

    def __init__(self) -> None:
        self.prices: dict[str, Amounts] = {}
        self.started: list[DebateRequest] = []

    async def plan(self, request: DebateRequest) -> DebatePlan:
        unknown = [model for model in request.casting.values() if ":" in model and model not in self.prices]
        if unknown:
            raise PricesUnknown(unknown)
        known = {role: "claude" if ":" in model else model for role, model in request.casting.items()}
        return await plan(replace(request, casting=known))

    def keep(self, model: str, amounts: Amounts) -> None:
        if amounts == (1, 1):
            raise WrongUse("it has another price there.", where="prices.toml", now="Change it in that file.")
        self.prices[model] = amounts

    async def start(self, request: DebateRequest) -> None:
        self.started.append(request)

    def dialog(self, **fields: Any) -> Host:
        asked = DebateRequest(question="Split it?", casting={"": "openai:mine", "judge": "groq:mine"})
        return Host(lambda _: NewDebateDialog(self.plan, STANDARD_TEMPLATES, asked, start=self.start, **fields))


async def test_a_price_that_nobody_knows_is_asked_for_when_it_is_to_start_and_then_it_starts() -> None:
    register = Register()
    app = register.dialog(keep_price=register.keep)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "It is asked for when you start." in fault_at(app, "seats"))
        assert "What openai:mine and groq:mine cost is not known." in fault_at(app, "seats")
        assert "--price" not in text_of(app)

        await pilot.press("ctrl+s")
        await until(pilot, lambda: "What openai:mine costs" in text_of(app))
        await typed(pilot, "1.25")
        await pilot.press("enter")
        await typed(pilot, "$10")
        await pilot.press("enter")
        await until(pilot, lambda: "What groq:mine costs" in text_of(app))
        await pilot.press("0", "enter", "0", "enter")
        await until(pilot, lambda: bool(app.results))

    assert register.prices == {"openai:mine": (Decimal("1.25"), Decimal(10)), "groq:mine": (Decimal(0), Decimal(0))}
    assert len(register.started) == 1


async def test_who_leaves_the_question_for_a_price_is_back_where_they_wrote_and_nothing_started() -> None:
    register = Register()
    app = register.dialog(keep_price=register.keep)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "is not known" in fault_at(app, "seats"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "What openai:mine costs" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, NewDebateDialog))
        await pilot.press("escape")
        await until(pilot, lambda: app.results == [None])

    assert (register.prices, register.started) == ({}, [])


async def test_what_is_no_price_or_can_not_be_kept_is_said_and_nothing_that_was_typed_is_lost() -> None:
    register = Register()
    app = register.dialog(keep_price=register.keep)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "is not known" in fault_at(app, "seats"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "What openai:mine costs" in text_of(app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "Write what tokens asked cost." in text_of(app))
        await pilot.press("x", "enter", "1", "enter")
        await until(pilot, lambda: "'x' is no price of a million tokens asked." in text_of(app))
        await pilot.press("backspace", "1", "enter", "enter")
        await until(pilot, lambda: "prices.toml: it has another price there." in text_of(app))

        assert [each.value for each in app.screen.query(Input)] == ["1", "1"]
    assert register.prices == {}


async def test_where_nobody_keeps_prices_the_fault_says_what_now() -> None:
    register = Register()
    app = register.dialog()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "it is kept in your table of prices" in fault_at(app, "seats"))


async def test_the_debate_follows_the_set_of_rules_that_is_named_and_an_unknown_one_is_said_there() -> None:
    app = dialog(ASKED, rule_sets=RULE_SETS)
    async with app.run_test(size=(80, 24)) as pilot:
        field = app.screen.query_one("#rules", Input)
        field.value = "nihgt"
        await until(pilot, lambda: "no rule set is called" in str(app.screen.query_one("#rules-fault").render()))
        field.value = ""
        field.focus()
        await pilot.press("n")
        await until(pilot, lambda: field._suggestion == "night")
        await pilot.press("right", "ctrl+s")
        await until(pilot, lambda: bool(app.results))

        assert app.results[0].rules == "night"


async def test_without_a_set_named_the_format_s_or_the_operator_s_own_is_followed() -> None:
    app = dialog(ASKED)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(app.results))

        assert app.results[0].rules == ""


async def test_what_was_written_is_there_again_the_next_time_until_a_debate_is_started() -> None:
    kept: dict[str, str] = {}
    first = dialog(kept=kept)
    async with first.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "Buy or build?")
        first.screen.query_one("#format", Choices).choose("complex_debate")
        await put(pilot, "cast-reviewer", "claude")
        await put(pilot, "budget", "0.5")
        await pilot.press("escape")
        await until(pilot, lambda: first.results == [None])

    again = dialog(kept=kept)
    async with again.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: again.screen.query_one("#seat-reviewer").display is True)
        assert again.screen.query_one("#motion", TextArea).text == "Buy or build?"
        await typed(pilot, " We")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(again.results))

    asked = again.results[0]
    assert (asked.question, asked.template_id) == ("Buy or build? We", "complex_debate")
    assert (asked.casting, asked.cap_microusd) == ({"reviewer": "claude"}, 500_000)


async def test_nothing_is_kept_of_a_debate_that_was_started_or_of_which_nothing_was_written() -> None:
    async def start(_: DebateRequest) -> None: ...

    kept = {"motion": "Buy or build?"}
    begun = dialog(kept=kept, start=start)
    async with begun.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(begun.results))
    assert kept == {}

    looked = dialog(kept=kept)
    async with looked.run_test(size=(80, 24)) as pilot:
        looked.screen.query_one("#format", Choices).choose("complex_debate")
        await pilot.press("escape")
        await until(pilot, lambda: looked.results == [None])
    assert kept == {}


async def test_a_dialog_that_is_left_while_it_looks_at_what_is_written_looks_no_more() -> None:
    asked = asyncio.Event()

    async def until_the_fields_are_gone(request: DebateRequest) -> DebatePlan:
        asked.set()
        while not shown.is_mounted or shown.query("#cast-everyone"):  # noqa: ASYNC110 - no event tells when they go
            await asyncio.sleep(0)
        return await plan(request)

    shown = NewDebateDialog(until_the_fields_are_gone, STANDARD_TEMPLATES)
    app = Host(lambda _: shown)
    async with app.run_test(size=(80, 24)) as pilot:
        await asked.wait()
        await pilot.press("escape")
        await until(pilot, lambda: app.results == [None])
        await pilot.pause()

    assert not shown.query("#cast-everyone"), "and whoever looked on without its fields would have ended the console"


async def test_all_of_what_a_start_refuses_is_in_sight_below_its_field() -> None:
    async def refuse(_: DebateRequest) -> None:
        what = "a rehearsal argues from evidence, and none was given."
        raise WrongUse(what, where="seat proposer", now="Give it files, Markdown or text.")

    app = dialog(ASKED, start=refuse)
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("ctrl+s")
        fault, fields = app.screen.query_one("#evidence-fault"), app.screen.query_one(".fields")
        await until(pilot, lambda: fault.size.height == 2 and fields.region.contains_region(fault.region))

        assert "Give it files" in text_of(app)
