"""Keys: a way back when the passphrase is forgotten, practised once; another passphrase."""
