"""How is moot set up, and who said so?

One frozen object with every setting. Each comes from the command line, else the environment, else the settings file,
else its default; `origins` remembers which, so that `moot doctor` can say it.

A dataclass and tomllib read it, not pydantic-settings: that library takes 0.29 s to import on the machine where this
was decided, more than all else before the console's first frame, to check some twenty values of four kinds.

Keys of providers are no settings: whether one is present is all that is asked here, so that no value can be printed.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from console.locations import HOME_VARIABLE, find_locations
from core.domain.budget import MICROUSD_PER_USD
from core.domain.errors import WrongUse, nearest

SETTINGS_FILE_BYTES_MAX = 1_000_000
DEBATES_AT_ONCE_MAX = 10_000
SECONDS_MAX = 7 * 24 * 3_600
DRAIN_SECONDS_MAX = 3_600
USD_MAX = 1_000_000
PACE_MAX = 1_000_000

MOOT_PREFIX = "MOOT_"
SEED_PREFIX = "ORCHESTRATION_"
PROVIDER_KEYS = ("ANTHROPIC_API_KEY", "GOOGLE_API_KEY")
"""Names alone: their values are read by whoever calls the provider, and by nobody else."""

NAMES_WITHOUT_EFFECT = (
    "template_storage_path",
    "debate_timeout_minutes",
    "enable_notifications",
    "enable_admin_interface",
    "notification_batch_size",
    "notification_timeout_seconds",
    "alert_threshold_error_rate",
)
"""Settings of the configuration that moot grew from. A file or environment written for it is taken as it stands."""

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEFAULT = "default"
COMMAND_LINE = "command line"
DEMO = "demo"


class _Refused(ValueError):
    """A value can't be meant; the message says what is wanted instead."""


Read = Callable[[object], Any]


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    raise _Refused("is true or false")


def _whole(least: int, most: int) -> Read:
    def read(value: object) -> int:
        wanted = f"is a whole number from {least:,} to {most:,}"
        if isinstance(value, (bool, float)):
            raise _Refused(wanted)
        try:
            number = int(str(value).strip())
        except ValueError as error:
            raise _Refused(wanted) from error
        if not least <= number <= most:
            raise _Refused(wanted)
        return number

    return read


def read_budget(text: str) -> int:
    """The cap of one session, in micro-dollars, as a command line gives it."""
    try:
        cap = _usd(text)
    except _Refused:
        cap = None
    if cap is None:
        raise WrongUse(
            f"{text!r:.80} is no amount in dollars.",
            where="--budget-usd",
            now=f"Give one such as 0.25, from 0 to {USD_MAX:,}; cap_session_usd in the settings holds without it.",
        )
    return cap


def _usd(value: object) -> int | None:
    """Micro-dollars from `0.05`, `$5` or 5; None from `none`. Rounded down: reading a cap never raises it."""
    wanted = f"is an amount in dollars such as 0.25, from 0 to {USD_MAX:,}, or none for no cap"
    text = str(value).strip().removeprefix("$")
    if isinstance(value, bool):
        raise _Refused(wanted)
    if text.lower() == "none":
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise _Refused(wanted) from error
    if not amount.is_finite() or not 0 <= amount <= USD_MAX:
        raise _Refused(wanted)
    return int(amount * MICROUSD_PER_USD)


def _dollars(amount_microusd: object) -> str:
    return f"{Decimal(str(amount_microusd)) / MICROUSD_PER_USD:f}"


def _one_of(*words: str) -> Read:
    def read(value: object) -> str:
        text = str(value).strip()
        found = next((word for word in words if word.lower() == text.lower()), "")
        if not found:
            raise _Refused(f"is one of {', '.join(words)}")
        return found

    return read


def _name(value: object) -> str:
    text = str(value).strip()
    if not isinstance(value, str) or not text:
        raise _Refused("is a name")
    return text


