"""Where avatars made by others lie, as GLB and VRM files."""

from __future__ import annotations

import re
from pathlib import Path

from tth.config.settings import Settings
from tth.config.sources import Sources

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
    """The names of the models in a folder."""
    if not folder.is_dir():
        return []
    return sorted(file.name for file in folder.iterdir() if is_model_name(file.name) and file.is_file())
