"""How the states and reasons of marketing look and read."""

from __future__ import annotations

from core.web.atoms import Chip, Chips
from core.web.i18n import lazy as _
from core.web.light import Tone
from modules.marketing.rules.conditions import Operator
from modules.marketing.rules.states import (
    Audience,
    Basis,
    CampaignState,
    Channel,
    ConsentSource,
    ConsentState,
    EnrolmentState,
    JourneyState,
    Model,
    Reason,
    SendState,
    StepKind,
    SuppressionReason,
    WinnerRule,
)

CAMPAIGN: Chips[CampaignState] = {
    CampaignState.DRAFT: Chip(_("Draft")),
    CampaignState.APPROVED: Chip(_("Approved"), Tone.BLUE),
    CampaignState.SCHEDULED: Chip(_("Scheduled"), Tone.BLUE),
    CampaignState.RUNNING: Chip(_("Running"), Tone.BLUE),
    CampaignState.PAUSED: Chip(_("Paused"), Tone.AMBER),
    CampaignState.COMPLETED: Chip(_("Completed"), Tone.GREEN),
    CampaignState.CANCELLED: Chip(_("Cancelled")),
    CampaignState.ARCHIVED: Chip(_("Archived")),
}
SEND: Chips[SendState] = {
    SendState.QUEUED: Chip(_("Waiting"), Tone.BLUE),
    SendState.SENDING: Chip(_("In hand"), Tone.BLUE),
    SendState.SENT: Chip(_("Sent"), Tone.GREEN),
    SendState.SUPPRESSED: Chip(_("Not sent")),
    SendState.IN_DOUBT: Chip(_("In doubt"), Tone.AMBER),
    SendState.REFUSED: Chip(_("Refused"), Tone.AMBER),
    SendState.BOUNCED: Chip(_("Bounced"), Tone.RED),
    SendState.COMPLAINED: Chip(_("Complained"), Tone.RED),
}
REASON: Chips[Reason] = {
    Reason.NO_ADDRESS: Chip(_("No mail address")),
    Reason.NO_CONSENT: Chip(_("No consent")),
    Reason.SUPPRESSED: Chip(_("Suppressed address")),
    Reason.SAME_ADDRESS: Chip(_("Same address as another")),
    Reason.CAP: Chip(_("Had enough mails lately")),
    Reason.MISSING_FIELD: Chip(_("A merge field is missing")),
    Reason.CANCELLED: Chip(_("Campaign cancelled")),
    Reason.ARCHIVED: Chip(_("Archived")),
}
CONSENT: Chips[ConsentState] = {
    ConsentState.REQUESTED: Chip(_("Asked to confirm"), Tone.BLUE),
    ConsentState.GIVEN: Chip(_("Given"), Tone.GREEN),
    ConsentState.WITHDRAWN: Chip(_("Withdrawn"), Tone.AMBER),
}
SUPPRESSION: Chips[SuppressionReason] = {
    SuppressionReason.HARD_BOUNCE: Chip(_("Address does not exist"), Tone.RED),
    SuppressionReason.SOFT_BOUNCES: Chip(_("Bounced several times"), Tone.AMBER),
    SuppressionReason.COMPLAINT: Chip(_("Complained"), Tone.RED),
    SuppressionReason.UNSUBSCRIBED: Chip(_("Unsubscribed from everything")),
    SuppressionReason.COLLEAGUE: Chip(_("By a colleague")),
}
JOURNEY: Chips[JourneyState] = {
    JourneyState.DRAFT: Chip(_("Draft")),
    JourneyState.RUNNING: Chip(_("Running"), Tone.GREEN),
    JourneyState.STOPPED: Chip(_("Stopped"), Tone.AMBER),
}
ENROLMENT: Chips[EnrolmentState] = {
    EnrolmentState.ACTIVE: Chip(_("On the way"), Tone.BLUE),
    EnrolmentState.WAITING: Chip(_("Waiting"), Tone.BLUE),
    EnrolmentState.COMPLETED: Chip(_("Completed"), Tone.GREEN),
    EnrolmentState.EXITED: Chip(_("Left")),
    EnrolmentState.CONVERTED: Chip(_("Reached the goal"), Tone.GREEN),
}
STEPS: dict[StepKind, str] = {
    StepKind.WAIT: _("Wait"),
    StepKind.CONDITION: _("Condition"),
    StepKind.MESSAGE: _("Message"),
    StepKind.DEED: _("Task, points and more"),
}
STEP_ICONS = {
    StepKind.WAIT: "hourglass",
    StepKind.CONDITION: "help",
    StepKind.MESSAGE: "mail",
    StepKind.DEED: "check",
}
OUTCOMES: dict[str, str] = {
    "done": _("done"),
    "skipped": _("did not hold"),
    "suppressed": _("not written to"),
    "failed": _("not possible"),
}
CHANNELS: dict[Channel, str] = {
    Channel.EMAIL: _("E-mail"),
    Channel.SMS: _("Text message"),
    Channel.PHONE: _("Phone"),
    Channel.POST: _("Post"),
}
BASES: dict[Basis, str] = {
    Basis.CONSENT: _("Consent"),
    Basis.CONTRACT: _("Contract"),
    Basis.LEGITIMATE_INTEREST: _("Legitimate interest"),
}
SOURCES: dict[ConsentSource, str] = {
    ConsentSource.COLLEAGUE: _("written down by a colleague"),
    ConsentSource.FORM: _("by a form"),
    ConsentSource.CONFIRMATION: _("confirmed by mail"),
    ConsentSource.PREFERENCES: _("on the preference page"),
    ConsentSource.ONE_CLICK: _("one click in the mail program"),
    ConsentSource.UNSUBSCRIBE_PAGE: _("on the unsubscribe page"),
    ConsentSource.IMPORT: _("imported"),
    ConsentSource.API: _("by a program"),
    ConsentSource.MERGE: _("the stricter of two merged parties"),
}
AUDIENCES: dict[Audience, str] = {
    Audience.FROZEN: _("Who is in the segment when it starts"),
    Audience.LIVE: _("Also who enters until it ends"),
}
WINNERS: dict[WinnerRule, str] = {
    WinnerRule.CLICKS: _("Clicks"),
    WinnerRule.OPENS: _("Opens (weak: programs open too)"),
    WinnerRule.REVENUE: _("Paid revenue"),
}
MODELS: dict[Model, str] = {Model.FIRST: _("First touch"), Model.LAST: _("Last touch")}
OPERATORS: dict[Operator, str] = {
    Operator.IS: _("is"),
    Operator.IS_NOT: _("is not"),
    Operator.CONTAINS: _("contains"),
    Operator.BEGINS: _("begins with"),
    Operator.ONE_OF: _("is one of"),
    Operator.NONE_OF: _("is none of"),
    Operator.EQUALS: _("is exactly"),
    Operator.AT_LEAST: _("is at least"),
    Operator.AT_MOST: _("is at most"),
    Operator.WITHIN_DAYS: _("is within the last days"),
    Operator.LONGER_AGO: _("is longer ago than days"),
    Operator.ON_OR_AFTER: _("is on or after"),
    Operator.BEFORE: _("is before"),
    Operator.YES: _("is so"),
    Operator.NO: _("is not so"),
    Operator.KNOWN: _("is known"),
    Operator.UNKNOWN: _("is not known"),
}
