"""What does it take to read a recorded session again: its events decoded and folded, its decisions asked once more?"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from bench.measuring import NS_PER_US, Figure
from bench.recorded import Recording, a_codec
from core.domain.chain import ROOT, first_break
from core.domain.events import Recorded
from core.engine.replay import Verification, fold_session
from core.flows.debate_events import ArgumentPresented
from core.judging.consensus import analyse
from core.ports.event_log import EventLog
from storage.opened import open_storage

TURNS = 2_000
EVENT_US_MAX = 8
TURN_BYTES_MAX = 2_048
APPENDS_AT_ONCE = 200
PARTS = ("decoded", "folded", "enveloped", "chained", "decided")


async def replays(folder: Path, *, rounds: int, turns: int = TURNS) -> list[Figure]:
    """One debate, read whole in each round."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # before anything is measured
    recording = Recording()
    recording.speak_until(turns)
    session = recording.state.session
    storage = open_storage(folder / "moot.db", codec=a_codec())
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in PARTS}
    try:
        for start in range(0, len(recording.appends), APPENDS_AT_ONCE):
            await storage.log.append(*recording.appends[start : start + APPENDS_AT_ONCE])
        for _ in range(rounds):
            watch = _Watch()
            bare = await _read(storage.log, recording, with_envelopes=False)
            took["decoded"].append(watch.us(len(bare)))
            analyse.cache_clear()  # or the second round would find what turns say read already
            fold_session(recording.engine, session, bare)
            took["folded"].append(watch.us(len(bare)))  # both: what a start does
            watch = _Watch()
            records = await _read(storage.log, recording, with_envelopes=True)
            took["enveloped"].append(watch.us(len(records)))
            watch = _Watch()
            seq, link = 0, ROOT
            while page := await storage.log.stored(session, after_seq=seq):
                assert first_break(session, page, after_seq=seq, after=link) is None
                seq, link = page[-1].seq, page[-1].link
            took["chained"].append(watch.us(len(records)))
            watch = _Watch()
            verification = Verification(recording.engine, session)
            verification.read(records)
            assert verification.finish() is None
            took["decided"].append(watch.us(len(records)))
    finally:
        await storage.close()
    size = (folder / "moot.db").stat().st_size  # after everything was measured
    said = sum(len(each.event.text.encode()) for each in records if isinstance(each.event, ArgumentPresented))
    return [
        _figure("an event read and decoded", took["decoded"], events=len(records)),
        _figure("an event read, decoded and folded", took["folded"], events=len(records), value_max=EVENT_US_MAX),
        _figure("an event read and decoded, with who asked for what", took["enveloped"], events=len(records)),
        _figure("an event's link read and made again", took["chained"], events=len(records)),
        _figure("an event decided again", took["decided"], events=len(records)),
        Figure(
            case="replay",
            name="what a turn takes on the disk beyond its words",
            value=(size - said) / turns,
            unit="bytes",
            value_max=TURN_BYTES_MAX,
            note=f"{said / turns:.0f} bytes of words a turn; indexes and links included",
        ),
    ]


async def _read(log: EventLog, recording: Recording, *, with_envelopes: bool) -> list[Recorded]:
    records: list[Recorded] = []
    session = recording.state.session
    while page := await log.read(session, after_seq=len(records), with_envelopes=with_envelopes):
        records += page
    return records


class _Watch:
    """Wall and processor time of all threads since it was made."""

    def __init__(self) -> None:
        self._wall_ns, self._cpu_ns = time.perf_counter_ns(), time.process_time_ns()

    def us(self, count: int) -> tuple[float, float]:
        wall_ns, cpu_ns = time.perf_counter_ns() - self._wall_ns, time.process_time_ns() - self._cpu_ns
        return wall_ns / count / NS_PER_US, cpu_ns / count / NS_PER_US


def _figure(name: str, took: list[tuple[float, float]], *, events: int, value_max: float | None = None) -> Figure:
    wall_us, cpu_us = (median(each) for each in zip(*took, strict=True))
    return Figure(
        case="replay",
        name=name,
        value=wall_us,
        unit="µs",
        value_max=value_max,
        note=f"processor {cpu_us:.1f} µs; {events:,} events",
    )
