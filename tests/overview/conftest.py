"""Files made for persons lie in a folder of the test's own."""

import pytest

from dashboard.config import Settings
from dashboard.services import outbox


@pytest.fixture(autouse=True)
def exports(tmp_path, monkeypatch):
    monkeypatch.setattr(Settings, "export_folder", property(lambda _settings: tmp_path / "exports"))
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")
    return tmp_path / "exports"
