"""Parts of speech."""

import gzip
import json

import pytest

from datakit.augmentation.lexicon import tagger
from datakit.augmentation.lexicon.tokens import TOKEN


@pytest.fixture
def sentences(shared_data):
    """Give the words of 300 real questions and messages."""
    rows = []
    for name in ("trec6.train", "sms_spam.all"):
        with gzip.open(shared_data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            rows += [json.loads(line)["text"] for line, _ in zip(file, range(150), strict=False)]
    return [TOKEN.findall(text) for text in rows]


def test_tags_are_those_of_nltk(nltk_folder, sentences, monkeypatch):
    """The lock-step tagger answers as `nltk.pos_tag` does, word by word."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(nltk_folder)])
    expected = [[tag for _, tag in nltk.pos_tag(words)] for words in sentences]
    assert tagger.load().tag(sentences) == expected


@pytest.mark.usefixtures("nltk_folder")
def test_a_sentence_is_tagged_alike_alone_and_in_company(sentences):
    """Batches do not change the tags."""
    alone = [tagger.load().tag([words])[0] for words in sentences[:20]]
    assert alone == tagger.load().tag(sentences)[:20]


@pytest.mark.usefixtures("nltk_folder")
def test_little_memory_changes_no_tag(sentences, monkeypatch):
    """Forgetting words, and meeting more at once than there is room for, changes nothing."""
    expected = tagger.load().tag(sentences)
    monkeypatch.setattr(tagger, "_ROOM", 50)
    tagger.load.cache_clear()
    forgetful = tagger.load()
    assert [forgetful.tag([words])[0] for words in sentences[:40]] == expected[:40]
    assert forgetful.tag(sentences) == expected
    assert forgetful.tag(sentences[::-1]) == expected[::-1]


@pytest.mark.usefixtures("nltk_folder")
def test_empty_sentences_have_no_tags():
    """Nothing in, nothing out, in its place."""
    assert tagger.load().tag([[], ["Stop"], []])[::2] == [[], []]
    assert tagger.load().tag([[]]) == [[]]


@pytest.mark.usefixtures("no_nltk_data")
def test_without_its_data_words_are_tagged_by_count():
    """WordNet's counts settle the certain words; names and unsure words are left alone."""
    assert isinstance(tagger.load(), tagger.CountTagger)
    (tags,) = tagger.load().tag([["The", "movie", "about", "Paris", "was", "purchased", "happily"]])
    assert tags == ["", "NN", "", "NNP", "", "VBN", "RB"]
