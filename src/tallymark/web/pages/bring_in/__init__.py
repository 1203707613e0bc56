"""Bring in messages."""
