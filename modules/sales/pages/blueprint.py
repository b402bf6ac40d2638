"""What the views of sales hang on."""

from flask import Blueprint

blueprint = Blueprint("sales_pages", __name__, url_prefix="/orders", template_folder="../templates")
