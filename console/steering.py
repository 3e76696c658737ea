"""What must the operator say before something is done? One short conversation for each action that needs words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from console import acting
from console.presenters.drafts import DraftsFold
from console.presenters.kinds import is_refinement, kind_of
from console.presenters.sessions import names_of
from console.presenters.transcript import step_of, turn_key
from console.screens.dialogs.drafts import accepting, editing
from core.domain.errors import MootError
from core.domain.ids import SessionId, StepId
from core.domain.session import ROUNDS_MAX

if TYPE_CHECKING:
    from console.app import MootApp
    from console.folds import SessionFold
    from console.price_file import Amounts
    from console.screens.dialogs.number import NumberDialog
    from console.screens.drafts import DraftsScreen
    from console.screens.session_actions import SessionActions
    from console.screens.template_actions import TemplateActions
    from core.domain.commands import AnswerEscalation
    from core.domain.session import DoubtfulAttempt
    from core.domain.summary import SessionSummary
    from core.orchestrator import DebatePlan, DebateRequest
    from core.ports.catalogue import Label
    from core.runtime.doubts import Doubt

ID_SHOWN_CHARACTERS = 8
NO_DRAFTS = "It has no drafts: those are a refinement's. A new one is started beside a new debate."


def no_child(summary: SessionSummary | None) -> str:
    """Why there is no session to go to that this one began, or that began it."""
    if summary is not None and is_refinement(summary):
        return "It has begun no other session: drafts are argued about in one of their own where it is so started."
    return "It has no control, and is none. A new debate can be given one with 'control'."


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What an action is about: the session under the cursor, all that are chosen, and the turn that is. Where it asks
    several things at once, `asked_seq` is the event that asked this one, 0 for the first."""

    summary: SessionSummary
    label: Label | None
    targets: tuple[acting.Target, ...]
    turn: str
    fold: SessionFold | None
    asked_seq: int = 0

    @property
    def target(self) -> acting.Target:
        """The session under the cursor alone: words are for one session."""
        return next((each for each in self.targets if each.session == self.summary.session), self.targets[0])

    @property
    def names(self) -> str:
        return names_of([each.title for each in self.targets])


Step = Callable[["SessionActions", Chosen], Awaitable[None]]


class Drafting(Protocol):
    """Asks about a draft and does it; what there is to refuse, "" where there is nothing."""

    async def __call__(
        self, app: MootApp, session: SessionId, title: str, fold: DraftsFold, *, number: int = 0
    ) -> str: ...


async def new_debate(screen: SessionActions | TemplateActions, *, template_id: str = "", motion: str = "") -> None:
    """Ask for a motion and what goes with it; start it. What was typed comes back where the start was refused, and the
    next time where the dialog was left. `template_id` is the format that is chosen at first, "" for the usual one."""
    from console.screens.dialogs.new_debate import NewDebateDialog
    from core.domain.people import PERSON
    from core.rules.layers import set_specs
    from core.runtime.requests import DebateRequest

    core = await screen.app.core()
    templates = await core.templates()

    async def plan(request: DebateRequest) -> DebatePlan:
        return await core.plan_debate(request)

    done: list[acting.Done] = []

    async def start(request: DebateRequest) -> None:
        done.append(await acting.start(request)(core))

    ids = [str(each.id) for each in await core.participants()]

    def names() -> tuple[str, ...]:
        return (*core.model_names(), *ids, PERSON)

    # Who can be cast is found while the motion is written: a provider that is slow to answer holds up nobody.
    screen.app.run_worker(core.models(), group="models", exclusive=True)
    sets = tuple(set_specs(await core.rulebook.book()))
    given = DebateRequest(question=motion, template_id=template_id)
    kept = screen.app.requests.setdefault("debate", {})
    kept.update({id: asked for id, asked in (("motion", motion), ("format", template_id)) if kept and asked})
    dialog = NewDebateDialog(
        plan, templates, given, start=start, names=names, rule_sets=sets, keep_price=keep_price, kept=kept
    )
    await screen.app.push_screen_wait(dialog)
    for each in done:
        screen.app.post_message(acting.Acting.Finished(each))
    if dialog.is_refinement_wanted:
        from console.refining import new_refinement

        await new_refinement(screen, brief=dialog.last_motion)
    elif kept:
        screen.app.acting.tell(acting.keep_request(kept, "debate"))


def keep_price(model: str, amounts: Amounts) -> None:
    """Write down what a model costs, for this debate and all others."""
    from console.locations import find_locations
    from console.price_file import keep_prices

    keep_prices({model: amounts}, find_locations().prices)


