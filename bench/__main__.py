"""`python -m bench`: fills, measures, prints, tidies up. BENCH_ROWS=100000 for a quick look."""

import sys
import time
from collections.abc import Iterable

from bench import erasure, intake, pages, peers, purge, report, report_purge, statistics
from bench.databases import NoRoom, filled
from bench.settings import Run, from_environment


def main(run: Run) -> int:
    """Measure what the run asks for; print as soon as something is known."""
    started = time.monotonic()
    tell([report.machine(), *([peers.versions()] if run.peers else [])])
    with filled(run) as places:
        tell([f"filled after {time.monotonic() - started:.0f} s"])
        if "pages" in run.phases:
            for engine in run.engines:
                tell(report.pages(run, engine, pages.measure(run, places, engine)))
        if "intake" in run.phases:
            tell(report.intake({key: intake.measure(place, run.intake_seconds) for key, place in places.items()}))
        if "erasure" in run.phases:
            tell(report.erasure({key: erasure.measure(place.url) for key, place in places.items()}))
        if "purge" in run.phases:
            purged = {key: purge.measure(place.url, place.facts, quiet=run.quiet) for key, place in places.items()}
            tell(report_purge.lines(purged))
        if "statistics" in run.phases:
            tell(report.statistics({key: statistics.measure(place.url) for key, place in places.items()}))
    tell([f"\n{time.monotonic() - started:.0f} s in all; {report.machine()}"])
    return 0


def tell(lines: Iterable[str]) -> None:
    """Print at once."""
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(from_environment()))
    except NoRoom as error:
        sys.exit(str(error))
