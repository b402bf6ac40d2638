"""What the bindings call the records of sales."""

ORDER = "sales.order"
SHIPMENT = "sales.shipment"
