"""Brings the libraries that show model files into the wheel: through npm, where it is there, and never into git.

Wheels, editable installs and source archives pass here. Without npm, or without a network, the build goes on; then the
page draws its own face only, and says why.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = {
    "three/LICENSE": "three/LICENSE",
    "three/build/three.core.js": "three/three.core.js",
    "three/build/three.module.js": "three/three.module.js",
    "three/examples/jsm/loaders/GLTFLoader.js": "three/loaders/GLTFLoader.js",
    "three/examples/jsm/utils/BufferGeometryUtils.js": "three/utils/BufferGeometryUtils.js",
    "three/examples/jsm/utils/SkeletonUtils.js": "three/utils/SkeletonUtils.js",
    "@pixiv/three-vrm/LICENSE": "three-vrm/LICENSE",
    "@pixiv/three-vrm/lib/three-vrm.module.min.js": "three-vrm/three-vrm.module.min.js",
}
"""Files of the npm packages, and where each lies in the page's folder ``vendor``."""

VENDOR = Path("tth", "web", "vendor")
STAMP = "made-from.txt"
PATIENCE_S = 180

_BARE = re.compile(r"""(\bfrom\s*)(["'])three\2""")


class Missing(Exception):
    """Why the libraries could not be had."""


class VendorHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before hatchling gathers the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Lay the libraries beside the page, or say why they are not there."""
        try:
            bring(Path(self.root))
        except Missing as error:
            self.app.display_warning(f"tth is built without what shows GLB and VRM avatars: {error}")


def bring(root: Path) -> None:
    """Have the libraries in ``root``'s page, in the versions that the lock file names.

    Raises:
        Missing: They are not there and cannot be had; what lay there before is left.
    """
    vendor, made_from = root / VENDOR, _fingerprint(root)
    stamp = vendor / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == made_from:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise Missing("npm is not here; install Node.js, then install tth again")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / name, folder)
        command = [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=PATIENCE_S)
        except subprocess.CalledProcessError as error:
            lines = error.stderr.strip().splitlines() or [f"it ended with {error.returncode}"]
            raise Missing(f"npm failed: {lines[-1]}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Missing(f"npm failed: {error}") from error
        fresh = Path(folder, "vendor")
        lay_out(Path(folder, "node_modules"), fresh)
        (fresh / STAMP).write_text(made_from + "\n", encoding="utf-8")
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.move(fresh, vendor)


def lay_out(packages: Path, vendor: Path) -> None:
    """Copy the listed files.

    Modules ask for ``three`` by its bare name, which a browser knows only with an import map. A page has one map, and a
    strict policy lets it stand inline only with a hash; so the name is written out as a path here.
    """
    for source, target in FILES.items():
        file = vendor / target
        file.parent.mkdir(parents=True, exist_ok=True)
        text = (packages / source).read_text(encoding="utf-8")
        three = posixpath.relpath("three/three.module.js", posixpath.dirname(target))
        path = three if three.startswith("../") else f"./{three}"
        file.write_text(_BARE.sub(rf"\1\2{path}\2", text), encoding="utf-8")


def _fingerprint(root: Path) -> str:
    """Changes with the versions and with what is done to the files."""
    parts = [(root / "package-lock.json").read_bytes(), Path(__file__).read_bytes()]
    return hashlib.sha256(b"".join(parts)).hexdigest()


if __name__ == "__main__":
    try:
        bring(Path(__file__).resolve().parent)
    except Missing as error:
        raise SystemExit(f"the libraries are not there: {error}") from error
