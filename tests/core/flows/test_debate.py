"""Does a debate play its rounds as its format says, and as the operator changes them?"""

from __future__ import annotations

import pytest

from core.domain.commands import (
    AddStatement,
    Admit,
    AmendMotion,
    ApplyTemplate,
    ChangeRounds,
    ChangeRules,
    ContinueOn,
    Open,
    Pause,
    Resume,
    StartNewRound,
)
from core.domain.errors import NotVerifiableHere
from core.domain.events import CompletionDecided, SessionCompleted
from core.domain.ids import Digest, StepId, TemplateId
from core.domain.participants import Role
from core.domain.session import ROUNDS_MAX, Opening
from core.domain.steps import StepKind
from core.engine.facts import SESSION_FACTS
from core.flows.debate import DEBATE_FACTS, MOTION_BYTES_MAX, STATEMENT_BYTES_MAX
from core.flows.debate_events import (
    ArgumentPresented,
    ConsensusReached,
    ConsensusUpdated,
    DebateCompleted,
    DebateStarted,
    RoundCompleted,
    RoundsLimitChanged,
    RoundStarted,
    StatementAdded,
    TemplateApplied,
    VerdictReached,
)
from core.flows.debate_state import round_of, seat_of, step_id, step_name
from core.templates.template import Occurs
from tests.builders import (
    MOTION,
    REVIEWED,
    SESSION,
    TINY,
    Played,
    a_round,
    a_turn,
    after,
    begun,
    digest_of,
    document,
    kinds,
    opened,
    seat,
    seat_spec,
    step_spec,
    template,
)

ENDED_AND_OPENED = template(
    "shaped",
    rounds=2,
    steps=(
        step_spec("opening", "proposer", occurs=Occurs.FIRST),
        step_spec("claim", "opponent"),
        step_spec("later", "proposer", occurs=Occurs.LATER),
        step_spec("question", "opponent", occurs=Occurs.BEFORE_LAST),
        step_spec("closing", "proposer", occurs=Occurs.LAST),
    ),
)


def started(*templates: object, rounds: int | None = None) -> Played:
    played = Played(templates=templates or (TINY, REVIEWED))  # type: ignore[arg-type]
    played.do(Open(opening=played.opening(rounds=rounds)))
    played.do(Admit())
    return played


def names(played: Played) -> list[str]:
    """Every turn that was spoken, as round and step."""
    return [f"{argued.round}.{step_name(argued.step)}" for argued in played.of(ArgumentPresented)]


def test_a_debate_from_start_to_end_says_what_happened_in_order() -> None:
    played = after(*opened(rounds=1), Played.play_on)

    assert kinds(played.events) == [
        "SessionOpened",
        "SessionAdmitted",
        "DebateStarted",
        "RoundStarted",
        "AttemptStarted",
        "AttemptSucceeded",
        "ArgumentPresented",
        "AttemptStarted",
        "AttemptSucceeded",
        "ArgumentPresented",
        "ConsensusUpdated",
        "RoundCompleted",
        "CompletionDecided",
        "AttemptStarted",
        "AttemptSucceeded",
        "VerdictReached",
        "DebateCompleted",
        "SessionCompleted",
    ]
    (begin,) = played.of(DebateStarted)
    assert (begin.motion, begin.template, begin.seats) == (MOTION, "tiny", ("proposer", "opponent", "judge"))


def test_turns_are_taken_in_the_order_of_the_format_round_by_round() -> None:
    played = after(*opened(), Played.play_on)

    assert names(played) == ["1.claim", "1.reply", "2.claim", "2.reply"]
    assert played.of(CompletionDecided)[0].reason == "rounds_played"
    (end,) = played.of(DebateCompleted)
    assert (end.rounds, end.arguments, end.cost_microusd) == (2, 4, 500)
    assert (end.tokens_input, end.tokens_output) == (50, 25)


@pytest.mark.parametrize(
    ("rounds", "spoken"),
    [
        (1, ["1.opening", "1.claim", "1.closing"]),
        (2, ["1.opening", "1.claim", "1.question", "2.claim", "2.later", "2.closing"]),
    ],
)
def test_steps_occur_in_the_rounds_they_are_meant_for(rounds: int, spoken: list[str]) -> None:
    played = started(ENDED_AND_OPENED, rounds=rounds)

    played.play_on()

    assert names(played) == spoken


