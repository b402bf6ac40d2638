"""Drafting and changing an order by hand: rows of products, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from core.companies import Company, fetch, visible
from core.errors import Invalid, Stale
from core.requests import reading, writing
from core.search import matching
from core.security.guard import requires
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.catalog.models import Product
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party
from modules.sales.models import Order
from modules.sales.pages.blueprint import blueprint
from modules.sales.services.changes import ask_change
from modules.sales.services.orders import change_order, draft_order, get_order
from modules.sales.services.wishes import LineWish, OrderWish

#: Empty rows below the last line, and products offered while typing.
SPARE, OFFERED = 3, 200
_COLUMNS = ("sku", "quantity", "unit_price")


@dataclass
class Sheet:
    """The form as it stands: rows of text, and what is wrong by ``lines.0.sku``."""

    rows: list[dict[str, str]]
    reference: str = ""
    version: int | None = None
    wrong: dict[str, str] = field(default_factory=dict)
    #: Somebody else saved the order meanwhile; saving again is saving on top.
    stale: bool = False

    @classmethod
    def sent(cls, posted: MultiDict[str, str]) -> Sheet:
        count = len(posted.getlist("sku"))
        columns = {name: posted.getlist(name) for name in _COLUMNS}
        rows = [{name: columns[name][row].strip() for name in _COLUMNS} for row in range(count)]
        version = posted.get("version", "")
        return cls(
            rows=[row for row in rows if any(row.values())],
            reference=posted.get("client_reference", "").strip(),
            version=int(version) if version.isdigit() else None,
        )

    @classmethod
    def of(cls, order: Order) -> Sheet:
        rows = [
            {
                "sku": line.sku,
                "quantity": _plain(line.quantity),
                "unit_price": _plain(line.unit_price),
            }
            for line in order.lines
        ]
        return cls(rows=rows, reference=order.client_reference or "", version=order.version)

    def wish(self, customer_id: UUID, currency: str) -> OrderWish:
        """Raise Invalid naming what is no number; empty prices take the list price."""
        lines = tuple(self._line(number, row) for number, row in enumerate(self.rows))
        if not lines:
            self.wrong[""] = _("Add at least one line.")
        if self.wrong:
            raise Invalid(_("The order can not be taken like this."))
        return OrderWish(
            customer_id=customer_id,
            currency=currency,
            lines=lines,
            client_reference=self.reference or None,
        )

    def _line(self, number: int, row: Mapping[str, str]) -> LineWish:
        price = (
            self._decimal(number, "unit_price", row["unit_price"]) if row["unit_price"] else None
        )
        quantity = self._decimal(number, "quantity", row["quantity"])
        return LineWish(sku=row["sku"], quantity=quantity, unit_price=price)

    def _decimal(self, number: int, name: str, text: str) -> Decimal:
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) >= 10**12:
            self.wrong[f"lines.{number}.{name}"] = _('Write a number like "12.50".')
            return Decimal(1)
        return value


def _plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


@blueprint.route("/new", methods=["GET", "POST"])
@requires("sales.write")
def new() -> ResponseReturnValue:
    chosen = request.args.get("customer_id", type=UUID)
    if chosen is None:
        return _choose_customer(request.args.get("q", ""))
    if request.method == "GET":
        return _page(Sheet(rows=[]), chosen)
    sheet = Sheet.sent(request.form)
    if request.form.get("more"):
        return _page(sheet, chosen)
    try:
        with writing() as work:
            customer = fetch(work, Party, chosen)
            order, _new = draft_order(work, sheet.wish(chosen, _currency(work, customer)))
    except Invalid as error:
        return _refused(sheet, error, chosen)
    flash(_("Order %(number)s is drafted.", number=order.number), "done")
    return redirect(url_for(".order", key=order.id), 303)


@blueprint.route("/<uuid:key>/edit", methods=["GET", "POST"])
@requires("sales.write")
def edit(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        order = get_order(work, key)
    if request.method == "GET":
        return _page(Sheet.of(order), order.customer_id, order=order)
    sheet = Sheet.sent(request.form)
    if request.form.get("more"):
        return _page(sheet, order.customer_id, order=order)
    try:
        with writing() as work:
            wish = sheet.wish(order.customer_id, order.currency)
            change_order(work, key, wish, version=sheet.version or 0)
    except Invalid as error:
        return _refused(sheet, error, order.customer_id, order=order)
    except Stale:
        sheet.stale, sheet.version = True, order.version
        return _page(sheet, order.customer_id, order=order), 409
    flash(_("Saved."), "done")
    return redirect(url_for(".order", key=key), 303)


@blueprint.route("/<uuid:key>/change-request", methods=["GET", "POST"])
@requires("sales.confirm")
def request_change(key: UUID) -> ResponseReturnValue:
    """Other lines for an order the ERP has: asked for there, and here once the ERP agreed."""
    with reading() as work:
        order = get_order(work, key)
    if request.method == "GET":
        return _page(Sheet.of(order), order.customer_id, order=order, asks=True)
    sheet = Sheet.sent(request.form)
    if request.form.get("more"):
        return _page(sheet, order.customer_id, order=order, asks=True)
    try:
        with writing() as work:
            lines = sheet.wish(order.customer_id, order.currency).lines
            ask_change(work, key, lines, version=sheet.version or 0)
    except Invalid as error:
        return _refused(sheet, error, order.customer_id, order=order, asks=True)
    except Stale:
        sheet.stale, sheet.version = True, order.version
        return _page(sheet, order.customer_id, order=order, asks=True), 409
    flash(_("The ERP is asked to change order %(number)s.", number=order.number), "done")
    return redirect(url_for(".order", key=key), 303)


def _refused(
    sheet: Sheet,
    error: Invalid,
    customer_id: UUID,
    *,
    order: Order | None = None,
    asks: bool = False,
) -> ResponseReturnValue:
    sheet.wrong |= error.fields or ({} if sheet.wrong else {"": str(error)})
    return _page(sheet, customer_id, order=order, asks=asks), 422


def _page(
    sheet: Sheet, customer_id: UUID, *, order: Order | None = None, asks: bool = False
) -> str:
    """``asks`` is for lines that only the ERP can put in place."""
    with reading() as work:
        customer = fetch(work, Party, customer_id)
        offered = select(Product.sku, Product.name, Product.unit_price, Product.currency)
        offered = offered.where(Product.company_id == customer.company_id, Product.active)
        products = work.session.execute(
            visible(work, offered).order_by(Product.sku).limit(OFFERED)
        ).all()
        currency = _currency(work, customer)
    title = _("New order") if order is None else _("Change %(number)s", number=order.number)
    return render_template(
        "sales/form.html",
        sheet=sheet,
        spare=SPARE,
        customer=customer,
        products=products,
        currency=currency,
        order=order,
        asks=asks,
        title=title,
        crumbs=[(_("Orders"), url_for(".index")), (title, "")],
        back=url_for(".order", key=order.id) if order else url_for(".index"),
    )


def _choose_customer(text: str) -> str:
    with reading() as work:
        in_use = Party.active, Party.merged_into_id.is_(None)
        statement = select(Party.id, Party.name, Party.number).where(*in_use)
        if text:
            statement = statement.where(Party.id.in_(matching(PARTY, text)))
        found = work.session.execute(visible(work, statement).order_by(Party.name).limit(20)).all()
    crumbs = [(_("Orders"), url_for(".index")), (_("New order"), "")]
    return render_template("sales/customers.html", found=found, q=text, crumbs=crumbs)


def _currency(work: UnitOfWork, customer: Party) -> str:
    return work.session.get_one(Company, customer.company_id).currency
