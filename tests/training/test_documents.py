"""Reading texts that are longer than the model reads."""

import numpy as np
import pytest
import torch
from support import save_tiny, sms
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from datakit.core.corpus import Corpus
from datakit.core.errors import InputError, UsageError
from datakit.training.documents import Reading, pooled, require_positions
from datakit.training.finetune import finetune
from datakit.training.models import resolve
from datakit.training.predict import Classifier
from datakit.training.settings import Settings


@pytest.fixture(scope="module")
def tokenizer():
    """Give MiniLM's tokenizer."""
    return AutoTokenizer.from_pretrained(resolve("minilm").folder)


# Each letter is one token of MiniLM's.
LETTERS = "a b c d e f g h i j k l m n o p q r s t"


def read(tokenizer, text, **options):
    """Return what is read of a text, row by row, in words."""
    windows = Reading(**options).windows(tokenizer, [text])
    return [tokenizer.decode(row) for row in windows.ids], windows


@pytest.mark.parametrize(
    ("long_texts", "rows", "lost"),
    [
        ("head", ["[CLS] a b c d e f g h [SEP]"], 0.6),
        ("head-tail", ["[CLS] a b o p q r s t [SEP]"], 0.6),
        (
            "chunks",
            ["[CLS] a b c d e f g h [SEP]", "[CLS] g h i j k l m n [SEP]", "[CLS] m n o p q r s t [SEP]"],
            0,
        ),
    ],
)
def test_a_long_text_is_read_as_asked_for(tokenizer, long_texts, rows, lost):
    """Eight of twenty letters fit between the special tokens; what is not read is counted."""
    texts, windows = read(tokenizer, LETTERS, max_length=10, long_texts=long_texts)
    assert texts == rows
    assert windows.tokens_lost == pytest.approx(lost)
    assert windows.truncated == (lost > 0)
    assert windows.documents == [0] * len(rows)


@pytest.mark.parametrize("long_texts", ["head", "head-tail", "chunks"])
def test_short_texts_are_read_as_the_tokenizer_encodes_them(tokenizer, long_texts):
    """Also an empty one, and one that spells a special token."""
    texts = ["a few words", "", "what does [SEP] mean", LETTERS]
    windows = Reading(max_length=22, long_texts=long_texts).windows(tokenizer, texts)
    assert windows.ids == tokenizer(texts)["input_ids"]
    assert (windows.documents, windows.truncated, windows.tokens_lost) == ([0, 1, 2, 3], 0, 0)


def test_head_is_what_truncation_by_the_tokenizer_gives(tokenizer):
    """For every length at which a text can be cut."""
    text = "Unbelievably, transformers truncate everything."
    for length in range(3, 16):
        windows = Reading(max_length=length).windows(tokenizer, [text])
        assert windows.ids == tokenizer([text], truncation=True, max_length=length)["input_ids"]


@pytest.mark.parametrize("long_texts", ["head", "head-tail", "chunks"])
def test_of_a_page_the_same_is_read_as_of_the_whole(tokenizer, long_texts):
    """`head` has the tokenizer read the beginning alone, and estimates what it loses of it."""
    page = "It was, I'd say, a film like no other: 12 of 10 points. " * 900
    windows = Reading(max_length=128, long_texts=long_texts).windows(tokenizer, [page, "a few words"])
    ids = tokenizer(page, add_special_tokens=False, verbose=False)["input_ids"]
    first = tokenizer(page, truncation=True, max_length=128)["input_ids"]
    assert windows.ids[0][:30] == first[:30]
    assert (windows.ids[0] == first) == (long_texts != "head-tail")
    lost = (len(ids) - 126) / (len(ids) + 3) if long_texts != "chunks" else 0
    assert windows.tokens_lost == pytest.approx(lost, rel=1e-4)
    assert windows.truncated == (0.5 if lost else 0)


def test_logits_are_averaged_by_text():
    """In whatever order the rows come."""
    logits = np.array([[1.0, 2.0], [5.0, 0.0], [3.0, 4.0]], dtype=np.float32)
    assert pooled(logits, [1, 0, 1]).tolist() == [[5.0, 0.0], [2.0, 3.0]]


def test_how_texts_are_read_is_kept_with_the_model(tmp_path):
    """And a folder that does not tell is refused."""
    reading = Reading(max_length=77, long_texts="chunks")
    reading.save(tmp_path)
    assert Reading.open(tmp_path) == reading
    with pytest.raises(InputError, match=r"datakit\.json"):
        Reading.open(tmp_path / "nowhere")


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta"])
def test_more_tokens_than_the_model_has_positions_for_are_refused(family, tmp_path):
    """The most that are allowed can be read, also by RoBERTa, whose first positions are for no token."""
    model = AutoModelForSequenceClassification.from_pretrained(save_tiny(family, tmp_path / family)).eval()
    with pytest.raises(UsageError, match="positions") as caught:
        require_positions(model, 10_000)
    most = int(caught.value.problems[0].got.split()[-2])
    assert most == 512 - (
        1 if family == "roberta" else 0
    )  # the padding token of tests has id 0, so one is left out
    require_positions(model, most)
    model(torch.full((1, most), 10))
    with pytest.raises((IndexError, RuntimeError)):
        model(torch.full((1, most + 1), 10))


def test_relative_positions_have_no_end(tmp_path):
    """ModernBERT is asked nothing."""
    model = AutoModelForSequenceClassification.from_pretrained(save_tiny("modernbert", tmp_path / "m"))
    require_positions(model, 100_000)


def long_rows(n=60):
    """Return messages whose label stands behind thirty words that say nothing."""
    texts = [f"{'well ' * 30}{row['text']}" for row in sms(n)]
    return Corpus.from_columns(texts, [row["label"] for row in sms(n)])


@pytest.mark.parametrize(("long_texts", "found"), [("head", False), ("head-tail", True), ("chunks", True)])
def test_what_stands_at_the_end_is_found_where_it_is_read(tmp_path, long_texts, found):
    """The Classifier reads texts as training did, without being told."""
    rows = long_rows()
    history = finetune(
        resolve("minilm").folder,
        rows,
        rows,
        tmp_path / "model",
        settings=Settings(epochs=3, max_length=24, long_texts=long_texts, batch_size=8),
        seed=13,
        events=tmp_path / "events",
        progress=lambda *_: None,
    )
    model = Classifier(tmp_path / "model")
    probabilities = model.probabilities(rows.texts)
    assert probabilities.shape == (len(rows), 2)
    assert np.allclose(probabilities.sum(axis=1), 1)
    right = np.array(model.labels)[probabilities.argmax(axis=1)] == np.array(rows.labels)
    best = history.epochs[history.best_epoch - 1]
    assert (best.macro_f1 > 0.9) == (right.mean() > 0.9) == found
    assert right.mean() == pytest.approx(best.accuracy, abs=0.05)
    assert history.settings["texts_truncated"] == (long_texts != "chunks")
    assert (history.settings["tokens_lost"] > 0.3) == (long_texts != "chunks")
