"""What does it take to load a format, to list and search a thousand, and to compose and check one?

Beside each stands a bare parse of the large format's YAML by libyaml in the same rounds, which checks nothing and makes
no record.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import yaml

from bench.measuring import Figure, us_each
from core.domain.ids import TemplateId
from core.flows.debate_facts import DEBATE_FACTS
from core.templates.checking import Surroundings, check_template
from core.templates.composing import TemplateMetadata, compose_custom_template
from core.templates.participants import PARTICIPANTS_BY_ID
from core.templates.searching import TemplateQuery, found
from core.templates.standard import COMPLEX_DEBATE
from core.templates.template import Template
from core.templates.template_files import read_template
from core.templates.template_writing import write_template
from storage.codec import Codec
from storage.opened import open_storage

TEMPLATES = 1_000
REPEATS = 20

LOADED_MS_MAX = 1
LISTED_MS_MAX = 20
COMPOSED_MS_MAX = 5

NS_PER_MS = 1_000_000

FACTS = {spec.name: spec for spec in DEBATE_FACTS}
SURROUNDINGS = Surroundings(facts=FACTS, participants=frozenset(PARTICIPANTS_BY_ID))
SEATS = (
    *("proposer", "opponent", "second_proposer", "second_opponent", "third:proposer=proposer", "reviewer"),
    *("moderator", "observer", "judge"),
)
STEPS = (
    *("opening_arguments", "counter_arguments", "cross_examination", "rebuttal", "clarification", "evidence_check"),
    *("review", "moderation", "consensus_check", "closing_statements", "observation", "vote", "final_decision"),
)


def composed() -> Template:
    """A format with most of the library's steps and nine seats."""
    return compose_custom_template(
        template_id="large_debate",
        metadata=TemplateMetadata(name="Large debate", description="Many steps.", complexity_level=5),
        participants=SEATS,
        step_sequence=STEPS,
        facts=FACTS,
    )


async def templates(folder: Path, *, rounds: int, count: int = TEMPLATES) -> list[Figure]:
    """Every figure about formats, with `count` of them kept."""
    storage = open_storage(folder / "moot.db", codec=Codec(()))
    catalogue = storage.catalogue
    try:
        digest = await catalogue.save_template(COMPLEX_DEBATE, actor="bench", at_ms=0)
        for number in range(count - 1):
            each = replace(
                COMPLEX_DEBATE, id=TemplateId(f"format_{number}"), name=f"Format {number}", tags=(f"tag{number % 10}",)
            )
            await catalogue.save_template(each, actor="bench", at_ms=number)
        large = composed()
        text = write_template(large, facts=FACTS)
        parsed: list[float] = []

        async def bare() -> None:
            parsed.append(us_each(lambda times: [_parsed(text) for _ in range(times)], REPEATS) / 1_000)

        async def load() -> None:
            if (await catalogue.template(digest)).id != COMPLEX_DEBATE.id:
                raise ValueError("another format was loaded")

        async def search() -> None:
            rows = await catalogue.template_rows()
            if len(rows) != count or not found(rows, TemplateQuery(text="format_1", tags=("tag1",))):
                raise ValueError("not all were listed")

        async def compose() -> None:
            if check_template(composed(), surroundings=SURROUNDINGS):
                raise ValueError("the composed format is not sound")

        async def read() -> None:
            if read_template(text, origin="bench", surroundings=SURROUNDINGS) != large:
                raise ValueError("another format was read")

        cases = {"load": load, "search": search, "compose": compose, "read": read}
        taken = await _in_turns(cases, bare, rounds=rounds)
    finally:
        await storage.close()
    parse = median(parsed)
    size = f"{len(text):,} bytes of YAML"
    return [
        _figure("load a complex format from the database", taken["load"], parse, LOADED_MS_MAX, size),
        _figure(f"list and search {count:,} formats", taken["search"], parse, LISTED_MS_MAX, "rows alone are read"),
        _figure(
            "compose a format and check it",
            taken["compose"],
            parse,
            COMPOSED_MS_MAX,
            f"{len(large.seats)} seats, {len(large.steps)} steps",
        ),
        _figure("read a format from YAML, places and check included", taken["read"], parse, None, size),
    ]


async def _in_turns(
    cases: dict[str, Callable[[], Awaitable[None]]], bare: Callable[[], Awaitable[None]], *, rounds: int
) -> dict[str, float]:
    """Milliseconds, the median of each case; the first round warms up."""
    readings: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        await bare()
        for name, work in cases.items():
            for _ in range(REPEATS):
                began_ns = time.perf_counter_ns()
                await work()
                if number:
                    readings[name].append((time.perf_counter_ns() - began_ns) / NS_PER_MS)
    return {name: median(each) for name, each in readings.items()}


def _parsed(text: str) -> object:
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _figure(name: str, value: float, parse: float, most: float | None, note: str) -> Figure:
    return Figure(case="templates", name=name, value=value, unit="ms", baseline=parse, value_max=most, note=note)
