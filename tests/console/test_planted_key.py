"""Is a provider's key anywhere in what moot writes or shows, also where the provider itself repeats it?"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from console.bootstrap import open_offers
from console.bundle_files import export_bundle
from console.doctor import examine
from console.exit_codes import ExitCode
from console.exporting import export_session
from console.failures import ended
from console.logging_setup import log_to_file
from console.plain import json_text, plain_event
from console.settings import Settings
from core.domain.ids import ParticipantId
from core.domain.participants import Participant
from core.domain.session import Status
from core.ports.model_offers import Standing
from core.providers.at_hand import Setup, all_at_hand
from core.providers.keys import Secret
from core.providers.prices import Prices
from core.providers.rehearsal import RehearsalProvider
from tests.console.hall import entered, screen_text, until, until_status
from tests.core.providers.adapters import CLOCK
from tests.wire.openai_wire import OpenAIWire, refusal
from tests.wire.server import Act, WireServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-planted/7Hq+0123456789abcdef=="
MODEL = "openai:gpt-4o-mini"
SPARE = "openai:gpt-4o"
TELLTALE = Participant(id=ParticipantId("telltale"), name="Telltale", model=MODEL, fallbacks=(SPARE,))


def repeating(status: int, kind: str, code: str) -> Act:
    """A refusal whose message holds the key, as it is and as it stands in an address."""
    words = f"Incorrect API key provided: {KEY} (asked with ?key={quote(KEY, safe='')})."
    return Act(refusal=refusal(status, words, kind=kind, code=code))


REFUSED = repeating(401, "invalid_request_error", "invalid_api_key")
FORBIDDEN = repeating(403, "invalid_request_error", "unsupported_country")


def has_key(content: bytes) -> bool:
    """Whether the key is in there, in a form that somebody could use or piece together."""
    forms = {KEY, quote(KEY, safe=""), json.dumps(KEY)[1:-1], KEY.replace("/", "\\/"), KEY[3:20]}
    return any(form.encode() in content for form in forms)


def names_below(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def leaks(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and has_key(path.read_bytes())]


async def refused(port_url: str) -> None:
    """Ask a provider and let its failure go where a fault of moot's own goes."""
    setup = Setup(keys={"OPENAI_API_KEY": Secret(KEY)}, addresses={"openai": port_url})
    hand = all_at_hand(setup, clock=CLOCK, prices=Prices(clock=CLOCK), rehearsal=RehearsalProvider(clock=CLOCK))
    provider = next(each for each in hand.providers if each.prefix == "openai")
    try:
        await provider.probe("openai")  # type: ignore[attr-defined]  # this one is remote
    finally:
        await hand.offers.close()


@pytest.fixture
def _a_log_of_everything(tmp_path: Path) -> Iterator[None]:
    """Every line that anybody logs, in a file of the test's own; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    log_to_file(tmp_path / "moot.log", level="DEBUG")
    yield
    logging.captureWarnings(False)
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("_a_log_of_everything")
async def test_a_key_is_in_nothing_that_was_written_or_shown(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("MOOT_HOME", str(tmp_path / "home"))
    async with WireServer(OpenAIWire(), REFUSED, FORBIDDEN, *[REFUSED] * 40) as server:
        settings = replace(settings, openai_base_url=f"{server.url}/v1", enable_health_checks=True, debug_mode=True)
        async with entered(settings, size=(140, 40)) as (hall, pilot, core):
            await core.save_participants([TELLTALE])
            session = await core.start_debate("Split billing?", casting={"": "telltale"})
            await until_status(core, session, Status.FAILED, Status.ESCALATED, Status.PAUSED)
            assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"

            events = await core.events(session)
            assert "Incorrect API key" in json_text([plain_event(each) for each in events])
            for name in ("out.md", "out.json", "out.jsonl"):
                await export_session(core, session, tmp_path / name)
            await export_bundle(core, session, tmp_path / "session.bundle.zip")
            await core.export_metrics()
            hall.save_screenshot("sessions.svg", str(tmp_path))
            await pilot.press("4")
            await until(pilot, lambda: MODEL in screen_text(hall) and "failing" in screen_text(hall))
            await pilot.press("j", "j", "j")
            await until(pilot, lambda: "[key]" in screen_text(hall))
            hall.save_screenshot("system.svg", str(tmp_path))

        offers = open_offers(settings)
        looked = await offers.look()
        await offers.close()
        assert Standing.FAILING in [offer.standing for offer in looked]
        (tmp_path / "offers.txt").write_text(repr(looked))
        (tmp_path / "doctor.txt").write_text(repr(await asyncio.to_thread(examine, settings)))
        (tmp_path / "settings.txt").write_text(repr(settings))

        code = await asyncio.to_thread(ended, lambda: asyncio.run(refused(f"{server.url}/v1")) or 0)
        assert code == ExitCode.UNEXPECTED
    said = capfd.readouterr()

    written = names_below(tmp_path)
    assert {"moot.db", "out.md", "out.json", "sessions.svg", "system.svg", "moot.log"} <= {*written}
    assert names_below(tmp_path / "home" / "state" / "crashes")
    assert leaks(tmp_path) == []
    assert not has_key((said.out + said.err).encode())


def test_a_search_that_finds_nothing_would_have_found_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.db").write_bytes(b"\0before " + KEY.encode() + b" behind\0")
    (tmp_path / "deep" / "b.json").write_text(json.dumps({"why": f"?key={quote(KEY, safe='')}"}))
    (tmp_path / "deep" / "c.txt").write_text("[key]")

    assert [path.rpartition("/")[2] for path in leaks(tmp_path)] == ["a.db", "b.json"]
