"""A mail as it came over the wire, taken apart. However broken it is, something comes out.

Mails come from anybody: every size is bounded, every encoding may be wrong or unknown, and nothing
here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from hashlib import sha256
from itertools import islice

from core.web.i18n import lazy as _
from modules.service.rules.letters import Signs, message_ids
from modules.service.rules.markup import text_of

#: Of a text, of a header, of an attachment and of all of them, and how many parts are looked at.
MOST_CHARACTERS = 100_000
_MOST_HEADER = 2_000
LARGEST_FILE_BYTES = 10_000_000
LARGEST_FILES_BYTES = 20_000_000
_MOST_PARTS = 200
_MOST_FILES = 20

TOO_LONG = _("The text was longer than we keep; the rest stayed in the mailbox.")
TOO_LARGE = _("Attachments were too large or too many; they stayed in the mailbox.")
BROKEN = _("The mail was broken; this is what could be read of it.")

_TELLING = (
    "auto-submitted",
    "precedence",
    "list-id",
    "x-auto-response-suppress",
    "x-autoreply",
    "x-autorespond",
    "x-auto-response",
    "x-auto-reply-from",
)
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSAFE_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    name: str
    media_type: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class Letter:
    """``message_id`` is never empty: a mail without one is known by the hash of its content."""

    message_id: str
    sender: str
    sender_name: str
    subject: str
    #: What it answers, nearest first.
    answers: list[str]
    signs: Signs
    text: str = ""
    files: list[File] = field(default_factory=list)
    #: Ids of mails of ours that a server reports about.
    reported: list[str] = field(default_factory=list)
    #: Texts to be translated: what could not be kept.
    remarks: list[str] = field(default_factory=list)


def read_letter(raw: bytes, *, is_whole: bool = True) -> Letter:
    """``is_whole`` is False when only the beginning was fetched."""
    try:
        message = message_from_bytes(raw)
    except (MessageError, ValueError, RecursionError, LookupError):
        return _headers_and_text(raw)
    letter = _headed(message, raw)
    if not is_whole:
        letter.remarks.append(TOO_LARGE)
    _read_parts(message, letter)
    return letter


def _headers_and_text(raw: bytes) -> Letter:
    """The headers alone can always be read: what comes behind them is the text."""
    head, *rest = _EMPTY_LINE.split(raw, maxsplit=1)
    letter = _headed(BytesHeaderParser().parsebytes(head), raw)
    letter.remarks.append(BROKEN)
    text = rest[0][:MOST_CHARACTERS] if rest else b""
    letter.text = _bounded(_clean(_decoded(text, None)), letter)
    return letter


def _headed(message: Message, raw: bytes) -> Letter:
    name, address = parseaddr(header(message, "From"))
    answers = message_ids(header(message, "In-Reply-To"))
    answers += reversed(message_ids(header(message, "References")))
    own = message_ids(header(message, "Message-ID"))
    return Letter(
        message_id=own[0] if own else f"<{sha256(raw).hexdigest()}@no-id>",
        sender=address.strip().casefold()[:320],
        sender_name=_clean(name).strip()[:200],
        subject=header(message, "Subject"),
        answers=list(dict.fromkeys(answers)),
        signs=Signs(
            sender=address.strip().casefold()[:320],
            return_path=header(message, "Return-Path").strip(),
            content_type=f"{message.get_content_type()} {message.get_param('report-type')}".lower(),
            headers={n: header(message, n).strip().lower() for n in _TELLING if n in message},
        ),
    )


def header(message: Message, name: str) -> str:
    """Decoded, on one line, and never longer than anybody writes one."""
    try:
        pieces = decode_header(str(message.get(name, ""))[:_MOST_HEADER])
        text = "".join(_decoded(p, charset) if isinstance(p, bytes) else p for p, charset in pieces)
    except (HeaderParseError, ValueError, LookupError, IndexError):
        text = str(message.get(name, ""))[:_MOST_HEADER]
    return " ".join(_clean(text).split())


def _read_parts(message: Message, letter: Letter) -> None:
    plain: list[str] = []
    rich: list[str] = []
    for part in islice(_walk(message), _MOST_PARTS):
        kind = part.get_content_type()
        if kind in {"message/rfc822", "text/rfc822-headers", "message/delivery-status"}:
            letter.reported += _reported(part)
        elif _is_file(part):
            _keep_file(part, letter)
        elif kind == "text/plain":
            plain.append(_text(part))
        elif kind == "text/html":
            rich.append(text_of(_text(part)))
    text = "\n\n".join(filter(str.strip, plain)) or "\n\n".join(filter(str.strip, rich))
    letter.text = _bounded(_clean(text), letter)


def _walk(message: Message) -> Iterator[Message]:
    """Its parts in order; a mail that was sent along is one part, not its parts."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        inside = part.get_payload() if part.get_content_maintype() == "multipart" else None
        if isinstance(inside, list):
            waiting[:0] = [one for one in inside[:_MOST_PARTS] if isinstance(one, Message)]
        else:
            yield part


def _is_file(part: Message) -> bool:
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return True
    return part.get_content_maintype() not in {"text", "multipart", "message"}


def _keep_file(part: Message, letter: Letter) -> None:
    content = _payload(part)
    used = sum(len(one.content) for one in letter.files)
    room = min(LARGEST_FILE_BYTES, LARGEST_FILES_BYTES - used)
    if len(content) > room or len(letter.files) >= _MOST_FILES:
        if TOO_LARGE not in letter.remarks:
            letter.remarks.append(TOO_LARGE)
        return
    name = safe_name(_filename(part))
    letter.files.append(File(name=name, media_type=part.get_content_type(), content=content))


def _filename(part: Message) -> str:
    try:
        pieces = decode_header(part.get_filename() or "")
        return "".join(_decoded(p, c) if isinstance(p, bytes) else p for p, c in pieces)
    except (HeaderParseError, ValueError, LookupError, IndexError, UnicodeError):
        return ""


def safe_name(name: str) -> str:
    """A name that can be saved anywhere: no path, no control characters, not too long."""
    bare = _UNSAFE_NAME.sub("_", name).strip(" ._")
    return bare[-120:] or "attachment"


def _payload(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, UnicodeError):
        return b""
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError):
        charset = None
    return _decoded(_payload(part)[: 8 * MOST_CHARACTERS], charset)


def _decoded(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8", errors="replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")


def _clean(text: str) -> str:
    """Without what no person types and PostgreSQL does not store."""
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode("utf-8")


def _bounded(text: str, letter: Letter) -> str:
    if len(text) > MOST_CHARACTERS:
        letter.remarks.append(TOO_LONG)
    return text[:MOST_CHARACTERS]


def _reported(part: Message) -> list[str]:
    """The ids of the mails a report is about: it bears them, or their headers, inside."""
    inside = part.get_payload()
    found = []
    for one in inside if isinstance(inside, list) else []:
        found += message_ids(header(one, "Message-ID")) if isinstance(one, Message) else []
    if isinstance(inside, str):
        named = re.search(r"(?im)^message-id:\s*(<[^<>\s]{1,400}>)", inside[:20_000])
        found += [named[1]] if named else []
    return found
