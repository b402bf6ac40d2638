"""What customers see, and what our own people see of their accounts."""

from modules.portal.pages import entrance, sections, staff
from modules.portal.pages.blueprint import blueprint, staff_blueprint

__all__ = ["blueprint", "entrance", "sections", "staff", "staff_blueprint"]
