"""Does a scripted participant say, wait and fail exactly as written?"""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.budget import Price
from core.domain.errors import WrongUse
from core.domain.participants import Role
from core.domain.text import clean_text
from core.ports.model_provider import ANSWER_CHARACTERS_MAX, Closing, Piece, ProviderFailed
from core.providers.registry import Providers
from core.providers.rehearsal import RehearsalProvider
from core.providers.script import Answer, Fault, FaultKind, Script, read_script, said
from core.providers.scripted import ScriptedProvider
from tests.core.providers.requests import request, turn


class StoppingClock:
    """Counts how long it was asked to wait, and stops who waits for ever."""

    def __init__(self, waits_max: int = 50) -> None:
        self.waits: list[int] = []
        self._waits_max = waits_max

    def now_ms(self) -> int:
        return sum(self.waits)

    async def sleep(self, milliseconds: int) -> None:
        self.waits.append(milliseconds)
        if len(self.waits) > self._waits_max:
            raise TimeoutError


def faulty(*kinds: FaultKind, text: str = "all of it") -> Script:
    faults = tuple(Fault(kind=kind, error="rate_limited") for kind in kinds)
    return Script(answers={"default": (Answer(text=text, faults=faults),)})


async def heard(provider: ScriptedProvider, **asked: object) -> tuple[str, Closing | None]:
    text, closing = "", None
    async for piece in provider.stream(request(model="scripted", **asked)):  # type: ignore[arg-type]
        if isinstance(piece, Piece):
            text += piece.text
        else:
            closing = piece
    return text, closing


async def test_answers_come_in_order_by_seat_then_role_then_default() -> None:
    script = said(second_proposer="by seat", proposer=["first", "second"], default="otherwise")
    provider = ScriptedProvider(clock=StoppingClock(), script=script)

    assert (await heard(provider))[0] == "first"
    assert (await heard(provider, turns=(turn("x"),)))[0] == "second"
    assert (await heard(provider, turns=(turn("x"), turn("y"))))[0] == "otherwise"
    assert (await heard(provider, seat="second_proposer"))[0] == "by seat"
    assert (await heard(provider, role=Role.JUDGE))[0] == "otherwise"


async def test_without_a_default_the_last_answer_is_repeated() -> None:
    provider = ScriptedProvider(clock=StoppingClock(), script=said(proposer=["first", "last"]))

    assert (await heard(provider, turns=[turn("x")] * 5))[0] == "last"


async def test_it_waits_through_the_clock_and_speaks_in_pieces() -> None:
    clock = StoppingClock()
    script = Script(answers={"default": (Answer(text="abcdef", delay_ms=5000, piece_delay_ms=7),)}, piece_characters=2)
    _, closing = await heard(ScriptedProvider(clock=clock, script=script))

    assert clock.waits == [5000, 7, 7, 7]
    assert closing is not None
    assert (closing.stop_reason, closing.model) == ("stop", "scripted")


async def test_each_attempt_has_its_own_fault_and_then_it_works() -> None:
    provider = ScriptedProvider(clock=StoppingClock(), script=faulty(FaultKind.ERROR, FaultKind.CUT))

    with pytest.raises(ProviderFailed, match="rate_limited"):
        await heard(provider)
    assert await heard(provider) == ("all ", None)
    text, closing = await heard(provider)
    assert text == "all of it"
    assert closing is not None


@pytest.mark.parametrize(("kind", "spoken"), [(FaultKind.HANG, ""), (FaultKind.NEVER_CLOSES, "all of it")])
async def test_what_never_ends_never_ends(kind: FaultKind, spoken: str) -> None:
    provider = ScriptedProvider(clock=StoppingClock(), script=faulty(kind))
    text = ""

    async def listen() -> None:
        nonlocal text
        async for piece in provider.stream(request(model="scripted")):
            assert isinstance(piece, Piece)
            text += piece.text

    with pytest.raises(TimeoutError):
        await listen()
    assert text == spoken


async def test_a_huge_answer_is_longer_than_any_may_be() -> None:
    text, _ = await heard(ScriptedProvider(clock=StoppingClock(), script=faulty(FaultKind.HUGE)))

    assert len(text) > ANSWER_CHARACTERS_MAX


async def test_garbage_holds_what_no_terminal_should_see() -> None:
    text, closing = await heard(ScriptedProvider(clock=StoppingClock(), script=faulty(FaultKind.GARBAGE)))

    assert "\x1b[31m" in text
    assert clean_text(text) == "all [/red][bold]\nof it"
    assert closing is not None


def test_a_seat_that_the_script_forgot_is_refused_before_the_start() -> None:
    provider = ScriptedProvider(clock=StoppingClock(), script=said(proposer="only this"))

    provider.refuse_early(request(model="scripted"))
    with pytest.raises(WrongUse, match="no answer for the seat 'judge'"):
        provider.refuse_early(request(model="scripted", role=Role.JUDGE))


