"""What can go wrong with a mail, sorted by what the sender does next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from typing_extensions import override

from core.errors import CrmError


@dataclass(frozen=True, slots=True)
class Refusal:
    """A server's no, as RFC 5321 and RFC 3463 number it: ``550``, ``5.1.1``, and its words."""

    code: int
    status: str
    words: str

    @property
    def is_final(self) -> bool:
        return self.code >= 500

    @override
    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.code), self.status, self.words)))


class MailError(CrmError):
    """Root of the tree; never raised itself."""

    code = "mail.error"
    http_status = 502

    def __init__(self, message: str, *, refused: Mapping[str, Refusal] | None = None) -> None:
        super().__init__(message)
        #: Recipients the server said no to, each for a reason of its own.
        self.refused: Mapping[str, Refusal] = refused or {}


class Unsent(MailError):
    """Nobody got it: no server, a wrong password, or "not now" (4xx). Try again later."""

    code = "mail.unsent"


class InDoubt(MailError):
    """It was handed over whole, and the answer was lost: sent again it may come twice."""

    code = "mail.in_doubt"


class Rejected(MailError):
    """The server will never take it (5xx): from this sender, for these recipients, this content.

    ``refused`` is empty when the no was not about the recipients.
    """

    code = "mail.rejected"
