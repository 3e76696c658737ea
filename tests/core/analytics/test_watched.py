"""Is what somebody watches from outside told by the log alone?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.book import Book, advanced
from core.analytics.watched import LETTING_GO_ON, RULE_ERRED, SESSION_FAILED, UNHEARD, Watched
from core.domain.commands import AmendMotion, Pause
from core.domain.costs import provider_of
from core.domain.events import (
    AttemptFailed,
    AttemptSucceeded,
    CompletionDecided,
    Recorded,
    RuleErred,
    SessionCancelled,
    SessionEscalated,
    SessionFailed,
    SessionPaused,
)
from core.domain.ids import RuleId
from core.domain.provider_errors import NOT_SENT
from core.engine import settle
from core.engine.draft import Draft
from core.engine.react import react
from tests.builders import Played
from tests.core.analytics.histories import MOVES, a_debate, a_log, played, to_its_end

STOPPING = (SessionPaused, SessionEscalated, SessionFailed, SessionCancelled, CompletionDecided)


def watched_of(log: list[Recorded]) -> Watched:
    return advanced(Book(), log).measures.watched


@given(a_log)
def test_errors_are_counted_by_the_words_on_record(log: list[Recorded]) -> None:
    errors = watched_of(log).errors

    failed = Counter(each.event.error for each in log if isinstance(each.event, AttemptFailed))
    failed.pop(NOT_SENT, None)
    assert {kind: errors.get(kind, 0) for kind in failed} == dict(failed)
    assert errors.get(SESSION_FAILED, 0) == sum(isinstance(each.event, SessionFailed) for each in log)
    assert errors.get(RULE_ERRED, 0) == sum(isinstance(each.event, RuleErred) for each in log)


@given(a_log)
def test_each_answer_has_one_latency_and_that_of_its_provider(log: list[Recorded]) -> None:
    latencies = watched_of(log).latencies

    answers = [each.event for each in log if isinstance(each.event, AttemptSucceeded)]
    assert sum(each.count for each in latencies.values()) == len(answers)
    assert sum(each.total for each in latencies.values()) == sum(answer.latency_ms for answer in answers)
    assert latencies.keys() <= {provider_of(answer.model) for answer in answers}


@given(a_debate)
def test_rules_are_heard_at_most_once_a_decision(debate: Played) -> None:
    decisions = sum(watched_of(debate.log).decisions.values())

    assert decisions <= sum(1 for each in debate.log if each.envelope is not None)


class Counted:
    """Hears the rules as the engine does, and remembers for which decisions."""

    def __init__(self) -> None:
        self._heard: list[Draft] = []

    def __call__(self, draft: Draft, **seen: Any) -> frozenset[RuleId]:
        if not any(draft is each for each in self._heard):
            self._heard.append(draft)
        return react(draft, **seen)

    @property
    def on_record(self) -> int:
        return sum(1 for draft in self._heard if draft.events)


@settings(derandomize=True)
@given(st.lists(st.sampled_from(MOVES), max_size=25), st.booleans())
def test_the_rules_are_never_counted_as_heard_less_often_than_they_were(
    moves: list[Callable[[Played], object]], is_ruled: bool
) -> None:
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(settle, "react", counted := Counted())
        debate = played(moves, is_ruled=is_ruled)

    told = sum(watched_of(debate.log).decisions.values())

    stops = sum(isinstance(each.event, STOPPING) for each in debate.log)
    assert counted.on_record <= told <= counted.on_record + stops


def test_of_a_whole_debate_the_rules_are_heard_with_its_admission_and_each_turn_until_its_end_is_decided() -> None:
    debate = to_its_end()

    (heard,) = watched_of(debate.log).decisions.values()

    turns = sum(isinstance(each.event, AttemptSucceeded) for each in debate.log)
    verdict = 1
    assert heard == 1 + turns - verdict


def test_a_paused_debate_hears_no_rules() -> None:
    before = watched_of(played(()).log).decisions

    paused = played(
        (
            lambda debate: debate.do(Pause()),
            lambda debate: debate.do(AmendMotion(motion="The release train leaves on Mondays.")),
        )
    )

    assert watched_of(paused.log).decisions == before


def test_commands_upon_which_no_rule_is_heard_are_those_that_the_engine_names() -> None:
    assert set(UNHEARD) == set(settle.QUIET_COMMANDS)
    assert set(LETTING_GO_ON) == set(settle.LETTING_GO_ON)