async def answer(screen: SessionActions, chosen: Chosen) -> None:
    """Show what the session asks, with what each answer would do, and answer it. What was typed and not sent is there
    again the next time."""
    from console.screens.dialogs.answer import AnswerDialog

    core, session, app = await screen.app.core(), chosen.summary.session, screen.app
    try:
        file = await core.cases.file(session, asked_seq=chosen.asked_seq)
        formats = [(str(each.id), each.name) for each in await core.templates() if each.id != chosen.summary.template]
    except MootError as error:
        screen.say_refusal(str(error))
        return
    done: list[acting.Done] = []

    async def send(command: AnswerEscalation) -> None:
        done.append(await acting.answer(chosen.target, command)(core))

    drafts = app.answers.setdefault((session, file.case.asked_seq), {})
    dialog = AnswerDialog(
        file, now_ms=app.now_ms(), formats=formats, motion=chosen.summary.motion, drafts=drafts, send=send
    )
    await app.push_screen_wait(dialog)
    if not any(name != "answer" for name in drafts):
        app.answers.pop((session, file.case.asked_seq), None)
    for each in done:
        app.acting.tell(each)


async def speak(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.speak import speaking

    await speaking(screen, chosen.summary)


async def take_seat(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.seats import seating

    await seating(screen, chosen.summary)


async def change_format(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.apply_template import choosing_format

    if is_refinement(chosen.summary):
        screen.say_refusal("A refinement follows no format. Its reviewers can be changed, or it is forked.")
        return
    await choosing_format(screen, chosen.summary)


async def escalate(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.text import TextDialog

    question = await screen.app.push_screen_wait(
        TextDialog("Escalate to me", "What is to be decided?", "Shall it go on?", is_required=True, is_proposal=True)
    )
    if question:
        screen.app.acting.ask(acting.escalate(chosen.targets, question), screen)


async def cancel(screen: SessionActions, chosen: Chosen) -> None:
    had = f"{kind_of(chosen.summary).outcome} is had with finishing it"
    text = f"{chosen.names} ends with nothing decided. What was said stays readable; {had}."
    if await _confirmed(screen, "Stop for good?", text, "stop it", is_destructive=True):
        screen.app.acting.ask(acting.cancel(chosen.targets), screen)


async def delete(screen: SessionActions, chosen: Chosen) -> None:
    text = f"{chosen.names} and all that was said is removed from the database. This can't be taken back."
    typed = chosen.target.session[:ID_SHOWN_CHARACTERS] if len(chosen.targets) == 1 else str(len(chosen.targets))
    if await _confirmed(screen, "Delete for good?", text, "delete", is_destructive=True, typed=typed):
        screen.app.acting.ask(acting.delete(chosen.targets), screen)


async def _confirmed(
    screen: SessionActions, title: str, text: str, label: str, *, is_destructive: bool, typed: str = ""
) -> bool:
    from console.screens.dialogs.confirm import ConfirmDialog

    dialog = ConfirmDialog(title, text, label, is_destructive, typed)
    is_sure = await screen.app.push_screen_wait(dialog)
    return bool(is_sure)


async def raise_budget(screen: SessionActions | DraftsScreen, chosen: Chosen) -> None:
    from console.screens.dialogs.number import DOLLARS, NumberDialog

    summary = chosen.summary
    cap = await screen.app.push_screen_wait(
        NumberDialog(
            "Raise the budget",
            f"The most that {names_of([chosen.target.title])} may cost, in dollars",
            summary.cap_microusd or max(1_000_000, summary.spent_microusd),
            DOLLARS,
            summary.spent_microusd,
        )
    )
    if cap is not None:
        work = acting.change_budget(chosen.target, cap, before=summary.cap_microusd)
        screen.app.acting.ask(work, screen)


async def raise_rounds(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.number import NumberDialog

    summary = chosen.summary
    laps = kind_of(summary).lap + "s"
    limit = await screen.app.push_screen_wait(
        NumberDialog(
            f"Raise the {laps}",
            f"{laps.capitalize()} that {names_of([chosen.target.title])} has in all",
            summary.rounds_limit + 1,
            laps,
            max(1, summary.round),
            maximum=ROUNDS_MAX,
        )
    )
    if limit is not None:
        lap = kind_of(summary).lap
        screen.app.acting.ask(acting.change_rounds(chosen.target, limit, before=summary.rounds_limit, lap=lap), screen)


async def add_statement(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.statement import StatementDialog

    core = await screen.app.core()

    async def seats() -> tuple[str, ...]:
        return tuple(map(str, (await core.state(chosen.summary.session)).flow.seats))

    said = await screen.app.push_screen_wait(StatementDialog(seats))
    if said is not None:
        work = acting.tell(chosen.target, said.seat, said.text) if said.seat else acting.state(chosen.target, said.text)
        screen.app.acting.ask(work, screen)


async def amend_motion(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.text import TextDialog

    before = chosen.fold.detail.motion if chosen.fold is not None else ""
    motion, about = before or chosen.summary.motion, kind_of(chosen.summary).about
    text = await screen.app.push_screen_wait(
        TextDialog(f"Amend the {about}", "What it is about from the next turn on", motion, is_multiline=True)
    )
    if text and text != motion:
        screen.app.acting.ask(acting.amend(chosen.target, text, before=motion, about=about), screen)


async def accept_draft(screen: SessionActions, chosen: Chosen) -> None:
    await _with_draft(screen, chosen, accepting)


async def edit_draft(screen: SessionActions, chosen: Chosen) -> None:
    await _with_draft(screen, chosen, editing)


async def _with_draft(screen: SessionActions, chosen: Chosen, do: Drafting) -> None:
    """Do something with the draft that is chosen in the transcript, or with the one that matters most."""
    if not is_refinement(chosen.summary):
        screen.say_refusal(NO_DRAFTS)
        return
    fold = chosen.fold.detail.drafts if chosen.fold is not None else DraftsFold()
    step = step_of(chosen.turn)
    number = next((view.number for view in fold.views.values() if step and view.draft.step == step), 0)
    if refused := await do(screen.app, chosen.target.session, chosen.target.title, fold, number=number):
        screen.say_refusal(refused)


def doubt_dialog(doubt: DoubtfulAttempt | Doubt) -> NumberDialog:
    """What a call in doubt cost, in micro-dollars."""
    from console.screens.dialogs.number import DOLLARS, NumberDialog

    return NumberDialog(
        "Settle a doubt",
        f"What {doubt.step}, attempt {doubt.attempt}, cost by the records of {doubt.route}, in dollars",
        doubt.cost_microusd_max,
        DOLLARS,
        maximum=doubt.cost_microusd_max,
        help="It may have been answered, and the answer is lost. What was charged too much is given back.",
    )


async def settle(screen: SessionActions, chosen: Chosen) -> None:
    """What the call in doubt cost: the one that is chosen in the transcript, else the first there is."""
    core = await screen.app.core()
    try:
        doubts = (await core.state(chosen.summary.session)).work.doubtful
    except MootError as error:
        screen.say_refusal(str(error))
        return
    doubts = tuple(each for each in doubts if each.cost_microusd_max)
    if not doubts:
        screen.say_refusal("Nothing is in doubt here.")
        return
    doubt = next((each for each in doubts if turn_key(each.step, each.attempt) == chosen.turn), doubts[0])
    cost = await screen.app.push_screen_wait(doubt_dialog(doubt))
    if cost is not None:
        screen.app.acting.ask(acting.settle(chosen.target, doubt.step, doubt.attempt, cost), screen)


async def rename(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.text import TextDialog

    before = chosen.label.title if chosen.label is not None else ""
    title = await screen.app.push_screen_wait(
        TextDialog("Rename", "Its name in the list; empty for the one it began with", before or chosen.summary.title)
    )
    if title is not None and title != before:
        screen.app.acting.ask(acting.rename(chosen.target, title, before=before), screen)


async def tag(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.text import TextDialog

    before = chosen.label.tags if chosen.label is not None else ()
    text = await screen.app.push_screen_wait(
        TextDialog("Tags", "Words with blanks between them; empty for none", " ".join(before), "/ #word finds them")
    )
    if text is not None:
        tags = tuple(dict.fromkeys(each.lstrip("#") for each in text.split() if each.lstrip("#")))
        screen.app.acting.ask(acting.tag(chosen.target, tags, before=before), screen)


async def show_prompt(screen: SessionActions, chosen: Chosen) -> None:
    from console.screens.dialogs.prompt import PromptView

    step = step_of(chosen.turn)
    if not step and chosen.fold is not None:
        step = next((found for key in reversed(chosen.fold.transcript.turns) if (found := step_of(key))), "")
    if not step:
        screen.say_refusal("Nothing has been asked here yet, so that there is no prompt to show.")
        return
    core = await screen.app.core()
    try:
        messages = await core.prompt(chosen.summary.session, StepId(step))
    except MootError as error:
        screen.say_refusal(str(error))
        return
    await screen.app.push_screen_wait(PromptView(messages, f"Prompt of {step}"))


STEPS: Mapping[str, Step] = {
    "answer": answer,
    "speak": speak,
    "take_seat": take_seat,
    "change_format": change_format,
    "escalate": escalate,
    "cancel": cancel,
    "delete": delete,
    "raise_budget": raise_budget,
    "raise_rounds": raise_rounds,
    "add_statement": add_statement,
    "amend_motion": amend_motion,
    "accept_draft": accept_draft,
    "edit_draft": edit_draft,
    "settle": settle,
    "rename": rename,
    "tag": tag,
    "show_prompt": show_prompt,
}
