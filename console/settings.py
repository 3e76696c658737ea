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
from console.setting_channels import (
    MailSetting,
    WebhookSetting,
    mails,
    mails_written,
    routes,
    routes_written,
    webhooks,
    webhooks_written,
)
from console.setting_exports import kinds, kinds_written
from console.setting_live import a_variable, listening_address, origins, origins_written
from console.setting_shares import share, share_written
from console.setting_times import (
    QuietSetting,
    batches,
    batches_written,
    quiet,
    quiet_written,
    reminders,
    reminders_written,
)
from console.setting_values import (
    USD_MAX,
    Read,
    Refused,
    a_folder,
    a_name,
    a_path,
    address,
    commands,
    commands_written,
    dollars,
    flag,
    model_meant,
    ollama_address,
    one_of,
    usd,
    whole,
)
from console.settings_file import entries, line_of, settings_text
from core.domain.budget import MICROUSD_PER_USD
from core.domain.cases import ANSWER_MILLISECONDS_MAX, Then
from core.domain.errors import WrongUse, nearest
from core.exporting.tables import Form, Kind
from core.notifying.reminding import SENSIBLE_REMINDERS, Reminders
from core.notifying.timetable import DIGEST_PARTS_DEFAULT, DIGEST_PARTS_MAX, Batch
from core.ports.live_target import LOOPBACK

DEBATES_AT_ONCE_MAX = 10_000
SECONDS_MAX = 7 * 24 * 3_600
CALL_SECONDS_MAX = 3_600
MINUTES_MAX = 7 * 24 * 60
ANSWER_MINUTES_MAX = ANSWER_MILLISECONDS_MAX // 60_000
EXPORTS_KEPT_MAX = 10_000
ARGUMENTS_TOLD_MAX = 100_000
SESSIONS_MIN_MAX = 10_000
DAYS_KEPT_MAX = 3_650
DRAIN_SECONDS_MAX = 3_600
PACE_MAX = 1_000_000
PORT_MAX = 65_535
RATE_MAX = 1_000_000_000
DAYS_MAX = 36_500

MOOT_PREFIX = "MOOT_"
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

LOG_FORMATS = ("json", "human")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEFAULT = "default"
CHOSEN = "chosen in the console"
COMMAND_LINE = "command line"
DEMO = "demo"
PROVIDERS = "providers"
TABLES = (PROVIDERS, "refine", "notifications", "live", "terminal", "exports", "analytics")


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


@dataclass(frozen=True, slots=True, kw_only=True)
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
    refine_commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    enable_notifications: bool = True
    notification_timeout_seconds: int = 10
    notification_routes: tuple[Mapping[str, Any], ...] | None = field(default=None, hash=False)
    notification_reminders: Reminders = field(default=SENSIBLE_REMINDERS, hash=False)
    notification_quiet: QuietSetting | None = None
    notification_batches: Mapping[str, Batch] = field(default_factory=dict, hash=False)
    notification_batch_size: int = DIGEST_PARTS_DEFAULT
    webhooks: Mapping[str, WebhookSetting] = field(default_factory=dict, hash=False)
    mail: Mapping[str, MailSetting] = field(default_factory=dict, hash=False)
    live_port: int = 0
    live_address: str = LOOPBACK[0]
    live_token_env: str = ""
    live_origins: tuple[str, ...] = ()
    terminal_bell: bool = True
    terminal_osc: bool = True
    terminal_title: bool = True
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
        own = MOOT_PREFIX + self.key.upper().replace(".", "_")
        return (own, self.seed_variable) if self.seed_variable else (own,)

    def written(self, value: object) -> str:
        """The value as a settings file has it."""
        if value is None:
            return "none"
        written = _WRITTEN.get(self.read)
        if written is not None:
            return written(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)


_WRITTEN: Mapping[Read, Callable[[object], str]] = {
    usd: dollars,
    commands: commands_written,
    kinds: kinds_written,
    share: share_written,
    routes: routes_written,
    reminders: reminders_written,
    quiet: quiet_written,
    batches: batches_written,
    webhooks: webhooks_written,
    mails: mails_written,
    origins: origins_written,
}

IN_DOUBT_POLICY = one_of("ask", "retry", "fail")

_SECONDS = whole(1, SECONDS_MAX)
_CALL_SECONDS = whole(1, CALL_SECONDS_MAX)


