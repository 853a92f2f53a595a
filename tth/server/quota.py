"""How much one client may have: by the address it comes from and by the key it brings."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from tth.audio.pcm import LOWEST_HZ
from tth.config.settings import Settings, Share
from tth.core.bus import EventBus
from tth.core.events import AudioChunkEvent, Event, Family
from tth.errors import TthError
from tth.hosting.keys import is_secret, token_of

log = logging.getLogger(__name__)

KNOWN = 10_000
"""Addresses and keys that are remembered; then the one that was seen longest ago is forgotten."""

TELL_S = 5.0
"""A stream of sound that is refused is told so no more often."""

NOTE_S = 10.0
"""The log is told of a refusal no more often, however many come."""

FULL_RETRY_S = 10.0
"""When to ask again where too many sessions are open: nobody knows when one of them ends."""


class TooMuch(TthError):
    """A client has had all that its address, or its key, may have now.

    Args:
        problem: What there was too much of, and which setting says so.
        retry_s: Seconds until it may ask again.
        code: ``rate_limit_exceeded``, or ``insufficient_quota`` where it will not have more soon.
    """

    def __init__(self, problem: str, retry_s: float, *, code: str) -> None:
        self.code = code
        self.retry_s = retry_s
        self.problem = f"{problem}; try again in {math.ceil(retry_s)} s"
        super().__init__(self.problem)


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """Something that is counted: ``told`` says what happened, to ``{who}``, when there is too much of it."""

    setting: str
    period_s: float
    told: str
    code: str = "rate_limit_exceeded"


BEGUN = Kind("sessions_per_minute", 60, "too many sessions were begun {who}")
MESSAGES = Kind("messages_per_s", 1, "too many messages came {who}")
SOUND = Kind("microphone_s_per_minute", 60, "too much sound came {who}")
SPEECH = Kind("speech_s_per_day", 86_400, "too much was heard {who}", code="insufficient_quota")
TOKENS = Kind("tokens_per_minute", 60, "too many secrets were asked for {who}")
GUESSES = Kind("guesses_per_minute", 60, "too many wrong keys, tickets or secrets came {who}")

SHARED = (BEGUN, MESSAGES, SOUND, SPEECH)
"""What is counted for addresses and keys alike; the rest is counted for addresses alone."""


class Bucket:
    """What is left of an allowance; it fills again evenly, and holds no more than ``most``.

    So as much as a period allows may be had at once, and in the long run no more than that in each period.
    """

    __slots__ = ("_at", "_left", "_most", "_per_s")

    def __init__(self, most: float, period_s: float, now: float) -> None:
        self._most = self._left = float(most)
        self._per_s = most / period_s
        self._at = now

    def wait_s(self, now: float, amount: float = 0.0) -> float:
        """Seconds until ``amount`` is there; 0 where it is."""
        self._fill(now)
        # A sum of fractions may miss a whole number by less than matters.
        lacking = amount - self._left
        return lacking / self._per_s if lacking > 1e-9 else 0.0

    def take(self, now: float, amount: float) -> None:
        """Take it, also where it is not there: then the next one waits for longer."""
        self._fill(now)
        self._left -= amount

    def _fill(self, now: float) -> None:
        self._left = min(self._most, self._left + (now - self._at) * self._per_s)
        self._at = now


class Account:
    """What one address, or one key, has had.

    Attributes:
        name: For the log.
        who: For the client.
        group: Where its limits are set.
        open: Sessions that are.
        most_open: Sessions that may be; ``None`` where there is no limit.
    """

    __slots__ = ("_buckets", "_most", "group", "most_open", "name", "open", "who")

    def __init__(self, name: str, who: str, group: str, most: Mapping[Kind, int], most_open: int | None) -> None:
        self.name = name
        self.who = who
        self.group = group
        self.open = 0
        self.most_open = most_open
        self._most = most
        self._buckets: dict[Kind, Bucket] = {}

    def bucket(self, kind: Kind, now: float) -> Bucket | None:
        """Its bucket of that kind; ``None`` where there is no limit."""
        found = self._buckets.get(kind)
        if found is None and kind in self._most:
            found = self._buckets[kind] = Bucket(self._most[kind], kind.period_s, now)
        return found


class Caller:
    """A client at the door, and for as long as it stays.

    Args:
        accounts: Everything that it is counted as; one without any may have what it likes.
        now: Seconds on a monotonic clock.
        key: Names its key without telling it.
        note: Told of each refusal, and whose it is.
    """

    def __init__(
        self,
        accounts: Sequence[Account] = (),
        now: Callable[[], float] = time.monotonic,
        key: str = "",
        note: Callable[[str, TooMuch], None] = lambda name, error: None,
    ) -> None:
        self.key = key
        self._note = note
        self._accounts = accounts
        self._now = now
        self._told_until = -math.inf

    # Sessions

    def begin(self, waiting: Collection[Caller] = ()) -> None:
        """Count one more session that begins.

        Args:
            waiting: Callers that were promised one and have not opened it.

        Raises:
            TooMuch: It has begun too many lately, or too many are open or promised.
        """
        for account in self._accounts:
            promised = sum(account in each._accounts for each in waiting)
            self._check_room(account, promised)
        self.take(BEGUN)

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Have a session open while the block runs.

        Raises:
            TooMuch: Too many are.
        """
        for account in self._accounts:
            self._check_room(account)
        for account in self._accounts:
            account.open += 1
        try:
            yield
        finally:
            for account in self._accounts:
                account.open -= 1

    def _check_room(self, account: Account, promised: int = 0) -> None:
        if account.most_open is not None and account.open + promised >= account.most_open:
            problem = f"as many sessions are open {account.who} as {account.group}.sessions allows"
            raise self._refusal(account, TooMuch(problem, FULL_RETRY_S, code="rate_limit_exceeded"))

    def _refusal(self, account: Account, error: TooMuch) -> TooMuch:
        self._note(account.name, error)
        return error

    # What passes

    def check(self, kind: Kind, amount: float = 0.0) -> None:
        """Whether it may have that.

        Raises:
            TooMuch: Not now.
        """
        now = self._now()
        for account in self._accounts:
            bucket = account.bucket(kind, now)
            if bucket is not None and (wait_s := bucket.wait_s(now, amount)):
                group = "limits" if kind not in SHARED else account.group
                problem = f"{kind.told.format(who=account.who)}, more than {group}.{kind.setting} allows"
                raise self._refusal(account, TooMuch(problem, wait_s, code=kind.code))

    def take(self, kind: Kind) -> None:
        """Count one of them.

        Raises:
            TooMuch: There is none left; then it is not counted.
        """
        self.check(kind, 1)
        self.count(kind)

    def count(self, kind: Kind, amount: float = 1.0) -> None:
        """Count what has happened, whether it may have or not."""
        now = self._now()
        for account in self._accounts:
            bucket = account.bucket(kind, now)
            if bucket is not None:
                bucket.take(now, amount)

    async def step(self) -> None:
        """Return when one more message may be read: who is too fast waits, and nothing is lost."""
        wait_s, now = 0.0, self._now()
        for account in self._accounts:
            bucket = account.bucket(MESSAGES, now)
            if bucket is not None:
                bucket.take(now, 1)
                wait_s = max(wait_s, bucket.wait_s(now))
        if wait_s:
            await asyncio.sleep(wait_s)

    def check_speech(self) -> None:
        """Whether it may be answered aloud.

        Raises:
            TooMuch: It has heard as much as it may.
        """
        self.check(SPEECH)

    def hear(self, seconds: float) -> None:
        """Count sound of its microphone.

        Raises:
            TooMuch: It may not be heard, since there was too much of it or nobody may answer; it is not counted.
        """
        self.check_speech()
        self.check(SOUND)
        self.count(SOUND, seconds)

    def hears(self, pcm: bytes, rate_hz: int) -> bool:
        """Whether a piece of a stream, PCM16, may be heard.

        Raises:
            TooMuch: It may not, and has not been told for a while.
        """
        return self.may_hear(len(pcm) / 2 / max(rate_hz, LOWEST_HZ))

    def may_hear(self, seconds: float) -> bool:
        """Like ``hear`` for one piece of a stream: whether it may be heard.

        Raises:
            TooMuch: It may not, and has not been told for a while.
        """
        try:
            self.hear(seconds)
        except TooMuch:
            now = self._now()
            if now < self._told_until:
                return False
            self._told_until = now + TELL_S
            raise
        return True

    def follow(self, bus: EventBus) -> None:
        """Count what is spoken on ``bus`` until that is closed."""
        bus.observe(self._spoken, frozenset({Family.AUDIO}))

    def _spoken(self, event: Event) -> None:
        assert isinstance(event, AudioChunkEvent)
        self.count(SPEECH, event.duration_ms / 1000)


