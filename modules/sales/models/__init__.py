"""The tables of sales."""

from modules.sales.models.orders import Order, OrderChange, OrderLine
from modules.sales.models.promises import Promise
from modules.sales.models.quotations import (
    Quotation,
    QuotationAnswer,
    QuotationLine,
    QuotationLink,
    QuotationPaper,
    QuotationVersion,
)
from modules.sales.models.shipments import Shipment, ShipmentLine
from modules.sales.models.terms import (
    DiscountLimit,
    PriceList,
    PriceListCustomer,
    PriceListRule,
    SalesPolicy,
)

__all__ = [
    "DiscountLimit",
    "Order",
    "OrderChange",
    "OrderLine",
    "PriceList",
    "PriceListCustomer",
    "PriceListRule",
    "Promise",
    "Quotation",
    "QuotationAnswer",
    "QuotationLine",
    "QuotationLink",
    "QuotationPaper",
    "QuotationVersion",
    "SalesPolicy",
    "Shipment",
    "ShipmentLine",
]
