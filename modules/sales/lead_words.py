"""How states, sources and reasons of leads and opportunities are called, and look."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.web.atoms import Chip, Chips
from core.web.i18n import lazy as _l
from core.web.light import Tone
from modules.sales.rules.leads import Disqualified, LeadSource, LeadState
from modules.sales.rules.opportunities import OpportunityState
from modules.sales.services.importing import Fate

LEAD_STATES: Chips[LeadState] = {
    LeadState.NEW: Chip(_l("New"), Tone.AMBER),
    LeadState.WORKING: Chip(_l("Working"), Tone.BLUE),
    LeadState.NURTURING: Chip(_l("Nurturing"), Tone.BLUE),
    LeadState.QUALIFIED: Chip(_l("Qualified"), Tone.GREEN),
    LeadState.CONVERTED: Chip(_l("Converted"), Tone.GREEN),
    LeadState.DISQUALIFIED: Chip(_l("Disqualified")),
    LeadState.RECYCLED: Chip(_l("Recycled")),
}
OPPORTUNITY_STATES: Chips[OpportunityState] = {
    OpportunityState.OPEN: Chip(_l("Open"), Tone.BLUE),
    OpportunityState.WON: Chip(_l("Won"), Tone.GREEN),
    OpportunityState.LOST: Chip(_l("Lost"), Tone.RED),
    OpportunityState.ON_HOLD: Chip(_l("On hold"), Tone.AMBER),
}
FATES: Chips[Fate] = {
    Fate.CREATE: Chip(_l("New lead"), Tone.GREEN),
    Fate.DUPLICATE: Chip(_l("Left out: known"), Tone.AMBER),
    Fate.ERROR: Chip(_l("Left out: wrong"), Tone.RED),
}
SOURCES: Mapping[StrEnum, str] = {
    LeadSource.HAND: _l("By hand"),
    LeadSource.FORM: _l("Web form"),
    LeadSource.IMPORT: _l("Import"),
    LeadSource.API: _l("API"),
}
REASONS: Mapping[StrEnum, str] = {
    Disqualified.NO_NEED: _l("No need"),
    Disqualified.NO_BUDGET: _l("No budget"),
    Disqualified.UNREACHABLE: _l("Not to be reached"),
    Disqualified.COMPETITOR: _l("Chose a competitor"),
    Disqualified.NOT_FOR_US: _l("Not for us"),
    Disqualified.DUPLICATE: _l("A duplicate"),
    Disqualified.SPAM: _l("Spam"),
    Disqualified.OTHER: _l("Other"),
}


def choices(words: Mapping[StrEnum, str]) -> dict[str, str]:
    return {key.value: label for key, label in words.items()}
