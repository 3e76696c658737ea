"""Who sees to the steps for which nobody is asked: sessions to be begun and waited for, programs to be run?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.domain.events import Recorded, SessionAdmitted, SessionResumed
from core.domain.session import SessionState
from core.domain.steps import Step, StepKind
from core.runtime.checking import Checking
from core.runtime.children import Children

GOING_ON = (SessionAdmitted, SessionResumed)


class Errands:
    """What is wanted beside calls, and what changes for children as their parents do. On the driver's event loop."""

    def __init__(self, children: Children, checking: Checking) -> None:
        self._children = children
        self._checking = checking

    def see_to(self, state: SessionState, wanted: Sequence[Step], records: Sequence[Recorded]) -> None:
        """A session has come to `state` by `records`, and wants these steps."""
        for step in wanted:
            if step.kind is StepKind.CHECK:
                self._checking.begin(state.session, step)
            else:
                self._children.begin(state.session, step)
        if state.work.children:
            is_resumed = any(isinstance(record.event, GOING_ON) for record in records)
            self._children.parent_changed(state, is_resumed=is_resumed)
        if state.life.status.is_over:
            self._checking.over(state.session)
        if state.opening is not None and state.opening.is_awaited:
            self._children.child_changed(state)

    def take_up(self, states: Iterable[SessionState]) -> None:
        """See to what a process that died left undone."""
        for state in states:
            self._children.take_up(state)

    def stop(self) -> None:
        """Begin no more: whoever drives next finds what is still wanted."""
        self._children.stop()
        self._checking.stop()
