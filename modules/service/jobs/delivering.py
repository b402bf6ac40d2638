"""Replies on their way: from the thread into the outbox of mails, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.jobs.job import JobContext
from modules.service.services.outgoing import put_into_outbox


def deliver(context: JobContext, args: Mapping[str, Any]) -> None:
    with context.write() as work:
        put_into_outbox(work, UUID(args["message"]), sender=context.host.settings.mail_from)
