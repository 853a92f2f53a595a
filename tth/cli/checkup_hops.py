"""What is to be said of an avatar from what passed: hop by hop, in the order of the path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tth.cli.checkup_avatar import Passed
from tth.cli.checkup_clip import CLIP_S, CLIP_UNITS
from tth.cli.findings import Finding
from tth.core.media import MEDIA_RATE_HZ, FaceFrame

CONNECTS, PACKETS, BYTES = "Avatar connects", "Packets are as it asked", "Bytes reach the avatar"
FRAMES, WIRE = "Frames come back", "Frames reach the page's wire"

SLOWEST_FPS = 20.0
"""A face that moves less often than this does not seem to speak."""

SAID_FIX = "It says so itself: mend what it names, in components.avatar or in what it talks to."


def judge_avatar(name: str, below: str, passed: Passed) -> Iterator[Finding]:
    """The hops of an avatar.

    Args:
        name: The profile's first.
        below: What takes its place when it fails; empty where nothing does.
        passed: What passed when the clip was said to it.
    """
    yield _connects(name, below, passed)
    yield _packets(passed)
    yield _bytes(passed)
    yield _frames(name, passed)
    yield _wire(passed)


def _connects(name: str, below: str, passed: Passed) -> Finding:
    if passed.connect_ms is not None:
        detail = f"{name} in {passed.connect_ms:.0f} ms"
        return Finding(name=CONNECTS, detail=detail, numbers={"connect_ms": passed.connect_ms})
    fix = "Start what it talks to, or mend its options in components.avatar."
    if below:
        fix += f" Until then {below} takes its place."
    return Finding(name=CONNECTS, status="failed", detail=f"{name}: {passed.trouble}", fix=fix)


def _packets(passed: Passed) -> Finding:
    size, sizes = passed.packet_bytes, [sent for _, sent in passed.sends]
    # The last piece of a speech may end in a short packet, no other.
    odd = sum(sent % size != 0 for sent in sizes[:-1]) if size else 0
    asked = f"{passed.rate_hz / 1000:g} kHz mono, {size} bytes each"
    numbers = {
        "rate_hz": passed.rate_hz,
        "packet_bytes": size,
        "packets": sum(-(-sent // size) for sent in sizes) if size else 0,
        "odd_packets": odd,
    }
    if not size or odd:
        fix = "The adapter asks for packets that cannot be made; its audio_format or packet_ms is wrong."
        detail = f"{asked}: {odd} of {len(sizes)} pieces are no whole packets"
        return Finding(name=PACKETS, status="failed", detail=detail, fix=fix, numbers=numbers)
    return Finding(name=PACKETS, detail=f"{asked}, {numbers['packets']} of them", numbers=numbers)


def _bytes(passed: Passed) -> Finding:
    sent, whole = sum(size for _, size in passed.sends), 2 * passed.rate_hz * CLIP_S
    numbers = {"bytes": sent, "clip_bytes": whole, "bytes_per_s": _growth(passed)}
    told = f"{sent:,} of {whole:,} bytes, {numbers['bytes_per_s']:,.0f} a second"
    if sent and not passed.pending and (not passed.ended or abs(sent - whole) <= passed.packet_bytes):
        return Finding(name=BYTES, detail=told, numbers=numbers)
    fix = "It is connected and does not take the sound: look at its log, its load, and the network between."
    if passed.reason:
        return Finding(name=BYTES, status="failed", detail=f"{passed.reason}; {told}", fix=SAID_FIX, numbers=numbers)
    detail = "; ".join(filter(None, (told, passed.trouble)))
    return Finding(name=BYTES, status="failed", detail=detail, fix=fix, numbers=numbers)


def _growth(passed: Passed) -> float:
    """Bytes a second between the first piece, the lead that an avatar gets at once, and the last, which is a rest."""
    if len(passed.sends) < 3:
        return 0.0
    (began_s, _), *grown, _ = passed.sends
    passed_s = grown[-1][0] - began_s
    return round(sum(size for _, size in grown) / passed_s, 1) if passed_s > 0 else 0.0


def _frames(name: str, passed: Passed) -> Finding:
    if passed.elsewhere:
        return Finding(name=FRAMES, detail=f"{name}'s pictures go another way than through the session")
    due = [frame.sample for frame in passed.frames if frame.sample < CLIP_UNITS]
    step = _step(due)
    whole = round(CLIP_UNITS / step)
    numbers: dict[str, float] = {
        "frames": len(due),
        "clip_frames": whole,
        "tail_frames": len(passed.frames) - len(due),
    }
    if passed.first_frame_s is not None and passed.first_audio_s is not None:
        numbers["first_frame_ms"] = round((passed.first_frame_s - passed.first_audio_s) * 1000, 1)
    told = f"{len(due)} of {whole}"
    if fps := _rate(passed, due):
        numbers["frames_per_s"] = round(fps, 2)
        told += f", {fps:.0f} a second"
    if due:
        numbers["last_ms"] = round(due[-1] * 1000 / MEDIA_RATE_HZ, 1)
        told += f", the last at {numbers['last_ms'] / 1000:.2f} s of {CLIP_S}"
    if passed.trouble and passed.reason:
        return Finding(name=FRAMES, status="failed", detail=f"{passed.reason}; {told}", fix=SAID_FIX, numbers=numbers)
    if wrong := _wrong_frames(passed, due, whole, step):
        fix = "It takes the sound and does not answer as it should: look at its log and its load."
        return Finding(name=FRAMES, status="failed", detail=f"{told}; {wrong}", fix=fix, numbers=numbers)
    told = "; ".join([f"{told}, the first after {numbers.get('first_frame_ms', 0.0):.0f} ms", *passed.remarks])
    return Finding(name=FRAMES, status="warning" if passed.remarks else "ok", detail=told, numbers=numbers)


def _rate(passed: Passed, due: list[int]) -> float:
    """Frames a second as a page could show them: no more than there are for the sound, no faster than they came.

    0 where there are too few to tell.
    """
    if len(due) < 2:
        return 0.0
    meant_s = (due[-1] - due[0]) / MEDIA_RATE_HZ
    took_s = passed.came_s[len(due) - 1] - passed.came_s[0]
    span_s = max(meant_s, took_s)
    return (len(due) - 1) / span_s if span_s > 0 else 0.0


def _step(due: list[int]) -> float:
    """Media units from one frame to the next as the avatar means it: where some are missing, most gaps are larger."""
    gaps = sorted(after - before for before, after in pairwise(due) if after > before)
    return gaps[len(gaps) // 10] if gaps else MEDIA_RATE_HZ / 30


def _wrong_frames(passed: Passed, due: list[int], whole: int, step: float) -> str:
    if passed.trouble:
        return passed.trouble
    if not due:
        return "there is none"
    if MEDIA_RATE_HZ / step < SLOWEST_FPS:
        return f"a face needs {SLOWEST_FPS:.0f} a second"
    if abs(len(due) - whole) > 1:
        return f"{abs(whole - len(due))} {'are missing' if len(due) < whole else 'are too many'}"
    if CLIP_UNITS - due[-1] > 2 * step:
        return "the end of the clip has none"
    if len({frame.weights for frame in passed.frames if isinstance(frame, FaceFrame)}) == 1:
        return "they are all the same: the face does not move"
    return ""


def _wire(passed: Passed) -> Finding:
    delivered, written = len(passed.frames), len(passed.on_wire)
    numbers = {"frames": written}
    if passed.elsewhere or (written == delivered and passed.on_wire == [frame.sample for frame in passed.frames]):
        return Finding(name=WIRE, detail=f"all {written}", numbers=numbers)
    fix = "A page that reads too slowly loses frames; here none reads, so this is a mistake of tth: please report it."
    detail = f"{written} of {delivered}"
    return Finding(name=WIRE, status="failed", detail=detail, fix=fix, numbers=numbers)
