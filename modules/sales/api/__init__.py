"""Sales over HTTP: one blueprint per noun."""

from modules.sales.api import leads, opportunities, orders, promises, quotations

BLUEPRINTS = (
    leads.blueprint,
    opportunities.blueprint,
    orders.blueprint,
    quotations.blueprint,
    promises.blueprint,
)

__all__ = ["BLUEPRINTS", "leads", "opportunities", "orders", "promises", "quotations"]