def test_the_steps_of_an_open_round_stay_when_the_number_of_rounds_changes() -> None:
    played = started(ENDED_AND_OPENED, rounds=1)
    assert played.of(RoundStarted)[0].steps == ("opening", "claim", "closing")
    played.speak()
    played.speak()

    played.do(ChangeRounds(rounds_limit=3))

    assert played.wanted == ("r1.closing.proposer",), "announced for this round, spoken in this round"
    played.play_on()
    assert names(played)[2:6] == ["1.closing", "2.claim", "2.later", "2.question"]


def test_fewer_rounds_do_not_cut_the_open_one() -> None:
    played = started(ENDED_AND_OPENED, rounds=3)
    played.do(ChangeRounds(rounds_limit=1))

    played.play_on()

    assert names(played) == ["1.opening", "1.claim", "1.question"]


def test_a_round_in_which_nobody_would_speak_is_passed_over() -> None:
    only_ends = template(
        "ends",
        steps=(
            step_spec("opening", "proposer", occurs=Occurs.FIRST),
            step_spec("closing", "opponent", occurs=Occurs.LAST),
        ),
    )
    played = started(only_ends, rounds=ROUNDS_MAX)
    played.play_on()

    assert names(played) == ["1.opening", f"{ROUNDS_MAX}.closing"]
    assert played.of(DebateCompleted)[0].rounds == 2


def test_a_debate_ends_where_no_later_round_has_anything_to_say() -> None:
    only_first = template("first", steps=(step_spec("opening", "proposer", occurs=Occurs.FIRST),))
    played = started(only_first, rounds=5)
    played.play_on()

    assert len(played.of(SessionCompleted)) == 1
    assert names(played) == ["1.opening"]


@pytest.mark.parametrize("rounds_limit", [0, -1, ROUNDS_MAX + 1])
def test_the_number_of_rounds_has_bounds(rounds_limit: int) -> None:
    assert f"from 1 to {ROUNDS_MAX}" in after(*opened()).refuses(ChangeRounds(rounds_limit=rounds_limit))


def test_rounds_that_were_begun_are_not_taken_back() -> None:
    played = after(*opened(), *a_round())

    assert "from 2 to" in played.refuses(ChangeRounds(rounds_limit=1))


def test_raised_rounds_are_played() -> None:
    played = after(*opened(), *a_round(), a_turn(), ChangeRounds(rounds_limit=3), a_turn())

    assert played.wanted == ("r3.claim.proposer",)


def test_rounds_can_be_raised_while_paused_after_the_last_one() -> None:
    played = after(*opened(rounds=1), a_turn(), begun, Pause())
    played.answer()

    played.do(ChangeRounds(rounds_limit=2))
    played.do(Resume())

    assert played.wanted == ("r2.claim.proposer",)


def test_a_new_round_cuts_the_round_short_and_says_so() -> None:
    played = after(*opened(), a_turn(), StartNewRound(reason="asked"))

    (cut,) = played.of(RoundCompleted)
    assert (cut.round, cut.arguments, cut.is_cut_short) == (1, 1, True)
    assert played.wanted == ("r2.claim.proposer",)
    assert played.of(RoundsLimitChanged) == []


def test_a_new_round_after_the_last_raises_the_limit_up_to_the_most_there_are() -> None:
    played = after(*opened())
    for _ in range(ROUNDS_MAX - 1):
        played.do(StartNewRound(reason="asked"))

    assert played.debate.rounds_limit == ROUNDS_MAX
    assert "the most there are" in played.refuses(StartNewRound(reason="asked"))


def test_the_answer_to_a_turn_of_a_round_cut_short_comes_in_the_next_and_counts_for_none_of_its_steps() -> None:
    played = after(*opened(), begun, StartNewRound(reason="asked"))
    assert not played.wanted

    played.answer("Better late.")

    assert played.of(ArgumentPresented)[0].round == 1
    assert played.wanted == ("r2.claim.proposer",)
    played.speak()
    played.speak()
    assert played.of(RoundCompleted)[-1].arguments == 2


def test_going_on_is_to_go_on_as_planned() -> None:
    played = after(*opened(rounds=1), a_turn())

    assert played.do(ContinueOn(reason="asked")) == ()
    played.speak()
    assert played.wanted == ("verdict",)