def _of_provider(prefix: str, name: str, base_url_variable: str = "", model_variable: str = "") -> list[SettingSpec]:
    """What can be set for each provider alike."""
    read = ollama_address if prefix == "ollama" else address
    whose = f"the address at which {name} is asked"
    return [
        SettingSpec(f"{prefix}_base_url", f"providers.{prefix}.base_url", read, whose, base_url_variable),
        SettingSpec(
            f"{prefix}_model", f"providers.{prefix}.model", model_meant,
            f"the model that {prefix!r} alone means", model_variable,
        ),
        SettingSpec(
            f"{prefix}_in_doubt_policy", f"providers.{prefix}.in_doubt_policy", IN_DOUBT_POLICY,
            f"in_doubt_policy for calls to {name} alone",
        ),
    ]  # fmt: skip  # as the table below


SPECS: tuple[SettingSpec, ...] = (
    SettingSpec("database", "database", a_path, "where sessions, rules and templates are kept"),
    SettingSpec(
        "synchronous", "synchronous", one_of("normal", "full"),
        "normal survives a killed process, full also a loss of power",
    ),
    SettingSpec(
        "max_concurrent_debates", "max_concurrent_debates", whole(1, DEBATES_AT_ONCE_MAX),
        "sessions that run at once; others wait in order", "ORCHESTRATION_MAX_DEBATES",
    ),
    SettingSpec("cap_day_microusd", "cap_day_usd", usd, "dollars that may be spent in a day, or none"),
    SettingSpec(
        "cap_session_microusd", "cap_session_usd", usd,
        "dollars that any one session may spend at most, or none",
    ),
    SettingSpec(
        "in_doubt_policy", "in_doubt_policy", IN_DOUBT_POLICY,
        "what becomes of a call of which nobody knows how it ended",
    ),
    SettingSpec(
        "escalation_answer_minutes", "escalation.answer_minutes", whole(0, ANSWER_MINUTES_MAX),
        "how long a question waits for you where its format doesn't say, 0 for as long as it takes",
    ),
    SettingSpec(
        "escalation_then", "escalation.then", one_of(*Then),
        "what happens to a session whose question nobody answered in that time",
    ),
    SettingSpec(
        "response_cache", "response_cache", one_of("off", "exact", "similar"),
        "whether an answer is given again, free of charge, to who asks the same",
    ),
    SettingSpec(
        "drain_seconds_max", "drain_seconds_max", whole(0, DRAIN_SECONDS_MAX),
        "how long stopping waits for turns under way",
    ),
    SettingSpec(
        "rehearsal_pace", "rehearsal_pace", whole(0, PACE_MAX),
        "characters a second at which rehearsal speaks in the console, 0 for at once",
    ),
    SettingSpec("rules_folder", "rules_folder", a_folder, "a folder of rule files that is watched, or none"),
    SettingSpec("metrics_export_path", "metrics_export_path", a_path, "the folder of the metrics files"),
    SettingSpec(
        "enable_metrics_export", "enable_metrics_export", flag, "write metrics files unasked",
        "ORCHESTRATION_METRICS_EXPORT",
    ),
    SettingSpec(
        "metrics_export_interval_seconds", "metrics_export_interval_seconds", _SECONDS,
        "the time between two metrics files",
    ),
    SettingSpec(
        "metrics_port", "metrics_port", whole(0, PORT_MAX),
        "the port at which Prometheus may fetch figures from whoever drives, 0 for none",
    ),
    SettingSpec(
        "metrics_address", "metrics_address", listening_address,
        "the address of this machine at which it may; nobody else can reach loopback",
    ),
    SettingSpec(
        "exports_every_minutes", "exports.every_minutes", whole(0, MINUTES_MAX),
        "the time between two exports that nobody asked for, 0 for none",
    ),
    SettingSpec("exports_kinds", "exports.kinds", kinds, "what they hold, of the words that moot export takes"),
    SettingSpec("exports_format", "exports.format", one_of(*Form), "as what they are written"),
    SettingSpec("exports_folder", "exports.folder", a_path, "the folder that they lie in"),
    SettingSpec(
        "exports_keep_files", "exports.keep_files", whole(1, EXPORTS_KEPT_MAX), "how many of each kind are kept"
    ),
    SettingSpec(
        "exports_keep_days", "exports.keep_days", whole(0, DAYS_KEPT_MAX),
        "how old one of them may grow, 0 for any age; the newest of each kind always stays",
    ),
    SettingSpec(
        "debate_timeout_minutes", "debate_timeout_minutes", whole(1, MINUTES_MAX),
        "from how many minutes of active time on it is told that a session takes too long",
    ),
    SettingSpec(
        "alert_threshold_error_rate", "alert_threshold_error_rate", share,
        "from which share of failed sessions on somebody is told",
    ),
    SettingSpec(
        "analytics_consensus_rate_min", "analytics.consensus_rate_min", share,
        "below which share of sessions with consensus somebody is told",
    ),
    SettingSpec(
        "analytics_escalation_rate_max", "analytics.escalation_rate_max", share,
        "above which share of sessions that asked a person somebody is told",
    ),
    SettingSpec(
        "analytics_arguments_min", "analytics.arguments_min", whole(0, ARGUMENTS_TOLD_MAX),
        "sessions with fewer arguments are told of",
    ),
    SettingSpec(
        "analytics_arguments_max", "analytics.arguments_max", whole(1, ARGUMENTS_TOLD_MAX),
        "sessions with more arguments are told of",
    ),
    SettingSpec(
        "analytics_sessions_min", "analytics.sessions_min", whole(1, SESSIONS_MIN_MAX),
        "of fewer sessions no share is judged",
    ),
    SettingSpec(
        "analytics_window_days", "analytics.window_days", whole(1, DAYS_KEPT_MAX),
        "how many days back it is looked for what is odd",
    ),
    SettingSpec("enable_health_checks", "enable_health_checks", flag, "look after the database while driving"),
    SettingSpec(
        "health_check_interval_seconds", "health_check_interval_seconds", _SECONDS, "the time between two such looks"
    ),
    SettingSpec(
        "keep_sessions_days", "keep_sessions_days", whole(0, DAYS_MAX),
        "how long sessions that are over are kept, 0 for ever; archived ones and those tagged 'keep' stay",
    ),
    SettingSpec(
        "stale_sessions_days", "stale_sessions_days", whole(0, DAYS_MAX),
        "how long a session may wait for a person before that counts as degraded, 0 for ever",
    ),
    SettingSpec("log_level", "log_level", one_of(*LOG_LEVELS), "what the log file holds", "ORCHESTRATION_LOG_LEVEL"),
    SettingSpec(
        "log_format", "log_format", one_of(*LOG_FORMATS), "whether its lines are JSON or for people to read",
        "ORCHESTRATION_LOG_FORMAT",
    ),
    SettingSpec(
        "debug_mode", "debug_mode", flag, "log everything, and show tracebacks", "ORCHESTRATION_DEBUG_MODE"
    ),
    SettingSpec("theme", "theme", a_name, "the colours of the console"),
    SettingSpec("keymap", "keymap", a_name, "the keys of the console"),
    SettingSpec("mouse", "mouse", flag, "let the console hear the mouse"),
    SettingSpec(
        "gemini_sdk", "gemini_sdk", one_of("genai", "generativeai"),
        "which of Google's SDKs asks Gemini; the former one comes with moot[gemini-legacy]",
    ),
    SettingSpec(
        "model_connect_seconds", "model_connect_seconds", _CALL_SECONDS, "how long a provider may take to connect"
    ),
    SettingSpec(
        "model_first_token_seconds", "model_first_token_seconds", _CALL_SECONDS,
        "how long a model may take to its first token",
    ),
    SettingSpec(
        "model_silence_seconds", "model_silence_seconds", _CALL_SECONDS,
        "how long a model may be silent in the middle of an answer",
    ),
    SettingSpec(
        "rate_limit_requests_per_minute", "rate_limit_requests_per_minute", whole(0, RATE_MAX),
        "requests that each provider is sent with one key within a minute at most, 0 for any number",
        "RATE_LIMIT_REQUESTS_PER_MINUTE",
    ),
    SettingSpec(
        "rate_limit_tokens_per_minute", "rate_limit_tokens_per_minute", whole(0, RATE_MAX),
        "tokens that each provider is sent and asked for with one key within a minute at most, 0 for any number",
    ),
    *_of_provider("anthropic", "Claude", "ANTHROPIC_BASE_URL"),
    *_of_provider("gemini", "Gemini"),
    *_of_provider("openai", "OpenAI", "OPENAI_BASE_URL"),
    *_of_provider("groq", "Groq", "GROQ_BASE_URL", "GROQ_MODEL_NAME"),
    *_of_provider("ollama", "Ollama", "OLLAMA_HOST"),
    *_of_provider("vllm", "vLLM"),
    *_of_provider("compatible", "any other server"),
    SettingSpec("refine_commands", "refine.commands", commands, "programs that may check drafts, by name"),
    SettingSpec(
        "enable_notifications", "enable_notifications", flag, "tell by the channels what happens",
        "ORCHESTRATION_ENABLE_NOTIFICATIONS",
    ),
    SettingSpec(
        "notification_timeout_seconds", "notification_timeout_seconds", whole(1, CALL_SECONDS_MAX),
        "how long a webhook may take to answer",
    ),
    SettingSpec(
        "notification_routes", "notifications.routes", routes,
        "which notifications go by which channels; unset, those that are sensible",
    ),
    SettingSpec(
        "notification_reminders", "notifications.reminders", reminders,
        "after what time somebody is reminded of what nobody has seen to, by priority",
    ),
    SettingSpec(
        "notification_quiet", "notifications.quiet", quiet,
        "hours in which what is less urgent waits, or none",
    ),
    SettingSpec(
        "notification_batches", "notifications.batch", batches,
        "channels by which what is less urgent goes in one message every so many minutes",
    ),
    SettingSpec(
        "notification_batch_size", "notification_batch_size", whole(2, DIGEST_PARTS_MAX),
        "notifications in one such message at most", "ORCHESTRATION_NOTIFICATION_BATCH_SIZE",
    ),
    SettingSpec("webhooks", "webhooks", webhooks, "programs elsewhere that are told, by name"),
    SettingSpec("mail", "mail", mails, "people who are told by mail, by name"),
    SettingSpec("live_port", "live.port", whole(0, PORT_MAX), "the port at which programs listen live, 0 for none"),
    SettingSpec("live_address", "live.address", listening_address, "the address of this machine at which they listen"),
    SettingSpec(
        "live_token_env", "live.token_env", a_variable,
        "the environment variable that holds their token; unset, a file does",
    ),
    SettingSpec("live_origins", "live.origins", origins, "sites whose pages may listen live in a browser"),
    SettingSpec("terminal_bell", "terminal.bell", flag, "let the terminal ring"),
    SettingSpec("terminal_osc", "terminal.osc", flag, "let the terminal show notices"),
    SettingSpec("terminal_title", "terminal.title", flag, "say in the window's title how much waits for you"),
)  # fmt: skip  # a table

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


