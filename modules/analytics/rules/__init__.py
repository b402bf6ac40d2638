"""How customers are scored. Pure: no session, no clock. Every score says what it rests on."""
