"""What a response is billed for.

Source: OpenAI's pricing guide: 1 audio token for 100 ms of the user's sound, 1 for 50 ms of the model's. The tokens of
text and pictures are estimates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CHARS_PER_TOKEN = 4
USER_MS_PER_TOKEN = 100
MODEL_MS_PER_TOKEN = 50
_IMAGE_TOKENS = {"low": 85}
_FULL_IMAGE_TOKENS = 765


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens by modality."""

    text: int = 0
    audio: int = 0
    image: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.text + other.text, self.audio + other.audio, self.image + other.image)

    @property
    def total(self) -> int:
        """All of them."""
        return self.text + self.audio + self.image

    def common(self, other: Tokens) -> Tokens:
        """The lesser of each modality."""
        return Tokens(min(self.text, other.text), min(self.audio, other.audio), min(self.image, other.image))


def text_tokens(text: str) -> int:
    """About a token for four characters, at least one where there are any."""
    return -(-len(text) // CHARS_PER_TOKEN)


def image_tokens(detail: str) -> int:
    """A fixed estimate by the detail that was asked for."""
    return _IMAGE_TOKENS.get(detail, _FULL_IMAGE_TOKENS)


def usage_shown(read: Tokens, cached: Tokens, made: Tokens) -> dict[str, Any]:
    """``usage`` of a response; ``cached`` is a part of ``read``."""
    return {
        "total_tokens": read.total + made.total,
        "input_tokens": read.total,
        "output_tokens": made.total,
        "input_token_details": {
            "text_tokens": read.text,
            "audio_tokens": read.audio,
            "image_tokens": read.image,
            "cached_tokens": cached.total,
            "cached_tokens_details": {
                "text_tokens": cached.text,
                "audio_tokens": cached.audio,
                "image_tokens": cached.image,
            },
        },
        "output_token_details": {"text_tokens": made.text, "audio_tokens": made.audio},
    }
