"""How does the operator start a refinement from the console, or a debate where that is what they want after all?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console import acting
from console.presenters.sessions import names_of

if TYPE_CHECKING:
    from console.screens.session_actions import SessionActions
    from console.screens.template_actions import TemplateActions
    from core.runtime.refining_requests import RefinementPlan, RefinementRequest


async def new_refinement(screen: SessionActions | TemplateActions, *, brief: str = "") -> None:
    """Ask for a brief and what goes with it; start it. What was typed comes back where the start was refused, and the
    next time where the dialog was left."""
    from console.screens.dialogs.new_refinement import NewRefinementDialog
    from console.steering import keep_price, new_debate
    from core.domain.people import PERSON
    from core.rules.layers import set_specs

    core = await screen.app.core()
    done: list[acting.Done] = []

    async def plan(request: RefinementRequest) -> RefinementPlan:
        return await core.plan_refinement(request)

    async def start(request: RefinementRequest) -> None:
        session = await core.start_refinement(request=request)
        done.append(acting.Done(text=f"started {names_of([request.title or request.brief])}", session=session))

    ids = [str(each.id) for each in await core.participants()]

    def names() -> tuple[str, ...]:
        return (*core.model_names(), *ids, PERSON)

    # Who can be cast is found while the brief is written: a provider that is slow to answer holds up nobody.
    screen.app.run_worker(core.models(), group="models", exclusive=True)
    kept = screen.app.requests.setdefault("refinement", {})
    if kept and brief:
        kept["brief"] = brief
    dialog = NewRefinementDialog(
        plan,
        brief=brief,
        start=start,
        names=names,
        formats=[str(each.id) for each in await core.templates()],
        rule_sets=tuple(set_specs(await core.rulebook.book())),
        keep_price=keep_price,
        kept=kept,
    )
    await screen.app.push_screen_wait(dialog)
    for each in done:
        screen.app.post_message(acting.Acting.Finished(each))
    if dialog.is_debate_wanted:
        await new_debate(screen, motion=dialog.last_brief)
    elif kept:
        screen.app.acting.tell(acting.keep_request(kept, "refinement"))
