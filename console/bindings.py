"""Which Textual bindings carry out the table of actions?"""

from __future__ import annotations

from textual.binding import Binding

from console.actions import Action, Place
from console.keys import Keymap, actions_in


def bindings_for(*places: Place) -> list[Binding]:
    """Bindings with stable ids, for `BINDINGS` of the widget or screen that carries out these places' actions."""
    return [_binding(action) for place in places for action in actions_in(place)]


def textual_keymap(keymap: Keymap) -> dict[str, str]:
    """What `App.set_keymap` takes: it rebinds every binding by its id."""
    return {action_id: ",".join(keys) for action_id, keys in keymap.keys.items() if keys}


def _binding(action: Action) -> Binding:
    return Binding(
        ",".join(action.default_keys),
        action.id,
        action.title,
        show=False,
        tooltip=action.help,
        id=action.id,
        # A field that is being typed in swallows some keys with ctrl; the one that stops spending must get through.
        priority=action.is_destructive and action.place == "anywhere",
    )
