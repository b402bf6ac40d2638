"""The pages of sales: importing this completes their blueprints."""

from modules.sales.pages import (
    board,
    converting,
    form,
    imports,
    leads,
    offers,
    opportunities,
    order,
    pipelines,
    policy,
    promises,
    quotation_blueprint,
    quotation_form,
    quotations,
    web_forms,
)
from modules.sales.pages.blueprint import blueprint

BLUEPRINTS = (
    blueprint,
    leads.blueprint,
    opportunities.blueprint,
    web_forms.blueprint,
    quotation_blueprint.blueprint,
    quotation_blueprint.offers,
    promises.blueprint,
)

__all__ = [
    "BLUEPRINTS",
    "blueprint",
    "board",
    "converting",
    "form",
    "imports",
    "leads",
    "offers",
    "opportunities",
    "order",
    "pipelines",
    "policy",
    "promises",
    "quotation_blueprint",
    "quotation_form",
    "quotations",
    "web_forms",
]
