"""What lists of marketing sort, filter and search by."""

from __future__ import annotations

from sqlalchemy import func, select

from core.api.listing import Listing
from modules.contacts.models import Party
from modules.marketing.models import Campaign, Enrolment, Message, Purpose, Segment, Send
from modules.marketing.rules.states import SendState

_SENT = (
    select(func.count())
    .where(Send.campaign_id == Campaign.id, Send.state == SendState.SENT)
    .correlate(Campaign)
    .scalar_subquery()
)

CAMPAIGNS = Listing(
    name="campaigns",
    statement=select(
        Campaign.id,
        Campaign.name,
        Campaign.state,
        Campaign.goal,
        Campaign.segment_id,
        Segment.name.label("segment"),
        Purpose.title.label("purpose"),
        Campaign.starts_at,
        Campaign.started_at,
        Campaign.ended_at,
        Campaign.created_at,
        _SENT.label("sent"),
        Campaign.company_id,
    )
    .join(Segment, Segment.id == Campaign.segment_id)
    .join(Purpose, Purpose.id == Campaign.purpose_id),
    sorts={"created_at": Campaign.created_at, "name": Campaign.name},
    default="-created_at",
    filters={"state": Campaign.state, "segment_id": Campaign.segment_id},
    search=lambda text: Campaign.name.icontains(text.strip(), autoescape=True),
)

SENDS = Listing(
    name="sends",
    statement=select(
        Send.id,
        Send.party_id,
        Party.name.label("party"),
        Send.address,
        Send.state,
        Send.reason,
        Send.campaign_id,
        Campaign.name.label("campaign"),
        Message.label.label("variant"),
        Send.sent_at,
        Send.opened_at,
        Send.clicked_at,
        Send.unsubscribed_at,
        Send.words,
        Send.company_id,
    )
    .join(Party, Party.id == Send.party_id)
    .outerjoin(Campaign, Campaign.id == Send.campaign_id)
    .outerjoin(Message, Message.id == Send.message_id),
    sorts={"id": Send.id, "sent_at": Send.sent_at},
    default="-id",
    filters={
        "campaign_id": Send.campaign_id,
        "party_id": Send.party_id,
        "state": Send.state,
        "reason": Send.reason,
    },
    search=lambda text: Send.address.contains(text.strip().lower(), autoescape=True),
)

ENROLMENTS = Listing(
    name="enrolments",
    statement=select(
        Enrolment.id,
        Enrolment.journey_id,
        Enrolment.party_id,
        Party.name.label("party"),
        Enrolment.state,
        Enrolment.due_at,
        Enrolment.started_at,
        Enrolment.ended_at,
        Enrolment.reason,
        Enrolment.company_id,
    ).join(Party, Party.id == Enrolment.party_id),
    sorts={"started_at": Enrolment.started_at, "id": Enrolment.id},
    default="-id",
    filters={
        "journey_id": Enrolment.journey_id,
        "party_id": Enrolment.party_id,
        "state": Enrolment.state,
    },
)
