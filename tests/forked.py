"""How is a session forked in a test that plays histories?"""

from __future__ import annotations

from dataclasses import replace

from core.domain.commands import Fork
from core.domain.events import Prefix
from core.domain.ids import Digest
from core.engine.forking import cut, kept_rules
from core.rules.rule import Rule
from tests.builders import SESSION, Played

ORIGIN_DIGEST = Digest("ab" * 32)


def fork_of(
    played: Played, *, at_seq: int | None = None, rules: tuple[Rule, ...] | None = None, **fields: object
) -> Played:
    """A session that goes on from another's prefix, as its driver holds it; nobody has admitted it yet."""
    found = cut(played.engine, SESSION, played.log, at_seq=at_seq)
    fork = Played(rules if rules is not None else (), templates=played.templates.values())
    fork.rule_sets.update(played.rule_sets)
    in_force = fork.in_force.digest if rules is not None else found.state.ruling.digest
    spent, switched_off = kept_rules(found.state, fork.rule_sets[found.state.ruling.digest], fork.rule_sets[in_force])
    prefix = Prefix(session=SESSION, seq=found.seq, digest=ORIGIN_DIGEST, events=found.events)
    opening = replace(found.opening, rules_digest=in_force)
    fork.now_ms = played.now_ms + 86_400_000
    fork.do(Fork(opening=opening, prefix=prefix, spent=spent, switched_off=switched_off, **fields))  # type: ignore[arg-type]
    return fork
