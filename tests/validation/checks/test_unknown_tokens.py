import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from datakit.core.findings import Severity
from datakit.testing import find


@pytest.fixture
def word_level(tmp_path):
    """Give a tokenizer that knows the words good and bad."""
    made = Tokenizer(models.WordLevel({"[UNK]": 0, "good": 1, "bad": 2}, unk_token="[UNK]"))  # noqa: S106
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    return str(tmp_path)


def test_tokens_that_the_model_does_not_know_are_found(word_level):
    """With their share, and the texts that have them."""
    train = [("good bad good", "x"), ("good unheard", "y"), ("bad good", "x"), ("bad good bad", "x")]
    (finding,) = find("unknown-tokens", train=train, options={"tokenizer": word_level})
    assert finding.message == (
        "10.0% of the tokens, in 25.0% of the texts, are unknown to the model's tokenizer; "
        "it makes 1.0 tokens a word"
    )
    assert finding.evidence["token_share"] == 0.1
    assert (finding.severity, finding.split, finding.lines) == (Severity.WARNING, "train", (2,))
    assert find("unknown-tokens", train=[*train[:1], *train[2:]], options={"tokenizer": word_level}) == []


def test_a_few_unknown_tokens_are_a_remark(word_level):
    """`min_share` and `warn_share` move the limits."""
    train = [("good " * 99 + "unheard", "x")]
    options = {"tokenizer": word_level}
    (remark,) = find("unknown-tokens", train=train, options=options)
    assert remark.severity is Severity.INFO
    (warning,) = find("unknown-tokens", train=train, options={**options, "warn_share": 0.01})
    assert warning.severity is Severity.WARNING
    assert find("unknown-tokens", train=train, options={**options, "min_share": 0.02}) == []


def test_the_embedded_encoder_knows_english_and_no_emoji():
    """The characters are named, by the number of texts that have them."""
    english = [("What was I charged for, yesterday? It's £5 too much: naïve café.", "x")]
    assert find("unknown-tokens", train=english) == []
    train = [*english, ("so good \U0001f60d\U0001f602", "x"), ("why \U0001f602", "x")]
    (finding,) = find("unknown-tokens", train=train)
    assert finding.evidence["characters"] == {"\U0001f602": 2, "\U0001f60d": 1}
    assert finding.lines == (2, 3)


def test_words_in_crumbs_are_a_remark():
    """Nothing is unknown, and yet it is another language."""
    train = [("Donaudampfschifffahrtsgesellschaftskapitänsmütze und Rindfleischetikettierungsgesetz", "x")]
    (finding,) = find("unknown-tokens", train=train)
    assert (finding.severity, finding.evidence["token_share"], finding.rows) == (Severity.INFO, 0.0, ())
    assert finding.evidence["fertility"] > 3
    assert find("unknown-tokens", train=train, options={"max_fertility": 20}) == []


def test_a_model_of_another_script_is_a_warning():
    """Three in five Chinese characters are all one to the embedded encoder."""
    (finding,) = find("unknown-tokens", train=[], test=[("太难吃了", "negative"), ("送餐很快", "positive")])
    assert (finding.severity, finding.split) == (Severity.WARNING, "test")


@pytest.mark.parametrize(
    ("model", "unknown"),
    [
        (models.Unigram([("a", -1.0), ("<unk>", -9.0)], unk_id=1), 1),
        (models.BPE({"a": 0, "<u>": 1}, [], unk_token="<u>"), 1),  # noqa: S106  (no password)
        (models.BPE({"a": 0}, []), 0),
    ],
    ids=["unigram", "bpe", "bpe without"],
)
def test_every_kind_of_tokenizer_is_asked_in_its_way(tmp_path, model, unknown):
    """Some have no token for what is unknown: they leave it out."""
    Tokenizer(model).save(str(tmp_path / "tokenizer.json"))
    found = find("unknown-tokens", train=[("aaz", "x")], options={"tokenizer": str(tmp_path), "max_fertility": 9})
    assert len(found) == unknown


def test_real_sets_are_told_apart(shared_data):
    """The Chinese set is no data for an English model; BANKING77 is."""
    from datakit.io import Source, read

    for name, severities in {"waimai10k.all": [Severity.WARNING], "banking77.test": []}.items():
        rows = read(shared_data / f"{name}.jsonl.gz", Source()).corpus.take(range(500))
        assert [f.severity for f in find("unknown-tokens", train=list(rows.rows()))] == severities
