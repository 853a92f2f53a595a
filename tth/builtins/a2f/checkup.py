"""What a person should know of a service: what it says without a clip, and how it answered one."""

from __future__ import annotations

import re

from tth.adapters.shared import Shared
from tth.builtins.a2f.link import GrpcLink, open_link
from tth.builtins.a2f.options import A2FOptions
from tth.errors import AdapterError
from tth.face.blendshapes import NAMES
from tth.wire.a2f.reply import Replies

_STREAMS = re.compile(r"^\s*stream_number:\s*(\d+)\s*$", re.MULTILINE)
"""In the service's own configuration: clips that it takes at once."""

LEAST_STREAMS = 2
"""One session needs two for a moment: the tail of one clip beside the beginning of the next."""


async def examine(options: A2FOptions) -> list[str]:
    """Ask the service after its health and its configuration; what a person should know.

    Raises:
        AdapterError: It is not well, or cannot be reached.
    """
    link = await open_link(options, Shared())
    try:
        await link.check()
        return [] if options.hosted else await _about(link)
    finally:
        await link.close()


async def _about(link: GrpcLink) -> list[str]:
    try:
        configs = await link.configs()
    except AdapterError:
        # Many do not show their configuration; that is no fault.
        return []
    found = [int(number) for text in configs for number in _STREAMS.findall(text)]
    if found and min(found) < LEAST_STREAMS:
        return [f"the service takes {min(found)} clip at once (stream_number); a session needs {LEAST_STREAMS}"]
    return []


def remarks_on(replies: Replies) -> list[str]:
    """What was odd in the answer to a clip, and yet no failure; empty where all was as it should be."""
    remarks = []
    if silent := [name for name in replies.missing if name.startswith(("jaw", "mouth"))]:
        told = f"{len(replies.missing)} of the {len(NAMES)} shapes are missing from the service's"
        remarks.append(f"{told}, {len(silent)} of them the mouth's, as {silent[0]}")
    if count := replies.after_verdict:
        remarks.append(f"{count} {'frame' if count == 1 else 'frames'} came after the final status")
    return remarks
