"""A company that may write to some people, a real mail server, and a campaign to send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from core.actor import Actor, system
from core.config import Settings
from core.db.moment import database_now
from core.host import Host
from core.jobs.models import JobState, StoredJob
from core.sync.documents import PartyKind
from core.sync.inline import InlineContext
from modules.contacts.rules import PointKind
from modules.contacts.services import add_contact_point, create_party
from modules.marketing.models import Campaign, Purpose, Segment, Send
from modules.marketing.rules.states import ConsentSource, ConsentState
from modules.marketing.services import campaigns
from modules.marketing.services.consents import Said, say
from modules.marketing.services.segments import make_segment
from tests.core.mail.post_office import Office, office

EVERYBODY = {"all": [{"trait": "contacts.name", "is": "known"}]}


@pytest.fixture(scope="module")
def post() -> Iterator[Office]:
    with office() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, post: Office) -> Settings:
    post.mails.clear()
    post.to_recipient = post.to_mail = lambda _text: None
    return replace(
        settings,
        smtp_url=post.url,
        mail_from="crm@example.com",
        public_url="https://crm.example.com",
    )


@dataclass
class Market:
    """What the tests of marketing do again and again."""

    host: Host
    actor: Actor
    purpose_id: UUID
    people: dict[str, UUID] = field(default_factory=dict)

    def person(self, name: str, *, agrees: bool = True, mail: bool = True) -> UUID:
        with self.host.write(self.actor) as work:
            party = create_party(work, {"name": name, "kind": PartyKind.PERSON})
            first = name.split(maxsplit=1)[0].lower()
            if mail:
                value = f"{first}@example.com"
                add_contact_point(work, party.id, {"kind": PointKind.EMAIL, "value": value})
        self.people[first] = party.id
        if agrees:
            self.says(party.id, ConsentState.GIVEN)
        return party.id

    def says(self, party_id: UUID, state: ConsentState, **more: Any) -> None:
        with self.host.write(self.actor) as work:
            say(
                work,
                Said(
                    party_id=party_id,
                    purpose_id=self.purpose_id,
                    state=state,
                    source=ConsentSource.COLLEAGUE,
                    **more,
                ),
            )

    def segment(self, tree: Mapping[str, Any] = EVERYBODY) -> UUID:
        with self.host.write(self.actor) as work:
            return make_segment(work, "Everybody", tree).id

    def campaign(self, *texts: str, segment_id: UUID | None = None, **values: Any) -> UUID:
        """Written and approved; one variant per text."""
        given = {
            "name": "Spring",
            "goal": "Visits of the new shop",
            "purpose_id": self.purpose_id,
            "segment_id": segment_id or self.segment(),
            **values,
        }
        with self.host.write(self.actor) as work:
            campaign = campaigns.make_campaign(work, given)
            for _more in texts[1:]:
                campaigns.add_variant(work, campaign.id)
            for message, text in zip(
                campaigns.messages(work, campaign.id), texts or ("Hello",), strict=True
            ):
                values = {"subject": f"News {message.label}", "text": text, "html": ""}
                campaigns.write_message(work, message.id, values, version=None)
            campaigns.approve(work, campaign.id)
        return campaign.id

    def start(self, campaign_id: UUID) -> None:
        with self.host.write(self.actor) as work:
            campaigns.schedule(work, campaign_id)

    def run(self, *, times: int = 20) -> list[str]:
        """What workers would: every job of marketing that waits and is due; their troubles."""
        troubles: list[str] = []
        for _round in range(times):
            jobs = self._due()
            if not jobs:
                break
            for job in jobs:
                troubles += self._run(job)
        return troubles

    def _run(self, job: StoredJob) -> Sequence[str]:
        with self.host.read(self.actor) as work:
            run = work.enabled.jobs[job.name].run
        try:
            run(InlineContext(self.host, system(job.name)), job.args)
        except Exception as error:  # noqa: BLE001 - the worker's border
            return [str(error)]
        return []

    def _due(self) -> Sequence[StoredJob]:
        waiting = StoredJob.state == JobState.WAITING
        mine = StoredJob.name.startswith("marketing.")
        with self.host.write(self.actor) as work:
            due = select(StoredJob).where(waiting, mine, StoredJob.run_at <= database_now())
            jobs = list(work.session.scalars(due.order_by(StoredJob.id)))
            done = update(StoredJob).where(StoredJob.id.in_([job.id for job in jobs]))
            work.session.execute(done.values(state=JobState.DONE))
            return jobs

    def sends(self, campaign_id: UUID) -> dict[str, Send]:
        """By the first part of the address, or the party's first name where there is none."""
        names = {party_id: name for name, party_id in self.people.items()}
        with self.host.read(self.actor) as work:
            own = select(Send).where(Send.campaign_id == campaign_id)
            return {names[send.party_id]: send for send in work.session.scalars(own)}

    def kept(self, campaign_id: UUID) -> Campaign:
        with self.host.read(self.actor) as work:
            return work.session.get_one(Campaign, campaign_id)

    def segment_of(self, segment_id: UUID) -> Segment:
        with self.host.read(self.actor) as work:
            return work.session.get_one(Segment, segment_id)


@pytest.fixture
def market(host: Host, company: UUID) -> Market:
    actor = system("tests", company=company)
    with host.write(actor) as work:
        purpose = Purpose(
            company_id=company, key="news", title="News", wording="Send me news by mail."
        )
        work.session.add(purpose)
        work.session.flush()
        return Market(host, actor, purpose.id)
