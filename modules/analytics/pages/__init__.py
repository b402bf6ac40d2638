"""The pages of analytics."""

from __future__ import annotations

from modules.analytics.pages import customers, overview, setting_up
from modules.analytics.pages.blueprint import blueprint

#: The views are routes of the blueprint once these are imported.
PAGES = (customers, overview, setting_up)

__all__ = ["PAGES", "blueprint"]
