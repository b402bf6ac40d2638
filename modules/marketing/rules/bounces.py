"""What mail systems report back: bounces (RFC 3464) and complaints (RFC 5965)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from enum import StrEnum
from uuid import UUID


class Failure(StrEnum):
    #: The address is none, and will be none.
    HARD = "hard"
    #: Full, away, overloaded: another time.
    SOFT = "soft"
    #: They do not want this mail, or us; the address may be good.
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``send_id`` is None where the report does not carry the mail it is about."""

    recipient: str
    #: None for a complaint.
    failure: Failure | None
    words: str
    send_id: UUID | None


#: Enhanced status codes (RFC 3463) of addresses that are none: bad mailbox, bad system, disabled.
_GONE = re.compile(r"5\.(1\.(0|1|2|3|4|6|9|10)|2\.1|4\.4)")
_POLICY = re.compile(r"5\.(7|6)\.")
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([45]\d\d)\b")
_OURS = re.compile(r"<([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})@", re.IGNORECASE)
_LONGEST = 500


def failure(code: int, status: str) -> Failure:
    """``code`` is SMTP's, ``status`` the enhanced one or ''."""
    if status.startswith("4") or (not status and code < 500):
        return Failure.SOFT
    if _GONE.fullmatch(status):
        return Failure.HARD
    if _POLICY.match(status):
        return Failure.BLOCK
    if status:
        return Failure.SOFT
    # Without one, 550 and its like are mailboxes and 554 is policy (RFC 5321 4.2.3).
    return {550: Failure.HARD, 551: Failure.HARD, 553: Failure.HARD, 554: Failure.BLOCK}.get(
        code, Failure.SOFT
    )


def reports(raw: bytes) -> list[Report]:
    """Who is reported in this mail; nothing for a mail that is no report, or says "delayed"."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    kind = str(mail.get_param("report-type", "")).lower()
    if mail.get_content_type() != "multipart/report":
        return []
    send_id = _original(mail)
    if kind == "feedback-report":
        return list(_complaints(mail, send_id))
    return list(_failures(mail, send_id))


def _failures(mail: Message, send_id: UUID | None) -> Iterator[Report]:
    for block in _blocks(mail, "message/delivery-status"):
        recipient = _address(block["Final-Recipient"] or block["Original-Recipient"])
        if not recipient or str(block["Action"] or "").strip().lower() != "failed":
            continue
        status, words = str(block["Status"] or ""), _flat(block["Diagnostic-Code"])
        enhanced = _ENHANCED.search(status) or _ENHANCED.search(words)
        code = _CODE.search(words)
        what = failure(int(code[1]) if code else 500, enhanced[1] if enhanced else "")
        yield Report(recipient=recipient, failure=what, words=words or status, send_id=send_id)


def _complaints(mail: Message, send_id: UUID | None) -> Iterator[Report]:
    for block in _blocks(mail, "message/feedback-report"):
        if str(block["Feedback-Type"] or "").strip().lower() not in {"abuse", "fraud"}:
            continue
        recipient = _address(block["Original-Rcpt-To"]) or _address(block["Removal-Recipient"])
        yield Report(recipient=recipient, failure=None, words="abuse", send_id=send_id)


def _blocks(mail: Message, kind: str) -> Iterator[Message]:
    """Both kinds of report are fields in blocks; Python reads the first as a list of messages."""
    for part in mail.walk():
        if part.get_content_type() != kind:
            continue
        found = part.get_payload()
        if isinstance(found, list):
            yield from (block for block in found if isinstance(block, Message))
        else:
            yield message_from_bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]  # decoded it is bytes


def _original(mail: Message) -> UUID | None:
    """The Message-ID of the mail that came back, whole or its head alone."""
    for part in mail.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            found = _OURS.search(part.as_string())
            if found:
                return UUID(found[1])
    return None


def _address(field: object) -> str:
    """Of ``rfc822; ada@example.com``."""
    text = _flat(field)
    return text.rpartition(";")[2].strip().strip("<>").lower()


def _flat(field: object) -> str:
    return " ".join(str(field or "").split())[:_LONGEST]
