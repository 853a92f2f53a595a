"""Listening sockets of servers."""

from __future__ import annotations

import socket


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; made here, so that a taken port is an exception and not the end of the process.

    It names its protocol: asyncio sets TCP_NODELAY only where it sees that it is TCP, and without that an event may
    wait 40 ms for the acknowledgement of the one before.

    Raises:
        OSError: The address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host.strip("[]"), port), family=family, backlog=2048)
    except UnicodeError as error:  # of a name that no name server would be asked for
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from error
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=made.detach())
