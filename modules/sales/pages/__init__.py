"""The pages of sales: importing this completes their blueprint."""

from modules.sales.pages import form, order
from modules.sales.pages.blueprint import blueprint

__all__ = ["blueprint", "form", "order"]
