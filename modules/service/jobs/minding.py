"""Minding the clocks: breaches, escalation, and what ended long ago."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from core.jobs.job import JobContext
from core.jobs.queue import enqueue
from modules.service.jobs.asking import public_url
from modules.service.services import escalating
from modules.service.services.settings import RECKON


def watch(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Each ticket whose clock strikes, in a transaction of its own."""
    settings = context.host.settings
    with context.read() as work:
        due = escalating.to_look_at(work)
    address = partial(_address, public_url(settings))
    for ticket_id in due:
        if context.stopping:
            return
        with context.write() as work:
            escalating.look_at(work, ticket_id, sender=settings.mail_from, address=address)


def _address(base: str, ticket_id: UUID) -> str:
    return f"{base}/tickets/{ticket_id}"


def close(context: JobContext, _args: Mapping[str, Any]) -> None:
    with context.read() as work:
        done = escalating.to_close(work)
    for ticket_id in done:
        if context.stopping:
            return
        with context.write() as work:
            escalating.close_done(work, ticket_id)


def reckon(context: JobContext, args: Mapping[str, Any]) -> None:
    """All undone tickets of a company, some at a time."""
    after = UUID(args["after"]) if args.get("after") else None
    with context.write() as work:
        last = escalating.reckon_all(work, UUID(args["company"]), after)
        if last is not None:
            enqueue(work, RECKON, {**args, "after": str(last)})
