"""Where a connection goes, and with which headers."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from tth.builtins import openai_access
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions

NAME = "openai_realtime"

_SCHEMES = {"https": "wss", "http": "ws", "wss": "wss", "ws": "ws"}


def base_url(options: OpenAIRealtimeOptions) -> str:
    """The API's base.

    Raises:
        AdapterUnavailable: It is no address.
    """
    return openai_access.base_url(NAME, options.base_url)


def socket_url(options: OpenAIRealtimeOptions) -> str:
    """The address of the WebSocket, the model in its query where the profile's query does not say which."""
    parts = urlsplit(base_url(options))
    query = dict(options.query)
    if not {"model", "deployment", "call_id"} & query.keys():
        query = {"model": options.model, **query}
    path = f"{parts.path}/{options.path.strip('/')}"
    return f"{_SCHEMES[parts.scheme]}://{parts.netloc}{path}?{urlencode(query)}"


def headers(options: OpenAIRealtimeOptions, key: str | None = None) -> dict[str, str]:
    """The request's headers, with ``key``, or the one in the environment now.

    Raises:
        AdapterUnavailable: A key is needed and there is none.
    """
    named = {
        "OpenAI-Organization": options.organization,
        "OpenAI-Project": options.project,
        "OpenAI-Safety-Identifier": options.safety_identifier,
    }
    return openai_access.headers(NAME, base_url(options), options.headers, key=key, named=named)


def key_for(options: OpenAIRealtimeOptions) -> str | None:
    """The key; ``None`` where none is set and the server, being on this machine, may not want one.

    Raises:
        AdapterUnavailable: There is none, or its file cannot be read.
    """
    return openai_access.key_for(NAME, base_url(options))
