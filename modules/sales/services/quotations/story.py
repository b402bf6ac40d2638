"""Lines quotations write into the customer's timeline."""

from __future__ import annotations

from core.work import UnitOfWork
from modules.contacts.services import Link, phrase, record
from modules.sales.models import Quotation

#: The page of a quotation.
PAGE = "sales_quotation_pages.quotation"


def tell(work: UnitOfWork, quotation: Quotation, kind: str, *, text: str, **params: str) -> None:
    """``text`` is marked by ``lazy`` and names the quotation as ``%(number)s``."""
    record(
        work,
        quotation.customer_id,
        kind=f"sales.{kind}",
        text=phrase(text, number=quotation.number, **params),
        link=Link(PAGE, {"key": str(quotation.id)}),
    )
