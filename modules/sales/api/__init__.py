"""Sales over HTTP: one blueprint per noun."""

from modules.sales.api import orders, promises, quotations

BLUEPRINTS = (orders.blueprint, quotations.blueprint, promises.blueprint)

__all__ = ["BLUEPRINTS", "orders", "promises", "quotations"]
