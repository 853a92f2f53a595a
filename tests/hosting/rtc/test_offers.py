"""What a caller posts."""

from __future__ import annotations

import pytest

from tests.hosting.rtc.caller import Caller
from tth.hosting.rtc.candidates import new_connection
from tth.hosting.rtc.offers import Refused, checked_sdp, read_session
from tth.wire.realtime.server.options import EngineOptions


async def test_an_offer_reaches_this_machine_and_names_nobody_elses_server() -> None:
    caller = Caller(new_connection())
    sdp = await caller.offer()
    await caller.leave()
    candidates = [line for line in sdp.splitlines() if line.startswith("a=candidate")]
    assert any(" 127.0.0.1 " in line for line in candidates)
    assert all(" typ host" in line for line in candidates)
    assert checked_sdp(sdp) == sdp


async def test_an_address_that_only_the_network_could_look_up_is_left_out() -> None:
    caller = Caller(new_connection())
    sdp = await caller.offer()
    await caller.leave()
    hidden = "a=candidate:1 1 udp 1 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host\r\n"
    assert checked_sdp(sdp + hidden) == sdp


def test_a_session_that_cannot_be_names_its_field() -> None:
    with pytest.raises(Refused) as caught:
        read_session({"type": "realtime", "audio": {"output": {"speed": 9}}}, EngineOptions())
    assert caught.value.param == "session.audio.output.speed"
    assert read_session({"instructions": "Be curt."}, EngineOptions()).session == {"instructions": "Be curt."}
