"""A Linux seccomp filter without a C library: no network, no writing, no new process, no tracing.

The filter is a list of denied system calls (``EPERM``); ``open`` and ``openat`` are denied with
write or create flags. Another architecture's calls kill the process. Numbers are from the kernel's
tables for x86-64 and for arm64 (asm-generic).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

# name: (x86-64, arm64 or None where it does not exist there)
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "sendto": (44, 206),
    "recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212), "bind": (49, 200),
    "listen": (50, 201), "socketpair": (53, 199), "accept4": (288, 242), "sendmmsg": (307, 269),
    "recvmmsg": (299, 243), "setsockopt": (54, 208),
    "creat": (85, None), "openat2": (437, 437), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "truncate": (76, 45), "ftruncate": (77, 46),
    "fallocate": (285, 47), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None),
    "unlinkat": (263, 35), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "mknod": (133, None), "mknodat": (259, 33),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    "unshare": (272, 97), "setns": (308, 268),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430), "mount_setattr": (442, 442),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "kcmp": (312, 272),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "io_setup": (206, 0), "io_submit": (209, 2),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "prlimit64": (302, 261), "setrlimit": (160, 164), "setpriority": (141, 140),
    "setuid": (105, 146), "setgid": (106, 144), "personality": (135, 92), "inotify_init1": (294, 26),
}  # fmt: skip
_OPENS: dict[str, tuple[int | None, int | None, int]] = {
    "open": (2, None, 1),
    "openat": (257, 56, 2),
}
_CLONE, _CLONE3, _THREAD = (56, 220), (435, 435), 0x00010000
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_WRITING = (
    os.O_WRONLY
    | os.O_RDWR
    | os.O_CREAT
    | os.O_TRUNC
    | os.O_APPEND
    | getattr(os, "O_TMPFILE", 0) & ~getattr(os, "O_DIRECTORY", 0)
)

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_ERRNO = 0x00050000
_DENY = _ERRNO | errno.EPERM
_X32 = 0x40000000

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", code, yes, no, value)


def program(machine: str, *, threads: bool = False) -> bytes | None:
    """The filter for ``machine`` as the kernel takes it; ``None`` where the numbers are not known.

    With ``threads`` the process may start threads, which have the same filter, and still no process.
    """
    if machine not in _ARCHITECTURES:
        return None
    audit, column = _ARCHITECTURES[machine]
    steps = [_step(_LOAD, 4), _step(_EQUAL, audit, yes=1), _step(_RETURN, _KILL), _step(_LOAD, 0)]
    if machine == "x86_64":
        steps += [_step(_AT_LEAST, _X32, no=1), _step(_RETURN, _DENY)]
    for numbers in _DENIED.values():
        if numbers[column] is not None:
            steps += [_step(_EQUAL, numbers[column] or 0, no=1), _step(_RETURN, _DENY)]
    for *open_numbers, argument in _OPENS.values():
        number = open_numbers[column]
        if number is not None:
            # seccomp_data.args starts at byte 16; flags fit in its low half
            steps += [_step(_EQUAL, number, no=4), _step(_LOAD, 16 + 8 * argument)]
            steps += [_step(_ANY_BIT, _WRITING, no=1), _step(_RETURN, _DENY), _step(_LOAD, 0)]
    steps += _births(column, threads=threads)
    steps.append(_step(_RETURN, _ALLOW))
    return b"".join(steps)


def _births(column: int, *, threads: bool) -> list[bytes]:
    """``clone`` for threads alone, or not at all.

    ``clone3`` hides its flags from a filter: it is "not there", so that the C library goes on with
    ``clone``.
    """
    absent = _ERRNO | errno.ENOSYS if threads else _DENY
    steps = [_step(_EQUAL, _CLONE3[column], no=1), _step(_RETURN, absent)]
    if threads:
        steps += [_step(_EQUAL, _CLONE[column], no=4), _step(_LOAD, 16)]
        steps += [_step(_ANY_BIT, _THREAD, yes=1), _step(_RETURN, _DENY), _step(_LOAD, 0)]
    else:
        steps += [_step(_EQUAL, _CLONE[column], no=1), _step(_RETURN, _DENY)]
    return steps


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install(*, threads: bool = False) -> bool:
    """Put the filter on this process for good. Whether it holds is tried out, not assumed."""
    code = program(platform.machine(), threads=threads) if sys.platform == "linux" else None
    if code is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    holder = ctypes.create_string_buffer(code, len(code))
    filled = _Program(len(code) // 8, ctypes.cast(holder, ctypes.c_char_p))
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(filled), 0, 0):
        return False
    return _no_socket(libc)


def _no_socket(libc: ctypes.CDLL) -> bool:
    """Ask the kernel for a socket (AF_INET, SOCK_STREAM) and expect a refusal."""
    ctypes.set_errno(0)
    made = libc.socket(2, 1, 0)
    return bool(made == -1 and ctypes.get_errno() == errno.EPERM)
