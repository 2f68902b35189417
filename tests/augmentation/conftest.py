"""What the tests of augmentation share: the two sets of linguistic data that users may have."""

from pathlib import Path

import pytest

from datakit.augmentation.lexicon import tagger, thesaurus, wordnet


def forget() -> None:
    """Drop what was loaded, so that the next load looks for its sources again."""
    for load in (wordnet.load, thesaurus.load, tagger.load):
        load.cache_clear()


@pytest.fixture
def nltk_folder(shared_data: Path, monkeypatch: pytest.MonkeyPatch):
    """Put NLTK's data on its search path: the perceptron, and a WordNet without counts."""
    monkeypatch.setenv("NLTK_DATA", str(shared_data / "nltk_data"))
    forget()
    yield shared_data / "nltk_data"
    forget()


@pytest.fixture
def no_nltk_data(monkeypatch: pytest.MonkeyPatch):
    """Leave Debian's WordNet as the only linguistic data."""
    monkeypatch.setattr("datakit.augmentation.lexicon.nltk_data.search_path", list)
    forget()
    yield
    forget()
