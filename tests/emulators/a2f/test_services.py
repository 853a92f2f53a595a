"""What else is on the port: health, configuration files, TLS; and who is let in."""

from __future__ import annotations

import json
from pathlib import Path

import grpc
import grpc.aio
import pytest
import yaml

from tests.emulators.a2f.certificates import Authority
from tests.emulators.a2f.client import ask, clip, connected, converse, tone
from tth.emulators.a2f.options import EmulatorOptions, Security
from tth.testing.emulated_a2f import emulated_a2f
from tth.wire.a2f.messages_pb2 import A2XConfig, ConfigsTypeRequest, HealthCheckRequest, HealthCheckResponse, Status
from tth.wire.a2f.methods import CHECK, CONTROLLER, GET_CONFIGS, WATCH

SHORT = clip(tone(1_600))
OK = grpc.StatusCode.OK
LOCKED = EmulatorOptions(key="secret", function_id="0961a6da")


def health(channel, path=CHECK, service=""):
    kind = channel.unary_unary if path == CHECK else channel.unary_stream
    method = kind(
        path,
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    return method(HealthCheckRequest(service=service))


async def configs(channel, kind=ConfigsTypeRequest.YAML, **metadata):
    method = channel.unary_stream(
        GET_CONFIGS,
        request_serializer=ConfigsTypeRequest.SerializeToString,
        response_deserializer=A2XConfig.FromString,
    )
    return [each async for each in method(ConfigsTypeRequest(config_type=kind), metadata=list(metadata.items()))]


@pytest.mark.parametrize("service", ["", CONTROLLER])
async def test_the_service_says_that_it_is_well(service):
    async with emulated_a2f(LOCKED) as (target, _), connected(target) as channel:
        assert (await health(channel, service=service)).status == HealthCheckResponse.SERVING


async def test_the_health_of_a_stranger_is_not_known():
    async with emulated_a2f() as (target, _), connected(target) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await health(channel, service="x.Y")
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_who_watches_is_told_once_and_no_more_until_the_end():
    async with emulated_a2f() as (target, emulator), connected(target) as channel:
        watch, strange = health(channel, WATCH), health(channel, WATCH, "x.Y")
        assert (await watch.read()).status == HealthCheckResponse.SERVING
        assert (await strange.read()).status == HealthCheckResponse.SERVICE_UNKNOWN
        await emulator.break_now()
        with pytest.raises(grpc.aio.AioRpcError):
            await watch.read()


@pytest.mark.parametrize(
    ("kind", "ending", "read"),
    [(ConfigsTypeRequest.YAML, "yaml", yaml.safe_load), (ConfigsTypeRequest.JSON, "json", json.loads)],
)
async def test_three_configuration_files_say_what_kind_of_service_it_is(kind, ending, read):
    async with emulated_a2f(EmulatorOptions(streams=7)) as (target, _), connected(target) as channel:
        files = await configs(channel, kind)
    names = ["stylization_config", "deployment_config", "advanced_config"]
    assert [file.name for file in files] == [f"{name}.{ending}" for name in names]
    _, deployment, advanced = (read(file.content) for file in files)
    assert deployment["common"]["stream_number"] == 7
    assert advanced["audio"]["max_clip_seconds"] == 300


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"authorization": "Bearer secret", "function_id": "0961a6da"}, OK),
        ({"function_id": "0961a6da"}, grpc.StatusCode.UNAUTHENTICATED),
        ({"authorization": "Bearer wrong", "function_id": "0961a6da"}, grpc.StatusCode.UNAUTHENTICATED),
        ({"authorization": "secret", "function_id": "0961a6da"}, grpc.StatusCode.UNAUTHENTICATED),
        ({"authorization": "Bearer secret"}, grpc.StatusCode.NOT_FOUND),
        ({"authorization": "Bearer secret", "function_id": "another"}, grpc.StatusCode.NOT_FOUND),
    ],
)
async def test_key_and_function_are_asked_for(metadata, code):
    async with emulated_a2f(LOCKED) as (target, emulator):
        answer = await ask(target, SHORT, **metadata)
    assert answer.code is code
    assert [status.code for status in answer.statuses] == [Status.SUCCESS if code is OK else Status.ERROR]
    assert "secret" not in answer.details
    assert emulator.records[0].ended == ("complete" if code is OK else "refused")


async def test_configuration_files_too_are_for_those_with_a_key():
    async with emulated_a2f(EmulatorOptions(key="secret")) as (target, _), connected(target) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await configs(channel)
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert len(await configs(channel, authorization="Bearer secret")) == 3


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def test_over_tls_a_client_that_knows_the_authority_is_served(authority):
    certificate, key = authority.issue("server")
    async with emulated_a2f(security=Security(certificate=certificate, key=key)) as (target, _):
        async with connected(target, grpc.ssl_channel_credentials(authority.pem)) as channel:
            assert (await converse(channel, SHORT)).code is OK
        assert (await ask(target, SHORT)).code is grpc.StatusCode.UNAVAILABLE


async def test_over_mutual_tls_only_certified_clients_are_served(authority, tmp_path):
    certificate, key = authority.issue("server")
    known, own_key = authority.issue("client")
    strange, strange_key = Authority(tmp_path / "strangers").issue("client")
    security = Security(certificate=certificate, key=key, client_ca=authority.pem)
    async with emulated_a2f(security=security) as (target, _):
        for credentials, code in (
            (grpc.ssl_channel_credentials(authority.pem, own_key, known), OK),
            (grpc.ssl_channel_credentials(authority.pem), grpc.StatusCode.UNAVAILABLE),
            (grpc.ssl_channel_credentials(authority.pem, strange_key, strange), grpc.StatusCode.UNAVAILABLE),
        ):
            async with connected(target, credentials) as channel:
                assert (await converse(channel, SHORT)).code is code
