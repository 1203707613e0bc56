"""The person's local pages: one window on this computer, no account, no network."""

from __future__ import annotations

from tallymark.web.launch import launch

__all__ = ["launch"]
