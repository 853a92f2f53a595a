"""``tth emulate a2f``: serves, tells of each clip, stops when it is asked to; mistakes are one line."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.emulators.a2f.certificates import Authority
from tests.emulators.a2f.client import ask, begin, clip, connected, header, hear, sound, tone
from tth.builtins.a2f.options import A2FOptions
from tth.cli.emulate_a2f import hint
from tth.emulators.a2f.options import EmulatorOptions, Security

Run = Callable[..., tuple[int, str, str]]
TTH = str(Path(sys.executable).with_name("tth"))


@contextmanager
def emulating(*args: str) -> Iterator[subprocess.Popen[str]]:
    command = [TTH, "emulate", "a2f", "--port", "0", *args]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_says_where_it_is_tells_of_each_clip_and_stops_cleanly(number: signal.Signals) -> None:
    with emulating("--require-key", "k") as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        assert told.startswith("Audio2Face-3D is emulated at 127.0.0.1:")
        assert "plaintext" in told
        target = told.split()[4].rstrip(",")
        assert 'metadata: {authorization: "Bearer KEY"}' in process.stdout.readline()
        said = clip(tone(24_000), 16_000, (0.5, {"joy": 0.7}), face_params={"float_params": {"lowerFaceStrength": 1.3}})
        asyncio.run(ask(target, said, authorization="Bearer k"))
        assert process.stdout.readline() == (
            "clip 1: 16000 Hz, 1.50 s, 45 frames, lowerFaceStrength=1.3, emotions joy, complete\n"
        )
        asyncio.run(ask(target, [header(), sound(b"\0")], authorization="Bearer k"))
        asyncio.run(ask(target, said))
        refused = "clip 2: 16000 Hz, 0.00 s, 0 frames, refused (INVALID_ARGUMENT): audio_buffer holds 1 bytes; "
        assert process.stdout.readline().startswith(refused)
        # Whether the clip's header was read before the refusal went out is a matter of moments.
        third = process.stdout.readline()
        assert third.startswith("clip 3: ")
        assert "refused (UNAUTHENTICATED): metadata 'authorization'" in third
        process.send_signal(number)
        rest, errors = process.communicate(timeout=20)
    assert (process.returncode, rest, errors) == (0, "", "")


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_clip_that_runs_when_it_is_stopped_has_its_line(number: signal.Signals) -> None:
    async def stop_within_a_clip(process: subprocess.Popen[str], target: str) -> None:
        async with connected(target) as channel:
            call = begin(channel)
            await call.write(header())
            await call.read()
            process.send_signal(number)
            await hear(call)

    with emulating() as process:
        assert process.stdout is not None
        target = process.stdout.readline().split()[4].rstrip(",")
        assert process.stdout.readline() == f"Use it: TTH_A2F_TARGET={target} tth serve --profile offline+a2f\n"
        asyncio.run(stop_within_a_clip(process, target))
        rest, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert rest == "clip 1: 16000 Hz, 0.00 s, 0 frames, cut (CANCELLED)\n"


TLS, MUTUAL = Security(certificate=b"", key=b""), Security(certificate=b"", key=b"", client_ca=b"")


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("127.0.0.1", "127.0.0.1:7"),
        ("localhost", "localhost:7"),
        ("0.0.0.0", "127.0.0.1:7"),
        ("::", "[::1]:7"),
        ("[::]", "[::1]:7"),
        ("::1", "[::1]:7"),
    ],
)
def test_a_command_is_told_with_an_address_that_a_client_can_use(host: str, target: str) -> None:
    told = hint(EmulatorOptions(), host, "7", None)
    assert told == f"Use it: TTH_A2F_TARGET={target} tth serve --profile offline+a2f"
    assert A2FOptions(target=target)


@pytest.mark.parametrize(
    ("options", "security", "needs"),
    [
        ({}, TLS, {"security": "tls", "ca": "ca.pem"}),
        ({}, MUTUAL, {"security": "mtls", "ca": "ca.pem", "certificate": "client.pem", "key": "client.key"}),
        ({"key": "k"}, None, {"metadata": {"authorization": "Bearer KEY"}}),
        ({"function_id": "f"}, None, {"metadata": {"function-id": "f"}}),
        (
            {"key": "k", "function_id": "1e5"},
            MUTUAL,
            {
                "security": "mtls",
                "ca": "ca.pem",
                "certificate": "client.pem",
                "key": "client.key",
                "metadata": {"authorization": "Bearer KEY", "function-id": "1e5"},
            },
        ),
        ({"key": "k", "function_id": "1e5"}, TLS, {"hosted": True, "function_id": "1e5", "ca": "ca.pem"}),
    ],
)
def test_what_a_profile_must_say_is_told_as_it_is_written_there(
    options: dict[str, str], security: Security | None, needs: dict[str, object]
) -> None:
    told = hint(EmulatorOptions(**options), "127.0.0.1", "7", security)
    assert ("export NVIDIA_API_KEY=KEY" in told) == ("hosted" in needs)
    avatar = yaml.safe_load(told[told.index("avatar: ") :])["avatar"]
    assert avatar == {"primary": "a2f", "target": "127.0.0.1:7", **needs}
    del avatar["primary"]
    for name in ("ca.pem", "client.pem", "client.key"):
        Path(name).touch()
    assert A2FOptions(**avatar)


def test_a_taken_port_is_said_clearly(tth: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, out, err = tth("emulate", "a2f", "--port", str(port))
    assert (status, out) == (1, "")
    assert err.startswith(f"error: port {port}: Address already in use")
    assert err.strip().endswith("choose another with --port")


def test_a_host_that_is_none_is_said_clearly(tth: Run) -> None:
    status, _, err = tth("emulate", "a2f", "--host", "203.0.113.1", "--port", "0")
    assert status == 1
    assert err.startswith("error: host 203.0.113.1: ")
    assert "choose another with --host" in err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--fps", "nan"), "nan will not do"),
        (("--look-ahead-ms", "-1"), "is not in the range"),
        (("--host", "nowhere.invalid"), "there is no host 'nowhere.invalid'"),
        (("--host", ""), "there is no host ''"),
        (("--host", "a..b"), "there is no host 'a..b'"),
        (("--require-key", "\u00fc"), "printable ASCII without spaces"),
        (("--require-key", "a b"), "printable ASCII without spaces"),
        (("--function-id", "a\nb"), "printable ASCII without spaces"),
        (("--names", "53"), "'53' is not one of"),
        (("--streams", "0"), "is not in the range"),
        (("--require-key", ""), "leave out what is empty"),
        (("--function-id", ""), "leave out what is empty"),
        (("--faults", "no-such.yaml"), "does not exist"),
        (("--tls", "no-such.pem", "no-such.pem"), "does not exist"),
    ],
)
def test_what_cannot_be_is_a_line_and_status_2(args: tuple[str, ...], told: str, tth: Run) -> None:
    status, out, err = tth("emulate", "a2f", *args)
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert told in line


def test_certificates_that_do_not_fit_are_told(tth: Run, tmp_path: Path) -> None:
    authority, another = Authority(tmp_path / "one"), Authority(tmp_path / "two")
    certificate, key = authority.files("server")
    strange = another.files("server")[1]
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    for args, told in (
        (("--tls", certificate, strange), "are no certificate and its key"),
        (("--tls", nonsense, key), "are no certificate and its key"),
        (("--tls", certificate, key, "--client-ca", nonsense), "is no certificate as PEM"),
        (("--client-ca", certificate), "--client-ca needs TLS"),
    ):
        status, _, err = tth("emulate", "a2f", *map(str, args))
        assert status == 2
        assert told in err


def test_help_needs_no_grpc() -> None:
    code = "import sys; from tth.cli import main; main(['emulate', 'a2f', '--help']); sys.exit('grpc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
