"""Which keymaps are there, shipped and the operator's own, and what is wrong with one that can't be used?"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from console.keys import KEY_OF_CHARACTER, NAMED_KEYS, STANDARD_KEYMAP, Keymap, action, clashes, is_bare, shown_key
from console.toml_files import TomlFile, read_toml
from core.domain.errors import WrongUse, nearest
from themes import KEYMAP_FILES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEYS_PER_ACTION_MAX = 4

_MODIFIERS = ("ctrl", "alt", "shift")
_SAME_AS = MappingProxyType(
    {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket": "escape"}
)
"""A terminal sends the same byte for both: binding one would take the other away."""


def load_keymap(path: Path) -> Keymap:
    """A keymap from a TOML file: `name`, and a table `[keys]` of action ids with a key or a list of keys.

    Actions it doesn't name keep their standard keys; an empty list takes an action's keys away. A file with a mistake
    is refused whole (WrongUse), with its line.
    """
    file = read_toml(path)
    for key in file.values:
        if key not in ("name", "keys"):
            raise WrongUse(
                f"a keymap has no {key!r}. {nearest(key, ('name', 'keys'))}".strip(),
                where=file.where(key),
                now="It has a 'name' and a table '[keys]'.",
            )
    name, table = file.values.get("name"), file.values.get("keys", {})
    if not isinstance(name, str) or not name.strip():
        raise WrongUse("the keymap has no name.", where=file.where("name"), now='Add a line such as name = "mine".')
    if not isinstance(table, dict):
        raise WrongUse("'keys' is not a table.", where=file.where("keys"), now="Write [keys] and one action a line.")
    keys = dict(STANDARD_KEYMAP.keys)
    for action_id, value in table.items():
        keys[action_id] = _keys_of(action_id, value, file)
    keymap = Keymap(name=name, keys=MappingProxyType(keys))
    _refuse_clashes(keymap, file)
    return keymap


def load_keymaps(
    own_folder: Path | None = None, *, on_broken: Callable[[Path, WrongUse], None] | None = None
) -> dict[str, Keymap]:
    """All keymaps by name: the shipped ones, and the operator's own, which may replace one of the same name.

    One of their own that is broken is told to `on_broken` and left out; without it, it is raised (WrongUse).
    """
    found = {}
    own = sorted(own_folder.glob("*.toml")) if own_folder and own_folder.is_dir() else []
    for path in sorted(KEYMAP_FILES.glob("*.toml")):
        keymap = load_keymap(path)
        found[keymap.name] = keymap
    for path in own:
        try:
            keymap = load_keymap(path)
        except WrongUse as error:
            if on_broken is None:
                raise
            on_broken(path, error)
        else:
            found[keymap.name] = keymap
    return found


def _keys_of(action_id: str, value: object, file: TomlFile) -> tuple[str, ...]:
    def where() -> str:
        return file.where(action_id)  # looked for in the text only where something is wrong: the first frame waits

    ids = STANDARD_KEYMAP.keys
    if action_id not in ids:
        raise WrongUse(
            f"no action is called {action_id!r}. {nearest(action_id, ids)}".strip(),
            where=where(),
            now="The help screen names them all.",
        )
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
        raise WrongUse(f"{action_id!r} takes a key or a list of keys.", where=where(), now='Write it as "ctrl+e".')
    if len(written) > KEYS_PER_ACTION_MAX:
        raise WrongUse(f"{action_id!r} has more than {KEYS_PER_ACTION_MAX} keys.", where=where(), now="Keep the best.")
    keys = tuple(_key(each, where) for each in written)
    if action(action_id).is_destructive and any(is_bare(key) for key in keys):
        raise WrongUse(
            f"{action_id!r} destroys something and can't have a bare key.",
            where=where(),
            now="Put ctrl or alt before it, or use a function key.",
        )
    return keys


def _key(written: str, where: Callable[[], str]) -> str:
    """A key by the name that Textual knows it by."""
    *modifiers, last = ("plus",) if written == "+" else written.strip().split("+")
    last = KEY_OF_CHARACTER.get(last, last)
    for modifier in modifiers:
        if modifier not in _MODIFIERS:
            raise WrongUse(
                f"{modifier!r} in {written!r} is not a modifier. {nearest(modifier, _MODIFIERS)}".strip(),
                where=where(),
                now=f"Modifiers are {', '.join(_MODIFIERS)}.",
            )
    is_character = len(last) == 1 and last.isalnum()
    if not is_character and last not in NAMED_KEYS:
        raise WrongUse(
            f"no key is called {written!r}. {nearest(last, NAMED_KEYS)}".strip(),
            where=where(),
            now="A key is a character, or a name such as enter, pageup, f5, with ctrl+ or alt+ before it.",
        )
    key = "+".join((*modifiers, last))
    if key in _SAME_AS:
        raise WrongUse(
            f"{written!r} can't be told from {_SAME_AS[key]!r} by a terminal.", where=where(), now="Choose another key."
        )
    return key


def _refuse_clashes(keymap: Keymap, file: TomlFile) -> None:
    for one, other, key in clashes(keymap):
        named = next((each for each in (one, other) if file.where(each.id) != file.name), one)
        rest = other if named is one else one
        raise WrongUse(
            f"{shown_key(key)!r} is already the key of {rest.id!r}, which is live at the same time as {named.id!r}.",
            where=file.where(named.id),
            now="Give one of them another key.",
        )
