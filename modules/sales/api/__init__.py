"""Sales over HTTP: one blueprint per noun."""

from modules.sales.api.orders import blueprint

__all__ = ["blueprint"]
