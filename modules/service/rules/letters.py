"""What a mail says of itself: who wrote it, what it answers, and whether a machine did."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

#: ``TI-2026-00001`` as our subjects carry it: ``[TI-2026-00001] Bell is broken``.
_NUMBER = re.compile(r"\[(TI-\d{4}-\d{5,9})\]")
_ID = re.compile(r"<[^<>\s]{1,400}>")
_PREFIX = re.compile(
    r"^\s*((re|aw|fw|fwd|wg|sv|vs|rv|tr|antw|答复|回复|转发|ตอบ)\s*(\[\d+\])?\s*[::]\s*)+", re.I
)


class Nature(StrEnum):
    """What kind of sender is behind a mail, as far as its headers say."""

    PERSON = "person"
    #: A machine began by itself: an alarm, a newsletter. Worth a ticket, never an answer.
    MACHINE = "machine"
    #: A machine answered us: out of office. Never an answer, and no reason to reopen.
    AUTO_REPLY = "auto_reply"
    #: A server says that a mail of ours did not arrive.
    BOUNCE = "bounce"
    #: One of our own mails came back to us.
    OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """The headers that tell, in lower case; empty where the mail has none."""

    sender: str
    return_path: str
    content_type: str
    headers: dict[str, str]


_SERVERS = ("mailer-daemon", "postmaster", "mail-daemon")
_ANSWERS = ("x-autoreply", "x-autorespond", "x-auto-response", "x-auto-reply-from")


def nature(signs: Signs, own: Iterable[str]) -> Nature:
    """``own`` are the addresses of our mailboxes and the one our mails come from."""
    if signs.sender in set(own):
        return Nature.OURS
    local = signs.sender.partition("@")[0]
    if "delivery-status" in signs.content_type or local in _SERVERS or signs.return_path == "<>":
        # Out-of-office notes come without a return path as well (RFC 3834 3.3).
        return Nature.AUTO_REPLY if _auto(signs) == "auto-replied" else Nature.BOUNCE
    if _auto(signs) == "auto-replied" or any(name in signs.headers for name in _ANSWERS):
        return Nature.AUTO_REPLY
    return Nature.MACHINE if _by_machine(signs) else Nature.PERSON


def _auto(signs: Signs) -> str:
    return signs.headers.get("auto-submitted", "no").partition(";")[0].strip()


def _by_machine(signs: Signs) -> bool:
    bulk = signs.headers.get("precedence", "") in {"bulk", "list", "junk", "auto_reply"}
    silent = signs.headers.get("x-auto-response-suppress", "none") not in {"none", ""}
    return _auto(signs) != "no" or bulk or silent or "list-id" in signs.headers


def message_ids(text: str) -> list[str]:
    """The ids in a ``References`` or ``In-Reply-To``, in order; at most the last 50."""
    return _ID.findall(text)[-50:]


def ticket_number(subject: str) -> str | None:
    found = _NUMBER.search(subject)
    return found[1] if found else None


def plain_subject(subject: str) -> str:
    """Without ``Re:`` in the usual languages, our number, and line breaks."""
    bare = _PREFIX.sub("", _NUMBER.sub("", " ".join(subject.split())).strip())
    return _PREFIX.sub("", bare).strip()[:200]


#: Where mail programs begin to quote: "On ... wrote:" and its kin, and Outlook's block.
_QUOTE = re.compile(
    r"^(on\b.{0,200}\bwrote:|am\b.{0,200}\bschrieb.{0,80}:"
    r"|le\b.{0,200}\ba écrit\s*:|el\b.{0,200}\bescribió:"
    r"|vào\b.{0,200}\bđã viết:|.{0,200}写道[::]|.{0,200}เขียนว่า:"
    r"|-{2,}\s*(original message|ursprüngliche nachricht|message d'origine|原始邮件)\s*-{2,}"
    r"|_{20,})\s*$",
    re.I,
)
_OUTLOOK = re.compile(r"^(from|von|de|发件人)\s*[::].{1,200}$", re.I)
_OUTLOOK_NEXT = re.compile(r"^(sent|gesendet|envoyé|date|发送时间)\s*[::]", re.I)


#: A longer one was written by nobody's mail program as a line of its own.
_LONGEST_LINE = 240


@dataclass(frozen=True, slots=True)
class Said:
    """What is new in a mail, and what stood below it from earlier ones."""

    text: str
    quoted: str


def cut_quotes(text: str) -> Said:
    """Cut what a mail repeats; a mail that is nothing but quotes is kept whole."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # Answers between quoted lines belong together: quotes are cut where nothing new follows.
    tail = next((n for n in range(len(lines), 0, -1) if _is_new(lines[n - 1])), 0)
    at = next((n for n in range(len(lines)) if n >= tail or _begins(lines, n)), len(lines))
    fresh = "\n".join(lines[:at]).strip()
    if not fresh:
        return Said(text.strip(), "")
    return Said(fresh, "\n".join(lines[at:]).strip())


def _is_new(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(">")


def _begins(lines: list[str], place: int) -> bool:
    """Whether the line is a mail program's way to say that a quote follows."""
    line = lines[place].strip()
    following = lines[place + 1].strip() if place + 1 < len(lines) else ""
    if len(line) > _LONGEST_LINE or len(following) > _LONGEST_LINE:
        return False
    # A long "On ... wrote:" is broken over two lines.
    if _QUOTE.match(line) or (line and following and _QUOTE.match(f"{line} {following}")):
        return True
    return bool(_OUTLOOK.match(line) and _OUTLOOK_NEXT.match(following))
