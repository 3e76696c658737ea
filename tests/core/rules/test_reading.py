"""Is a rule file taken whole or refused whole, with a place and a remedy for every fault?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import MootError, WrongUse
from core.rules.condition import CONDITION_DEPTH_MAX, CONDITION_PARTS_MAX, ConditionType
from core.rules.layers import RuleBook, RuleSetSpec
from core.rules.reading import RULES_MAX, RuleFileError, read_rule_file, read_rules, write_rules
from core.rules.reading_condition import LIST_VALUES_MAX
from core.rules.rule import Compare, CompleteDebate, Repeat, Rule
from core.rules.writing import write_rule_file
from core.written.problems import PROBLEMS_SHOWN_MAX
from core.written.tree import NODES_MAX, TEXT_BYTES_MAX
from tests.core.rules.builders import SPECS, TEMPLATES, all_of, any_of, compare, equals, more_than, no, rule
from tests.core.rules.strategies import BOOKS, RULE_SETS

AS_IN_THE_MANUAL = """\
- id: complete_at_max_rounds
  name: Complete at max rounds
  priority: 80
  when: {all: [{field: round_count, greater_than: 4}]}
  then: [{complete_debate: {reason: max_rounds_reached}}]
"""


def read(text: str) -> tuple[Rule, ...]:
    return read_rules(text, origin="rules/mine.yaml", facts=SPECS, templates=TEMPLATES)


def refusal(text: str) -> RuleFileError:
    with pytest.raises(RuleFileError) as refused:
        read(text)
    return refused.value


def read_or_refused(text: str) -> tuple[Rule, ...] | RuleFileError:
    try:
        return read(text)
    except RuleFileError as error:
        return error


def with_when(condition: str) -> str:
    """A file whose condition begins at line 4, column 9."""
    return f"- id: a\n  name: A\n  priority: 1\n  when: {condition}\n  then: [{{complete_debate: {{reason: b}}}}]\n"


def with_then(actions: str) -> str:
    """A file whose actions begin at line 5, column 9."""
    return f"- id: a\n  name: A\n  priority: 1\n  when: {{field: round_count, greater_than: 4}}\n  then: {actions}\n"


def condition(text: str) -> object:
    (rule,) = read(with_when(text))
    return rule.when


def only_line(text: str) -> str:
    """The one problem of a file, without the name of the file; the line that counts must count one."""
    line, count = str(refusal(text)).split("\n")
    assert count.startswith("rules/mine.yaml: 1 problem, so none of its rules was taken.")
    return line.removeprefix("rules/mine.yaml:")


def test_a_rule_is_read_as_the_manual_writes_it() -> None:
    (rule,) = read(AS_IN_THE_MANUAL)

    assert rule == Rule(
        id=rule.id,
        name="Complete at max rounds",
        priority=80,
        when=all_of(more_than("round_count", 4)),
        then=(CompleteDebate(reason="max_rounds_reached"),),
    )
    assert (rule.id, rule.repeat, rule.enabled, rule.rule_set) == ("complete_at_max_rounds", Repeat.EDGE, True, "own")


def test_what_may_be_left_out_can_be_said() -> None:
    (rule,) = read(AS_IN_THE_MANUAL + "  description: Why.\n  repeat: round\n  enabled: false\n  set: evening\n")

    assert (rule.description, rule.repeat, rule.enabled, rule.rule_set) == ("Why.", Repeat.ROUND, False, "evening")


@given(RULE_SETS)
def test_rules_written_read_back_the_same(rules: list[Rule]) -> None:
    assert read(write_rules(rules)) == tuple(rules)
    assert read(write_rules(rules, facts=SPECS)) == tuple(rules)


@given(BOOKS)
def test_rules_and_sets_written_read_back_the_same(book: RuleBook) -> None:
    written = write_rule_file(book.rules, book.sets, facts=SPECS)

    read_back = read_rule_file(written, origin="written", facts=SPECS, templates=TEMPLATES)

    assert (read_back.rules, read_back.sets) == (book.rules, book.sets)


SETS = """\
sets:
- {name: night, extends: own, description: Quieter.}
- {name: day}
rules:
- {id: a, name: A, set: night, priority: 1, when: {field: turn_count, equals: 4}, then: [{pause_debate: {reason: b}}]}
- {id: a, name: A, priority: 1, when: {field: round_count, equals: 4}, then: [{start_new_round: {reason: b}}]}
"""


def test_a_file_may_define_sets_beside_its_rules() -> None:
    found = read_rule_file(SETS, origin="sets.yaml", facts=SPECS, templates=TEMPLATES)

    assert found.sets == (
        RuleSetSpec(name="night", extends="own", description="Quieter."),
        RuleSetSpec(name="day", extends="standard"),
    )
    assert [(rule.rule_set, rule.id) for rule in found.rules] == [("night", "a"), ("own", "a")]


@pytest.mark.parametrize(
    ("changed", "into", "told"),
    [
        ("{name: day}", "{name: day, extneds: own}", "3:15: a set has no key 'extneds'. Did you mean 'extends'?"),
        ("{name: day}", "{extends: own}", "3:3: this set has no 'name'."),
        ("{name: day}", "{name: Day}", "3:10: 'Day' can't be the name of a rule set."),
        ("{name: day}", "day", "3:3: a set is a mapping, and this is 'day'."),
        ("{name: day}", "{name: day, extends: day}", "3:24: the set 'day' can't extend itself."),
        ("{name: day}", "{name: standard}", "3:10: the set 'standard' can't be defined."),
        ("{name: day}", "{name: night}", "3:10: two sets are called 'night'; the first is on line 2."),
        ("rules:", "rlues:", "4:1: a file of rules and sets has no key 'rlues'. Did you mean 'rules'?"),
        ("set: night, ", "", "6:8: two rules are called 'a'; the first is on line 5."),
        ("set: night", "set: own", "6:8: two rules are called 'a'; the first is on line 5."),
    ],
)
def test_a_fault_in_what_is_said_of_sets_is_told_with_its_place(changed: str, into: str, told: str) -> None:
    assert only_line(SETS.replace(changed, into, 1)).startswith(told)


def test_sets_that_are_no_list_are_refused() -> None:
    assert only_line("sets: {name: day}\nrules: []\n").startswith("1:7: 'sets' is a list, and this is a mapping.")


def test_each_part_of_a_rule_is_written_on_one_line() -> None:
    (rule,) = read(AS_IN_THE_MANUAL + '  description: "Two\\nlines."\n')

    assert rule.description == "Two\nlines."
    assert '\n  description: "Two\\nlines."\n' in write_rules([rule])


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (more_than("consensus_ppm", 799_999), "{field: consensus_ppm, at_least: 80 %}"),
        (more_than("consensus_ppm", 800_000), "{field: consensus_ppm, greater_than: 80 %}"),
        (compare(ConditionType.LESS_THAN, "consensus_ppm", 300_001), "{field: consensus_ppm, at_most: 30 %}"),
        (compare(ConditionType.LESS_THAN, "round_count", 10), "{field: round_count, less_than: 10}"),
    ],
)
def test_a_share_is_written_as_short_as_is_exact(condition: Compare, said: str) -> None:
    made = rule("mine", when=condition)

    text = write_rules([made], facts=SPECS)

    assert f"  when: {said}\n" in text
    assert read_rules(text, origin="mine.yaml", facts=SPECS, templates=TEMPLATES) == (made,)


def test_what_a_fact_is_in_any_case_is_refused() -> None:
    text = write_rules([rule("mine", when=more_than("round_count", 4))]).replace("greater_than: 4", "at_least: 0")

    with pytest.raises(RuleFileError, match="'round_count' is that in any case"):
        read_rules(text, origin="mine.yaml", facts=SPECS, templates=TEMPLATES)


def test_no_rules_are_written_as_an_empty_list() -> None:
    assert read(write_rules([])) == ()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("{field: consensus_ppm, less_than: 80 %}", compare(ConditionType.LESS_THAN, "consensus_ppm", 800_000)),
        ("{field: consensus_ppm, less_than: 800_000}", compare(ConditionType.LESS_THAN, "consensus_ppm", 800_000)),
        ("{field: cost_microusd, greater_than: $0.05}", more_than("cost_microusd", 50_000)),
        ("{field: elapsed_ms, time_elapsed: 1h30m}", compare(ConditionType.TIME_ELAPSED, "elapsed_ms", 5_400_000)),
        ("{field: elapsed_ms, time_elapsed: '90s'}", compare(ConditionType.TIME_ELAPSED, "elapsed_ms", 90_000)),
        ("{field: last_text, contains: '12'}", compare(ConditionType.CONTAINS, "last_text", "12")),
        ("{field: status, in_list: [paused, failed]}", compare(ConditionType.IN_LIST, "status", ("paused", "failed"))),
        ("{field: round_count, in_list: [1, 3]}", compare(ConditionType.IN_LIST, "round_count", (1, 3))),
        ("{field: is_rehearsal, equals: True}", equals("is_rehearsal", True)),
        ("{not: {field: status, equals: paused}}", no(equals("status", "paused"))),
        (
            "{any: [{field: status, equals: paused}, {all: [{field: round_count, greater_than: 1}]}]}",
            any_of(equals("status", "paused"), all_of(more_than("round_count", 1))),
        ),
    ],
)
def test_conditions_are_read_with_values_in_human_units(said: str, meant: Compare) -> None:
    assert condition(said) == meant


def test_an_alias_stands_for_what_it_names() -> None:
    shared = "{any: [&late {field: round_count, greater_than: 4}, {not: *late}]}"

    assert condition(shared) == any_of(more_than("round_count", 4), no(more_than("round_count", 4)))


def deep(levels: int) -> str:
    return "{not: " * (levels - 1) + "{field: round_count, greater_than: 1}" + "}" * (levels - 1)


def test_conditions_may_nest_to_the_bound_and_no_deeper() -> None:
    assert condition(deep(CONDITION_DEPTH_MAX))
    column = 9 + len("{not: ") * CONDITION_DEPTH_MAX
    assert only_line(with_when(deep(CONDITION_DEPTH_MAX + 1))) == (
        f"4:{column}: a condition nests at most {CONDITION_DEPTH_MAX} deep. Make it several rules."
    )


FAULTS_OF_CONDITIONS = [
    ("{field: roud_count, greater_than: 4}", "4:17: no fact is called 'roud_count'. Did you mean 'round_count'?"),
    ("{field: [a], greater_than: 4}", "4:17: no fact is called a list. The facts are argument_count, "),
    ("{greater_than: 4}", "4:9: this condition names no fact. Add 'field:'"),
    ("{field: round_count}", "4:9: this condition compares nothing. Add one of equals, "),
    ("{field: round_count, greater_then: 4}", "4:30: no condition is called 'greater_then'. Did you mean 'greater_th"),
    ("{field: round_count, GREATER_THAN: 4}", "4:30: no condition is called 'GREATER_THAN'. Did you mean 'greater_th"),
    ("{field: round_count, equals: 4, less_than: 9}", "4:9: this condition is equals and less_than at once. Make each"),
    ("{field: round_count, equals: 4, equals: 5}", "4:41: 'equals' stands here a second time. Keep one"),
    ("{field: round_count, [a]: 5}", "4:30: no condition is called a list. The conditions are equals, "),
    ("{all: []}", "4:15: an empty 'all' says nothing. Give it a condition, or remove it."),
    ("{any: []}", "4:15: an empty 'any' says nothing. "),
    ("{all: 4}", "4:15: 'all' holds a list of conditions, and this is '4'. Put them in [ ]."),
    ("{not: []}", "4:15: a condition is a mapping, and this is a list. "),
    ("{all: [{field: round_count, equals: 1}], any: [{field: round_count, equals: 1}]}", "4:9: one group can't be all"),
    ("{all: [{field: round_count, equals: 1}], none: 1}", "4:50: a group of conditions has no key 'none'. "),
    ("round_count > 4", "4:9: a condition is a mapping, and this is 'round_count > 4'. Write {field: round_count, "),
    ("{field: status, greater_than: 4}", "4:25: 'greater_than' says nothing about 'status', which is a word. Use equ"),
    ("{field: roles, equals: judge}", "4:24: 'equals' says nothing about 'roles', which is a list of words. Use cont"),
    ("{field: round_count, time_elapsed: 5m}", "4:30: 'time_elapsed' says nothing about 'round_count', which is a co"),
    ("{field: elapsed_ms, count_threshold: 5}", "4:29: 'count_threshold' says nothing about 'elapsed_ms', which is a"),
    ("{field: round_count, greater_than: 15m}", "4:44: 'round_count' is a count, so it can't be compared with '15m'."),
    ("{field: round_count, greater_than: 4.0}", "4:44: '4.0' is no whole number, and only those are exact. Write a w"),
    ("{field: consensus_ppm, greater_than: 0.8}", "4:46: '0.8' is no whole number, and only those are exact. Write a "),
    ("{field: consensus_ppm, greater_than: $1}", "4:46: 'consensus_ppm' is a share, so it can't be compared with '$1"),
    ("{field: cost_microusd, greater_than: 5 %}", "4:46: 'cost_microusd' is an amount of money, so it can't be comp"),
    (
        "{field: elapsed_ms, time_elapsed: 900}",
        "4:43: 'elapsed_ms' is a duration, and this has no unit. 900 of what? Write 900s (15m) or 900ms.",
    ),
    ("{field: elapsed_ms, time_elapsed: 1x}", "4:43: 'elapsed_ms' is a duration, so it can't be compared with '1x'."),
    ("{field: elapsed_ms, time_elapsed: 1:30}", "4:43: 'elapsed_ms' is a duration, so it can't be compared with '1:3"),
    ("{field: round_count, equals: 010}", "4:38: 'round_count' is a count, so it can't be compared with '010'. Writ"),
    ("{field: round_count, equals: true}", "4:38: 'round_count' is a count, so it can't be compared with 'true'. "),
    ("{field: round_count, equals: }", "4:38: 'round_count' is a count, so it can't be compared with nothing. "),
    ("{field: round_count, equals: [1]}", "4:38: 'round_count' is a count, so it can't be compared with a list. "),
    ("{field: round_count, less_than: -1}", "4:41: 'round_count' is a count and never below zero. Write a whole num"),
    ("{field: round_count, equals: 9223372036854775808}", "4:38: 'round_count' is a count, so it can't be compared wi"),
    ("{field: status, equals: yes}", "4:33: 'status' is a word, so it can't be compared with 'yes'. Put it in quotes:"),
    ("{field: status, equals: 2024-01-01}", "4:33: 'status' is a word, so it can't be compared with '2024-01-01'. Pu"),
    ("{field: is_rehearsal, equals: yes}", "4:39: this is true or false, and not 'yes'. Write true or false."),
    ("{field: last_text, contains: ''}", "4:38: an empty text is in every 'last_text', so this always holds. Write w"),
    ("{field: last_text, contains: " + "x" * 2001 + "}", "4:38: a text has at most 2000 characters; this has 2001. "),
    ('{field: last_text, contains: "\\e[2J"}', "4:38: this text holds the control character U+001B. Remove it: a ter"),
    ("{field: status, in_list: []}", "4:34: an empty list holds nothing, so this is never true. Give it a value."),
    ("{field: status, in_list: paused}", "4:34: 'in_list' needs a list, and this is 'paused'. Write the values in [ "),
    ("{field: round_count, in_list: [1, a]}", "4:43: 'round_count' is a count, so it can't be compared with 'a'. "),
    ("{field: last_text, regex_match: '(?=a)b'}", "4:41: the regular expression is refused: invalid perl operator: (?"),
    (r"{field: last_text, regex_match: '(a)\1'}", "4:41: the regular expression is refused: invalid escape sequence: "),
    ("{field: last_text, regex_match: '((a{100}){100}){100}'}", "4:41: the regular expression is refused: invalid rep"),
    (r"{field: last_text, regex_match: '\pL{60}'}", "4:41: the regular expression is refused: pattern"),
    ("{field: last_text, regex_match: '" + "a" * 1001 + "'}", "4:41: the regular expression has 1001 characters; at m"),
    ("{field: last_text, regex_match: ''}", "4:41: an empty text is in every 'last_text', so this always holds. "),
]


@pytest.mark.parametrize(("said", "told"), FAULTS_OF_CONDITIONS, ids=lambda value: value[:60])
def test_a_fault_in_a_condition_is_told_with_its_place_and_remedy(said: str, told: str) -> None:
    assert only_line(with_when(said)).startswith(told)


def test_a_hostile_expression_is_taken_because_its_time_is_linear() -> None:
    assert condition("{field: last_text, regex_match: (a+)+$}")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[]", "5:9: a rule has from 1 to 8 actions; this has 0. Say what it does."),
        (
            "[" + ", ".join(["{complete_debate: {reason: b}}"] * 9) + "]",
            "5:9: a rule has from 1 to 8 actions; this has",
        ),
        ("complete_debate", "5:9: 'then' holds a list of actions, and this is 'complete_debate'. Write ["),
        ("[complete_debate]", "5:10: an action is one name with what it needs, and this is 'complete_debate'. Write {"),
        ("[{}]", "5:10: an action is one name with what it needs, and this is a mapping of 0. Write {"),
        ("[{complet_debate: {reason: b}}]", "5:11: no action is called 'complet_debate'. Did you mean 'complete_deb"),
        ("[{[a]: {reason: b}}]", "5:11: no action is called a list. The actions are continue_debate, "),
        (
            "[{complete_debate: }]",
            "5:28: the action complete_debate is a mapping, and this is nothing. Its keys are rea",
        ),
        ("[{complete_debate: {}}]", "5:11: the action complete_debate has no 'reason'. Add it."),
        ("[{complete_debate: {reasn: b}}, {pause_debate: {reason: b}}]", "5:29: the action complete_debate has no key"),
        ("[{complete_debate: {reason: 4}}]", "5:37: a reason is a text, and this is '4'. Put it in quotes: '4'."),
        ("[{complete_debate: {reason: ' '}}]", "5:37: a reason can't be empty. Write one."),
        ("[{escalate_to_human: {reason: b}}]", "5:11: the action escalate_to_human has no 'question'. Add it."),
        (
            "[{apply_template: {template: complex_debat, reason: b}}]",
            "5:38: no template is called 'complex_debat'. Did you mean 'complex_debate'?",
        ),
        (
            "[{apply_template: {template: zzz, reason: b}}]",
            "5:38: no template is called 'zzz'. The templates are complex_debate, simple_debate, standard_debate.",
        ),
    ],
)
def test_a_fault_in_an_action_is_told_with_its_place_and_remedy(said: str, told: str) -> None:
    lines = str(refusal(with_then(said))).split("\n")

    assert any(line.removeprefix("rules/mine.yaml:").startswith(told) for line in lines)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  prioritie: 3", "6:3: a rule has no key 'prioritie'. Did you mean 'priority'?"),
        ("  priority: 3", "6:3: 'priority' stands here a second time. Keep one of them."),
        ("  repeat: rond", "6:11: no repeat is called 'rond'. Did you mean 'round'?"),
        ("  repeat: zzzz", "6:11: no repeat is called 'zzzz'. Write one of edge, round, event."),
        ("  enabled: no", "6:12: this is true or false, and not 'no'. Write true or false."),
        ("  set: My Set", "6:8: 'My Set' can't be the name of a rule set. Use small letters"),
        ("  description: [a]", "6:16: a description is a text, and this is a list. Write one."),
        ("  description: " + "x" * 2001, "6:16: a description has at most 2000 characters; this has 2001. Shorten it."),
    ],
)
def test_a_fault_in_a_part_of_a_rule_is_told_with_its_place_and_remedy(line: str, told: str) -> None:
    assert only_line(AS_IN_THE_MANUAL + line + "\n").startswith(told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("complete_at_max_rounds", "Complete At", "1:7: 'Complete At' can't be the id of a rule. Use small letters"),
        ("complete_at_max_rounds", "x" * 65, "1:7: the id of a rule has at most 64 characters; this has 65. Shorten"),
        ("Complete at max rounds", "2024", "2:9: a name is a text, and this is '2024'. Put it in quotes: '2024'."),
        ("Complete at max rounds", "''", "2:9: a name can't be empty. Write one."),
        ("  name: Complete at max rounds\n", "", "1:3: this rule has no 'name'. Add it."),
        ("80", "high", "3:13: a priority is a whole number from 0 to 1000, and this is 'high'. The higher number is"),
        ("80", "1001", "3:13: a priority is a whole number from 0 to 1000, and this is '1001'. "),
        ("80", "'80'", "3:13: a priority is a whole number from 0 to 1000, and this is '80'. "),
        ("80", "80.0", "3:13: a priority is a whole number from 0 to 1000, and this is '80.0'. "),
    ],
)
def test_a_fault_in_what_a_rule_needs_is_told_with_its_place_and_remedy(old: str, new: str, told: str) -> None:
    assert only_line(AS_IN_THE_MANUAL.replace(old, new)).startswith(told)


def test_two_rules_with_one_id_are_told_apart_by_their_lines() -> None:
    assert only_line(AS_IN_THE_MANUAL * 2) == (
        "6:7: two rules are called 'complete_at_max_rounds'; the first is on line 1. Rename or remove one of them."
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: the file holds no rule. Begin each rule with '- id:'."),
        ("# nothing\n", "1:1: the file holds no rule. "),
        ("id: a\n", "1:1: a rule file is a list, and this is a mapping. Begin each rule with '- id:'."),
        ("hello\n", "1:1: a rule file is a list, and this is 'hello'. "),
        ("- a\n", "1:3: a rule is a mapping, and this is 'a'. Its keys are id, name, "),
        ("- id: a\n  name: 'x\n", "3:1: this is no YAML: "),
        ("- id: a\n\tname: b\n", "2:1: this is no YAML: "),
        ("- id: a\n--- \n- id: b\n", "2:1: a second document starts here. Keep one list in one file."),
        (
            "- !!python/object/apply:os.system [ls]\n",
            "1:3: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is",
        ),
        ("- !own a\n", "1:3: the tag '!own' isn't read here. Write the value without a tag."),
        ("- &a [*a]\n", "1:7: *a stands inside of what it names. Write the value itself."),
        ("- *b\n", "1:3: nothing above is anchored as &b. Write the value itself."),
        ("- id: a\x00\n", "1:8: the character U+0000 can't be in a text file. Remove it"),
        ("- id: a\n  name: \ud800\n", "2:9: the character U+D800 can't be in a text file. Remove it"),
        ("- id: a\n  name: \x1b[2J\n", "2:9: the character U+001B can't be in a text file. Remove it"),
        ("[" * 500_000, "1:65: this nests more than 64 deep. Check the brackets and the indentation."),
        ("- " * 500_000, "1:129: this nests more than 64 deep. Check the brackets and the indentation."),
        ("x" * (TEXT_BYTES_MAX + 1), f"1:1: this is larger than {TEXT_BYTES_MAX} bytes. Split it"),
        ("ä" * (TEXT_BYTES_MAX // 2 + 1), f"1:1: this is larger than {TEXT_BYTES_MAX} bytes. Split it"),
        ("[" + "a," * (NODES_MAX + 1) + "]", f"1:{2 * NODES_MAX + 2}: this holds more than {NODES_MAX} values. Split"),
        ("[" + "{}," * (RULES_MAX + 1) + "]", f"1:{3 * RULES_MAX + 2}: a file holds at most {RULES_MAX} rules. Split"),
    ],
    ids=lambda value: value[:40],  # some of these texts are a megabyte
)
def test_a_text_that_is_no_list_of_rules_is_refused_with_its_place(text: str, told: str) -> None:
    assert only_line(text).startswith(told)


def test_aliases_of_aliases_are_counted_as_often_as_they_are_used() -> None:
    lines = ["- &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"- &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]

    assert f"this holds more than {NODES_MAX} values." in only_line("\n".join(lines))


def test_aliases_do_not_nest_deeper_than_what_is_written_out() -> None:
    lines = ["- &a0 x", *(f"- &a{level} [*a{level - 1}]" for level in range(1, 100))]

    assert "this nests more than 64 deep. Write out what the alias stands for." in only_line("\n".join(lines))


def test_a_condition_with_too_many_parts_is_refused_once() -> None:
    parts = ", ".join(["{field: round_count, equals: 1}"] * (CONDITION_PARTS_MAX + 5))

    assert f"a condition has at most {CONDITION_PARTS_MAX} parts." in only_line(with_when(f"{{all: [{parts}]}}"))


def test_a_list_with_too_many_values_is_refused() -> None:
    values = ", ".join(["1"] * (LIST_VALUES_MAX + 1))

    told = only_line(with_when(f"{{field: round_count, in_list: [{values}]}}"))
    assert told.startswith(f"4:39: a list has at most {LIST_VALUES_MAX} values.")


def test_every_problem_of_a_file_is_told_at_once_in_the_order_of_its_lines() -> None:
    text = AS_IN_THE_MANUAL.replace("80", "high").replace("round_count", "roud_count") + with_then("[]")

    error = refusal(text)

    assert [(problem.line, problem.column) for problem in error.problems] == [(3, 13), (4, 24), (10, 9)]
    assert str(error).split("\n") == [
        "rules/mine.yaml:3:13: a priority is a whole number from 0 to 1000, and this is 'high'."
        " The higher number is heard first.",
        "rules/mine.yaml:4:24: no fact is called 'roud_count'. Did you mean 'round_count'?",
        "rules/mine.yaml:10:9: a rule has from 1 to 8 actions; this has 0. Say what it does.",
        "rules/mine.yaml: 3 problems, so none of its rules was taken. Mend them and read the file again.",
    ]
    assert isinstance(error, MootError)
    assert error.where == "rules/mine.yaml"


def test_problems_are_told_by_line_whichever_was_noticed_first() -> None:
    error = refusal(AS_IN_THE_MANUAL.replace("80", "high") + AS_IN_THE_MANUAL)

    assert [problem.line for problem in error.problems] == [3, 6]


def test_a_message_stays_readable_where_everything_is_wrong() -> None:
    lines = str(refusal("- a\n" * (PROBLEMS_SHOWN_MAX + 7))).split("\n")

    assert len(lines) == PROBLEMS_SHOWN_MAX + 2
    assert lines[-2] == "rules/mine.yaml: and 7 more."


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: data.decode("latin-1")))
def test_whatever_is_in_a_file_it_is_read_or_refused(text: str) -> None:
    outcome = read_or_refused(text)

    assert isinstance(outcome, tuple) or outcome.problems


@given(st.data())
def test_a_file_with_a_piece_cut_out_or_doubled_is_read_or_refused(data: st.DataObject) -> None:
    text = AS_IN_THE_MANUAL + with_when("{any: [{not: {field: consensus_ppm, less_than: 80 %}}, &a {field: a}, *a]}")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    piece = data.draw(st.sampled_from(["", text[start:end] * 2, "[", "{", '"', ": ", "&a ", "*a", "\n", "- "]))

    outcome = read_or_refused(text[:start] + piece + text[end:])

    assert isinstance(outcome, tuple) or outcome.problems


def test_a_refused_rule_file_is_wrong_use_like_any_other() -> None:
    assert isinstance(refusal("- {}"), WrongUse)
