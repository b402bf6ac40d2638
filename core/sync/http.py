"""The HTTP session connectors get: JSON in, JSON out, and errors sorted by what to do next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn
from weakref import WeakSet, finalize

import orjson
import requests
from urllib3.exceptions import HTTPError

from core.sync.egress import target_of
from core.sync.errors import InDoubt, Rejected, SyncError, Unsent
from core.sync.pinned import PinnedAdapter, Wire
from core.sync.replies import Reply, error_of
from core.sync.sessions import HttpSession

#: A batch of 100 confirmed orders took a real ERP 5 s of CPU; a busy one needs several times that.
DEADLINE_S = 60.0
#: Far above any page we ask for; below what would hurt a worker.
MOST_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkSessions:
    """``Sessions`` of the product. ``allowed`` is the operator's list of hosts.

    Connections close when nobody holds their session any more, or all of them with ``close``.
    """

    allowed: Sequence[str]
    deadline_s: float = DEADLINE_S
    most_bytes: int = MOST_BYTES
    _open: WeakSet[JsonSession] = field(default_factory=WeakSet, repr=False, compare=False)

    def http(self, base_url: str, *, headers: Mapping[str, str]) -> HttpSession:
        """Resolve the host and pin it. Raises ``EgressRefused`` or ``Unsent``."""
        session = JsonSession(base_url, headers, limits=self)
        self._open.add(session)
        return session

    def close(self) -> None:
        for session in list(self._open):
            session.close()


class JsonSession:
    """One connection to one ERP, kept open between calls; used by one thread at a time."""

    def __init__(
        self, base_url: str, headers: Mapping[str, str], *, limits: FrameworkSessions
    ) -> None:
        self._base = base_url.rstrip("/")
        self._limits = limits
        self._wire = Wire(target_of(base_url, limits.allowed))
        self._moved = False
        self._session = requests.Session()
        self._session.trust_env = False  # neither a proxy nor .netrc may change where we go
        self._session.headers.update({"Accept": "application/json", "Accept-Encoding": "gzip"})
        self._session.headers.update(headers)
        adapter = PinnedAdapter(self._wire)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)
        self._headers = dict(headers)
        # A connector has no end of its own; without this its sockets would wait for the collector.
        finalize(self, self._session.close)

    def get(self, path: str, params: Mapping[str, str]) -> object:
        return self._exchange("GET", path, params=params, body=None, writes=False)

    def send(self, method: str, path: str, *, body: object, writes: bool = True) -> object:
        return self._exchange(method, path, params={}, body=body, writes=writes)

    def close(self) -> None:
        self._session.close()

    def _exchange(
        self, method: str, path: str, *, params: Mapping[str, str], body: object, writes: bool
    ) -> object:
        request = requests.Request(
            method, f"{self._base}/{path.lstrip('/')}", params=dict(params), data=_encoded(body)
        )
        if body is not None:
            request.headers["Content-Type"] = "application/json"
        if self._moved:
            self._wire.target, self._moved = target_of(self._base, self._limits.allowed), False
        reply = self._reply(self._session.prepare_request(request), writes=writes)
        error = error_of(reply, writes=writes, secrets=(self._headers, body))
        if error is not None:
            raise error
        return _decoded(reply, writes=writes)

    def _reply(self, request: requests.PreparedRequest, *, writes: bool) -> Reply:
        try:
            with self._wire.deadline(self._limits.deadline_s):
                return self._received(request)
        except (requests.RequestException, HTTPError, OSError) as error:
            self._fail(error, writes=writes)

    def _received(self, request: requests.PreparedRequest) -> Reply:
        answer = self._session.send(request, stream=True, allow_redirects=False)
        with answer:
            body = bytearray()
            # ``stream`` raises when the body is shorter than its announced length.
            for chunk in answer.raw.stream(_CHUNK_BYTES, decode_content=True):
                body += chunk
                if len(body) > self._limits.most_bytes:
                    raise _TooLarge(f"the answer is larger than {self._limits.most_bytes} bytes")
            return Reply(answer.status_code, answer.headers, bytes(body))

    def _fail(self, error: Exception, *, writes: bool) -> NoReturn:
        """An open connection is dropped: what is left on it belongs to the failed call."""
        self._session.close()
        host = self._wire.target.host
        if self._wire.expired:
            text = f"{host} did not finish its answer within {self._limits.deadline_s:g} s"
        elif not self._wire.sent:
            self._moved = True  # perhaps: the next call asks for the address again, and checks it
            text = f"{host} can not be reached: {_reason(error)}"
        else:
            text = f"the connection to {host} broke: {_reason(error)}"
        kind: type[SyncError] = InDoubt if writes and self._wire.sent else Unsent
        raise kind(text) from error


class _TooLarge(OSError):
    """More bytes than the cap."""


def _reason(error: Exception) -> str:
    """The innermost words of an error: the outer ones are names of classes and objects."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    return str(cause)[:200] or type(cause).__name__


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
