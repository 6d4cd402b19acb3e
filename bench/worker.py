"""The loop of a measuring program: a name in, the time of one whole request out, as JSON lines.

Standard library only: the peers run it in a virtual environment of their own.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

Pages = Mapping[str, Callable[[], Any]]


def get(client: Any, address: str) -> Callable[[], bytes]:
    """Return a call of one address through the whole application; anything but 200 raises."""

    def call() -> bytes:
        answer = client.get(address)
        body: bytes = answer.get_data()
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code} {body[:500]!r}")
        return body

    return call


def serve(pages: Pages, *, around: Callable[[str], AbstractContextManager[Any]] = lambda _name: nullcontext()) -> None:
    """Say which pages there are, then answer each name on standard input until it ends."""
    print(json.dumps(sorted(pages)), flush=True)
    for line in sys.stdin:
        name = line.strip()
        with around(name):
            print(json.dumps(_measured(pages[name])), flush=True)


def _measured(page: Callable[[], Any]) -> dict[str, float]:
    gc.collect()
    gc.disable()  # a collection would be counted to whoever happens to be measured
    started, worked = time.perf_counter(), time.process_time()
    body = page()
    seconds, processor = time.perf_counter() - started, time.process_time() - worked
    gc.enable()
    lines = body.count(b"<tr") if isinstance(body, bytes) else len(body)
    size = len(body) if isinstance(body, bytes) else 0
    return {"seconds": seconds, "processor": processor, "size": size, "lines": lines}
