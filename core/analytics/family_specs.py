"""Which metrics are there, and what does each of them count?

Names are for ever, as those of events are: dashboards and alerts of other people name them.
"""

from __future__ import annotations

from core.analytics.families import Kind, Source, Spec

PER_SECOND_MS = 1_000
PER_SECOND_NS = 1_000_000_000
PER_DOLLAR = 1_000_000
PER_WHOLE = 1_000_000

SECONDS = "seconds"
DOLLARS = "dollars"
RATIO = "ratio"
BYTES = "bytes"

PROVIDERS_MAX = 20
RULES_MAX = 200


def _count(name: str, about: str, *labels: str, values_max: int = 100) -> Spec:
    return Spec(name=name, kind=Kind.COUNTER, about=about, source=Source.LOG, labels=labels, values_max=values_max)


def _spread(name: str, about: str, *, unit: str = "", per: int = 1, labels: tuple[str, ...] = ()) -> Spec:
    return Spec(
        name=name,
        kind=Kind.HISTOGRAM,
        about=about,
        source=Source.LOG,
        labels=labels,
        unit=unit,
        per=per,
        values_max=PROVIDERS_MAX,
    )


def _gauge(name: str, about: str, *labels: str, unit: str = "", per: int = 1, source: Source = Source.PROCESS) -> Spec:
    return Spec(name=name, kind=Kind.GAUGE, about=about, source=source, labels=labels, unit=unit, per=per)


def _timer(name: str, about: str, *labels: str, values_max: int = 100) -> Spec:
    return Spec(
        name=name,
        kind=Kind.SUMMARY,
        about=about,
        source=Source.PROCESS,
        labels=labels,
        unit=SECONDS,
        per=PER_SECOND_NS,
        values_max=values_max,
    )


DEBATES = _count("orchestration_debates_total", "Debates that were opened.")
DEBATES_STARTED = _count("orchestration_debates_started_total", "Debates that had a place to run in.")
DEBATES_ENDED = _count(
    "orchestration_debates_ended_total",
    "Debates by how they ended. One that failed may be taken up again, and ends once more.",
    "outcome",
)
DEBATES_ESCALATED = _count("orchestration_debates_escalated_total", "Debates that asked a person at least once.")
DEBATES_WITH_CONSENSUS = _count("orchestration_debates_with_consensus_total", "Debates that reached consensus.")
DEBATES_BY_TEMPLATE = _count(
    "orchestration_template_debates_total",
    "Debates by the format that they began with, and by what became of them: opened, completed, failed, cancelled.",
    "outcome",
    "template",
)
SESSIONS = _count("orchestration_sessions_total", "Sessions that were opened, by their kind.", "kind")
SESSIONS_ENDED = _count(
    "orchestration_sessions_ended_total", "Sessions by their kind and how they ended.", "outcome", "kind"
)
ROUNDS = _count("orchestration_rounds_total", "Rounds of debates that were completed.")
ARGUMENTS = _count("orchestration_arguments_total", "Arguments that were presented in debates.")
ESCALATIONS = _count("orchestration_escalations_total", "Questions that sessions asked a person.")
PAUSES = _count("orchestration_pauses_total", "Times that a session was paused, by whomever.")
SPEND_REFUSED = _count("orchestration_spend_refused_total", "Calls that no cap had room for.")
ERRORS = _count(
    "orchestration_errors_total",
    "What went wrong, by kind: the word that a call failed with, or one of in_doubt, rule_erred, cascade_stopped, "
    "session_failed.",
    "kind",
)
RULE_EVALUATIONS = _count(
    "orchestration_rule_evaluations_total",
    "Rules that were heard: one for each rule that was enabled and each decision in which rules had a say.",
    "rule",
    values_max=RULES_MAX,
)
RULES_FIRED = _count("orchestration_rules_fired_total", "Times that a rule fired.", "rule", values_max=RULES_MAX)
ACTIONS = _count("orchestration_rule_actions_total", "Actions that rules asked for.", "action")
ACTIONS_OVERRULED = _count(
    "orchestration_rule_actions_overruled_total", "Actions of rules that were not carried out.", "action"
)
CALLS = _count(
    "orchestration_calls_total",
    "Calls of models that have ended, by how: answered, failed, in_doubt.",
    "outcome",
    "provider",
    "model",
)
TOKENS = _count(
    "orchestration_tokens_total",
    "Tokens of answers, by direction: input, output. Of calls that fail nobody counts them to the end.",
    "direction",
    "provider",
    "model",
)
COST = Spec(
    name="orchestration_cost_dollars_total",
    kind=Kind.COUNTER,
    about="US dollars that calls were charged, those in doubt at the most that they can have cost.",
    source=Source.LOG,
    labels=("provider", "model"),
    unit=DOLLARS,
    per=PER_DOLLAR,
)
COST_RETURNED = Spec(
    name="orchestration_cost_returned_dollars_total",
    kind=Kind.COUNTER,
    about="US dollars that calls in doubt turned out to have cost less than they were charged.",
    source=Source.LOG,
    labels=("provider", "model"),
    unit=DOLLARS,
    per=PER_DOLLAR,
)
LATENCY = _spread(
    "orchestration_provider_latency_seconds",
    "From a request to the end of its answer. Answers from the cache are left out.",
    unit=SECONDS,
    per=PER_SECOND_MS,
    labels=("provider",),
)
DURATION = _spread(
    "orchestration_debate_duration_seconds",
    "Active time of completed debates: neither pauses nor queues count.",
    unit=SECONDS,
    per=PER_SECOND_MS,
)
DEBATE_ROUNDS = _spread("orchestration_debate_rounds", "Rounds of completed debates.")
DEBATE_ARGUMENTS = _spread("orchestration_debate_arguments", "Arguments of completed debates.")
DEBATE_CONSENSUS = _spread(
    "orchestration_debate_consensus_ratio", "Agreement at the end of completed debates.", unit=RATIO, per=PER_WHOLE
)
DEBATE_COST = _spread(
    "orchestration_debate_cost_dollars", "What completed debates cost, in US dollars.", unit=DOLLARS, per=PER_DOLLAR
)
CONSENSUS_RATE = _gauge(
    "orchestration_consensus_rate",
    "Share of all debates that started which reached consensus, from 0 to 1; absent before the first.",
    per=PER_WHOLE,
    source=Source.LOG,
)
ACTIVE = _gauge(
    "orchestration_active_sessions",
    "Sessions that are neither over nor failed: they run, wait, are paused or ask a person.",
    source=Source.LOG,
)
STANDING = _gauge(
    "orchestration_sessions_by_state", "Sessions that are not over, by where they stand.", "state", source=Source.LOG
)
LONGEST = _gauge(
    "orchestration_longest_running_seconds",
    "Active time of the session that has run longest of those that run now.",
    unit=SECONDS,
    per=PER_SECOND_MS,
    source=Source.LOG,
)
POSITION = _gauge("orchestration_log_position", "Everything up to this place in the log is counted.", source=Source.LOG)

