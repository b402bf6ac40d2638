"""How members, points and vouchers look."""

from __future__ import annotations

from core.web.atoms import Chip, Chips
from core.web.i18n import lazy as _
from core.web.light import Tone
from modules.loyalty.rules.states import (
    Enrolment,
    LotState,
    MemberState,
    PostingKind,
    Scope,
    Standing,
    VoucherKind,
    VoucherState,
)
from modules.loyalty.rules.tiers import Step

MEMBER: Chips[MemberState] = {
    MemberState.INVITED: Chip(_("Invited"), Tone.BLUE),
    MemberState.ACTIVE: Chip(_("Active"), Tone.GREEN),
    MemberState.SUSPENDED: Chip(_("Suspended"), Tone.AMBER),
    MemberState.CLOSED: Chip(_("Closed")),
    MemberState.MERGED: Chip(_("Merged")),
}
STANDING: Chips[Standing] = {
    Standing.ENTRY: Chip(_("No tier")),
    Standing.QUALIFIED: Chip(_("Qualified"), Tone.GREEN),
    Standing.GRACE: Chip(_("In grace"), Tone.AMBER),
}
LOT: Chips[LotState] = {
    LotState.PENDING: Chip(_("In escrow"), Tone.BLUE),
    LotState.OPEN: Chip(_("Open"), Tone.GREEN),
    LotState.CONSUMED: Chip(_("Spent")),
    LotState.EXPIRED: Chip(_("Expired")),
    LotState.FORFEITED: Chip(_("Forfeited")),
    LotState.REVERSED: Chip(_("Taken back"), Tone.AMBER),
}
POSTING: Chips[PostingKind] = {
    PostingKind.EARNED: Chip(_("Earned"), Tone.BLUE),
    PostingKind.GRANTED: Chip(_("Given"), Tone.GREEN),
    PostingKind.RELEASED: Chip(_("Released"), Tone.GREEN),
    PostingKind.REVERSED: Chip(_("Taken back"), Tone.AMBER),
    PostingKind.REDEEMED: Chip(_("Redeemed")),
    PostingKind.RETURNED: Chip(_("Returned"), Tone.GREEN),
    PostingKind.EXPIRED: Chip(_("Expired")),
    PostingKind.FORFEITED: Chip(_("Forfeited")),
    PostingKind.MOVED: Chip(_("Moved")),
}
VOUCHER: Chips[VoucherState] = {
    VoucherState.OPEN: Chip(_("Good"), Tone.GREEN),
    VoucherState.USED: Chip(_("Used")),
    VoucherState.EXPIRED: Chip(_("Expired")),
    VoucherState.CANCELLED: Chip(_("Called off")),
}
STEP: Chips[Step] = {
    Step.REACHED: Chip(_("Reached"), Tone.GREEN),
    Step.KEPT: Chip(_("Kept"), Tone.GREEN),
    Step.GRACE: Chip(_("Grace"), Tone.AMBER),
    Step.DOWNGRADED: Chip(_("Downgraded")),
    Step.WITHDRAWN: Chip(_("Withdrawn"), Tone.AMBER),
}
SCOPES = {
    Scope.AMOUNT: _("Amount, net of tax"),
    Scope.PRODUCT: _("Pieces of a product"),
}
KINDS = {
    VoucherKind.AMOUNT: _("An amount off"),
    VoucherKind.PERCENT: _("Per cent off"),
    VoucherKind.PRODUCT: _("A product for nothing"),
}
ENROLMENTS = {
    Enrolment.EVERYBODY: _("Everybody who pays an invoice"),
    Enrolment.INVITED: _("Only who is made a member"),
}
