"""What can be done with quotations: one file per noun. Nothing here commits."""