QUEUES = _gauge(
    "orchestration_queue_depth",
    "What waits: sessions for a place, notifications for their delivery, requests of other processes in the inbox, "
    "writes for the database.",
    "queue",
)
DEAD = _gauge("orchestration_notifications_dead", "Deliveries that were given up and wait for somebody.")
UNACKNOWLEDGED = _gauge(
    "orchestration_notifications_unacknowledged", "Urgent and high notifications that nobody has acknowledged."
)
NOTIFICATIONS = Spec(
    name="orchestration_notifications_total",
    kind=Kind.COUNTER,
    about="Tries to deliver a notification since this process began, by channel: delivered, failed.",
    source=Source.PROCESS,
    labels=("outcome", "channel"),
)
HELD = _gauge(
    "orchestration_cost_held_dollars",
    "US dollars that are held for calls under way: the most that they can cost.",
    unit=DOLLARS,
    per=PER_DOLLAR,
)
HEALTH = _gauge("orchestration_health", "How the last health check found it: 0 is ok, 1 degraded, 2 failing.", "check")
LAG = Spec(
    name="orchestration_event_loop_lag_seconds",
    kind=Kind.HISTOGRAM,
    about="How much later than asked for the event loop called back.",
    source=Source.PROCESS,
    unit=SECONDS,
    per=PER_SECOND_NS,
)
WORK = _timer(
    "orchestration_work_seconds",
    "Work of this process: settle (deciding what follows from a command, rules included), act (the same where a rule "
    "fired), append (writing it).",
    "work",
)
RULE_TIME = _timer(
    "orchestration_rule_evaluation_seconds",
    "Looks at a rule that were timed since this process began: some of them, because timing costs more than looking.",
    "rule",
    values_max=RULES_MAX,
)
CUT = _gauge(
    "orchestration_label_values_cut",
    "Values of a label that are counted together as 'other', by metric, because there are more than keep a series of "
    "their own.",
    "metric",
)
BUILD = _gauge("orchestration_build_info", "Always 1; which moot and which Python this is.", "python", "version")
CPU = Spec(
    name="process_cpu_seconds_total",
    kind=Kind.COUNTER,
    about="Processor time of this process, in user and system mode.",
    source=Source.PROCESS,
    unit=SECONDS,
    per=PER_SECOND_NS,
)
MEMORY = _gauge("process_resident_memory_bytes", "Memory of this process that is in use.", unit=BYTES)
MEMORY_FREE = _gauge(
    "orchestration_machine_memory_free_ratio",
    "Share of the machine's memory that anybody may still have.",
    unit=RATIO,
    per=PER_WHOLE,
)
DRIVING_SINCE = _gauge(
    "orchestration_driving_since_seconds",
    "When this process began to drive, as Unix time: what is counted of a process begins there.",
    unit=SECONDS,
    per=PER_SECOND_MS,
)

LOG_SPECS = (
    DEBATES,
    DEBATES_STARTED,
    DEBATES_ENDED,
    DEBATES_ESCALATED,
    DEBATES_WITH_CONSENSUS,
    DEBATES_BY_TEMPLATE,
    DURATION,
    DEBATE_ROUNDS,
    DEBATE_ARGUMENTS,
    DEBATE_CONSENSUS,
    DEBATE_COST,
    CONSENSUS_RATE,
    ACTIVE,
    STANDING,
    LONGEST,
    SESSIONS,
    SESSIONS_ENDED,
    ROUNDS,
    ARGUMENTS,
    ESCALATIONS,
    PAUSES,
    SPEND_REFUSED,
    ERRORS,
    RULE_EVALUATIONS,
    RULES_FIRED,
    ACTIONS,
    ACTIONS_OVERRULED,
    CALLS,
    TOKENS,
    COST,
    COST_RETURNED,
    LATENCY,
    POSITION,
)
PROCESS_SPECS = (
    QUEUES,
    NOTIFICATIONS,
    DEAD,
    UNACKNOWLEDGED,
    HELD,
    HEALTH,
    LAG,
    WORK,
    RULE_TIME,
    CUT,
    BUILD,
    CPU,
    MEMORY,
    MEMORY_FREE,
    DRIVING_SINCE,
)
SPECS = (*LOG_SPECS, *PROCESS_SPECS)
"""In the order in which they are written down."""
