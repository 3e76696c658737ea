"""Does a keymap of the operator's own work, and does a broken one say where and what now?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.keymap_files import load_keymap, load_keymaps
from console.keys import STANDARD_KEYMAP, clashes
from core.domain.errors import WrongUse

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_keymap_changes_what_it_names_and_leaves_the_rest(tmp_path: Path) -> None:
    text = 'name = "mine"\n[keys]\npause_resume = "ctrl+y"\nundo = ["U", "?"]\nhelp = "f1"\nzoom = []\n'
    keymap = load_keymap(written(tmp_path, text))

    assert keymap.of("pause_resume") == ("ctrl+y",)
    assert keymap.of("undo") == ("U", "question_mark")
    assert keymap.of("zoom") == ()
    assert keymap.of("cancel") == STANDARD_KEYMAP.of("cancel")


def test_a_key_that_an_action_names_twice_is_shared_with_nobody(tmp_path: Path) -> None:
    assert load_keymap(written(tmp_path, 'name = "mine"\n[keys]\nundo = ["U", "U"]\n')).of("undo") == ("U", "U")


def test_shipped_keymaps_load_and_the_operator_s_own_join_or_replace_them(tmp_path: Path) -> None:
    written(tmp_path, 'name = "arrows"\n[keys]\nundo = "U"\n', "b.toml")
    written(tmp_path, 'name = "mine"\n', "a.toml")
    shipped, own = load_keymaps(), load_keymaps(tmp_path)

    assert set(shipped) == {"standard", "arrows"}
    assert shipped["standard"] == STANDARD_KEYMAP
    assert all(clashes(keymap) == () for keymap in shipped.values())
    assert set(own) == {"standard", "arrows", "mine"}
    assert own["arrows"].of("undo") == ("U",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'name = "m"\n[keys]\nraise_budgte = "B"\n',
            "mine.toml:3: no action is called 'raise_budgte'. Did you mean 'raise_budget'?",
        ),
        (
            'name = "m"\n[keys]\n\nundo = "pagedwn"\n',
            "mine.toml:4: no key is called 'pagedwn'. Did you mean 'pagedown'?",
        ),
        (
            'name = "m"\n[keys]\nundo = "ctlr+u"\n',
            "mine.toml:3: 'ctlr' in 'ctlr+u' is not a modifier. Did you mean 'ctrl'?",
        ),
        ('name = "m"\n[keys]\nundo = ""\n', "mine.toml:3: no key is called ''."),
        ('name = "m"\n[keys]\nundo = 7\n', "mine.toml:3: 'undo' takes a key or a list of keys."),
        ('name = "m"\n[keys]\nundo = ["a","b","c","d","e"]\n', "mine.toml:3: 'undo' has more than 4 keys."),
        ('name = "m"\n[keys]\ndelete = "d"\n', "mine.toml:3: 'delete' destroys something and can't have a bare key."),
        ('name = "m"\n[keys]\nundo = "ctrl+m"\n', "mine.toml:3: 'ctrl+m' can't be told from 'enter' by a terminal."),
        (
            'name = "m"\n[keys]\nundo = "p"\n',
            "mine.toml:3: 'p' is already the key of 'pause_resume', which is live at the same time as 'undo'.",
        ),
        ('name = "m"\nkesy = 1\n', "mine.toml:2: a keymap has no 'kesy'. Did you mean 'keys'?"),
        ('name = "m"\nkeys = 1\n', "mine.toml:2: 'keys' is not a table."),
        ("[keys]\n", "mine.toml: the keymap has no name."),
        ('name = "m"\n[keys\n', "mine.toml:2: is not TOML:"),
    ],
)
def test_a_broken_keymap_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(WrongUse) as refused:
        load_keymap(written(tmp_path, text))

    assert str(refused.value).startswith(str(tmp_path / message))
    assert refused.value.now


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large.toml").write_bytes(b"#" * 100_000)

    for name, message in (("binary", "UTF-8"), ("large", "64,000 bytes"), ("absent", "can't be read")):
        with pytest.raises(WrongUse, match=message):
            load_keymap(tmp_path / f"{name}.toml")
