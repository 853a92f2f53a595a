"""What a profile may say of the ``openai_realtime`` voice."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tth.builtins.openai_realtime.models import Model
from tth.core.controls import EmotionLabel

STRICT = ConfigDict(extra="forbid", frozen=True)


class ServerVad(BaseModel):
    """The server listens for loudness and silence."""

    model_config = STRICT

    type: Literal["server_vad"] = "server_vad"
    threshold: float = Field(0.5, ge=0, le=1, description="How loud speech must be.")
    prefix_padding_ms: int = Field(300, ge=0, description="Sound kept from before speech was noticed.")
    silence_duration_ms: int = Field(500, ge=0, description="Silence that ends an utterance.")
    idle_timeout_ms: int | None = Field(None, ge=5000, le=30000, description="Silence after which the model speaks up.")
    create_response: bool = Field(True, description="Whether the server answers an utterance by itself.")
    interrupt_response: bool = Field(True, description="Whether the server stops its answer when the person speaks.")


class SemanticVad(BaseModel):
    """The server listens for the end of a thought."""

    model_config = STRICT

    type: Literal["semantic_vad"]
    eagerness: Literal["low", "medium", "high", "auto"] = Field("auto", description="How soon it takes the turn.")
    create_response: bool = Field(True, description="Whether the server answers an utterance by itself.")
    interrupt_response: bool = Field(True, description="Whether the server stops its answer when the person speaks.")


class Transcription(BaseModel):
    """How what the person says is written down."""

    model_config = STRICT

    model: str = "gpt-transcribe"
    language: str | None = Field(None, description="ISO 639-1 code, as in 'en'.")
    prompt: str | None = Field(None, description="Words to expect.")


class OpenAIRealtimeOptions(BaseModel):
    """Where the server is, what it is asked for, and what is known of its model."""

    model_config = STRICT

    model: str = Field("gpt-realtime-2.1", min_length=1, description="The model, or the deployment at Azure.")
    base_url: str | None = Field(None, description="Of the API, as in https://host/v1; OPENAI_BASE_URL, else OpenAI.")
    path: str = Field("realtime", description="Of the WebSocket below the base URL.")
    query: dict[str, str] = Field({}, description="Added to the address, beside the model.")
    headers: dict[str, str] = Field(
        {}, description="Added to the request; one with a key takes the place of the bearer."
    )
    organization: str | None = Field(None, description="OpenAI-Organization.")
    project: str | None = Field(None, description="OpenAI-Project.")
    safety_identifier: str | None = Field(None, description="A stable hash of the end user; never a name or address.")
    dialect: Literal["auto", "ga", "beta"] = Field("auto", description="auto: as the server's first event shows.")

    voice: str | None = Field(None, description="Used where the wished one is not among the model's.")
    speed: float = Field(1.0, ge=0.25, le=1.5, description="Pace; a control's speech_rate multiplies it.")
    delivery: dict[EmotionLabel, str] = Field({}, description="How an emotion is described to the model.")
    turn_detection: Annotated[ServerVad | SemanticVad, Field(discriminator="type")] | None = Field(
        ServerVad(), description="How the server hears that a turn is over; null: it does not."
    )
    transcription: Transcription | None = Field(None, description="Write down what the person says.")
    noise_reduction: Literal["near_field", "far_field"] | None = Field(None, description="For headsets, for rooms.")
    reasoning_effort: Literal["minimal", "low", "medium", "high", "xhigh"] | None = Field(
        None, description="Left out for models that do not reason."
    )
    max_output_tokens: int | None = Field(None, ge=1, description="Longest answer.")
    truncation: Literal["auto", "disabled"] | float | None = Field(
        None, description="What is dropped when the conversation is too long; a number is the ratio that is kept."
    )
    temperature: float | None = Field(None, ge=0, le=2, description="For servers of the beta dialect only.")
    tool_choice: Literal["auto", "none", "required"] | None = Field(None, description="Whether tools are called.")
    mcp: tuple[dict[str, Any], ...] = Field(
        (), description="MCP servers that OpenAI shall call, as its API takes them."
    )

    models: dict[str, Model] = Field({}, description="Voices and prices of further models.")
    session_s: float = Field(3600, gt=0, description="How long the server lets a connection live.")
    renew_before_s: float = Field(300, ge=0, description="A new connection is made so long before that.")
    confirm_s: float = Field(4, gt=0, description="Longest wait for the server to confirm the session.")
    response_s: float = Field(8, gt=0, description="Longest wait for a response to begin.")
    secret_seconds: int = Field(
        60, ge=10, le=7200, description="How long a page may use the secret that lets it talk to the provider directly."
    )
    replay_tokens: int = Field(16_000, ge=0, description="Of the conversation, told to a new connection at most.")
