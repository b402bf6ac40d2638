"""The pages of loyalty."""

from __future__ import annotations

from modules.loyalty.pages import members, programme, report, vouchers
from modules.loyalty.pages.blueprint import blueprint

#: The views are routes of the blueprint once these are imported.
PAGES = (members, programme, report, vouchers)

__all__ = ["PAGES", "blueprint"]