NOBODY = Caller()
"""Whoever is not counted: no stranger."""


class Books:
    """What each address and each key has had lately.

    Memory is bounded whatever comes: ``KNOWN`` accounts of a few numbers. None that has open sessions is forgotten.

    Args:
        settings: How much each may have.
        now: Seconds on a monotonic clock.
    """

    def __init__(self, settings: Settings, now: Callable[[], float] = time.monotonic) -> None:
        limits = settings.limits
        own = {TOKENS: limits.tokens_per_minute, GUESSES: limits.guesses_per_minute}
        self._settings = settings
        self._now = now
        self._of_address = _most(settings.per_address) | own
        self._of_key = _most(settings.per_key)
        self._accounts: OrderedDict[str, Account] = OrderedDict()
        self._noted_until = -math.inf

    def __len__(self) -> int:
        return len(self._accounts)

    def caller_of(self, connection: HTTPConnection, key: str = "") -> Caller:
        """Whoever opened ``connection``, whose key, if it brings one, was found right.

        Args:
            connection: A request or a WebSocket.
            key: Of the caller who was promised what this connection asks for.
        """
        token = token_of(connection)
        if not key and token and (self._settings.api_key is not None or is_secret(token)):
            key = hashlib.sha256(token.encode()).hexdigest()[:32]
        return self.caller("" if connection.client is None else connection.client.host, key)

    def caller(self, address: str, key: str = "") -> Caller:
        """Whoever comes from ``address``, with a key of that name if it has one."""
        settings = self._settings
        accounts = [self._account(network_of(address), "from this address", self._of_address, settings.per_address)]
        if key:
            accounts.append(self._account(f"key {key[:12]}", "with this key", self._of_key, settings.per_key))
        return Caller(accounts, self._now, key, self._note)

    def _note(self, name: str, error: TooMuch) -> None:
        now = self._now()
        if now >= self._noted_until:
            self._noted_until = now + NOTE_S
            log.warning("%s is refused: %s", name, error)

    def _account(self, name: str, who: str, most: Mapping[Kind, int], share: Share) -> Account:
        account = self._accounts.get(name)
        if account is not None:
            self._accounts.move_to_end(name)
            return account
        if len(self._accounts) >= KNOWN:
            idle = next((old for old, each in self._accounts.items() if not each.open), "")
            self._accounts.pop(idle, None)
        group = "per_address" if most is self._of_address else "per_key"
        account = self._accounts[name] = Account(name, who, group, most, share.sessions)
        return account


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the /64 that one line has, since its owner may take any address of it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
        found = found.ipv4_mapped
    return str(found)


def _most(share: Share) -> dict[Kind, int]:
    found = {kind: getattr(share, kind.setting) for kind in SHARED}
    return {kind: most for kind, most in found.items() if most is not None}
