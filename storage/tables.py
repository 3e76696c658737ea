"""Which tables does the database have?

These declarations are what migrations are made from and compared with. Queries go through SQLite's driver: mapping
objects costs nine times the insert, and importing this file twice the console's first frame.
"""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class LogSession(SQLModel, table=True):
    """A session with a log. Keys are given in order of opening and never again: they stand for the id in each event."""

    __tablename__ = "log_sessions"
    __table_args__ = {"sqlite_autoincrement": True}

    key: int = Field(primary_key=True)
    id: str = Field(unique=True)


class EventRow(SQLModel, table=True):
    """An event. The first of each append has the envelope. Positions are never given out again. `link` is what
    `core.domain.chain` makes of it; the default is what the migration began with, and no event is without one."""

    __tablename__ = "events"
    __table_args__ = (Index("events_of_session", "session_key", "seq", unique=True),)

    position: int = Field(primary_key=True)
    session_key: int = Field(foreign_key="log_sessions.key")
    seq: int
    kind: str
    version: int
    at_ms: int
    envelope: bytes | None
    body: bytes
    link: bytes = Field(sa_column_kwargs={"server_default": text("x''")})


class Position(SQLModel, table=True):
    """How far a projection has come (`index`, `costs`), the highest position that a deletion took (`log`), and up to
    which one a session was recorded elsewhere (`taken` and its id)."""

    __tablename__ = "positions"

    name: str = Field(primary_key=True)
    position: int


class SummaryRow(SQLModel, table=True):
    """A session as lists show it: what queries look at, and the whole of it as JSON."""

    __tablename__ = "summaries"
    __table_args__ = (Index("summaries_opened", "opened_at_ms"), Index("summaries_changed", "position"))

    key: int = Field(primary_key=True)
    session: str = Field(unique=True)
    position: int
    opened_at_ms: int
    is_over: bool
    title: str
    motion: str
    body: bytes


class CostsRow(SQLModel, table=True):
    """What a session's calls by one route came to that were charged within a quarter of an hour, in the columns of
    `core.domain.costs.Costs`. Outlives the session."""

    __tablename__ = "costs"
    __table_args__ = (Index("costs_quarter", "quarter_ms"),)

    session: str = Field(primary_key=True)
    quarter_ms: int = Field(primary_key=True)
    route: str = Field(primary_key=True)
    answers: int
    failures: int
    failures_billed: int
    doubts: int
    cached: int
    tokens_input: int
    tokens_output: int
    tokens_cached: int
    cost_microusd: int
    lost_microusd: int
    saved_microusd: int


class RuleSet(SQLModel, table=True):
    """Rules by content. Never deleted: logs name them."""

    __tablename__ = "rule_sets"

    digest: str = Field(primary_key=True)
    body: bytes


class RuleVersionRow(SQLModel, table=True):
    """A version of the rules; the newest row says what is in force. `digest` names the rules made by hand. In JSON,
    `sets` has the definitions made by hand and `files` what each file of the rules folder held, its rules by digest."""

    __tablename__ = "rule_versions"

    number: int = Field(primary_key=True)
    kind: str
    digest: str = Field(foreign_key="rule_sets.digest")
    sets: str
    files: str
    made_at_ms: int
    actor: str
    change: str


class TemplateVersion(SQLModel, table=True):
    """Templates by content. Never deleted: logs name them. `row` is what lists show, as JSON; empty for what a moot
    kept that had none."""

    __tablename__ = "templates"

    digest: str = Field(primary_key=True)
    template: str
    body: bytes
    row: bytes = Field(sa_column_kwargs={"server_default": text("x''")})


class TemplateChange(SQLModel, table=True):
    """Which version of a template came into force when, and what changed; the newest row of its id says which holds, or
    that it was deleted."""

    __tablename__ = "template_history"
    __table_args__ = (Index("template_history_of", "template", "key"),)

    key: int = Field(primary_key=True)
    template: str
    digest: str = Field(foreign_key="templates.digest")
    made_at_ms: int
    actor: str
    change: str = Field(sa_column_kwargs={"server_default": text("''")})
    is_deleted: bool = Field(sa_column_kwargs={"server_default": text("0")})


