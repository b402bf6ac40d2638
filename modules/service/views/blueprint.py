"""What the pages of service hang on: those of colleagues, and those of the public."""

from flask import Blueprint

#: The permissions the pages ask for.
READ, WRITE, MANAGE = "service.read", "service.write", "service.manage"

blueprint = Blueprint(
    "service_pages", "modules.service", url_prefix="/tickets", template_folder="templates"
)
public = Blueprint("service_public", "modules.service", template_folder="templates")
