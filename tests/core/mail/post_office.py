"""A real mail server that does to each recipient and mail what the test tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from typing_extensions import override

#: Says: take the mail and hang up without an answer.
LOST = "lost"
Answer = Callable[[str], str | None]


def nothing_special(_address: str) -> str | None:
    return None


@dataclass
class Office:
    """``to_recipient`` and ``to_mail`` answer in SMTP's words, or None to take it.

    ``to_mail`` is asked with the first recipient, and may say ``LOST``.
    """

    port: int = 0
    to_recipient: Answer = nothing_special
    to_mail: Answer = nothing_special
    #: What arrived: recipients and mail, also where the answer was lost.
    mails: list[tuple[tuple[str, ...], EmailMessage]] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(  # noqa: N802 - its name
        self, _server: Any, session: Any, _envelope: Any, hostname: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return answers

    async def handle_RCPT(  # noqa: N802 - its name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if (said := self.to_recipient(address)) is not None:
            return said
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 known"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - its name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        said = self.to_mail(envelope.rcpt_tos[0])
        if said is not None and said != LOST:
            return said
        self.mails.append((tuple(envelope.rcpt_tos), mail))
        if said == LOST:
            server.transport.abort()
        return "250 2.0.0 taken"


class _AnyPort(Controller):
    """Tells the port it was given; its own trial connection would ask for the port 0."""

    @override
    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # it has no types


@contextmanager
def office() -> Iterator[Office]:
    found = Office()
    controller = _AnyPort(found, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True)
    controller.start()
    found.port = controller.port
    try:
        yield found
    finally:
        controller.stop()