class ParticipantRow(SQLModel, table=True):
    """A participant as JSON; openings hold their own copy."""

    __tablename__ = "participants"

    id: str = Field(primary_key=True)
    body: bytes


class DocumentRow(SQLModel, table=True):
    """An evidence text by content. Never deleted: logs name them."""

    __tablename__ = "documents"

    digest: str = Field(primary_key=True)
    name: str
    text: str


class Setting(SQLModel, table=True):
    """A setting that every process sees, such as the spending switch."""

    __tablename__ = "settings"

    name: str = Field(primary_key=True)
    value: str


class LabelRow(SQLModel, table=True):
    """What people say of a session. `tags` is a JSON list."""

    __tablename__ = "labels"

    session: str = Field(primary_key=True)
    title: str
    tags: str
    is_archived: bool


class InboxRow(SQLModel, table=True):
    """A request to the driver, and its answer once there is one. The index holds the unanswered alone."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("inbox_waiting", "id", sqlite_where=text("answered_at_ms IS NULL")),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(primary_key=True)
    verb: str
    body: str
    actor: str
    at_ms: int
    is_done: bool | None
    answer_text: str | None
    answer_body: str | None
    answered_at_ms: int | None


class RuleTimesRow(SQLModel, table=True):
    """How often a rule was heard, and how long looks at it took. `buckets` is JSON: looks by bucket of time."""

    __tablename__ = "rule_times"

    rule: str = Field(primary_key=True)
    heard: int
    timed: int
    nanoseconds: int
    buckets: str


class RuleCountsRow(SQLModel, table=True):
    """What a rule did in all sessions, deleted ones included, up to the position `rules`."""

    __tablename__ = "rule_counts"

    rule: str = Field(primary_key=True)
    fired: int
    overruled: int
    errors: int
    switched_off: int
    fired_at_ms: int
    switched_off_at_ms: int


class KeptAnswerRow(SQLModel, table=True):
    """An answer that may be given again. Both digests are of what was asked, never its words; `likeness` is of what may
    be asked in other words. `size_bytes` counts the body and an overhead."""

    __tablename__ = "response_cache"
    __table_args__ = (
        Index("response_cache_likeness", "likeness", sqlite_where=text("likeness IS NOT NULL")),
        Index("response_cache_used", "used_at_ms"),
        Index("response_cache_expires", "expires_at_ms"),
    )

    key: int = Field(primary_key=True)
    exact: str = Field(unique=True)
    likeness: str | None
    body: bytes
    size_bytes: int
    used_at_ms: int
    expires_at_ms: int


_NOBODY, _NEVER = text("''"), text("0")
_OPEN = text("acknowledged_ms = 0 AND answered_ms = 0 AND expired_ms = 0 AND type <> 'REMINDER' AND type <> 'DIGEST'")
_ASKING = text("asks <> '' AND answered_ms = 0 AND expired_ms = 0")


class NotificationRow(SQLModel, table=True):
    """Something that somebody was told. `rank` is its priority, 0 for the most urgent; `since_ms` is when it was told,
    or last reminded of; `snoozed_ms` until when it rests."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("notifications_position", "position"),
        Index("notifications_session", "session"),
        Index("notifications_open", "rank", "since_ms", "read_ms", "snoozed_ms", sqlite_where=_OPEN),
        Index("notifications_asking", "session", "asks", sqlite_where=_ASKING),
        Index("notifications_reminds", "reminds", sqlite_where=text("reminds <> ''")),
        Index("notifications_snoozed", "snoozed_ms", sqlite_where=text("snoozed_ms > 0")),
    )

    id: str = Field(primary_key=True)
    type: str
    rank: int
    session: str
    seq: int
    position: int
    at_ms: int
    flow: str
    title: str
    text: str
    seat: str
    acknowledged_by: str = Field(default="", sa_column_kwargs={"server_default": _NOBODY})
    acknowledged_ms: int = Field(default=0, sa_column_kwargs={"server_default": _NEVER})
    read_by: str = Field(default="", sa_column_kwargs={"server_default": _NOBODY})
    answered_by: str = Field(default="", sa_column_kwargs={"server_default": _NOBODY})
    expired_why: str = Field(default="", sa_column_kwargs={"server_default": _NOBODY})
    asks: str = Field(default="", sa_column_kwargs={"server_default": _NOBODY})
    reminds: str = Field(default="", sa_column_kwargs={"server_default": _NOBODY})
    read_ms: int = Field(default=0, sa_column_kwargs={"server_default": _NEVER})
    answered_ms: int = Field(default=0, sa_column_kwargs={"server_default": _NEVER})
    expired_ms: int = Field(default=0, sa_column_kwargs={"server_default": _NEVER})
    snoozed_ms: int = Field(default=0, sa_column_kwargs={"server_default": _NEVER})
    since_ms: int = Field(default=0, sa_column_kwargs={"server_default": _NEVER})
    reminded: int = Field(default=0, sa_column_kwargs={"server_default": _NEVER})


