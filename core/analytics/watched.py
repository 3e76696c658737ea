"""What counts besides, for whoever watches from outside: errors by kind, decisions by the rules that were heard, how
long each provider took?

All of it follows from the log, in whichever pages that is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from core.analytics.histogram import LATENCY_MS_BOUNDS, Histogram, empty, observed
from core.analytics.life import DebateLife, model_of
from core.domain.changing import changed
from core.domain.commands import (
    Admit,
    AnswerEscalation,
    BeginAttempt,
    Fork,
    Open,
    Queue,
    Resume,
    ResumeRun,
    RetryStep,
)
from core.domain.costs import provider_of
from core.domain.events import (
    AttemptFailed,
    AttemptInDoubt,
    AttemptSettled,
    AttemptSucceeded,
    CascadeStopped,
    Recorded,
    RuleErred,
    SessionFailed,
)
from core.domain.ids import Digest
from core.domain.people import is_person
from core.domain.provider_errors import IN_DOUBT, NOT_SENT
from core.domain.session import Status

Key = TypeVar("Key", bound=str)

RULE_ERRED = "rule_erred"
CASCADE_STOPPED = "cascade_stopped"
SESSION_FAILED = "session_failed"

UNHEARD = (BeginAttempt, Open, Fork, Queue, ResumeRun)
"""Commands upon which rules are not heard: what they record is an intent, or a place in a queue."""

LETTING_GO_ON = (Resume, Admit, AnswerEscalation, RetryStep)
"""Behind these a session runs, though their first event may only be one that leads there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """`errors` are counted by kind: the word that a call failed with, or one of ours. `decisions` are those in which
    rules had a say, by the digest of the version that was in force. `latencies` are those of answers, by the first part
    of their models' names; one given again from the cache took no time. `returned_microusd` is what doubtful calls had
    been charged too much, by model: what a model cost grows by as much less."""

    errors: Mapping[str, int] = field(default_factory=dict)
    decisions: Mapping[Digest, int] = field(default_factory=dict)
    latencies: Mapping[str, Histogram] = field(default_factory=dict)
    returned_microusd: Mapping[str, int] = field(default_factory=dict)


def fold_watched(watched: Watched, record: Recorded, *, before: DebateLife | None, after: DebateLife | None) -> Watched:
    """What is counted behind `record`; `before` and `after` are its session's life on either side of it. Without them,
    what only a life can tell is left out."""
    if after is not None and _is_heard(record, after):
        watched = changed(watched, decisions=_more(watched.decisions, after.rules))
    event = record.event
    if isinstance(event, AttemptSucceeded):
        if event.is_cached or before is None:
            return watched
        provider = provider_of(model_of(before, event))
        latency = observed(watched.latencies.get(provider) or empty(LATENCY_MS_BOUNDS), event.latency_ms)
        return changed(watched, latencies={**watched.latencies, provider: latency})
    if isinstance(event, AttemptSettled):
        if event.difference_microusd <= 0 or before is None:
            return watched
        returned = _more(watched.returned_microusd, model_of(before, event), event.difference_microusd)
        return changed(watched, returned_microusd=returned)
    kind = _kind_of_error(event)
    return changed(watched, errors=_more(watched.errors, kind)) if kind else watched


def _is_heard(record: Recorded, life: DebateLife) -> bool:
    """An append begins with what was decided, and rules have a say while the session runs and is not to end."""
    if record.envelope is None or not life.rules or life.is_ending:
        return False
    command = record.envelope.command
    if isinstance(command, LETTING_GO_ON):
        return True
    return life.status is Status.RUNNING and not isinstance(command, UNHEARD)


def _kind_of_error(event: object) -> str:
    """ "" for what is no error: who passes, or is away, has not failed, nor has a call that was never sent."""
    match event:
        case AttemptFailed():
            return "" if event.error == NOT_SENT or is_person(event.route) else event.error
        case AttemptInDoubt():
            return IN_DOUBT
        case RuleErred():
            return RULE_ERRED
        case CascadeStopped():
            return CASCADE_STOPPED
        case SessionFailed():
            return SESSION_FAILED
        case _:
            return ""


def _more(counts: Mapping[Key, int], key: Key, amount: int = 1) -> Mapping[Key, int]:
    return {**counts, key: counts.get(key, 0) + amount}
