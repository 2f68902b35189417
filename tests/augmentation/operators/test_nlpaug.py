"""The operator `nlpaug`."""

import subprocess
import sys

import pytest
from support import printed_under_hash_seeds

from datakit.augmentation.operators._base import edit
from datakit.augmentation.operators.nlpaug import OFFLINE, Nlpaug
from datakit.core.errors import UsageError
from datakit.core.seeding import rng_for

TEXT = "We tried to contact you about your answer to our offer of a video handset."


def variants(n=5, text=TEXT, **options):
    """Return the first n edits of a text under a fixed seed."""
    return list(Nlpaug(**options).augment(text, rng_for(13, "row", "nlpaug"), n))


@pytest.mark.parametrize("augmenter", ["char.KeyboardAug", "word.SpellingAug", "word.RandomWordAug"])
def test_any_augmenter_runs_and_replays(augmenter):
    """The same seed gives the same texts, and the spans rebuild each from its parent."""
    made = variants(augmenter=augmenter)
    assert made
    assert made == variants(augmenter=augmenter)
    assert made[:2] == variants(2, augmenter=augmenter)
    assert len({TEXT, *(child.text for child in made)}) == len(made) + 1
    assert all(edit(TEXT, child.spans).text == child.text for child in made)


def test_the_global_random_states_are_put_back():
    """Neither Python's nor NumPy's generator notices, not even the first import of nlpaug."""
    code = (
        "import random, numpy\n"
        "from datakit.augmentation.operators.nlpaug import Nlpaug\n"
        "state = lambda: (random.getstate(), str(numpy.random.get_state()))\n"
        "before = state()\n"
        f"assert list(Nlpaug().augment({TEXT!r}, random.Random(1), 2))\n"
        "assert state() == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


def test_hash_seeds_play_no_part():
    """Two processes with different hash seeds agree on what each augmenter makes."""
    code = (
        "from datakit.augmentation.operators.nlpaug import Nlpaug\n"
        "from datakit.core.seeding import rng_for\n"
        "for name in ('char.KeyboardAug', 'char.OcrAug', 'word.RandomWordAug', 'word.SpellingAug'):\n"
        f"    print([e.text for e in Nlpaug(augmenter=name).augment({TEXT!r}, rng_for(1), 20)])"
    )
    assert len(printed_under_hash_seeds(code)) == 1


def test_options_reach_the_augmenter():
    """The augmenter's own options apply."""
    options = {"action": "delete", "aug_char_max": 1}
    (child,) = variants(1, text="hello", augmenter="char.RandomCharAug", options=options)
    assert len(child.text) == 4


def test_a_text_without_anything_to_change_yields_nothing():
    """Failure is an empty stream, not the same text again."""
    assert variants(text="") == []
    assert variants(text="!", augmenter="word.SplitAug") == []


def test_an_unknown_augmenter_lists_the_known_ones():
    """A misspelt name is a usage error with the nearest name."""
    with pytest.raises(UsageError, match=r"did you mean 'char.KeyboardAug'"):
        variants(augmenter="char.KeybordAug")
    for name in OFFLINE[:4]:
        with pytest.raises(UsageError, match=name):
            variants(augmenter="nonsense")


def test_a_bad_option_is_a_usage_error():
    """What the augmenter refuses is told, not thrown through."""
    with pytest.raises(UsageError, match="nonsense"):
        variants(options={"nonsense": 1})


@pytest.mark.usefixtures("no_nltk_data")
def test_missing_nltk_data_names_the_download():
    """`word.SynonymAug` without its data says which command mends it, and downloads nothing."""
    with pytest.raises(UsageError, match=r"nltk\.downloader wordnet averaged_perceptron_tagger_eng"):
        variants(augmenter="word.SynonymAug")


def test_synonym_aug_runs_with_the_data(nltk_folder, monkeypatch):
    """With NLTK's data in place, nlpaug's own synonyms work offline."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(nltk_folder)])
    assert variants(2, augmenter="word.SynonymAug")
