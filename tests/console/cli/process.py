"""How do tests run `moot` as an operator does: as a process of its own, with a home of its own?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.console.cli import forks
from tests.console.cli.forks import ROOT, WARNINGS

SECONDS_MAX = 120
"""No test waits this long unless something hangs."""

MOTION = "The city should close its centre to cars"
NOTES = """# Notes on the trial (invented)

- + Closing the centre to cars cut traffic noise by half during the trial.
- + Shops in the closed centre counted more visitors on foot than before.
- + Buses crossed the centre nine minutes faster once cars were gone.
- - Deliveries to the centre took longer while cars and vans were kept out.
- - Residents outside the centre saw more cars parked in their streets.
- - Two garages in the centre lost a third of their customers with the cars.
"""


@dataclass(frozen=True, slots=True)
class Moot:
    """The command, with everything it writes below `home`."""

    home: Path

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "MOOT_HOME": str(self.home), "COLUMNS": "100", **WARNINGS}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "console", *words]

    def run(self, *words: str, code: int = 0, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run to the end and hold it to its exit code."""
        around = self.environ | environ
        if forks.can_run(words, environ=around):
            done = forks.run(words, environ=around, seconds_max=SECONDS_MAX)
        else:
            done = self.run_from_nothing(words, around)
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done

    def run_from_nothing(self, words: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run to the end in a process that loads everything anew."""
        return subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS_MAX,
        )

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Start, with pipes to read from while it runs."""
        return subprocess.Popen(
            self.command(*words),
            cwd=ROOT,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def json(self, *words: str, code: int = 0) -> list[dict[str, object]]:
        """Run and parse each line of standard output; a line that is no JSON object fails the test."""
        return events_of(self.run(*words, code=code).stdout)

    def evidence(self) -> str:
        """A file that speaks for and against MOTION."""
        path = self.home / "notes.md"
        path.write_text(NOTES, encoding="utf-8")
        return str(path)

    def debate(self, *words: str, code: int = 0) -> list[dict[str, object]]:
        """A short rehearsal of MOTION, as events."""
        asked = ("debate", MOTION, "--template", "simple_debate", "--evidence", self.evidence(), "--seed", "7")
        return self.json(*asked, "--json", *words, code=code)


def events_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def of_kind(events: list[dict[str, object]], kind: str) -> list[dict[str, object]]:
    return [event for event in events if event["kind"] == kind]


def rest_of(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What else a process writes to its end, on standard output and on standard error where that is read. Behind lines
    that were read one by one, `communicate` would leave out what was read ahead with them."""
    said: list[str] = []
    hangs = threading.Timer(SECONDS_MAX, process.kill)
    hangs.start()
    beside = threading.Thread(target=lambda: said.append(_read_to_the_end(process.stderr)))
    beside.start()
    try:
        rest = _read_to_the_end(process.stdout)
        beside.join()
        process.wait()
    finally:
        hangs.cancel()
    return rest, said[0]


def _read_to_the_end(stream: IO[str] | None) -> str:
    if stream is None:
        return ""
    with stream:
        return stream.read()


def read_until(process: subprocess.Popen[str], kind: str) -> list[dict[str, object]]:
    """Events from a running `--json` command up to the first of `kind`."""
    assert process.stdout is not None
    seen = []
    hangs = threading.Timer(SECONDS_MAX, process.kill)
    hangs.start()
    try:
        for line in process.stdout:
            seen.append(json.loads(line))
            if seen[-1]["kind"] == kind:
                return seen
    finally:
        hangs.cancel()
    raise AssertionError(f"it ended without {kind}: {[event['kind'] for event in seen]}\n{process.communicate()[1]}")
