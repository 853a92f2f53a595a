"""Who may open a clip at all."""

from __future__ import annotations

from collections.abc import Mapping

from tth.emulators.a2f.options import EmulatorOptions
from tth.errors import ProtocolError


def check_metadata(options: EmulatorOptions, metadata: Mapping[str, str]) -> None:
    """Refuse a call without the key or the function that is asked for.

    Raises:
        ProtocolError: It has not got them.
    """
    if options.key is not None and metadata.get("authorization") != f"Bearer {options.key}":
        given = "another one" if "authorization" in metadata else "none"
        raise ProtocolError(
            "UNAUTHENTICATED", f"metadata 'authorization' must be 'Bearer KEY' with the server's key; got {given}"
        )
    if options.function_id is not None and (named := metadata.get("function-id")) != options.function_id:
        shown = "none was named" if named is None else f"no function {named!r}"
        raise ProtocolError("NOT_FOUND", f"{shown}; metadata 'function-id' must name the server's")
