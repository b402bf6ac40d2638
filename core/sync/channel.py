"""One address connectors talk to: pinned, with a deadline and a cap, and errors sorted by status.

What is said over it, JSON or SOAP, is the business of the session that holds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import NoReturn, Protocol
from urllib.parse import urlsplit
from weakref import finalize

import requests
import structlog
from urllib3.exceptions import HTTPError

from core.masking import learn
from core.sync.egress import target_of
from core.sync.errors import InDoubt, SyncError, Unsent
from core.sync.pace import Pace
from core.sync.pinned import PinnedAdapter, Wire
from core.sync.replies import Reply, error_of, secrets_in

log = structlog.get_logger(__name__)

_CHUNK_BYTES = 64 * 1024


class Limits(Protocol):
    @property
    def allowed(self) -> Sequence[str]: ...
    @property
    def deadline_s(self) -> float: ...
    @property
    def most_bytes(self) -> int: ...
    @property
    def pace(self) -> Pace | None:
        """None: calls leave as fast as they come."""
        ...


class Channel:
    """One connection to one ERP, kept open between calls; used by one thread at a time."""

    def __init__(self, base_url: str, headers: Mapping[str, str], *, limits: Limits) -> None:
        self._base = base_url.rstrip("/")
        self._limits = limits
        self._wire = Wire(target_of(base_url, limits.allowed))
        self._moved = False
        self._session = requests.Session()
        self._session.trust_env = False  # neither a proxy nor .netrc may change where we go
        self._session.headers.update({"Accept-Encoding": "gzip", **headers})
        learn(secrets_in(headers))
        adapter = PinnedAdapter(self._wire)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)
        # A connector has no end of its own; without this its sockets would wait for the collector.
        finalize(self, self._session.close)

    def url(self, path: str) -> str:
        return f"{self._base}/{path.lstrip('/')}" if path else self._base

    def reply(self, request: requests.Request, *, writes: bool) -> Reply:
        """Send it; the answer whatever its status. Raises what a broken wire means."""
        if self._moved:
            self._wire.target, self._moved = target_of(self._base, self._limits.allowed), False
        prepared = self._session.prepare_request(request)
        if self._limits.pace is not None:
            self._limits.pace.wait()
        line = _Line(prepared, writes=writes)
        try:
            with self._wire.deadline(self._limits.deadline_s):
                reply = self._received(prepared)
        except (requests.RequestException, HTTPError, OSError) as error:
            line.failed(error)
            self._fail(error, writes=writes)
        line.answered(reply)
        return reply

    def good(
        self, request: requests.Request, *, writes: bool, secrets: Sequence[object] = ()
    ) -> Reply:
        """Send it; the answer of a 2xx. Raises what any other status means.

        ``secrets`` are what we sent: an answer that repeats a password in it is masked.
        """
        reply = self.reply(request, writes=writes)
        error = error_of(reply, writes=writes, secrets=(dict(self._session.headers), *secrets))
        if error is not None:
            raise error
        return reply

    def close(self) -> None:
        self._session.close()

    def _received(self, request: requests.PreparedRequest) -> Reply:
        answer = self._session.send(request, stream=True, allow_redirects=False)
        with answer:
            body = bytearray()
            # ``stream`` raises when the body is shorter than its announced length.
            for chunk in answer.raw.stream(_CHUNK_BYTES, decode_content=True):
                body += chunk
                if len(body) > self._limits.most_bytes:
                    raise _TooLarge(f"the answer is larger than {self._limits.most_bytes} bytes")
            if self._wire.expired:  # an answer without a length ends like this, too
                raise TimeoutError
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


class _Line:
    """What the log tells of one call: never a body, a header or a query."""

    def __init__(self, request: requests.PreparedRequest, *, writes: bool) -> None:
        address = urlsplit(request.url or "")
        self._started = perf_counter()
        self._tell = log.info if writes else log.debug
        self._facts: dict[str, object] = {
            "method": request.method,
            "host": address.netloc.rpartition("@")[2],
            "path": address.path,
            "sent_bytes": len(request.body or b""),
        }

    def answered(self, reply: Reply) -> None:
        received = len(reply.body)
        self._tell("erp.call", **self._facts, **self._time(), status=reply.status, bytes=received)

    def failed(self, error: Exception) -> None:
        log.warning("erp.call", **self._facts, **self._time(), failed=_reason(error))

    def _time(self) -> dict[str, float]:
        return {"duration_ms": round((perf_counter() - self._started) * 1000, 1)}


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
