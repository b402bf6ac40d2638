"""What holds in service whatever it is stored in: states, calendars, clocks, mail, turns."""
