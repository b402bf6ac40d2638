"""What the bindings call the records of sales."""

ORDER = "sales.order"
SHIPMENT = "sales.shipment"
PRICE_LIST = "sales.price_list"
QUOTATION = "sales.quotation"
LEAD = "sales.lead"
OPPORTUNITY = "sales.opportunity"
