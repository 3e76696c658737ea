"""What does a new database start with?"""

from __future__ import annotations

from core.ports.catalogue import Catalogue
from core.rules.standard import STANDARD_RULES
from core.templates.participants import SHIPPED_PARTICIPANTS
from core.templates.standard import STANDARD_TEMPLATES

SHIPPED_BY = "moot"


async def stock(catalogue: Catalogue, *, at_ms: int) -> None:
    """Put in what is shipped and missing: participants, formats, and the standard rules where there are no rules yet.

    What the operator changed or switched off stays as it is. Doing it twice, or in two processes at once, does nothing
    more than doing it once: rows are known by their content.
    """
    known = {participant.id for participant in await catalogue.participants()}
    missing = [participant for participant in SHIPPED_PARTICIPANTS if participant.id not in known]
    if missing:
        await catalogue.save_participants(missing)
    versions = {template.id: template.version for template in await catalogue.templates()}
    for template in STANDARD_TEMPLATES:
        if versions.get(template.id, 0) < template.version:
            await catalogue.save_template(template, actor=SHIPPED_BY, at_ms=at_ms)
    if not await catalogue.rules_history(limit=1):
        await catalogue.save_rules(STANDARD_RULES, actor=SHIPPED_BY, at_ms=at_ms, change="shipped rules")
