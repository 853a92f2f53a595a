import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tth.testing.emulated import emulated_openai


async def test_a_handshake_without_a_key_is_refused_and_the_server_logs_no_fault_of_its_own(caplog) -> None:
    async with emulated_openai() as (url, _):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{url.replace('http', 'ws', 1)}/realtime")
    assert refused.value.response.status_code == 401
    assert b"invalid_api_key" in refused.value.response.body
    assert not caplog.records
