"""The tables of sales."""

from modules.sales.models.orders import Order, OrderChange, OrderLine
from modules.sales.models.shipments import Shipment, ShipmentLine

__all__ = ["Order", "OrderChange", "OrderLine", "Shipment", "ShipmentLine"]
