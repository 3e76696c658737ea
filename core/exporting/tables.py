"""What can be exported as rows, and which columns do they have?

The names are for ever: other programs read them. A column is added with a new `SCHEMA_VERSION`; none is taken away, and
none is given another meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.exporting.kinds import Kind

SCHEMA_VERSION = 1
"""Counts up with every change of the columns. It stands in each file."""


class Holds(StrEnum):
    """Of which kind the values of a column are. Integers have at most 64 bits; there is no other kind of number.

    `plain` is any JSON value: itself in JSON, its text in CSV and Parquet.
    """

    INTEGER = "integer"
    TEXT = "text"
    TRUTH = "truth"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One value of each row. `about` says what it is, with its unit; `may_lack` whether it may be null."""

    name: str
    holds: Holds
    about: str
    may_lack: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The columns of one kind, in order. `about` says what a row is."""

    kind: Kind
    about: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


Row = tuple[object, ...]
"""The values of one row, in the order of its table's columns."""


def _whole(name: str, about: str, *, may_lack: bool = False) -> Column:
    return Column(name=name, holds=Holds.INTEGER, about=about, may_lack=may_lack)


def _text(name: str, about: str, *, may_lack: bool = False) -> Column:
    return Column(name=name, holds=Holds.TEXT, about=about, may_lack=may_lack)


def _truth(name: str, about: str, *, may_lack: bool = False) -> Column:
    return Column(name=name, holds=Holds.TRUTH, about=about, may_lack=may_lack)


def _plain(name: str, about: str, *, may_lack: bool = False) -> Column:
    return Column(name=name, holds=Holds.PLAIN, about=about, may_lack=may_lack)


METRICS = Table(
    kind=Kind.METRICS,
    about="one figure over all debates of the database",
    columns=(
        _text("section", "what it is a figure of: counters, rates, means, templates, models, …"),
        _text("of", "which template, model, flow, rule or histogram; empty for all debates together"),
        _text("name", "its name; the unit is in it: _ms, _microusd, _ppm, else a count"),
        _whole("value", "the figure; null where there is nothing yet that it could be of", may_lack=True),
    ),
)

SESSIONS = Table(
    kind=Kind.SESSIONS,
    about="one session, as lists have it",
    columns=(
        _text("session", "its id"),
        _text("title", "what it is called"),
        _text("label", "the name that the operator gave it, empty where none"),
        _plain("tags", "a list of texts"),
        _truth("is_archived", "put out of the list"),
        _text("flow", "its kind and version, such as debate@4"),
        _text("template", "the format that it follows"),
        _text("motion", "what is debated, or the brief"),
        _text("status", "where it stands"),
        _text("reason", "why it stands there"),
        _text("question", "what it asks the operator, empty where nothing"),
        _text("outcome", "what it came to, in one word"),
        _text("verdict", "the verdict in words"),
        _text("origin", "who began it: empty for the operator"),
        _truth("is_rehearsal", "no model was asked"),
        _plain("models", "a list of texts"),
        _whole("round", "round or iteration, from 1"),
        _whole("rounds_limit", "how many there may be"),
        _whole("turns", "turns that were spoken"),
        _whole("consensus_ppm", "the newest agreement, in parts per million", may_lack=True),
        _whole("score_ppm", "the score of the best draft, in parts per million", may_lack=True),
        _whole("best_draft", "the number of the best draft", may_lack=True),
        _whole("spent_microusd", "what it spent, in millionths of a dollar"),
        _whole("children_microusd", "what its children spent that counts against its cap"),
        _whole("cap_microusd", "the most that it may spend", may_lack=True),
        _whole("tokens_input", "tokens that models were sent"),
        _whole("tokens_output", "tokens that models answered"),
        _whole("attempts", "calls"),
        _whole("attempts_open", "calls without an end"),
        _whole("errors", "calls that failed"),
        _whole("escalations", "times that it asked the operator"),
        _whole("rules_fired", "times that a rule fired"),
        _whole("opened_at_ms", "Unix milliseconds"),
        _whole("started_at_ms", "Unix milliseconds", may_lack=True),
        _whole("ended_at_ms", "Unix milliseconds; null while it has no end", may_lack=True),
        _whole("changed_at_ms", "Unix milliseconds of its newest event"),
        _whole("active_ms", "time spent running, without pauses and queues"),
        _text("parent", "the session whose child it is, empty where none"),
        _text("forked_from", "the session that it is a fork of, empty where none"),
        _whole("forked_at_seq", "behind which event of that one", may_lack=True),
        _whole("events", "how many events its log has"),
        _whole("position", "the place of its newest event in the whole log"),
        _text("unreadable", "why its log can't be read to the end here", may_lack=True),
    ),
)

