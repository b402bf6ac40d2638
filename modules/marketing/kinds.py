"""What other parts of Tandem call the records of marketing."""

SEGMENT = "marketing.segment"
CAMPAIGN = "marketing.campaign"
JOURNEY = "marketing.journey"
