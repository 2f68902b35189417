"""The translator `ctranslate2`, on tiny models with random weights."""

import pytest

from datakit.augmentation.translators.ctranslate2 import Ctranslate2
from datakit.augmentation.translators.marian import Marian

TEXTS = ["We tried to contact you.", "Your answer to the offer\nof a handset. We tried.", "customer 7", " "]


@pytest.fixture
def engine(tiny_marian, tmp_path, monkeypatch):
    """Give the engine on the tiny models, with an empty cache; skip without the library."""
    pytest.importorskip("ctranslate2")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Ctranslate2(model=tiny_marian, batch_tokens=64)


def test_the_model_is_converted_once_and_says_the_same(engine, tiny_marian, tmp_path):
    """int8 weights decode nearly what the original ones do; the second call converts nothing."""
    told = engine.translate(TEXTS, "en", "de")
    assert told[0][:20] == Marian(model=tiny_marian).translate(TEXTS[:1], "en", "de")[0][:20]
    assert told[3] == " "
    (converted,) = (tmp_path / "datakit").iterdir()
    before = converted.stat().st_mtime_ns
    assert engine.translate(TEXTS, "en", "de") == told
    assert converted.stat().st_mtime_ns == before


def test_seeds_draw(engine):
    """The same texts and seeds give the same translations, other seeds others."""
    drawn = engine.translate(TEXTS, "en", "de", [1, 2, 3, 4])
    assert drawn == engine.translate(TEXTS, "en", "de", [1, 2, 3, 4])
    assert drawn != engine.translate(TEXTS, "en", "de", [1, 2, 5, 4])


def test_options_of_decoding_are_part_of_the_identity(engine, tiny_marian):
    """Translations of other beams are others."""
    other = Ctranslate2(model=tiny_marian, beams=4)
    assert engine.identity("en", "de") != other.identity("en", "de")
    assert other.translate(TEXTS[:1], "en", "de")
    assert engine.pivots("en") == ("de",)
