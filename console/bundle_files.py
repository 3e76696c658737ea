"""How does a session leave this machine in one file, with all that its log names, and what does one that came say?"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from console.exporting import require_free, write_whole
from console.settings import PROVIDER_KEYS
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator

ENDING = ".bundle.zip"
SECRET_ENDINGS = ("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD")
SECRET_CHARACTERS_MIN = 8
"""What is shorter could be anybody's word."""


def default_name(session: SessionId) -> str:
    """What a bundle is called unless somebody says otherwise."""
    return f"moot-{session[:8]}{ENDING}"


async def export_bundle(orchestrator: Orchestrator, session: SessionId, path: Path, *, replaces: bool = False) -> Path:
    """Write a session's bundle to `path`, whole or not at all. Raises WrongUse where it would hold a secret that is set
    here, or something lies there that is not meant to be replaced."""
    path = require_free(path, replaces=replaces)
    content = await orchestrator.bundles.packed(session)
    refuse_secrets(content, os.environ, where=f"session {session[:8]}")
    return write_whole(path, content)


def refuse_secrets(content: bytes, environ: Mapping[str, str], *, where: str) -> None:
    """Raise WrongUse where the value of a variable that holds a key is in `content`, which is to go to others.

    Nothing of moot's puts one there; what people and models write may.
    """
    for name in sorted(environ):
        value = environ[name].strip()
        if name not in PROVIDER_KEYS and not name.upper().endswith(SECRET_ENDINGS):
            continue
        if len(value) < SECRET_CHARACTERS_MIN:
            continue
        found = min((at for form in _forms(value) if (at := content.find(form)) >= 0), default=-1)
        if found >= 0:
            raise WrongUse(
                f"the value of {name} stands in it{_event_at(content, found)}.",
                where=where,
                now="Nothing was written. Change that key: it is on record here.",
            )


def _forms(value: str) -> set[bytes]:
    """As it is, and as JSON has it."""
    return {value.encode(), json.dumps(value)[1:-1].encode(), json.dumps(value, ensure_ascii=False)[1:-1].encode()}


def _event_at(content: bytes, at: int) -> str:
    mark = b'{"seq":'
    start = content.rfind(mark, 0, at)
    digits = content[start + len(mark) : start + len(mark) + 20].partition(b",")[0]
    return f", in event {digits.decode()}" if start >= 0 and digits.isdigit() else ""
