"""Is what a plugin brings taken where it fits, left out where it doesn't, and asked as a rule says?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.errors import WrongUse
from core.domain.facts import FactValue, PluginName
from core.rules.action import PluginAction, in_words
from core.rules.admitting import ACTIONS, CONDITIONS, FACTS, Found, admitted
from core.rules.checking.check import Kind, RuleText, check_files
from core.rules.compiled import compile_rules
from core.rules.condition import Compare
from core.rules.explanation import explain
from core.rules.extending import FactSpec, FactUnit, Plugins, Vocabulary
from core.rules.layers import RuleBook, RuleFile
from core.rules.pinning import pinned, plugins_of, repinned
from core.rules.reading import RuleFileError, read_rules
from core.rules.rule import Rule, rule_from_plain, rule_set_digest, rule_to_plain
from core.rules.writing import write_rules
from tests import plugins
from tests.builders import FACTS as OWN_FACTS
from tests.plugins import LONGEST, ORIGIN, REMIND, WORDIER_THAN, found, installed

WORDS = Vocabulary(OWN_FACTS.values(), installed())
BARE = Vocabulary(OWN_FACTS.values())
MINE = """
- id: short_please
  name: Short, please
  priority: 40
  when:
    any:
      - {field: last_text, wordier_than: 100}
      - {field: longest_argument_words, greater_than: 300}
  then: [{remind: {text: Be brief.}}, {wrap_up: {}}]
