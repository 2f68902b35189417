"""The operator `back-translation`."""

import pytest

from datakit.augmentation.augment import augment
from datakit.augmentation.filters.negation_flipped import NegationFlipped
from datakit.augmentation.lexicon.tokens import NEGATIONS, protected_tokens
from datakit.augmentation.operators._base import edit
from datakit.augmentation.operators.back_translation import BackTranslation
from datakit.augmentation.translators.apertium import Apertium
from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import UsageError
from datakit.core.seeding import rng_for
from datakit.io import load

installed = pytest.mark.skipif("es" not in Apertium().pivots("en"), reason="apertium-eng-spa is not installed")

TEXTS = ["The movie was very long.", "Can you book a table near the station?", "", "The house is big."]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def variants(texts, n=3, **options):
    """Return each text's first n edits through Apertium and Spanish."""
    operator = BackTranslation(engine="apertium", pivots=("es",), **options)
    rngs = [rng_for(13, text) for text in texts]
    return [list(stream) for stream in operator.augment_many(texts, rngs, [n] * len(texts))]


@installed
def test_a_round_trip_is_one_edit_of_the_whole_text():
    """The span rebuilds the variant; a text that comes back as it was has none."""
    made = variants(TEXTS)
    assert [len(edits) for edits in made] == [1, 1, 0, 0]
    assert made[0][0].text == "The film was very long."
    for text, edits in zip(TEXTS, made, strict=True):
        assert all(edit(text, child.spans) == child for child in edits)


@installed
def test_company_and_memory_play_no_part():
    """A text has the same variants alone, in another order, and from the cache."""
    together = variants(TEXTS)
    assert together == variants(TEXTS[::-1])[::-1] == [variants([text])[0] for text in TEXTS]
    assert variants(TEXTS, n=0) == [[]] * 4


@installed
def test_protected_words_are_neither_lost_nor_put_in():
    """A variant that changes them is left out."""
    assert variants(TEXTS[:1], protect=("Movie",)) == [[]]
    assert variants(TEXTS[:1], protect=("film",)) == [[]]
    assert variants(TEXTS[:1], protect=("long",)) == variants(TEXTS[:1])


@installed
def test_rare_classes_are_filled():
    """As an operator of `augment`; what lacks is a shortfall, never a copy."""
    texts = [f"The movie was bad on day {i}." for i in range(12)]
    corpus = Corpus.from_columns([*texts, "The house is big."], ["a"] * 8 + ["b"] * 5)
    splits = Splits({"train": corpus})
    done = augment(splits, operators=({"name": "back-translation", "engine": "apertium", "pivots": ["es"]},))
    assert done.added == {"a": 0, "b": 3}
    assert done.shortfalls == ()
    assert set(done.train.texts[13:]) <= {f"The film was bad on day {i}." for i in range(8, 12)}


@installed
def test_what_it_uses_is_told():
    """Engine, pivots and the models of both ways."""
    used = BackTranslation(engine="apertium", pivots=("es",)).uses()
    assert (used["engine"], used["pivots"]) == ("apertium", "es")
    assert used["en-es"].startswith("apertium:")
    assert used["en-es"] != used["es-en"]


@installed
def test_auto_takes_what_is_here():
    """Apertium is there; a pivot that it lacks is not."""
    assert BackTranslation(pivots=("es",)).uses()["engine"] == "apertium"
    with pytest.raises(UsageError, match="apt-get install"):
        list(BackTranslation(pivots=("xx",)).augment("a", rng_for(1), 1))


def test_an_unknown_engine_lists_the_known_ones():
    """A misspelt name is a usage error with the nearest name."""
    with pytest.raises(UsageError, match="did you mean 'apertium'"):
        list(BackTranslation(engine="apertum").augment("a", rng_for(1), 1))


@installed
def test_nothing_here_names_the_remedies(tmp_path):
    """No pairs, no models: both ways out are told."""
    with pytest.raises(UsageError, match=r"datakit\[translate\]"):
        list(BackTranslation(engine="apertium", options={"modes": str(tmp_path)}).augment("a", rng_for(1), 1))


@installed
def test_negation_is_kept_after_filtering(shared_data):
    """At least 99% of the variants of real texts with a negation that pass the filter still have one."""
    texts = list(load(shared_data / "sst2.train.jsonl.gz").texts)[:700]
    negated = [text for text in texts if _negations(text)]
    judge = NegationFlipped()
    passed = [
        child.text
        for text, edits in zip(negated, variants(negated), strict=True)
        for child in edits
        if judge.keep(text, child.text) is None
    ]
    assert len(passed) > 40
    assert sum(bool(_negations(text)) for text in passed) / len(passed) >= 0.99


def _negations(text):
    return [token for token in protected_tokens(text) if token.lower() in NEGATIONS]
