"""How is moot set up, and who said so?

One frozen object with every setting. Each comes from the command line, else the environment, else the settings file,
else (the theme) from what was chosen in the console, else its default; `origins` remembers which, so that `moot doctor`
can say it.

A dataclass and tomllib read it, not pydantic-settings: that library takes 0.29 s to import on the machine where this
was decided, more than all else before the console's first frame, to check some forty values of six kinds.

Keys of providers are no settings: whether one is present is all that is asked here, so that no value can be printed.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from console.locations import HOME_VARIABLE, find_locations
from console.remembered import remembered_theme
from console.setting_channels import MailSetting, WebhookSetting
from console.setting_specs import MOOT_PREFIX, SPECS, SettingSpec
from console.setting_times import QuietSetting
from console.setting_values import USD_MAX, Refused, usd
from console.settings_file import entries, line_of, settings_text
from core.domain.budget import MICROUSD_PER_USD
from core.domain.errors import WrongUse
from core.exporting.kinds import Kind
from core.notifying.terms import DIGEST_PARTS_DEFAULT, SENSIBLE_REMINDERS, Batch, Reminders
from core.ports.loopback import LOOPBACK

SEED_PREFIX = "ORCHESTRATION_"
PROVIDER_KEYS = (
    "ANTHROPIC_API_KEY",
    "GOOGLE_API_KEY",
    "GEMINI_API_KEY",
    "OPENAI_API_KEY",
    "GROQ_API_KEY",
    "COMPATIBLE_API_KEY",
)
"""Names alone: their values are read by whoever calls the provider, and by nobody else."""

NAMES_WITHOUT_EFFECT = (
    "template_storage_path",
    "enable_admin_interface",
)
"""Settings of the configuration that moot grew from. A file or environment written for it is taken as it stands."""

FORMER_NAMES: Mapping[str, str] = {"enable_debug_mode": "debug_mode"}
"""Settings of that configuration which have another name here, with the name that they have."""

DEFAULT = "default"
CHOSEN = "chosen in the console"
COMMAND_LINE = "command line"
DEMO = "demo"
PROVIDERS = "providers"
TABLES = frozenset(spec.key.partition(".")[0] for spec in SPECS if "." in spec.key)


def read_budget(text: str) -> int:
    """The cap of one session, in micro-dollars, as a command line gives it."""
    try:
        cap = usd(text)
    except Refused:
        cap = None
    if cap is None:
        raise WrongUse(
            f"{text!r:.80} is no amount in dollars.",
            where="--budget-usd",
            now=f"Give one such as 0.25, from 0 to {USD_MAX:,}; cap_session_usd in the settings holds without it.",
        )
    return cap


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)  # nobody asks for these two of ninety parts
class Settings:
    """Everything that can be set; `SPECS` says what each is for. Caps are in micro-dollars, None for no cap."""

    database: Path = field(default_factory=lambda: find_locations().database)
    synchronous: str = "normal"
    max_concurrent_debates: int = 10
    cap_day_microusd: int | None = 5 * MICROUSD_PER_USD
    cap_session_microusd: int | None = None
    in_doubt_policy: str = "ask"
    escalation_answer_minutes: int = 0
    escalation_then: str = "pause"
    response_cache: str = "off"
    drain_seconds_max: int = 30
    rehearsal_pace: int = 240
    rules_folder: Path | None = None
    metrics_export_path: Path = field(default_factory=lambda: find_locations().metrics)
    enable_metrics_export: bool = True
    metrics_export_interval_seconds: int = 300
    metrics_port: int = 0
    metrics_address: str = LOOPBACK[0]
    exports_every_minutes: int = 0
    exports_kinds: tuple[Kind, ...] = (Kind.METRICS, Kind.SESSIONS, Kind.RULES)
    exports_format: str = "json"
    exports_folder: Path = field(default_factory=lambda: find_locations().exports)
    exports_keep_files: int = 30
    exports_keep_days: int = 0
    debate_timeout_minutes: int = 30
    alert_threshold_error_rate: int = 100_000
    analytics_consensus_rate_min: int = 300_000
    analytics_escalation_rate_max: int = 200_000
    analytics_arguments_min: int = 2
    analytics_arguments_max: int = 49
    analytics_sessions_min: int = 10
    analytics_window_days: int = 7
    enable_health_checks: bool = True
    health_check_interval_seconds: int = 30
    keep_sessions_days: int = 0
    stale_sessions_days: int = 14
    log_level: str = "INFO"
    log_format: str = "json"
    debug_mode: bool = False
    theme: str = "moot-dark"
    keymap: str = "standard"
    mouse: bool = True
    gemini_sdk: str = "genai"
    model_connect_seconds: int = 10
    model_first_token_seconds: int = 180
    model_silence_seconds: int = 60
    rate_limit_requests_per_minute: int = 60
    rate_limit_tokens_per_minute: int = 0
    anthropic_base_url: str = ""
    anthropic_model: str = ""
    anthropic_in_doubt_policy: str = ""
    gemini_base_url: str = ""
    gemini_model: str = ""
    gemini_in_doubt_policy: str = ""
    openai_base_url: str = ""
    openai_model: str = ""
    openai_in_doubt_policy: str = ""
    groq_base_url: str = ""
    groq_model: str = ""
    groq_in_doubt_policy: str = ""
    ollama_base_url: str = ""
    ollama_model: str = ""
    ollama_in_doubt_policy: str = ""
    vllm_base_url: str = ""
    vllm_model: str = ""
    vllm_in_doubt_policy: str = ""
    compatible_base_url: str = ""
    compatible_model: str = ""
    compatible_in_doubt_policy: str = ""
    refine_commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    enable_notifications: bool = True
    notification_timeout_seconds: int = 10
    notification_routes: tuple[Mapping[str, Any], ...] | None = None
    notification_reminders: Reminders = SENSIBLE_REMINDERS
    notification_quiet: QuietSetting | None = None
    notification_batches: Mapping[str, Batch] = field(default_factory=dict)
    notification_batch_size: int = DIGEST_PARTS_DEFAULT
    webhooks: Mapping[str, WebhookSetting] = field(default_factory=dict)
    mail: Mapping[str, MailSetting] = field(default_factory=dict)
    live_port: int = 0
    live_address: str = LOOPBACK[0]
    live_token_env: str = ""
    live_origins: tuple[str, ...] = ()
    terminal_bell: bool = True
    terminal_osc: bool = True
    terminal_title: bool = True
    origins: Mapping[str, str] = field(default_factory=dict)


_KEYS = tuple(spec.key for spec in SPECS)


def load_settings(
    given: Mapping[str, object] | None = None, *, environ: Mapping[str, str] | None = None, file: Path | None = None
) -> Settings:
    """Settings from all their sources. `given` are the command line's, by field; None as a value says nothing.

    A settings file that is absent says nothing; any other fault in a source raises WrongUse.
    """
    names = os.environ if environ is None else environ
    places = find_locations(names)
    values: dict[str, Any] = {
        "database": places.database,
        "metrics_export_path": places.metrics,
        "exports_folder": places.exports,
    }
    origins = dict.fromkeys((spec.field for spec in SPECS), DEFAULT)
    if theme := remembered_theme(places.remembered):
        values["theme"], origins["theme"] = theme, CHOSEN
    for spec, value, origin in (
        *_from_file(file or places.settings_file),
        *_from_environment(names),
        *_from_command_line(given or {}),
    ):
        values[spec.field] = value
        origins[spec.field] = origin
    return Settings(**values, origins=origins)


_OF_THE_DEMO = (
    "database",
    "metrics_export_path",
    "exports_every_minutes",
    "rules_folder",
    "webhooks",
    "mail",
    "notification_routes",
    "notification_reminders",
    "notification_quiet",
    "notification_batches",
    "live_port",
    "metrics_port",
)
"""What a demo has of its own: it meets nothing of the operator's, and tells nobody elsewhere."""


