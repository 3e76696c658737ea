"""Is everything that a session needs in order: the database, the disk, the event loop, the switch?

A look costs next to nothing and writes nothing, so that a status may be asked for often. A thorough one, for the
schedule, also writes where sessions and exports will write and sees how late the event loop is. What can't be looked at
is failing, with the reason; nothing here raises.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.analytics.health_levels import (
    MEBIBYTE,
    Health,
    Level,
    level_of_database,
    level_of_disk,
    level_of_loop,
    worst,
)
from core.ports.clock import Clock
from core.ports.metrics_endpoint import EndpointStanding
from core.runtime.folder_notes import FOLDER_SETTING, folder_from_text
from core.runtime.office import SPENDING_SWITCH
from core.runtime.ports import Ports

__all__ = ["Health", "Level", "check_health", "with_faults"]

ANSWER_SECONDS_MAX = 5
"""What hasn't answered by then counts as failing; whoever asked must not hang with it."""

LOOP_PROBE_MS = 20
"""The event loop is asked to call back after this long."""

LOOP_PROBES_MAX = 3
"""Who calls back late is asked again: one long moment is no state, and must switch nothing off."""

HEALTH_SETTING = "health_checked_at_ms"
"""The row that a thorough look writes: a write like any other, that changes nothing for anybody."""

NS_PER_MS = 1_000_000

DATABASE = "database"
STANDS_STILL = "standing still"

Looks = Mapping[str, Callable[[], Awaitable[tuple[Level, str]]]]
"""By name, what is looked at: how well it is, and why."""


async def check_health(
    ports: Ports,
    *,
    is_thorough: bool = False,
    faults: Sequence[str] = (),
    folders: Mapping[str, Path] | None = None,
    further: Looks | None = None,
) -> tuple[Health, ...]:
    """One Health each for `database`, `disk`, `metrics_folder`, `spending`, where one is watched `rules_folder`, where
    some are left out `plugins`, where figures are served `metrics_port`, thoroughly `event_loop`, and for each of
    the `further` looks, by its name.

    `faults` are answers that wait for the disk. `folders` are further ones, by what they are for, whose disk matters.
    """
    watched = {"metrics": ports.metrics_folder, **(folders or {})}
    if ports.backups is not None:
        watched["sessions"] = ports.backups.folder.parent
    looks: dict[str, Callable[[], Awaitable[tuple[Level, str]]]] = {
        DATABASE: lambda: _database(ports, is_thorough=is_thorough, faults=faults),
        "disk": lambda: asyncio.to_thread(_disk, watched),
        "metrics_folder": lambda: asyncio.to_thread(_folder, ports.metrics_folder, is_thorough=is_thorough),
        "spending": lambda: _spending(ports),
    }
    if ports.rules_folder is not None:
        looks["rules_folder"] = lambda: _rules_folder(ports)
    if ports.library.plugins.faults:
        looks["plugins"] = lambda: _plugins(ports)
    standing = ports.endpoint.standing if ports.endpoint is not None else None
    if standing is not None:
        looks["metrics_port"] = lambda: _endpoint(standing)
    if is_thorough:
        looks["event_loop"] = lambda: _event_loop(ports.monotonic_ns)
    looks |= further or {}
    return await _looked(looks, ports.clock)


def with_faults(found: Sequence[Health], faults: Sequence[str], *, at_ms: int) -> tuple[Health, ...]:
    """What was found, and of the database what is so right now: nobody should wait for the next look to learn why
    sessions stand still, or that they go on."""
    told: list[Health] = []
    for health in found:
        if health.name == DATABASE and faults:
            told.append(replace(health, state=Level.FAILING, reason=_standing_still(faults), checked_at_ms=at_ms))
        elif health.name == DATABASE and STANDS_STILL in health.reason:
            told.append(replace(health, state=Level.OK, reason="answers are recorded again", checked_at_ms=at_ms))
        else:
            told.append(health)
    if faults and not found:
        reason = _standing_still(faults)
        told.append(Health(name=DATABASE, state=Level.FAILING, reason=reason, checked_at_ms=at_ms))
    return tuple(told)


def _standing_still(faults: Sequence[str]) -> str:
    return f"{STANDS_STILL}: {len(faults)} of the sessions, until an answer can be recorded: {faults[0]}"


async def _looked(looks: Looks, clock: Clock) -> tuple[Health, ...]:
    found = await asyncio.gather(*(_guarded(look) for look in looks.values()))
    at_ms = clock.now_ms()
    return tuple(
        Health(name=name, state=state, reason=reason, checked_at_ms=at_ms)
        for name, (state, reason) in zip(looks, found, strict=True)
    )


