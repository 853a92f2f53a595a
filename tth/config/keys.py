"""Secrets of providers: in the environment, or in a file that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tth.errors import ConfigError

VARIABLES: Mapping[str, str] = {
    "OPENAI_API_KEY": "Key for OpenAI or the server that OPENAI_BASE_URL names; only profiles that use it ask.",
    "OPENAI_API_KEY_FILE": "A file that holds the key instead; read anew for each connection.",
    "OPENAI_BASE_URL": "Where an OpenAI-compatible API is, as in https://api.openai.com/v1.",
    "NVIDIA_API_KEY": "Key for NVIDIA's hosted Audio2Face-3D; only a face with 'hosted: true' asks.",
    "NVIDIA_API_KEY_FILE": "A file that holds that key instead; read anew for each call.",
    "TTH_A2F_TARGET": "Where the Audio2Face-3D service is, as in 127.0.0.1:52000.",
}
"""What providers' adapters read from the environment, and what it means."""


def find_key(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The secret ``name``, read anew at each call so that it can change while the program runs.

    ``NAME_FILE`` names a file that holds it; ``NAME`` itself goes first.

    Raises:
        ConfigError: The file cannot be read, or holds nothing.
    """
    given = os.environ if environ is None else environ
    if value := given.get(name, "").strip():
        return _sound(value, name)
    path = given.get(f"{name}_FILE", "").strip()
    if not path:
        return None
    try:
        value = Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("environment", key=f"{name}_FILE", problem=f"{path} cannot be read: {error}") from error
    if not value:
        raise ConfigError("environment", key=f"{name}_FILE", problem=f"{path} is empty", fix="write the key into it")
    return _sound(value, f"{name}_FILE")


def _sound(value: str, name: str) -> str:
    """The secret without a byte order mark; what no header can carry is refused, and never shown."""
    value = value.removeprefix("\ufeff").strip()
    if not (value.isascii() and value.isprintable()) or " " in value:
        problem = "holds a line break, a space or another character that no key has"
        raise ConfigError("environment", key=name, problem=problem, fix="set it to the key alone")
    return value


def find_variable(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The value of a variable that is no secret; ``None`` where it is unset or empty."""
    given = os.environ if environ is None else environ
    return given.get(name, "").strip() or None
