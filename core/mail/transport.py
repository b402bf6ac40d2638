"""One connection to the operator's mail server, and one mail after the other through it.

Up to the dot that ends a mail nobody has it; from the dot to the answer nobody knows. So what goes
wrong before the dot is ``Unsent``, a lost answer to it is ``InDoubt``, and a server's no is what
its code says (RFC 5321 4.2.1): 4xx is for now, 5xx for good.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from core.config import Settings
from core.errors import Invalid
from core.mail.errors import InDoubt, MailError, Refusal, Rejected, Unsent
from core.mail.message import Mail, address_of, ascii_domain, is_international, to_bytes
from core.masking import learn, masked

#: Of connecting and of every answer.
_TIMEOUT_S = 20
#: The answer to a whole mail may take as long as its scanner does (RFC 5321 4.5.3.2.6).
_TAKES_S = 120
_PORTS = {"smtp": 587, "smtps": 465}
_GO_ON, _CLOSING = 354, 421
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\s*(.*)", re.DOTALL)
#: A server's words are kept and shown: not a novel.
_MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server took the mail for ``accepted``; each of ``refused`` it said no to."""

    accepted: tuple[str, ...]
    refused: dict[str, Refusal]
    words: str


class Mailer:
    """Sends by the setting ``smtp_url``. For one thread; close it, or use it as a context.

    It connects with the first mail and again when the server hung up in between, which every
    server does after a while or a number of mails.
    """

    def __init__(self, settings: Settings) -> None:
        """Raise Invalid when ``smtp_url`` can not be used."""
        self._address = server_of(settings.smtp_url)
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def send(self, mail: Mail) -> Receipt:
        """Raise Unsent, InDoubt or Rejected when none of the recipients got it for sure.

        When some were refused the others have it: the receipt names both.
        """
        content = to_bytes(mail)
        with self._explained():
            server = self._begun(mail)
            receipt = _envelope(server, mail)
            _go_on(server, content)
        return self._handed_over(server, receipt)

    def _begun(self, mail: Mail) -> smtplib.SMTP:
        """A server that took the sender; a connection it closed meanwhile is made anew."""
        if self._server is not None:
            with suppress(smtplib.SMTPServerDisconnected, OSError, _HungUp):
                _from(self._server, mail)
                return self._server
            self._drop()
        self._server = _connect(self._address)
        _from(self._server, mail)
        return self._server

    def _handed_over(self, server: smtplib.SMTP, receipt: Receipt) -> Receipt:
        """End the mail and read the answer: from the first byte of the end on it may be sent."""
        try:
            if server.sock is not None:
                server.sock.settimeout(_TAKES_S)
            server.send(b".\r\n")
            code, words = server.getreply()
            if server.sock is not None:
                server.sock.settimeout(_TIMEOUT_S)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise InDoubt(self._words(f"did not say whether it took the mail: {error}")) from error
        answer = _refusal(code, words)
        if code // 100 == 2:
            return Receipt(receipt.accepted, receipt.refused, str(answer))
        self._drop_if(answer)
        problem = self._words(f"did not take the mail: {answer}")
        # Of its content, unless the answer says "not now" or "no such mailbox".
        about_them = not answer.is_final or answer.status.startswith("5.1.")
        refused = dict.fromkeys(receipt.accepted, answer) if about_them else {}
        raise (Rejected if answer.is_final else Unsent)(problem, refused=refused | receipt.refused)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What happens before a mail's end: nobody got it, and the next one starts cleanly."""
        try:
            yield
        except MailError as error:
            self._reset()
            problem = self._words(f"did not take the mail: {error}")
            kind = Rejected if isinstance(error, Rejected) else Unsent
            raise kind(problem, refused=error.refused) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Unsent(self._words(f"did not take the mail: {error}")) from error

    def _words(self, text: str) -> str:
        return masked(f"{self._address.hostname} {text}")

    def _reset(self) -> None:
        if self._server is not None:
            try:
                self._server.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()

    def _drop_if(self, answer: Refusal) -> None:
        if answer.code == _CLOSING:
            self._drop()

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()


class _HungUp(Unsent):
    """421: the server closes the connection."""


def server_of(smtp_url: str) -> SplitResult:
    """Raise Invalid when it names no mail server. Its password is masked from now on."""
    try:
        address = urlsplit(smtp_url)
        usable = address.scheme in _PORTS and address.hostname and address.port != 0
    except ValueError:  # a port that is none, or half an IPv6 address
        usable = False
    if not usable:
        raise Invalid(
            "The setting smtp_url names no mail server: smtp://user:pass@host:587?starttls"
        )
    learn([unquote(address.password or "")])
    return address


def _connect(address: SplitResult) -> smtplib.SMTP:
    server = _server(address)
    try:
        if "starttls" in parse_qs(address.query, keep_blank_values=True):
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        if server.sock is not None:
            # A mail's end is a packet of its own: it must not wait for the one before.
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        server.close()
        raise
    return server


def _server(address: SplitResult) -> smtplib.SMTP:
    host, port = address.hostname or "", address.port or _PORTS[address.scheme]
    if address.scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=context)
    return smtplib.SMTP(host, port, timeout=_TIMEOUT_S)


def _from(server: smtplib.SMTP, mail: Mail) -> None:
    options = []
    if is_international(mail):
        if not server.has_extn("smtputf8"):
            raise Rejected("it knows no addresses beyond ASCII")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    code, words = server.mail(ascii_domain(address_of(mail.sender)), options)
    _check(code, words)


def _envelope(server: smtplib.SMTP, mail: Mail) -> Receipt:
    """Who of the recipients is accepted. Raise Rejected or Unsent when nobody is."""
    refused: dict[str, Refusal] = {}
    for recipient in mail.recipients:
        code, words = server.rcpt(ascii_domain(recipient))
        if code // 100 != 2:
            refused[recipient] = _refusal(code, words)
    accepted = tuple(one for one in mail.recipients if one not in refused)
    if accepted:
        return Receipt(accepted, refused, "")
    words_of_all = "; ".join(f"{name}: {why}" for name, why in refused.items())
    is_final = all(why.is_final for why in refused.values())
    raise (Rejected if is_final else Unsent)(words_of_all, refused=refused)


def _go_on(server: smtplib.SMTP, content: bytes) -> None:
    code, words = server.docmd("data")
    if code != _GO_ON:
        _check(code, words)
        raise Unsent(f"an answer nobody asked for: {_refusal(code, words)}")
    dotted = re.sub(rb"(?m)^\.", b"..", content)
    server.send(dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n")


def _check(code: int, words: bytes) -> None:
    if code == _CLOSING or code < 0:
        raise _HungUp(str(_refusal(code, words)))
    if code // 100 == 4:
        raise Unsent(str(_refusal(code, words)))
    if code // 100 == 5:
        raise Rejected(str(_refusal(code, words)))


def _refusal(code: int, answer: bytes) -> Refusal:
    text = " ".join(answer.decode(errors="replace").split())[:_MOST_WORDS]
    if found := _STATUS.fullmatch(text):
        return Refusal(code, found[1], found[2])
    return Refusal(code, "", text)
