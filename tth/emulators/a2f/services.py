"""The services on the port: clips, configuration files, health. No service code is declared; paths are constants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import yaml

from tth.emulators.a2f.call import Call, metadata_of
from tth.emulators.a2f.doors import check_metadata
from tth.emulators.a2f.feelings import MOST, PREFERRED_STRENGTH, STRENGTH, TRANSITION_S
from tth.emulators.a2f.options import EmulatorOptions
from tth.emulators.a2f.record import Ledger
from tth.emulators.a2f.script import Script
from tth.errors import ProtocolError
from tth.face.lipsync.model import Model
from tth.wire.a2f import methods
from tth.wire.a2f.messages_pb2 import A2XConfig, ConfigsTypeRequest, HealthCheckRequest, HealthCheckResponse

KNOWN = ("", methods.CONTROLLER, methods.EXPORT_CONFIG, methods.HEALTH)
"""Services whose health may be asked for."""

SERVING = HealthCheckResponse(status=HealthCheckResponse.SERVING)


def handlers(
    options: EmulatorOptions, script: Script, ledger: Ledger, port: int, model: Model
) -> list[grpc.GenericRpcHandler]:
    """What a server on ``port`` answers with."""

    async def process(_: Any, context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
        await Call(options, script, ledger, port, model, context).serve()

    async def get_configs(
        request: ConfigsTypeRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[A2XConfig]:
        try:
            check_metadata(options, metadata_of(context))
        except ProtocolError as problem:
            await context.abort(grpc.StatusCode[problem.code], problem.problem)
        for name, content in config_files(options, request.config_type).items():
            yield A2XConfig(name=name, content=content)

    generic = grpc.method_handlers_generic_handler
    return [
        generic(methods.CONTROLLER, {"ProcessAudioStream": grpc.stream_stream_rpc_method_handler(process)}),
        generic(
            methods.EXPORT_CONFIG,
            {
                "GetConfigs": grpc.unary_stream_rpc_method_handler(
                    get_configs, ConfigsTypeRequest.FromString, A2XConfig.SerializeToString
                )
            },
        ),
        generic(
            methods.HEALTH,
            {
                "Check": grpc.unary_unary_rpc_method_handler(
                    _check, HealthCheckRequest.FromString, HealthCheckResponse.SerializeToString
                ),
                "Watch": grpc.unary_stream_rpc_method_handler(
                    _watch, HealthCheckRequest.FromString, HealthCheckResponse.SerializeToString
                ),
            },
        ),
    ]


async def _check(request: HealthCheckRequest, context: grpc.aio.ServicerContext[Any, Any]) -> HealthCheckResponse:
    if request.service not in KNOWN:
        await context.abort(grpc.StatusCode.NOT_FOUND, f"there is no service {request.service!r}")
    return SERVING


async def _watch(
    request: HealthCheckRequest, _context: grpc.aio.ServicerContext[Any, Any]
) -> AsyncIterator[HealthCheckResponse]:
    known = request.service in KNOWN
    yield SERVING if known else HealthCheckResponse(status=HealthCheckResponse.SERVICE_UNKNOWN)
    await asyncio.Event().wait()  # nothing changes until the server stops


def config_files(options: EmulatorOptions, kind: ConfigsTypeRequest.ConfigType) -> dict[str, str]:
    """The service's three configuration files by name, as YAML or as JSON."""
    limits = options.limits
    emotions = dict.fromkeys(methods.EMOTIONS, 0.0)
    files: dict[str, dict[str, Any]] = {
        "stylization_config": {
            "a2f": {"inference_model_id": "tth", "blendshape_id": f"arkit_{options.names}"},
            "a2e": {"enabled": False, "live_transition_time": TRANSITION_S, "emotion_strength": STRENGTH},
            "defaults": {
                "enable_preferred_emotion": True,
                "preferred_emotion_strength": PREFERRED_STRENGTH,
                "max_emotions": MOST,
                "beginning_emotion": emotions,
                "enable_clamping_bs_weight": False,
            },
        },
        "deployment_config": {
            "common": {
                "stream_number": options.streams,
                "add_silence_padding_after_audio": False,
                "blendshape_streaming_fps": options.fps,
            },
            "limits": {"low_fps": round(limits.pace * methods.FRAMES_A_SECOND), "low_fps_max_seconds": limits.slow_s},
        },
        "advanced_config": {
            "audio": {
                "min_sample_rate": methods.MIN_RATE_HZ,
                "max_sample_rate": methods.MAX_RATE_HZ,
                "max_buffer_seconds": limits.message_s,
                "max_clip_seconds": limits.clip_s,
                "max_idle_seconds": limits.idle_s,
            },
        },
    }
    if kind == ConfigsTypeRequest.JSON:
        return {f"{name}.json": json.dumps(content, indent=2) for name, content in files.items()}
    return {f"{name}.yaml": yaml.safe_dump(content, sort_keys=False) for name, content in files.items()}
