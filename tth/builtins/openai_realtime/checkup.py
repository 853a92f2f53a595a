"""What can be found out about a provider without talking to its model: key, access, announced end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tth.builtins.openai_realtime.address import NAME, base_url, key_for
from tth.builtins.openai_realtime.models import Model, table
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.errors import AdapterError

LIMIT_S = 10.0


async def examine(options: OpenAIRealtimeOptions) -> AsyncIterator[str]:
    """Ask the provider which models there are; yields what a person should know.

    Raises:
        AdapterError: There is no key, it is not taken, or the server cannot be reached.
    """
    # Imported here: it takes a second, and only this question needs it.
    from openai import APIConnectionError, APIStatusError, AsyncOpenAI

    key, url = key_for(options), base_url(options)
    try:
        async with AsyncOpenAI(api_key=key or "none", base_url=url, timeout=LIMIT_S, max_retries=1) as client:
            listed = {model.id: model async for model in client.models.list()}
    except APIConnectionError as error:
        raise AdapterError(NAME, f"{url} cannot be reached: {error.__cause__ or error}", code="unreachable") from error
    except APIStatusError as error:
        if error.status_code in (401, 403):
            raise AdapterError(
                NAME, f"{url} does not take this key; see OPENAI_API_KEY", code="invalid_api_key"
            ) from error
        yield f"{url} lists no models (it answered {error.status_code}), so access to {options.model} is not known"
        return
    for warning in _about(options, listed):
        yield warning


def _about(options: OpenAIRealtimeOptions, listed: dict[str, Any]) -> list[str]:
    name = options.model
    if name not in listed:
        near = ", ".join(sorted(model for model in listed if "realtime" in model)) or "none for speech"
        return [f"this key has no model {name!r}; it has {near}"]
    known = {**table().models, **options.models}.get(name, Model())
    ends = getattr(listed[name], "shutdown_date", None) or known.ends
    return [f"{name} is shut down on {ends}; choose another with 'model:'"] if ends else []
