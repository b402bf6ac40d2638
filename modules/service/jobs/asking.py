"""What customers are asked once their ticket is resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.config import Settings
from core.jobs.job import JobContext
from modules.service.services.asking import ask_customer


def ask(context: JobContext, args: Mapping[str, Any]) -> None:
    settings = context.host.settings
    with context.write() as work:
        ask_customer(work, UUID(args["ticket"]), public_url=public_url(settings))


def public_url(settings: Settings) -> str:
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
