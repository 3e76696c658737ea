"""Does the Rules screen count what was recorded, find what changed, and say why a rule waits?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from console.presenters.rules import (
    DAY_MS,
    Change,
    Counts,
    FiringsBook,
    RuleCount,
    Seen,
    changed,
    complaint,
    detail,
    headline,
    last_changes,
    matching,
    rule_row,
)
from console.presenters.rules_fired import waiting_lines
from console.presenters.standings import out_of_reach
from core.analytics.rule_measures import NOT_MEASURED, RuleMeasure
from core.domain.events import Event, Recorded, RuleFired, RuleRearmed
from core.domain.facts import FactSpec
from core.domain.ids import Digest, RuleId, SessionId, TemplateId
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.engine.facts import SESSION_FACTS
from core.flows.debate import DEBATE_FACTS
from core.ports.catalogue import RulesVersion
from core.rules.explanation import explain
from core.rules.layers import Origin, Placed
from core.rules.rule import AnyOf, Rule
from core.rules.standard import STANDARD_RULES

NOW_MS = 1_790_000_000_000
SPECS: dict[str, FactSpec] = {spec.name: spec for spec in (*SESSION_FACTS, *DEBATE_FACTS)}
RULES = {rule.id: rule for rule in STANDARD_RULES}
CONSENSUS = RULES[RuleId("complete_on_consensus")]
HERE, THERE = SessionId("a1" * 16), SessionId("b2" * 16)


def fired(rule: str, *, seq: int, days_ago: int = 0, session: SessionId = HERE) -> Recorded:
    event: Event = RuleFired(rule=RuleId(rule), priority=1, stays_armed=False, actions=())
    return Recorded(session=session, seq=seq, position=seq, at_ms=NOW_MS - days_ago * DAY_MS, event=event)


def placed(rule: Rule, *, over: tuple[Origin, ...] = (), file: str = "") -> Placed:
    return Placed(rule=rule, origin=Origin(rule_set=rule.rule_set, file=file), over=over)


def summary(status: Status = Status.RUNNING, title: str = "Split billing?") -> SessionSummary:
    return SessionSummary(
        session=HERE,
        seq=9,
        position=9,
        flow="debate",
        title=title,
        motion=title,
        template=TemplateId("simple_debate"),
        status=status,
    )


def said(rule: Rule, seen: Seen | None, *, count: RuleCount | None = None, width: int = 80) -> list[str]:
    lines = detail(
        placed(rule), seen, count, NOT_MEASURED, None, Counts(sessions=3), specs=SPECS, now_ms=NOW_MS, width=width
    )
    return [line.text for line in lines]


def seen_with(rule: Rule, status: Status = Status.RUNNING, **facts: int) -> Seen:
    return Seen(session=summary(status), explanation=explain(rule, facts, SPECS))


def test_firings_are_counted_here_and_lately_and_the_last_one_is_remembered() -> None:
    book = FiringsBook()
    book.take(HERE, [fired("x", seq=1, days_ago=40), fired("x", seq=2, days_ago=2), fired("y", seq=3, days_ago=3)])
    book.take(THERE, [fired("x", seq=1, days_ago=1, session=THERE)])
    counts = book.counts(HERE, now_ms=NOW_MS)

    assert counts.rules["x"] == RuleCount(here=2, recent=2, last_at_ms=NOW_MS - DAY_MS)
    assert counts.rules["y"] == RuleCount(here=1, recent=1, last_at_ms=NOW_MS - 3 * DAY_MS)
    assert counts.sessions == 2


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 60)), max_size=20), st.lists(st.integers(1, 20)))
def test_the_count_is_the_same_however_the_log_is_paged(firings: list[tuple[str, int]], cuts: list[int]) -> None:
    records = [fired(rule, seq=seq, days_ago=days) for seq, (rule, days) in enumerate(firings, start=1)]
    at_once, in_pages = FiringsBook(), FiringsBook()
    at_once.take(HERE, records)
    for cut in (*cuts, len(records)):
        at = in_pages.seq_of(HERE)
        in_pages.take(HERE, records[at : at + cut])
    in_pages.take(HERE, records[in_pages.seq_of(HERE) :])

    assert in_pages.counts(HERE, now_ms=NOW_MS) == at_once.counts(HERE, now_ms=NOW_MS)


def test_a_deleted_session_takes_its_firings_with_it_and_other_events_count_for_nothing() -> None:
    book = FiringsBook()
    rearmed = replace(fired("x", seq=2), event=RuleRearmed(rule=RuleId("x")))
    book.take(HERE, [fired("x", seq=1), rearmed])
    assert book.seq_of(HERE) == 2
    assert book.counts(HERE, now_ms=NOW_MS).rules["x"].here == 1
    book.keep_only([THERE])

    assert book.counts(HERE, now_ms=NOW_MS) == Counts()
    assert book.seq_of(HERE) == 0


def version(number: int, actor: str, change: str) -> RulesVersion:
    return RulesVersion(digest=Digest(str(number)), made_at_ms=NOW_MS - number * DAY_MS, actor=actor, change=change)


def test_a_rule_was_last_changed_by_the_version_that_made_it_what_it_is() -> None:
    off, other = replace(CONSENSUS, enabled=False), RULES[RuleId("complete_when_stalled")]
    versions = (
        (version(0, "operator", "disabled complete_on_consensus"), (off, other)),
        (version(1, "operator", "loaded mine.yaml"), (CONSENSUS, other)),
        (version(2, "moot", "shipped rules"), (CONSENSUS,)),
    )
    changes = last_changes(versions, is_all=True)

    assert changed(changes[CONSENSUS.id], NOW_MS) == ("last changed just now by you (disabled complete_on_consensus)")
    assert changed(changes[other.id], NOW_MS) == "last changed 1 d ago by you (loaded mine.yaml)"


def test_where_the_history_does_not_reach_nobody_is_named() -> None:
    (only,) = last_changes(((version(4, "moot", "shipped rules"), (CONSENSUS,)),), is_all=False).values()

    assert only == Change(at_ms=NOW_MS - 4 * DAY_MS, actor="moot", change="shipped rules", is_exact=False)
    assert changed(only, NOW_MS) == "not changed since 4 d ago"
    assert last_changes((), is_all=True) == {}


def test_a_search_asks_for_words_states_and_sets() -> None:
    every = tuple(placed(rule) for rule in STANDARD_RULES)
    mine = placed(CONSENSUS, file="Mine.yaml")

    assert [each.rule.id for each in matching(every, "BUDGET complete")] == ["complete_when_budget_nearly_spent"]
    assert {each.rule.enabled for each in matching(every, "state:off")} == {False}
    assert {each.rule.enabled for each in matching(every, "state:on")} == {True}
    assert matching(every, "from:mine") == ()
    assert matching((*every, mine), "from:mine") == (mine,)
    assert matching(every, "set:standard") == matching(every, "") == every


def test_the_sentence_holds_the_values_seen_and_points_at_the_first_that_fails() -> None:
    lines = said(CONSENSUS, seen_with(CONSENSUS, consensus_ppm=620_000, round_count=2), count=RuleCount(recent=37))

    assert " when  consensus (62 %) ≥ 80 %  ✗  ← first that fails" in lines
    assert "  and  round_count (2) ≥ 1      not looked at" in lines
    assert ' then  complete the debate, reason "consensus reached"' in lines
    assert "here, running: ◇ waits: consensus 62 % < 80 %" in lines
    assert lines[-1] == "fired 0 times here, 37 times in the last 30 days (3 logs read)"


def test_verdicts_stand_below_each_other_where_they_fit() -> None:
    lines = said(CONSENSUS, seen_with(CONSENSUS, consensus_ppm=620_000, round_count=2))
    marked = [line.index(mark) for line in lines for mark in ("✗", "not looked at") if mark in line]

    assert len(marked) == 2
    assert len(set(marked)) == 1


def test_a_rule_that_holds_says_so_and_one_that_is_off_says_what_it_would_see() -> None:
    facts = {"consensus_ppm": 900_000, "round_count": 2}
    off = replace(CONSENSUS, enabled=False)

    assert "here, running: ◆ holds" in said(CONSENSUS, seen_with(CONSENSUS, **facts))
    assert "here, running: off, so it is not looked at; this is what it would see" in said(off, seen_with(off, **facts))
    assert "here, completed: as it stood at the end" in said(CONSENSUS, seen_with(CONSENSUS, Status.COMPLETED, **facts))


def test_without_a_session_the_sentence_stands_without_values() -> None:
    lines = said(CONSENSUS, None)

    assert " when  consensus ≥ 80 %" in lines
    assert not any("not known yet" in line or "✗" in line for line in lines)
    assert any("No session is under the cursor" in line for line in lines)


def test_what_cannot_be_told_and_what_was_not_read_is_said_instead_of_guessed() -> None:
    why_not = Seen(session=summary(), why_not="it follows rules of its own")
    unread = rule_row(placed(CONSENSUS), None, NOT_MEASURED, has_session=True, now_ms=NOW_MS)

    assert "here, running: it follows rules of its own" in said(CONSENSUS, why_not)
    assert said(CONSENSUS, None)[-1] == "its firings are being counted …"
    assert [cell.text for cell in unread.cells[5:]] == ["–", "…", "–", "–", "–", "–"]


def test_a_row_says_how_often_when_and_how_fast() -> None:
    measure = RuleMeasure(heard=9, fired=3, errors=2, timed=4, mean_ns=1_200, p95_ns=2_559)
    row = rule_row(
        placed(CONSENSUS),
        RuleCount(here=1, recent=12_345, last_at_ms=NOW_MS - 4 * 60_000),
        measure,
        has_session=True,
        now_ms=NOW_MS,
    )

    assert [cell.text for cell in row.cells] == [
        "● on",
        "90",
        "complete_on_consensus",
        "Complete when consensus is reached",
        "standard",
        "1",
        "12.3 k",
        "4 min",
        "1.2 µs",
        "2.5 µs",
        "2",
    ]


def test_what_is_known_of_a_rule_in_all_is_said_with_what_went_wrong() -> None:
    measure = RuleMeasure(
        heard=12_000, fired=3, errors=5, switched_off=1, switched_off_at_ms=NOW_MS - 60_000, timed=4, mean_ns=1_200,
        p95_ns=2_559,
    )  # fmt: skip
    lines = detail(placed(CONSENSUS), None, RuleCount(), measure, None, Counts(), specs=SPECS, now_ms=NOW_MS, width=80)

    assert lines[-1].text == (
        "fired 0 times in the last 30 days (no log holds a firing) · heard 12.0 k times, fired 3 in all"
        " · mean 1.2 µs, p95 2.5 µs of 4 timed · 5 errors · no longer heard in 1 session, last 1 min ago"
    )


def test_logs_still_to_be_read_are_said_beside_the_count() -> None:
    counts = Counts(rules={}, sessions=3, sessions_left=2)
    lines = detail(
        placed(CONSENSUS), None, RuleCount(), NOT_MEASURED, None, counts, specs=SPECS, now_ms=NOW_MS, width=80
    )

    assert lines[-1].text == "fired 0 times in the last 30 days (3 logs read, 2 still to read)"


def test_the_line_over_the_table_counts_the_rules_and_names_the_session() -> None:
    two = (CONSENSUS, replace(CONSENSUS, id=RuleId("other"), enabled=False))

    assert headline(two, 1, summary()).text == "Rules  1 on, 1 off  1 shown  here: Split billing? · a1a1a1a1"
    assert headline(two, 2, None).text == "Rules  1 on, 1 off"
    assert headline(two, 2, None, ("own", "standard")).text == "Rules  1 on, 1 off"
    assert headline(two, 2, None, ("night", "own")).text == "Rules of night → own  1 on, 1 off"
    assert len(headline(two, 2, summary(title="so on " * 40)).text) < 120


def test_a_rule_says_where_it_comes_from_and_what_it_replaces() -> None:
    over = placed(CONSENSUS, over=(Origin(rule_set="own"), Origin(rule_set="standard")), file="mine.yaml")
    row = rule_row(over, None, NOT_MEASURED, has_session=False, now_ms=NOW_MS)
    lines = detail(over, None, None, NOT_MEASURED, None, Counts(), specs=SPECS, now_ms=NOW_MS, width=80)

    assert row.cells[4].text == "mine.yaml ▴"
    assert rule_row(placed(CONSENSUS), None, NOT_MEASURED, has_session=False, now_ms=NOW_MS).cells[4].text == "standard"
    assert "standard (mine.yaml), replaces that of own and of standard" in lines[0].text


def test_beneath_an_edited_rule_stands_what_moot_ships() -> None:
    first = STANDARD_RULES[0]
    edited = replace(first, rule_set="own", name="Mine", enabled=not first.enabled)

    def shown(rule: Rule) -> list[str]:
        found = detail(placed(rule), None, None, NOT_MEASURED, None, Counts(), specs=SPECS, now_ms=NOW_MS, width=80)
        return [line.text for line in found]

    lines = shown(edited)
    assert lines[lines.index("edited; moot ships it with") + 1] == f"    name: {first.name}"
    assert "edited; moot ships it with" not in shown(replace(first, enabled=not first.enabled))


def test_what_is_wrong_with_the_folder_takes_one_line() -> None:
    assert complaint(()) == ""
    assert complaint(("mine.yaml:7:3: no.\nmine.yaml: 1 problem",)) == (
        "✗ mine.yaml:7:3: no. What it held before stays in force."
    )
    assert complaint(("a.yaml: x.", "b.yaml: y.", "c.yaml: z.")).endswith("(and 2 more files)")


def test_a_rule_that_needs_more_rounds_than_the_debate_has_says_so_and_waits_behind_the_others() -> None:
    most_rounds, others = RULES[RuleId("complete_at_max_rounds")], RULES[RuleId("complete_when_stalled")]
    facts = {"round_count": 1, "stalled_round_count": 0}
    told = [explain(rule, facts, SPECS) for rule in (most_rounds, others)]

    lines = ["".join(text for text, _ in line.parts) for line in waiting_lines(told, rounds_limit=3)]
    assert lines == [
        "◇ complete_when_stalled  waits: stalled_round_count 0 < 2",
        "◇ complete_at_max_rounds  needs 5 rounds, and this debate has 3",
    ]
    longer = ["".join(text for text, _ in line.parts) for line in waiting_lines(told, rounds_limit=5)]
    assert "◇ complete_at_max_rounds  waits: round_count 1 ≤ 4" in longer


def test_another_alternative_keeps_a_rule_within_reach() -> None:
    either = replace(CONSENSUS, when=AnyOf(parts=(RULES[RuleId("complete_at_max_rounds")].when, CONSENSUS.when)))
    found = explain(either, {"round_count": 1, "consensus_ppm": 1}, SPECS)

    assert out_of_reach(found, rounds_limit=3) == ""
