"""What a profile may say of the ``openai_stt`` recogniser."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class OpenAISTTOptions(BaseModel):
    """Where the server is, and what it is told of the speech."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field("gpt-transcribe", min_length=1, description="The model, or the deployment at Azure.")
    base_url: str | None = Field(None, description="Of the API, as in https://host/v1; OPENAI_BASE_URL, else OpenAI.")
    language: str | None = Field(None, description="ISO 639-1 code, as in 'en'; without it the server finds out.")
    prompt: str | None = Field(None, description="Words to expect.")
    temperature: float | None = Field(None, ge=0, le=1, description="How freely the model guesses.")
    stream: Literal["auto"] | bool = Field(
        "auto", description="Show the text while the server writes it; auto: where it can."
    )
    headers: dict[str, str] = Field(
        {}, description="Added to the request; one with a key takes the place of the bearer."
    )
    query: dict[str, str] = Field({}, description="Added to the address.")
    organization: str | None = Field(None, description="OpenAI-Organization.")
    project: str | None = Field(None, description="OpenAI-Project.")
    response_s: float = Field(15, gt=0, description="Longest wait for the server to go on.")
