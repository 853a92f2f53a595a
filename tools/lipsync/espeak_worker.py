"""Speaks with libespeak-ng, each utterance in a process of its own.

A request is a line of JSON on standard input, an answer a line of JSON on standard output and the sound in a file. The
library keeps its state from one utterance to the next, so that the same text does not sound the same twice in a
process; the first one of a fresh process does, once the seed is set. It is GPL-3.0-or-later and stays in here.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path

import espeakng_loader

_SYNCHRONOUS, _PHONEMES, _IPA, _STAY = 2, 1, 2, 0x8000
_RATE, _PITCH, _RANGE = 1, 3, 4
_UTF_8, _PHONEME_EVENT = 1, 7
_SEED = 1


class _Name(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def speak(request: dict[str, object], target: Path) -> dict[str, object]:
    """Speak one text; the sound goes to ``target`` as PCM16, the rate and the onsets are returned."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = str(espeakng_loader.get_data_path()).encode()
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, data, _PHONEMES | _IPA | _STAY)
    # It has just drawn its seed from the clock, and breathy variants are made with it.
    library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
    pieces: list[bytes] = []
    onsets: list[tuple[int, str]] = []

    def take(wave: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if wave and count:
            pieces.append(ctypes.string_at(wave, 2 * count))
        number = 0
        while events[number].type:
            if events[number].type == _PHONEME_EVENT:
                place = ctypes.addressof(events[number]) + _Event.id.offset
                name = ctypes.string_at(place, 8).split(b"\0")[0].decode("utf-8", "replace")
                onsets.append((events[number].sample, name))
            number += 1
        return 0

    callback = _CALLBACK(take)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(str(request["voice"]).encode()):
        return {"error": "voice"}
    for parameter, key in ((_RATE, "rate"), (_PITCH, "pitch"), (_RANGE, "range")):
        library.espeak_SetParameter(parameter, int(str(request[key])), 0)
    text = str(request["text"]).encode()
    library.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF_8, None, None)
    target.write_bytes(b"".join(pieces))
    return {"rate_hz": rate_hz, "onsets": onsets}


def main() -> None:
    """Answer requests until there are none; each is spoken by a child of this process."""
    target = Path(sys.argv[1])
    for line in sys.stdin:
        here, there = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(here)
            with os.fdopen(there, "w") as answer:
                json.dump(speak(json.loads(line), target), answer)
            os._exit(0)
        os.close(there)
        with os.fdopen(here) as answer:
            told = answer.read()
        os.waitpid(child, 0)
        print(told or '{"error": "crashed"}', flush=True)


if __name__ == "__main__":
    main()
