"""A session with the Realtime adapter against the emulator, under faults and interrupts drawn from a seed."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import asynccontextmanager
from dataclasses import replace

from tests.schedules.sink import Sink
from tth.builtins.openai_realtime.adapter import OpenAIRealtime
from tth.builtins.openai_realtime.options import OpenAIRealtimeOptions
from tth.core.events import ItemStartedEvent, TextDeltaEvent, TurnCompleteEvent, TurnFailedEvent, TurnInterruptedEvent
from tth.emulators.openai.emulator import Emulator
from tth.emulators.openai.faults import Fault, Faults
from tth.errors import AdapterError
from tth.session.cast import Cast
from tth.session.chain import Maker
from tth.session.ladder import Rung
from tth.session.session import Session
from tth.testing.emulated import QUICK, InMemory
from tth.testing.peers import ScriptedAvatar

TURN_S = 90.0
"""No turn of these few words may last longer, whatever goes wrong."""

KINDS = (
    "session.created", "session.updated", "conversation.item.added", "conversation.item.done", "response.created",
    "response.output_item.added", "response.content_part.added", "response.output_audio_transcript.delta",
    "response.output_audio.delta", "response.output_audio.done", "response.output_audio_transcript.done",
    "response.content_part.done", "response.output_item.done", "response.done",
)  # fmt: skip
REQUESTS = ("session.update", "conversation.item.create", "response.create", "response.cancel")
REFUSALS = ("invalid_value", "rate_limit_exceeded", "server_error", "insufficient_quota", "session_expired",
            "conversation_already_has_active_response", "response_cancel_not_active", "a_code_of_tomorrow")  # fmt: skip
GARBAGE = ("", "no json", "[]", '{"type":7}', '{"type":"response.output_audio.delta","delta":"%"}', '{"type":"news"}')
CODES = (1000, 1001, 1006, 1011, 1012, 1013)


def a_fault(rng: random.Random) -> Fault:
    """One thing that goes wrong once, at any point of a conversation."""
    where = {"event": rng.randint(1, 60)} if rng.random() < 0.5 else {"on": rng.choice(KINDS), "nth": rng.randint(1, 4)}
    faults = (
        lambda: {**where, "drop": rng.choice(CODES)},
        lambda: {**where, "delay_s": rng.choice((0.05, 0.5, 3.0, 1000.0))},
        lambda: {**where, "omit": True},
        lambda: {**where, "repeat": rng.randint(1, 3)},
        lambda: {**where, "garbage": rng.choice(GARBAGE)},
        lambda: {"on": "response.output_audio.delta", "cut": rng.choice((1, 333, 1001)), "nth": rng.randint(1, 9)},
        lambda: {"on": "response.done", "late": rng.randint(1, 4), "nth": rng.randint(1, 3)},
        lambda: {"on": rng.choice(REQUESTS), "nth": rng.randint(1, 3), "refuse": rng.choice(REFUSALS)},
        lambda: {"on": "response.create", "nth": rng.randint(1, 3), "fail": rng.choice(REFUSALS)},
        lambda: {"on": "response.create", "nth": rng.randint(1, 3), "items": rng.randint(2, 4)},
        lambda: {"on": "connect", "status": rng.choice((401, 429, 500))},
        lambda: {"on": "connect", "delay_s": rng.choice((0.5, 30.0))},
        lambda: {"on": "connect", "expire_s": rng.choice((0.5, 2.0, 5.0))},
    )  # fmt: skip
    return Fault(**rng.choice(faults)(), times=1, connection=rng.choice((None, None, 1, 2)))


class Stage:
    """The session, the server, and a client that plays."""

    def __init__(self, session, emulator, sink):
        self.session = session
        self.emulator = emulator
        self.sink = sink


@asynccontextmanager
async def stage(faults=(), *, delay_s=0.0, pace=0.0, options=None, choose_voice=lambda control: None, **emulated):
    """A session in front of an emulator, all in memory."""
    emulator = Emulator(replace(QUICK, faults=Faults(faults=tuple(faults)), pace=pace, **emulated), recording=True)
    await emulator.warm_up()
    network = InMemory(emulator)
    given = options or OpenAIRealtimeOptions()

    def voice():
        return OpenAIRealtime(given, opener=network.open)

    cast = Cast(
        profile="test",
        persona="test",
        instructions="Be brief.",
        choose_voice=choose_voice,
        realtime=[Maker("openai_realtime", voice)],
        rungs=[Rung("face", ScriptedAvatar)],
    )
    try:
        async with Session(cast) as session, asyncio.TaskGroup() as group:
            sink = Sink(session, delay_s)
            playing = group.create_task(sink.run())
            yield Stage(session, emulator, sink)
            await asyncio.sleep(1)
            playing.cancel()
    finally:
        for socket in network.sockets:
            await socket.close()
        await emulator.close()


class Schedule:
    """A short conversation under faults.

    Attributes:
        problems: What was not as promised; empty in a sound run.
        outcomes: How each turn ended.
    """

    def __init__(self, seed: int) -> None:
        rng = self._rng = random.Random(seed)
        self.faults = [a_fault(rng) for _ in range(rng.choice((0, 1, 1, 1, 2, 3)))]
        self.turns = [
            (" ".join(rng.sample(("one", "two", "three", "four", "five"), rng.randint(1, 4))), self._interrupt(rng))
            for _ in range(rng.randint(1, 3))
        ]
        self._delay_s = rng.choice((0.0, 0.05, 0.2, 0.39))
        self._pace = rng.choice((0.0, 2.0, 8.0))
        self.problems: list[str] = []
        self.outcomes: list[str] = []

    @staticmethod
    def _interrupt(rng: random.Random) -> float | None:
        return rng.choice((None, None, 0.0, 0.001, rng.uniform(0.0, 1.5)))

    async def main(self) -> None:
        before = asyncio.all_tasks()
        if not await self._opens():
            return
        left = {task.get_name() for task in asyncio.all_tasks() - before}
        if left:
            self.problems.append(f"I6: left {sorted(left)}")

    async def _opens(self) -> bool:
        """Hold the conversation; a session that cannot be opened is an answer too, if it comes in time."""
        began = asyncio.get_running_loop().time()
        try:
            async with stage(self.faults, delay_s=self._delay_s, pace=self._pace) as made:
                await self._talk(made)
            self._look(made)
        except AdapterError as error:
            # No voice could be reached at the beginning: told, and in time.
            late = asyncio.get_running_loop().time() - began > TURN_S
            if late or self.outcomes or not self._refuses_connections():
                self.problems.append(f"it did not open: {error}")
            return False
        return True

    def _refuses_connections(self) -> bool:
        return any(
            fault.on in ("connect", "session.created", "session.updated", "session.update") or fault.event is not None
            for fault in self.faults
        )

    async def _talk(self, made: Stage) -> None:
        for text, interrupt in self.turns:
            turn = made.session.say(text)
            if interrupt is not None:
                await asyncio.sleep(interrupt)
                made.session.interrupt()
                made.sink.witness.interrupted(turn.id)
            try:
                async with asyncio.timeout(TURN_S):
                    ending = await turn.wait()
            except TimeoutError:
                self.problems.append(f"I5: {text!r} never ended")
                return
            await asyncio.sleep(0.6)  # on virtual time: what was heard is settled
            self._judge(made, turn, ending)

    def _judge(self, made: Stage, turn, ending) -> None:
        said = "".join(e.token for e in made.sink.seen if isinstance(e, TextDeltaEvent) and e.turn_id == turn.id)
        whole = f"You said: {turn.text}"
        lossy = any(fault.omit for fault in self.faults)  # words that were never sent are in no answer
        status = getattr(ending, "status", type(ending).__name__)
        self.outcomes.append(status)
        if isinstance(ending, TurnCompleteEvent):
            text = ending.text.strip()
            if status == "completed" and text != whole and not lossy:
                self.problems.append(f"I4: {turn.text!r} was answered with {text!r}")
            if status != "completed" and not ending.reason:
                self.problems.append(f"{turn.text!r} ended {status} without a reason")
        elif isinstance(ending, TurnFailedEvent):
            if not ending.message:
                self.problems.append(f"{turn.text!r} failed without a reason")
        elif not isinstance(ending, TurnInterruptedEvent):
            self.problems.append(f"{turn.text!r} ended as {type(ending).__name__}")
        if len(said) > 2 * len(whole) + 4:
            self.problems.append(f"{turn.text!r} was answered more than once: {said!r}")
        kept = kept_of(made, turn.id)
        if not whole.startswith(kept) and not lossy:
            self.problems.append(f"I4: of {whole!r} the conversation holds {kept!r}")
        if status == "completed" and kept != whole and not lossy:
            self.problems.append(f"I4: {whole!r} was heard, the conversation holds {kept!r}")

    def _look(self, made: Stage) -> None:
        made.sink.witness.finish()
        self.problems += made.sink.witness.broken
        for record in made.emulator.records:
            self.problems += truncation_problems(record, made.sink)
            allowed = {fault.refuse for fault in self.faults}
            for error in record.of("error"):
                code = error["error"]["code"]
                if code not in allowed and code not in EXPECTED_ERRORS:
                    self.problems.append(f"the server minded: {json.dumps(error['error'])}")


EXPECTED_ERRORS = {
    "session_expired",
    "response_cancel_not_active",  # it had just ended
    "conversation_already_has_active_response",  # its end was omitted
}


def kept_of(made: Stage, turn_id: str) -> str:
    """What the conversation holds of a turn's answer, item after item."""
    ids = [
        event.item_id for event in made.sink.seen if isinstance(event, ItemStartedEvent) and event.turn_id == turn_id
    ]
    items = (made.session.conversation.get(item_id) for item_id in dict.fromkeys(ids))
    return " ".join(" ".join(item.text for item in items if item is not None).split())


def truncation_problems(record, sink: Sink) -> list[str]:
    """Where the server was told something else than what the client heard."""
    problems: list[str] = []
    told: set[str] = set()
    turns = {item_id: played for played in sink.turns.values() for item_id in played.items}
    for event in record.asked("conversation.item.truncate"):
        item_id, ms = event["item_id"], event["audio_end_ms"]
        if item_id in told:
            problems.append(f"{item_id} was truncated twice")
        told.add(item_id)
        played = turns.get(item_id)
        if played is None:
            continue
        received_ms = played.items[item_id][1] // 24
        if ms > received_ms:
            problems.append(f"{item_id} was truncated to {ms} of {received_ms} ms")
        if abs(ms - played.heard(item_id) / 24) > 60:
            problems.append(f"{item_id} was truncated to {ms} ms, heard {played.heard(item_id) / 24:.0f}")
    return problems
