"""How does a command travel through the inbox to the process that drives?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from core.domain.commands import Command
from core.domain.errors import WrongUse, nearest
from core.domain.events import Event
from storage.codec import adapter, canonical_json, to_plain


class CommandWire:
    """Commands of these `kinds` as `{"kind": …, "fields": …}` and back, lossless.

    Unversioned: a message lives for seconds, and both ends of it are of one release.
    """

    def __init__(self, kinds: Iterable[type]) -> None:
        self._kinds = {kind.__name__: kind for kind in kinds}

    def command_to_plain(self, command: Command) -> Mapping[str, object]:
        """Raises WrongUse for a command of another kind."""
        kind = type(command).__name__
        self._kind(kind)
        return {"kind": kind, "fields": to_plain(command)}

    def command_from_plain(self, plain: Mapping[str, object]) -> Command:
        """Raises WrongUse for an unknown kind and for fields that don't make up the command."""
        kind = str(plain.get("kind", ""))
        try:
            return cast("Command", adapter(self._kind(kind)).validate_python(plain.get("fields")))
        except ValueError as error:
            reason = " ".join(str(error).split())[:200]
            raise WrongUse(f"this is no {kind}: {reason}.", now="Both processes must be of one release.") from error

    def event_as_text(self, event: Event) -> str:
        return f"{type(event).__name__} {canonical_json(event).decode()}"

    def _kind(self, name: str) -> type:
        if name not in self._kinds:
            raise WrongUse(f"no command is called {name!r}.", now=nearest(name, self._kinds))
        return self._kinds[name]
