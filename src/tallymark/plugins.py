"""Finds what can be added by dropping in one file: importers, sections, exports, jurisdictions.

Built-in pieces are found by scanning their own package, so that adding one touches one place.
A module is imported only when it is asked for. Outside plugins are off until a person names
them in the settings; this floor does not load them (see docs/decisions/007-plugin-trust.md).
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any


@cache
def names(package: str) -> tuple[str, ...]:
    """Names of the public modules or folders in ``package``, sorted; nothing is imported but it.

    Names that begin with an underscore are the package's own and are left out.
    """
    found = pkgutil.iter_modules(import_module(package).__path__)
    return tuple(sorted(m.name for m in found if not m.name.startswith("_")))


def load(package: str, name: str, attribute: str) -> Any:
    """The object called ``attribute`` in ``package.name``, imported now.

    Raises ``LookupError`` when the package has no such module or the module no such attribute.
    """
    if name not in names(package):
        message = f"{package} has no part called {name}"
        raise LookupError(message)
    module = import_module(f"{package}.{name}")
    try:
        return getattr(module, attribute)
    except AttributeError:
        message = f"{package}.{name} does not define {attribute}"
        raise LookupError(message) from None