async def _guarded(look: Callable[[], Awaitable[tuple[Level, str]]]) -> tuple[Level, str]:
    """A look that fails is a finding, whatever it failed with: the others are still to be told."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await look()
    except TimeoutError:
        return Level.FAILING, f"it did not answer within {ANSWER_SECONDS_MAX} seconds"
    except Exception as error:
        return Level.FAILING, str(error) or type(error).__name__


async def _database(ports: Ports, *, is_thorough: bool, faults: Sequence[str]) -> tuple[Level, str]:
    began_ns = ports.monotonic_ns()
    position = await ports.log.last_position()
    if is_thorough:
        await ports.catalogue.save_setting(HEALTH_SETTING, str(ports.clock.now_ms()))
    took_ms = (ports.monotonic_ns() - began_ns) // NS_PER_MS
    if faults:
        return Level.FAILING, _standing_still(faults)
    done = "read and wrote" if is_thorough else "read"
    return level_of_database(took_ms), f"{done} in {took_ms} ms, at position {position}"


def look_at_disk(folders: Mapping[str, Path], *, at_ms: int) -> Health:
    """How much room is left where each of these lies, by what it is for. For who looks without a database open."""
    try:
        state, reason = _disk(folders)
    except OSError as error:
        state, reason = Level.FAILING, str(error)
    return Health(name="disk", state=state, reason=reason, checked_at_ms=at_ms)


def _disk(folders: Mapping[str, Path]) -> tuple[Level, str]:
    free_bytes = {purpose: shutil.disk_usage(_nearest(folder)).free for purpose, folder in folders.items()}
    least = min(free_bytes, key=lambda purpose: free_bytes[purpose])
    level = worst(tuple(level_of_disk(free) for free in free_bytes.values()))
    return level, f"{free_bytes[least] // MEBIBYTE:,} MiB free for {least} at {folders[least]}"


def _folder(folder: Path, *, is_thorough: bool) -> tuple[Level, str]:
    """An absent folder is made by the first export, so that its nearest ancestor has to allow that."""
    place = _nearest(folder)
    if not place.is_dir():
        return Level.FAILING, f"{place} is no folder; name another one as metrics_export_path"
    if not os.access(place, os.W_OK | os.X_OK):
        return Level.FAILING, f"{place} can't be written to; make it writable"
    if is_thorough:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"written by a health check")
            file.flush()
    return Level.OK, f"{folder} can be written to"


async def _spending(ports: Ports) -> tuple[Level, str]:
    settings = await ports.catalogue.settings()
    if settings.get(SPENDING_SWITCH):
        return Level.DEGRADED, "all spending is stopped; models that cost something are not asked until it is allowed"
    return Level.OK, "allowed"


async def _rules_folder(ports: Ports) -> tuple[Level, str]:
    standing = folder_from_text((await ports.catalogue.settings()).get(FOLDER_SETTING, ""))
    if standing.problems:
        return Level.DEGRADED, " ".join(standing.problems[0].split())
    rules, files = sum(file.rules for file in standing.files), len(standing.files)
    said = f"{rules} rule{'' if rules == 1 else 's'} of {files} file{'' if files == 1 else 's'}"
    return Level.OK, f"{said} {'is' if rules == 1 else 'are'} in force"


async def _plugins(ports: Ports) -> tuple[Level, str]:
    first, *others = ports.library.plugins.faults
    return Level.DEGRADED, f"{first}{f' (and {len(others)} more)' if others else ''}"


async def _endpoint(standing: EndpointStanding) -> tuple[Level, str]:
    if standing.fault:
        return Level.DEGRADED, f"figures are not served: {standing.fault}"
    return Level.OK, f"figures can be fetched at {standing.address}"


async def _event_loop(monotonic_ns: Callable[[], int]) -> tuple[Level, str]:
    lag_ms = await _lag_ms(monotonic_ns)
    for _ in range(LOOP_PROBES_MAX - 1):
        if level_of_loop(lag_ms) is Level.OK:
            break
        lag_ms = min(lag_ms, await _lag_ms(monotonic_ns))
    return level_of_loop(lag_ms), f"called back {lag_ms} ms late"


async def _lag_ms(monotonic_ns: Callable[[], int]) -> int:
    """How much later than asked for the loop calls back once."""
    loop = asyncio.get_running_loop()
    called: asyncio.Future[int] = loop.create_future()

    def call_back() -> None:
        if not called.done():  # whoever waited may have given up
            called.set_result(monotonic_ns())

    began_ns = monotonic_ns()
    handle = loop.call_later(LOOP_PROBE_MS / 1_000, call_back)
    try:
        return max(0, (await called - began_ns) // NS_PER_MS - LOOP_PROBE_MS)
    finally:
        handle.cancel()


def _nearest(path: Path) -> Path:
    """The path itself, or the nearest above it that exists."""
    return next(place for place in (path, *path.parents) if place.exists())
