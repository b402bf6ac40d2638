"""The pages of parties."""

from __future__ import annotations

from modules.contacts.views import agenda, lists, merging, parties, reach, relations, story
from modules.contacts.views.blueprint import blueprint

#: The views are routes of the blueprint once these are imported.
PAGES = (agenda, lists, merging, parties, reach, relations, story)

__all__ = ["PAGES", "blueprint"]
