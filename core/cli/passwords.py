"""Where a command gets a password from: never from its arguments, which everybody can list."""

from __future__ import annotations

import sys

import click


def given_password(*, from_stdin: bool) -> str | None:
    """The first line of stdin, or what is typed twice at a terminal; None when neither is there."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return None
