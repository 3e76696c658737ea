"""What do the rules in force say about what has just happened?

Rules fire on the rising edge: when their condition becomes true. What they ask for are commands, obeyed like anybody's;
of the decisive ones the first wins, in order of priority, and those it defeats are recorded as overruled, as is every
command that the session refuses. A rule that woke another is heard in the same settlement, up to a named bound.
"""

from __future__ import annotations

from dataclasses import replace

from core.domain.commands import (
    ApplyTemplate,
    Command,
    Complete,
    ContinueOn,
    Escalate,
    Pause,
    StartNewRound,
)
from core.domain.errors import CommandRefused, EndWithheld
from core.domain.events import (
    ActionOverruled,
    RuleErred,
    RuleFired,
    RuleRearmed,
    RuleRecovered,
    RuleSwitchedOff,
)
from core.domain.facts import Facts, FactValue
from core.domain.ids import RuleId
from core.domain.session import Status
from core.engine.draft import Draft
from core.engine.plugged import commands_of_plugin
from core.rules import action as asked
from core.rules.compiled import CompiledRules, Evaluation
from core.rules.rule import Repeat, Rule, fields_of, is_decisive, type_of

PASSES_MAX = 12
"""How often rules may wake rules within one settlement before the rest is left undone, and recorded as such."""

RULE_ERRORS_IN_A_ROW_MAX = 5
"""A rule that can't be evaluated this often in a row, counted once a settlement, is no longer heard in its session."""

SEEN_CHARACTERS_MAX = 120
"""Of a text that a rule looked at; the text itself is in the log already."""


def react(draft: Draft, *, heard: frozenset[RuleId], since: int) -> frozenset[RuleId]:
    """One pass of the rules over the draft's state; returns those that fired, to be left alone in later passes.

    `heard` fired in earlier passes of this settlement, `since` is the number of the draft's events already reacted to.
    """
    rules = draft.engine.rules(draft.state)
    facts = draft.engine.facts(draft.state, now_ms=draft.now_ms)
    evaluation = _of_those_heard(rules.evaluate(facts, draft.memory), draft.state.ruling.switched_off)
    if evaluation.errors or draft.state.ruling.erring:
        _report(draft, evaluation)
    if draft.state.ruling.spent:
        _rearm(draft, rules, evaluation, facts, since)
    awake = evaluation.true_ids and evaluation.true_ids - heard - draft.state.ruling.spent
    if not awake:
        return heard
    firing = rules.in_order(awake)
    _fire(draft, firing, facts)
    return heard | {rule.id for rule in firing}


def acting_on_every_event(draft: Draft) -> frozenset[RuleId]:
    """The rules in force that fire again while their condition stays true."""
    return draft.engine.rules(draft.state).on_every_event


def heard_after_news(draft: Draft, heard: frozenset[RuleId]) -> frozenset[RuleId]:
    """Who of `heard` stays quiet now that the flow went on by itself: all but the rules that act after every event."""
    return heard - acting_on_every_event(draft)


def _of_those_heard(evaluation: Evaluation, switched_off: frozenset[RuleId]) -> Evaluation:
    if not switched_off:
        return evaluation
    errors = tuple(error for error in evaluation.errors if error.rule not in switched_off)
    return Evaluation(evaluation.true_ids - switched_off, errors)


def _report(draft: Draft, evaluation: Evaluation) -> None:
    """Count errors in a row, one a settlement: its passes look at nearly the same facts. A rule that erred counts as
    spent until it can be evaluated and is false."""
    ruling = draft.state.ruling
    counted = {event.rule for event in draft.events if isinstance(event, RuleErred)}
    for rule, message in evaluation.errors:
        if rule in counted:
            continue
        in_a_row = ruling.erring.get(rule, 0) + 1
        draft.add(RuleErred(rule=rule, message=message, in_a_row=in_a_row))
        if in_a_row >= RULE_ERRORS_IN_A_ROW_MAX:
            draft.add(RuleSwitchedOff(rule=rule, errors=in_a_row))
    for rule in sorted(ruling.erring.keys() & evaluation.true_ids):
        draft.add(RuleRecovered(rule=rule))


