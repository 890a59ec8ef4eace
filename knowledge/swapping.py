"""Two file names change places, or one takes a place only if it is free: in one step each.

Linux does the first by renameat2; elsewhere, or on a file system without it, the same end is
reached in steps, with an instant in which the place is empty.
"""

import ctypes
import errno
import os

_EXCHANGE = 2
_WITHOUT = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EMLINK)

_libc = ctypes.CDLL(None, use_errno=True)


def swap(folder: int, aside: str, name: str) -> None:
    """`aside` and `name` change places; FileNotFoundError when either is not there."""
    try:
        swap_at_once(folder, aside, name)
    except OSError as error:
        if error.errno not in _WITHOUT:
            raise
        swap_in_steps(folder, aside, name)


def swap_at_once(folder: int, aside: str, name: str) -> None:
    renameat2 = getattr(_libc, "renameat2", None)
    if renameat2 is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if renameat2(folder, os.fsencode(aside), folder, os.fsencode(name), _EXCHANGE) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)


def swap_in_steps(folder: int, aside: str, name: str) -> None:
    """Cut short at any step, it leaves each content under one name or the other."""
    between = _between(aside)
    os.rename(name, between, src_dir_fd=folder, dst_dir_fd=folder)
    try:
        place(folder, aside, name)
    finally:
        # When `name` was made anew meanwhile, `aside` still holds our content: it goes.
        os.rename(between, aside, src_dir_fd=folder, dst_dir_fd=folder)


def place(folder: int, aside: str, name: str) -> None:
    """Rename `aside` to `name`; FileExistsError when something stands there."""
    try:
        os.link(aside, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        place_without_links(folder, aside, name)
    else:
        os.unlink(aside, dir_fd=folder)


def place_without_links(folder: int, aside: str, name: str) -> None:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)


def _between(aside: str) -> str:
    """Another aside name of the same place, so that a crash leaves nothing unknown."""
    token = aside.split("-")[-1].removesuffix(".aside")
    turned = token.translate(str.maketrans("0123456789abcdef", "fedcba9876543210"))
    return aside.replace(token, turned)
