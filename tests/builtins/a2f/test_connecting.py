"""Finding out whether a service is there and well, over real gRPC on loopback."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import asynccontextmanager, closing

import grpc
import grpc.aio
import pytest

from tests.builtins.a2f.certificates import Authority
from tth.adapters.shared import Shared
from tth.builtins.a2f.adapter import A2F
from tth.builtins.a2f.options import A2FOptions
from tth.core.controls import TurnControl
from tth.emulators.a2f.options import EmulatorOptions, Security
from tth.errors import AdapterError, AdapterUnavailable
from tth.testing.emulated_a2f import emulated_a2f
from tth.wire.a2f.messages_pb2 import A2XConfig, HealthCheckResponse
from tth.wire.a2f.methods import EXPORT_CONFIG, HEALTH


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    for name in ("NVIDIA_API_KEY", "NVIDIA_API_KEY_FILE", "TTH_A2F_TARGET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("strange"), "stranger")


def nobody() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


async def failure(**options) -> AdapterError:
    shared = Shared()
    avatar = A2F(A2FOptions(**options), shared)
    with pytest.raises(AdapterError) as caught:
        await avatar.connect()
    assert len(shared) == 0
    await avatar.close()
    return caught.value


async def works(**options) -> None:
    """A connection, and a clip of a second that comes back."""
    avatar = A2F(A2FOptions(**options), Shared())
    try:
        await avatar.connect()
        await avatar.start_speech("one", start_sample=0, control=TurnControl())
        await avatar.send_audio(bytes(32_000), 0)
        await avatar.end_speech()
        async with asyncio.timeout(10):
            async for frame in avatar.stream_frames():
                if frame.sample >= 24_000:
                    break
    finally:
        await avatar.close()


@asynccontextmanager
async def answering(health=None, configs=()):
    """A server that answers the question after its health with a status or a code."""

    async def check(request, context):
        if isinstance(health, grpc.StatusCode):
            await context.abort(health, "said so")
        return HealthCheckResponse(status=health).SerializeToString()

    async def all_configs(request, context):
        for text in configs:
            yield A2XConfig(name="deployment_config.yaml", content=text).SerializeToString()

    server = grpc.aio.server()
    handlers = []
    if health is not None:
        handlers.append((HEALTH, {"Check": grpc.unary_unary_rpc_method_handler(check)}))
    if configs:
        handlers.append((EXPORT_CONFIG, {"GetConfigs": grpc.unary_stream_rpc_method_handler(all_configs)}))
    server.add_generic_rpc_handlers(
        tuple(grpc.method_handlers_generic_handler(service, methods) for service, methods in handlers)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


async def test_nobody_there_is_told_at_once_and_may_be_there_later():
    begun = time.monotonic()
    error = await failure(target=nobody())
    assert (error.code, error.decision) == ("unreachable", "retry")
    assert time.monotonic() - begun < 5


async def test_a_service_that_answers_nothing_is_not_waited_for():
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        error = await failure(target=f"127.0.0.1:{deaf.getsockname()[1]}", connect_s=0.2)
    assert error.code in ("timed_out", "unreachable")
    assert error.decision == "retry"


@pytest.mark.parametrize(
    ("health", "code", "decision"),
    [
        (HealthCheckResponse.NOT_SERVING, "not_serving", "retry"),
        (grpc.StatusCode.UNAVAILABLE, "unreachable", "retry"),
        (grpc.StatusCode.UNAUTHENTICATED, "invalid_api_key", "fatal"),
        (grpc.StatusCode.PERMISSION_DENIED, "invalid_api_key", "fatal"),
        (grpc.StatusCode.NOT_FOUND, "unknown_function", "fatal"),
        (grpc.StatusCode.INTERNAL, "service_failed", "retry"),
    ],
)
async def test_a_service_that_is_not_well_says_why(health, code, decision):
    async with answering(health) as target:
        error = await failure(target=target)
        assert (error.code, error.decision) == (code, decision)


@pytest.mark.parametrize("health", [HealthCheckResponse.SERVING, HealthCheckResponse.UNKNOWN, None])
async def test_a_service_that_serves_or_knows_no_health_is_well(health):
    async with answering(health) as target:
        shared = Shared()
        avatar = A2F(A2FOptions(target=target), shared)
        await avatar.connect()
        await avatar.connect()
        assert len(shared) == 1
        await avatar.close()
        assert len(shared) == 0


async def test_a_service_that_comes_back_is_found_at_the_next_question():
    async with emulated_a2f() as (target, emulator):
        options, shared = A2FOptions(target=target), Shared()
        lease = await A2F.warm_up(options, shared)
        await works(target=target)
        await emulator.break_now()
        for _ in range(3):
            avatar = A2F(options, shared)
            with pytest.raises(AdapterError):
                await avatar.connect()
            await avatar.close()
        await emulator.come_back()
        async with asyncio.timeout(3):
            while True:
                avatar = A2F(options, shared)
                try:
                    await avatar.connect()
                    break
                except AdapterError:
                    await asyncio.sleep(0.02)
                finally:
                    await avatar.close()
        assert len(shared) == 1
        await lease.close()
        assert len(shared) == 0


async def test_the_target_is_the_profiles_else_the_environments(monkeypatch):
    async with emulated_a2f() as (target, _):
        monkeypatch.setenv("TTH_A2F_TARGET", target)
        await works()
        monkeypatch.setenv("TTH_A2F_TARGET", "nowhere")
        await works(target=target)


@pytest.mark.parametrize("target", ["nowhere", "http://host:1", ":1", "host:", "host:0", "host:99999", "host:x"])
async def test_what_is_no_address_is_refused(target, monkeypatch):
    monkeypatch.setenv("TTH_A2F_TARGET", target)
    error = await failure()
    assert (error.decision, "TTH_A2F_TARGET is host:port" in error.problem) == ("fatal", True)


async def test_a_service_with_tls_is_reached_with_its_authority_alone(authority, stranger):
    pair = authority.pair("server")
    security = Security(certificate=pair.certificate.read_bytes(), key=pair.key.read_bytes())
    async with emulated_a2f(security=security) as (target, _):
        await works(target=target, security="tls", ca=authority.ca)
        for options in ({"ca": stranger.ca}, {}):
            error = await failure(target=target, security="tls", connect_s=3, **options)
            assert (error.code, error.decision) == ("bad_certificate", "fatal")
        assert (await failure(target=target)).decision == "retry"


async def test_a_service_with_mtls_wants_our_certificate_too(authority, stranger):
    server, client, other = authority.pair("server"), authority.pair("client"), stranger.pair("other")
    security = Security(
        certificate=server.certificate.read_bytes(), key=server.key.read_bytes(), client_ca=authority.ca.read_bytes()
    )
    async with emulated_a2f(security=security) as (target, _):
        options = {"target": target, "security": "mtls", "ca": authority.ca, "connect_s": 3}
        await works(**options, certificate=client.certificate, key=client.key)
        for error in (
            await failure(**options, certificate=other.certificate, key=other.key),
            await failure(target=target, security="tls", ca=authority.ca, connect_s=3),
        ):
            # A service that is just being stopped looks the same, so it is asked again.
            assert (error.decision, "certificate" in error.problem) == ("retry", True)
        error = await failure(**options, certificate=client.certificate, key=other.key)
        assert (error.code, error.decision) == ("bad_certificate", "fatal")


async def test_tls_to_a_service_without_it_says_so(authority):
    async with emulated_a2f() as (target, _):
        error = await failure(target=target, security="tls", ca=authority.ca, connect_s=3)
        assert (error.code, error.decision) == ("bad_certificate", "fatal")
        assert "no TLS" in error.problem


async def test_a_certificate_that_cannot_be_read_is_told(tmp_path):
    gone = tmp_path / "gone.pem"
    gone.touch()
    options = A2FOptions(target=nobody(), security="tls", ca=gone)
    gone.unlink()
    with pytest.raises(AdapterUnavailable, match=r"gone\.pem"):
        await A2F(options, Shared()).connect()


async def test_the_hosted_service_gets_the_key_of_the_moment_and_the_function(authority, monkeypatch, tmp_path):
    pair = authority.pair("server")
    security = Security(certificate=pair.certificate.read_bytes(), key=pair.key.read_bytes())
    emulated = EmulatorOptions(key="nv-1", function_id="f-1")
    async with emulated_a2f(emulated, security) as (target, emulator):
        options = {"target": target, "hosted": True, "ca": authority.ca}
        error = await failure(**options, function_id="f-1")
        assert (error.decision, "NVIDIA_API_KEY" in error.problem) == ("fatal", True)
        (tmp_path / "key").write_text("nv-1\n")
        monkeypatch.setenv("NVIDIA_API_KEY_FILE", str(tmp_path / "key"))
        await works(**options, function_id="f-1", function_version="v-1", metadata={"x-more": "yes"})
        sent = emulator.records[0].metadata
        assert sent["authorization"] == "Bearer nv-1"
        assert (sent["function-id"], sent["function-version-id"], sent["x-more"]) == ("f-1", "v-1", "yes")
        with pytest.raises(AdapterError) as caught:
            await works(**options, function_id="f-2")
        assert (caught.value.code, caught.value.decision) == ("unknown_function", "fatal")
        (tmp_path / "key").write_text("nv-2\n")
        with pytest.raises(AdapterError) as caught:
            await works(**options, function_id="f-1")
        assert (caught.value.code, caught.value.decision) == ("invalid_api_key", "fatal")


async def test_a_key_that_vanishes_is_told_at_the_next_clip(authority, monkeypatch):
    pair = authority.pair("server")
    security = Security(certificate=pair.certificate.read_bytes(), key=pair.key.read_bytes())
    async with emulated_a2f(security=security) as (target, _):
        monkeypatch.setenv("NVIDIA_API_KEY", "nv-1")
        avatar = A2F(A2FOptions(target=target, hosted=True, function_id="f-1", ca=authority.ca), Shared())
        await avatar.connect()
        monkeypatch.delenv("NVIDIA_API_KEY")
        await avatar.start_speech("one", start_sample=0, control=TurnControl())
        await avatar.send_audio(bytes(640), 0)
        with pytest.raises(AdapterUnavailable, match="NVIDIA_API_KEY"):
            await anext(avatar.stream_frames())
        await avatar.close()


async def test_warming_up_opens_the_channel_of_a_service_that_is_away():
    shared = Shared()
    lease = await A2F.warm_up(A2FOptions(target=nobody()), shared)
    assert len(shared) == 1
    await lease.close()
    assert len(shared) == 0


async def test_warming_up_tells_what_can_never_work():
    with pytest.raises(AdapterUnavailable, match="NVIDIA_API_KEY"):
        await A2F.warm_up(A2FOptions(hosted=True, function_id="f-1"), Shared())


async def test_the_check_up_finds_nothing_wrong_with_a_service_that_is_well():
    async with emulated_a2f() as (target, _):
        assert await A2F.check_up(A2FOptions(target=target)) == []
    with pytest.raises(AdapterError, match="is it running"):
        await A2F.check_up(A2FOptions(target=nobody()))


async def test_the_check_up_warns_of_a_service_that_takes_one_clip_at_once():
    async with answering(HealthCheckResponse.SERVING, ["common:\n  stream_number: 1\n"]) as target:
        (note,) = await A2F.check_up(A2FOptions(target=target))
        assert "1 clip at once" in note
    async with answering(HealthCheckResponse.SERVING, ["common:\n  stream_number: 10\n"]) as target:
        assert await A2F.check_up(A2FOptions(target=target)) == []


async def test_asking_again_and_again_leaves_nothing():
    target, shared = nobody(), Shared()
    before = len(asyncio.all_tasks())
    for _ in range(50):
        avatar = A2F(A2FOptions(target=target), shared)
        with pytest.raises(AdapterError):
            await avatar.connect()
        await avatar.close()
    assert len(shared) == 0
    assert len(asyncio.all_tasks()) == before
