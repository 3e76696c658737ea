"""What would following another format change for a debate as it stands?"""

from __future__ import annotations

from core.domain.errors import CommandRefused
from core.domain.session import SessionState
from core.flows.debate_state import DebateState
from core.templates.changing import FormatChange, change_of_format
from core.templates.template import Template


def change_to(state: SessionState, template: Template) -> FormatChange:
    """The change that `ApplyTemplate` would bring from the next round on, beside the format that is coming now. Raises
    CommandRefused where a session follows none."""
    debate = state.flow
    if not isinstance(debate, DebateState):
        raise CommandRefused("it follows no format.", where=f"session {state.session[:8]}", now="Only a debate does.")
    return change_of_format(
        debate.coming_template, template, round_number=debate.round, rounds_limit=debate.rounds_limit
    )
