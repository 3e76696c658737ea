"""Can a format be asked for this form of answer?

Sides argue for and against a motion: what else is asked is answered by seats that speak for themselves.
"""

from __future__ import annotations

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.participants import Role
from core.templates.template import Template


def can_be_asked(template: Template, form: AnswerForm) -> bool:
    return form.kind is AnswerKind.MOTION or any(spec.role is Role.PANELIST for spec in template.seats)
