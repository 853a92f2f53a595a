"""From a profile's options to what is said in each clip."""

from __future__ import annotations

from collections.abc import Mapping

from tth.builtins.a2f.options import A2FOptions
from tth.builtins.a2f.tables import Preset, mixes, presets
from tth.builtins.a2f.upload import Measures
from tth.core.controls import EmotionLabel
from tth.wire.a2f.clip import ClipSettings, EmotionSettings


def measures_of(options: A2FOptions) -> Measures:
    """How clips are cut, and what stands in their header."""
    return Measures(
        settings=settings_of(options),
        packet_bytes=2 * (options.rate_hz * options.packet_ms // 1000),
        tail_packets=-(-options.tail_ms // options.packet_ms),
        idle_s=options.idle_s,
        clip_s=options.clip_s,
        feels=options.emotions != "voice",
    )


def settings_of(options: A2FOptions) -> ClipSettings:
    """The preset with the options laid over it; what neither sets is left to the service."""
    preset = presets()[options.preset] if options.preset != "none" else Preset()
    return ClipSettings(
        rate_hz=options.rate_hz,
        face={**preset.face.model_dump(exclude_none=True), **options.face.model_dump(exclude_none=True)},
        emotion=EmotionSettings(**{**_MIXING[options.emotions], **options.emotion.model_dump(exclude_none=True)}),
        multipliers={**preset.multipliers, **options.multipliers},
        offsets={**preset.offsets, **options.offsets},
        clamp=options.clamp,
    )


def mix_of(
    label: EmotionLabel, intensity: float, expressivity: float, own: Mapping[EmotionLabel, Mapping[str, float]]
) -> dict[str, float]:
    """An emotion by the service's names.

    Each value of the table is multiplied by the intensity and, as in the offline face, by 0.5 at an expressivity of 0
    to 1.3 at 1; the product of the two is at most 1.
    """
    gain = min(1.0, intensity * (0.5 + 0.8 * expressivity))
    mix = own.get(label, mixes().get(label, {}))
    return {name: value * gain for name, value in mix.items()} if gain else {}


_MIXING: Mapping[str, Mapping[str, float | bool]] = {
    "asked": {"enable_preferred_emotion": True, "preferred_emotion_strength": 1.0},
    "voice": {"enable_preferred_emotion": False},
    "both": {"enable_preferred_emotion": True},
}
