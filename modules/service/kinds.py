"""What the search knows the records of service by."""

TICKET = "service.ticket"
ARTICLE = "service.article"
