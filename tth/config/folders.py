"""Where settings, profiles and personas lie."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One place to look in.

    Attributes:
        name: ``user``, ``current`` or ``tth``.
        config: Holds ``base.yaml``.
        profiles: Holds one YAML file for each profile.
        personas: Holds one YAML file for each persona.
        models: Holds GLB and VRM files; only that of the user is looked into.
    """

    name: str
    config: Path
    profiles: Path
    personas: Path
    models: Path


def _folder(name: str, root: Path, *, config: Path | None = None) -> Folder:
    return Folder(
        name=name,
        config=config or root / "config",
        profiles=root / "profiles",
        personas=root / "personas",
        models=root / "models",
    )


def user_folder(environ: Mapping[str, str]) -> Folder:
    r"""The person's own: ``$TTH_CONFIG_DIR``, else ``$XDG_CONFIG_HOME/tth``, else ``~/.config/tth``.

    On Windows ``%APPDATA%\tth`` takes the place of ``~/.config/tth``.

    Source: XDG Base Directory Specification (a path that is not absolute is passed over).
    """
    if given := environ.get("TTH_CONFIG_DIR", "").strip():
        root = Path(given).expanduser()
    elif (xdg := Path(environ.get("XDG_CONFIG_HOME", ""))).is_absolute():
        root = xdg / "tth"
    elif os.name == "nt" and (app_data := environ.get("APPDATA")):
        root = Path(app_data) / "tth"
    else:
        root = Path.home() / ".config" / "tth"
    return _folder("user", root, config=root)


def current_folder() -> Folder:
    """The folder that the command was started in. Read only where it is trusted: a profile may start programs."""
    root = Path.cwd()
    return _folder("current", root)


def shipped_folder() -> Folder:
    """What comes with tth: inside the package as installed, at the top of the repository in a checkout."""
    data = PACKAGE / "data"
    root = data if data.is_dir() else PACKAGE.parent
    return replace(_folder("tth", root), personas=PACKAGE / "personas")


def search_folders(environ: Mapping[str, str], *, trust: bool = False) -> tuple[Folder, ...]:
    """The folders in the order in which a name is looked for."""
    current = (current_folder(),) if trust else ()
    return (user_folder(environ), *current, shipped_folder())
