"""How scores look, and their reasons in words."""

from __future__ import annotations

from core.web.atoms import Chip, Chips
from core.web.i18n import lazy as _
from core.web.light import Tone
from modules.analytics.rules.churn import Rhythm, Sign
from modules.analytics.rules.pareto import Abc
from modules.analytics.rules.rfm import Basis
from modules.analytics.rules.value import ValueClass, Why

CLASSES: Chips[ValueClass] = {
    ValueClass.MOST_VALUABLE: Chip(_("Most valuable"), Tone.GREEN),
    ValueClass.MOST_GROWABLE: Chip(_("Most growable"), Tone.BLUE),
    ValueClass.BELOW_ZERO: Chip(_("Below zero"), Tone.RED),
    ValueClass.STEADY: Chip(_("Steady")),
}
TIERS: Chips[Abc] = {
    Abc.A: Chip("A", Tone.GREEN),
    Abc.B: Chip("B", Tone.BLUE),
    Abc.C: Chip("C"),
}
WHY = {
    Why.A_BY_MARGIN: _("In the first tier by margin: %(figure)s in twelve months"),
    Why.A_BY_REVENUE: _("In the first tier by revenue: %(figure)s in a year; no cost is known"),
    Why.GROWS: _("Bought %(figure)s %% more in the last half year than in the one before"),
    Why.MARGIN_BELOW_COST: _("Margin less the cost of complaints is %(figure)s"),
    Why.NOTHING_SPECIAL: _("Neither in the first tier nor growing"),
}
SIGNS: dict[str, str] = {
    Sign.GAP: _("Silent for %(since)s days; usually %(expected)s between two purchases"),
    Sign.DROP: _("Bought less than half as much as in the quarter before"),
    Sign.COMPLAINTS: _("Has open complaints"),
    Sign.OVERDUE: _("Has overdue invoices"),
}
RHYTHMS = {
    Rhythm.OWN: _("their own rhythm, of %(gaps)s gaps"),
    Rhythm.TYPICAL: _("the company's typical gap, since theirs are too few"),
    Rhythm.RULE: _("a fixed rule, since nobody's rhythm is known yet"),
}
BASES = {
    Basis.RANKS: _("ranked among %(n)s customers"),
    Basis.RULES: _("by fixed steps: %(n)s customers are too few to rank"),
}
