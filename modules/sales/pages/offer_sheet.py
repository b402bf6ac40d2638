"""The form of a quotation as it stands: rows of text, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from werkzeug.datastructures import MultiDict

from core.errors import Invalid
from core.web.i18n import gettext as _
from modules.sales.models import Quotation, QuotationVersion
from modules.sales.rules.pricing import Discount, DiscountKind
from modules.sales.services.quotations.wishes import OfferLine, OfferWish

_COLUMNS = ("sku", "quantity", "price", "discount", "promised_on")
_HEAD = ("valid_until", "promised_on_all", "discount_all", "terms")
_TOO_LARGE = 10**12


@dataclass
class OfferSheet:
    """``wrong`` is by ``lines.0.sku``, or by the name of a field of the head."""

    rows: list[dict[str, str]]
    head: dict[str, str] = field(default_factory=dict)
    version: int | None = None
    opportunity_id: UUID | None = None
    wrong: dict[str, str] = field(default_factory=dict)
    #: Somebody else saved the quotation meanwhile; saving again is saving on top.
    stale: bool = False

    @classmethod
    def sent(cls, posted: MultiDict[str, str]) -> OfferSheet:
        columns = {name: posted.getlist(name) for name in _COLUMNS}
        count = min(len(column) for column in columns.values())
        rows = [{name: columns[name][row].strip() for name in _COLUMNS} for row in range(count)]
        version = posted.get("version", "")
        return cls(
            rows=[row for row in rows if any(row.values())],
            head={name: posted.get(name, "").strip() for name in _HEAD},
            version=int(version) if version.isascii() and version.isdigit() else None,
            opportunity_id=_id(posted.get("opportunity_id", "")),
        )

    @classmethod
    def of(cls, quotation: Quotation, draft: QuotationVersion) -> OfferSheet:
        rows = [
            {
                "sku": line.sku,
                "quantity": _plain(line.quantity),
                "price": _plain(line.own_price) if line.own_price is not None else "",
                "discount": discount_text(line.discount),
                "promised_on": line.promised_on.isoformat() if line.promised_on else "",
            }
            for line in draft.lines
        ]
        head = {
            "valid_until": draft.valid_until.isoformat(),
            "promised_on_all": draft.promised_on.isoformat() if draft.promised_on else "",
            "discount_all": _plain(draft.discount) if draft.discount else "",
            "terms": draft.terms,
        }
        return cls(
            rows=rows,
            head=head,
            version=quotation.version,
            opportunity_id=quotation.opportunity_id,
        )

    def wish(self, customer_id: UUID, currency: str) -> OfferWish:
        """Raise Invalid naming what is no number and no day; empty prices take the ERP's."""
        lines = tuple(self._line(number, row) for number, row in enumerate(self.rows))
        wish = OfferWish(
            customer_id=customer_id,
            currency=currency,
            lines=lines,
            valid_until=self._day("valid_until", self.head.get("valid_until", "")),
            promised_on=self._day("promised_on_all", self.head.get("promised_on_all", "")),
            discount=self._number("discount_all", self.head.get("discount_all") or "0"),
            terms=self.head.get("terms", ""),
            opportunity_id=self.opportunity_id,
        )
        if not lines:
            self.wrong[""] = _("Add at least one line.")
        if self.wrong:
            raise Invalid(_("The quotation can not be taken like this."))
        return wish

    def refuse(self, error: Invalid) -> None:
        """The service's names of the head's fields are not the form's."""
        named = {"promised_on": "promised_on_all", "discount": "discount_all"}
        found = {named.get(name, name): words for name, words in error.fields.items()}
        found = {name.replace(".unit_price", ".price"): words for name, words in found.items()}
        self.wrong |= found or ({} if self.wrong else {"": str(error)})

    def _line(self, number: int, row: Mapping[str, str]) -> OfferLine:
        at = f"lines.{number}"
        return OfferLine(
            sku=row["sku"],
            quantity=self._number(f"{at}.quantity", row["quantity"]),
            price=self._number(f"{at}.price", row["price"]) if row["price"] else None,
            discount=self._discount(f"{at}.discount", row["discount"]),
            promised_on=self._day(f"{at}.promised_on", row["promised_on"]),
        )

    def _discount(self, name: str, text: str) -> Discount | None:
        """``10 %`` is per cent, ``2.50`` an amount off each unit."""
        if not text:
            return None
        if text.endswith("%"):
            return Discount(DiscountKind.PERCENT, self._number(name, text[:-1].strip()))
        return Discount(DiscountKind.AMOUNT, self._number(name, text))

    def _number(self, name: str, text: str) -> Decimal:
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) >= _TOO_LARGE:
            self.wrong[name] = _('Write a number like "12.50".')
            return Decimal(1)
        return value

    def _day(self, name: str, text: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.wrong[name] = _('Write a day like "2026-11-30".')
            return None


def discount_text(discount: Discount | None) -> str:
    if discount is None:
        return ""
    value = _plain(discount.value)
    return f"{value} %" if discount.kind is DiscountKind.PERCENT else value


def _plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