class DeliveryRow(SQLModel, table=True):
    """A notification on its way by one channel. `held_for` says why it is not sent yet, `digest` which delivery it was
    gathered in."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("deliveries_notification", "notification"),
        Index("deliveries_waiting", "state", "rank", "due_ms", "channel"),
        Index("deliveries_digest", "digest", sqlite_where=text("digest <> ''")),
    )

    id: str = Field(primary_key=True)
    notification: str
    channel: str
    rank: int
    state: str
    tries: int
    due_ms: int
    ended_ms: int
    last_error: str
    held_for: str = Field(default="", sa_column_kwargs={"server_default": _NOBODY})
    digest: str = Field(default="", sa_column_kwargs={"server_default": _NOBODY})


class DeliveryAttemptRow(SQLModel, table=True):
    """One try at a delivery. `note` is what is worth knowing of one that arrived."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (Index("delivery_attempts_at", "at_ms"),)

    delivery: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    at_ms: int
    took_ms: int
    error: str
    note: str = Field(default="", sa_column_kwargs={"server_default": _NOBODY})


class NotificationMuteRow(SQLModel, table=True):
    """What the operator does not want to hear of. "" stands for any, 0 for no end."""

    __tablename__ = "notification_mutes"

    id: str = Field(primary_key=True)
    session: str
    type: str
    until_ms: int
    by: str
    at_ms: int


class AnalyticsLifeRow(SQLModel, table=True):
    """A session as figures over many see it, as JSON. `changed` is the position up to which the row is true, or where
    the analytics stood when it was replaced."""

    __tablename__ = "analytics_lives"
    __table_args__ = (Index("analytics_lives_changed", "changed"),)

    session: str = Field(primary_key=True)
    changed: int
    opened_at_ms: int
    is_unreadable: bool
    row: bytes


class KeptLifeRow(SQLModel, table=True):
    """What such a row is read on from, as JSON. Apart from it, because who reads all rows needs none of this."""

    __tablename__ = "analytics_kept"

    session: str = Field(primary_key=True)
    body: bytes


class AnalyticsWatchRow(SQLModel, table=True):
    """How often in a row one kind of oddity was seen, as JSON."""

    __tablename__ = "analytics_watches"

    kind: str = Field(primary_key=True)
    body: bytes


class AlertRow(SQLModel, table=True):
    """Something odd that somebody was told, as JSON. `cleared_at_ms` is 0 while it goes on."""

    __tablename__ = "analytics_alerts"

    id: str = Field(primary_key=True)
    raised_at_ms: int
    cleared_at_ms: int
    body: bytes


class MadeBy(SQLModel, table=True):
    """Which moot made which schema of this file."""

    __tablename__ = "made_by"

    schema_version: int = Field(primary_key=True)
    moot_version: str
