"""Translations that are kept."""

from dataclasses import dataclass, field

import pytest

from datakit.augmentation.translators._memory import Remembering
from datakit.core.errors import InputError


@dataclass
class Reversing:
    """A translator that spells backwards, and keeps what it was asked."""

    samples: bool = True
    model: str = "one"
    asked: list = field(default_factory=list)

    def pivots(self, _):
        """Return one."""
        return ("es",)

    def identity(self, source, target):
        """Return the model's name."""
        return f"{self.model}:{source}-{target}"

    def translate(self, texts, source, target, seeds=None):  # noqa: ARG002  (of the interface)
        """Return the texts spelt backwards, with their seeds."""
        self.asked += texts
        return [f"{text[::-1]}{seed or ''}" for text, seed in zip(texts, seeds or [0] * len(texts), strict=True)]


@pytest.fixture
def path(tmp_path):
    """Give a file that is not there yet."""
    return tmp_path / "folder" / "translations.sqlite"


def test_nothing_is_translated_twice(path):
    """Neither in one call nor in the next process; the order of the texts is kept."""
    engine = Reversing()
    first = Remembering(engine=engine, path=path).translate(["ab", "cd", "ab"], "en", "es")
    assert first == ["ba", "dc", "ba"]
    assert engine.asked == ["ab", "cd"]
    assert Remembering(engine=engine, path=path).translate(["cd", "ef", "ab"], "en", "es") == ["dc", "fe", "ba"]
    assert engine.asked == ["ab", "cd", "ef"]


def test_model_direction_and_seed_are_part_of_the_name(path):
    """Another of them is another translation; without sampling the seed plays no part."""
    engine = Reversing()
    ask = Remembering(engine=engine, path=path).translate
    assert ask(["ab", "ab"], "en", "es", [1, 2]) == ["ba1", "ba2"]
    assert ask(["ab"], "en", "es") == ["ba"]
    assert ask(["ab"], "es", "en") == ["ba"]
    engine.model = "two"
    assert ask(["ab"], "en", "es") == ["ba"]
    assert len(engine.asked) == 5
    engine.samples = False
    assert ask(["ab"], "en", "es", [7]) == ["ba"]
    assert len(engine.asked) == 5


def test_what_was_translated_before_an_interruption_is_kept(path, monkeypatch):
    """Every block is written when it is done."""
    monkeypatch.setattr("datakit.augmentation.translators._memory._AT_ONCE", 2)
    engine = Reversing()

    class Stopping(Reversing):
        def translate(self, texts, source, target, seeds=None):
            if "ef" in texts:
                raise KeyboardInterrupt
            return super().translate(texts, source, target, seeds)

    with pytest.raises(KeyboardInterrupt):
        Remembering(engine=Stopping(), path=path).translate(["ab", "cd", "ef"], "en", "es")
    Remembering(engine=engine, path=path).translate(["ab", "cd", "ef"], "en", "es")
    assert engine.asked == ["ef"]


def test_only_the_user_can_read_the_file(path):
    """It holds the texts in other words."""
    Remembering(engine=Reversing(), path=path).translate(["ab"], "en", "es")
    assert path.stat().st_mode & 0o077 == 0


def test_a_damaged_file_is_told(path):
    """With the remedy: it is only a cache."""
    path.parent.mkdir()
    path.write_bytes(b"no database " * 100)
    with pytest.raises(InputError, match="delete the file"):
        Remembering(engine=Reversing(), path=path).translate(["ab"], "en", "es")
