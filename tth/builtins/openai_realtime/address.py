"""Where a connection goes, and with which headers."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.config.keys import find_key, find_variable
from tth.errors import AdapterUnavailable, ConfigError

OPENAI = "https://api.openai.com/v1"
NAME = "openai_realtime"

_SCHEMES = {"https": "wss", "http": "ws", "wss": "wss", "ws": "ws"}


def base_url(options: OpenAIRealtimeOptions) -> str:
    """The API's base: the profile's, else the environment's, else OpenAI's; without a slash at its end.

    Raises:
        AdapterUnavailable: It is no address.
    """
    url = (options.base_url or find_variable("OPENAI_BASE_URL") or OPENAI).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise AdapterUnavailable(NAME, f"{url!r} is no base URL; write it as https://host/v1")
    return url


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
    found = dict(options.headers)
    for name, text in found.items():
        if not (name + text).isprintable():
            raise AdapterUnavailable(NAME, f"the header {name!r} holds a character that no header may")
    given = {name.lower() for name in found}
    if not given & {"authorization", "api-key", "x-api-key"}:
        key = key or key_for(options)
        if key:
            found["Authorization"] = f"Bearer {key}"
    for name, value in (
        ("OpenAI-Organization", options.organization),
        ("OpenAI-Project", options.project),
        ("OpenAI-Safety-Identifier", options.safety_identifier),
    ):
        if value:
            found[name] = value
    return found


def key_for(options: OpenAIRealtimeOptions) -> str | None:
    """The key; ``None`` where none is set and the server, being on this machine, may not want one.

    Raises:
        AdapterUnavailable: There is none, or its file cannot be read.
    """
    try:
        key = find_key("OPENAI_API_KEY")
    except ConfigError as error:
        raise AdapterUnavailable(NAME, str(error)) from error
    if key is None and urlsplit(base_url(options)).hostname not in ("localhost", "127.0.0.1", "::1"):
        raise AdapterUnavailable(
            NAME, "there is no key; set OPENAI_API_KEY, or OPENAI_API_KEY_FILE to a file that holds it"
        )
    return key
