"""The host a command works on, and who does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from core import logs
from core.actor import Actor, system
from core.compose import open_host
from core.config import Settings, load_settings
from core.host import Host

#: What the history calls somebody at the server's own terminal.
OPERATOR: Actor = system("command line")


def quiet_settings() -> Settings:
    """A command says what it did itself: of the log only what went wrong."""
    settings = load_settings()
    logs.configure(replace(settings, log_level="ERROR"))
    return settings


@contextmanager
def opened() -> Iterator[Host]:
    """The host on the settings' database, closed again at the end."""
    host = open_host(quiet_settings())
    try:
        yield host
    finally:
        host.database.close()
