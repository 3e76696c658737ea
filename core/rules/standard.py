"""Which rules does moot ship?

Those that keep a debate from running on are enabled; those that are a matter of taste wait to be switched on.
"""

from __future__ import annotations

from core.domain.ids import RuleId, TemplateId
from core.rules.rule import (
    AllOf,
    ApplyTemplate,
    Compare,
    CompleteDebate,
    ConditionType,
    ContinueDebate,
    EscalateToHuman,
    Not,
    PauseDebate,
    Repeat,
    Rule,
    StartNewRound,
)

STANDARD_RULE_SET = "standard"


def _more_than(field: str, value: int) -> Compare:
    return Compare(type=ConditionType.GREATER_THAN, field=field, value=value)


def _less_than(field: str, value: int) -> Compare:
    return Compare(type=ConditionType.LESS_THAN, field=field, value=value)


def _at_least(field: str, count: int) -> Compare:
    return Compare(type=ConditionType.COUNT_THRESHOLD, field=field, value=count)


def _lasted(field: str, milliseconds: int) -> Compare:
    return Compare(type=ConditionType.TIME_ELAPSED, field=field, value=milliseconds)


_ENABLED = (
    Rule(
        id=RuleId("complete_when_budget_nearly_spent"),
        name="Complete before the budget is spent",
        description=(
            "Asks for the verdict once more than 90 % of the session's budget is used, while there is money left to"
            " pay for the verdict."
        ),
        priority=95,
        when=_more_than("budget_used_ppm", 900_000),
        then=(CompleteDebate(reason="budget_nearly_spent"),),
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("complete_when_judge_decides"),
        name="Complete when the judge has heard enough",
        description=(
            "Asks for the verdict once a judge who is asked after a round whether the debate may end says that it may."
            " Formats without such a question never wake it."
        ),
        priority=92,
        when=Compare(type=ConditionType.IN_LIST, field="judge_outcome", value=("for", "against", "enough")),
        then=(CompleteDebate(reason="judge_decided"),),
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("complete_on_consensus"),
        name="Complete when consensus is reached",
        description="Ends the debate when at least one round is done and consensus stands at 80 % or more.",
        priority=90,
        when=AllOf(parts=(_more_than("consensus_ppm", 799_999), _at_least("round_count", 1))),
        then=(CompleteDebate(reason="consensus_reached"),),
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("pause_after_repeated_errors"),
        name="Pause after repeated errors",
        description=(
            "Pauses after five failed attempts in a row, over several turns: the model or the connection is down, and"
            " trying on costs time and money. Resume when it is back."
        ),
        priority=88,
        when=_at_least("consecutive_error_count", 5),
        then=(PauseDebate(reason="repeated_errors"),),
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("escalate_on_error_rate"),
        name="Ask when many attempts fail",
        description="Asks you when five or more attempts, and more than 10 % of all, have failed.",
        priority=85,
        when=AllOf(parts=(_at_least("error_count", 5), _more_than("error_rate_ppm", 100_000))),
        then=(
            EscalateToHuman(question="More than one attempt in ten has failed. Shall it go on?", reason="error_rate"),
        ),
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("complete_at_max_rounds"),
        name="Complete at max rounds",
        description="Ends the debate after its fifth round, whatever the template allows.",
        priority=80,
        when=_more_than("round_count", 4),
        then=(CompleteDebate(reason="max_rounds_reached"),),
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("escalate_when_silent"),
        name="Ask when nobody speaks",
        description="Asks you when no turn has been finished for ten minutes of active time.",
        priority=75,
        when=_lasted("silence_ms", 600_000),
        then=(
            EscalateToHuman(question="Nobody has finished a turn for ten minutes. Shall it go on?", reason="silence"),
        ),
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("complete_when_too_long"),
        name="Complete when it takes too long",
        description="Ends the debate after 30 minutes of active time; time spent paused doesn't count.",
        priority=70,
        when=_lasted("elapsed_ms", 1_800_000),
        then=(CompleteDebate(reason="too_long"),),
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("complete_when_stalled"),
        name="Complete when stalled",
        description="Ends the debate when two rounds in a row have moved consensus by less than 2 points each.",
        priority=60,
        when=_at_least("stalled_round_count", 2),
        then=(CompleteDebate(reason="stalled"),),
        rule_set=STANDARD_RULE_SET,
    ),
)

_ON_REQUEST = (
    Rule(
        id=RuleId("continue_while_converging"),
        name="Continue while converging",
        description=(
            "Goes on while the last round gained at least 5 points of consensus, against the rules about time and"
            " stalling. The round limit, reached consensus, errors and money still end the debate. A rule that was"
            " overruled is heard again only after its condition was false."
        ),
        priority=78,
        when=_more_than("consensus_gain_ppm", 49_999),
        then=(ContinueDebate(reason="converging"),),
        repeat=Repeat.EVENT,
        enabled=False,
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("escalate_on_low_consensus"),
        name="Ask when the sides stay apart",
        description="Asks you when consensus is still below 30 % after two rounds.",
        priority=65,
        when=AllOf(parts=(_at_least("round_count", 2), _less_than("consensus_ppm", 300_000))),
        then=(
            EscalateToHuman(
                question="The sides are still far apart after two rounds. Shall they go on?", reason="low_consensus"
            ),
        ),
        enabled=False,
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("pause_for_review_each_round"),
        name="Pause for review after each round",
        description="Pauses after every round, so that you read it before the next is paid for.",
        priority=55,
        when=_at_least("round_count", 1),
        then=(PauseDebate(reason="review_each_round"),),
        repeat=Repeat.ROUND,
        enabled=False,
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("new_round_when_converging"),
        name="Add a round when close to consensus",
        description=(
            "Adds a round when consensus stands between 60 % and 80 % at a round's end and that round gained at least 5"
            " points: one more may settle it."
        ),
        priority=50,
        when=AllOf(
            parts=(
                Compare(type=ConditionType.EQUALS, field="is_round_over", value=True),
                _more_than("consensus_gain_ppm", 49_999),
                _more_than("consensus_ppm", 599_999),
                _less_than("consensus_ppm", 800_000),
            )
        ),
        then=(StartNewRound(reason="close_to_consensus"),),
        repeat=Repeat.ROUND,
        enabled=False,
        rule_set=STANDARD_RULE_SET,
    ),
    Rule(
        id=RuleId("apply_complex_when_contested"),
        name="Use the complex format when contested",
        description=(
            "Changes to the template complex_debate when consensus is below 40 % after the first round and at least"
            " four arguments."
        ),
        priority=40,
        when=AllOf(
            parts=(
                Not(part=Compare(type=ConditionType.EQUALS, field="template", value="complex_debate")),
                _at_least("round_count", 1),
                _at_least("argument_count", 4),
                _less_than("consensus_ppm", 400_000),
            )
        ),
        then=(ApplyTemplate(template=TemplateId("complex_debate"), reason="contested"),),
        enabled=False,
        rule_set=STANDARD_RULE_SET,
    ),
)

STANDARD_RULES = (*_ENABLED, *_ON_REQUEST)
"""The rules of the set `standard`, as a new installation has them."""
