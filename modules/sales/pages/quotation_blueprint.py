"""What the pages of quotations hang on: those for us, and the one for customers."""

from flask import Blueprint

blueprint = Blueprint(
    "sales_quotation_pages", __name__, url_prefix="/quotations", template_folder="../templates"
)
#: Opened by a link's secret and nothing else.
offers = Blueprint(
    "sales_offer_pages", __name__, url_prefix="/offers", template_folder="../templates"
)
