"""The states of members, lots and vouchers, and the steps between them."""

from __future__ import annotations

from enum import StrEnum

from core.states import StateMachine


class MemberState(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    #: Earns and redeems nothing; what was earned is kept, and can be taken back.
    SUSPENDED = "suspended"
    CLOSED = "closed"
    #: Its party is another's now, and so are its points.
    MERGED = "merged"


MEMBER_FLOW = StateMachine(
    {
        MemberState.INVITED: frozenset(
            {MemberState.ACTIVE, MemberState.CLOSED, MemberState.MERGED}
        ),
        MemberState.ACTIVE: frozenset(
            {MemberState.SUSPENDED, MemberState.CLOSED, MemberState.MERGED}
        ),
        MemberState.SUSPENDED: frozenset(
            {MemberState.ACTIVE, MemberState.CLOSED, MemberState.MERGED}
        ),
        #: Who merged two parties may undo it.
        MemberState.MERGED: frozenset(
            {MemberState.INVITED, MemberState.ACTIVE, MemberState.SUSPENDED}
        ),
    }
)


class LotState(StrEnum):
    #: In escrow until the return window ends.
    PENDING = "pending"
    OPEN = "open"
    CONSUMED = "consumed"
    EXPIRED = "expired"
    FORFEITED = "forfeited"
    REVERSED = "reversed"


class PostingKind(StrEnum):
    EARNED = "earned"
    GRANTED = "granted"
    RELEASED = "released"
    REVERSED = "reversed"
    REDEEMED = "redeemed"
    RETURNED = "returned"
    EXPIRED = "expired"
    FORFEITED = "forfeited"
    MOVED = "moved"


class VoucherKind(StrEnum):
    AMOUNT = "amount"
    PERCENT = "percent"
    PRODUCT = "product"


class VoucherState(StrEnum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


VOUCHER_FLOW = StateMachine(
    {
        VoucherState.OPEN: frozenset(
            {VoucherState.USED, VoucherState.EXPIRED, VoucherState.CANCELLED}
        ),
        #: The order it was used on was cancelled, or it was taken off the draft.
        VoucherState.USED: frozenset({VoucherState.OPEN}),
    }
)


class Enrolment(StrEnum):
    #: Whoever pays an invoice is a member from then on.
    EVERYBODY = "everybody"
    INVITED = "invited"


class Scope(StrEnum):
    """What a rule counts of an invoice."""

    AMOUNT = "amount"
    PRODUCT = "product"


class Standing(StrEnum):
    """Of a member in the tiers."""

    ENTRY = "entry"
    QUALIFIED = "qualified"
    #: The tier's period ended without enough points; its benefits stay a little longer.
    GRACE = "grace"
