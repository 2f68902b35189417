"""The filter `language-changed`."""

import pytest

from datakit.augmentation.filters.language_changed import LanguageChanged

ENGLISH = "where is the station and what is it called"


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        ("wo ist der Bahnhof und wie ist er nicht zu finden", "English became German"),
        ("dónde está la estación y cómo se llama el lugar", "English became Spanish"),
        ("где находится вокзал", "Latin script became Cyrillic script"),
    ],
)
def test_another_language_or_script_rejects(candidate, reason):
    """Told by small words, or by letters."""
    assert LanguageChanged().keep(ENGLISH, candidate) == reason


@pytest.mark.parametrize(
    ("source", "candidate"),
    [
        (ENGLISH, "where is the stop and what is its name"),
        ("wo ist der Bahnhof und die Post", "wo ist der Bahnhof und das Amt"),
        ("Wetter schön heute", "heute ist das Wetter schön"),
        ("1 2 3", "one two three"),
        ("где вокзал", "где станция"),
        ("", ""),
    ],
)
def test_the_same_language_is_kept(source, candidate):
    """Whichever it is; a few words without a small one are not judged."""
    assert LanguageChanged().keep(source, candidate) is None
