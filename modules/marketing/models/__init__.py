"""The tables of marketing."""

from __future__ import annotations

from modules.marketing.models.campaigns import Campaign, Link, Message
from modules.marketing.models.consents import Consent, ConsentEntry, Policy, Purpose, Suppression
from modules.marketing.models.journeys import Enrolment, Journey, JourneyStep, StepDone
from modules.marketing.models.segments import Segment, SegmentMember
from modules.marketing.models.sends import Attribution, Response, Send, Touch

__all__ = [
    "Attribution",
    "Campaign",
    "Consent",
    "ConsentEntry",
    "Enrolment",
    "Journey",
    "JourneyStep",
    "Link",
    "Message",
    "Policy",
    "Purpose",
    "Response",
    "Segment",
    "SegmentMember",
    "Send",
    "StepDone",
    "Suppression",
    "Touch",
]
