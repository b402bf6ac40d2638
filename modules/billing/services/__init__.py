"""What arrives from the ERP, and what customers owe."""
