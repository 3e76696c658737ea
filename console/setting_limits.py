"""What does the operator allow, and what happens by itself, as the runtime counts it?"""

from __future__ import annotations

from collections.abc import Iterable

from console.setting_specs import SPECS
from console.settings import PROVIDERS, Settings
from core.analytics.thresholds import Thresholds
from core.domain.errors import WrongUse
from core.domain.unanswered import AnswerTerms, Then
from core.exporting.kinds import Form
from core.runtime.exporting.wanted import ExportPlan
from core.runtime.gateway.gateway import GatewayLimits
from core.runtime.gateway.limiter import UNLIMITED, RateLimit
from core.runtime.ports import Limits, Rhythm

MILLISECONDS_PER_SECOND = 1_000
DAY_MS = 24 * 3_600 * MILLISECONDS_PER_SECOND

UPKEEP_SECONDS = 6 * 3_600
"""How often what is kept no longer is cleared out."""

ANALYTICS_SECONDS = 60
"""How often it is looked whether something about the sessions is odd."""


def limits_of(config: Settings, *, unmetered: Iterable[str] = ()) -> Limits:
    """What the operator allows. How often the providers `unmetered` are asked in a minute, nobody counts."""
    return Limits(
        sessions_running_max=config.max_concurrent_debates,
        cap_day_microusd=config.cap_day_microusd,
        cap_session_microusd=config.cap_session_microusd,
        in_doubt_policy=config.in_doubt_policy,
        in_doubt_policies={
            name: policy for name, policy in set_for_providers(config, "in_doubt_policy").items() if policy
        },
        drain_milliseconds_max=config.drain_seconds_max * MILLISECONDS_PER_SECOND,
        answer_terms=answer_terms_of(config),
        thresholds=thresholds_of(config),
        gateway=GatewayLimits(
            rate_limit=RateLimit(
                requests_per_minute=config.rate_limit_requests_per_minute or None,
                tokens_per_minute=config.rate_limit_tokens_per_minute or None,
            ),
            rate_limits=dict.fromkeys(unmetered, UNLIMITED),
        ),
    )


def rhythm_of(config: Settings) -> Rhythm:
    """What happens without being asked for."""
    return Rhythm(
        exports_on_completion=config.enable_metrics_export,
        metrics_seconds=config.metrics_export_interval_seconds if config.enable_metrics_export else None,
        analytics_seconds=ANALYTICS_SECONDS,
        exports=exports_of(config),
        health_seconds=config.health_check_interval_seconds if config.enable_health_checks else None,
        upkeep_seconds=UPKEEP_SECONDS,
        keep_days=config.keep_sessions_days,
        stale_days=config.stale_sessions_days,
    )


def set_for_providers(config: Settings, name: str) -> dict[str, str]:
    """What is set under this name for single providers, by the first part of their models' names."""
    return {
        key.split(".")[1]: getattr(config, spec.field)
        for spec in SPECS
        if (key := spec.key).startswith(f"{PROVIDERS}.") and key.endswith(f".{name}")
    }


def answer_terms_of(config: Settings) -> AnswerTerms | None:
    """How long a question waits where its format doesn't say; None for as long as it takes."""
    within_ms = config.escalation_answer_minutes * 60 * MILLISECONDS_PER_SECOND
    return AnswerTerms(answer_within_ms=within_ms, then=Then(config.escalation_then)) if within_ms else None


def thresholds_of(config: Settings) -> Thresholds:
    """From which figures on something is told. Raises WrongUse where nothing could lie between two of them."""
    if config.analytics_arguments_min > config.analytics_arguments_max:
        raise WrongUse(
            f"arguments_min is {config.analytics_arguments_min}, arguments_max {config.analytics_arguments_max}: every"
            " session would be told of.",
            where="settings, [analytics]",
            now="Make the first the smaller one.",
        )
    return Thresholds(
        error_ppm_max=config.alert_threshold_error_rate,
        consensus_ppm_min=config.analytics_consensus_rate_min,
        escalation_ppm_max=config.analytics_escalation_rate_max,
        duration_ms_max=config.debate_timeout_minutes * 60 * MILLISECONDS_PER_SECOND,
        arguments_min=config.analytics_arguments_min,
        arguments_max=config.analytics_arguments_max,
        sample_min=config.analytics_sessions_min,
        window_days=config.analytics_window_days,
    )


def exports_of(config: Settings) -> ExportPlan | None:
    """What is exported unasked, and what is kept of it; None for nothing."""
    if not config.exports_every_minutes:
        return None
    return ExportPlan(
        every_seconds=config.exports_every_minutes * 60,
        kinds=config.exports_kinds,
        form=Form(config.exports_format),
        folder=config.exports_folder,
        files_max=config.exports_keep_files,
        age_ms_max=config.exports_keep_days * DAY_MS or None,
    )