def test_another_template_is_followed_from_the_next_round_on() -> None:
    played = after(*opened(), a_turn(), ApplyTemplate(template=TemplateId("reviewed")))
    (applied,) = played.of(TemplateApplied)
    assert [each.id for each in applied.seats] == ["proposer", "opponent", "judge", "reviewer"]
    assert played.wanted == ("r1.reply.opponent",)

    played.play_on()

    assert names(played)[:5] == ["1.claim", "1.reply", "2.claim", "2.reply", "2.review"]
    assert played.of(DebateCompleted)[0].rounds == REVIEWED.rounds


def test_a_template_applied_before_the_first_round_is_the_one_that_is_started() -> None:
    played = after(*opened()[:1], ApplyTemplate(template=TemplateId("reviewed")), Admit())

    assert played.of(DebateStarted)[0].template == "reviewed"
    assert "reviewer" in played.of(DebateStarted)[0].seats
    assert played.of(RoundStarted)[0].steps == ("claim", "reply", "review")


def test_of_two_templates_applied_in_one_round_the_later_is_followed() -> None:
    back_and_forth = (ApplyTemplate(template=TemplateId("reviewed")), ApplyTemplate(template=TemplateId("tiny")))
    played = after(*opened(), a_turn(), *back_and_forth, a_turn())

    assert played.debate.template.id == "tiny"
    assert played.debate.rounds_limit == TINY.rounds


def test_a_template_that_is_followed_already_is_not_applied_again() -> None:
    assert "follows tiny already" in after(*opened()).refuses(ApplyTemplate(template=TemplateId("tiny")))
    coming = after(*opened(), ApplyTemplate(template=TemplateId("reviewed")))
    assert "follows reviewed already" in coming.refuses(ApplyTemplate(template=TemplateId("reviewed")))


def test_rounds_raised_after_a_template_was_applied_are_kept() -> None:
    played = after(*opened(), ApplyTemplate(template=TemplateId("reviewed")), ChangeRounds(rounds_limit=7), *a_round())

    assert (played.debate.template.id, played.debate.rounds_limit) == ("reviewed", 7)


def test_a_shorter_template_never_takes_back_the_round_under_way() -> None:
    played = started(REVIEWED, TINY)
    for _ in range(2 * len(REVIEWED.steps)):
        played.speak()
    played.do(ApplyTemplate(template=TemplateId("tiny")))

    assert played.debate.rounds_limit == 3
    played.play_on()
    assert names(played)[-1] == "3.review"


def test_the_turn_under_way_of_a_seat_that_the_next_template_lacks_is_recorded() -> None:
    played = started(REVIEWED, TINY)
    played.speak()
    played.speak()
    played.begin()

    played.do(ApplyTemplate(template=TemplateId("tiny")))
    played.do(StartNewRound(reason="asked"))
    played.answer("A last review.")

    assert played.of(ArgumentPresented)[-1].seat == "reviewer"
    assert played.wanted == ("r2.claim.proposer",)


def test_a_seat_keeps_its_role_whatever_the_template() -> None:
    turned = template("turned", seats=(seat_spec(Role.OPPONENT, "proposer"), *TINY.seats[1:]))
    played = started(TINY, turned)

    assert "gives the seat proposer the role opponent" in played.refuses(ApplyTemplate(template=TemplateId("turned")))


def test_a_template_with_a_role_that_nobody_is_cast_for_is_refused() -> None:
    played = Played()
    played.do(Open(opening=played.opening(casting=())))
    played.do(Admit())

    assert "nobody is cast as reviewer" in played.refuses(ApplyTemplate(template=TemplateId("reviewed")))


def test_an_unknown_template_is_refused() -> None:
    assert "'huge'" in after(*opened()).refuses(ApplyTemplate(template=TemplateId("huge")))
    digest = Digest("0" * 64)
    assert "pinned" in after(*opened()).refuses(ApplyTemplate(template=TemplateId("tiny"), digest=digest))


def test_a_template_can_be_named_by_its_version() -> None:
    played = after(*opened(), ApplyTemplate(template=TemplateId("reviewed"), digest=digest_of("reviewed")))

    assert played.of(TemplateApplied)[0].digest == digest_of("reviewed")


def test_rules_changed_bring_the_templates_that_they_apply() -> None:
    played = after(*opened())
    rules = ChangeRules(digest=played.known([]).digest, templates={})
    assert played.do(rules) == ()
    played.rule_sets[Digest("1" * 64)] = played.in_force
    played.do(ChangeRules(digest=Digest("1" * 64), templates={TemplateId("other"): digest_of("reviewed")}))

    played.do(ApplyTemplate(template=TemplateId("other")))

    assert played.of(TemplateApplied)[0].template == "reviewed"