def _path(value: object) -> Path:
    if not isinstance(value, (str, Path)) or not str(value).strip() or "\0" in str(value):
        raise _Refused("is a path")
    return Path(value).expanduser().absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set; `SPECS` says what each is for. Caps are in micro-dollars, None for no cap."""

    database: Path = field(default_factory=lambda: find_locations().database)
    synchronous: str = "normal"
    max_concurrent_debates: int = 10
    cap_day_microusd: int | None = 5 * MICROUSD_PER_USD
    cap_session_microusd: int | None = None
    in_doubt_policy: str = "ask"
    drain_seconds_max: int = 30
    rehearsal_pace: int = 240
    metrics_export_path: Path = field(default_factory=lambda: find_locations().metrics)
    enable_metrics_export: bool = True
    metrics_export_interval_seconds: int = 300
    enable_health_checks: bool = True
    health_check_interval_seconds: int = 30
    log_level: str = "INFO"
    debug_mode: bool = False
    theme: str = "moot-dark"
    keymap: str = "standard"
    mouse: bool = True
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """One setting as people name it: `key` in the file, `variables` in the environment, the first of them preferred."""

    field: str
    key: str
    read: Read
    about: str
    seed_variable: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        own = MOOT_PREFIX + self.key.upper()
        return (own, self.seed_variable) if self.seed_variable else (own,)

    def written(self, value: object) -> str:
        """The value as a settings file has it."""
        if self.read is _usd:
            return "none" if value is None else _dollars(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)


_SECONDS = _whole(1, SECONDS_MAX)

SPECS: tuple[SettingSpec, ...] = (
    SettingSpec("database", "database", _path, "where sessions, rules and templates are kept"),
    SettingSpec(
        "synchronous", "synchronous", _one_of("normal", "full"),
        "normal survives a killed process, full also a loss of power",
    ),
    SettingSpec(
        "max_concurrent_debates", "max_concurrent_debates", _whole(1, DEBATES_AT_ONCE_MAX),
        "sessions that run at once; others wait in order", "ORCHESTRATION_MAX_DEBATES",
    ),
    SettingSpec("cap_day_microusd", "cap_day_usd", _usd, "dollars that may be spent in a day, or none"),
    SettingSpec(
        "cap_session_microusd", "cap_session_usd", _usd,
        "dollars that any one session may spend at most, or none",
    ),
    SettingSpec(
        "in_doubt_policy", "in_doubt_policy", _one_of("ask", "retry", "fail"),
        "what becomes of a call of which nobody knows how it ended",
    ),
    SettingSpec(
        "drain_seconds_max", "drain_seconds_max", _whole(0, DRAIN_SECONDS_MAX),
        "how long stopping waits for turns under way",
    ),
    SettingSpec(
        "rehearsal_pace", "rehearsal_pace", _whole(0, PACE_MAX),
        "characters a second at which rehearsal speaks in the console, 0 for at once",
    ),
    SettingSpec("metrics_export_path", "metrics_export_path", _path, "the folder of the metrics files"),
    SettingSpec(
        "enable_metrics_export", "enable_metrics_export", _flag, "write metrics files unasked",
        "ORCHESTRATION_METRICS_EXPORT",
    ),
    SettingSpec(
        "metrics_export_interval_seconds", "metrics_export_interval_seconds", _SECONDS,
        "the time between two metrics files",
    ),
    SettingSpec("enable_health_checks", "enable_health_checks", _flag, "look after the database while driving"),
    SettingSpec(
        "health_check_interval_seconds", "health_check_interval_seconds", _SECONDS, "the time between two such looks"
    ),
    SettingSpec("log_level", "log_level", _one_of(*LOG_LEVELS), "what the log file holds", "ORCHESTRATION_LOG_LEVEL"),
    SettingSpec(
        "debug_mode", "debug_mode", _flag, "log everything, and show tracebacks", "ORCHESTRATION_DEBUG_MODE"
    ),
    SettingSpec("theme", "theme", _name, "the colours of the console"),
    SettingSpec("keymap", "keymap", _name, "the keys of the console"),
    SettingSpec("mouse", "mouse", _flag, "let the console hear the mouse"),
)  # fmt: skip  # a table

_KEYS = tuple(spec.key for spec in SPECS)


def load_settings(
    given: Mapping[str, object] | None = None, *, environ: Mapping[str, str] | None = None, file: Path | None = None
) -> Settings:
    """Settings from all four sources. `given` are the command line's, by field; None as a value says nothing.

    A settings file that is absent says nothing; any other fault in a source raises WrongUse.
    """
    names = os.environ if environ is None else environ
    places = find_locations(names)
    values: dict[str, Any] = {"database": places.database, "metrics_export_path": places.metrics}
    origins = dict.fromkeys((spec.field for spec in SPECS), DEFAULT)
    for spec, value, origin in (
        *_from_file(file or places.settings_file),
        *_from_environment(names),
        *_from_command_line(given or {}),
    ):
        values[spec.field] = value
        origins[spec.field] = origin
    return Settings(**values, origins=origins)


def for_demo(settings: Settings, environ: Mapping[str, str] | None = None) -> Settings:
    """The same settings over the demo's own database and metrics folder."""
    places = find_locations(environ)
    return replace(
        settings,
        database=places.demo_database,
        metrics_export_path=places.demo_metrics,
        origins={**settings.origins, "database": DEMO, "metrics_export_path": DEMO},
    )


