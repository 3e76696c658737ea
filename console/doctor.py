"""Is this moot set up as its operator thinks, and is its database in order?

Looks without changing anything, and goes on past what is broken: a doctor who stops at the first fault is no help.
"""

from __future__ import annotations

import asyncio
import platform
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING

from console.locations import Locations, find_locations
from console.machine import now_ms
from console.setting_specs import SPECS
from console.settings import Settings, keys_present, without_effect
from console.version import VERSION
from core.analytics.health_levels import Health, Level, with_since, worst
from core.domain.text import clean_text

if TYPE_CHECKING:
    from core.analytics.degradation import SwitchedOff
    from core.ports.model_offers import ProviderOffer
    from core.rules.extending import Plugins
    from core.runtime.costs import CostsOfDay
    from core.runtime.driver_notes import DriverNotes
    from core.runtime.folder_notes import FolderStanding

SDKS = ("anthropic", "google-genai", "google-generativeai", "openai")
NOBODY = "nobody"
NO_EFFECT = "accepted for files written for what moot grew from; it changes nothing"
LIBRARIES = ("textual", "sqlalchemy", "sqlmodel", "pydantic", "apscheduler", "typer", *SDKS, "genai-prices")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseHealth:
    """What was found about a database file. `state` is `ok`, `absent` or `failing`, `reason` why it fails.

    `driver` says who drives it; `schema`, `sessions` and `bytes` are 0 where they could not be learned. The links of
    `chains_events` events in `chains_sessions` sessions were made anew and are what they must be. `notes` are
    what whoever drove last left of its routes and jobs, `rules_folder` how it found the files of rules, `costs` what
    the last days came to, oldest first.
    """

    state: str
    reason: str = ""
    schema: int = 0
    sessions: int = 0
    bytes: int = 0
    chains_sessions: int = 0
    chains_events: int = 0
    driver: str = ""
    notes: DriverNotes | None = None
    rules_folder: FolderStanding | None = None
    costs: tuple[CostsOfDay, ...] = ()

    @property
    def is_well(self) -> bool:
        """An absent database is well: the first debate makes it."""
        return self.state != "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingShown:
    """A setting's value as a settings file would have it, and who said so."""

    key: str
    value: str
    origin: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginShown:
    """A plugin as `name@version`, what rules have of it, and what was left out, with the reason."""

    origin: str
    brings: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that the doctor looked at. `keys` says whether a provider's key is set, never what it is. `health` is
    the disk's, and what whoever drives noted last; `off` is what is switched off there. `channels` say what each
    lacks, "" for nothing."""

    paths: Mapping[str, str]
    versions: Mapping[str, str]
    keys: Mapping[str, bool]
    providers: tuple[ProviderOffer, ...]
    plugins: tuple[PluginShown, ...]
    database: DatabaseHealth
    health: tuple[Health, ...]
    off: tuple[SwitchedOff, ...]
    settings: tuple[SettingShown, ...]
    channels: Mapping[str, str] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        """How well all of it is."""
        levels = tuple(health.state for health in self.health)
        return worst((*levels, Level.OK if self.database.is_well else Level.FAILING))


def examine(settings: Settings, *, all_chains: bool = False) -> Report:
    """Look at everything without asking any provider, and at the chains of the newest sessions or of all. Of what it
    finds broken, only a table of prices raises."""
    from console.bootstrap import inspect_channels, inspect_database, installed_plugins
    from core.runtime.health import look_at_disk

    database = inspect_database(settings, all_chains=all_chains)
    notes = database.notes if database.notes is not None and is_driven(database) else None
    folders = {"sessions": settings.database.parent, "metrics": settings.metrics_export_path}
    noted = notes.health if notes else ()
    disk = look_at_disk(folders, at_ms=now_ms())
    if noted:
        (disk,) = with_since(noted, (disk,))
    return Report(
        paths=_paths(settings, find_locations()),
        versions=_versions(),
        keys=keys_present(),
        providers=asyncio.run(_providers(settings)),
        plugins=plugins_shown(installed_plugins()),
        channels=inspect_channels(settings),
        database=database,
        health=(disk, *(health for health in noted if health.name != disk.name)),
        off=notes.off if notes else (),
        settings=tuple(_shown(settings)),
    )


def is_driven(database: DatabaseHealth) -> bool:
    """What a driver that is gone has noted says nothing of now."""
    return database.driver not in ("", NOBODY)


def plugins_shown(plugins: Plugins) -> tuple[PluginShown, ...]:
    """Each plugin of which something was found, in alphabetical order."""
    brought: dict[str, list[str]] = {origin: [] for origin in plugins.origins}
    for fact in plugins.facts.values():
        brought[fact.spec.origin].append(f"fact {fact.spec.name}")
    for condition in plugins.conditions.values():
        brought[condition.origin].append(f"condition {condition.name}")
    for action in plugins.actions.values():
        brought[action.origin].append(f"action {action.name}")
    left_out: dict[str, list[str]] = {}
    for fault in plugins.faults:
        left_out.setdefault(fault.origin, []).append(f"{fault.entry}: {fault.why}")
    return tuple(
        PluginShown(origin=origin, brings=tuple(brought.get(origin, ())), left_out=tuple(left_out.get(origin, ())))
        for origin in sorted(brought.keys() | left_out.keys())
    )


async def _providers(settings: Settings) -> tuple[ProviderOffer, ...]:
    """Whether each could be asked: a key is there, its package is installed, a server takes connections."""
    from console.bootstrap import open_offers

    offers = open_offers(settings)
    try:
        return await offers.look(is_asking=False)
    finally:
        await offers.close()


def _paths(settings: Settings, places: Locations) -> Mapping[str, str]:
    return {
        "settings file": f"{places.settings_file}{'' if places.settings_file.exists() else ' (absent)'}",
        "database": str(settings.database),
        "metrics": str(settings.metrics_export_path),
        "log": str(places.log_file),
        "crashes": str(places.crashes),
        "own prices": str(places.prices),
        "own themes": str(places.themes),
        "own keymaps": str(places.keymaps),
        "demo database": str(places.demo_database),
    }


def _versions() -> Mapping[str, str]:
    own = {"moot": VERSION, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    return own | {name: _version_of(name) for name in LIBRARIES}


def _version_of(name: str) -> str:
    """Asked of the package's metadata: importing all of them would take seconds."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _shown(settings: Settings) -> list[SettingShown]:
    return [
        SettingShown(
            key=spec.key,
            value=spec.written(getattr(settings, spec.field)),
            origin=settings.origins.get(spec.field, "default"),
            about=spec.about,
        )
        for spec in SPECS
    ] + [
        SettingShown(key=name, value=clean_text(value), origin=origin, about=NO_EFFECT)
        for name, (value, origin) in without_effect().items()
    ]
