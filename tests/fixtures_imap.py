"""A real IMAP server for tests: Dovecot, one for all tests of a run, an account for each of them.

``imap``   the server: ``.account("anna")`` is an empty mailbox of that name, ``.host`` and
           ``.port`` where it listens. Locally it is skipped where Dovecot is not installed; CI
           installs it (.ci/imap) and fails on whatever is skipped.
"""

from __future__ import annotations

import getpass
import imaplib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from tempfile import mkdtemp

import pytest

SECRET = "the-mailbox-has-a-long-secret"
_PATIENCE_S = 30.0

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
passdb {{
  driver = static
  args = password={secret}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox, as its owner and as the world's mail servers see it."""

    host: str
    port: int
    user: str
    folder: Path
    secret: str = SECRET

    @contextmanager
    def open(self) -> Iterator[imaplib.IMAP4]:
        server = imaplib.IMAP4(self.host, self.port, timeout=_PATIENCE_S)
        try:
            server.login(self.user, self.secret)
            server.select("INBOX")
            yield server
        finally:
            server.logout()

    def deliver(self, mail: EmailMessage | bytes) -> None:
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        with self.open() as server:
            kind, said = server.append("INBOX", "", "", raw)
            assert kind == "OK", said

    def begin_anew(self) -> None:
        """As after a restore of the server: the same mails, other UIDs, another UIDVALIDITY."""
        for file in ("dovecot-uidlist", "dovecot-uidvalidity", *self._indexes()):
            (self.folder / file).unlink(missing_ok=True)
        for number in self.folder.glob("dovecot-uidvalidity.*"):
            number.unlink()

    def _indexes(self) -> list[str]:
        return [file.name for file in self.folder.glob("dovecot.*")]


@dataclass(frozen=True, slots=True)
class ImapServer:
    host: str
    port: int
    folder: Path

    def account(self, user: str) -> Account:
        return Account(self.host, self.port, user, self.folder / "mail" / user)


@pytest.fixture(scope="session")
def imap() -> Iterator[ImapServer]:
    executable = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if executable is None:
        pytest.skip("No Dovecot (on Debian: sudo apt-get install dovecot-imapd)")
    # Dovecot's sockets live in this folder: a longer path would not fit into their addresses.
    folder = Path(mkdtemp(prefix="imap-"))
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    port = _free_port()
    config = folder / "dovecot.conf"
    config.write_text(_configuration(folder, port))
    process = subprocess.Popen([executable, "-F", "-c", config])
    try:
        _wait(folder, port, process)
        yield ImapServer("127.0.0.1", port, folder)
    finally:
        process.terminate()
        process.wait(_PATIENCE_S)
        shutil.rmtree(folder, ignore_errors=True)


def _configuration(folder: Path, port: int) -> str:
    import grp  # noqa: PLC0415 - there is none where there is no Dovecot

    user = getpass.getuser()
    is_root = os.geteuid() == 0
    if is_root:
        shutil.chown(folder / "mail", "mail", "mail")
    own = grp.getgrgid(os.getgid()).gr_name
    return _CONFIG.format(
        folder=folder,
        port=port,
        secret=SECRET,
        user="mail" if is_root else user,
        group="mail" if is_root else own,
        login_user="dovenull" if is_root else user,
        internal_user="dovecot" if is_root else user,
        internal_group="dovecot" if is_root else own,
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait(folder: Path, port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            imaplib.IMAP4("127.0.0.1", port, timeout=_PATIENCE_S).logout()
        except OSError:
            log = folder / "log"
            said = log.read_text() if log.exists() else ""
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)
        else:
            return
