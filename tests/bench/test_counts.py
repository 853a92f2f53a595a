"""The counts of the audio path that hold exactly, on every machine."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from benchmarks.scene import Watcher, scene
from tests.session.scene import scene as scripted_scene
from tth.adapters.shared import Shared
from tth.builtins.stub_avatar.avatar import StubAvatar
from tth.core.bus import EventBus
from tth.core.events import AudioChunkEvent, Family
from tth.server.stream import ClientStream
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.sentences import SentenceCutter
from tth.session.session import Session
from tth.testing.clock import ManualLoop, run
from tth.testing.peers import ScriptedAvatar

CHUNKS = 40
CHUNK = bytes(960)


class CountingLoop(ManualLoop):
    """Counts what is asked of it, and its rounds."""

    def __init__(self):
        self.callbacks = self.tasks = self.threads = self.rounds = 0
        super().__init__()

    def call_soon(self, *args, **kwargs):
        self.callbacks += 1
        return super().call_soon(*args, **kwargs)

    def create_task(self, *args, **kwargs):
        self.tasks += 1
        return super().create_task(*args, **kwargs)

    def call_soon_threadsafe(self, *args, **kwargs):
        self.threads += 1
        return super().call_soon_threadsafe(*args, **kwargs)

    def run_in_executor(self, *args, **kwargs):
        self.threads += 1
        return super().run_in_executor(*args, **kwargs)

    def _run_once(self):
        self.rounds += 1
        super()._run_once()


class Counted:
    """A source of chunks that come one in each round of the loop, and the sink of their packets."""

    def __init__(self, loop, chunk=CHUNK):
        self.loop, self.chunk = loop, chunk
        self.packets = []
        self.rounds_to_packet = []
        self.ended = asyncio.Event()

    async def chunks(self):
        # The first one opens the speech: that is not the path but what leads to it.
        for number in range(CHUNKS + 1):
            if number == 1:
                self.before = (self.loop.callbacks, self.loop.tasks, self.loop.threads)
            self.began = self.loop.rounds
            yield self.chunk
            await asyncio.sleep(0)
        self.callbacks, self.tasks, self.threads = (
            after - before
            for after, before in zip(
                (self.loop.callbacks, self.loop.tasks, self.loop.threads), self.before, strict=True
            )
        )
        self.ended.set()

    def take(self, pcm):
        self.packets.append(pcm)
        self.rounds_to_packet.append(self.loop.rounds - self.began)


def counted(chunk=CHUNK, **options):
    async def main():
        source = Counted(asyncio.get_running_loop(), chunk)
        async with scene(source.chunks, source.take, **options) as session:
            session.say("go")
            await source.ended.wait()
        return source

    with asyncio.Runner(loop_factory=CountingLoop) as runner:
        return runner.run(main())


def test_a_chunk_is_one_callback_of_the_loop_away_from_its_packet():
    seen = counted(client=False, observers=0)
    # The source's own step is the other one.
    assert seen.callbacks == 2 * CHUNKS
    assert set(seen.rounds_to_packet[1:]) == {1}


@pytest.mark.parametrize("rate_hz", [16_000, 24_000])
def test_a_client_adds_one_callback_and_all_observers_together_another(rate_hz):
    alone = counted(client=False, observers=0, rate_hz=rate_hz).callbacks
    assert counted(client=True, observers=0, rate_hz=rate_hz).callbacks - alone == CHUNKS
    assert counted(client=False, observers=1, rate_hz=rate_hz).callbacks - alone == CHUNKS
    assert counted(client=False, observers=9, rate_hz=rate_hz).callbacks - alone == CHUNKS
    assert counted(client=True, observers=9, rate_hz=rate_hz).callbacks - alone == 2 * CHUNKS


def test_a_chunk_makes_no_task_and_no_hop_to_a_thread():
    seen = counted()
    assert (seen.tasks, seen.threads) == (0, 0)


def test_at_equal_rates_avatar_and_client_get_the_very_bytes_that_the_voice_gave():
    chunk = bytes(bytearray(b"\x01\x02" * 480))

    async def main():
        source = Counted(asyncio.get_running_loop(), chunk)
        async with scene(source.chunks, source.take, client=False, rate_hz=24_000) as session:
            events = session.subscribe()
            turn = session.say("go")
            await source.ended.wait()
            reader = turn.speech.reader()
            held = [piece[1] for piece in iter(lambda: reader.read(1 << 40, 1 << 40), None)]
            heard = []
            while (event := events.get_nowait()) is not None:
                if isinstance(event, AudioChunkEvent):
                    heard.append(event.data)
        return source.packets, heard, held

    with asyncio.Runner(loop_factory=CountingLoop) as runner:
        for pieces in runner.run(main()):
            assert pieces
            assert all(piece is chunk for piece in pieces)


class Socket:
    async def send_text(self, data):
        pass

    async def send_bytes(self, data):
        pass


class Endless:
    """A model that has begun to answer and never ends, and a voice that never ends its first sentence."""

    voices = ()

    async def generate(self, messages, *, control, tools=()):
        yield "This is the first sentence. And this the second. "
        await asyncio.Event().wait()

    async def synthesize(self, text, *, control, context):
        await asyncio.Event().wait()
        yield

    async def close(self):
        pass


def test_a_session_with_its_client_is_six_tasks_and_one_for_each_open_stream():
    async def main():
        shared = Shared()
        cast = Cast(
            profile="test",
            persona="test",
            llms=[Maker("llm", Endless)],
            voices=[Maker("tts", Endless)],
            rungs=[Rung("stub_avatar", lambda: StubAvatar(None, shared))],
        )
        before = len(asyncio.all_tasks())
        async with Session(cast) as session, asyncio.TaskGroup() as group:
            stream = ClientStream(session, Socket())
            client = [group.create_task(stream.write()), group.create_task(asyncio.Event().wait())]
            await asyncio.sleep(0.1)
            idle = len(asyncio.all_tasks()) - before
            session.say("go")
            await asyncio.sleep(0.1)
            answering = len(asyncio.all_tasks()) - before
            for task in client:
                task.cancel()
        await asyncio.sleep(0.1)
        return idle, answering, len(asyncio.all_tasks()) - before

    idle, answering, closed = run(main())
    assert idle <= 6
    assert answering <= idle + 2
    assert closed == 0


class SlowAvatar(ScriptedAvatar):
    def __init__(self):
        super().__init__()
        self.ready = asyncio.Event()
        self.writes = []

    async def send_audio(self, pcm, start_sample):
        await self.ready.wait()
        self.writes.append((start_sample, len(pcm)))


def test_what_waits_for_a_slow_avatar_goes_to_it_in_one_write():
    async def main():
        async with scripted_scene(make_avatar=SlowAvatar) as s:
            s.session.say("go")
            await asyncio.sleep(0.01)
            s.voice.start()
            await asyncio.sleep(0.01)
            for _ in range(11):
                s.voice.audio(20, rate_hz=16_000)
                # Some rounds of the loop, and no time: nothing of it is played meanwhile.
                for _ in range(5):
                    await asyncio.sleep(0)
            s.avatar.ready.set()
            await asyncio.sleep(0.01)
            return s.avatar.writes

    assert run(main()) == [(0, 640), (480, 6400)]


def test_observers_of_a_round_are_told_in_one_flush():
    async def main():
        loop = asyncio.get_running_loop()
        bus, watchers = EventBus(), [Watcher(), Watcher(), Watcher()]
        for watcher in watchers:
            bus.observe(watcher, frozenset({Family.AUDIO}))
        before = loop.callbacks
        for _ in range(100):
            bus.publish(AudioChunkEvent(data=CHUNK))
        asked = loop.callbacks - before
        await asyncio.sleep(0)
        return asked, [watcher.events for watcher in watchers]

    with asyncio.Runner(loop_factory=CountingLoop) as runner:
        assert runner.run(main()) == (1, [100, 100, 100])


@pytest.mark.parametrize("text", ["Is it late? ", "It is late! ", "It is late\n", "もう遅い。"])
def test_a_sentence_whose_end_is_beyond_doubt_needs_no_look_ahead(text):
    cutter = SentenceCutter()
    pieces = [sentence.text for letter in text.rstrip(" ") for sentence in cutter.feed(letter)]
    assert pieces == [text.rstrip(" ")]


def test_any_other_sentence_needs_one_token_of_look_ahead():
    cutter = SentenceCutter()
    assert [cutter.feed(token) for token in ("It", " is", " late", ".")] == [[], [], [], []]
    assert [sentence.text for sentence in cutter.feed(" Then")] == ["It is late."]


def imported(code: str) -> set[str]:
    """Names of the modules that a fresh process has imported after ``code``."""
    out = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('|'.join(sys.modules), end='', file=sys.stderr)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(out.stderr.split("|"))


@pytest.mark.process
def test_importing_the_session_brings_no_provider_no_server_and_no_adapter():
    modules = imported("import tth.session.session")
    packages = {name.partition(".")[0] for name in modules}
    assert packages.isdisjoint(
        {"openai", "grpc", "google", "onnxruntime", "hibari", "starlette", "uvicorn", "yaml", "click", "rich"}
    )
    assert packages.isdisjoint({"pydantic_settings"})
    assert not [name for name in modules if name.startswith(("tth.builtins", "tth.server", "tth.plugins", "tth.cli"))]


@pytest.mark.process
def test_the_help_imports_nothing_that_only_a_session_needs():
    modules = imported(
        "from tth.plugins import entry_points\n"
        "found = entry_points.find_entry_points()\n"
        "entry_points.find_entry_points = lambda: [each for each in found if each.dist.name == 'tth']\n"
        "import tth.cli\n"
        "tth.cli.main(['--help'])"
    )
    packages = {name.partition(".")[0] for name in modules}
    assert "click" in packages
    assert packages.isdisjoint({"numpy", "pydantic", "soxr", "yaml", "rich", "asyncio", "websockets", "starlette"})
