"""With which key is something done, which keys does a footer show, and which of them clash?"""

from __future__ import annotations

from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from console.actions import ACTIONS, Action, Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLACES_TOGETHER: tuple[tuple[Place, ...], ...] = (
    ("list", "sessions", "anywhere"),
    ("transcript", "sessions", "anywhere"),
    ("list", "rules", "anywhere"),
    ("list", "templates", "anywhere"),
    ("list", "system", "anywhere"),
    ("list", "notifications", "anywhere"),
    ("list", "analytics", "anywhere"),
    ("list", "events", "anywhere"),
    ("drafts", "anywhere"),
    ("past", "anywhere"),
    ("beside", "anywhere"),
)
"""Places whose keys are live at the same time, innermost first: one key means one thing in each line."""

PLACE_ACTIONS = (
    "go_sessions", "go_rules", "go_templates", "go_system", "go_notifications", "go_analytics", "go_events",
)  # fmt: skip  # in the order of their digits

FOOTER_HINTS_MAX = 5
"""At 80 columns: five keys and help. More would be read by nobody."""


class KeyHint(NamedTuple):
    """A key as it is shown, and what it does."""

    action_id: str
    key: str
    label: str


class Keymap(NamedTuple):
    """Keys by action, for every action there is. `name` is what settings call it."""

    name: str
    keys: Mapping[str, tuple[str, ...]]

    def of(self, action_id: str) -> tuple[str, ...]:
        return self.keys[action_id]


_BY_ID = MappingProxyType({action.id: action for action in ACTIONS})

STANDARD_KEYMAP = Keymap(name="standard", keys=MappingProxyType({action.id: action.default_keys for action in ACTIONS}))

_SHOWN_KEYS = MappingProxyType(
    {
        "enter": "⏎", "escape": "esc", "space": "space", "question_mark": "?", "slash": "/", "up": "↑", "down": "↓",
        "left": "←", "right": "→", "pageup": "pgup", "pagedown": "pgdn", "left_square_bracket": "[",
        "right_square_bracket": "]", "plus": "+", "minus": "-", "comma": ",", "full_stop": ".", "backslash": "\\",
        "left_curly_bracket": "{", "right_curly_bracket": "}", "less_than_sign": "<", "greater_than_sign": ">",
        "colon": ":", "semicolon": ";", "number_sign": "#", "underscore": "_", "equals_sign": "=", "at": "@",
        "exclamation_mark": "!", "dollar_sign": "$", "percent_sign": "%", "asterisk": "*", "tilde": "~",
        "vertical_line": "|", "grave_accent": "`", "apostrophe": "'", "quotation_mark": '"', "ampersand": "&",
        "circumflex_accent": "^", "left_parenthesis": "(", "right_parenthesis": ")", "delete": "del",
    }
)  # fmt: skip  # a table

KEY_OF_CHARACTER: Mapping[str, str] = MappingProxyType(
    {shown: key for key, shown in _SHOWN_KEYS.items() if len(shown) == 1 and shown.isascii()}
)
"""A keymap may say `?` for `question_mark`."""

NAMED_KEYS = frozenset(
    {*_SHOWN_KEYS, "home", "end", "insert", "tab", "backspace", *(f"f{number}" for number in range(1, 25))}
)


def action(action_id: str) -> Action:
    """The action with this id; a KeyError is a mistake in the program, not in a keymap."""
    return _BY_ID[action_id]


def actions_in(place: Place) -> tuple[Action, ...]:
    return tuple(each for each in ACTIONS if each.place == place)


def shown_key(key: str) -> str:
    """A key as people write it: `⏎`, `?`, `ctrl+p`."""
    *modifiers, last = key.split("+")
    return "+".join((*modifiers, _SHOWN_KEYS.get(last, last)))


def is_bare(key: str) -> bool:
    """Is this key pressed without a modifier, and not a function key? Such keys are pressed by accident."""
    *modifiers, last = key.split("+")
    is_function_key = len(last) > 1 and last[0] == "f" and last[1:].isdigit()
    return not is_function_key and not set(modifiers) - {"shift"}


def footer_hints(places: Sequence[Place], keymap: Keymap = STANDARD_KEYMAP) -> tuple[KeyHint, ...]:
    """The keys worth showing when these places are live (innermost first), at most five."""
    live = [each for each in ACTIONS if each.place in places and each.footer_rank and keymap.of(each.id)]
    ranked = sorted(live, key=lambda each: (each.footer_rank, places.index(each.place)))
    return tuple(_hint(each, keymap) for each in ranked[:FOOTER_HINTS_MAX])


def help_hint(keymap: Keymap = STANDARD_KEYMAP) -> KeyHint:
    return _hint(action("help"), keymap)


def hint_of(action_id: str, keymap: Keymap = STANDARD_KEYMAP) -> KeyHint:
    """An action as a footer shows it."""
    return _hint(action(action_id), keymap)


def place_hints(keymap: Keymap = STANDARD_KEYMAP) -> tuple[KeyHint, ...]:
    """Where the number keys lead."""
    return tuple(_hint(action(each), keymap) for each in PLACE_ACTIONS)


def palette_entries(places: Sequence[Place], keymap: Keymap = STANDARD_KEYMAP) -> tuple[tuple[Action, str], ...]:
    """What a palette offers in these places: the action and its key as shown. Moving about is left out."""
    return tuple(
        (each, shown_key(keymap.of(each.id)[0]) if keymap.of(each.id) else "")
        for each in ACTIONS
        if each.place in places and each.group != "move" and each.id not in ("palette", "back")
    )


def clashes(keymap: Keymap) -> tuple[tuple[Action, Action, str], ...]:
    """Pairs of actions that share a key while both are live."""
    found = {}
    for places in PLACES_TOGETHER:
        by_key: dict[str, list[Action]] = {}
        for each in ACTIONS:
            if each.place in places:
                for key in dict.fromkeys(keymap.of(each.id)):  # one that is named twice shares it with nobody
                    by_key.setdefault(key, []).append(each)
        for key, sharing in by_key.items():
            for one, other in combinations(sharing, 2):
                found[one.id, other.id, key] = (one, other, key)
    return tuple(found.values())


def _hint(each: Action, keymap: Keymap) -> KeyHint:
    keys = keymap.of(each.id)
    return KeyHint(action_id=each.id, key=shown_key(keys[0]) if keys else "", label=each.label or each.title)
