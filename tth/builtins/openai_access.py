"""Where an OpenAI-compatible API is and what opens it, for every adapter that speaks to one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from tth.config.keys import find_key, find_variable
from tth.errors import AdapterUnavailable, ConfigError

OPENAI = "https://api.openai.com/v1"

KEY_HEADERS = frozenset({"authorization", "api-key", "x-api-key"})
"""Headers that bring a key of their own."""

_SCHEMES = ("https", "http", "wss", "ws")


def base_url(adapter: str, given: str | None) -> str:
    """The API's base: the profile's, else the environment's, else OpenAI's; without a slash at its end.

    Raises:
        AdapterUnavailable: It is no address.
    """
    url = (given or find_variable("OPENAI_BASE_URL") or OPENAI).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise AdapterUnavailable(adapter, f"{url!r} is no base URL; write it as https://host/v1")
    return url


def key_for(adapter: str, url: str) -> str | None:
    """The key, read anew; ``None`` where none is set and the server, being on this machine, may not want one.

    Raises:
        AdapterUnavailable: There is none, or its file cannot be read.
    """
    try:
        key = find_key("OPENAI_API_KEY")
    except ConfigError as error:
        raise AdapterUnavailable(adapter, str(error)) from error
    if key is None and urlsplit(url).hostname not in ("localhost", "127.0.0.1", "::1"):
        raise AdapterUnavailable(
            adapter, "there is no key; set OPENAI_API_KEY, or OPENAI_API_KEY_FILE to a file that holds it"
        )
    return key


def headers(
    adapter: str, url: str, given: Mapping[str, str], *, key: str | None = None, named: Mapping[str, str | None]
) -> dict[str, str]:
    """A request's headers.

    Args:
        adapter: Whose.
        url: The API's base.
        given: The profile's; one with a key takes the place of the bearer.
        key: Used in place of the one in the environment.
        named: Headers by name, left out where they have no value.

    Raises:
        AdapterUnavailable: A key is needed and there is none, or a header holds what none may.
    """
    found = dict(given)
    for name, text in found.items():
        if not (name + text).isprintable():
            raise AdapterUnavailable(adapter, f"the header {name!r} holds a character that no header may")
    if not KEY_HEADERS & {name.lower() for name in found}:
        key = key or key_for(adapter, url)
        if key:
            found["Authorization"] = f"Bearer {key}"
    return found | {name: value for name, value in named.items() if value}