"""


def read(text: str = MINE, *, facts: Vocabulary = WORDS) -> tuple[Rule, ...]:
    return read_rules(text, origin="mine.yaml", facts=facts, templates=())


def the_rule() -> Rule:
    return read()[0]


def verdict(rule: Rule, facts: Vocabulary, **seen: FactValue) -> tuple[bool, str]:
    evaluation = compile_rules([rule], facts=facts).evaluate(dict.fromkeys(facts) | seen)
    return bool(evaluation.true_ids), "".join(message for _, message in evaluation.errors)


def test_a_rule_names_what_a_plugin_brings_as_if_it_were_moots_own() -> None:
    rule = the_rule()

    assert rule.plugins == (ORIGIN,)
    assert verdict(rule, WORDS, last_text="word " * 101) == (True, "")
    assert verdict(rule, WORDS, last_text="word " * 100, longest_argument_words=301) == (True, "")
    assert verdict(rule, WORDS, last_text="word " * 100, longest_argument_words=300) == (False, "")
    assert verdict(rule, WORDS) == (False, "")


def test_it_is_kept_written_and_read_again_the_same() -> None:
    rule = the_rule()

    assert rule_from_plain(rule_to_plain(rule)) == rule
    assert read(write_rules([rule], facts=WORDS)) == (rule,)


def test_its_value_is_written_in_the_unit_that_it_takes() -> None:
    share = replace(WORDIER_THAN, takes=FactUnit.PPM)
    facts = Vocabulary(OWN_FACTS.values(), admitted([found(CONDITIONS, share)], facts=OWN_FACTS))
    (rule,) = read("- {id: a, name: A, priority: 1, when: {field: last_text, wordier_than: 80 %},"
                   " then: [{pause_debate: {reason: x}}]}", facts=facts)  # fmt: skip

    assert isinstance(rule.when, Compare)
    assert rule.when.value == 800_000
    assert "wordier_than: 80 %" in write_rules([rule], facts=facts)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("{field: round_count, wordier_than: 3}", "'wordier_than' says nothing about 'round_count', which is a count."),
        ("{field: last_text, wordier_than: many}", "'wordier_than' takes a count, and this is 'many'."),
        ("{field: last_text, wordier_than: -1}", "refuses this value: a text always has more words than that."),
        ("{field: last_text, wordyer_than: 3}", "Did you mean 'wordier_than'?"),
        ("{field: longest_argument_word, less_than: 3}", "Did you mean 'longest_argument_words'?"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(when: str, told: str) -> None:
    with pytest.raises(RuleFileError) as refused:
        read(f"- id: a\n  name: A\n  priority: 1\n  when: {when}\n  then: [{{pause_debate: {{reason: x}}}}]\n")

    assert told in str(refused.value)
    assert str(refused.value).startswith("mine.yaml:4:")


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("{remind: {}}", "the action remind has no 'text'."),
        ("{remind: {text: x, loud: y}}", "the action remind has no key 'loud'."),
        ("{remnid: {text: x}}", "Did you mean 'remind'?"),
    ],
)
def test_an_action_needs_what_it_says(then: str, told: str) -> None:
    with pytest.raises(RuleFileError, match=told.replace("?", r"\?")):
        read(f"- {{id: a, name: A, priority: 1, when: {{field: round_count, greater_than: 1}}, then: [{then}]}}")


def test_without_the_plugin_a_rule_is_kept_and_says_what_it_lacks() -> None:
    rule = rule_from_plain(rule_to_plain(the_rule()))
    other = Vocabulary(OWN_FACTS.values(), installed(origin="moot-words@2.0.0"))

    assert verdict(rule, BARE) == (False, f"it needs the plugin {ORIGIN}, and it isn't installed here.")
    assert verdict(rule, other) == (False, f"it needs the plugin {ORIGIN}, and moot-words@2.0.0 is installed here.")
    assert explain(rule, {}, BARE).error == f"it needs the plugin {ORIGIN}, and it isn't installed here."


def test_a_rule_that_names_a_plugins_word_without_pinning_the_plugin_is_not_asked() -> None:
    assert "Save it again." in verdict(replace(the_rule(), plugins=()), WORDS)[1]


def test_the_version_of_a_plugin_is_part_of_what_a_log_pins() -> None:
    newer = Vocabulary(OWN_FACTS.values(), installed(origin="moot-words@2.0.0"))
    rule, again = the_rule(), pinned(the_rule(), newer)

    assert again.plugins == ("moot-words@2.0.0",)
    assert verdict(again, newer, last_text="word " * 101) == (True, "")
    assert rule_set_digest([rule]) != rule_set_digest([again])
    assert plugins_of([again]) == {"moot-words": "2.0.0"}


def test_what_is_not_installed_stays_pinned_as_it_was() -> None:
    assert pinned(the_rule(), BARE) == the_rule()


def test_a_book_is_pinned_anew_as_a_whole_or_left_as_it_is() -> None:
    newer = Vocabulary(OWN_FACTS.values(), installed(origin="moot-words@2.0.0"))
    rule = the_rule()
    book = RuleBook(rules=(rule,), files=(RuleFile(name="a.yaml", rules=(replace(rule, rule_set="quiet"),)),))

    assert repinned(book, WORDS) is book
    assert {each.plugins for file in repinned(book, newer).files for each in file.rules} == {("moot-words@2.0.0",)}


def test_an_action_that_has_become_another_one_is_not_asked_for() -> None:
    changed = admitted([found(ACTIONS, replace(REMIND, fields=("text", "to")))], facts=OWN_FACTS)
    then = (PluginAction(name=PluginName("remind"), fields=(("text", "x"),), decides=False),)
    rule = replace(the_rule(), when=read(MINE.replace("any", "all"))[0].when, then=then)
    facts = Vocabulary(OWN_FACTS.values(), replace(installed(), actions=changed.actions))

    assert "the action remind is another one" in verdict(rule, facts)[1]


def test_an_explanation_shows_what_the_plugin_said() -> None:
    told = explain(the_rule(), dict.fromkeys(WORDS) | {"last_text": "No."}, WORDS)

    assert told.clauses[0].text == 'last_text ("No.") wordier than 100'
    assert told.clauses[0].contrary == 'last_text "No." not wordier than 100'
    assert told.actions == ('remind, text "Be brief."', "wrap up")
    assert in_words(the_rule().then[1]) == "wrap up"


def test_a_condition_that_fails_is_an_error_of_its_rule_alone() -> None:
    failing = replace(WORDIER_THAN, holds=lambda text, words: text.nothing)
    facts = Vocabulary(
        OWN_FACTS.values(), replace(installed(), conditions={"wordier_than": replace(failing, origin=ORIGIN)})
    )
    rules = [the_rule(), replace(read(MINE.replace("wordier_than: 100", "contains: word"))[0], id="other")]

    evaluation = compile_rules(rules, facts=facts).evaluate(dict.fromkeys(facts) | {"last_text": "word"})

    assert evaluation.true_ids == {"other"}
    assert evaluation.errors == (("short_please", "the rule failed with AttributeError."),)


def test_a_check_takes_a_plugins_word_for_neither_true_nor_false() -> None:
    def kinds(when: str) -> list[Kind]:
        text = MINE[: MINE.index("  when:")] + f"  when: {when}\n  then: [{{pause_debate: {{reason: x}}}}]\n"
        files = [RuleText(origin="mine.yaml", text=text)]
        return [each.kind for each in check_files(files, facts=WORDS, templates=())]

    wordy = "{field: last_text, wordier_than: 100}"
    assert kinds(wordy) == kinds(f"{{not: {wordy}}}") == []
    assert kinds(f"{{all: [{wordy}, {{field: last_text, wordier_than: 200}}]}}") == []
    assert kinds(f"{{all: [{wordy}, {{not: {wordy}}}]}}") == [Kind.NEVER_HOLDS]
    assert kinds("{field: last_text, wordyer_than: 1}") == [Kind.UNREADABLE]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (found(CONDITIONS, LONGEST, name="wordier_than"), "it is no ConditionSpec, but FactPlugin."),
        (found(CONDITIONS, WORDIER_THAN, name="wordier"), "Give both one name."),
        (found(CONDITIONS, replace(WORDIER_THAN, name="equals")), "moot has a condition or a key of that name."),
        (found(CONDITIONS, replace(WORDIER_THAN, name="any")), "moot has a condition or a key of that name."),
        (found(CONDITIONS, replace(WORDIER_THAN, name="Wordy")), "'Wordy' can't be a name here."),
        (found(CONDITIONS, replace(WORDIER_THAN, units=frozenset())), "its units are to be of FactUnit"),
        (found(CONDITIONS, replace(WORDIER_THAN, holds=None)), "its holds and fault are to be functions."),  # type: ignore[arg-type]
        (found(FACTS, replace(LONGEST, spec=replace(LONGEST.spec, name="status"))), "moot has a fact of that name."),
        (found(FACTS, replace(LONGEST, spec=replace(LONGEST.spec, grows_with_time=True))), "it grows with time"),
        (found(FACTS, replace(LONGEST, spec=None), name="x"), "it can't be looked at: AttributeError."),  # type: ignore[arg-type]
        (found(ACTIONS, replace(REMIND, name="pause_debate")), "moot has an action of that name."),
        (found(ACTIONS, replace(REMIND, fields=("text", "text"))), "its fields are to be different names"),
        (found(ACTIONS, print, name="remind"), "it is no ActionSpec"),
        (Found(group=FACTS, name="x", origin=ORIGIN, failed="it can't be loaded: ImportError: no."), "ImportError"),
    ],
    ids=lambda each: each.entry if isinstance(each, Found) else "",
)
def test_what_does_not_fit_is_left_out_with_a_reason_and_the_rest_is_taken(broken: Found, why: str) -> None:
    other = replace(WORDIER_THAN, name="terser_than")
    taken = admitted([broken, found(CONDITIONS, other)], facts=OWN_FACTS)

    assert set(taken.conditions) == {"terser_than"}
    (fault,) = taken.faults
    assert why in fault.why
    assert str(fault).startswith(f"the plugin {ORIGIN} ({broken.entry}) is left out: ")


def test_of_two_plugins_with_one_name_neither_is_taken_and_both_are_told_of() -> None:
    both = [found(CONDITIONS, WORDIER_THAN, origin=origin) for origin in ("a@1", "b@2")]
    taken = admitted([*both, found(FACTS, LONGEST)], facts=OWN_FACTS)

    assert taken.conditions == {}
    assert [(fault.origin, fault.why[:25]) for fault in taken.faults] == [
        ("a@1", "b@2 brings one of the sam"),
        ("b@2", "a@1 brings one of the sam"),
    ]
    assert taken.origins == (ORIGIN,)


def test_a_name_may_stand_for_a_condition_and_an_action() -> None:
    things = [found(CONDITIONS, replace(WORDIER_THAN, name="remind")), found(ACTIONS, REMIND)]

    assert admitted(things, facts=OWN_FACTS).faults == ()


def test_a_stored_rule_that_is_no_rule_is_refused() -> None:
    plain = rule_to_plain(the_rule())
    for broken in ({"plugins": "x"}, {"plugins": [1]}, {"then": [{"plugin": {"name": "x"}}]}):
        with pytest.raises(WrongUse):
            rule_from_plain(plain | broken)


def test_the_vocabulary_without_plugins_is_moots_own() -> None:
    assert dict(Vocabulary(OWN_FACTS.values())) == dict(OWN_FACTS)
    assert Vocabulary(OWN_FACTS.values(), Plugins()).origins == frozenset()
    assert isinstance(plugins.LONGEST.spec, FactSpec)
