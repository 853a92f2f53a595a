"""What a profile may say of the ``a2f`` avatar."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, field_validator, model_validator

from tth.builtins.a2f.parameters import STRICT, Emotion, Face, Shapes
from tth.builtins.a2f.places import Address, PemFile
from tth.builtins.a2f.tables import Mix
from tth.config.nearest import suggestion
from tth.core.controls import EmotionLabel


class A2FOptions(BaseModel):
    """Where the service is, how it is fed, and how the face shall look."""

    model_config = STRICT

    target: Address | None = Field(
        None, description="host:port of the service; TTH_A2F_TARGET, else 127.0.0.1:52000, or NVIDIA's where hosted."
    )
    security: Literal["none", "tls", "mtls"] = Field("none", description="As the service's secure_mode; hosted: TLS.")
    ca: PemFile | None = Field(None, description="PEM file with the roots to trust; the public ones where not given.")
    certificate: PemFile | None = Field(None, description="PEM file with our certificate, for mtls.")
    key: PemFile | None = Field(None, description="PEM file with that certificate's key, for mtls.")
    hosted: bool = Field(False, description="The service runs at NVIDIA: NVIDIA_API_KEY and function_id are needed.")
    function_id: str | None = Field(None, min_length=1, description="Of the hosted character.")
    function_version: str | None = Field(None, min_length=1, description="Of that function, where not the latest.")
    metadata: dict[str, str] = Field({}, description="Added to each call.")
    connect_s: float | None = Field(
        None, gt=0, le=4.5, description="Longest wait for the service to say that it is well; 0.8, or 3 where hosted."
    )

    rate_hz: Literal[16000, 24000] = Field(16000, description="Of the sound it is fed.")
    packet_ms: int = Field(20, ge=10, le=500, multiple_of=5, description="Each message is a whole number of packets.")
    tail_ms: int = Field(400, ge=0, le=2000, description="Silence after the last sound, in which the mouth closes.")
    idle_s: float = Field(2.0, ge=0.5, le=5, description="A clip ends when no sound came for so long.")
    clip_s: float = Field(60.0, ge=1, le=280, description="A clip that is older ends at the next silence.")

    emotions: Literal["asked", "voice", "both"] = Field(
        "asked", description="Shown are those asked for, those heard in the voice, or a mixture."
    )
    emotion_map: dict[EmotionLabel, Mix] = Field({}, description="The service's emotions for some of tth's.")
    emotion: Emotion = Field(Emotion(), description="How the service mixes emotions.")
    preset: Literal["none", "claire", "james", "mark"] = Field(
        "none", description="What NVIDIA's client sends for that head; the options below are laid over it."
    )
    face: Face = Field(Face(), description="Run-time face parameters.")
    multipliers: Shapes = Field({}, description="What weights are multiplied by, as in {jawOpen: 0.8}.")
    offsets: Shapes = Field({}, description="What is added to weights after that.")
    clamp: bool | None = Field(None, description="Whether the service keeps weights within 0 and 1; tth does anyway.")

    @field_validator("metadata")
    @classmethod
    def _carried(cls, given: dict[str, str]) -> dict[str, str]:
        for name, value in given.items():
            if name.startswith("grpc-"):
                raise ValueError(f"{name!r} cannot name metadata; names that begin with grpc- are gRPC's own")
            if not name or set(name) - _NAME:
                raise ValueError(f"{name!r} cannot name metadata; use lower-case letters, digits, '-', '_' and '.'")
            if name.endswith("-bin") or not (value.isascii() and value.isprintable()):
                raise ValueError(f"the metadata {name!r} must be printable ASCII")
        return given

    @field_validator("emotion_map", mode="before")
    @classmethod
    def _felt(cls, given: object) -> object:
        for name in given if isinstance(given, dict) else ():
            if name not in list(EmotionLabel):
                raise ValueError(f"no emotion named {name!r}; {suggestion(str(name), EmotionLabel)}")
        return given

    @model_validator(mode="after")
    def _together(self) -> A2FOptions:
        for wrong, problem in (
            (self.hosted and not self.function_id, "hosted needs function_id: the id of a character's function"),
            (self.hosted and self.security == "mtls", "hosted takes no client certificate; leave security out"),
            (not self.hosted and (self.function_id or self.function_version), "function_id needs 'hosted: true'"),
            (self.security == "mtls" and not (self.certificate and self.key), "mtls needs certificate and key"),
            (self.security != "mtls" and (self.certificate or self.key), "certificate and key need 'security: mtls'"),
            (self.security == "none" and not self.hosted and self.ca, "ca needs 'security: tls' or 'mtls'"),
            (
                self.emotions != "both" and self.emotion.preferred_emotion_strength is not None,
                "preferred_emotion_strength needs 'emotions: both'",
            ),
        ):
            if wrong:
                raise ValueError(problem)
        return self


_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
