"""Are the rules changed one checked version at a time, whoever asks, and do the sessions that they concern follow?"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import CommandRefused, MootError, WrongUse
from core.domain.events import RulesChanged, SessionOpened
from core.domain.ids import SessionId
from core.domain.session import Status
from core.orchestrator import Orchestrator
from core.ports.inbox import InboxAnswer
from core.rules.layers import RuleBook, RuleFile
from core.rules.reading import RuleFileError
from core.rules.rule import rule_set_digest
from core.rules.standard import STANDARD_RULES
from core.rules.versions import VersionKind
from core.runtime.requests import Asker
from core.runtime.rule_desk import IN_PLACE_CHARACTERS_MAX, Edited, RuleDesk
from core.runtime.rulebook import Rulebook
from core.runtime.rules_in_force import RulesInForce
from core.templates.standard import SIMPLE_DEBATE
from tests.stage import Stage, start, until
from tests.virtual_time import in_virtual_time

STALLED = "complete_when_stalled"
LONG = "complete_when_too_long"

MINE = """\
- id: mine
  name: Mine
  priority: 85
  when: {field: round_count, greater_than: 7}
  then: [{pause_debate: {reason: enough}}]
"""

NIGHT = MINE.replace("id: mine", "id: late").replace("priority: 85", "priority: 85\n  set: night")

Work = Callable[[Stage, Orchestrator], Awaitable[None]]


def on_a_stage(work: Work, *, stage: Stage | None = None) -> None:
    async def whole() -> None:
        on = stage or Stage()
        moot = await on.drive()
        await work(on, moot)
        await moot.stop()

    in_virtual_time(whole)


async def changes(moot: Orchestrator) -> list[str]:
    return [version.change for version in await moot.rulebook.history()]


async def ids(moot: Orchestrator, rule_set: str = "own") -> list[str]:
    return [str(rule.id) for rule in await moot.rules(rule_set)]


# --- one change, one version --------------------------------------------------------------------------------------


def test_several_rules_are_switched_in_one_version_that_says_who_did_what_when() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await asyncio.sleep(3)

        changed = await moot.rulebook.switch([STALLED, LONG], False, actor="ada")

        newest, *before = await moot.rulebook.history()
        assert changed.text == f"disabled {STALLED}, {LONG}"
        assert (newest.change, newest.actor, newest.number) == (changed.text, "ada", changed.version)
        assert newest.made_at_ms == stage.clock.now_ms()
        assert len(before) == 1
        assert {rule.id for rule in await moot.rules() if not rule.enabled} >= {STALLED, LONG}

    on_a_stage(work)


def test_switching_what_is_so_already_makes_no_version() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        changed = await moot.rulebook.switch([STALLED, LONG], True)

        assert changed.text == f"{STALLED}, {LONG} are enabled already"
        assert len(await moot.rulebook.history()) == 1

    on_a_stage(work)


def test_one_unknown_rule_among_several_refuses_them_all() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        with pytest.raises(WrongUse, match="Did you mean 'complete_when_stalled'"):
            await moot.rulebook.switch([LONG, "complete_when_staled"], False)

        assert len(await moot.rulebook.history()) == 1

    on_a_stage(work)


def test_rules_are_created_edited_cloned_moved_and_deleted() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        book = moot.rulebook

        assert (await book.create(MINE)).added == ("mine",)
        assert (await book.edit("mine", MINE.replace("85", "86"))).replaced == ("mine",)
        assert (await book.clone("mine", "again")).text == "cloned mine as again, switched off"
        moved = await book.move("again", behind="mine")
        assert (moved.text, [str(each) for each in moved.renumbered]) == (
            "moved again behind mine: again 86 → 85",
            ["again 86 → 85"],
        )
        assert (await book.set_priority(["again", "mine"], 5)).text == "changed priorities: again 85 → 5, mine 86 → 5"
        assert (await ids(moot))[-2:] == ["again", "mine"]
        assert (await book.delete(["again", "mine"])).removed == ("again", "mine")
        assert (await changes(moot))[:6] == [
            "deleted again, mine",
            "changed priorities: again 85 → 5, mine 86 → 5",
            "moved again behind mine: again 86 → 85",
            "cloned mine as again, switched off",
            "edited mine",
            "created mine",
        ]
        assert await moot.rules() == tuple(sorted(STANDARD_RULES, key=lambda rule: (-rule.priority, rule.id)))

    on_a_stage(work)


def test_editing_a_standard_rule_makes_a_rule_of_ones_own_that_replaces_it_until_it_is_deleted() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        text = await moot.rulebook.text_of(STALLED)

        await moot.rulebook.edit(STALLED, text.replace("priority: 60", "priority: 61"))

        placed = await moot.rulebook.find(STALLED)
        assert (placed.rule.priority, str(placed.origin), [str(each) for each in placed.over]) == (
            61,
            "own",
            ["standard"],
        )
        assert (await moot.rulebook.find(f"standard/{STALLED}")).rule.priority == 60
        await moot.rulebook.delete([STALLED])
        assert (await moot.rulebook.find(STALLED)).rule.priority == 60

    on_a_stage(work)


def test_loading_tells_added_replaced_and_unchanged_rules_apart() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        written = await moot.rulebook.written([STALLED, LONG])

        loaded = await moot.rulebook.load(
            written.replace("priority: 60", "priority: 61") + "\n" + MINE, origin="f.yaml"
        )

        assert (loaded.text, loaded.added, loaded.replaced, loaded.unchanged) == (
            "loaded f.yaml",
            ("mine",),
            (STALLED,),
            1,
        )
        again = await moot.rulebook.load(MINE, origin="f.yaml")
        assert (again.text, again.added, again.unchanged) == ("nothing is different", (), 1)

    on_a_stage(work)


def test_all_that_is_written_loads_back_into_another_database_as_the_same_book() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.rulebook.load(NIGHT)
        await moot.rulebook.define("night", extends="own", description="Quieter.")
        await moot.rulebook.switch([LONG], False, only_in="night")
        text = await moot.rulebook.written()

        other = Stage(rules=())
        second = await other.drive()
        await second.rulebook.load(text)

        mine, theirs = await moot.rulebook.book(), await second.rulebook.book()
        assert (theirs.rules, theirs.sets) == (mine.rules, mine.sets)
        await second.stop()

    on_a_stage(work)


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("joined", [False, True], ids=["where it drives", "from another process"])
def test_a_faulty_text_is_refused_with_every_place_and_nothing_is_saved(joined: bool) -> None:
    faulty = MINE.replace("round_count", "roud_count").replace("pause_debate", "pause")

    async def work(stage: Stage, moot: Orchestrator) -> None:
        asking = stage.orchestrator() if joined else moot
        if joined:
            await asking.start(drive=False)
        with pytest.raises(RuleFileError) as refused:
            await asking.rulebook.create(faulty, origin="mine.yaml")
        if joined:
            await asking.stop()

        assert [(each.line, each.column) for each in refused.value.problems] == [(4, 17), (5, 11)]
        assert str(refused.value).startswith(
            "mine.yaml:4:17: no fact is called 'roud_count'. Did you mean 'round_count'?"
        )
        assert len(await moot.rulebook.history()) == 1
        assert await moot.rulebook.problems(faulty) == refused.value.problems
        assert await moot.rulebook.problems(MINE) == ()

    on_a_stage(work)


async def edit_to_another_id(book: Rulebook) -> object:
    return await book.edit(STALLED, MINE)


async def edit_to_two(book: Rulebook) -> object:
    return await book.edit("mine", MINE + MINE.replace("id: mine", "id: two"))


async def create_nothing(book: Rulebook) -> object:
    return await book.create("sets: [{name: night}]")


async def create_a_known_one(book: Rulebook) -> object:
    return await book.create(MINE.replace("id: mine", f"id: {STALLED}"))


async def extend_in_a_circle(book: Rulebook) -> object:
    await book.load(NIGHT)
    await book.define("night", extends="own")
    return await book.define("own", extends="night")


async def extend_what_is_not_there(book: Rulebook) -> object:
    return await book.define("night", extends="standrad")


async def empty_a_set(book: Rulebook) -> object:
    await book.load("sets: [{name: night, extends: nothing}]\nrules:\n" + NIGHT)
    return await book.delete(["night/late"])


async def move_nowhere(book: Rulebook) -> object:
    return await book.move(STALLED)


async def restore_what_never_was(book: Rulebook) -> object:
    return await book.restore(99)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (edit_to_another_id, f"this text is about 'mine', and '{STALLED}' is meant. Keep the id"),
        (edit_to_two, "this is to be one rule, and the text holds 2 rules and 0 sets"),
        (create_nothing, "the text holds no rule"),
        (create_a_known_one, f"there is a rule called '{STALLED}' already, in the set standard"),
        (extend_in_a_circle, "the sets extend one another in a circle: night → own → night"),
        (extend_what_is_not_there, "no rule set is called 'standrad'. Did you mean 'standard'?"),
        (empty_a_set, "the set 'night' would hold no rule at all"),
        (move_nowhere, "a rule is moved before another one or behind it"),
        (restore_what_never_was, "the rules have no version 99"),
        (Rulebook.redo, "nothing was undone since the last change"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    change: Callable[[Rulebook], Awaitable[object]], told: str
) -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        if change is edit_to_two:
            await moot.rulebook.create(MINE)
        with pytest.raises(WrongUse) as refused:
            await change(moot.rulebook)
        book, versions = await moot.rulebook.book(), len(await moot.rulebook.history())

        with pytest.raises(WrongUse):
            await change(moot.rulebook)
        assert told in str(refused.value)
        assert (await moot.rulebook.book(), len(await moot.rulebook.history())) == (book, versions)

    on_a_stage(work)


def test_a_long_text_is_read_beside_the_sessions() -> None:
    rules = "\n".join(MINE.replace("id: mine", f"id: mine{number}") for number in range(200))
    assert len(rules) > IN_PLACE_CHARACTERS_MAX

    async def work() -> None:
        stage = Stage()
        stage.orchestrator()
        desk = RuleDesk(stage.ports, RulesInForce(), on_changed=nothing)
        answer = await desk.verbs["load_rules"]({"text": rules}, Asker(actor="operator"))
        assert len(answer.body["added"]) == 200  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.virtual_time.VirtualClock.now_ms", lambda self: 7)
        asyncio.run(work())


def test_many_rules_are_changed_beside_the_sessions_and_few_at_once() -> None:
    many = [replace(STANDARD_RULES[0], id=f"r{number}") for number in range(300)]  # type: ignore[arg-type]
    threads: list[int] = []

    def make(book: RuleBook) -> Edited:
        threads.append(threading.get_ident())
        return Edited(book=replace(book, rules=(*book.rules, *many)), change="many")

    async def work() -> None:
        stage = Stage()
        stage.orchestrator()
        desk = RuleDesk(stage.ports, RulesInForce(), on_changed=nothing)
        for size_added in (0, len(many)):
            await desk.change(make, by=Asker(actor="ada"), size_added=size_added)
            await desk.change(
                lambda _: Edited(book=RuleBook(rules=STANDARD_RULES), change="few"), by=Asker(actor="ada")
            )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.virtual_time.VirtualClock.now_ms", lambda self: 7)
        asyncio.run(work())

    assert [thread == threading.get_ident() for thread in threads] == [True, False]


async def nothing() -> None:
    """Nobody follows."""


# --- changes at once ----------------------------------------------------------------------------------------------


def test_of_two_processes_that_edit_one_version_the_second_is_told_what_the_first_did() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        other = stage.orchestrator()
        await other.start(drive=False)
        seen = await other.rulebook.version()
        assert seen is not None
        await moot.rulebook.create(MINE)
        await moot.rulebook.switch([LONG], False, actor="ada")

        with pytest.raises(CommandRefused) as refused:
            await other.rulebook.edit(STALLED, await other.rulebook.text_of(STALLED), based_on=seen.number)

        assert str(refused.value) == (
            "rules: they were changed since version 1: version 3 by ada: disabled complete_when_too_long; "
            "version 2 by operator: created mine (it concerns mine, complete_when_too_long). Nothing was saved. "
            "Look at them as they are now, then change them again."
        )
        assert len(await moot.rulebook.history()) == 3
        await other.stop()

    on_a_stage(work)


def test_what_files_say_meanwhile_outdates_no_change_by_hand() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        book = replace(await moot.rulebook.book(), files=(RuleFile(name="a.yaml", rules=STANDARD_RULES[:1]),))
        await stage.catalogue.save_rule_book(
            book, after=1, kind=VersionKind.FILES, actor="folder", at_ms=1, change="a.yaml"
        )

        assert (await moot.rulebook.switch([LONG], False, based_on=1)).version == 3

    on_a_stage(work)


def test_a_version_that_is_there_again_is_not_outdated() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.rulebook.switch([LONG], False)
        await moot.rulebook.undo()

        assert (await moot.rulebook.switch([STALLED], False, based_on=1)).version == 4

    on_a_stage(work)


# --- back and forth -----------------------------------------------------------------------------------------------


def test_undo_and_redo_make_new_versions_that_say_what_was_taken_back() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        first = await moot.rulebook.book()
        await moot.rulebook.switch([LONG], False)
        second = await moot.rulebook.book()

        assert (await moot.rulebook.undo(actor="ada")).text == f"undid version 2 (disabled {LONG})"
        assert await moot.rulebook.book() == first
        assert (await moot.rulebook.redo()).text == f"redid version 2 (disabled {LONG})"
        assert await moot.rulebook.book() == second
        assert (await moot.rulebook.restore(1)).text == "restored version 1 (for the test)"
        assert await moot.rulebook.book() == first
        assert (await moot.rulebook.undo()).text == "undid version 5 (restored version 1 (for the test))"
        assert await moot.rulebook.book() == second
        history = await moot.rulebook.history()
        assert [version.number for version in history] == [6, 5, 4, 3, 2, 1]
        assert [version.actor for version in history][3] == "ada"

    on_a_stage(work)


def test_undoing_leaves_what_files_say_in_force() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.rulebook.switch([LONG], False)
        file = RuleFile(name="a.yaml", rules=(replace(STANDARD_RULES[0], id="filed", rule_set="own"),))  # type: ignore[arg-type]
        await stage.catalogue.save_rule_book(
            replace(await moot.rulebook.book(), files=(file,)),
            after=2, kind=VersionKind.FILES, actor="folder", at_ms=1, change="a.yaml",
        )  # fmt: skip

        await moot.rulebook.undo()

        assert (await moot.rulebook.find(LONG)).rule.enabled
        assert str((await moot.rulebook.find("filed")).origin) == "own (a.yaml)"

    on_a_stage(work)


WISHES = st.lists(
    st.one_of(
        st.tuples(st.just("switch_rules"), st.sampled_from([STALLED, LONG, "mine"]), st.booleans()),
        st.tuples(st.just("set_priority"), st.sampled_from([STALLED, "mine"]), st.integers(0, 1000)),
        st.tuples(st.just("load_rules"), st.just(""), st.just(0)),
        st.tuples(st.just("delete_rules"), st.sampled_from([STALLED, "mine"]), st.just(0)),
        st.tuples(st.just("undo_rules"), st.just(""), st.just(0)),
        st.tuples(st.just("redo_rules"), st.just(""), st.just(0)),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(WISHES)
def test_undo_brings_back_exactly_what_was_and_redo_what_came(wishes: list[tuple[str, str, object]]) -> None:
    async def work() -> None:
        stage = Stage()
        stage.orchestrator()
        await stage.catalogue.save_rules(STANDARD_RULES, actor="test", at_ms=0, change="first")
        desk = RuleDesk(stage.ports, RulesInForce(), on_changed=nothing)
        past: list[RuleBook] = []
        future: list[RuleBook] = []
        for verb, rule, value in wishes:
            before = await stage.catalogue.rule_book()
            body = {"rules": [rule], "enabled": value, "priority": value, "text": MINE}
            try:
                answer: InboxAnswer = await desk.verbs[verb](body, Asker(actor="operator"))
            except MootError:
                assert await stage.catalogue.rule_book() == before
                continue
            now = await stage.catalogue.rule_book()
            if verb == "undo_rules":
                assert now == past.pop()
                future.append(before)
            elif verb == "redo_rules":
                assert now == future.pop()
                past.append(before)
            elif now != before:
                past.append(before)
                future.clear()
            assert answer.is_done
        assert len(await stage.catalogue.rules_history(limit=100)) >= len(past) + 1

    in_virtual_time(work)


# --- sessions and their sets --------------------------------------------------------------------------------------


async def opened(moot: Orchestrator, stage: Stage, **fields: object) -> tuple[SessionId, SessionOpened]:
    session = await start(moot, **fields)
    (event,) = stage.events(session, SessionOpened)
    assert isinstance(event, SessionOpened)
    return session, event


def test_a_session_follows_the_set_that_is_asked_for_or_its_formats_or_ones_own() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.rulebook.load(NIGHT)
        await moot.rulebook.create(MINE)
        _, own = await opened(moot, stage)
        _, night = await opened(moot, stage, rules="night")
        await stage.catalogue.save_template(replace(SIMPLE_DEBATE, version=2, rule_set="night"), actor="test", at_ms=1)
        _, by_format = await opened(moot, stage)
        _, standard = await opened(moot, stage, rules="standard")

        names = [each.opening.rule_set for each in (own, night, by_format, standard)]
        assert names == ["own", "night", "night", "standard"]
        digests = [each.opening.rules_digest for each in (own, night, by_format, standard)]
        assert digests[1] == digests[2]
        assert len(set(digests)) == 3
        for digest in digests:  # a process that takes the session up has nothing but these
            assert rule_set_digest(await stage.catalogue.rule_set(digest)) == digest
        held = {rule.id for rule in stage.ports.library.rule_sets[digests[1]].rules}
        assert ("late" in held, "mine" in held, STALLED in held) == (True, False, True)

    on_a_stage(work)


def test_an_unknown_set_is_refused_before_anything_is_recorded() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        with pytest.raises(WrongUse, match=r"no rule set is called 'standrad'\. Did you mean 'standard'\?"):
            await start(moot, rules="standrad")

        assert stage.disk.records == []

    on_a_stage(work)


def test_a_change_reaches_the_sessions_whose_set_holds_the_rule_and_no_others() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.rulebook.load(NIGHT)
        own, night, standard = [await start(moot, rules=name) for name in ("own", "night", "standard")]

        await moot.rulebook.switch(["night/late"], False)
        assert [len(stage.events(each, RulesChanged)) for each in (own, night, standard)] == [0, 1, 0]

        await moot.rulebook.create(MINE)
        assert [len(stage.events(each, RulesChanged)) for each in (own, night, standard)] == [1, 1, 0]

        await moot.rulebook.switch([LONG], False)
        assert [len(stage.events(each, RulesChanged)) for each in (own, night, standard)] == [2, 2, 1]

        await moot.rulebook.switch([STALLED], False, only_in="night")
        changed = stage.events(night, RulesChanged)
        assert [len(stage.events(each, RulesChanged)) for each in (own, night, standard)] == [2, 3, 1]
        in_force = stage.ports.library.rule_sets[changed[-1].digest]  # type: ignore[attr-defined]
        assert in_force.rules == await moot.rules("night")

    on_a_stage(work)


def test_a_session_whose_set_is_deleted_goes_on_by_the_rules_that_it_has() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.rulebook.load(NIGHT)
        session = await start(moot, rules="night")

        await moot.rulebook.undefine("night")
        await moot.rulebook.switch([LONG], False)

        assert await until(moot, session) is Status.COMPLETED
        assert stage.events(session, RulesChanged) == []

    on_a_stage(work)


def test_a_set_that_a_template_names_is_not_deleted() -> None:
    async def work(stage: Stage, moot: Orchestrator) -> None:
        await moot.rulebook.load(NIGHT)
        await stage.catalogue.save_template(replace(SIMPLE_DEBATE, version=2, rule_set="night"), actor="test", at_ms=1)

        with pytest.raises(WrongUse, match="the template simple_debate names the set 'night'"):
            await moot.rulebook.undefine("night")
        views = {view.spec.name: view for view in await moot.rulebook.sets()}
        assert (views["night"].own, views["night"].templates) == (1, ("simple_debate",))
        assert views["night"].holding == 1 + len(STANDARD_RULES)

    on_a_stage(work)


def test_a_session_left_by_another_process_follows_its_own_set_when_it_is_taken_up() -> None:
    async def work() -> None:
        stage = Stage()
        first = await stage.drive()
        await first.rulebook.load(NIGHT)
        night, own = await start(first, rules="night"), await start(first)
        await stage.crash()
        passing = stage.orchestrator()
        await passing.start(drive=False)
        await passing.rulebook.switch(["night/late"], False)
        await passing.stop()

        second = await stage.drive()

        assert [await until(second, each) for each in (night, own)] == [Status.COMPLETED] * 2
        assert [len(stage.events(each, RulesChanged)) for each in (night, own)] == [1, 0]
        await second.stop()

    in_virtual_time(work)
