"""What the disk and the database say, as errors that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from tallymark import disk
from tallymark.errors import DiskFailing, DiskFull, DiskReadOnly, VaultDamaged, VaultInUse

_REFUSED = (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError)

# A row that is in the way of a new one was never written by this: an old page was put back.
_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.ConstraintError)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what the disk and the database say into errors that a person can act on."""
    try:
        yield
    except apsw.FullError as problem:
        raise DiskFull from problem
    except _DAMAGED as problem:
        raise VaultDamaged from problem
    except _REFUSED as problem:
        raise DiskReadOnly from problem
    except apsw.BusyError as problem:
        raise VaultInUse from problem
    except apsw.IOError as problem:
        raise DiskFailing from problem
    except OSError as problem:
        raise disk.named(problem) from problem
