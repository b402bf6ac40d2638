"""``post`` and ``webhook``: who is told; ``watched``: a connection, and alerts that reach both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from core.actor import system
from core.alerts import notices, watch
from core.alerts.models import Alert, Notice
from core.alerts.rules import change
from core.config import Settings
from core.host import Host
from core.jobs.models import StoredJob
from core.security.vault import open_vault
from core.sync.inline import InlineContext
from core.sync.models import Connection, ConnectionState
from tests.core.alerts.receivers import Hook, Post, hook, post_office

ACTOR = system("tests")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with post_office(tmp_path) as found:
        # What the machine trusts: as an operator would add the certificate of their own server.
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mail.pem"))
        yield found


@pytest.fixture
def webhook() -> Iterator[Hook]:
    with hook() as found:
        yield found


@pytest.fixture
def settings(database_url: str, tmp_path: Path, post: Post) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        egress=("127.0.0.1",),
        smtp_url=post.url(),
        mail_from="tandem@example.com",
        public_url="https://tandem.example.com",
    )


@dataclass
class Watched:
    host: Host
    connection_id: UUID

    def look(self) -> None:
        watch.look(InlineContext(self.host, ACTOR), {})

    def send(self) -> list[str]:
        """What the worker would: every notice's job, once; answers what went wrong."""
        with self.host.read(ACTOR) as work:
            jobs = select(StoredJob).where(StoredJob.name == notices.SEND)
            waiting = list(work.session.scalars(jobs.order_by(StoredJob.id)))
        wrong = []
        for job in waiting:
            try:
                notices.send(InlineContext(self.host, ACTOR), job.args)
            except Exception as error:  # noqa: BLE001 - the worker's border
                wrong.append(str(error))
        return wrong

    def set(self, **values: object) -> None:
        with self.host.write(ACTOR) as work:
            work.session.execute(update(Connection).values(**values))

    def alerts(self) -> list[Alert]:
        with self.host.read(ACTOR) as work:
            return list(work.session.scalars(select(Alert).order_by(Alert.id)))

    def notices(self) -> list[Notice]:
        with self.host.read(ACTOR) as work:
            return list(work.session.scalars(select(Notice).order_by(Notice.id)))


@pytest.fixture
def watched(host: Host, company: UUID, webhook: Hook) -> Watched:
    values = {"recipients": ["ops@example.com", "it@example.com"], "webhook_url": webhook.url}
    with host.write(ACTOR) as work:
        vault = open_vault(host.settings.data_dir)
        change(work, values, secret=SECRET, vault=vault, version=0)
        connection = Connection(
            company_id=company, connector="fake", name="erp", state=ConnectionState.LIVE
        )
        work.session.add(connection)
        work.session.flush()
        return Watched(host, connection.id)


def with_settings(host: Host, **values: object) -> Host:
    return Host(replace(host.settings, **values), host.database, host.registry)  # type: ignore[arg-type]  # any field
