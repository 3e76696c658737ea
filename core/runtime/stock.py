"""What does a new database start with, and how does an older one follow what is shipped?"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.errors import CommandRefused, WrongUse
from core.domain.ids import Digest
from core.ports.catalogue import Catalogue
from core.rules.following import followed
from core.rules.rule import Rule, rule_set_digest
from core.rules.standard import STANDARD_RULE_SET, STANDARD_RULES
from core.rules.versions import VersionKind
from core.templates.formats import SHIPPED_TEMPLATES
from core.templates.participants import SHIPPED_PARTICIPANTS

SHIPPED_BY = "moot"
FIRST_CHANGE = "shipped rules"

HISTORY_MAX = 1_000
"""A database with more versions than these that never followed anything is left as it is."""

SHIPPED_SETTING = "shipped_rules"
"""The digests of the shipped rules that the database has followed, the newest last."""

SHIPPED_KEPT_MAX = 50
"""So many digests are remembered: a release older than that would take its own rules for new ones."""


async def stock(catalogue: Catalogue, *, at_ms: int) -> None:
    """Put in what is shipped and missing: participants, formats, and the standard rules. Shipped rules that nobody
    edited follow the ones shipped now, as a version of their own; formats follow by their number.

    What the operator changed or switched off stays as it is. Doing it twice, or in two processes at once, does nothing
    more than doing it once: rows are known by their content. A release older than the database changes no rules.
    """
    known = {participant.id for participant in await catalogue.participants()}
    missing = [participant for participant in SHIPPED_PARTICIPANTS if participant.id not in known]
    if missing:
        await catalogue.save_participants(missing)
    rows = {row.id: row for row in await catalogue.template_rows()}
    for template in SHIPPED_TEMPLATES:
        row = rows.get(template.id)
        # What the operator has made of a format stays, whatever a later release ships under its name.
        if row is None or (row.version < template.version and row.actor == SHIPPED_BY):
            await catalogue.save_template(template, actor=SHIPPED_BY, at_ms=at_ms)
    if not await catalogue.rules_history(limit=1):
        await catalogue.save_rules(STANDARD_RULES, actor=SHIPPED_BY, at_ms=at_ms, change=FIRST_CHANGE)
    await follow_shipped(catalogue, STANDARD_RULES, at_ms=at_ms)


async def follow_shipped(catalogue: Catalogue, shipped: Sequence[Rule], *, at_ms: int) -> None:
    """Have the rules that nobody edited say what `shipped` says; nothing where they have followed it before."""
    digest = rule_set_digest(shipped)
    followed_before = [Digest(each) for each in (await catalogue.settings()).get(SHIPPED_SETTING, "").split()]
    if digest in followed_before:
        return
    newest = await catalogue.rules_version()
    before = await _shipped_before(catalogue, followed_before)
    if newest is not None and before is not None:
        book = await catalogue.rule_book(newest.number)
        found = followed(book, before=before, now=shipped)
        if found.book != book:
            try:
                await catalogue.save_rule_book(
                    found.book,
                    after=newest.number,
                    kind=VersionKind.CHANGE,
                    actor=SHIPPED_BY,
                    at_ms=at_ms,
                    change=found.in_words(),
                )
            except CommandRefused:
                return  # another process changes the rules right now, perhaps just so: the next start looks again
    await catalogue.keep_rules(shipped)  # what the next release compares with
    noted = [*followed_before, digest][-SHIPPED_KEPT_MAX:]
    await catalogue.save_setting(SHIPPED_SETTING, " ".join(noted))


async def _shipped_before(catalogue: Catalogue, followed_before: Sequence[Digest]) -> Sequence[Rule] | None:
    """The shipped rules that the database has; None where it never had any, so that nothing can be told from them."""
    if followed_before:
        return await catalogue.rule_set(followed_before[-1])
    try:
        first = await catalogue.rule_book(1)
    except WrongUse:
        return None
    oldest = [version for version in await catalogue.rules_history(limit=HISTORY_MAX) if version.number == 1]
    is_shipped = bool(oldest) and (oldest[0].actor, oldest[0].change) == (SHIPPED_BY, FIRST_CHANGE)
    return [rule for rule in first.rules if rule.rule_set == STANDARD_RULE_SET] if is_shipped else None
