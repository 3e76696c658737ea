"""What can be set, under which names, within which bounds, and what is each for? One row a setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from console.setting_channels import (
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
    batches,
    batches_written,
    quiet,
    quiet_written,
    reminders,
    reminders_written,
)
from console.setting_values import (
    Read,
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
from core.domain.unanswered import ANSWER_MILLISECONDS_MAX, Then
from core.exporting.kinds import Form
from core.notifying.terms import DIGEST_PARTS_MAX

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
LOG_FORMATS = ("json", "human")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingSpec(NamedTuple):
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
