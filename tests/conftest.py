"""Fixtures that several test modules share."""

from pathlib import Path

import pytest
from hypothesis import settings
from support import save_tiny, sms, write_jsonl

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real data sets that lies beside the checkout; skip where there is none."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared/data beside the checkout")
    return SHARED


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """Give an empty folder that holds `raw.jsonl` and is the current one."""
    write_jsonl(tmp_path / "raw.jsonl", sms())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory) -> Path:
    """Give the folder of a tiny BERT."""
    return save_tiny("bert", tmp_path_factory.mktemp("tiny") / "bert")
