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
_SHORTEST = 6
#: Each connection has one or two, and a token per session.
_MOST = 400


class _Known:
    """What was learnt last is kept: sessions bring new tokens for as long as a process lives."""

    def __init__(self) -> None:
        self._learnt: dict[str, None] = {}
        #: Longest first, so that no part of one is left standing.
        self.forms: tuple[str, ...] = ()

    def learn(self, secrets: Iterable[str]) -> None:
        new = [secret for secret in secrets if len(secret) >= _SHORTEST]
        if not new:
            return
        kept = [secret for secret in self._learnt if secret not in new][-_MOST:]
        known = dict.fromkeys([*kept, *new])
        if known.keys() != self._learnt.keys():
            forms = {form for secret in known for form in _forms(secret)}
            self.forms = tuple(sorted(forms, key=len, reverse=True))
        self._learnt = known


#: Per process, since what a process writes to its terminal is too.
_KNOWN = _Known()


def learn(secrets: Iterable[str]) -> None:
    """From now on these are masked in whatever this process keeps, shows or writes."""
    _KNOWN.learn(secrets)


def masked(text: str) -> str:
    for secret in _KNOWN.forms:
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
