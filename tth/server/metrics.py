"""The server's numbers as Prometheus reads them. Imported by the first who asks: the library takes a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from tth.observers.totals import COMPONENTS, OFFSET_EDGES_MS, OUTCOMES, Totals
from tth.server.house import House

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

PATH = {
    "chunks": ("voice_chunks", "Pieces of sound that came from the voice."),
    "sound_bytes": ("voice_bytes", "Bytes of PCM in them."),
    "sends": ("avatar_sends", "Pieces that the avatar accepted, one message each."),
    "packets": ("avatar_packets", "Packets in them."),
    "upload_bytes": ("avatar_bytes", "Bytes of PCM in them."),
    "refused_sends": ("avatar_refused_sends", "Pieces at which the avatar failed."),
    "frames": ("avatar_frames", "Frames that were delivered."),
    "dropped_frames": ("avatar_dropped_frames", "Frames that came too late, or of a speech that was over."),
    "tail_frames": ("avatar_tail_frames", "Frames that were due after the last sample of their speech."),
    "connects": ("avatar_connects", "Avatars that were connected."),
    "refused_connects": ("avatar_refused_connects", "Avatars that could not be connected."),
    "degrades": ("avatar_degrades", "Times that a lower avatar took over."),
    "recoveries": ("avatar_recoveries", "Times that a higher avatar came back."),
}
"""Name and meaning of each of a session's counts."""

RATIOS = {
    "connect_success": ("avatar_connect_success_ratio", "Connected avatars, of all that were tried."),
    "send_success": ("avatar_send_success_ratio", "Pieces that avatars accepted, of all that were sent."),
    "error_rate": ("turn_error_ratio", "Failed turns, of all that have ended."),
    "in_step": ("page_in_step_ratio", "Reports with mouth and sound at most 45 ms apart, of all that told it."),
}

RATES = {
    "sound_bytes_per_s": ("voice_bytes_per_second", "Bytes from the voice in the last second of speech."),
    "upload_bytes_per_s": ("avatar_bytes_per_second", "Bytes to the avatar in the last second of speech."),
    "sends_per_s": ("avatar_sends_per_second", "Messages to the avatar in the last second of speech."),
}
"""Sums over the sessions that are open."""

WORST: dict[str, tuple[str, str]] = {
    "sound_rms": ("voice_rms", "RMS of the newest speech, 1 being full scale: of the quietest open session."),
    "sound_peak": ("voice_peak", "Peak of the newest speech: of the quietest open session."),
    "frames_per_s": ("avatar_frames_per_second", "Frames a second of speech: of the slowest open session."),
    "frame_ahead_ms": ("avatar_frame_ahead_milliseconds", "Newest frame before the playhead: the least of all."),
}
"""Of the sessions that are open, the one that does worst; there only where one speaks or spoke."""

APART = "How far mouth and sound were apart at most in 95 of 100 pictures: in the open page that does worst."

QUANTILES = (0.5, 0.95)


def exposition(house: House) -> bytes:
    """All metrics of ``house`` as text."""
    registry = CollectorRegistry()
    registry.register(HouseCollector(house))
    return generate_latest(registry)


