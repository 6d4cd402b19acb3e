"""The report about purging: ratios first, then what others felt."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.report import table

Found = Mapping[str, Any]
FELT = {
    "felt": "the purge itself",
    "felt batches": "batches of the boundary month",
    "felt reader of usage": "whole months behind a reader of usage",
    "felt reader of accounts": "whole months behind a reader of accounts",
}


def lines(measured: Mapping[tuple[str, int], Found]) -> Iterable[str]:
    """Yield the lines about purging the oldest fifth of each database."""
    yield "\n## Purging the oldest fifth of all usage events\n"
    head = ("", "figure", "goal")
    rows = [row for (engine, size), found in measured.items() for row in _ratios(f"{engine}, of {size:,}", found)]
    yield from table("what", [head, *rows])
    yield "\nWhat others felt, in milliseconds: p99 and longest, before and during\n"
    head = ("", "seconds", "insert before", "insert during", "trace before", "trace during", "longest wait for a lock")
    rows = [row for (engine, size), found in measured.items() for row in _felt(f"{engine}, of {size:,}", found)]
    yield from table("during", [head, *rows])


def _ratios(name: str, found: Found) -> Iterable[Sequence[str]]:
    pace = found["turns"]
    share = pace["raw"] / max(pace["ours"], 1e-9)
    yield f"{name}: working time of our batches to raw ones, by turns ({found['rows']:,} rows)", f"{share:.2f}", "≤ 1.3"
    yield f"{name}: rows/s, ours and raw", f"{pace['ours']:,.0f} / {pace['raw']:,.0f}", ""
    memory = " → ".join(f"{value:.0f}" for value in found["memory_mb"])
    yield f"{name}: MB of the process, start → 20 batches → end", memory, "flat"
    if "log_mb" in found:
        yield f"{name}: MB of write-ahead log at most, others beside", f"{found['log_mb']:.0f}", "< 200"
    if "delete" in found:
        yield from _months(name, found)


def _months(name: str, found: Found) -> Iterable[Sequence[str]]:
    one, drop, emptied = found["delete"], found["drop"], found["emptied"]
    yield f"{name}: one DELETE of {one['count']:,} rows", f"{one['seconds']:.2f} s, {one['log_mb']:.1f} MB of log", ""
    told = f"{drop['seconds']:.3f} s, {drop['log_mb']:.2f} MB of log"
    yield f"{name}: dropping the {drop['count']} months they lie in", told, ""
    yield f"{name}: dropping them once emptied", f"{emptied['seconds']:.3f} s", "the same"
    yield f"{name}: one DELETE to dropping, time", f"{one['seconds'] / drop['seconds']:.0f}", "≥ 10"
    yield f"{name}: one DELETE to dropping, log", f"{one['log_mb'] / max(drop['log_mb'], 0.001):.0f}", "≥ 100"


def _felt(name: str, found: Found) -> Iterable[Sequence[str]]:
    for key, title in FELT.items():
        if key in found:
            felt = found[key]
            spans = [felt[kind][when] for kind in ("insert", "trace") for when in ("before", "during")]
            told = [f"{p99:.1f}, {longest:.1f}" for p99, longest in spans]
            waited = f"{felt['waited']:.0f} (≤ 50)" if "delete" in found else "–"
            yield f"{name}: {title}", f"{felt['seconds']:.2f}", *told, waited