def for_demo(settings: Settings, environ: Mapping[str, str] | None = None) -> Settings:
    """The same settings over the demo's own database and metrics folder."""
    places = find_locations(environ)
    return replace(
        settings,
        database=places.demo_database,
        metrics_export_path=places.demo_metrics,
        exports_every_minutes=0,
        rules_folder=None,
        webhooks={},
        mail={},
        notification_routes=None,
        notification_reminders=SENSIBLE_REMINDERS,
        notification_quiet=None,
        notification_batches={},
        live_port=0,
        metrics_port=0,
        origins={**settings.origins, **dict.fromkeys(_OF_THE_DEMO, DEMO)},
    )


def keys_present(environ: Mapping[str, str] | None = None) -> Mapping[str, bool]:
    """Which providers' keys are set; never what they are."""
    names = os.environ if environ is None else environ
    return {name: bool(names.get(name, "").strip()) for name in PROVIDER_KEYS}


def without_effect(
    environ: Mapping[str, str] | None = None, *, file: Path | None = None
) -> Mapping[str, tuple[str, str]]:
    """Which names are set that are accepted and change nothing, each with its value and who set it."""
    names = os.environ if environ is None else environ
    path = file or find_locations(names).settings_file
    table = tomllib.loads(settings_text(path))
    found = {name: (_toml_written(table[name]), str(path)) for name in NAMES_WITHOUT_EFFECT if name in table}
    for name in NAMES_WITHOUT_EFFECT:
        for variable in (prefix + name.upper() for prefix in (SEED_PREFIX, MOOT_PREFIX)):
            if names.get(variable, "").strip():
                found[name] = (names[variable], f"environment variable {variable}")
    return found


