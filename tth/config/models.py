"""Where avatars made by others lie, as GLB and VRM files."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

from tth.config.settings import Settings
from tth.config.sources import Sources

MOST_BYTES = 50 * 1024 * 1024
"""The largest model that is sent; the page reads no larger one."""

LIBRARIES = Path(str(files("tth") / "web" / "vendor" / "three"))
"""What the page draws models with; it is there where the build could fetch it."""

_NAME = re.compile(r"[^./\\\x00][^/\\\x00]*\.(?:glb|vrm)", re.IGNORECASE)


def is_model_name(text: str) -> bool:
    """Whether ``text`` may be the name of a model's file: no folder in it, and an ending that the page knows."""
    return _NAME.fullmatch(text) is not None


def models_folder(settings: Settings, sources: Sources) -> Path:
    """The folder that ``models`` names, else ``models`` in the person's own folder; it need not be there.

    A path that is not absolute counts from the current folder.
    """
    return Path(settings.models).expanduser() if settings.models else sources.folders[0].models


def list_models(folder: Path) -> list[str]:
    """The names of the models in a folder that can be sent: not empty, not too large, no links that lead out of it."""
    if not folder.is_dir():
        return []
    real = Path(os.path.realpath(folder))
    return sorted(file.name for file in folder.iterdir() if is_model_name(file.name) and _is_sendable(file, real))


def _is_sendable(file: Path, folder: Path) -> bool:
    try:
        return (
            file.is_file()
            and Path(os.path.realpath(file)).is_relative_to(folder)
            and 0 < file.stat().st_size <= MOST_BYTES
            and os.access(file, os.R_OK)
        )
    except OSError:
        # It went away, or lies behind what may not be looked into.
        return False