def test_a_script_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(
        "price: {input_microusd: 3, output_microusd: 15}\n"
        "piece_characters: 5\n"
        "answers:\n"
        "  proposer: [one, {text: two, delay_ms: 10, faults: [cut, {error: overloaded, is_final: true}]}]\n"
        "  default: nothing\n"
    )
    provider = ScriptedProvider(clock=StoppingClock())

    assert provider.describe(f"scripted:{path}").price == Price(input_microusd=3, output_microusd=15)
    answers = read_script(path.read_text(), origin="s").answers["proposer"]
    assert answers[1] == Answer(
        text="two",
        delay_ms=10,
        faults=(Fault(kind=FaultKind.CUT), Fault(kind=FaultKind.ERROR, error="overloaded", is_final=True)),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("answers: [", r"^s\.yaml:1: this is not YAML"),
        ("", r"^s\.yaml: names with values are wanted here, not nothing"),
        ("answers: {}", r"^s\.yaml: the script has no answers"),
        ("answer: {default: x}", r"nothing here is called 'answer'\. Did you mean 'answers'\?"),
        ("answers: {default: [{text: x, dely_ms: 3}]}", r"answers\.default\[0\]: .* Did you mean 'delay_ms'\?"),
        ("answers: {default: [{delay_ms: 3}]}", r"answers\.default\[0\]: an answer needs a text"),
        ("answers: {default: [{text: x, delay_ms: -1}]}", r"delay_ms: -1 is no whole number"),
        ("answers: {default: [{text: x, delay_ms: true}]}", r"delay_ms: True is no whole number"),
        ("answers: {default: [{text: x, faults: [hangs]}]}", r"no fault is called 'hangs'\. Did you mean 'hang'\?"),
        ("answers: {default: [{text: x, faults: [{is_final: true}]}]}", r"this fault names no error"),
        ("answers: {default: [{text: x, faults: [{error: e, is_final: 1}]}]}", r"is_final: true or false is wanted"),
        ("answers: {default: 3}", r"default\[0\]: names with values are wanted here, not int"),
        ("answers: {default: []}", r"answers\.default: 0 answers are listed"),
        ("piece_characters: 0\nanswers: {default: x}", r"piece_characters: 0 is no whole number from 1"),
        ("[" * 100_000, r"s\.yaml"),
    ],
)
def test_a_faulty_script_is_refused_whole_with_the_place(text: str, message: str) -> None:
    with pytest.raises(WrongUse, match=message):
        read_script(text, origin="s.yaml")


def test_a_script_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    provider = ScriptedProvider(clock=StoppingClock())
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(WrongUse, match="the script can't be read: no such file"):
        provider.describe(f"scripted:{tmp_path / 'none'}")
    with pytest.raises(WrongUse, match="not UTF-8"):
        provider.describe(f"scripted:{tmp_path / 'binary'}")
    with pytest.raises(WrongUse, match="no script is named"):
        provider.describe("scripted")


def test_a_long_debate_costs_a_script_with_one_answer_no_look_back() -> None:
    class Unread(list[object]):
        def __iter__(self) -> object:  # type: ignore[override]
            raise AssertionError("the transcript was read")

    provider = ScriptedProvider(clock=StoppingClock(), script=said("always this"))
    provider.refuse_early(request(model="scripted", turns=Unread()))  # type: ignore[arg-type]


def test_a_model_finds_its_provider_by_the_part_before_the_colon() -> None:
    clock = StoppingClock()
    scripted, rehearsal = ScriptedProvider(clock=clock, script=said("x")), RehearsalProvider(clock=clock)
    providers = Providers([scripted, rehearsal])

    assert providers.for_model("scripted:some/file.yaml") is scripted
    assert providers.for_model("rehearsal") is rehearsal
    assert providers.describe("rehearsal").is_rehearsal
    assert providers.known() == ("rehearsal", "scripted")
    with pytest.raises(WrongUse, match=r"model: no provider serves the model 'rehersal'\. Did you mean 'rehearsal'\?"):
        providers.for_model("rehersal")
    with pytest.raises(WrongUse, match="Known are: rehearsal, scripted"):
        providers.for_model("zzz:1")


def test_two_providers_of_one_prefix_are_a_mistake_in_the_program() -> None:
    clock = StoppingClock()

    with pytest.raises(ValueError, match="one prefix"):
        Providers([ScriptedProvider(clock=clock), ScriptedProvider(clock=clock)])


async def test_by_turn_everybody_gets_the_debates_next_answer_and_then_the_first_again() -> None:
    script = read_script("by_turn: [first, {text: second}]", origin="test")
    provider = ScriptedProvider(clock=StoppingClock(), script=script)

    assert (await heard(provider))[0] == "first"
    assert (await heard(provider, seat="anybody", turns=(turn("x"),)))[0] == "second"
    assert (await heard(provider, turns=(turn("x"), turn("y"))))[0] == "first"


def test_a_script_has_answers_or_turns_and_not_both() -> None:
    with pytest.raises(WrongUse, match="both 'answers' and 'by_turn'"):
        read_script("{answers: {default: one}, by_turn: [two]}", origin="test")


async def test_a_step_is_scripted_by_its_name_with_an_answer_for_each_round_whatever_its_seat_sees() -> None:
    script = said(sample_1=["ANSWER: 1", "ANSWER: 2"], panelist="ANSWER: 3")
    provider = ScriptedProvider(clock=StoppingClock(), script=script)

    async def asked(step: str, number: int) -> str:
        return (await heard(provider, role=Role.PANELIST, step=step, round_number=number))[0]

    assert await asked("r1.sample_1.sampler", 1) == "ANSWER: 1"
    assert await asked("r2.sample_1.sampler", 2) == "ANSWER: 2"
    assert await asked("r3.sample_1.sampler", 3) == "ANSWER: 2"
    assert await asked("r1.sample_2.sampler", 1) == "ANSWER: 3"
