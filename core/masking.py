"""Secrets this process has opened, so that no text of it repeats them.

A stranger's code may put a password into the message of any error, or print it. What we keep and
show goes through ``masked``; what the process writes to its terminal goes through ``guard``.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Iterable
from typing import Any, TextIO
from urllib.parse import quote, quote_plus

_MASK = "***"
#: Shorter ones would mask half of every sentence and are no secret anyway.
_SHORTEST = 4


class _Known:
    """Grows only: a secret that was replaced may still be in somebody's hands."""

    def __init__(self) -> None:
        #: Longest first, so that no part of one is left standing.
        self.texts: tuple[str, ...] = ()

    def learn(self, secrets: Iterable[str]) -> None:
        new = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        if new - set(self.texts):
            self.texts = tuple(sorted(new | set(self.texts), key=len, reverse=True))


#: Per process, since what a process writes to its terminal is too.
_KNOWN = _Known()


def learn(secrets: Iterable[str]) -> None:
    """From now on these are masked in whatever this process keeps, shows or writes."""
    _KNOWN.learn(secrets)


def masked(text: str) -> str:
    for secret in _KNOWN.texts:
        if secret in text:
            text = text.replace(secret, _MASK)
    return text


def guard() -> None:
    """Mask what this process writes to its terminal, whoever writes it."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, _Guarded):
            setattr(sys, name, _Guarded(stream))


class _Guarded:
    """A text stream that masks; everything else it leaves to the stream inside.

    A secret that is written in pieces is not recognised.
    """

    def __init__(self, inner: TextIO) -> None:
        self._inner = inner

    def write(self, text: str) -> int:
        self._inner.write(masked(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def _forms(secret: str) -> set[str]:
    """The secret as text, in JSON, in an address, as Python shows it, and as HTTP carries it."""
    escaped = {json.dumps(secret)[1:-1], repr(secret)[1:-1]}
    coded = b64encode(secret.encode()).decode()
    return {secret, *escaped, quote(secret, safe=""), quote_plus(secret), coded}
