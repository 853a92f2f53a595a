"""A bare page in Chromium calls the server over WebRTC: it hears the answer, is heard, and hangs up."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import PAINTED
from program import running

pytestmark = pytest.mark.browser

CALL = Path(__file__).with_name("call.js").read_text()
STORY = "a story about the sea and the wind"


@pytest.fixture(scope="module")
def caller(launch):
    """Chromium, which like aioice leaves the loopback address out where it is not told otherwise."""
    return launch("no-user-gesture-required", [*PAINTED, "--allow-loopback-in-peer-connection"])


def test_a_page_calls_hears_the_answer_interrupts_it_and_hangs_up(caller) -> None:
    with running("--profile", "offline_mock") as address:
        page = caller.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"{address}/v1/health")
        page.evaluate(CALL)
        assert page.evaluate("call.status") == 201
        assert page.evaluate("call.location").startswith("/v1/realtime/calls/rtc_")
        page.wait_for_function("() => call.has('session.created') && call.state() === 'connected'")

        content = [{"type": "input_text", "text": STORY}]
        item = {"type": "message", "role": "user", "content": content}
        page.evaluate("(item) => call.send('conversation.item.create', { item })", item)
        page.evaluate("call.send('response.create')")
        page.wait_for_function("() => call.has('output_audio_buffer.started') && call.heard.loudest > 0.1")

        page.evaluate("call.speak(true)")
        page.wait_for_function("() => call.has('input_audio_buffer.speech_started', 'output_audio_buffer.cleared')")
        page.wait_for_function("() => call.has('conversation.item.truncated')")
        page.wait_for_function("() => call.heard.now < 0.01")
        page.evaluate("call.speak(false)")
        page.wait_for_function(
            "() => call.types().filter((type) => type === 'output_audio_buffer.stopped').length === 1"
        )
        assert "response.output_audio.delta" not in page.evaluate("call.types()")

        page.evaluate("call.hangUp()")
        page.wait_for_function("() => call.channel() === 'closed'")
        page.close()
