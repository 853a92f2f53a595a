"""What has passed along a session's path so far: counted where it passes, read by whoever asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Meters:
    """Counts since the session was opened; nothing here is ever reset.

    Attributes:
        chunks: Pieces of sound that came from the voice.
        sound_bytes: Their PCM.
        sends: Pieces that the avatar accepted; each is one or more packets.
        packets: Packets in them, the short last one of a speech counted as one.
        upload_bytes: Their PCM, in the avatar's own format.
        refused_sends: Pieces at which the avatar failed.
        frames: Frames of a speech that were delivered; idle ones are not counted.
        dropped_frames: Frames that came too late, or of a speech that was over.
        frame_unit: When the newest delivered frame of the current speech is due, in media units.
        tail_frames: Those of the frames that were due after the speech's last sample.
        connects: Avatars that were connected.
        refused_connects: Avatars that could not be.
        degrades: Times that a lower avatar took over.
        recoveries: Times that a higher one came back.
    """

    chunks: int = 0
    sound_bytes: int = 0
    sends: int = 0
    packets: int = 0
    upload_bytes: int = 0
    refused_sends: int = 0
    frames: int = 0
    dropped_frames: int = 0
    frame_unit: int = 0
    tail_frames: int = 0
    connects: int = 0
    refused_connects: int = 0
    degrades: int = 0
    recoveries: int = 0