@pytest.mark.parametrize("before_the_first_round", [True, False])
def test_a_statement_is_in_the_transcript_and_in_the_next_prompt(before_the_first_round: bool) -> None:
    opening, admitting = opened()
    statement = AddStatement(text="  Think of the weekend. ", by="operator")
    order = (opening, statement, admitting) if before_the_first_round else (opening, admitting, a_turn(), statement)
    played = after(*order)

    request = played.engine.flow(played.state).request(played.state, played.next_step())

    assert played.of(StatementAdded)[0].round == 1
    assert "The operator, round 1:\nThink of the weekend." in request.messages[1].text
    assert request.brief.turns[-1].text == "Think of the weekend."


def test_a_statement_counts_as_no_argument_and_changes_no_order() -> None:
    played = after(*opened(), a_turn(), AddStatement(text="Mind the weekend."))

    assert played.wanted == ("r1.reply.opponent",)
    assert (played.debate.arguments, played.debate.statements) == (1, 1)


def test_a_statement_made_while_a_turn_is_under_way_is_heard_from_the_next_on() -> None:
    played = after(*opened(), begun, AddStatement(text="Mind the weekend."))
    played.answer("I began before that.")

    assert [turn.text for turn in played.debate.turns] == ["Mind the weekend.", "I began before that."]


def test_an_amended_motion_is_in_the_next_prompt() -> None:
    played = after(*opened(), a_turn(), AmendMotion(motion="It leaves on Mondays."))

    request = played.engine.flow(played.state).request(played.state, played.next_step())

    assert request.messages[1].text.startswith("The motion: It leaves on Mondays.")
    assert request.brief.motion == "It leaves on Mondays."


@pytest.mark.parametrize("text", ["", "  \n", "\x1b[2J\u200b"])
def test_nothing_is_said_without_words(text: str) -> None:
    played = after(*opened())

    assert "without words" in played.refuses(AddStatement(text=text))
    assert "without words" in played.refuses(AmendMotion(motion=text))


def test_what_the_operator_says_has_a_bound_and_is_made_safe() -> None:
    played = after(*opened())

    assert "20000 bytes" in played.refuses(AddStatement(text="é" * (STATEMENT_BYTES_MAX // 2 + 1)))
    assert "20000 bytes" in played.refuses(AmendMotion(motion="x" * (MOTION_BYTES_MAX + 1)))
    played.do(AddStatement(text="\x1b[31mRed\x1b[0m"))
    assert played.of(StatementAdded)[0].text == "Red"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"motion": " "}, "without words"),
        ({"motion": "x" * 100_000}, "20000 bytes"),
        ({"rounds": 0}, "number of rounds"),
        ({"rounds": ROUNDS_MAX + 1}, "number of rounds"),
        ({"cap_microusd": -1}, "below nothing"),
        ({"seats": (seat(Role.PROPOSER), seat(Role.OPPONENT))}, "nobody sits as judge"),
        ({"seats": (seat(Role.PROPOSER), seat(Role.OPPONENT), seat(Role.OBSERVER, "judge"))}, "nobody sits as judge"),
    ],
)
def test_a_debate_that_could_not_be_played_to_its_end_is_not_opened(changes: dict[str, object], reason: str) -> None:
    played = Played()
    opening: Opening = played.opening(**changes)  # type: ignore[arg-type]

    assert reason in played.refuses(Open(opening=opening))
    assert played.state.opening is None


def test_what_is_not_at_hand_is_named() -> None:
    played = after(*opened())
    elsewhere = Played(templates=(REVIEWED,))

    with pytest.raises(NotVerifiableHere, match="template"):
        elsewhere.do(Open(opening=played.opening()))
    forgetful = Played(templates=(TINY,))
    forgetful.do(Open(opening=forgetful.opening()))
    forgetful.rule_sets.clear()
    with pytest.raises(NotVerifiableHere, match="rules"):
        forgetful.do(Admit())


