"""What is decided without a database. Pure: no session, no clock."""
