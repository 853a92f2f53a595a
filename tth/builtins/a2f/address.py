"""Where the service is, and what is told to it beside the messages."""

from __future__ import annotations

from tth.builtins.a2f.options import A2FOptions
from tth.builtins.a2f.places import HOW, is_address
from tth.builtins.a2f.trouble import NAME
from tth.config.keys import find_key, find_variable
from tth.errors import AdapterUnavailable, ConfigError
from tth.transports.grpc_channel import Tls
from tth.wire.a2f.methods import DEFAULT_TARGET

VARIABLE = "TTH_A2F_TARGET"
HOSTED_TARGET = "grpc.nvcf.nvidia.com:443"
LIMIT_S, HOSTED_LIMIT_S = 0.8, 3.0
"""How long a service is asked whether it is well; across the internet a connection alone takes half a second."""


def target_of(options: A2FOptions) -> str:
    """The profile's address; else the environment's, but for the hosted service, which has one of its own.

    Raises:
        AdapterUnavailable: The environment's is no address.
    """
    if options.target is not None:
        return options.target
    if options.hosted:
        return HOSTED_TARGET
    try:
        return find_target() or DEFAULT_TARGET
    except ConfigError as error:
        raise AdapterUnavailable(NAME, str(error)) from error


def find_target() -> str | None:
    """The address in the environment; ``None`` where there is none.

    Raises:
        ConfigError: It is no address.
    """
    target = find_variable(VARIABLE)
    if target is not None and not is_address(target):
        raise ConfigError("environment", key=VARIABLE, problem=f"{target!r} is no address", fix=f"{VARIABLE} {HOW}")
    return target


def tls_of(options: A2FOptions) -> Tls | None:
    """How the channel is encrypted; ``None`` for not at all."""
    if options.security == "none" and not options.hosted:
        return None
    return Tls(ca=options.ca, certificate=options.certificate, key=options.key)


def limit_of(options: A2FOptions) -> float:
    """Seconds in which the service must say that it is well."""
    return options.connect_s or (HOSTED_LIMIT_S if options.hosted else LIMIT_S)


def metadata_of(options: A2FOptions) -> dict[str, str]:
    """What goes with each call; the key is read anew, so that it can change while the program runs.

    Raises:
        AdapterUnavailable: The hosted service is asked for, and there is no key.
    """
    found: dict[str, str] = {}
    if options.hosted:
        found["authorization"] = f"Bearer {_key()}"
        found["function-id"] = options.function_id or ""
        if options.function_version:
            found["function-version-id"] = options.function_version
    return {**found, **options.metadata}


def _key() -> str:
    try:
        key = find_key("NVIDIA_API_KEY")
    except ConfigError as error:
        raise AdapterUnavailable(NAME, str(error)) from error
    if key is None:
        raise AdapterUnavailable(
            NAME, "there is no key; set NVIDIA_API_KEY, or NVIDIA_API_KEY_FILE to a file that holds it"
        )
    return key