def _rearm(draft: Draft, rules: CompiledRules, evaluation: Evaluation, facts: Facts, since: int) -> None:
    ended = any(draft.flow.round_ended(event) for event in draft.events[since:])
    unknown = draft.state.ruling.switched_off.union(rule for rule, _ in evaluation.errors)
    for id in sorted(draft.state.ruling.spent - unknown):
        if (
            id not in evaluation.true_ids
            or (ended and rules.by_id[id].repeat is Repeat.ROUND)
            or (id in draft.state.ruling.withheld and not _is_kept_from_ending(draft, rules.by_id[id], facts))
        ):
            draft.add(RuleRearmed(rule=id))


def _is_kept_from_ending(draft: Draft, rule: Rule, facts: Facts) -> bool:
    return bool(draft.flow.keeps_from_ending(draft.state, frozenset(_relied_on(draft, rule, facts))))


def _relied_on(draft: Draft, rule: Rule, facts: Facts) -> tuple[str, ...]:
    """The facts by which a rule that holds acts. Where it holds whatever those are that may end nothing yet, it doesn't
    act by them."""
    named = tuple(sorted(set(fields_of(rule.when))))
    unknown = {name for name in named if draft.flow.keeps_from_ending(draft.state, frozenset((name,)))}
    if unknown and draft.engine.rules(draft.state).holds_without(rule.id, facts, unknown=unknown):
        return tuple(name for name in named if name not in unknown)
    return named


def _fire(draft: Draft, firing: tuple[Rule, ...], facts: Facts) -> None:
    winner: RuleId | None = None
    for rule in firing:
        draft.add(
            RuleFired(
                rule=rule.id,
                priority=rule.priority,
                stays_armed=rule.repeat is Repeat.EVENT,
                actions=tuple(type_of(action).value for action in rule.then),
                seen={name: _as_seen(facts[name]) for name in sorted(fields_of(rule.when)) if name in facts},
            )
        )
        for action in rule.then:
            if is_decisive(action) and winner is not None:
                _overrule(draft, rule, action, f"{winner} has decided already")
                continue
            try:
                draft.obey(*_commands_of(draft, rule, action, facts))
            except CommandRefused as refusal:
                _overrule(draft, rule, action, str(refusal), is_withheld=isinstance(refusal, EndWithheld))
                continue
            if is_decisive(action):
                winner = rule.id


def _overrule(draft: Draft, rule: Rule, action: asked.Action, reason: str, *, is_withheld: bool = False) -> None:
    draft.add(ActionOverruled(rule=rule.id, action=type_of(action).value, reason=reason, is_withheld=is_withheld))


def _as_seen(value: FactValue) -> FactValue:
    """A text is on record already: what a rule saw of it is told by its beginning."""
    if isinstance(value, str) and len(value) > SEEN_CHARACTERS_MAX:
        return f"{value[: SEEN_CHARACTERS_MAX - 1]}…"
    return value


def _commands_of(draft: Draft, rule: Rule, action: asked.Action, facts: Facts) -> tuple[Command, ...]:
    by = f"rule:{rule.id}"
    if isinstance(action, asked.PluginAction):
        commands = commands_of_plugin(action, facts, draft.engine.plugins.actions, by=by)
    else:
        commands = (command_of(action, by=by),)
    if not any(isinstance(each, Complete) for each in commands):
        return commands
    relied_on = _relied_on(draft, rule, facts)
    return tuple(replace(each, relied_on=relied_on) if isinstance(each, Complete) else each for each in commands)


def command_of(action: asked.OwnAction, *, by: str) -> Command:
    """The command that one of moot's own actions amounts to."""
    match action:
        case asked.ContinueDebate():
            return ContinueOn(reason=action.reason, by=by)
        case asked.PauseDebate():
            return Pause(reason=action.reason, by=by)
        case asked.CompleteDebate():
            return Complete(reason=action.reason, by=by)
        case asked.StartNewRound():
            return StartNewRound(reason=action.reason, by=by)
        case asked.EscalateToHuman():
            return Escalate(question=action.question, reason=action.reason, by=by)
        case asked.ApplyTemplate():
            return ApplyTemplate(template=action.template, by=by)


def may_react(draft: Draft) -> bool:
    """True while rules have a say: the session runs and its end is not decided yet."""
    life = draft.state.life
    return life.status is Status.RUNNING and life.completing is None
