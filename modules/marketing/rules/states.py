"""The states of what marketing keeps, and the steps between them."""

from __future__ import annotations

from enum import StrEnum

from core.states import StateMachine


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"


class Basis(StrEnum):
    """Why we may write: the lawful bases of GDPR article 6 that marketing can stand on."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"


class ConsentState(StrEnum):
    #: Asked to confirm by mail; not given yet.
    REQUESTED = "requested"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class ConsentSource(StrEnum):
    """Where the person, or somebody for them, said so."""

    COLLEAGUE = "colleague"
    FORM = "form"
    CONFIRMATION = "confirmation"
    PREFERENCES = "preferences"
    ONE_CLICK = "one_click"
    UNSUBSCRIBE_PAGE = "unsubscribe_page"
    IMPORT = "import"
    API = "api"
    MERGE = "merge"


class SuppressionReason(StrEnum):
    """Why an address gets nothing more, whatever its consents say."""

    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCES = "soft_bounces"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    COLLEAGUE = "colleague"


class Reason(StrEnum):
    """Why one person of an audience was not written to."""

    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    SAME_ADDRESS = "same_address"
    CAP = "cap"
    MISSING_FIELD = "missing_field"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class CampaignState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


CAMPAIGN_FLOW = StateMachine(
    {
        CampaignState.DRAFT: frozenset({CampaignState.APPROVED, CampaignState.CANCELLED}),
        CampaignState.APPROVED: frozenset(
            {
                CampaignState.DRAFT,
                CampaignState.SCHEDULED,
                CampaignState.RUNNING,
                CampaignState.CANCELLED,
            }
        ),
        CampaignState.SCHEDULED: frozenset(
            {CampaignState.APPROVED, CampaignState.RUNNING, CampaignState.CANCELLED}
        ),
        CampaignState.RUNNING: frozenset(
            {CampaignState.PAUSED, CampaignState.COMPLETED, CampaignState.CANCELLED}
        ),
        CampaignState.PAUSED: frozenset({CampaignState.RUNNING, CampaignState.CANCELLED}),
        CampaignState.COMPLETED: frozenset({CampaignState.ARCHIVED}),
        CampaignState.CANCELLED: frozenset({CampaignState.ARCHIVED}),
    }
)


class SendState(StrEnum):
    """Of one mail to one person. Opened, clicked and unsubscribed are moments beside it."""

    QUEUED = "queued"
    SUPPRESSED = "suppressed"
    #: In the hand of a worker, or it died with it.
    SENDING = "sending"
    SENT = "sent"
    #: Handed over, and the answer was lost: not sent again but by a person.
    IN_DOUBT = "in_doubt"
    #: Their server would not take it, now or for good, and that is no fault of the address.
    REFUSED = "refused"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


SEND_FLOW = StateMachine(
    {
        SendState.QUEUED: frozenset({SendState.SUPPRESSED, SendState.SENDING}),
        SendState.SENDING: frozenset(
            {
                SendState.QUEUED,
                SendState.SENT,
                SendState.IN_DOUBT,
                SendState.REFUSED,
                SendState.BOUNCED,
            }
        ),
        SendState.IN_DOUBT: frozenset({SendState.QUEUED, SendState.BOUNCED, SendState.COMPLAINED}),
        SendState.SENT: frozenset({SendState.BOUNCED, SendState.COMPLAINED}),
    }
)


class Audience(StrEnum):
    #: Who matched when it started.
    FROZEN = "frozen"
    #: Who matches until it ends, each once.
    LIVE = "live"


class WinnerRule(StrEnum):
    OPENS = "opens"
    CLICKS = "clicks"
    #: Orders of the campaign's own: paid revenue by last touch.
    REVENUE = "revenue"


class JourneyState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"


JOURNEY_FLOW = StateMachine(
    {
        JourneyState.DRAFT: frozenset({JourneyState.RUNNING}),
        JourneyState.RUNNING: frozenset({JourneyState.STOPPED}),
        JourneyState.STOPPED: frozenset({JourneyState.RUNNING}),
    }
)


class StepKind(StrEnum):
    WAIT = "wait"
    CONDITION = "condition"
    MESSAGE = "message"
    #: Something another module does: a task, points.
    DEED = "deed"


class EnrolmentState(StrEnum):
    ACTIVE = "active"
    WAITING = "waiting"
    COMPLETED = "completed"
    EXITED = "exited"
    CONVERTED = "converted"


ENROLMENT_FLOW = StateMachine(
    {
        state: frozenset(set(EnrolmentState) - {state})
        for state in (EnrolmentState.ACTIVE, EnrolmentState.WAITING)
    }
)


class ResponseKind(StrEnum):
    OPEN = "open"
    CLICK = "click"
    UNSUBSCRIBE = "unsubscribe"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"


class TouchKind(StrEnum):
    SEND = "send"
    CLICK = "click"
    FORM = "form"


class Model(StrEnum):
    """Which of a customer's touches a paid invoice is told of."""

    FIRST = "first"
    LAST = "last"
