"""What the demo's analytics tool would have added up: visits per page and day. There is no visitor behind them."""

# ruff: noqa: S311 - the chances of an invented website; nothing here is a secret

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

DAYS = 400
PAGES = {
    "/": 140, "/pricing": 46, "/product": 58, "/product/floor-plans": 24, "/product/sensors": 19, "/contact": 15,
    "/blog": 22, "/blog/quiet-offices": 9, "/customers": 12, "/jobs": 7, "/privacy": 4, "/press": 1,
}  # fmt: skip
"""Visits on an ordinary working day."""


def tell_website(*, today: date, seed: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield lines as a file would have them, the oldest first, up to yesterday."""
    rng, line = Random(f"{seed}:website"), 0
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        busy = (0.35 if day.weekday() > 4 else 1.0) * (1.25 - back / DAYS / 2)
        for page, usual in PAGES.items():
            visits = round(rng.gauss(usual * busy, usual * busy / 6))
            if visits > 0:
                line += 1
                yield line, {"day": day.isoformat(), "page": page, "visits": str(visits), "views": str(visits * 2)}
