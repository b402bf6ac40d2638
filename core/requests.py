"""What a view needs of the request at hand: the host, the actor, a unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import current_app, g

from core.actor import Actor
from core.errors import Unauthenticated
from core.host import Host
from core.work import UnitOfWork


def host() -> Host:
    found: Host = current_app.extensions["tandem"]
    return found


def actor() -> Actor:
    """Who calls. Raise Unauthenticated when nobody is signed in."""
    found: Actor | None = g.get("actor")
    if found is None:
        raise Unauthenticated("Please sign in.")
    return found


@contextmanager
def reading() -> Iterator[UnitOfWork]:
    """One consistent view of the database.

    The first block of a reading request goes on in the transaction in which the caller was
    identified: one snapshot, and nothing to open.
    """
    held: tuple[ExitStack, UnitOfWork] | None = g.pop("held", None)
    if held is None:
        with host().read(actor()) as work:
            yield work
        return
    stack, work = held
    with stack:
        yield work


@contextmanager
def writing() -> Iterator[UnitOfWork]:
    """Committed when the block ends well: put the whole of the request's business into one."""
    let_go()
    with host().write(actor()) as work:
        yield work


def let_go() -> None:
    """End the transaction kept open for ``reading``, where nobody came to read."""
    held: tuple[ExitStack, UnitOfWork] | None = g.pop("held", None)
    if held is not None:
        held[0].close()
