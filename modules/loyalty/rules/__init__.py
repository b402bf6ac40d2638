"""What points, tiers and vouchers follow from. Pure: no session, no clock."""
