"""A campaign through a storm: refusals, greylisting, lost answers, and workers killed throughout.

    .venv/bin/python -m tests.modules.marketing.storm 20000

sends to so many on a PostgreSQL of its own, checks every single one, and says how fast it was.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, select, update

from core.actor import system
from core.clock import utcnow
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.host import Host
from core.ids import new_id
from core.jobs.models import JobState, StoredJob
from core.sync.documents import PartyKind
from core.testing.postgres import postgres_server
from modules.contacts.models import ContactPoint, Party
from modules.contacts.rules import PointKind
from modules.marketing.models import Campaign, Consent, Purpose, Send, Suppression
from modules.marketing.rules.states import (
    Basis,
    CampaignState,
    Channel,
    ConsentState,
    Reason,
    SendState,
    SuppressionReason,
)
from modules.marketing.services import campaigns
from modules.marketing.services.segments import make_segment
from tests.core.mail.post_office import LOST, Office, office

#: Of a hundred people: what is the matter with them, by the last two digits of their number.
_NO_CONSENT, _SUPPRESSED, _GONE, _BLOCKED, _GREY, _LOST = 3, 6, 9, 11, 16, 17
_ACTOR = system("storm")
_LONGEST_S = 3 * 3600


@dataclass
class Storm:
    host: Host
    post: Office
    number: int
    #: One worker in so many mails is killed.
    kill_every: int
    kills: int = 0
    grey: Counter[str] = field(default_factory=Counter)

    def gather(self, company_id: UUID) -> UUID:
        """The people, and an approved campaign to all of them."""
        actor = system("storm", company=company_id)
        with self.host.write(actor) as work:
            purpose = Purpose(company_id=company_id, key="news", title="News", wording="News.")
            work.session.add(purpose)
            work.session.flush()
            parties = [(new_id(), number) for number in range(self.number)]
            work.session.execute(insert(Party), [_party(*one, company_id) for one in parties])
            points = [_point(*one, company_id) for one in parties]
            work.session.execute(insert(ContactPoint), points)
            consents = [_consent(key, number, purpose) for key, number in parties]
            work.session.execute(insert(Consent), consents)
            suppressed = [_suppression(n, company_id) for _key, n in parties if _is_suppressed(n)]
            work.session.execute(insert(Suppression), suppressed)
            everybody = {"all": [{"trait": "contacts.name", "is": "known"}]}
            values = {
                "name": "Storm",
                "goal": "All of it",
                "purpose_id": purpose.id,
                "segment_id": make_segment(work, "All", everybody).id,
            }
            campaign = campaigns.make_campaign(work, values)
            [message] = campaigns.messages(work, campaign.id)
            text = {"subject": "News", "text": "Dear {{ name }}, see https://shop.example.com/."}
            campaigns.write_message(work, message.id, text, version=None)
            campaigns.approve(work, campaign.id)
            campaigns.schedule(work, campaign.id)
            return campaign.id

    def answer_recipient(self, address: str) -> str | None:
        kind = _kind(_number(address))
        if kind == "gone":
            return "550 5.1.1 no such user"
        if kind == "blocked":
            return "550 5.7.1 not from you"
        self.grey[address] += 1
        return "451 4.7.1 later" if kind == "grey" and self.grey[address] == 1 else None

    def answer_mail(self, address: str) -> str | None:
        return LOST if _kind(_number(address)) == "lost" else None

    def rage(self, campaign_id: UUID, start: Worker) -> None:
        """Start workers and kill them until everybody has their outcome."""
        ends = time.monotonic() + _LONGEST_S
        while self._state(campaign_id) is CampaignState.RUNNING and time.monotonic() < ends:
            pid = start()
            self._wait(campaign_id, len(self.post.mails) + self._until_kill())
            os.kill(pid, signal.SIGKILL)
            self.kills += 1
            self._pass_time()
        assert self._state(campaign_id) is CampaignState.COMPLETED

    def _until_kill(self) -> int:
        return random.randint(self.kill_every // 2, self.kill_every)  # noqa: S311 - no secret

    def _wait(self, campaign_id: UUID, mails: int) -> None:
        quiet, seen = time.monotonic(), len(self.post.mails)
        while len(self.post.mails) < mails and self._state(campaign_id) is CampaignState.RUNNING:
            if len(self.post.mails) != seen:
                quiet, seen = time.monotonic(), len(self.post.mails)
            elif time.monotonic() - quiet > 2:
                self._pass_time()
                quiet = time.monotonic()
            time.sleep(0.02)

    def _pass_time(self) -> None:
        """What waits for a later time, as after greylisting or a kill, is due now."""
        with self.host.write(_ACTOR) as work:
            now = utcnow()
            later = update(Send).where(Send.state == SendState.QUEUED, Send.due_at > now)
            work.session.execute(later.values(due_at=now))
            jobs = update(StoredJob).where(
                StoredJob.state == JobState.WAITING, StoredJob.name.startswith("marketing.")
            )
            work.session.execute(jobs.values(run_at=now))

    def _state(self, campaign_id: UUID) -> CampaignState | None:
        with self.host.read(_ACTOR) as work:
            return work.session.scalar(select(Campaign.state).where(Campaign.id == campaign_id))

    def check(self, campaign_id: UUID) -> dict[str, int]:
        """Every single person, in the books and at the mail server."""
        arrived = Counter(to[0] for to, _mail in self.post.mails)
        assert [address for address, times in arrived.items() if times > 1] == []
        with self.host.read(_ACTOR) as work:
            own = select(Send.address, Send.state, Send.reason)
            rows = work.session.execute(own.where(Send.campaign_id == campaign_id)).all()
        assert len(rows) == self.number
        doubts = 0
        for address, state, reason in rows:
            kind, came = _kind(_number(address)), arrived[address]
            if state is SendState.IN_DOUBT:
                doubts += kind != "lost"
                assert kind in {"fine", "grey", "lost", "gone", "blocked"}
                continue
            assert (state, reason, came) == _WANTED[kind], (address, state, reason, came)
        assert doubts <= self.kills
        return dict(Counter(str(row.state) for row in rows))


_WANTED: dict[str, tuple[SendState, Reason | None, int]] = {
    "fine": (SendState.SENT, None, 1),
    "grey": (SendState.SENT, None, 1),
    "lost": (SendState.IN_DOUBT, None, 1),
    "gone": (SendState.BOUNCED, None, 0),
    "blocked": (SendState.REFUSED, None, 0),
    "no_consent": (SendState.SUPPRESSED, Reason.NO_CONSENT, 0),
    "suppressed": (SendState.SUPPRESSED, Reason.SUPPRESSED, 0),
}


class Worker:
    """Starts workers that send; the last one is ended with it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self) -> int:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write("start\n")
        stdin.flush()
        return int(stdout.readline())


