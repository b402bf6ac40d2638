"""The programme, its members, their ledger and their vouchers."""

from __future__ import annotations

from modules.loyalty.models.ledger import Credit, Lot, LotUse, Posting
from modules.loyalty.models.member import Member, Merger, TierStep
from modules.loyalty.models.programme import EarningRule, Programme, Reward, Tier
from modules.loyalty.models.voucher import Voucher

__all__ = [
    "Credit",
    "EarningRule",
    "Lot",
    "LotUse",
    "Member",
    "Merger",
    "Posting",
    "Programme",
    "Reward",
    "Tier",
    "TierStep",
    "Voucher",
]