Found = Iterable[tuple[SettingSpec, object, str]]


def _from_command_line(given: Mapping[str, object]) -> Found:
    for spec in SPECS:
        if given.get(spec.field) is not None:
            yield spec, _read(spec, given[spec.field], where=f"--{spec.key.replace('_', '-')}"), COMMAND_LINE


def _from_environment(names: Mapping[str, str]) -> Found:
    known = {variable for spec in SPECS for variable in _variables(spec)} | {HOME_VARIABLE}
    silent = {prefix + name.upper() for name in NAMES_WITHOUT_EFFECT for prefix in (MOOT_PREFIX, SEED_PREFIX)}
    for name in sorted(names):
        if name.startswith(MOOT_PREFIX) and name not in known | silent:
            advice = nearest(name, known) or "Unset it, or see 'moot doctor' for the names there are."
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
    by_key = {spec.key: spec for spec in SPECS}
    by_key |= {former: by_key[key] for former, key in FORMER_NAMES.items()}
    for key, value in entries(table, tables=TABLES):
        if key in NAMES_WITHOUT_EFFECT:
            continue
        where = f"{path}:{line_of(key, text)}"
        if key not in by_key:
            advice = nearest(key, _KEYS) or "'moot doctor' lists the settings there are."
            if key.endswith("key"):
                advice = "A key is read from the environment alone, such as OPENAI_API_KEY: take it out of the file."
            raise WrongUse(f"no setting is called {key!r}.", where=where, now=advice)
        yield by_key[key], _read(by_key[key], value, where=where), str(path)


def _read(spec: SettingSpec, value: object, *, where: str) -> object:
    try:
        return spec.read(value)
    except Refused as error:
        instead = "" if error.is_secret else f", not {str(value)!r:.80}"
        raise WrongUse(f"{spec.key} {error}{instead}.", where=where) from None
