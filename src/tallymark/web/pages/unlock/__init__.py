"""The passphrase: open the diary, or make a new one."""