def _toml_written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


Found = Iterable[tuple[SettingSpec, object, str]]

_OPTIONS: Mapping[str, str] = {"rehearsal_pace": "--pace", "live_port": "--live"}
"""Options that are not called as the setting that they are for."""


def _from_command_line(given: Mapping[str, object]) -> Found:
    for spec in SPECS:
        if given.get(spec.field) is not None:
            option = _OPTIONS.get(spec.field, f"--{spec.key.replace('_', '-')}")
            yield spec, _read(spec, given[spec.field], where=option), COMMAND_LINE


def _from_environment(names: Mapping[str, str]) -> Found:
    known = {variable for spec in SPECS for variable in _variables(spec)} | {HOME_VARIABLE}
    silent = {prefix + name.upper() for name in NAMES_WITHOUT_EFFECT for prefix in (MOOT_PREFIX, SEED_PREFIX)}
    for name in sorted(names):
        if name.startswith(MOOT_PREFIX) and name not in known | silent:
            from console.setting_names import nearest_setting

            meant = nearest_setting(name, known, prefix=MOOT_PREFIX)
            advice = meant or "Unset it, or see 'moot doctor' for the names there are."
            raise WrongUse("no setting is called so.", where=f"environment variable {name}", now=advice)
    for spec in SPECS:
        variable = next((name for name in _variables(spec) if names.get(name, "").strip()), "")
        if variable:
            where = f"environment variable {variable}"
            yield spec, _read(spec, names[variable], where=where), where


def _variables(spec: SettingSpec) -> tuple[str, ...]:
    """Every variable that sets it, the first preferred."""
    former = (name.upper() for name, key in FORMER_NAMES.items() if key == spec.key)
    return (*spec.variables, *(prefix + name for name in former for prefix in (MOOT_PREFIX, SEED_PREFIX)))


def _from_file(path: Path) -> Found:
    text = settings_text(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(
            f"this is no TOML: {error}.", where=str(path), now="Mend the line, or rename the file."
        ) from error
    except RecursionError:
        raise WrongUse("nests too deeply.", where=str(path), now="Write the settings alone into it.") from None
    by_key = {spec.key: spec for spec in SPECS}
    by_key |= {former: by_key[key] for former, key in FORMER_NAMES.items()}
    for key, value in entries(table, tables=TABLES):
        if key in NAMES_WITHOUT_EFFECT:
            continue
        if key not in by_key:
            from console.setting_names import nearest_setting

            advice = nearest_setting(key, _KEYS) or "'moot doctor' lists the settings there are."
            if key.endswith("key"):
                advice = "A key is read from the environment alone, such as OPENAI_API_KEY: take it out of the file."
            raise WrongUse(f"no setting is called {key!r:.80}.", where=f"{path}:{line_of(key, text)}", now=advice)
        yield by_key[key], _read(by_key[key], value, where=lambda part: f"{path}:{line_of(part, text)}"), str(path)


def _read(spec: SettingSpec, value: object, *, where: str | Callable[[str], str]) -> object:
    """`where` is the place of the value; where it depends on which part of a table can't be, it is asked with that
    part's name."""
    try:
        return spec.read(value)
    except RecursionError:
        place = where if isinstance(where, str) else where(spec.key)
        raise WrongUse(f"{spec.key} nests too deeply.", where=place) from None
    except Refused as error:
        name = f"{spec.key}.{error.part}" if error.part else spec.key
        found = error.value if error.part else value
        is_told = not error.is_secret and found is not None and not isinstance(found, Mapping)  # a table says too much
        instead = "" if not is_told else f", not {str(found)!r:.80}"
        place = where if isinstance(where, str) else where(name)
        raise WrongUse(f"{name} {error}{instead}.", where=place) from None
