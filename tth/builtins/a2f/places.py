"""Addresses and files that a profile or the environment names: what can never work is told before it is tried."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

HOW = "is host:port, as in 192.168.1.20:52000"
"""What an address looks like; the name of what holds it goes before."""


def is_address(text: str) -> bool:
    """Whether ``text`` is ``host:port``, the host of IPv6 in brackets."""
    host, colon, port = text.rpartition(":")
    plain = host[1:-1] if host.startswith("[") and host.endswith("]") else host.replace(":", "/")
    named = bool(plain) and plain.isprintable() and not set(plain) & set(" /@[]")
    return bool(colon) and named and port.isascii() and port.isdigit() and 0 < int(port) < 65536


def _address(given: str) -> str:
    if not is_address(given):
        raise ValueError(f"{given!r} is no address; target {HOW}")
    return given


def _file(given: Path) -> Path:
    if given.is_file():
        return given
    what = "is a folder, not a file" if given.is_dir() else "does not exist"
    place = "" if given.is_absolute() else f" in {Path.cwd()}, the folder that tth was started in"
    raise ValueError(f"{given} {what}{place}")


Address = Annotated[str, AfterValidator(_address)]
"""``host:port``."""

PemFile = Annotated[Path, AfterValidator(_file)]
"""A file that is there."""
