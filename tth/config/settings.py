"""How this installation runs; never which avatar."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class Limits(BaseModel):
    """How much is taken before something is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sessions: int = Field(64, ge=1, description="Sessions at once; one more is refused.")
    message_bytes: int = Field(1_048_576, ge=1024, description="Size of one message from a client.")
    text_chars: int = Field(8000, ge=1, description="Length of one message that a person types.")
    resume_s: float = Field(30, ge=0, description="Seconds that a session waits for a client that was lost.")
    tokens_per_minute: int = Field(
        10, ge=1, description="Secrets for the direct mode that one address may have in a minute."
    )
    guesses_per_minute: int = Field(
        30, ge=1, description="Wrong keys, tickets and secrets that one address may send in a minute."
    )
    connections: int = Field(256, ge=1, description="Connections of one address at once.")
    drain_s: float = Field(30, ge=0, description="Seconds that running turns get to finish when the server stops.")


class Share(BaseModel):
    """How much of the server one key may have; what is not set has no limit. Everybody may have the same key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sessions: int | None = Field(None, ge=1, description="Sessions of one key at once.")
    sessions_per_minute: int | None = Field(None, ge=1, description="Sessions that one key may begin in a minute.")
    messages_per_s: int | None = Field(None, ge=1, description="Messages a second that are read from one key.")
    microphone_s_per_minute: int | None = Field(
        None, ge=1, description="Seconds of microphone sound that one key may send in a minute."
    )
    speech_s_per_day: int | None = Field(None, ge=1, description="Seconds of speech that one key may hear in a day.")


class AddressShare(Share):
    """How much of the server one address may have: more than one person at one machine takes, less than all."""

    sessions: int | None = Field(32, ge=1, description="Sessions of one address at once.")
    sessions_per_minute: int | None = Field(120, ge=1, description="Sessions that one address may begin in a minute.")
    messages_per_s: int | None = Field(2000, ge=1, description="Messages a second that are read from one address.")
    microphone_s_per_minute: int | None = Field(
        1800, ge=1, description="Seconds of microphone sound that one address may send in a minute."
    )
    speech_s_per_day: int | None = Field(
        86_400, ge=1, description="Seconds of speech that one address may hear in a day."
    )


class Deadlines(BaseModel):
    """How long is waited before the next adapter, or the end of the turn. A profile may set them for its adapters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    connect_s: float = Field(5, gt=0, description="Seconds for an adapter to connect.")
    first_token_s: float = Field(8, gt=0, description="Seconds from the request to the first word of an answer.")
    token_gap_s: float = Field(8, gt=0, description="Seconds between two pieces of an answer's text.")
    first_sound_s: float = Field(4, gt=0, description="Seconds from a sentence to its first sound.")
    sound_gap_s: float = Field(4, gt=0, description="Seconds between two pieces of sound.")
    words_s: float = Field(8, gt=0, description="Seconds from the end of an utterance to its words.")


class Budget(BaseModel):
    """What a session may use up; then it ends after the answer that runs. A profile may set its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    usd: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="Dollars a session may cost, where its voice knows its prices."
    )
    minutes: float | None = Field(None, gt=0, allow_inf_nan=False, description="Minutes a session may last.")


class Listening(BaseModel):
    """How a person is listened to, and what their voice does to the avatar's. A profile may set its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detector: Literal["auto", "silero", "energy", "voice"] = Field(
        "auto", description="What finds where speech begins and ends; voice: the realtime voice itself."
    )
    threshold: float = Field(0.5, ge=0, le=1, description="How sure it must be that it hears speech.")
    silence_ms: int = Field(500, ge=100, le=5000, description="Silence that ends an utterance.")
    prefix_ms: int = Field(300, ge=0, le=1000, description="Sound from before speech was noticed that belongs to it.")
    barge_in: Literal["hold", "stop", "off"] = Field(
        "hold", description="What a person's voice does to the avatar's: hold it until it is clear, stop it, nothing."
    )
    barge_in_ms: int = Field(160, ge=60, le=2000, description="So long somebody must speak to hold or stop the avatar.")
    judge_ms: int = Field(1500, ge=200, le=10_000, description="Who speaks for longer does not merely say 'mhm'.")
    fillers: tuple[str, ...] = Field((), description="Words that do not stop the avatar, beside the usual ones.")
    interrupters: tuple[str, ...] = Field((), description="Words that stop it however short they are said, likewise.")


class Settings(BaseModel):
    """Settings of the program. ``read_settings`` reads them; made directly, it holds its defaults."""

    # Not one of pydantic-settings: the layers are laid before this, and that package takes 40 ms to import.
    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", min_length=1, description="Address that the server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that the server listens on; 0 takes any free one.")
    api_key: SecretStr | None = Field(None, description="Key that clients must send; needed off loopback.")
    insecure: bool = Field(False, description="Serve off loopback without a key.")
    origins: tuple[str, ...] = Field((), description="Web pages of other origins that may connect.")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses and networks of proxies that say whom they speak for."
    )
    profile: str = Field("offline", min_length=1, description="Profile used where none is named.")
    models: str | None = Field(
        None, min_length=1, description="Folder of GLB and VRM avatars; else 'models' in your own folder."
    )
    record: str | None = Field(
        None, min_length=1, description="Folder that conversations are recorded in; none is where it is not set."
    )
    record_asked: bool = Field(False, description="Record only the sessions whose client asks for it.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["text", "json"] = Field("text", description="Lines to read, or one JSON object a line.")
    limits: Limits = Field(Limits(), description="How much is taken.")
    per_address: AddressShare = Field(AddressShare(), description="How much of it one address may have.")
    per_key: Share = Field(Share(), description="How much of it one key may have.")
    deadlines: Deadlines = Field(Deadlines(), description="How long is waited.")
    budget: Budget = Field(Budget(), description="What a session may use up.")
    listening: Listening = Field(Listening(), description="How a person is listened to.")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, named: tuple[str, ...]) -> tuple[str, ...]:
        for name in named:
            ipaddress.ip_network(name)
        return named


CONFIG_DIR = "TTH_CONFIG_DIR"
"""The one variable that is no setting: it says where the settings lie."""


def variables() -> Iterator[tuple[str, str, object]]:
    """Each setting's environment variable, what it means and its default."""
    yield CONFIG_DIR, "Folder of your own settings, profiles and personas.", "~/.config/tth"
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, BaseModel):
            for inner, part in type(field.default).model_fields.items():
                yield f"TTH_{name}__{inner}".upper(), part.description or "", part.default
        else:
            yield f"TTH_{name}".upper(), field.description or "", field.default
