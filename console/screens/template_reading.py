"""What does the Templates screen read at the door, each time that something may have changed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.rules import short_title
from console.presenters.template_results import results_by_template
from console.presenters.template_standing import session_graph
from console.presenters.templates import Expected, SeenTemplate
from core.domain.errors import MootError
from core.domain.people import is_person
from core.domain.unasked import asks_no_model
from core.runtime.format_prompts import STAND_IN_MOTION
from core.runtime.formats import FACTS
from core.runtime.requests import DebateRequest
from core.templates.workflow import to_workflow_definition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.presenters.template_results import Results
    from core.domain.ids import SessionId, TemplateId
    from core.domain.summary import SessionSummary
    from core.orchestrator import Orchestrator
    from core.templates.searching import TemplateRow
    from core.templates.template import Template
    from core.templates.workflow import Mark, WorkflowDefinition

SESSIONS_LOOKED_AT_MAX = 500
"""How many of the newest sessions are asked which models a format was held with last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at the door gave. `here` is the session that is marked in the graph of the format it follows."""

    rows: tuple[TemplateRow, ...] = ()
    results: Mapping[TemplateId, Results] | None = None
    seen: SeenTemplate | None = None
    here: SessionSummary | None = None
    trouble: str = ""


class TemplateReader:
    """Reads all that is shown. A door that refuses is asked again; what was read before is shown meanwhile."""

    def __init__(self) -> None:
        self._before = Reading()
        self._graph: tuple[tuple[str, int], tuple[WorkflowDefinition, Mapping[str, Mark]]] | None = None
        self._expected: tuple[tuple[object, ...], tuple[Expected, ...]] | None = None

    async def read(self, core: Orchestrator, session: SessionId | None, id: str | None) -> Reading:
        """All formats, and the one called `id`, or else the first, beside the session."""
        try:
            self._before = await self._read(core, session, id)
        except MootError as error:
            before = self._before
            return Reading(
                rows=before.rows, results=before.results, seen=before.seen, here=before.here, trouble=str(error)
            )
        return self._before

    async def _read(self, core: Orchestrator, session: SessionId | None, id: str | None) -> Reading:
        rows = await core.formats.rows()
        row = next((each for each in rows if each.id == id), rows[0] if rows else None)
        sessions = await core.summaries()
        book = await core.metrics_book()
        results = results_by_template(book.lives.values(), book.measures.flips)
        if row is None:
            return Reading(rows=rows, results=results)
        here = _followed(sessions, session, row.id)
        return Reading(rows=rows, results=results, seen=await self._seen(core, row, sessions, here), here=here)

    async def _seen(
        self, core: Orchestrator, row: TemplateRow, sessions: Sequence[SessionSummary], here: SessionSummary | None
    ) -> SeenTemplate:
        template = await core.formats.template(row.id)
        workflow, marks = to_workflow_definition(template, facts=FACTS), None
        if here is not None:
            workflow, marks = await self._way_of(core, here)
        return SeenTemplate(
            template=template,
            versions=tuple(await core.formats.history(row.id)),
            findings=await core.formats.check(template),
            expected=await self._expectations(core, template, sessions),
            workflow=workflow,
            marks=marks,
            here=short_title(here) if here is not None else "",
        )

    async def _way_of(self, core: Orchestrator, here: SessionSummary) -> tuple[WorkflowDefinition, Mapping[str, Mark]]:
        """A log is folded again only where something was recorded since."""
        key = (here.session, here.seq)
        if self._graph is None or self._graph[0] != key:
            self._graph = (key, session_graph(await core.state(here.session)))
        return self._graph[1]

    async def _expectations(
        self, core: Orchestrator, template: Template, sessions: Sequence[SessionSummary]
    ) -> tuple[Expected, ...]:
        """As its own participants are cast and, where that asks nobody, with the models that were asked last."""
        model = _model_asked_last(sessions[:SESSIONS_LOOKED_AT_MAX], template.id)
        past = sum(each.status.is_over for each in sessions)
        key = (template, model, past)
        if self._expected is None or self._expected[0] != key:
            self._expected = (key, await _expected(core, template, model))
        return self._expected[1]


async def _expected(core: Orchestrator, template: Template, model: str) -> tuple[Expected, ...]:
    castings: list[tuple[str, dict[str, str]]] = [("as it is cast", {})]
    if model:
        castings.append((f"with {model}", {"": model}))
    found = []
    for how, casting in castings:
        request = DebateRequest(question=STAND_IN_MOTION, template_id=template.id, casting=casting)
        try:
            plan = await core.plan_debate(request)
        except MootError:
            continue  # whoever starts it is told why it can't be held so
        told = f"{how}, rehearsed" if plan.is_rehearsal else how
        found.append(Expected(how=told, estimate=plan.estimate))
    return tuple(found)


def _followed(sessions: Sequence[SessionSummary], session: SessionId | None, template: str) -> SessionSummary | None:
    """The session under the cursor where it follows the format, else the newest one under way that does."""
    following = [each for each in sessions if each.template == template and not each.unreadable]
    chosen = next((each for each in following if each.session == session), None)
    return chosen or next((each for each in following if not each.status.is_over), None)


def _model_asked_last(sessions: Sequence[SessionSummary], template: str) -> str:
    """A model that the newest sessions asked, those of this format first; "" where all were rehearsals."""
    asked = [each for each in sessions if not each.is_rehearsal]
    for each in (*(row for row in asked if row.template == template), *asked):
        for model in each.models:
            if not asks_no_model(model) and not is_person(model):
                return model
    return ""
