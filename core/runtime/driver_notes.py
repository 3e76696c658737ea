"""What does the driver leave for other processes to read about its routes, its jobs and the answers that it kept?

All of it lives in the driver's memory. A note in the database, written with each health check, lets a joined console
and the doctor say how they stood, and how long ago that was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.analytics.degradation import Feature, SwitchedOff
from core.analytics.health_levels import Health, Level
from core.domain.route_health import ProviderHealth, RouteHealth
from core.ports.response_cache import CacheMode
from core.runtime.caching import CacheFigures
from core.runtime.schedule import JobView

NOTES_SETTING = "driver_notes"
NOTES_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverNotes:
    """Routes in alphabetical order, providers that were probed, and jobs, as they were at Unix time `at_ms`; 0 where
    nobody has driven yet. `kept` is what came of kept answers, None where none are kept. `health` is what the last look
    found, `off` what was switched off for it."""

    at_ms: int = 0
    routes: tuple[RouteHealth, ...] = ()
    jobs: tuple[JobView, ...] = ()
    providers: tuple[ProviderHealth, ...] = ()
    kept: CacheFigures | None = None
    health: tuple[Health, ...] = ()
    off: tuple[SwitchedOff, ...] = ()


def notes_as_text(notes: DriverNotes) -> str:
    """The note as it is stored."""
    plain = {
        "schema": NOTES_SCHEMA,
        "at_ms": notes.at_ms,
        "routes": [asdict(route) for route in notes.routes],
        "jobs": [asdict(job) for job in notes.jobs],
        "providers": [asdict(provider) for provider in notes.providers],
        "kept": None if notes.kept is None else asdict(notes.kept),
        "health": [asdict(health) for health in notes.health],
        "off": [asdict(off) for off in notes.off],
    }
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def notes_from_text(text: str) -> DriverNotes:
    """What a note says. One that another release wrote in another way says nothing: it is only a view."""
    try:
        plain = json.loads(text) if text else {}
        if not isinstance(plain, dict) or plain.get("schema") != NOTES_SCHEMA:
            return DriverNotes()
        return DriverNotes(
            at_ms=int(plain["at_ms"]),
            routes=tuple(RouteHealth(**_known(RouteHealth, route)) for route in plain["routes"]),
            jobs=tuple(JobView(**_known(JobView, job)) for job in plain["jobs"]),
            providers=tuple(
                ProviderHealth(**_known(ProviderHealth, provider)) for provider in plain.get("providers", ())
            ),
            kept=_kept(plain.get("kept")),
            health=tuple(_health(each) for each in plain.get("health", ())),
            off=tuple(_off(each) for each in plain.get("off", ())),
        )
    except (KeyError, TypeError, ValueError):
        return DriverNotes()


def _kept(plain: Mapping[str, Any] | None) -> CacheFigures | None:
    if plain is None:
        return None
    known = _known(CacheFigures, plain)
    return CacheFigures(**{**known, "mode": CacheMode(known["mode"]), "faults": tuple(known["faults"])})


def _health(plain: Mapping[str, Any]) -> Health:
    return Health(**{**_known(Health, plain), "state": Level(plain["state"])})


def _off(plain: Mapping[str, Any]) -> SwitchedOff:
    return SwitchedOff(**{**_known(SwitchedOff, plain), "feature": Feature(plain["feature"])})


def _known(kind: type[Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in plain.items() if name in names}