EVENTS = Table(
    kind=Kind.EVENTS,
    about="one recorded event, with what asked for it",
    columns=(
        _whole("position", "its place in the whole log, from 1"),
        _text("session", "whose log it is in"),
        _whole("seq", "its place there, from 1"),
        _whole("at_ms", "Unix milliseconds at which it was recorded"),
        _text("at", "the same as a date and time in UTC"),
        _text("kind", "what happened"),
        _plain("fields", "all that the event holds; null where it can't be read here", may_lack=True),
        _text("actor", "who asked; the first event of each append alone has this and the next three", may_lack=True),
        _text("correlation", "the id by which what was asked is followed", may_lack=True),
        _text("command", "what was asked", may_lack=True),
        _plain("asked", "all that the command holds", may_lack=True),
        _text("unreadable", "why it can't be read here: of a newer release, or damaged", may_lack=True),
    ),
)

RULES = Table(
    kind=Kind.RULES,
    about="one rule as it stands, with what it has done in all sessions",
    columns=(
        _text("rule_set", "the set that it belongs to"),
        _text("rule", "its id"),
        _text("name", "what it is called"),
        _text("description", "what it is for"),
        _text("file", "the file of the rules folder that it comes from, empty for others"),
        _whole("priority", "the higher number goes first"),
        _text("repeat", "how often it fires while its condition holds: edge, round or event"),
        _truth("is_enabled", "it is heard"),
        _plain("definition", "the whole rule, in its plain form"),
        _whole("heard", "settlements in which it was looked at; this and what follows are of all rules of that id"),
        _whole("fired", "times that it fired"),
        _whole("overruled", "actions of it that were overruled"),
        _whole("errors", "times that it could not be evaluated"),
        _whole("switched_off", "sessions that stopped hearing it"),
        _whole("fired_at_ms", "when it fired last, Unix milliseconds", may_lack=True),
        _whole("mean_ns", "what a look at it takes on average, in nanoseconds", may_lack=True),
        _whole("p95_ns", "what 95 of 100 looks don't exceed", may_lack=True),
    ),
)

ANALYTICS = Table(
    kind=Kind.ANALYTICS,
    about="one thing that the analytics have to say: of a session, a day, a format, or of what they found",
    columns=(
        _text("section", "sessions, days, findings, unjudged, outliers, templates, comparisons, associations, …"),
        _text("of", "which session, kind of finding, format, factor or target; empty for a day"),
        _whole("at_ms", "Unix milliseconds: opened, midnight, since, raised", may_lack=True),
        _text("severity", "of findings and alerts", may_lack=True),
        _text("title", "what it is called"),
        _text("text", "what was seen, in words"),
        _whole("count", "how many sessions are concerned", may_lack=True),
        _whole("out_of", "of how many", may_lack=True),
        _plain("detail", "all that is known of it; shares in parts per million, money in millionths of a dollar"),
    ),
)

TABLES: Mapping[Kind, Table] = {each.kind: each for each in (METRICS, SESSIONS, EVENTS, RULES, ANALYTICS)}
