"""What sales takes and answers as JSON."""

from modules.sales.schemas.orders import (
    ChangeRequestSchema,
    NewOrderSchema,
    OrderChangeSchema,
    OrderRowSchema,
    OrderSchema,
)

__all__ = [
    "ChangeRequestSchema",
    "NewOrderSchema",
    "OrderChangeSchema",
    "OrderRowSchema",
    "OrderSchema",
]
