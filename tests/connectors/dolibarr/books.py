"""What a scripted Dolibarr knows and does, with the habits that were measured of a real one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
KINDS = ("thirdparties", "products", "orders", "invoices", "stockmovements", "warehouses")
_CENT = Decimal("0.01")


class Refused(Exception):
    """A result code, and the words with it."""

    def __init__(self, code: str, label: str = "") -> None:
        super().__init__(code, label)
        self.code, self.label = code, label


@dataclass
class Books:
    """``now_s`` is the database's clock; every change takes its whole seconds."""

    now_s: int = 1_795_344_000
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    kinds: dict[str, dict[int, Row]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    payments: dict[int, list[Row]] = field(default_factory=dict)
    validated: int = 0

    def add(self, kind: str, **values: Any) -> Row:
        rows = self.kinds[kind]
        number = max(rows, default=0) + 1
        row: Row = {"id": str(number), "ref_ext": None, "date_creation": self.now_s, **values}
        row["tms" if kind == "stockmovements" else "date_modification"] = self.now_s
        rows[number] = row
        return row

    def get(self, kind: str, number: object) -> Row | None:
        text = str(number)
        return self.kinds[kind].get(int(text)) if text.isdigit() else None

    def touch(self, row: Row) -> None:
        row["date_modification"] = self.now_s

    def wall(self, epoch_s: int) -> str:
        return datetime.fromtimestamp(epoch_s, UTC).astimezone(self.zone).strftime("%F %T")

    def carrying(self, kind: str, reference: str) -> list[Row]:
        """As utf8mb4_unicode_ci compares: no case, no accents, no blanks at the end."""
        wanted = collated(reference)
        rows = self.kinds[kind].values()
        return [row for row in rows if collated(row["ref_ext"] or "") == wanted]

    def create_party(self, values: Row) -> Row:
        if not values.get("ref"):
            raise Refused("KO", "Name is mandatory.")
        given = {name: values.get(name) for name in ("address", "zip", "town", "country_code")}
        given |= {name: values.get(name) for name in ("phone", "email", "url", "client")}
        row = self.add(
            "thirdparties",
            name=values["ref"],
            status=values.get("status") or "1",
            tva_intra=values.get("vat_number"),
            **given,
        )
        row["ref_ext"] = fitting(values.get("ref_ext"), "ref_ext")
        row["ref"], row["code_client"] = values["ref"], f"CU2611-{int(row['id']):05}"
        return row

    def create_order(self, values: Row) -> Row:
        """No product is checked, and an order without lines is one."""
        if self.get("thirdparties", values.get("thirdparty_id")) is None:
            if str(values.get("status")) == "1":
                raise Refused("", "")
            raise Refused("KO", "a foreign key constraint fails (CONSTRAINT `fk_commande_fk_soc`)")
        row = self.add("orders", status="0", socid=str(values["thirdparty_id"]), billed="0")
        row["ref"], row["ref_ext"] = f"(PROV{row['id']})", fitting(values.get("ref_ext"), "ref_ext")
        row["note_public"] = fitting(values.get("note_public"), "note_public", most=65_535)
        row["date"] = self.midnight(date.fromisoformat(str(values["date"])))
        row["fk_multicurrency"], row["multicurrency_code"] = "0", "EUR"
        row["cond_reglement_id"] = values.get("cond_reglement_id")
        lines = values.get("lines") or {}
        row["lines"] = [order_line(line) for line in lines.get("line", ())]
        add_up(row)
        if str(values.get("status")) == "1":
            self.validate(row)
        return row

    def validate(self, row: Row) -> None:
        if row["status"] != "0":
            raise Refused("KO", "")
        self.validated += 1
        row["status"], row["ref"] = "1", f"CO2611-{self.validated:04}"
        self.touch(row)

    def midnight(self, day: date) -> int:
        moment = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return int(moment.timestamp())


def collated(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.casefold().rstrip(" "))
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def fitting(text: object, column: str, *, most: int = 255) -> str | None:
    if text is None:
        return None
    if len(str(text)) > most:
        raise Refused("KO", f"Data too long for column '{column}' at row 1")
    return str(text)


def order_line(values: Row) -> Row:
    price = Decimal(str(values.get("unitprice") or 0)).quantize(
        Decimal("0.00001"), rounding=ROUND_HALF_UP
    )
    quantity, rate = Decimal(str(values["qty"])), Decimal(str(values.get("vat_rate") or 0))
    net = (quantity * price).quantize(_CENT, rounding=ROUND_HALF_UP)
    tax = (net * rate / 100).quantize(_CENT, rounding=ROUND_HALF_UP)
    return {
        "fk_product": str(values.get("product_id") or "") or None,
        "product_type": str(values.get("type") or 0),
        "desc": str(values.get("desc") or "").strip(),
        "qty": format(quantity, "f"),
        "subprice": f"{price:.8f}",
        "tva_tx": f"{rate:.4f}",
        "total_ht": f"{net:.8f}",
        "total_tva": f"{tax:.8f}",
    }


def add_up(row: Row) -> None:
    for name in ("total_ht", "total_tva"):
        total = sum((Decimal(line[name]) for line in row["lines"]), Decimal(0))
        row[name] = f"{total:.8f}"


def populate(books: Books) -> None:
    """A few of every kind, two of them with the same stamp."""
    for name in ("Outlet", "Returns", "Main"):
        books.add("warehouses", ref=name)
    for place in range(1, 6):
        books.now_s += place % 2
        party = books.create_party({"ref": f"Customer {place}", "town": "Ghent", "client": "1"})
        product = books.add(
            "products",
            ref=f"SKU-{place}",
            label=f"Widget {place}",
            type="0" if place < 5 else "1",
            status="1",
            price="10.50000000",
            tva_tx="20.0000",
            stock_warehouse={"3": {"real": str(100 * place), "id": str(place)}},
        )
        books.add("stockmovements", product_id=product["id"], warehouse_id="3", qty="100")
        invoice(books, party, credit=place == 4)


def invoice(books: Books, party: Row, *, credit: bool) -> Row:
    sign = -1 if credit else 1
    line = order_line({"qty": 2 * sign, "unitprice": "10.5", "vat_rate": 20, "product_id": 1})
    row = books.add(
        "invoices",
        ref=f"FA2611-{len(books.kinds['invoices']) + 1:04}",
        type="2" if credit else "0",
        socid=party["id"],
        status="1",
        paye="0",
        date=books.midnight(date(2026, 11, 22)),
        date_lim_reglement=books.midnight(date(2026, 12, 22)),
        totalpaid="10" if not credit else 0,
        remaintopay="15.2",
        linkedObjectsIds=[],
        lines=[line],
    )
    add_up(row)
    if not credit:
        paid = {"amount": "10.00000000", "date": "2026-11-22 12:00:00", "type": "CHQ"}
        books.payments[int(row["id"])] = [{**paid, "ref": f"PAY2611-{int(row['id']):04}"}]
    return row
