import json

import pytest
from openai.types import Model
from openai.types.realtime.client_secret_create_response import ClientSecretCreateResponse

from tests.wire.realtime_server.peer import Peer
from tests.wire.realtime_server.strict import check
from tth.wire.realtime.server.doors import beta_refusal, client_secret, options_for
from tth.wire.realtime.server.engine import Engine
from tth.wire.realtime.server.models import models_listing
from tth.wire.realtime.server.options import EngineOptions

NOW = 1_800_000_000


def _asked(request):
    return client_secret(json.dumps(request).encode(), EngineOptions(), NOW)


def test_a_secret_lasts_ten_minutes_and_shows_the_session_it_carries() -> None:
    status, body = _asked({"session": {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}})
    assert status == 200
    ClientSecretCreateResponse.model_validate(body, strict=True)
    assert body["value"].startswith("ek_")
    assert body["expires_at"] == NOW + 600
    assert body["session"]["audio"]["output"]["voice"] == "cedar"


def test_an_empty_request_gives_a_secret_as_well() -> None:
    assert client_secret(b"", EngineOptions(), NOW)[0] == 200


def test_a_secret_lasts_as_long_as_is_asked() -> None:
    assert _asked({"expires_after": {"anchor": "created_at", "seconds": 7_200}})[1]["expires_at"] == NOW + 7_200


@pytest.mark.parametrize(
    ("request_json", "param"),
    [
        ({"expires_after": {"seconds": 9}}, "expires_after.seconds"),
        ({"session": {"type": "realtime", "voice": "ash"}}, "session.voice"),
        ({"session": {"type": "other"}}, "session.type"),
        ({"session": {"type": []}}, "session.type"),
        ({"session": {"model": 1}}, "session.model"),
        ({"session": 1}, "session"),
        ({"extra": 1}, "extra"),
        ([], ""),
    ],
)
def test_a_wrong_request_is_refused(request_json, param) -> None:
    status, body = _asked(request_json)
    assert (status, body["error"]["param"]) == (400, param)


def test_what_is_no_json_is_refused() -> None:
    assert client_secret(b"{", EngineOptions(), NOW)[0] == 400


def test_a_connection_with_the_secret_begins_as_it_says() -> None:
    session = {"type": "realtime", "model": "gpt-realtime-1.5", "instructions": "Be brief."}
    engine = Engine(options_for(session, EngineOptions()))
    engine.open()
    shown = json.loads(engine.take_events()[0].data)["session"]
    assert (shown["model"], shown["instructions"]) == ("gpt-realtime-1.5", "Be brief.")


def test_a_carried_session_that_cannot_be_is_told_after_the_greeting() -> None:
    peer = Peer(opened=False, session={"nonsense": 1})
    peer.engine.open()
    assert [event["type"] for event in peer.events()] == ["session.created", "conversation.created", "error"]


def test_the_listing_tells_of_announced_ends() -> None:
    entries = {entry["id"]: Model.model_validate(entry, strict=True) for entry in models_listing(NOW)["data"]}
    assert entries["gpt-realtime"].shutdown_date == "2027-01-20"
    assert entries["gpt-realtime-2.1"].shutdown_date is None


def test_the_beta_is_refused_with_an_error_event() -> None:
    event = json.loads(beta_refusal())
    check(event)
    assert event["error"]["code"] == "beta_api_shape_disabled"
