"""What can the operator do, and where? One table; bindings, footer, help and palette derive from it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = Literal[
    "anywhere",
    "list",
    "transcript",
    "sessions",
    "drafts",
    "past",
    "beside",
    "rules",
    "templates",
    "system",
    "notifications",
    "analytics",
    "events",
]

PLACE_TITLES: Mapping[Place, str] = MappingProxyType(
    {
        "sessions": "Sessions",
        "drafts": "Drafts of a refinement",
        "past": "In the past of a session",
        "beside": "Beside its origin",
        "rules": "Rules",
        "templates": "Templates",
        "system": "System",
        "notifications": "Notifications",
        "analytics": "Analytics",
        "events": "Events and log lines",
        "transcript": "In a transcript",
        "list": "In a list",
        "anywhere": "Anywhere",
    }
)


class Action(NamedTuple):
    """Something the operator can do.

    `id` never changes, because people's keymaps name it; a widget or screen of the action's place carries it out in its
    method `action_<id>`. `label` is the word in the footer, where `footer_rank` is not 0 (lower stands further left).
    A destructive action has no bare key: a slip of a finger must not destroy anything.
    """

    id: str
    title: str
    help: str
    default_keys: tuple[str, ...]
    place: Place
    group: str
    label: str = ""
    footer_rank: int = 0
    is_destructive: bool = False


ACTIONS: tuple[Action, ...] = (
    # Sessions: start and steer.
    Action(
        "new_debate", "New debate", "Start a debate: see its minutes and dollars before it begins.",
        ("c",), "sessions", "start", "new", 1,
    ),
    Action(
        "new_refinement", "New refinement", "Have a text written, reviewed and refined; see its dollars first.",
        ("W",), "sessions", "start",
    ),
    Action(
        "pause_resume", "Pause or resume", "Hold the session after the turn being spoken; again to go on.",
        ("p",), "sessions", "steer", "pause", 3,
    ),
    Action(
        "answer", "Answer or speak", "Answer a session that waits for you, or speak where it is your turn.",
        ("a",), "sessions", "steer", "answer", 4,
    ),
    Action(
        "escalate", "Escalate to me", "Stop the session at its next turn and put it before you.",
        ("e",), "sessions", "steer",
    ),
    Action(
        "complete", "Finish now", "End it early with what there is: a verdict on what was said, or the best draft.",
        ("f",), "sessions", "steer",
    ),
    Action(
        "cancel", "Cancel", "End the session with nothing decided.",
        ("ctrl+x",), "sessions", "steer", is_destructive=True,
    ),
    Action(
        "raise_budget", "Raise the budget", "Let this session spend more.",
        ("b",), "sessions", "steer",
    ),
    Action(
        "raise_rounds", "Raise the rounds", "Let this session run longer: more rounds, or more drafts.",
        ("r",), "sessions", "steer",
    ),
    Action(
        "add_statement", "Add a statement", "Say something yourself; every seat hears it from the next turn on.",
        ("s",), "sessions", "steer",
    ),
    Action(
        "amend_motion", "Amend the motion", "Change the motion or the brief, from the next turn on.",
        ("m",), "sessions", "steer",
    ),
    Action(
        "take_seat", "Take or leave a seat", "Sit in a seat yourself, or give it back to whoever stood in.",
        ("T",), "sessions", "steer",
    ),
    Action(
        "change_format", "Change the format", "Go on by another format, once you have seen what that changes.",
        ("o",), "sessions", "steer",
    ),
    Action(
        "accept_draft", "Accept a draft", "Take a refinement's draft as it is; the refinement ends with it.",
        ("y",), "sessions", "steer",
    ),
    Action(
        "edit_draft", "Edit the draft", "Put a text of your own in its place; it is reviewed as any other.",
        ("E",), "sessions", "steer",
    ),
    # Sessions: keep in order.
    Action(
        "export", "Export", "Write the session to a file: to read, for scripts, or as a bundle for another machine.",
        ("x",), "sessions", "keep", "export", 5,
    ),
    Action(
        "import_session", "Import a session", "Take in a session from a bundle, as a record to read, replay and fork.",
        ("I",), "sessions", "keep",
    ),
    Action("rename", "Rename", "Give the session a name of your own.", ("R",), "sessions", "keep"),
    Action("tag", "Tag", "Add or remove tags; the filter finds them.", ("t",), "sessions", "keep"),
    Action("archive", "Archive", "Take the session out of the list; nothing is lost.", ("A",), "sessions", "keep"),
    Action(
        "delete", "Delete", "Remove the session and its log for good.",
        ("ctrl+d",), "sessions", "keep", is_destructive=True,
    ),
    # Sessions: look.
    Action(
        "layout", "Columns or sequence", "Show the seats side by side, or the turns one after another.",
        ("v",), "sessions", "look", "layout", 6,
    ),
    Action(
        "drafts", "Drafts", "Read a refinement's drafts side by side, with what was said of each.",
        ("D",), "sessions", "look", "drafts",
    ),
    Action("show_prompt", "Show the prompt", "Read exactly what was sent for this turn.", ("i",), "sessions", "look"),
    Action(
        "retry_turn", "Retry the turn", "Ask again for a turn that failed or is in doubt; it may cost again.",
        ("ctrl+r",), "sessions", "steer",
    ),
    Action(
        "settle", "Settle a doubt", "Say what a call cost of which nobody knows how it ended.",
        ("S",), "sessions", "steer",
    ),
    Action(
        "session_events", "Its events", "See what is recorded in the session as it comes, event by event.",
        ("l",), "sessions", "look",
    ),
    Action(
        "look_back", "Look back", "Step along the session's events, or play them: what was true behind each.",
        ("h",), "sessions", "look",
    ),
    Action(
        "fork", "Fork", "Start another session that goes on from this one's events, in another way.",
        ("F",), "sessions", "start",
    ),
    Action(
        "beside_origin", "Beside its origin", "Read a fork beside the session that it goes on from: where they part.",
        ("d",), "sessions", "look",
    ),
    Action(
        "go_control", "To the child", "To the session that this one began, a control or a debate on a draft; and back.",
        ("C",), "sessions", "look",
    ),
    # The drafts of a refinement.
    Action(
        "drafts_next", "Newer draft", "Show the next draft at the right.",
        ("right_square_bracket", "right"), "drafts", "move", "newer", 3,
    ),
    Action(
        "drafts_previous", "Older draft", "Show the draft before at the right.",
        ("left_square_bracket", "left"), "drafts", "move", "older",
    ),
    Action(
        "drafts_left_next", "Compare with a newer", "Put the next draft at the left, to compare with.",
        ("right_curly_bracket",), "drafts", "move",
    ),
    Action(
        "drafts_left_previous", "Compare with an older", "Put the draft before at the left, to compare with.",
        ("left_curly_bracket",), "drafts", "move",
    ),
    Action("drafts_best", "Best draft", "Show the best draft beside the newest.", ("s",), "drafts", "move", "best", 5),
    Action(
        "drafts_next_change", "Next change", "To the next place that changed, or that a review speaks of.",
        ("n",), "drafts", "find", "next change", 4,
    ),
    Action("drafts_previous_change", "Change before", "To the one before.", ("N",), "drafts", "find"),
    Action("drafts_down", "Down", "One line down, in both.", ("j", "down"), "drafts", "move"),
    Action("drafts_up", "Up", "One line up, in both.", ("k", "up"), "drafts", "move"),
    Action("drafts_page_down", "Page down", "One page down, in both.", ("pagedown", "space"), "drafts", "move"),
    Action("drafts_page_up", "Page up", "One page up, in both.", ("pageup",), "drafts", "move"),
    Action("drafts_first", "Beginning", "To the beginning of both.", ("g", "home"), "drafts", "move"),
    Action("drafts_last", "End", "To the reviews, and what was decided.", ("G", "end"), "drafts", "move"),
    Action(
        "drafts_other", "Other side", "Where there is room for one: show the other.",
        ("tab",), "drafts", "look",
    ),
    Action(
        "drafts_accept", "Accept this draft", "Take the draft at the right as it is; the refinement ends with it.",
        ("y",), "drafts", "steer", "accept", 1,
    ),
    Action(
        "drafts_edit", "Edit this draft", "Go on from the draft at the right in words of your own; it is reviewed too.",
        ("E",), "drafts", "steer", "edit", 2,
    ),
    Action(
        "drafts_pause", "Pause or resume it", "Hold it after the call under way; again to go on.",
        ("p",), "drafts", "steer",
    ),
    Action("drafts_budget", "Raise its budget", "Let this refinement spend more.", ("b",), "drafts", "steer"),
    Action("drafts_export", "Export it", "Write the refinement to a file.", ("x",), "drafts", "keep"),
    # The past of a session.
    Action("past_next", "Next event", "One event on.", ("j", "down"), "past", "move", "along", 1),
    Action("past_previous", "Event before", "One event back.", ("k", "up"), "past", "move"),
    Action("past_page_next", "Twenty on", "Twenty events on.", ("pagedown",), "past", "move"),
    Action("past_page_previous", "Twenty back", "Twenty events back.", ("pageup",), "past", "move"),
    Action(
        "past_next_turn", "Next turn or firing", "To the next event with which somebody spoke or a rule fired.",
        ("n",), "past", "move", "next turn", 2,
    ),
    Action(
        "past_previous_turn", "Turn or firing before", "To the one before.", ("N",), "past", "move",
    ),
    Action("past_first", "First event", "To the session's opening.", ("g", "home"), "past", "move"),
    Action("past_last", "Last event", "To the newest event.", ("G", "end"), "past", "move"),
    Action(
        "past_play", "Play or hold", "Let the events follow one another as they did, or hold.",
        ("space",), "past", "play", "play", 3,
    ),
    Action("past_faster", "Faster", "Play twice as fast.", ("plus",), "past", "play"),
    Action("past_slower", "Slower", "Play half as fast.", ("minus",), "past", "play"),
    Action(
        "past_other_pane", "Other pane", "To the transcript, then to the rules, to scroll them; then back.",
        ("tab",), "past", "move",
    ),
    Action(
        "past_fork", "Fork here", "Start another session that goes on from this event.",
        ("f",), "past", "start", "fork here", 4,
    ),
    # A fork beside its origin.
    Action("beside_down", "Down", "One turn down, in both.", ("j", "down"), "beside", "move", "along", 1),
    Action("beside_up", "Up", "One turn up, in both.", ("k", "up"), "beside", "move"),
    Action("beside_page_down", "Page down", "One page down, in both.", ("pagedown",), "beside", "move"),
    Action("beside_page_up", "Page up", "One page up, in both.", ("pageup",), "beside", "move"),
    Action("beside_first", "Beginning", "To where the fork begins.", ("g", "home"), "beside", "move"),
    Action("beside_last", "End", "To the last turn.", ("G", "end"), "beside", "move"),
    Action(
        "beside_parting", "Where they part", "To the first turn in which they differ.",
        ("n",), "beside", "move", "where they part", 2,
    ),
    Action(
        "beside_other", "Other side", "Where there is room for one: show the other.",
        ("tab",), "beside", "look", "other side", 3,
    ),
    # Rules.
    Action(
        "toggle_rule", "Switch on or off", "Enable or disable the rule; running sessions follow at their next command.",
        ("t",), "rules", "rules", "switch", 1,
    ),
    Action(
        "edit_rule", "Edit", "Change the rule as YAML; what is wrong with it is said as you type.",
        ("e",), "rules", "rules", "edit", 2,
    ),
    Action(
        "try_rules", "Try", "See what switching the chosen rules would have done to the sessions on record.",
        ("T",), "rules", "rules", "try", 3,
    ),
    Action("create_rule", "New rule", "Write a rule, beginning with one that is explained.", ("c",), "rules", "rules"),
    Action("clone_rule", "Clone", "Write a rule beginning with a copy of this one.", ("C",), "rules", "rules"),
    Action(
        "delete_rules", "Delete rules", "Take the rule out, or all that are marked; what they replaced holds again.",
        ("ctrl+d",), "rules", "rules", is_destructive=True,
    ),
    Action(
        "move_rule_earlier", "Hear earlier", "Have the rule heard before the one above it.", ("K",), "rules", "rules",
    ),
    Action(
        "move_rule_later", "Hear later", "Have the rule heard behind the one below it.", ("J",), "rules", "rules",
    ),
    Action(
        "redo_rules", "Redo", "Make the change to the rules again that was undone last.", ("ctrl+y",), "rules", "rules",
    ),
    Action(
        "rule_history", "History", "See who changed the rules, when and how; restore any version.",
        ("H",), "rules", "rules", "history", 5,
    ),
    Action("rule_sets", "Sets", "See how sets stand upon one another, and show another one.", ("s",), "rules", "rules"),
    Action(
        "import_rules", "Import", "Take in a file of rules, after a look at what it changes.", ("i",), "rules", "rules",
    ),
    Action(
        "export_rules", "Export rules", "Write the marked rules, or all that are shown, into a new file.",
        ("x",), "rules", "rules",
    ),
    Action(
        "rules_along", "Along the session", "Move along the session's events and see what every rule said behind each.",
        ("l",), "rules", "rules", "along", 4,
    ),
    # Templates.
    Action(
        "start_from_template", "Start from here", "Start a debate by this format.",
        ("s",), "templates", "start", "start", 1,
    ),
    Action(
        "template_prompts", "Prompts", "Read what each step will be sent, word for word.",
        ("p",), "templates", "look", "prompts", 3,
    ),
    Action(
        "compose_template", "New format", "Put a format together from seats and steps.",
        ("c",), "templates", "formats", "new", 4,
    ),
    Action(
        "edit_template", "Edit", "Change the format as YAML: a new version. What is wrong is said as you type.",
        ("e",), "templates", "formats", "edit", 5,
    ),
    Action("clone_template", "Clone", "Copy the format under another id.", ("C",), "templates", "formats"),
    Action(
        "check_template", "Check", "See what is wrong with the format, and what to consider.",
        ("f",), "templates", "formats",
    ),
    Action(
        "apply_template", "Apply to a session", "Go on by this format in a session, once you have seen what changes.",
        ("a",), "templates", "steer",
    ),
    Action(
        "template_history", "History", "See who changed the format, when and how; restore any version.",
        ("H",), "templates", "formats",
    ),
    Action(
        "export_template", "Export a format", "Write the format with all that it needs into a file.",
        ("x",), "templates", "formats",
    ),
    Action(
        "import_template", "Import a format", "Take in a format, after a look at what it adds and would run.",
        ("i",), "templates", "formats",
    ),
    Action(
        "delete_template", "Delete a format", "List the format no more; its versions and debates stay.",
        ("ctrl+d",), "templates", "formats", is_destructive=True,
    ),
    # System.
    Action(
        "reset_route", "Ask again", "Have a model asked again that failed too often and is left alone.",
        ("r",), "system", "models", "ask again", 1,
    ),
    Action(
        "retry_doubt", "Ask again in doubt", "Ask again for the call in doubt a session waits for; it may cost again.",
        ("ctrl+r",), "system", "doubts",
    ),
    Action(
        "settle_doubt", "Settle a doubt", "Say what the call in doubt cost, by the provider's own records.",
        ("S",), "system", "doubts",
    ),
    Action(
        "fail_doubt", "Give up in doubt", "Leave a session failed that a call in doubt holds up, until you resume it.",
        ("F",), "system", "doubts",
    ),
    Action(
        "look_again", "Look again", "Ask the providers once more which models they have; it spends nothing.",
        ("l",), "system", "models", "look again", 3,
    ),
    # Notifications.
    Action(
        "answer_case", "Answer or speak", "Answer what the row under the cursor asks, or the first that asks anything.",
        ("a",), "notifications", "cases", "answer", 1,
    ),
    Action(
        "acknowledge", "Acknowledge", "Say that you have seen it, or all that are marked: nobody reminds you of it.",
        ("s",), "notifications", "cases", "seen", 3,
    ),
    Action(
        "acknowledge_shown", "Acknowledge all shown", "Say that you have seen all that the filter leaves.",
        ("S",), "notifications", "cases",
    ),
    Action(
        "snooze", "Snooze", "Let it rest for a while; it comes back, and you are told again.",
        ("l",), "notifications", "cases", "later", 4,
    ),
    Action(
        "mute", "Mute", "Hear no more of this session, or of such notifications; the audit trail keeps them.",
        ("m",), "notifications", "channels",
    ),
    Action("mutes", "Mutes", "See what is muted, and hear of it again.", ("M",), "notifications", "channels"),
    Action(
        "resend", "Send again", "Put what was given up back on its way, under the same id.",
        ("r",), "notifications", "channels", "send again",
    ),
    Action(
        "show_channels", "Channels", "See how well each channel delivers, and try one.",
        ("c",), "notifications", "channels", "channels", 5,
    ),
    Action(
        "preview_notification", "Preview", "Read how it reads by each channel.", ("p",), "notifications", "look",
    ),
    Action(
        "notification_session", "To the session", "To the session that it tells of.", ("o",), "notifications", "look",
    ),
    # Analytics.
    Action(
        "chart_next", "Next chart", "Turn to the next of the charts.",
        ("right", "right_square_bracket"), "analytics", "look", "next chart", 1,
    ),
    Action(
        "chart_previous", "Previous chart", "Turn to the chart before.",
        ("left", "left_square_bracket"), "analytics", "look",
    ),
    Action(
        "time_range", "Time range", "Look at a day, a week, a month, or all there is.",
        ("t",), "analytics", "look", "time", 3,
    ),
    Action(
        "acknowledge_alert", "Seen", "Say that the alert under the cursor was seen.",
        ("a",), "analytics", "alerts", "seen", 4,
    ),
    # Events.
    Action(
        "follow_events", "Follow or hold", "Hold the list where it is; again to go along with what comes in.",
        ("f",), "events", "look", "follow", 1,
    ),
    Action(
        "event_source", "Events or log lines", "Show the lines of the log file instead, by the same filter; and back.",
        ("l",), "events", "look", "events/log", 3,
    ),
    Action(
        "event_moment", "To the moment", "See the session as it stood behind this event.",
        ("o",), "events", "look", "moment", 4,
    ),
    Action("event_session", "To the session", "To the session that it is of.", ("s",), "events", "look"),
    Action(
        "event_trace", "What came with it", "Show only what the same command brought about, or the same call wrote.",
        ("t",), "events", "find", "trace", 5,
    ),
    Action(
        "find_event", "Find", "Look for words without narrowing the list.", ("ctrl+f",), "events", "find",
    ),
    Action("find_event_next", "Next match", "To the match below.", ("right_square_bracket", "f3"), "events", "find"),
    Action(
        "find_event_previous", "Previous match", "To the match above.",
        ("left_square_bracket", "shift+f3"), "events", "find",
    ),
    Action(
        "export_events", "Export", "Write what is shown, or what is marked, as JSON Lines or CSV.",
        ("x",), "events", "look",
    ),
    # Transcript.
    Action("transcript_down", "Down", "One line down.", ("j", "down"), "transcript", "move"),
    Action("transcript_up", "Up", "One line up; stops following what is said.", ("k", "up"), "transcript", "move"),
    Action("transcript_page_down", "Page down", "One page down.", ("pagedown",), "transcript", "move"),
    Action("transcript_page_up", "Page up", "One page up.", ("pageup",), "transcript", "move"),
    Action("transcript_top", "Beginning", "To the first turn.", ("g", "home"), "transcript", "move"),
    Action(
        "transcript_end", "End", "To the last line, and follow what is said.",
        ("G", "end"), "transcript", "move", "follow", 2,
    ),
    Action("turn_next", "Next turn", "Choose the next turn.", ("right_square_bracket",), "transcript", "move"),
    Action("turn_previous", "Previous turn", "Choose the turn before.", ("left_square_bracket",), "transcript", "move"),
    Action("find_next", "Next match", "To the next place the text was found.", ("n",), "transcript", "find"),
    Action("find_previous", "Previous match", "To the match before.", ("N",), "transcript", "find"),
    # Lists.
    Action("list_open", "Open", "Open what the cursor is on.", ("enter",), "list", "move", "open", 2),
    Action("list_down", "Down", "One row down.", ("j", "down"), "list", "move"),
    Action("list_up", "Up", "One row up.", ("k", "up"), "list", "move"),
    Action("list_page_down", "Page down", "One page down.", ("pagedown",), "list", "move"),
    Action("list_page_up", "Page up", "One page up.", ("pageup",), "list", "move"),
    Action("list_top", "First", "To the first row.", ("g", "home"), "list", "move"),
    Action("list_end", "Last", "To the last row.", ("G", "end"), "list", "move"),
    Action("list_mark", "Mark", "Mark the row; what you do next is done to all marked.", ("space",), "list", "move"),
    # Anywhere.
    Action(
        "filter", "Filter or find", "Narrow the list, or find a text in a transcript.",
        ("slash",), "anywhere", "find",
    ),
    Action("undo", "Undo", "Take back the last thing that can be taken back.", ("u",), "anywhere", "moot", "undo", 7),
    Action("back", "Back", "Close what is open, or leave the filter.", ("escape",), "anywhere", "go", "back"),
    Action("go_sessions", "Sessions", "To the sessions.", ("1",), "anywhere", "go", "sessions"),
    Action("go_rules", "Rules", "To the rules.", ("2",), "anywhere", "go", "rules"),
    Action(
        "go_templates", "Templates", "To the formats of debate.", ("3",), "anywhere", "go", "templates",
    ),
    Action(
        "go_system", "System", "To the providers, the database and the jobs.", ("4",), "anywhere", "go", "system",
    ),
    Action(
        "go_notifications", "Notifications", "To what asks you and what was told.",
        ("5",), "anywhere", "go", "notices",
    ),
    Action(
        "go_analytics", "Analytics", "To what sessions come to, and what is odd about them.",
        ("6",), "anywhere", "go", "analytics",
    ),
    Action(
        "go_events", "Events", "To what is recorded in all sessions, and the log lines.",
        ("7",), "anywhere", "go", "events",
    ),
    Action("jump", "Jump", "Show a letter on each pane; press it to go there.", ("ctrl+o",), "anywhere", "go"),
    Action("zoom", "Zoom", "Give the whole screen to the pane in focus; again to go back.", ("z",), "anywhere", "look"),
    Action("theme_next", "Next theme", "Change the colours.", ("ctrl+t",), "anywhere", "look"),
    Action("palette", "Palette", "Search everything that can be done.", ("ctrl+p",), "anywhere", "moot"),
    Action("help", "Help", "All keys; type to search.", ("question_mark", "f1"), "anywhere", "moot", "help"),
    Action(
        "take_wheel", "Take the wheel", "Drive the database from here where nobody does: what was left goes on.",
        ("w",), "anywhere", "moot", "drive",
    ),
    Action(
        "back_up", "Back up now", "Copy the database while sessions run, and decide all in the copy again.",
        ("B",), "anywhere", "moot",
    ),
    Action(
        "check_backup", "Check the newest back-up", "Look at its pages and logs, and decide all in it again.",
        ("V",), "anywhere", "moot",
    ),
    Action(
        "global_pause", "Hold all sessions", "Pause every session after the turn being spoken; again to go on.",
        ("ctrl+g",), "anywhere", "spending",
    ),
    Action(
        "kill_switch", "Stop all spending", "Break off every request to a model at once and send no more.",
        ("ctrl+k",), "anywhere", "spending", is_destructive=True,
    ),
    Action("quit", "Quit", "Leave the console; sessions can be resumed.", ("ctrl+q",), "anywhere", "moot"),
)  # fmt: skip  # a table: one action reads as one row
