"""How soon is somebody told what happens while many sessions run, and what does it cost in memory?

Fifty debates speak so fast that their turns are as many notifications as are wanted; each is told by the audit trail
and by a channel that only counts, or by a webhook that a server on loopback takes. The baseline is how long the same
events took to be committed. Each stretch is run in a process of its own, so that the memory is its alone; it prints one
line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.crowd import resident_bytes
from bench.house import DEBATES_AT_ONCE_MAX, MOTION, furnish, script
from bench.measuring import Figure, percentile
from console.bootstrap import open_orchestrator
from console.setting_channels import WebhookSetting
from console.settings import Settings
from core.notifying.delivering import Delivery
from core.orchestrator import Orchestrator
from core.ports.channel import Channel

DEBATES = 50
SECONDS = 30
WARM_SECONDS = 5
A_MINUTE, A_MINUTE_BY_WEBHOOK = 10_000, 1_000
P99_MS_MAX = 20
GROWN_MIB_MAX = 4
TICK_SECONDS = 0.01
LIMIT_SECONDS = 600
MIB = 1_048_576
MS_PER_MINUTE = 60_000
COUNTING, AUDIT, WEBHOOK = "terminal", "log", "ops"
"""What stands in for the terminal only counts: it takes no time of its own."""


def telling(*, debates: int = DEBATES, seconds: float = SECONDS, warm: float = WARM_SECONDS) -> list[Figure]:
    """The figures of three stretches: many notifications, a webhook, and nobody told."""
    many = _stretch("many", debates, A_MINUTE, seconds, warm)
    by_webhook = _stretch("webhook", debates, A_MINUTE_BY_WEBHOOK, seconds, warm)
    off = _stretch("off", debates, A_MINUTE, seconds, warm)
    who = f"{debates} debates"
    return [
        *_of_channel(many, COUNTING, f"{who}, told in memory"),
        *_of_channel(many, AUDIT, f"{who}, told in the audit trail"),
        *_of_channel(by_webhook, WEBHOOK, f"{who}, told by a webhook on loopback"),
        Figure(
            case="telling",
            name="memory grown from the first third of it to the last",
            value=many["grown_mib"],
            unit="MiB",
            baseline=max(0.1, off["grown_mib"]),
            note=f"{many['turns']:,} turns; beside it {off['turns']:,} turns of which nobody is told",
        ),
        Figure(
            case="telling",
            name="of that beyond what the same turns grow untold",
            value=max(0.0, many["grown_mib"] - off["grown_mib"] * many["turns"] / max(1, off["turns"])),
            unit="MiB",
            value_max=GROWN_MIB_MAX,
        ),
        Figure(
            case="telling",
            name="processor of a turn that is told twice",
            value=many["processor_us"],
            unit="µs",
            baseline=off["processor_us"],
            note="beside a turn of which nobody is told",
        ),
    ]


def _of_channel(read: dict[str, Any], channel: str, name: str) -> list[Figure]:
    found = read["channels"][channel]
    return [
        Figure(
            case="telling",
            name=f"{name}: p99 from event to delivery",
            value=found["p99_ms"],
            unit="ms",
            baseline=max(1, found["committed_p99_ms"]),
            value_max=P99_MS_MAX,
            note=f"{found['a_minute']:,.0f} a minute, median {found['median_ms']} ms; beside it their commits, "
            f"median {found['committed_median_ms']} ms; a timer was late by {read['late_p99_ms']:.1f} ms",
        )
    ]


def _stretch(kind: str, debates: int, a_minute: int, seconds: float, warm: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.telling", kind, str(debates), str(a_minute), str(seconds), str(warm)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_SECONDS)
    read: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return read


@dataclass
class Timed:
    """A channel beside which stands a clock: when each delivery had arrived, and how long after its event."""

    inner: Channel | None
    name: str
    at_once_max: int = 64
    late_ms: list[int] = field(default_factory=list)
    events: list[tuple[int, int]] = field(default_factory=list)
    """Position and moment of each event that was told of."""

    async def deliver(self, delivery: Delivery) -> str | None:
        note = await self.inner.deliver(delivery) if self.inner is not None else None
        self.late_ms.append(_now_ms() - delivery.notification.at_ms)
        self.events.append((delivery.notification.position, delivery.notification.at_ms))
        return note

    async def close(self) -> None:
        if self.inner is not None:
            await self.inner.close()


async def measured(
    folder: Path, kind: str, *, debates: int, a_minute: int, seconds: float, warm: float
) -> dict[str, Any]:
    """Let all speak, then look."""
    thinks_ms = debates * MS_PER_MINUTE // a_minute
    async with _receiver() as url, _opened(folder, kind, url, thinks_ms=thinks_ms) as (moot, channels):
        model = f"scripted:{script(folder, thinks_ms)}"
        for _ in range(debates):
            await moot.start_debate(MOTION, template_id="long", casting={"": model}, seed=1)
        await asyncio.sleep(warm)
        for channel in channels:
            channel.late_ms.clear()
            channel.events.clear()
        commits: list[tuple[int, int]] = []
        moot.on_committed(lambda position: commits.append((position, _now_ms())))
        gc.collect()
        turns = await _turns(moot)
        thirds, late_ms, used_ns = [resident_bytes()], [], time.process_time_ns()
        for _ in range(3):
            late_ms += await _lateness(seconds / 3)
            thirds.append(resident_bytes())
        used_ns = time.process_time_ns() - used_ns
        turns = await _turns(moot) - turns
    return {
        "turns": turns,
        "processor_us": used_ns / 1_000 / max(1, turns),
        "grown_mib": (thirds[3] - thirds[1]) / MIB,
        "late_p99_ms": percentile(late_ms, 99),
        "channels": {each.name: _figures(each, commits, seconds) for each in channels},
    }


def _figures(channel: Timed, commits: Sequence[tuple[int, int]], seconds: float) -> dict[str, float]:
    found = channel.late_ms or [0]
    committed = _committed_ms(channel.events, commits) or [0]
    return {
        "a_minute": len(channel.late_ms) / seconds * 60,
        "median_ms": percentile(found, 50),
        "p99_ms": percentile(found, 99),
        "committed_median_ms": percentile(committed, 50),
        "committed_p99_ms": percentile(committed, 99),
    }


def _committed_ms(events: Sequence[tuple[int, int]], commits: Sequence[tuple[int, int]]) -> list[int]:
    """How long after its moment each event was committed."""
    positions = [position for position, _ in commits]
    places = [(bisect_left(positions, position), at_ms) for position, at_ms in events]
    return [commits[place][1] - at_ms for place, at_ms in places if place < len(commits)]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _turns(moot: Orchestrator) -> int:
    return sum(row.turns for row in await moot.summaries())


async def _lateness(seconds: float) -> list[float]:
    """How late a timer fires, in ms, over and over: as much as anything on this loop is late."""
    late: list[float] = []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        await asyncio.sleep(TICK_SECONDS)
        late.append((time.perf_counter() - began - TICK_SECONDS) * 1_000)
    return late


@asynccontextmanager
async def _opened(
    folder: Path, kind: str, url: str, *, thinks_ms: int
) -> AsyncIterator[tuple[Orchestrator, tuple[Timed, ...]]]:
    routed = {"many": [COUNTING, AUDIT], "webhook": [WEBHOOK], "off": [AUDIT]}[kind]
    settings = Settings(
        database=folder / "moot.db",
        max_concurrent_debates=DEBATES_AT_ONCE_MAX,
        cap_day_microusd=None,
        metrics_export_path=folder / "metrics",
        enable_notifications=kind != "off",
        notification_routes=({"channels": routed, "types": ["TURN_NOTIFICATION"]},),
        webhooks={WEBHOOK: WebhookSetting(url=url)},
    )
    await furnish(settings.database)
    moot = open_orchestrator(settings)
    telling = moot._ports.telling
    timed: list[Timed] = []
    if telling is not None:
        for name in routed:
            inner = None if name == COUNTING else telling.channels[name]
            at_once_max = inner.at_once_max if inner is not None else 64
            timed.append(Timed(inner=inner, name=name, at_once_max=at_once_max))
            telling.channels[name] = timed[-1]  # type: ignore[index]  # looked at where nobody else may
    await moot.start(must_drive=True)
    try:
        yield moot, tuple(timed)
    finally:
        await moot.stop(drain=False)


@asynccontextmanager
async def _receiver() -> AsyncIterator[str]:
    """A server on loopback that takes whatever it is sent, one request after another on each connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    int(line.partition(b":")[2])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                await reader.readexactly(length)
                writer.write(b"HTTP/1.1 204 Taken\r\n\r\n")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()


def main() -> None:
    """The figures of one stretch, on standard output."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("many", "webhook", "off"))
    parser.add_argument("debates", type=int)
    parser.add_argument("a_minute", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("warm", type=float)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="moot-bench-") as folder:
        read = asyncio.run(
            measured(
                Path(folder),
                asked.kind,
                debates=asked.debates,
                a_minute=asked.a_minute,
                seconds=asked.seconds,
                warm=asked.warm,
            )
        )
    print(json.dumps(read))


if __name__ == "__main__":
    main()
