"""For all tests: no example has a time limit, because machines differ and are shared."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("calm", deadline=None)
settings.load_profile("calm")
