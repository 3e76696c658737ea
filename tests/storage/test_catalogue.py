"""Does the catalogue keep versions for ever, and show every process the newest?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from core.analytics.rule_measures import RuleCounts, RuleTimes
from core.domain.errors import StorageFailed, WrongUse
from core.domain.ids import Digest, ParticipantId, RuleId, SeatId, TemplateId
from core.domain.participants import Participant, Role
from core.domain.steps import Document
from core.ports.catalogue import Label
from core.rules.rule import AllOf, Compare, CompleteDebate, ConditionType, Not, Rule, rule_set_digest
from core.templates.plain import template_to_plain
from core.templates.template import Complexity, SeatSpec, StepSpec, Template
from storage.codec import content_digest
from storage.opened import Storage
from tests.storage.builders import session

MISSING = Digest("0" * 64)


def rule(id: str, *, priority: int = 50, enabled: bool = True) -> Rule:
    late = Compare(type=ConditionType.GREATER_THAN, field="round_count", value=4)
    words = Compare(type=ConditionType.IN_LIST, field="last_role", value=("judge", "Schöffe"))
    return Rule(
        id=RuleId(id),
        name="End “it”",
        description="",
        priority=priority,
        when=AllOf(parts=(late, Not(part=words))),
        then=(CompleteDebate(reason="enough"),),
        enabled=enabled,
    )


def template(id: str = "duel", **changes: Any) -> Template:
    step = StepSpec(name="open", seat=SeatId("proposer"), task="argue", instruction="Speak.")
    made = Template(
        id=TemplateId(id),
        version=1,
        name="Duel",
        description="",
        complexity=Complexity.SIMPLE,
        rounds=2,
        seats=(SeatSpec(id=SeatId("proposer"), role=Role.PROPOSER, participant=ParticipantId("ann")),),
        steps=(step,),
        verdict=step,
        consensus_ppm=800_000,
        minutes_expected=3,
        cost_microusd_expected=20_000,
    )
    return replace(made, **changes)


async def save(storage: Storage, *rules: Rule, change: str = "edited", at_ms: int = 1) -> Digest:
    return await storage.catalogue.save_rules(rules, actor="operator", at_ms=at_ms, change=change)


async def test_a_new_catalogue_has_no_rules_and_the_digest_of_none(storage: Storage) -> None:
    assert await storage.catalogue.rules() == ()
    assert await storage.catalogue.rules_digest() == rule_set_digest(())
    assert await storage.catalogue.rule_set(rule_set_digest(())) == ()
    assert list(await storage.catalogue.rules_history()) == []


async def test_rules_come_back_equal_by_priority_and_then_by_id(storage: Storage) -> None:
    rules = (rule("late"), rule("early", priority=90), rule("also_late", enabled=False))

    digest = await save(storage, *rules)

    assert await storage.catalogue.rules() == (rules[1], rules[2], rules[0])
    assert digest == await storage.catalogue.rules_digest() == rule_set_digest(rules)


async def test_every_version_of_the_rules_stays_readable(storage: Storage) -> None:
    digests = [await save(storage, rule("one", priority=priority)) for priority in range(5)]

    for priority, digest in enumerate(digests):
        assert await storage.catalogue.rule_set(digest) == (rule("one", priority=priority),)
    with pytest.raises(WrongUse, match="000000000000"):
        await storage.catalogue.rule_set(MISSING)


async def test_saving_what_is_in_force_changes_nothing(storage: Storage) -> None:
    await save(storage, rule("one"), rule("two"), change="first")
    await save(storage, rule("two"), rule("one"), change="the same in another order")

    assert [version.change for version in await storage.catalogue.rules_history()] == ["first"]


async def test_a_version_that_comes_into_force_again_is_newest_again(storage: Storage) -> None:
    on = await save(storage, rule("one"), change="made", at_ms=1)
    off = await save(storage, rule("one", enabled=False), change="switched off", at_ms=2)
    await save(storage, rule("one"), change="switched on", at_ms=3)

    history = await storage.catalogue.rules_history()

    assert [(version.digest, version.change) for version in history] == [
        (on, "switched on"),
        (off, "switched off"),
        (on, "made"),
    ]
    assert await storage.catalogue.rules_digest() == on
    assert [version.made_at_ms for version in await storage.catalogue.rules_history(limit=1)] == [3]


async def test_two_rules_of_one_id_are_refused_and_the_rules_stay(storage: Storage) -> None:
    before = await save(storage, rule("one"))

    with pytest.raises(WrongUse, match="two rules are called 'one'"):
        await save(storage, rule("one"), rule("one", priority=3))

    assert await storage.catalogue.rules_digest() == before


async def test_a_rule_switched_off_by_another_process_is_off_here(
    storage: Storage, other_process: Callable[[str], str]
) -> None:
    await save(storage, rule("one"))

    await asyncio.to_thread(
        other_process,
        "from tests.storage.test_catalogue import rule, save; await save(storage, rule('one', enabled=False))",
    )

    assert await storage.catalogue.rules() == (rule("one", enabled=False),)


async def test_the_newest_version_of_each_template_is_listed_and_all_stay_readable(storage: Storage) -> None:
    saved = [template(), template(rounds=3), template("audit"), template()]
    digests = [await storage.catalogue.save_template(one, actor="operator", at_ms=1) for one in saved]

    assert await storage.catalogue.templates() == (template("audit"), template())
    assert [await storage.catalogue.template(digest) for digest in digests] == saved
    assert digests[1] == content_digest(template_to_plain(saved[1]))
    with pytest.raises(WrongUse, match="no template"):
        await storage.catalogue.template(MISSING)


async def test_a_template_that_is_set_for_one_session_is_kept_and_not_listed(storage: Storage) -> None:
    await storage.catalogue.save_template(template(), actor="operator", at_ms=1)

    digest = await storage.catalogue.keep_template(template(rounds=9))

    assert await storage.catalogue.templates() == (template(),)
    assert await storage.catalogue.template(digest) == template(rounds=9)
    assert await storage.catalogue.keep_template(template()) == content_digest(template_to_plain(template()))


async def test_a_template_that_changed_under_its_digest_is_not_believed(storage: Storage) -> None:
    digest = await storage.catalogue.save_template(template(), actor="operator", at_ms=1)

    def tamper(writer: Any) -> None:
        writer.execute("UPDATE templates SET body = CAST(replace(CAST(body AS TEXT), 'Duel', 'Fuel') AS BLOB)")

    await storage.catalogue._writer.run(tamper)  # type: ignore[attr-defined]

    with pytest.raises(StorageFailed, match="not what its digest says"):
        await storage.catalogue.template(digest)


async def test_a_participant_saved_again_replaces_the_first(storage: Storage) -> None:
    ann = Participant(id=ParticipantId("ann"), name="Ann", model="scripted:calm", fallbacks=("a", "b"))
    bob = Participant(id=ParticipantId("bob"), name="Bob", model="scripted:calm")
    await storage.catalogue.save_participants([bob, ann])
    await storage.catalogue.save_participants([replace(ann, temperature_milli=0)])

    assert await storage.catalogue.participants() == (replace(ann, temperature_milli=0), bob)


async def test_several_participants_are_saved_all_or_none(storage: Storage) -> None:
    ann = Participant(id=ParticipantId("ann"), name="Ann", model="scripted:calm")
    unwritable = Participant(id=ParticipantId("bob"), name="\ud83d", model="scripted:calm")

    with pytest.raises(ValueError, match="surrogate"):
        await storage.catalogue.save_participants([ann, unwritable])

    assert await storage.catalogue.participants() == ()


async def test_a_participant_that_is_removed_is_gone_and_removing_it_again_does_nothing(storage: Storage) -> None:
    people = [Participant(id=ParticipantId(id), name=id, model="scripted:calm") for id in ("ann", "bob")]
    await storage.catalogue.save_participants(people)
    for _ in range(2):
        await storage.catalogue.remove_participant(ParticipantId("ann"))

    assert await storage.catalogue.participants() == (people[1],)


async def test_a_document_is_kept_by_its_content(storage: Storage) -> None:
    text = "+ Cycling is quick.\r\n- 🌧\n"
    document = Document(name="facts.md", digest=Digest(sha256(text.encode()).hexdigest()), text=text)
    await storage.catalogue.save_document(document)
    await storage.catalogue.save_document(replace(document, name="copy.md"))

    assert await storage.catalogue.document(document.digest) == document
    with pytest.raises(WrongUse, match=r"facts\.md: its digest"):
        await storage.catalogue.save_document(replace(document, text="something else"))
    with pytest.raises(WrongUse, match="no document"):
        await storage.catalogue.document(MISSING)


async def test_settings_are_kept_by_name(storage: Storage) -> None:
    for value in ("off", "on"):
        await storage.catalogue.save_setting("spending", value)
    await storage.catalogue.save_setting("pace", "")

    assert await storage.catalogue.settings() == {"pace": "", "spending": "on"}


async def test_a_session_without_a_label_has_an_empty_one(storage: Storage) -> None:
    label = Label(title="Über Räder", tags=("a,b", "c"), is_archived=True)
    await storage.catalogue.save_label(session(1), label)
    await storage.catalogue.save_label(session(2), label)
    await storage.catalogue.save_label(session(2), Label())

    assert await storage.catalogue.label(session(1)) == label
    assert await storage.catalogue.label(session(2)) == Label()
    assert await storage.catalogue.labels() == {session(1): label}


async def test_the_times_of_rules_add_up(storage: Storage) -> None:
    one, two = RuleTimes(heard=2, timed=1, nanoseconds=500, buckets={71: 1}), RuleTimes(heard=1, buckets={3: 2, 9: 1})
    for _ in range(3):
        await storage.catalogue.add_rule_times({RuleId("one"): one, RuleId("two"): two})
    await storage.catalogue.add_rule_times({RuleId("one"): two})
    await storage.catalogue.add_rule_times({})

    assert await storage.catalogue.rule_times() == {
        "one": one.plus(one).plus(one).plus(two),
        "two": two.plus(two).plus(two),
    }


async def test_the_counts_of_rules_add_up_and_their_position_moves_with_them(storage: Storage) -> None:
    assert await storage.catalogue.rule_counts() == (0, {})
    early = RuleCounts(fired=2, overruled=1, errors=3, switched_off=1, fired_at_ms=500, switched_off_at_ms=900)
    late = RuleCounts(fired=1, fired_at_ms=400)

    await storage.catalogue.add_rule_counts({RuleId("one"): early}, after=0, position=7)
    await storage.catalogue.add_rule_counts({RuleId("one"): late, RuleId("two"): late}, after=7, position=9)
    await storage.catalogue.add_rule_counts({}, after=9, position=12)

    assert await storage.catalogue.rule_counts() == (12, {"one": early.plus(late), "two": late})


async def test_what_rules_did_is_not_added_again_by_whoever_began_before_it_was(storage: Storage) -> None:
    once = {RuleId("one"): RuleCounts(fired=1)}

    assert await storage.catalogue.add_rule_counts(once, after=0, position=7) == 7
    assert await storage.catalogue.add_rule_counts(once, after=0, position=9) == 7

    assert await storage.catalogue.rule_counts() == (7, once)
