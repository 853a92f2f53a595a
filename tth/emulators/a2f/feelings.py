"""What the face feels at each moment of a clip: the emotions sent, with their transitions, and what they look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from tth.core.controls import EmotionLabel
from tth.emulators.a2f.parameters import check_number
from tth.face.blendshapes import NAMES, Weights
from tth.face.emotions import LOOKS
from tth.wire.a2f.messages_pb2 import AudioStreamHeader, EmotionWithTimeCode
from tth.wire.a2f.methods import EMOTIONS

_LOOKS_LIKE: Mapping[str, Mapping[EmotionLabel, float]] = {
    "amazement": {EmotionLabel.SURPRISED: 1.0},
    "anger": {EmotionLabel.ANGRY: 1.0},
    "cheekiness": {EmotionLabel.HAPPY: 0.6, EmotionLabel.SURPRISED: 0.2},
    "disgust": {EmotionLabel.DISGUSTED: 1.0},
    "fear": {EmotionLabel.FEARFUL: 1.0},
    "grief": {EmotionLabel.SAD: 1.0, EmotionLabel.FEARFUL: 0.2},
    "joy": {EmotionLabel.HAPPY: 1.0},
    "outofbreath": {EmotionLabel.SURPRISED: 0.4, EmotionLabel.FEARFUL: 0.2},
    "pain": {EmotionLabel.DISGUSTED: 0.5, EmotionLabel.SAD: 0.5},
    "sadness": {EmotionLabel.SAD: 0.8},
}

_CALM = LOOKS[EmotionLabel.NEUTRAL]
_DIRECTIONS = np.stack(
    [sum(share * (LOOKS[label] - _CALM) for label, share in _LOOKS_LIKE[name].items()) for name in EMOTIONS]
).astype(np.float32)
"""Shape (10, 52): where each emotion takes the calm face."""

_DIRECTIONS[:, [name.startswith("eyeLook") for name in NAMES]] = 0.0  # the service leaves the gaze alone

TRANSITION_S = 0.5
PREFERRED_STRENGTH = 0.5
STRENGTH = 0.6
MOST = 3
"""What holds where a header leaves it out: the service's own settings."""

Emotions = Mapping[str, float]


class Feelings:
    """The emotions of a clip on its time line.

    No emotion is heard in the voice here: what shows is what was sent, by ``preferred_emotion_strength`` times
    ``emotion_strength``, and nothing of it where ``enable_preferred_emotion`` is off.

    Args:
        header: Of the clip; checked.
    """

    def __init__(self, header: AudioStreamHeader) -> None:
        shown, feeling = header.emotion_post_processing_params, header.emotion_params
        transition = feeling.HasField("live_transition_time")
        self._transition_s = feeling.live_transition_time if transition else TRANSITION_S
        self._most = shown.max_emotions if shown.HasField("max_emotions") else MOST
        self._share = _share(header)
        self._coming: list[tuple[float, dict[str, float]]] = []
        self.sent: Emotions = dict(feeling.beginning_emotion)
        self._from = self._to = self._shown(self.sent)
        self._since = 0.0

    def add(self, emotions: Iterable[EmotionWithTimeCode]) -> None:
        """Take emotions that came with the sound. One whose time has passed counts from now.

        Raises:
            ProtocolError: A time or a strength is out of range.
        """
        for each in emotions:
            check_number("emotions.time_code", each.time_code, 0.0, float("inf"))
            for name, value in each.emotion.items():
                check_number(f"emotions.emotion[{name}]", value, 0.0, 1.0)
            self._coming.append((each.time_code, dict(each.emotion)))
        self._coming.sort(key=lambda coming: coming[0])

    def at(self, time_s: float) -> Weights:
        """Each of ``EMOTIONS`` as it shows then, 0 to 1, shape (10,); ask in the order of time."""
        while self._coming and self._coming[0][0] <= time_s:
            _, self.sent = self._coming.pop(0)
            self._from, self._to, self._since = self._now(time_s), self._shown(self.sent), time_s
        return self._now(time_s)

    def _now(self, time_s: float) -> Weights:
        gone = min(1.0, (time_s - self._since) / self._transition_s)
        return self._from + np.float32(gone) * (self._to - self._from)

    def _shown(self, sent: Emotions) -> Weights:
        values = np.array([sent.get(name, 0.0) for name in EMOTIONS], np.float32) * np.float32(self._share)
        values[np.argsort(-values, kind="stable")[self._most :]] = 0.0
        return values


def _share(header: AudioStreamHeader) -> float:
    shown = header.emotion_post_processing_params
    if shown.HasField("enable_preferred_emotion") and not shown.enable_preferred_emotion:
        return 0.0
    preferred = shown.HasField("preferred_emotion_strength")
    strength = shown.emotion_strength if shown.HasField("emotion_strength") else STRENGTH
    return strength * (shown.preferred_emotion_strength if preferred else PREFERRED_STRENGTH)


def look(emotions: Weights) -> Weights:
    """The face of emotions as ``Feelings.at`` gives them."""
    if not emotions.any():
        return _CALM
    face: Weights = np.clip(_CALM + emotions @ _DIRECTIONS, 0.0, 1.0)
    return face
