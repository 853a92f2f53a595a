"""Who may open a clip at all."""

from __future__ import annotations

from collections.abc import Mapping

from tth.emulators.a2f.options import EmulatorOptions
from tth.errors import ProtocolError


class TurnedAway(ProtocolError):
    """A call is refused before the service proper sees it: the client hears it from the call's status alone."""


def check_metadata(options: EmulatorOptions, metadata: Mapping[str, str]) -> None:
    """Refuse a call without the key or the function that is asked for.

    Raises:
        TurnedAway: It has not got them.
    """
    if options.key is not None and metadata.get("authorization") != f"Bearer {options.key}":
        given = "another one" if "authorization" in metadata else "none"
        raise TurnedAway(
            "UNAUTHENTICATED", f"metadata 'authorization' must be 'Bearer KEY' with the server's key; got {given}"
        )
    if options.function_id is not None and (named := metadata.get("function-id")) != options.function_id:
        shown = "none was named" if named is None else f"no function {named!r}"
        raise TurnedAway("NOT_FOUND", f"{shown}; metadata 'function-id' must name the server's")
