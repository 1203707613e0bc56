"""Bring in a WhatsApp chat."""
