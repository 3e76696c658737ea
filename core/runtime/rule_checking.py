"""What is wrong with rules that somebody is about to load, or with those in force?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.rules.checking.check import Finding, RuleText, check_book, check_files
from core.rules.checking.places import key_of
from core.rules.editing import name_of
from core.rules.layers import RuleBook, all_rules
from core.runtime.ports import Ports


async def check(
    ports: Ports, files: Sequence[RuleText], *, is_alone: bool, about: Sequence[str]
) -> tuple[Finding, ...]:
    """Findings about some files as if they were loaded, beside the rules in force unless `is_alone`; where no file is
    given about the rules in force, or about those with the names `about`. In a thread: a thousand rules take seconds,
    in which nobody would be heard."""
    book = RuleBook() if is_alone and files else await ports.catalogue.rule_book()
    facts = ports.library.fact_specs
    if not files:
        keys = {key_of(rule) for rule in all_rules(book) if not about or name_of(rule) in about}
        return await asyncio.to_thread(check_book, book, facts=facts, about=keys)
    templates = [row.id for row in await ports.catalogue.template_rows()]
    return await asyncio.to_thread(check_files, files, facts=facts, templates=templates, book=book)