def test_the_facts_are_those_that_are_declared() -> None:
    played = after(*opened(), *a_round())
    facts = played.engine.facts(played.state, now_ms=played.now_ms)

    assert sorted(facts) == sorted(spec.name for spec in (*SESSION_FACTS, *DEBATE_FACTS))
    assert facts["roles"] == ("proposer", "opponent", "judge")
    assert (facts["round_count"], facts["current_round"], facts["last_role"]) == (1, 2, "opponent")


def test_the_ids_of_turns_are_derived_from_where_they_stand() -> None:
    (step,) = played_steps(after(*opened(), *a_round()))
    assert step == StepId("r2.claim.proposer") == step_id(2, "claim", seat_of(step))
    assert (round_of(step), step_name(step), seat_of(step)) == (2, "claim", "proposer")


def played_steps(played: Played) -> tuple[StepId, ...]:
    return played.wanted


def test_the_verdict_is_asked_of_the_judge_with_everything_said() -> None:
    played = after(*opened(rounds=1), *a_round("Yes.", "No."))
    step = played.next_step()
    request = played.engine.flow(played.state).request(played.state, step)

    assert (step.kind, step.seat, request.session) == (StepKind.VERDICT, "judge", SESSION)
    assert "Do what verdict asks." in request.messages[1].text
    assert [turn.text for turn in request.brief.turns] == ["Yes.", "No."]
    assert request.brief.side == 0


def test_evidence_is_cited_by_the_name_it_was_opened_with() -> None:
    played = Played(documents=[document()])
    opening = played.opening()
    played.do(Open(opening=opening))
    played.do(Admit())
    request = played.engine.flow(played.state).request(played.state, played.next_step())

    assert "--- notes.md\nFriday releases were rolled back twice." in request.messages[1].text
    assert request.brief.documents == played.documents


def test_evidence_that_is_not_at_hand_is_named() -> None:
    played = Played(documents=[document()])
    played.do(Open(opening=played.opening()))
    played.do(Admit())
    flow = Played().engine.flow(played.state)

    with pytest.raises(NotVerifiableHere, match=r"notes\.md"):
        flow.request(played.state, played.next_step())


def test_consensus_is_recorded_after_each_turn_with_its_inputs_and_its_reason() -> None:
    played = after(*opened(), a_turn("I agree that it costs sleep."), a_turn("I dispute that. I agree it is late."))

    (update,) = played.of(ConsensusUpdated)
    assert update.measure == "keywords@1"
    assert dict(update.inputs)["opponent.disagreements"] == 1
    assert update.ppm == 750_000
    assert "opponent agrees in 1 of 2" in update.reason
    assert played.of(RoundCompleted)[0].consensus_ppm == 750_000


def test_where_nobody_takes_a_stance_the_fallback_is_recorded() -> None:
    played = after(*opened(), *a_round("Releases on Fridays break weekends.", "Releases on Fridays please customers."))

    assert played.of(ConsensusUpdated)[0].measure == "overlap@1"


def test_a_reviewer_moves_no_consensus() -> None:
    played = started(REVIEWED)
    played.speak("I agree.")
    played.speak("I agree.")
    before = played.debate.agreement

    played.speak("I disagree, and I dispute all of it.")

    assert played.debate.agreement.ppm == before.ppm


def test_consensus_is_reached_on_the_rising_edge() -> None:
    agree, dispute = "I agree with all of it.", "I dispute all of it."
    played = after(*opened(rounds=3), *a_round(agree, agree), *a_round(agree, dispute), a_turn(agree), a_turn(agree))

    assert [(reached.round, reached.ppm) for reached in played.of(ConsensusReached)] == [(1, 1_000_000), (3, 1_000_000)]


def test_rounds_that_move_nothing_are_counted_as_stalled() -> None:
    same = ("I agree.", "I dispute that.")
    played = after(*opened(rounds=5), *a_round(*same), *a_round(*same), *a_round(*same))

    assert played.debate.agreement.stalled_rounds == 2
    played.speak("I agree.")
    played.speak("I agree.")
    assert played.debate.agreement.stalled_rounds == 0
    assert played.debate.agreement.gain_ppm == 500_000


def test_a_concession_is_counted() -> None:
    played = after(*opened(), a_turn("I concede the point."), a_turn("I agree."))

    assert played.debate.concessions == 1


def test_nothing_said_after_the_verdict_changes_it() -> None:
    played = after(*opened(rounds=1), Played.play_on)

    assert [verdict.outcome for verdict in played.of(VerdictReached)] == ["against"]
    assert not played.wanted
