import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from datakit.core.findings import Severity
from datakit.testing import find
from datakit.validation.checks._tokens import most_tokens, tokenizer_of


@pytest.fixture
def tokenizer(tmp_path):
    """Give a `tokenizer.json` that makes a token of every word, puts two around, and would cut at three."""
    made = Tokenizer(models.WordLevel({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2}, unk_token="[UNK]"))  # noqa: S106
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    made.enable_truncation(3)
    made.enable_padding()
    made.save(str(tmp_path / "tokenizer.json"))
    return str(tmp_path / "tokenizer.json")


def words(n: int) -> str:
    """Return a text of n words."""
    return " ".join(["word"] * n)


def test_texts_longer_than_the_model_reads_are_found(tokenizer):
    """With what is lost, by the model's own tokenizer, whatever it would cut itself."""
    train = [(words(14), "long"), (words(2), "long"), (words(9), "mixed"), (words(8), "short")]
    (finding,) = find("truncated-text", train=train, options={"tokenizer": tokenizer, "max_length": 10})
    assert finding.message.startswith("2 texts are longer than 10 tokens (50.0%)")
    assert "26%" in finding.message  # 7 of the 27 tokens of these texts
    assert finding.evidence == {
        "rows": 2,
        "share": 0.5,
        "tokens_lost": 7,  # 16 - 10 and 11 - 10, the special ones included
        "max_length": 10,
        "looked_at": 4,
        "share_by_label": {"long": 0.5, "mixed": 1.0, "short": 0.0},
    }
    assert (finding.lines, finding.split, finding.severity) == ((1, 3), "train", Severity.WARNING)


@pytest.mark.parametrize("max_length", [10, 9_000, 9_999, 30_000])
def test_the_tokens_of_a_long_text_are_estimated_by_its_ends(tokenizer, max_length):
    """Ten thousand words and the two special tokens, of fifty thousand characters, to half a percent."""
    found = find(
        "truncated-text", train=[(words(10_000), "x")], options={"tokenizer": tokenizer, "max_length": max_length}
    )
    lost = [finding.evidence["tokens_lost"] for finding in found if finding.code == "truncated-text"]
    assert lost == ([pytest.approx(10_002 - max_length, abs=50)] if max_length < 10_000 else [])


def test_a_text_of_just_the_length_is_read_whole(tokenizer):
    """A limit of ten tokens leaves eight words."""
    options = {"tokenizer": tokenizer, "max_length": 10}
    assert find("truncated-text", train=[(words(8), "x")], options=options) == []
    assert len(find("truncated-text", train=[(words(9), "x")], options=options)) == 1


def test_one_text_in_twenty_is_a_remark(tokenizer):
    """`warn_share` moves the limit."""
    train = [(words(9), "x"), *[(words(2), "x")] * 19]
    options = {"tokenizer": tokenizer, "max_length": 10}
    (remark,) = find("truncated-text", train=train, options=options)
    assert remark.severity is Severity.INFO
    (warning,) = find("truncated-text", train=train, options={**options, "warn_share": 0.04})
    assert warning.severity is Severity.WARNING


def test_the_folder_of_a_model_will_do(tokenizer):
    """As `transformers` saves it."""
    options = {"tokenizer": tokenizer.removesuffix("/tokenizer.json"), "max_length": 4}
    (finding,) = find("truncated-text", train=[], test=[(words(3), "x")], options=options)
    assert (finding.split, finding.evidence["tokens_lost"]) == ("test", 1)


def test_the_embedded_encoder_is_asked_by_default():
    """It splits rare words, so characters say nothing: 300 words of one piece fit no 256 tokens."""
    (finding,) = find("truncated-text", train=[(words(300), "x"), (words(254), "x")])
    assert (finding.lines, finding.evidence["tokens_lost"]) == ((1,), 46)


def unigram() -> Tokenizer:
    """Return one that puts a space in front of the text, as SentencePiece does, and knows single letters only."""
    pieces = [("<unk>", 0.0), *[(char, -1.0) for char in "\u2581abc"]]
    made = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=False))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return made


def byte_level() -> Tokenizer:
    """Return one that makes a token of every byte, as GPT-2's does of what it does not know."""
    alphabet = {char: i for i, char in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    made = Tokenizer(models.BPE(alphabet, []))
    made.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return made


@pytest.mark.parametrize(
    "tokenizer", [unigram(), byte_level(), tokenizer_of(None)], ids=["unigram", "bytes", "bert"]
)
@given(text=st.text() | st.text("\ufdfa\u0130\u00c5 a\u4e2d"))
def test_no_text_has_more_tokens_than_are_reckoned_with(tokenizer, text):
    """Whatever is put in front, and however long a character becomes: U+FDFA makes eighteen."""
    assert len(tokenizer.encode(text)) <= most_tokens(tokenizer, text)


def test_a_text_that_grows_when_it_is_normalised_is_found(tmp_path):
    """Nine characters, 27 bytes, 300 tokens."""
    byte_level().save(str(tmp_path / "tokenizer.json"))
    (finding,) = find("truncated-text", train=[("\ufdfa" * 9, "x")], options={"tokenizer": str(tmp_path)})
    assert finding.evidence["tokens_lost"] > 0


@pytest.mark.parametrize(("long_texts", "found"), [("head", 1), ("head-tail", 1), ("chunks", 0)])
def test_nothing_is_lost_of_a_text_that_is_read_in_windows(tokenizer, long_texts, found):
    """Head and tail leave the middle out; windows read everything."""
    options = {"tokenizer": tokenizer, "max_length": 10, "long_texts": long_texts}
    assert len(find("truncated-text", train=[(words(14), "x")], options=options)) == found
