"""The list of scored customers."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from core.security.guard import requires
from core.web import formats
from core.web.atoms import chip, state
from core.web.columns import day, link, made, money, number, text
from core.web.columns import state as state_column
from core.web.i18n import lazy as _l
from core.web.light import Tone
from core.web.lists import Empty, Facet, ListPage, labels
from modules.analytics.chips import CLASSES, TIERS
from modules.analytics.lists import SCORES
from modules.analytics.pages.blueprint import READ, blueprint

#: Risk from which its chip is amber, and red.
_AMBER, _RED = 40, 60


def _margin(row: Row[Any]) -> str:
    return "" if row.margin is None else formats.money(row.margin, row.currency)


def _churn(row: Row[Any]) -> Markup:
    tone = Tone.RED if row.churn >= _RED else Tone.AMBER if row.churn >= _AMBER else Tone.GREY
    return chip(formats.number(row.churn), tone)


def _tiers(row: Row[Any]) -> Markup:
    return state(row.abc, TIERS)


LIST = ListPage(
    title=_l("Customers by value"),
    listing=SCORES,
    template="analytics/list.html",
    search=_l("Name, number, e-mail or city"),
    columns=(
        link("party", _l("Customer"), to="contacts_pages.party", key="party_id"),
        made("abc", _l("80/20"), _tiers),
        state_column("value_class", _l("Value"), CLASSES),
        text("rfm", _l("RFM")),
        money("revenue", _l("Revenue, 12 months")),
        made("margin", _l("Margin"), _margin, at_end=True),
        number("orders", _l("Orders")),
        day("last_on", _l("Last bought")),
        made("churn", _l("Risk"), _churn, at_end=True),
    ),
    facets=(
        Facet("abc", _l("80/20"), choices=labels(TIERS)),
        Facet("value_class", _l("Value"), choices=labels(CLASSES)),
        Facet("at_risk", _l("Risk"), choices={"40": _l("From 40"), "60": _l("From 60")}),
    ),
    empty=Empty(
        _l("Customers are scored every hour from the invoices your ERP issued; the first are "
           "here after the next run.")
    ),
)  # fmt: skip


@blueprint.get("/")
@requires(READ)
def index() -> ResponseReturnValue:
    return LIST.answer()
