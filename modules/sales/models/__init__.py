"""The tables of sales."""

from modules.sales.models.leads import Lead, LeadForm, LeadImport
from modules.sales.models.opportunities import (
    LostReason,
    Opportunity,
    Pipeline,
    Stage,
    StageStep,
)
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
    "Lead",
    "LeadForm",
    "LeadImport",
    "LostReason",
    "Opportunity",
    "Order",
    "OrderChange",
    "OrderLine",
    "Pipeline",
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
    "Stage",
    "StageStep",
]
