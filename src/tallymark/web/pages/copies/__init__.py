"""How old the last copy in another place is, and making one."""
