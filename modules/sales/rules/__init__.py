"""What is decided without a database. Pure: no session, no clock."""

from modules.sales.rules.orders import ORDER_FLOW, OrderState, Priced, Totals, progress, totals

__all__ = ["ORDER_FLOW", "OrderState", "Priced", "Totals", "progress", "totals"]
