"""The parent's side: start a confined child, hand it one request, and see to it that it ends.

The child is a fresh process, so that no key of an open vault is in its memory. Nothing about the
file is in its arguments or its environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tallymark import errors
from tallymark.errors import TallymarkError

_START = (
    "import sys; sys.path[:] = sys.argv[2].split(chr(10)); "
    "from importlib import import_module; import_module(sys.argv[3]).main(int(sys.argv[1]))"
)
_PIPE = 1 << 20
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    # glibc alone reads these: keep freed blocks of a few MiB instead of giving each back to the
    # system, which costs a reader of attachments a tenth of its time; larger ones still go back
    "MALLOC_MMAP_THRESHOLD_": str(8 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 20),
}


@contextmanager
def confined(
    module: str, *, descriptors: Sequence[int] = ()
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run ``module.main(descriptor)`` in a child; yields it and the end from which its answer is read.

    The request goes to its standard input. ``descriptors`` stay open in the child. On leaving, the
    child is ended, whatever happened.
    """
    reading, writing = os.pipe()
    try:
        widen(writing)
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _START, str(writing), "\n".join(sys.path), module],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(*descriptors, writing),
            env=_ENVIRONMENT,
            start_new_session=True,
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    try:
        yield process, reading
    finally:
        os.close(reading)
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
        process.kill()
        process.wait()


def death(code: int) -> TallymarkError:
    """What to say of a child that ended with ``code`` before its answer was whole."""
    if sys.platform != "win32":
        import signal

        if code == -signal.SIGXCPU:
            return errors.LimitExceeded("The file took too much processor time to read.")
    return errors.ReaderFailed(f"The reader stopped before the end of the file (code {code}).")


def widen(fd: int) -> None:
    """A pipe of 1 MiB where the system can, so that one side runs ahead while the other writes."""
    if sys.platform != "linux":
        return
    import fcntl

    with suppress(OSError):
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE)