def keys_present(environ: Mapping[str, str] | None = None) -> Mapping[str, bool]:
    """Which providers' keys are set; never what they are."""
    names = os.environ if environ is None else environ
    return {name: bool(names.get(name, "").strip()) for name in PROVIDER_KEYS}


Found = Iterable[tuple[SettingSpec, object, str]]


def _from_command_line(given: Mapping[str, object]) -> Found:
    for spec in SPECS:
        if given.get(spec.field) is not None:
            yield spec, _read(spec, given[spec.field], where=f"--{spec.key.replace('_', '-')}"), COMMAND_LINE


def _from_environment(names: Mapping[str, str]) -> Found:
    known = {variable for spec in SPECS for variable in spec.variables} | {HOME_VARIABLE}
    silent = {prefix + name.upper() for name in NAMES_WITHOUT_EFFECT for prefix in (MOOT_PREFIX, SEED_PREFIX)}
    for name in sorted(names):
        if name.startswith(MOOT_PREFIX) and name not in known | silent:
            advice = nearest(name, known) or "Unset it, or see 'moot doctor' for the names there are."
            raise WrongUse("no setting is called so.", where=f"environment variable {name}", now=advice)
    for spec in SPECS:
        variable = next((name for name in spec.variables if names.get(name, "").strip()), "")
        if variable:
            where = f"environment variable {variable}"
            yield spec, _read(spec, names[variable], where=where), where


def _from_file(path: Path) -> Found:
    text = _settings_text(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(
            f"this is no TOML: {error}.", where=str(path), now="Mend the line, or rename the file."
        ) from error
    by_key = {spec.key: spec for spec in SPECS}
    for key, value in table.items():
        if key in NAMES_WITHOUT_EFFECT:
            continue
        where = f"{path}:{_line_of(key, text)}"
        if key not in by_key:
            advice = nearest(key, _KEYS) or "'moot doctor' lists the settings there are."
            raise WrongUse(f"no setting is called {key!r}.", where=where, now=advice)
        yield by_key[key], _read(by_key[key], value, where=where), str(path)


def _settings_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(SETTINGS_FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WrongUse(f"can't be read: {reason}.", where=str(path), now="Mend its rights, or move it away.") from error
    if len(content) > SETTINGS_FILE_BYTES_MAX:
        raise WrongUse(
            f"is larger than {SETTINGS_FILE_BYTES_MAX:,} bytes, so that it can't be meant.",
            where=str(path),
            now="Put the settings alone into it.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse("is no UTF-8 text.", where=str(path), now="Save it as UTF-8.") from error


def _line_of(key: str, text: str) -> int:
    named = re.compile(rf"""\s*(?:\[\s*)?["']?{re.escape(key)}["']?\s*[].=]""")
    return next((number for number, line in enumerate(text.splitlines(), start=1) if named.match(line)), 1)


def _read(spec: SettingSpec, value: object, *, where: str) -> object:
    try:
        return spec.read(value)
    except _Refused as error:
        raise WrongUse(f"{spec.key} {error}, not {str(value)!r:.80}.", where=where) from error
