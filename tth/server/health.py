"""Whether the default profile can do its work."""

from __future__ import annotations

from typing import Any

from tth.server.house import House


def health_report(house: House) -> dict[str, Any]:
    """The state of the server and of each component.

    A component is ``ok`` with its primary, ``degraded`` with a fallback, ``down`` with none. A missing face is not
    fatal; a missing voice or model is.
    """
    components: dict[str, Any] = {}
    for kind, adapters in house.profile.components.items():
        working = [adapter.name for adapter in adapters if adapter.name not in house.trouble]
        status = "down" if not working else "ok" if working[0] == adapters[0].name else "degraded"
        components[kind] = {"adapter": working[0] if working else adapters[0].name, "status": status}
        if status != "ok":
            components[kind]["detail"] = house.trouble[adapters[0].name]
    down = house.draining or not house.able
    return {
        "status": "down" if down else "ok",
        "draining": house.draining,
        "profile": house.profile.name,
        "components": components,
        "sessions": house.sessions,
        "waiting": house.waiting,
    }
