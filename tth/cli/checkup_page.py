"""The last hop: a page of the server that runs at the configured address, if there is one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from tth.cli.findings import Finding
from tth.config.settings import Settings
from tth.observers.totals import IN_STEP_MS
from tth.server.run import listens_everywhere

NAME = "Page in step"
ASK_S = 0.7

FAR_MS = 100.0
"""A mouth that is further from its sound than this is seen to be."""

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def address_of(settings: Settings) -> str:
    """Where a server with these settings is asked from this machine."""
    host = settings.host.strip("[]")
    if listens_everywhere(host):
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def ask(settings: Settings, path: str) -> dict[str, Any] | None:
    """What the server at the configured address answers, ``None`` where none of this kind does."""
    key = settings.api_key.get_secret_value() if settings.api_key is not None else ""
    request = urllib.request.Request(address_of(settings) + path, headers={"X-API-Key": key} if key else {})
    try:
        with _opener.open(request, timeout=ASK_S) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return None
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def look_at_page(settings: Settings) -> Finding:
    """Playhead and offset of the page that reported last."""
    if not settings.port:
        return Finding(name=NAME, detail="no port is configured at which a server could be asked")
    told = ask(settings, "/v1/meters")
    if told is None:
        return Finding(name=NAME, detail=f"no server to ask at {address_of(settings)}; 'tth serve' starts one")
    pages = [session["page"] for session in told.get("sessions", ()) if session.get("page")]
    if not pages:
        return Finding(name=NAME, detail="no page is open, or none has spoken yet")
    page = min(pages, key=lambda page: page["age_s"])
    numbers = {"pages": len(pages), "playhead_ms": page["playhead_ms"]}
    detail = f"turn {page['turn']} at {page['playhead_ms'] / 1000:.2f} s, {page['state']}"
    offset = page["offset_ms"]
    if offset is not None:
        numbers["offset_ms"] = offset
        detail += f", the mouth {abs(offset):.0f} ms {'ahead of' if offset >= 0 else 'behind'} the sound"
    mean, apart = page.get("offset_mean_ms"), page.get("offset_p95_ms")
    if mean is not None and apart is not None:
        numbers |= {"offset_mean_ms": mean, "offset_p95_ms": apart}
        detail += f" (of late {mean:+.0f} ms in the mean, {apart:.0f} ms apart at most in 95 of 100 pictures)"
    if page["state"] == "blocked":
        fix = "The browser holds the sound back: click on the page."
        return Finding(name=NAME, status="warning", detail=detail, fix=fix, numbers=numbers)
    far = abs(offset or 0) > FAR_MS or abs(mean or 0) > IN_STEP_MS
    if page["state"] == "playing" and far:
        fix = "The page gets its frames too late: look at its load and the network to it."
        return Finding(name=NAME, status="warning", detail=detail, fix=fix, numbers=numbers)
    return Finding(name=NAME, detail=detail, numbers=numbers)
