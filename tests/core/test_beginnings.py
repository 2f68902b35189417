from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from datakit.core import beginnings
from datakit.core.beginnings import first_tokens
from datakit.core.encoder import encoder_path
from datakit.core.text import ENDS

FAMILIES = ["bert", "gpt", "t5", "llama", "split"]
PLAIN = ["word", "it's", "don't", "ab1", "Is", "12"]
WORDS = [*PLAIN, "Café", "naïve", "1,234.5", "太难吃了", "Σίσυφος", "👍🏽", "[MASK]", "e\u0301a", "``ok''"]
GAPS = [" "] * 9 + ["  ", "\n", "\t ", " \u00a0", " \u0301", ", ", "\u200b", "_"]


def made(family: str) -> PreTrainedTokenizerFast:
    """Return a small tokenizer of a family: of three it is known that they split at spaces, of two it is not."""
    taught = [f"{a} {b}{gap}{c}" for a in WORDS for b, c in pairwise(WORDS) for gap in GAPS[-9:]]
    taught += [f"{a} {b}" for a in PLAIN for b in PLAIN] * 20  # what may join words learns to
    model, trainer = {
        "bert": (models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer),  # noqa: S106
        "t5": (models.Unigram(), trainers.UnigramTrainer),
    }.get(family, (models.BPE(unk_token="[UNK]"), trainers.BpeTrainer))  # noqa: S106
    tokenizer = Tokenizer(model)
    normaliser, splitter = {
        "bert": (normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()),
        "gpt": (None, pre_tokenizers.ByteLevel()),
        "t5": (
            normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("``", '"'), normalizers.Strip()]),
            pre_tokenizers.Sequence([pre_tokenizers.Digits(), pre_tokenizers.Metaspace()]),
        ),
        "llama": (normalizers.Sequence([normalizers.Replace(" ", "\u2581")]), None),  # a token may hold two words
        "split": (None, pre_tokenizers.Split("i", "isolated")),
    }[family]
    if normaliser is not None:
        tokenizer.normalizer = normaliser
    if splitter is not None:
        tokenizer.pre_tokenizer = splitter
    tokenizer.train_from_iterator(
        taught,
        trainer(vocab_size=300, special_tokens=["[UNK]", "[CLS]", "[MASK]"], show_progress=False)
        if family != "t5"
        else trainer(vocab_size=150, special_tokens=["[UNK]", "[CLS]", "[MASK]"], unk_token="[UNK]"),  # noqa: S106
    )
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]")  # noqa: S106


@pytest.fixture(scope="module", params=FAMILIES)
def family(request):
    """Give a tokenizer of each family."""
    return made(request.param)


@pytest.fixture(scope="module")
def minilm():
    """Give the embedded encoder's."""
    return AutoTokenizer.from_pretrained(encoder_path())


def read(tokenizer, texts, enough):
    """Return the tokens, the parts that were read, and the characters that the tokenizer was given."""
    given = []

    def encode(texts):
        given.extend(texts)
        return tokenizer(texts, verbose=False)["input_ids"]

    ids, parts = first_tokens(tokenizer, texts, encode, enough)
    return ids, parts, sum(map(len, given))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*WORDS, *PLAIN]), st.sampled_from(GAPS)), min_size=9, max_size=30))
def test_a_beginning_has_the_tokens_of_the_whole_text(family, pieces):
    """Whatever stands around the cut, in each family of tokenizers."""
    text = "".join(f"{word}{gap}" for word, gap in pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beginnings, "ENDS", 12)
        patch.setattr(beginnings, "_CHARS", 1)
        (ids,), _, _ = read(family, [text], 8)
    whole = family([text], verbose=False)["input_ids"][0]
    assert ids == whole[: len(ids)]
    assert len(ids) >= min(8, len(whole))


def test_no_more_of_a_long_text_is_read_than_is_needed(minilm):
    """The tokenizer is given sixteen thousand of a quarter of a million characters."""
    text = "a few words, and others " * 10_000
    (ids, short), (part, all_), chars = read(minilm, [text, "a few"], 256)
    assert ids[:256] == minilm([text], truncation=True, max_length=257)["input_ids"][0][:256]
    assert chars < ENDS + 20
    assert part == pytest.approx(ENDS / len(text), rel=1e-3)
    assert (short, all_) == (minilm(["a few"])["input_ids"][0], 1.0)


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("a" * 3 * ENDS, 256),  # one word, one token
        (("x" * 200 + " ") * 200, 256),  # words that are too long to be known
        ("太难吃了" * ENDS, 256),  # nowhere to cut
        ("a few words " * 3_000, None),  # all is asked for
        ("a few words " * 1_000, 256),  # not long
        ("", 256),
    ],
)
def test_a_text_is_read_whole_where_its_beginning_is_not_enough(minilm, text, enough):
    """Its tokens are those of the text."""
    (ids,), (part,), _ = read(minilm, [text], enough)
    assert (ids, part) == (minilm([text], verbose=False)["input_ids"][0], 1.0)


@pytest.mark.parametrize("name", ["llama", "split"])
def test_a_tokenizer_that_may_join_words_reads_all(name):
    """Nothing is presumed of parts that are not known."""
    text = "some word " * ENDS
    _, parts, chars = read(made(name), [text], 16)
    assert (parts, chars) == ([1.0], len(text))


def test_a_word_of_its_own_with_a_space_is_not_cut():
    """A token that was added may lie across any space."""
    tokenizer = made("bert")
    assert read(tokenizer, ["some word " * ENDS], 16)[1][0] < 1
    tokenizer.add_tokens(["some word"])
    assert read(tokenizer, ["some word " * ENDS], 16)[1] == [1.0]
    assert read(tokenizer, [], 16) == ([], [], 0)
