"""How often is a model asked again because a process that asked it was killed?

Debates are held by real `moot` processes that ask a provider which counts, are killed with SIGKILL at random moments,
and are gone on with by others, until each has come to its end. What was lost, doubled, asked again or only looked
finished is counted from outside of them: in the provider's book, and in the database after each kill.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from console.bootstrap import open_orchestrator
from console.exit_codes import ExitCode
from console.settings import load_settings
from core.domain.events import AttemptInDoubt, AttemptStarted, AttemptSucceeded, Recorded, SessionCompleted
from core.domain.ids import SessionId
from core.domain.session import Status
from core.flows.debate_events import ArgumentPresented, VerdictReached
from tests.console.cli.forks import Forking
from tests.kills.provider import CountingProvider

MOTION = "The rota should be shortened"
MODEL = "openai:slow"
REST_SECONDS = 0.006
"""Before each of the nine frames of an answer."""

LIFE_SECONDS_MAX = 0.6
"""A process is killed at any moment until so long after its start, or after its first call."""

LOOK_SECONDS = 0.002

LIVES_MAX = 200
SDK = ("openai", "genai_prices")
"""Loaded once for all processes: to load it is most of what a start takes."""


@dataclass(kw_only=True)
class Toll:
    """What the kills did. `hits` left a call in doubt; `repeats` are calls made again, `unasked` those of them that
    nobody had allowed."""

    kills: int = 0
    hits: int = 0
    debates: int = 0
    calls: int = 0
    repeats: int = 0
    unasked: int = 0
    yeses: int = 0
    lost: int = 0
    doubled: int = 0
    looked_finished: int = 0
    unintended: int = 0
    faults: list[str] = field(default_factory=list)


class Killing:
    """Debates under one policy, below `folder`. Use it as a context manager."""

    def __init__(self, folder: Path, *, policy: str, seed: int) -> None:
        self._folder = folder
        self._policy = policy
        self._chance = random.Random(f"{policy} {seed}")
        self._course: list[tuple[str, str]] = []
        self._provider = CountingProvider(rest_seconds=REST_SECONDS)
        self.toll = Toll()

    def __enter__(self) -> Killing:
        self._provider.__enter__()
        self._forking = Forking(*SDK)
        return self

    def __exit__(self, *_: object) -> None:
        self._forking.kill()
        self._provider.__exit__(None, None, None)

    def kill(self, times: int) -> Toll:
        """Hold one debate without a kill, and then others until that many processes were killed in their course."""
        if not self._course:
            self._hold_one(kills_max=0)
        while self.toll.kills < times:
            self._hold_one(kills_max=times)
        return self.toll

    def _hold_one(self, *, kills_max: int) -> None:
        home = self._folder / f"debate-{self.toll.debates}"
        home.mkdir(parents=True)
        environ = self._environ(home)
        asked = ("debate", MOTION, "--template", "standard_debate", "--seat", f"all={MODEL}")
        words: Sequence[str] = (*asked, "--price", f"{MODEL}=3/15", "--seed", "7", "--json")
        seen: list[Recorded] = []
        self._provider.begin_anew()
        for _ in range(LIVES_MAX):
            repeats = self._provider.repeats
            code = self._one_life(words, environ, is_spared=self.toll.kills >= kills_max)
            again = self._provider.repeats - repeats
            allowed = _in_doubt(seen) if words[:2] == ("sessions", "answer") else 0
            self.toll.unasked += max(0, again - allowed)
            records, status = asyncio.run(_on_record(home))
            self._compare(seen, records, status)
            seen = records
            if code == ExitCode.COMPLETED or status is Status.COMPLETED:  # it may be killed once all is done
                self._settle_up(records, status)
                return
            if records:
                words = self._next(records[0].session, code)
        raise AssertionError(f"a debate in {home} never came to its end")

    def _next(self, session: SessionId, code: int) -> Sequence[str]:
        """What an operator types next: where it asks, they say yes."""
        if code == ExitCode.WAITS:
            self.toll.yeses += 1
            return ("sessions", "answer", session[:8], "continue", "--json")
        return ("sessions", "resume", session[:8], "--json")

    def _one_life(self, words: Sequence[str], environ: dict[str, str], *, is_spared: bool) -> int:
        """Run `moot`, and kill it at a random moment unless it ends before. Its exit code."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = self._forking.begun(words, environ, out=out.fileno(), err=err.fileno())
            handle, ended = os.pidfd_open(process), threading.Event()
            dying = threading.Thread(target=self._kill, args=(handle, ended), name="kill")
            if not is_spared:
                dying.start()
            code = self._forking.ended()
            ended.set()
            if not is_spared:
                dying.join()
            os.close(handle)
            if code == -signal.SIGKILL:
                self.toll.kills += 1
            elif code not in (ExitCode.COMPLETED, ExitCode.WAITS, ExitCode.FAILED):
                err.seek(0)
                raise AssertionError(f"{' '.join(words)}: exit {code}: {err.read().decode()[-500:]}")
        return code

    def _kill(self, handle: int, ended: threading.Event) -> None:
        """End a process at a random moment: every other one from its start on, the others once it has asked.

        By its handle: its number may be another's by now, where it has ended meanwhile.
        """
        if self._chance.random() < 0.5:
            calls = self._provider.calls
            while self._provider.calls == calls and not ended.wait(LOOK_SECONDS):
                pass
        if not ended.wait(self._chance.uniform(0, LIFE_SECONDS_MAX)):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)

    def _compare(self, before: Sequence[Recorded], after: Sequence[Recorded], status: Status | None) -> None:
        """Nothing that was on record may be gone or different, and nothing may look finished that isn't."""
        if list(after[: len(before)]) != list(before):
            self.toll.lost += 1
        is_finished = any(isinstance(record.event, SessionCompleted) for record in after)
        is_whole = not self._course or _course_of(after) == self._course
        if (is_finished or status is Status.COMPLETED) and not (is_finished and is_whole):
            self.toll.looked_finished += 1

    def _settle_up(self, records: Sequence[Recorded], status: Status | None) -> None:
        """A debate has come to its end: it must have gone as the one that was never killed."""
        turns, answers = _steps(records, ArgumentPresented), _steps(records, AttemptSucceeded)
        self.toll.doubled += len(turns) - len(set(turns)) + len(answers) - len(set(answers))
        self._course = self._course or _course_of(records)
        self.toll.lost += sum(said not in _course_of(records) for said in self._course)
        if _course_of(records) != self._course or status is not Status.COMPLETED:
            self.toll.faults.append(f"debate {self.toll.debates} went otherwise, and stands as {status}")
        self.toll.unintended += max(0, self._provider.calls - len(_steps(records, AttemptStarted)))
        self.toll.hits += len(_steps(records, AttemptInDoubt))
        self.toll.calls += self._provider.calls
        self.toll.repeats += self._provider.repeats
        self.toll.debates += 1

    def _environ(self, home: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MOOT_", "OPENAI_"))}
        return kept | {
            "MOOT_HOME": str(home),
            "MOOT_DATABASE": str(home / "moot.db"),
            "MOOT_IN_DOUBT_POLICY": self._policy,
            "MOOT_PROVIDERS_OPENAI_BASE_URL": self._provider.url,
            "MOOT_RATE_LIMIT_REQUESTS_PER_MINUTE": "0",
            "MOOT_CAP_DAY_USD": "none",
            "MOOT_ENABLE_METRICS_EXPORT": "false",
            "OPENAI_API_KEY": "none-is-asked-for",
        }


def _course_of(records: Sequence[Recorded]) -> list[tuple[str, str]]:
    """All that was said, in order, with the verdict."""
    return [
        (record.event.step, record.event.text)
        for record in records
        if isinstance(record.event, ArgumentPresented | VerdictReached)
    ]


def _in_doubt(records: Sequence[Recorded]) -> int:
    """How many calls a yes asks for again: those in doubt that nobody has answered since. Ballots are asked two at a
    time, so that one kill may leave two."""
    return len({*_steps(records, AttemptInDoubt)} - {*_steps(records, AttemptSucceeded)})


def _steps(records: Sequence[Recorded], kind: type) -> list[str]:
    return [record.event.step for record in records if isinstance(record.event, kind)]  # type: ignore[attr-defined]


async def _on_record(home: Path) -> tuple[list[Recorded], Status | None]:
    """The one session's records and where the list says that it stands, read while nobody drives."""
    settings = replace(load_settings(environ={"MOOT_HOME": str(home)}), database=home / "moot.db")
    if not settings.database.exists():
        return [], None
    core = open_orchestrator(settings)
    await core.start(drive=False)
    try:
        rows = await core.summaries()
        if not rows:
            return [], None
        records: list[Recorded] = []
        while page := await core.events(rows[0].session, after_seq=records[-1].seq if records else 0):
            records += page
        return records, rows[0].status
    finally:
        await core.stop()
