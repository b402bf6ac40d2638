"""What the bindings call the records of billing."""

INVOICE = "billing.invoice"
CREDIT_NOTE = "billing.credit_note"
PAYMENT = "billing.payment"
CREDIT = "billing.credit"
