"""What came back: an envelope that may be read, or the error it stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from zeep.xsd.valueobjects import CompoundValue

from core.sync.errors import InDoubt, Rejected, SyncError, Unsent
from core.sync.replies import Reply, error_of, excerpt
from core.sync.soap.documents import NotXml, tree_of

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"


def envelope_in(reply: Reply, *, writes: bool, secrets: Sequence[object]) -> Any:
    """The root of an answer without a Fault. Raises what anything else means."""
    refused = error_of(reply, writes=writes, secrets=secrets)
    # SOAP 1.1 sends Faults with status 500 (section 6.2): only they say more than the status.
    if refused is not None and reply.status != 500:
        raise refused
    try:
        root = _envelope(reply)
    except NotXml as error:
        raise refused or _unreadable(reply, error, writes=writes, secrets=secrets) from error
    if (fault := root.find(f"{_SOAP}Body/{_SOAP}Fault")) is not None:
        raise _of_fault(fault, writes=writes, secrets=secrets)
    if refused is not None:
        raise refused
    return root


def _envelope(reply: Reply) -> Any:
    if not reply.body.strip():
        raise NotXml("is empty")
    root = tree_of(reply.body)
    if root.tag != f"{_SOAP}Envelope":
        raise NotXml("is not a SOAP 1.1 envelope")
    body = root.find(f"{_SOAP}Body")
    if body is None or len(body) == 0:
        raise NotXml("has no SOAP body")
    # One may stand for a thousand others, and they for each other: nobody sends them any more.
    if root.xpath("//*[@href and starts-with(@href, '#')]"):
        raise NotXml("refers from one element to another, which is never followed")
    return root


def _unreadable(
    reply: Reply, error: NotXml, *, writes: bool, secrets: Sequence[object]
) -> SyncError:
    kind: type[SyncError] = InDoubt if writes else Unsent
    start = excerpt(reply.body[:300].decode("utf-8", "replace"), secrets)
    words = " ".join(start.split())[:120]
    shown = f" ({words})" if words and not words.startswith("<?xml") else ""
    return kind(f"the answer, HTTP {reply.status}, {error}{shown}")


def _of_fault(fault: Any, *, writes: bool, secrets: Sequence[object]) -> SyncError:
    """A fault of ours was not carried out; one of the server's may have been.

    Source: SOAP 1.1, section 4.4.1: only ``Client`` says that the message was at fault.
    """
    code = (fault.findtext("faultcode") or "").rpartition(":")[2]
    words = excerpt(fault.findtext("faultstring") or "", secrets)
    text = f"SOAP Fault {code}: {words}"
    if code.partition(".")[0] in {"Client", "MustUnderstand", "VersionMismatch"}:
        return Rejected(text)
    return InDoubt(text) if writes else Unsent(text)


def plain(value: Any) -> Any:
    """Without zeep's own types, and without floats: their shortest text is what was sent."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping | CompoundValue):
        return {name: plain(value[name]) for name in value}
    return value
