"""Contributions: what is written outside the vault and sealed to it."""
