"""Breaks TCP connections off as a cable does. gRPC has no way to; the sockets of this process do."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress


def break_off(port: int, peer_port: int | None = None) -> int:
    """Break off connections that were accepted on ``port``: all of them, or the one from ``peer_port``.

    Returns:
        How many; always 0 where the system does not list a process's open files (Windows).
    """
    try:
        files = [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        return 0
    return sum(_broken(file, port, peer_port) for file in files)


def port_of(peer: str) -> int:
    """The port of an address as gRPC writes it: ``ipv4:127.0.0.1:50000`` or ``ipv6:%5B::1%5D:50000``."""
    return int(peer.rpartition(":")[2])


def _broken(file: int, port: int, peer_port: int | None) -> bool:
    with suppress(OSError):  # gone meanwhile, or a socket without a peer
        if not stat.S_ISSOCK(os.fstat(file).st_mode):
            return False
        with socket.socket(fileno=os.dup(file)) as found:
            if found.family not in (socket.AF_INET, socket.AF_INET6) or found.getsockname()[1] != port:
                return False
            if peer_port in (None, found.getpeername()[1]):
                found.shutdown(socket.SHUT_RDWR)
                return True
    return False