class HouseCollector(Collector):
    """Reads the house's ledger when it is asked, and keeps nothing."""

    def __init__(self, house: House) -> None:
        self._house = house

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance, so that registering it reads nothing."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        profiles = self._house.ledger.profiles()
        yield from self._house_now()
        yield from _turns(profiles)
        yield from _path(profiles)
        yield _response_times(profiles)
        yield _offsets(profiles)
        yield from self._rates()

    def _house_now(self) -> Iterator[Metric]:
        house = self._house
        yield _gauge("sessions", "Sessions that are open, clients of the Realtime protocol among them.", house.sessions)
        yield _gauge("sessions_waiting", "Sessions that were asked for and not yet opened.", house.waiting)
        yield _gauge("turns_running", "Sessions with a turn that runs.", house.turns)
        yield _gauge("draining", "1 while the server is about to stop.", int(house.draining))

    def _rates(self) -> Iterator[Metric]:
        for name, (metric, meaning) in RATES.items():
            total = sum(metering.rates.get(name, 0.0) for metering in self._house.ledger.meterings)
            yield _gauge(metric, meaning, total)
        open_ones = [metering.numbers() for metering in self._house.ledger.meterings]
        for name, (metric, meaning) in WORST.items():
            if found := [numbers[name] for numbers in open_ones if name in numbers]:
                yield _gauge(metric, meaning, min(found))
        pages = [metering.page.report for metering in self._house.ledger.meterings if metering.page is not None]
        if apart := [report.offset_p95_ms for report in pages if report.offset_p95_ms is not None]:
            yield _gauge("page_offset_p95_milliseconds", APART, max(apart))


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"tth_{name}", meaning, value=value)


def _counter(name: str, meaning: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"tth_{name}", meaning, labels=("profile", *labels))


def _turns(profiles: dict[str, Totals]) -> Iterator[Metric]:
    opened = _counter("sessions_opened", "Sessions that were opened.")
    started = _counter("turns_started", "Turns that began.")
    ended = _counter("turns", "Turns that ended.", "outcome")
    errors = _counter("errors", "What went wrong, by component.", "component")
    for profile, totals in profiles.items():
        opened.add_metric((profile,), totals.sessions)
        started.add_metric((profile,), totals.started)
        for outcome in OUTCOMES:
            ended.add_metric((profile, outcome), totals.turns[outcome])
        for component in COMPONENTS:
            errors.add_metric((profile, component), totals.errors[component])
    yield from (opened, started, ended, errors)


def _path(profiles: dict[str, Totals]) -> Iterator[Metric]:
    windows = _counter("voice_windows", "Windows of 100 ms of the voice's sound.")
    silent = _counter("voice_silent_windows", "Those of them that nobody could hear.")
    for profile, totals in profiles.items():
        windows.add_metric((profile,), totals.windows)
        silent.add_metric((profile,), totals.silent_windows)
    yield from (windows, silent)
    for count, (name, meaning) in PATH.items():
        counter = _counter(name, meaning)
        for profile, totals in profiles.items():
            counter.add_metric((profile,), totals.counts[count])
        yield counter
    for ratio, (name, meaning) in RATIOS.items():
        gauge = GaugeMetricFamily(f"tth_{name}", meaning, labels=("profile",))
        for profile, totals in profiles.items():
            if ratio in totals.ratios:
                gauge.add_metric((profile,), totals.ratios[ratio])
        yield gauge


def _offsets(profiles: dict[str, Totals]) -> Metric:
    """Without a sum, which means nothing where values have either sign."""
    meaning = "How far the mouth was ahead of the sound, negative where it lagged, by reports of pages that played."
    histogram = HistogramMetricFamily("tth_page_offset_milliseconds", meaning, labels=("profile",))
    for profile, totals in profiles.items():
        edges = (*map(str, OFFSET_EDGES_MS), "+Inf")
        histogram.add_metric((profile,), list(zip(edges, accumulate(totals.offsets.classes), strict=True)), None)
    return histogram


def _response_times(profiles: dict[str, Totals]) -> Metric:
    """A summary with quantiles, for which the library has no family of its own."""
    name = "tth_response_seconds"
    summary = Metric(name, "From a turn's request to its first text, sound and frame.", "summary")
    for profile, totals in profiles.items():
        for stage, times in totals.stages.items():
            labels = {"profile": profile, "stage": stage}
            for share in QUANTILES:
                ms = times.quantile(share)
                if ms is not None:
                    summary.add_sample(name, {**labels, "quantile": str(share)}, ms / 1000)
            summary.add_sample(f"{name}_count", labels, times.count)
            summary.add_sample(f"{name}_sum", labels, times.sum_ms / 1000)
    return summary
