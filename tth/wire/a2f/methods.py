"""The methods of an Audio2Face-3D service, and what is fixed about its audio and frames.

Only messages are compiled, under a package name of our own; a declared service would clash with NVIDIA's packages in
one process.
"""

from __future__ import annotations

CONTROLLER = "nvidia_ace.services.a2f_controller.v1.A2FControllerService"
PROCESS_AUDIO_STREAM = f"/{CONTROLLER}/ProcessAudioStream"
"""Stream of ``AudioStream`` in, stream of ``AnimationDataStream`` out; one call is one clip."""

EXPORT_CONFIG = "nvidia_ace.services.a2x_export_config.v1.A2XExportConfigService"
GET_CONFIGS = f"/{EXPORT_CONFIG}/GetConfigs"
"""``ConfigsTypeRequest`` in, stream of ``A2XConfig`` out."""

HEALTH = "grpc.health.v1.Health"
CHECK = f"/{HEALTH}/Check"
WATCH = f"/{HEALTH}/Watch"

DEFAULT_TARGET = "127.0.0.1:52000"
"""Where a service on this machine listens."""

FRAMES_A_SECOND = 30
MIN_RATE_HZ = 16_000
MAX_RATE_HZ = 144_000
MAX_MESSAGE_S = 10.0
"""Longest piece of audio in one message."""

MAX_CLIP_S = 300.0
"""Longest clip, and the longest time that the service works on one."""

MAX_IDLE_S = 30.0
"""A client that sends nothing for so long is cut off."""

MIN_PACE = 29 / 30
MAX_SLOW_S = 7.0
"""A client that uploads more slowly than ``MIN_PACE`` times real time for so long is cut off."""

MAX_MESSAGE_BYTES = 4_194_304
"""gRPC's own limit on a received message, on both ends."""

EMOTION_AGGREGATE = "nvidia_ace.emotion_aggregate.v1.EmotionAggregate"
"""Type name of the ``Any`` under the key ``emotion_aggregate`` of a frame's metadata, when written; when read, any name
that ends in ``EmotionAggregate`` is the same message."""

EMOTIONS = ("amazement", "anger", "cheekiness", "disgust", "fear", "grief", "joy", "outofbreath", "pain", "sadness")
"""What a face may feel, each 0 to 1; all at 0 is neutral."""
