"""Whether the default profile can do its work."""

from __future__ import annotations

from typing import Any

from tth.server.house import House


def health_report(house: House) -> dict[str, Any]:
    """The state of the server and of each component.

    A component is ``ok`` with its primary, ``degraded`` with a fallback, ``down`` with none; where an open session has
    had to change, as that session has it. A missing face is not fatal; a missing voice or model is.
    """
    components: dict[str, Any] = {}
    lacks = house.ledger.lacks(house.profile.name)
    for kind, adapters in house.profile.components.items():
        working = [adapter.name for adapter in adapters if adapter.name not in house.trouble]
        status = "down" if not working else "ok" if working[0] == adapters[0].name else "degraded"
        components[kind] = {"adapter": working[0] if working else adapters[0].name, "status": status}
        if status != "ok":
            components[kind]["detail"] = house.trouble[adapters[0].name]
        if (lack := lacks.get(kind)) is not None:
            status = "degraded" if lack.now else "down"
            components[kind] = {"adapter": lack.now or lack.was, "status": status, "detail": lack.reason}
    down = house.draining or not house.able
    return {
        "status": "down" if down else "ok",
        "draining": house.draining,
        "profile": house.profile.name,
        "components": components,
        "sessions": house.sessions,
        "waiting": house.waiting,
    }
