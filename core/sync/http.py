"""The sessions connectors get. JSON in, JSON out is here; SOAP has a package of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn, Protocol
from weakref import WeakSet

import orjson
import requests

from core.sync.channel import Channel, Limits
from core.sync.errors import InDoubt, Rejected, SyncError, Unsent
from core.sync.pace import Pace
from core.sync.replies import Reply
from core.sync.sessions import HttpSession, SoapService, SoapSession

#: A batch of 100 confirmed orders took a real ERP 5 s of CPU; a busy one needs several times that.
DEADLINE_S = 60.0
#: Far above any page we ask for; below what would hurt a worker.
MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkSessions:
    """``Sessions`` of the product. ``allowed`` is the operator's list of hosts.

    Connections close when nobody holds their session any more, or all of them with ``close``.
    """

    allowed: Sequence[str]
    deadline_s: float = DEADLINE_S
    most_bytes: int = MOST_BYTES
    pace: Pace | None = None
    _open: WeakSet[Closes] = field(default_factory=WeakSet, repr=False, compare=False)

    def http(self, base_url: str, *, headers: Mapping[str, str]) -> HttpSession:
        """Resolve the host and pin it. Raises ``EgressRefused`` or ``Unsent``."""
        session = JsonSession(base_url, headers, limits=self)
        self._open.add(session)
        return session

    def soap(self, url: str, service: SoapService, *, secrets: Sequence[str] = ()) -> SoapSession:
        """As ``http``. Also raises ``EgressRefused`` for a description that wants to be fetched."""
        from core.sync.soap.session import ZeepSession  # noqa: PLC0415 - 0.4 s and 15 MB: zeep

        session = ZeepSession(url, service, secrets=secrets, limits=self)
        self._open.add(session)
        return session

    def close(self) -> None:
        for session in list(self._open):
            session.close()


class Closes(Protocol):
    def close(self) -> None: ...


class JsonSession:
    """JSON over a channel; used by one thread at a time."""

    def __init__(self, base_url: str, headers: Mapping[str, str], *, limits: Limits) -> None:
        self._channel = Channel(base_url, {"Accept": "application/json", **headers}, limits=limits)

    def get(self, path: str, params: Mapping[str, str]) -> object:
        return self._exchange("GET", path, params=params, body=None, writes=False)

    def send(self, method: str, path: str, *, body: object, writes: bool = True) -> object:
        return self._exchange(method, path, params={}, body=body, writes=writes)

    def close(self) -> None:
        self._channel.close()

    def _exchange(
        self, method: str, path: str, *, params: Mapping[str, str], body: object, writes: bool
    ) -> object:
        request = requests.Request(
            method, self._channel.url(path), params=dict(params), data=_encoded(body)
        )
        if body is not None:
            request.headers["Content-Type"] = "application/json"
        reply = self._channel.good(request, writes=writes, secrets=(body,))
        return _decoded(reply, writes=writes)


def _encoded(body: object) -> bytes | None:
    if body is None:
        return None
    try:
        return orjson.dumps(body, default=_number)
    except orjson.JSONEncodeError as error:
        raise Rejected(f"the document can not be written as JSON: {error}") from error


def _number(value: object) -> orjson.Fragment:
    """A Decimal leaves as the number it is, never by way of a float."""
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _decoded(reply: Reply, *, writes: bool) -> object:
    """A 2xx whose content can not be read says nothing about whether the write was done."""
    kind: type[SyncError] = InDoubt if writes else Unsent
    if not reply.body.strip():
        if reply.status == 204:
            return None
        raise kind("the answer is empty")
    if not reply.is_json:
        raise kind(f"the answer is {reply.content_type or 'of no named type'}, not JSON")
    try:
        return json.loads(reply.body, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise kind("the answer is cut off or is not JSON") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
