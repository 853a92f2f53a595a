"""docs/protocol.md, cli.md and server.md say what the code does."""

import asyncio
import importlib.util
import json
import re
from pathlib import Path

import pytest

from tests.server.peer import serving
from tth.cli.commands import COMMANDS
from tth.config.settings import variables
from tth.server.body import BODY_BYTES
from tth.server.pace import BURST, RATE_HZ
from tth.server.stream import SEND_S
from tth.server.tickets import CLAIM_S
from tth.wire.native import CloseCode, client_messages, decode_message, server_events

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS.parent / line for line in (DOCS / "generated.txt").read_text().split()]
PROTOCOL = (DOCS / "protocol.md").read_text(encoding="utf-8")
SERVER = (DOCS / "server.md").read_text(encoding="utf-8")
SOURCES = "".join(
    path.read_text() for part in ("server", "session", "wire") for path in (DOCS.parent / "tth" / part).glob("*.py")
)


def section(page: str, heading: str) -> str:
    """The text under a heading, up to the next of its rank."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^\1 |^#{{1,2}} |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[2]


def table(text: str) -> list[str]:
    """The names in the first column."""
    return [
        name for cell in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE) for name in re.findall(r"`([^`]+)`", cell)
    ]


def code(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_made_from_the_code_is_as_it_would_be_made_now(page) -> None:
    spec = importlib.util.spec_from_file_location("docs_blocks", DOCS / "docs_blocks.py")
    blocks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(blocks)
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"\[\[\[cog cog\.outl\(docs_blocks\.(\w+)\(\)\)\]\]\] -->\n(.*?)<!-- \[\[\[end", text, re.DOTALL)
    assert found
    for name, block in found:
        assert block == getattr(blocks, name)() + "\n", f"run 'make format': {name} in {page.name}"


def test_every_event_and_every_message_has_its_line() -> None:
    events = {event.__struct_config__.tag for event in server_events()}
    assert sorted(table(section(PROTOCOL, "Events").split("###")[0])) == sorted(events)
    messages = {message.__struct_config__.tag for message in client_messages()}
    assert sorted(table(section(PROTOCOL, "Messages").split("###")[0])) == sorted(messages)


def test_every_command_has_its_section() -> None:
    headings = re.findall(r"^## `([^`]+)`$", (DOCS / "cli.md").read_text(), re.MULTILINE)
    assert {"tth", *(f"tth {name}" for name in COMMANDS)} <= set(headings)


def test_every_refusal_and_error_code_is_one_that_the_server_gives() -> None:
    statuses = dict(re.findall(r"^\| (\d{3}) \| (.+?) \|", section(PROTOCOL, "Sessions"), re.MULTILINE))
    refusals = {name for cell in statuses.values() for name in re.findall(r"`(\w+)`", cell)}
    by_framework = {"not_found", "method_not_allowed"}
    assert refusals - by_framework == {name for _, name in re.findall(r'refusal\(\s*(\d+), "(\w+)"', SOURCES)}
    errors = set(table(section(PROTOCOL, "Errors")))
    ours = set(re.findall(r'(?:ProtocolError\(\s*|code=)"(\w+)"', SOURCES))
    assert errors <= ours
    relayed = set(re.findall(r"`(\w+)`", section(PROTOCOL, "The relay protocol")))
    assert {name for name in ours if name.startswith("bad_")} <= errors | relayed


def test_every_close_code_and_limit_is_the_codes_own() -> None:
    assert table(section(PROTOCOL, "Closing")) == [str(code.value) for code in CloseCode]
    limits = section(PROTOCOL, "Limits")
    assert f"{BODY_BYTES:,} bytes" in limits
    assert f"{CLAIM_S:g} s" in limits
    assert f"{RATE_HZ:g} a second, {BURST} at once" in limits
    assert f"{SEND_S:g} s, 4,096 events" in limits


def test_every_json_example_is_json_and_every_example_of_a_message_is_one() -> None:
    for example in code(PROTOCOL, "json") + code(SERVER, "json"):
        parsed = json.loads(example)
        if parsed.get("type") == "control_update":
            assert decode_message(example)


def test_every_setting_named_for_the_server_is_one() -> None:
    names = {name for name, _, _ in variables()}
    assert set(re.findall(r"TTH_[A-Z_]+", SERVER)) <= names


@pytest.mark.parametrize("example", code(PROTOCOL, "python"), ids=["native", "relay"])
async def test_the_example_clients_hold_a_conversation_as_they_stand(example: str) -> None:
    assert len(example.splitlines()) <= 40
    scope = {"__name__": "example"}
    exec(example, scope)
    async with serving() as site:
        talking = await asyncio.to_thread(lambda: asyncio.run(scope["ask"](site.base, "Hello")))
        assert talking[0] == "You said: Hello"
        assert len(talking[1]) > 24_000
