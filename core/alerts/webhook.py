"""Webhooks as Standard Webhooks lays them down: signed, and with one id for all tries."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
import requests

from core.clock import utcnow
from core.errors import Invalid
from core.sync.channel import Channel
from core.sync.http import FrameworkSessions

_PREFIX = "whsec_"
_DEADLINE_S = 15.0
#: Nothing of an answer is read but its status.
_MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    id: UUID
    type: str
    at: datetime
    data: Mapping[str, Any]


def send_event(url: str, secret: str, event: Event, *, allowed: Sequence[str]) -> None:
    """``allowed`` is the operator's list of hosts. Raises what a connector's call would raise."""
    body = orjson.dumps({"type": event.type, "timestamp": event.at, "data": event.data})
    limits = FrameworkSessions(allowed=allowed, deadline_s=_DEADLINE_S, most_bytes=_MOST_BYTES)
    headers = {"Content-Type": "application/json", **signed(secret, event.id, body)}
    channel = Channel(url, {}, limits=limits)
    try:
        channel.good(requests.Request("POST", url, data=body, headers=headers), writes=False)
    finally:
        channel.close()


def signed(secret: str, message_id: UUID, body: bytes) -> dict[str, str]:
    """The headers a receiver checks; without a secret the message bears no signature."""
    moment = str(int(utcnow().timestamp()))
    found = {"webhook-id": str(message_id), "webhook-timestamp": moment}
    if secret:
        content = b".".join([str(message_id).encode(), moment.encode(), body])
        mark = hmac.new(key_of(secret), content, sha256).digest()
        found["webhook-signature"] = "v1," + b64encode(mark).decode()
    return found


def key_of(secret: str) -> bytes:
    """The bytes behind ``whsec_<base64>``. Raise Invalid for anything else."""
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError as error:
        raise Invalid("The webhook's secret is not whsec_ and base64.") from error
    if not secret.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise Invalid("The webhook's secret is whsec_ and 24 to 64 bytes in base64.")
    return key
