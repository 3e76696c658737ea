"""By what does moot know a program that wants to listen live?

By a token that an environment variable holds, or a file which its owner alone can read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from console.machine import new_token
from core.ports.channel import ChannelUnready

TOKEN_CHARACTERS_MIN, TOKEN_BYTES_MAX = 16, 1_000
_OWN_ALONE = 0o600
_OF_OTHERS = 0o077


def token_in_file(path: Path) -> str:
    """The token that is kept in a file which its owner alone can read; made where there is none. Raises
    ChannelUnready."""
    try:
        token = _kept(path) or _made(path)
    except OSError as error:
        raise ChannelUnready(
            f"the token can't be kept: {error.strerror}.", where=str(path), now="Mend its rights."
        ) from error
    if len(token) < TOKEN_CHARACTERS_MIN:
        raise ChannelUnready("this is no token.", where=str(path), now="Delete it: another one is made.")
    return token


def token_in_variable(name: str, environ: Mapping[str, str]) -> str:
    """The token that an environment variable holds. Raises ChannelUnready."""
    token = environ.get(name, "").strip()
    if len(token) < TOKEN_CHARACTERS_MIN:
        what = f"holds fewer than {TOKEN_CHARACTERS_MIN} characters" if token else "is not set"
        raise ChannelUnready(
            f"the environment variable {name} {what}.", where="live.token_env", now="Set it to a long random text."
        )
    return token


def _kept(path: Path) -> str:
    """ "" where there is no file."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OF_OTHERS:
                raise ChannelUnready(
                    "the token can be read by others.", where=str(path), now=f"Delete it, or 'chmod 600 {path}'."
                )
            return file.read(TOKEN_BYTES_MAX).decode("utf-8", "replace").strip() or "-"
    except FileNotFoundError:
        return ""


def _made(path: Path) -> str:
    """Two processes may come to it at once: the one that is first makes it, and both read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWN_ALONE), "w", encoding="utf-8") as file:
        file.write(f"{new_token()}\n")
    try:
        os.link(whole, path)
    except FileExistsError:
        pass
    finally:
        whole.unlink()
    return _kept(path)
