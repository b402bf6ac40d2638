"""Fills an empty Tryton with a company that sells bicycles; run by the ERP's own interpreter.

``python populate.py URI CONFIG`` with the passwords as one JSON line on standard input. It is the
one file here that imports trytond (GPL-3.0), and nothing of ours imports it: it runs in the ERP's
virtual environment, as a program of its own.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from decimal import Decimal
from typing import Any

from proteus import Model, Wizard
from proteus import config as proteus_config
from trytond.modules.account.tests.tools import (
    create_chart,
    create_fiscalyear,
    create_tax,
    get_accounts,
)
from trytond.modules.account_invoice.tests.tools import (
    create_payment_term,
    set_fiscalyear_invoice_sequences,
)
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.modules.currency.tests.tools import get_currency

IN_STOCK = 1000.0
TODAY = dt.datetime.now(tz=dt.UTC).date()  # noqa: TID251 - core.clock is not in this environment

COUNTRIES = {
    "DE": "Germany",
    "AT": "Austria",
    "FR": "France",
    "NL": "Netherlands",
    "GB": "United Kingdom",
    "TH": "Thailand",
    "VN": "Viet Nam",
    "CN": "China",
}
GOODS = (
    ("BIKE-CITY-28", "City bicycle 28 inch", "649.00"),
    ("BIKE-TREK-M", "Trekking bicycle, frame M", "899.00"),
    ("BIKE-TREK-L", "Trekking bicycle, frame L", "899.00"),
    ("BIKE-GRAVEL", "Gravel bicycle, carbon fork", "1490.00"),
    ("BIKE-CARGO", "Cargo bicycle with box", "2790.00"),
    ("BIKE-KIDS-20", "Children's bicycle 20 inch", "289.00"),
    ("EBIKE-CITY", "Electric city bicycle", "2190.00"),
    ("WHEEL-28-F", "Front wheel 28 inch, hub dynamo", "84.90"),
    ("WHEEL-28-R", "Rear wheel 28 inch", "69.90"),
    ("TYRE-28-40", "Tyre 28 x 1.50, reflective", "21.50"),
    ("TUBE-28", "Inner tube 28 inch", "5.90"),
    ("CHAIN-8", "Chain, 8-speed", "14.95"),
    ("CHAIN-11", "Chain, 11-speed", "29.95"),
    ("CASS-11-34", "Cassette 11-34, 9-speed", "34.50"),
    ("BRAKE-PAD", "Disc brake pads, pair", "12.40"),
    ("BRAKE-CABLE", "Brake cable, stainless", "3.75"),
    ("SADDLE-GEL", "Gel saddle", "39.00"),
    ("PEDAL-FLAT", "Flat pedals, pair", "27.80"),
    ("LIGHT-SET", "Light set, 80 lux", "59.90"),
    ("LOCK-U", "U-lock 300 mm", "49.00"),
    ("HELMET-M", "Helmet, size M", "64.00"),
    ("BAG-REAR", "Pannier bag, waterproof", "74.50"),
    ("PUMP-FLOOR", "Floor pump", "32.00"),
    ("OIL-100", "Chain oil 100 ml", "7.20"),
)
#: Name, street, postal code, city, country.
CUSTOMERS = (
    ("Radhaus Kreuzberg GmbH", "Oranienstraße 14", "10999", "Berlin", "DE"),
    ("Fahrrad Lindner", "Marktplatz 3", "04109", "Leipzig", "DE"),
    ("Velo Nord KG", "Hafenstraße 22", "24103", "Kiel", "DE"),
    ("Zweirad Huber", "Leopoldstraße 101", "80802", "München", "DE"),
    ("Speichenwerk eG", "Zeil 45", "60313", "Frankfurt am Main", "DE"),
    ("Kette & Ritzel OHG", "Königstraße 8", "70173", "Stuttgart", "DE"),
    ("Radstation Münster", "Prinzipalmarkt 19", "48143", "Münster", "DE"),
    ("Lastenrad Köln GmbH", "Venloer Straße 210", "50823", "Köln", "DE"),
    ("Bergrad Freiburg", "Kaiser-Joseph-Straße 5", "79098", "Freiburg", "DE"),
    ("Elbe Bikes", "Neustädter Markt 2", "01097", "Dresden", "DE"),
    ("Rosenheimer Radladen", "Münchener Straße 30", "83022", "Rosenheim", "DE"),
    ("Hansebike Lübeck", "Breite Straße 61", "23552", "Lübeck", "DE"),
    ("Donaurad Wien GmbH", "Praterstraße 40", "1020", "Wien", "AT"),
    ("Radlager Graz", "Herrengasse 9", "8010", "Graz", "AT"),
    ("Salzach Cycling", "Linzer Gasse 27", "5020", "Salzburg", "AT"),
    ("Atelier du Vélo", "12 rue Oberkampf", "75011", "Paris", "FR"),
    ("Cycles Garonne", "48 quai des Chartrons", "33000", "Bordeaux", "FR"),
    ("La Bicyclette Lyonnaise", "5 rue Mercière", "69002", "Lyon", "FR"),
    ("Vélo Breton SARL", "3 place Sainte-Anne", "35000", "Rennes", "FR"),
    ("Fietsenwinkel De Gracht", "Prinsengracht 300", "1016 HX", "Amsterdam", "NL"),
    ("Utrecht Bikes BV", "Oudegracht 120", "3511 AW", "Utrecht", "NL"),
    ("Rotterdam Rijwielen", "Witte de Withstraat 17", "3012 BL", "Rotterdam", "NL"),
    ("Spoke & Chain Ltd", "7 Gloucester Road", "BS7 8AA", "Bristol", "GB"),
    ("Pennine Cycles", "1 Thornton Road", "BD1 2DG", "Bradford", "GB"),
    ("Cambridge Wheelworks", "33 Mill Road", "CB1 2AD", "Cambridge", "GB"),
    ("ร้านจักรยานกรุงเทพ", "88 ถนนสุขุมวิท", "10110", "กรุงเทพมหานคร", "TH"),
    ("สมชาย ใจดี จักรยาน", "15 ถนนนิมมานเหมินท์", "50200", "เชียงใหม่", "TH"),
    ("Phuket Island Bikes", "9 Thalang Road", "83000", "Phuket", "TH"),
    ("Xe đạp Hà Nội", "36 Phố Hàng Đào", "100000", "Hà Nội", "VN"),
    ("Công ty TNHH Nguyễn Văn Bình", "120 Nguyễn Huệ", "700000", "Thành phố Hồ Chí Minh", "VN"),
    ("Cửa hàng Xe đạp Đà Nẵng", "45 Bạch Đằng", "550000", "Đà Nẵng", "VN"),
    ("上海自行车有限公司", "南京西路 1266 号", "200040", "上海", "CN"),
    ("王芳", "中关村大街 1 号", "100080", "北京", "CN"),
    ("深圳骑行用品", "深南大道 2008 号", "518000", "深圳", "CN"),
    ("Anna Schreiber", "Gartenweg 4", "14467", "Potsdam", "DE"),
    ("Jonas Petersen", "Strandallee 77", "23669", "Timmendorfer Strand", "DE"),
    ("Claire Fontaine", "21 avenue Jean Jaurès", "31000", "Toulouse", "FR"),
    ("Marieke de Vries", "Nieuwstraat 6", "9711 AB", "Groningen", "NL"),
    ("Oliver Hartley", "14 Castle Street", "EH2 3AT", "Edinburgh", "GB"),
    ("Tobias Brandauer", "Am Stadtpark 11", "3100", "St. Pölten", "AT"),
)
#: Customer, state to reach, lines of (SKU, quantity).
SALES = (
    (0, "paid", (("BIKE-CITY-28", 4), ("LOCK-U", 4), ("LIGHT-SET", 4))),
    (2, "processing", (("BIKE-TREK-M", 2), ("BAG-REAR", 4))),
    (25, "shipped", (("TYRE-28-40", 20), ("TUBE-28", 40))),
    (28, "invoiced", (("CHAIN-11", 10), ("OIL-100", 12))),
    (31, "processing", (("HELMET-M", 15),)),
)


class Shop:
    """What the steps below hand on to one another."""

    def __init__(self, config: Any) -> None:
        self.config = config
        self.company: Any = None
        self.accounts: Any = None
        self.category: Any = None
        self.terms: list[Any] = []
        self.customers: list[Any] = []
        self.products: dict[str, Any] = {}

    def books(self) -> None:
        party = Model.get("party.party")(name="Acme Back Office")
        party.save()
        create_company(party=party, currency=get_currency("EUR"), config=self.config)
        self.company = get_company()
        create_chart(self.company)
        for year in (TODAY.year, TODAY.year + 1):
            days = (dt.date(year, 1, 1), dt.date(year, 12, 31))
            fiscal_year = create_fiscalyear(self.company, today=days)
            fiscal_year.name = str(year)
            set_fiscalyear_invoice_sequences(fiscal_year).click("create_period")
        self.accounts = get_accounts(self.company)
        cash = self.accounts["cash"]
        (journal,) = Model.get("account.journal").find([("type", "=", "cash")])
        Model.get("account.invoice.payment.method")(
            name="Cash", journal=journal, credit_account=cash, debit_account=cash
        ).save()

    def terms_and_taxes(self) -> None:
        tax = create_tax(Decimal("0.20"), self.company)
        tax.name = tax.description = "VAT 20 %"
        tax.save()
        direct = create_payment_term()
        direct.name = "Direct"
        direct.save()
        net30 = Model.get("account.invoice.payment_term")(name="30 days")
        net30.lines.new(type="remainder").relativedeltas.new(days=30)
        net30.save()
        self.terms = [direct, net30]
        self.category = Model.get("product.category")(name="Goods 20 %", accounting=True)
        self.category.account_expense = self.accounts["expense"]
        self.category.account_revenue = self.accounts["revenue"]
        self.category.customer_taxes.append(tax)
        self.category.save()

    def goods(self) -> None:
        for code, name, price in GOODS:
            self._product(code, name, price, kind="goods", symbol="u")
        self._product("SERVICE-HOUR", "Workshop hour", "68.00", kind="service", symbol="h")
        (storage,) = Model.get("stock.location").find([("code", "=", "STO")])
        inventory = Model.get("stock.inventory")(location=storage)
        for code, _name, _price in GOODS:
            line = inventory.lines.new(product=self.products[code])
            line.quantity, line.expected_quantity = IN_STOCK, 0.0
        inventory.click("confirm")

    def _product(self, code: str, name: str, price: str, *, kind: str, symbol: str) -> None:
        (unit,) = Model.get("product.uom").find([("symbol", "=", symbol)])
        template = Model.get("product.template")(name=name, code=code, type=kind, salable=True)
        template.default_uom = template.sale_uom = unit
        template.list_price = Decimal(price)
        template.account_category = self.category
        (product,) = template.products
        product.cost_price = (Decimal(price) * Decimal("0.6")).quantize(Decimal("0.0001"))
        template.save()
        (self.products[code],) = template.products

    def parties(self) -> None:
        countries = {}
        for code, name in COUNTRIES.items():
            countries[code] = Model.get("country.country")(name=name, code=code)
            countries[code].save()
        for number, (name, street, postal_code, city, country) in enumerate(CUSTOMERS):
            customer = Model.get("party.party")(name=name)
            customer.customer_payment_term = self.terms[number % 2]
            (address,) = customer.addresses
            address.street_unstructured = street
            address.postal_code, address.city = postal_code, city
            address.country = countries[country]
            email = f"order{number + 1:02d}@customers.example"
            customer.contact_mechanisms.new(type="email", value=email)
            customer.save()
            self.customers.append(customer)

    def sales(self) -> None:
        for customer, state, lines in SALES:
            sale = Model.get("sale.sale")(party=self.customers[customer])
            for code, quantity in lines:
                line = sale.lines.new()  # its price and taxes need the sale it belongs to
                line.product = self.products[code]
                line.quantity = quantity
            sale.click("quote")
            sale.click("confirm")
            if sale.state == "confirmed":
                sale.click("process")
            if state in {"shipped", "invoiced", "paid"}:
                self._ship(sale)
            if state in {"invoiced", "paid"}:
                self._bill(sale, paid=state == "paid")

    def _ship(self, sale: Any) -> None:
        for shipment in sale.shipments:
            for button in ("assign_try", "pick", "pack", "do"):
                shipment.click(button)

    def _bill(self, sale: Any, *, paid: bool) -> None:
        sale.reload()
        for invoice in sale.invoices:
            invoice.click("post")
            if paid:
                wizard = Wizard("account.invoice.pay", [invoice])
                (wizard.form.payment_method,) = Model.get("account.invoice.payment.method").find([])
                wizard.form.date = TODAY
                wizard.execute("choice")

    def connector_user(self, login: str, password: str) -> None:
        """A user that is no administrator, with the rights the README names."""
        user = Model.get("res.user")(name="Tandem", login=login, password=password)
        company = Model.get("company.company")(self.company.id)
        user.companies.append(company)
        user.company = company
        for group in Model.get("res.group").find([("name", "not like", "%Admin%")]):
            user.groups.append(Model.get("res.group")(group.id))
        user.save()


def main() -> None:
    uri, config_file = sys.argv[1:]
    secrets = json.loads(sys.stdin.readline())
    shop = Shop(proteus_config.set_trytond(uri, config_file=config_file))
    shop.books()
    shop.terms_and_taxes()
    shop.goods()
    shop.parties()
    shop.sales()
    shop.connector_user(secrets["user"], secrets["password"])


main()