@contextmanager
def crew(settings: Settings) -> Iterator[Worker]:
    words = (settings.database_url, str(settings.data_dir), settings.smtp_url, "1.5")
    command = (sys.executable, "-m", "tests.modules.marketing.crew", *words)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]  # both pipes
        yield Worker(process)
        process.stdin.close()
        process.kill()


def _kind(number: int) -> str:
    of_hundred = number % 100
    for limit, kind in (
        (_NO_CONSENT, "no_consent"),
        (_SUPPRESSED, "suppressed"),
        (_GONE, "gone"),
        (_BLOCKED, "blocked"),
        (_GREY, "grey"),
        (_LOST, "lost"),
    ):
        if of_hundred < limit:
            return kind
    return "fine"


def _number(address: str) -> int:
    return int(address.partition("@")[0].removeprefix("p"))


def _is_suppressed(number: int) -> bool:
    return _kind(number) == "suppressed"


def _party(key: UUID, number: int, company_id: UUID) -> dict[str, object]:
    name, kind = f"Person {number}", PartyKind.PERSON
    return {"id": key, "company_id": company_id, "name": name, "kind": kind, "note": ""}


def _point(key: UUID, number: int, company_id: UUID) -> dict[str, object]:
    return {
        "party_id": key,
        "company_id": company_id,
        "kind": PointKind.EMAIL,
        "value": f"p{number}@example.com",
        "label": "",
    }


def _consent(key: UUID, number: int, purpose: Purpose) -> dict[str, object]:
    given = _kind(number) != "no_consent"
    return {
        "party_id": key,
        "company_id": purpose.company_id,
        "purpose_id": purpose.id,
        "channel": Channel.EMAIL,
        "state": ConsentState.GIVEN if given else ConsentState.WITHDRAWN,
        "basis": Basis.CONSENT,
        "address": "",
    }


def _suppression(number: int, company_id: UUID) -> dict[str, object]:
    return {
        "company_id": company_id,
        "address": f"p{number}@example.com",
        "reason": SuppressionReason.COMPLAINT,
        "note": "",
    }


def main(number: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(new_id().hex) as url,
        office() as post,
    ):
        settings = Settings(
            data_dir=Path(folder),
            database_url=url,
            smtp_url=post.url,
            mail_from="crm@example.com",
            public_url="https://crm.example.com",
        )
        host = open_host(settings)
        company_id = _installed(host)
        storm = Storm(host, post, number, kill_every=max(number // 40, 50))
        post.to_recipient, post.to_mail = storm.answer_recipient, storm.answer_mail
        campaign_id = storm.gather(company_id)
        began = time.monotonic()
        with crew(settings) as start:
            storm.rage(campaign_id, start)
        seconds = time.monotonic() - began
        print(storm.check(campaign_id))  # noqa: T201 - a command
        rate = len(post.mails) / seconds
        print(f"{len(post.mails)} mails, {storm.kills} kills, {seconds:.0f} s: {rate:.0f} a second")  # noqa: T201 - a command


def _installed(host: Host) -> UUID:
    from core.security.keys import create_keys  # noqa: PLC0415 - of a run of its own only

    create_keys(host.settings.data_dir)
    host.upgrade()
    for name in ("contacts", "catalog", "sales", "billing", "marketing"):
        host.enable(name, _ACTOR)
    with host.write(_ACTOR) as work:
        company = Company(name="Storm", currency="EUR")
        work.session.add(company)
        work.session.flush()
        return company.id


if __name__ == "__main__":
    main(int(sys.argv[1]))
