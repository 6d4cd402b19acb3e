"""Bring the Dutch catalogue up to date and compile it; end with an error while a text has no Dutch."""

import sys

from translations import PO, compiled, missing, read, renewed, written

catalog = renewed(read())
PO.write_bytes(written(catalog))
PO.with_suffix(".mo").write_bytes(compiled(read()))
for text in missing(catalog):
    sys.stderr.write(f"no Dutch yet: {text}\n")
sys.exit(bool(missing(catalog)))
