"""The compiled WordNet table."""

import time

import msgspec
import pytest

from datakit.augmentation.lexicon import nltk_data, wordnet
from datakit.core.errors import UsageError


@pytest.mark.usefixtures("no_nltk_data")
def test_synonyms_share_the_sense_both_words_mostly_have():
    """`film` and `movie` stand for each other; `drop` and `pearl` do not."""
    synonyms = wordnet.load().synonyms["n"]
    assert "movie" in synonyms["film"]
    assert "film" in synonyms["movie"]
    assert "pearl" not in synonyms.get("drop", ())


@pytest.mark.usefixtures("no_nltk_data")
def test_no_synonym_is_a_phrase_a_name_or_a_function_word():
    """Only single lower-case ASCII words are put in."""
    table = wordnet.load().synonyms
    words = {synonym for by_word in table.values() for synonyms in by_word.values() for synonym in synonyms}
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    assert not words & wordnet.FUNCTION_WORDS


@pytest.mark.usefixtures("no_nltk_data")
def test_a_synonym_is_mostly_of_the_same_kind_and_number():
    """`miss` is mostly a verb, `authorities` take a plural verb: neither stands in for `girl` or `government`."""
    synonyms = wordnet.load().synonyms["n"]
    assert "miss" not in synonyms.get("girl", ())
    assert "authorities" not in synonyms.get("government", ())
    assert "authorities" in wordnet.load().uses["n"]


@pytest.mark.usefixtures("no_nltk_data")
def test_the_table_is_compiled_once_and_loads_fast(tmp_path, monkeypatch):
    """The second load reads the cache in a fraction of a second, and gives the same."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = wordnet.load()
    (path,) = (tmp_path / "datakit").iterdir()
    written = path.stat().st_mtime_ns
    wordnet.load.cache_clear()
    start = time.process_time()
    assert wordnet.load() == first
    assert time.process_time() - start < 1
    assert path.stat().st_mtime_ns == written


@pytest.mark.usefixtures("nltk_folder")
def test_counted_senses_are_preferred():
    """Debian's WordNet, which counts its senses, wins over NLTK's folder when that one does not."""
    assert wordnet.load().frequencies


@pytest.mark.usefixtures("nltk_folder")
def test_senses_without_counts_are_judged_by_their_order(monkeypatch, tmp_path):
    """Open English WordNet alone works too, and the table says that nothing was counted."""
    monkeypatch.setattr(wordnet, "DEBIAN", tmp_path)
    lexicon = wordnet.compile_lexicon(wordnet.find_source())
    assert not lexicon.frequencies
    assert "vacation" in lexicon.synonyms["n"]["holiday"]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(lexicon), type=wordnet.Lexicon) == lexicon


def test_a_machine_without_wordnet_gets_the_commands(monkeypatch, tmp_path):
    """The error says how to install either source."""
    monkeypatch.setattr(wordnet, "DEBIAN", tmp_path)
    monkeypatch.setattr(nltk_data, "search_path", list)
    with pytest.raises(UsageError) as error:
        wordnet.find_source()
    assert "apt-get install wordnet-base" in str(error.value)
    assert "python -m nltk.downloader wordnet" in str(error.value)
