"""Where on this machine does moot read and write?

The XDG base directories, read here instead of by a library: three folders are not worth an import before the first
frame. `MOOT_HOME` puts everything below one folder, for tests and for a moot that is carried about.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from core.domain.errors import WrongUse

NAME = "moot"
HOME_VARIABLE = "MOOT_HOME"


class Locations(NamedTuple):
    """Three folders: what people write, what moot keeps, what it may lose. None of them need exist yet."""

    config: Path
    data: Path
    state: Path

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.toml"

    @property
    def prices(self) -> Path:
        """The operator's own prices of models."""
        return self.config / "prices.toml"

    @property
    def themes(self) -> Path:
        """The operator's own colour themes."""
        return self.config / "themes"

    @property
    def message_templates(self) -> Path:
        """The operator's own words for what is told by each channel."""
        return self.config / "notifications"

    @property
    def keymaps(self) -> Path:
        """The operator's own keymaps."""
        return self.config / "keymaps"

    @property
    def database(self) -> Path:
        return self.data / "moot.db"

    @property
    def metrics(self) -> Path:
        return self.data / "metrics"

    @property
    def exports(self) -> Path:
        """What is exported by itself."""
        return self.data / "exports"

    @property
    def remembered(self) -> Path:
        """What the console remembers of itself."""
        return self.state / "console.toml"

    @property
    def log_file(self) -> Path:
        return self.state / "moot.log"

    @property
    def live_token(self) -> Path:
        """By what programs that listen live are known; its owner alone can read it."""
        return self.state / "live-token"

    @property
    def crashes(self) -> Path:
        """Tracebacks of what should never have happened, one file each."""
        return self.state / "crashes"

    @property
    def demo(self) -> Path:
        """The demo's own folder: nothing of it ever meets the operator's database."""
        return self.data / "demo"

    @property
    def demo_database(self) -> Path:
        return self.demo / "demo.db"

    @property
    def demo_metrics(self) -> Path:
        return self.demo / "metrics"


def find_locations(environ: Mapping[str, str] | None = None) -> Locations:
    """The folders that `environ` (the process's own where it is None) says."""
    names = os.environ if environ is None else environ
    if own := names.get(HOME_VARIABLE, ""):
        home = from_the_root(Path(own), where=HOME_VARIABLE)
        return Locations(config=home / "config", data=home / "data", state=home / "state")
    return Locations(
        config=_base(names, "XDG_CONFIG_HOME", ".config") / NAME,
        data=_base(names, "XDG_DATA_HOME", ".local/share") / NAME,
        state=_base(names, "XDG_STATE_HOME", ".local/state") / NAME,
    )


def _base(names: Mapping[str, str], variable: str, below_home: str) -> Path:
    """The XDG folder; its specification says that a relative one is invalid and to be passed over."""
    given = Path(names.get(variable, ""))
    if given.is_absolute():
        return given
    home = names.get("HOME", "")
    return (Path(home) if home else from_the_root(Path("~"), where="HOME")) / below_home


def from_the_root(path: Path, *, where: str = "") -> Path:
    """The path from the root on, with what `~` or `~somebody` stands for. Raises WrongUse where nobody knows that."""
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise WrongUse(
            "nobody knows where this home folder is.",
            where=where or str(path),
            now=f"Set {HOME_VARIABLE} to a folder." if where else "Write the folder out.",
        ) from None
