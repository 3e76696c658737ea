"""Which plugins are installed here, and what do they bring to rules?

A plugin is a package with entry points in one of three groups. What one of them does while it is loaded harms nobody
else: it is left out, and that is told.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from importlib import metadata

from core.rules.admitting import KINDS, Found, admitted
from core.rules.extending import Plugins

WHY_CHARACTERS_MAX = 200

_log = logging.getLogger(__name__)


def find_plugins(facts: Collection[str]) -> Plugins:
    """All that can be taken of what is installed, where moot itself has these facts. Never raises."""
    installed = metadata.entry_points()  # one look for all groups: it reads a file of each package
    points = [point for group in KINDS for point in installed.select(group=group)]
    plugins = admitted([_loaded(point) for point in points], facts=facts)
    for fault in plugins.faults:
        _log.warning("%s", fault)
    return plugins


def _loaded(point: metadata.EntryPoint) -> Found:
    origin = f"{point.dist.name}@{point.dist.version}" if point.dist is not None else "unknown@0"
    try:
        return Found(group=point.group, name=point.name, origin=origin, thing=point.load())
    except (Exception, SystemExit) as error:  # what a package does while it is loaded can be anything
        said = " ".join(f"{type(error).__name__}: {error}".split())[:WHY_CHARACTERS_MAX]
        return Found(group=point.group, name=point.name, origin=origin, failed=f"it can't be loaded: {said}.")
