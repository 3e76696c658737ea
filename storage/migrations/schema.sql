-- Made from the migrations by `python -m storage.migrations.schema`; a test holds it equal to them.
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE analytics_alerts (
	id VARCHAR NOT NULL,
	raised_at_ms INTEGER NOT NULL,
	cleared_at_ms INTEGER NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE analytics_kept (
	session VARCHAR NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY (session)
);
CREATE TABLE analytics_lives (
	session VARCHAR NOT NULL,
	changed INTEGER NOT NULL,
	opened_at_ms INTEGER NOT NULL,
	is_unreadable BOOLEAN NOT NULL,
	"row" BLOB NOT NULL,
	PRIMARY KEY (session)
);
CREATE TABLE analytics_watches (
	kind VARCHAR NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY (kind)
);
CREATE TABLE costs (
	session VARCHAR NOT NULL,
	quarter_ms INTEGER NOT NULL,
	route VARCHAR NOT NULL,
	answers INTEGER NOT NULL,
	failures INTEGER NOT NULL,
	failures_billed INTEGER NOT NULL,
	doubts INTEGER NOT NULL,
	cached INTEGER NOT NULL,
	tokens_input INTEGER NOT NULL,
	tokens_output INTEGER NOT NULL,
	tokens_cached INTEGER NOT NULL,
	cost_microusd INTEGER NOT NULL,
	lost_microusd INTEGER NOT NULL,
	saved_microusd INTEGER NOT NULL,
	PRIMARY KEY (session, quarter_ms, route)
);
CREATE TABLE deliveries (
	id VARCHAR NOT NULL,
	notification VARCHAR NOT NULL,
	channel VARCHAR NOT NULL,
	rank INTEGER NOT NULL,
	state VARCHAR NOT NULL,
	tries INTEGER NOT NULL,
	due_ms INTEGER NOT NULL,
	ended_ms INTEGER NOT NULL,
	last_error VARCHAR NOT NULL, held_for VARCHAR DEFAULT '' NOT NULL, digest VARCHAR DEFAULT '' NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE delivery_attempts (
	delivery VARCHAR NOT NULL,
	number INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	took_ms INTEGER NOT NULL,
	error VARCHAR NOT NULL, note VARCHAR DEFAULT '' NOT NULL,
	PRIMARY KEY (delivery, number)
);
CREATE TABLE documents (
	digest VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	text VARCHAR NOT NULL,
	PRIMARY KEY (digest)
);
CREATE TABLE events (
	position INTEGER NOT NULL,
	session_key INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	envelope BLOB,
	body BLOB NOT NULL, link BLOB DEFAULT (x'') NOT NULL,
	PRIMARY KEY (position),
	FOREIGN KEY(session_key) REFERENCES log_sessions ("key")
);
CREATE TABLE inbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	verb VARCHAR NOT NULL,
	body VARCHAR NOT NULL,
	actor VARCHAR NOT NULL,
	at_ms INTEGER NOT NULL,
	is_done BOOLEAN,
	answer_text VARCHAR,
	answer_body VARCHAR,
	answered_at_ms INTEGER
);
CREATE TABLE labels (
	session VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	tags VARCHAR NOT NULL,
	is_archived BOOLEAN NOT NULL,
	PRIMARY KEY (session)
);
CREATE TABLE log_sessions (
	"key" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	id VARCHAR NOT NULL,
	UNIQUE (id)
);
CREATE TABLE made_by (
	schema_version INTEGER NOT NULL,
	moot_version VARCHAR NOT NULL,
	PRIMARY KEY (schema_version)
);
CREATE TABLE notification_mutes (
	id VARCHAR NOT NULL,
	session VARCHAR NOT NULL,
	type VARCHAR NOT NULL,
	until_ms INTEGER NOT NULL,
	"by" VARCHAR NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE notifications (
	id VARCHAR NOT NULL,
	type VARCHAR NOT NULL,
	rank INTEGER NOT NULL,
	session VARCHAR NOT NULL,
	seq INTEGER NOT NULL,
	position INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	flow VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	text VARCHAR NOT NULL,
	seat VARCHAR NOT NULL,
	acknowledged_by VARCHAR DEFAULT '' NOT NULL,
	acknowledged_ms INTEGER DEFAULT 0 NOT NULL, read_by VARCHAR DEFAULT '' NOT NULL, answered_by VARCHAR DEFAULT '' NOT NULL, expired_why VARCHAR DEFAULT '' NOT NULL, asks VARCHAR DEFAULT '' NOT NULL, reminds VARCHAR DEFAULT '' NOT NULL, read_ms INTEGER DEFAULT 0 NOT NULL, answered_ms INTEGER DEFAULT 0 NOT NULL, expired_ms INTEGER DEFAULT 0 NOT NULL, snoozed_ms INTEGER DEFAULT 0 NOT NULL, since_ms INTEGER DEFAULT 0 NOT NULL, reminded INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE participants (
	id VARCHAR NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE positions (
	name VARCHAR NOT NULL,
	position INTEGER NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE response_cache (
	"key" INTEGER NOT NULL,
	exact VARCHAR NOT NULL,
	likeness VARCHAR,
	body BLOB NOT NULL,
	size_bytes INTEGER NOT NULL,
	used_at_ms INTEGER NOT NULL,
	expires_at_ms INTEGER NOT NULL,
	PRIMARY KEY ("key"),
	UNIQUE (exact)
);
CREATE TABLE rule_counts (
	rule VARCHAR NOT NULL,
	fired INTEGER NOT NULL,
	overruled INTEGER NOT NULL,
	errors INTEGER NOT NULL,
	switched_off INTEGER NOT NULL,
	fired_at_ms INTEGER NOT NULL,
	switched_off_at_ms INTEGER NOT NULL,
	PRIMARY KEY (rule)
);
CREATE TABLE rule_sets (
	digest VARCHAR NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY (digest)
);
CREATE TABLE rule_times (
	rule VARCHAR NOT NULL,
	heard INTEGER NOT NULL,
	timed INTEGER NOT NULL,
	nanoseconds INTEGER NOT NULL,
	buckets VARCHAR NOT NULL,
	PRIMARY KEY (rule)
);
CREATE TABLE rule_versions (
	number INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	sets VARCHAR NOT NULL,
	files VARCHAR NOT NULL,
	made_at_ms INTEGER NOT NULL,
	actor VARCHAR NOT NULL,
	change VARCHAR NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(digest) REFERENCES rule_sets (digest)
);
CREATE TABLE settings (
	name VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE summaries (
	"key" INTEGER NOT NULL,
	session VARCHAR NOT NULL,
	position INTEGER NOT NULL,
	opened_at_ms INTEGER NOT NULL,
	is_over BOOLEAN NOT NULL,
	title VARCHAR NOT NULL,
	motion VARCHAR NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY ("key"),
	UNIQUE (session)
);
CREATE TABLE template_history (
	"key" INTEGER NOT NULL,
	template VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	made_at_ms INTEGER NOT NULL,
	actor VARCHAR NOT NULL, change VARCHAR DEFAULT '' NOT NULL, is_deleted BOOLEAN DEFAULT 0 NOT NULL,
	PRIMARY KEY ("key"),
	FOREIGN KEY(digest) REFERENCES templates (digest)
);
CREATE TABLE templates (
	digest VARCHAR NOT NULL,
	template VARCHAR NOT NULL,
	body BLOB NOT NULL, "row" BLOB DEFAULT (x'') NOT NULL,
	PRIMARY KEY (digest)
);
CREATE INDEX analytics_lives_changed ON analytics_lives (changed);
CREATE INDEX costs_quarter ON costs (quarter_ms);
CREATE INDEX deliveries_digest ON deliveries (digest) WHERE digest <> '';
CREATE INDEX deliveries_notification ON deliveries (notification);
CREATE INDEX deliveries_waiting ON deliveries (state, rank, due_ms, channel);
CREATE INDEX delivery_attempts_at ON delivery_attempts (at_ms);
CREATE UNIQUE INDEX events_of_session ON events (session_key, seq);
CREATE INDEX inbox_waiting ON inbox (id) WHERE answered_at_ms IS NULL;
CREATE INDEX notifications_asking ON notifications (session, asks) WHERE asks <> '' AND answered_ms = 0 AND expired_ms = 0;
CREATE INDEX notifications_open ON notifications (rank, since_ms, read_ms, snoozed_ms) WHERE acknowledged_ms = 0 AND answered_ms = 0 AND expired_ms = 0 AND type <> 'REMINDER' AND type <> 'DIGEST';
CREATE INDEX notifications_position ON notifications (position);
CREATE INDEX notifications_reminds ON notifications (reminds) WHERE reminds <> '';
CREATE INDEX notifications_session ON notifications (session);
CREATE INDEX notifications_snoozed ON notifications (snoozed_ms) WHERE snoozed_ms > 0;
CREATE INDEX response_cache_expires ON response_cache (expires_at_ms);
CREATE INDEX response_cache_likeness ON response_cache (likeness) WHERE likeness IS NOT NULL;
CREATE INDEX response_cache_used ON response_cache (used_at_ms);
CREATE INDEX summaries_changed ON summaries (position);
CREATE INDEX summaries_opened ON summaries (opened_at_ms);
CREATE INDEX template_history_of ON template_history (template, "key");
INSERT INTO alembic_version VALUES ('0012');
PRAGMA application_id = 1836019572;
PRAGMA user_version = 12;
