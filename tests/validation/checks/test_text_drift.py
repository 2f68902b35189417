import pytest

from datakit.core.findings import Severity
from datakit.core.seeding import rng_for
from datakit.testing import corpus, find
from datakit.validation import validate

SENTENCE = "the a my card account was not charged twice on Monday why did you close it today please help London"
WORDS = [*SENTENCE.split(), "24"]


def texts(n: int, seed: int = 1, vocabulary: list[str] = WORDS) -> list[tuple[str, str]]:
    """Return so many random sentences, labelled by turns."""
    rng = rng_for(seed, "texts")
    sentences = (" ".join(rng.choices(vocabulary, k=rng.randint(5, 25))) for _ in range(n))
    return [(f"{sentence.capitalize()}.", "ab"[i % 2]) for i, sentence in enumerate(sentences)]


def test_texts_that_were_prepared_otherwise_are_found():
    """Small letters, no full stops, cut: each of them is told, the strongest first."""
    test = [(text.lower().replace(".", "")[:40], label) for text, label in texts(200, seed=2)]
    (finding,) = find("text-drift", train=texts(500), test=test)
    assert finding.message.startswith("the texts of test differ from those of train: ")
    assert {"characters", "capitals", "signs"} <= set(finding.evidence["effects"])
    assert finding.evidence["means"]["capitals"][1] == 0
    assert finding.evidence["effects"]["characters"] < -0.474
    assert (finding.severity, finding.split, finding.rows) == (Severity.WARNING, "test", ())


@pytest.mark.parametrize(
    ("edit", "figure"),
    [
        (str.upper, "capitals"),
        (lambda text: f"{text}!!!", "signs"),
        (lambda text: f"{text} 2024 1234", "digits"),
        (lambda text: text.replace("card", "Karte").replace("account", "Konto"), "unknown_words"),
        (lambda text: text[:20], "characters"),
    ],
)
def test_each_figure_shows_its_own_drift(edit, figure):
    """Further effects may follow from the same edit."""
    (finding,) = find("text-drift", train=texts(400), test=[(edit(t), label) for t, label in texts(200, seed=2)])
    assert figure in finding.evidence["effects"]


@pytest.mark.parametrize("seed", range(2, 12))
def test_random_splits_do_not_drift(seed):
    """Small ones differ by chance."""
    assert find("text-drift", train=texts(500), test=texts(30 if seed % 2 else 300, seed)) == []


def test_capitals_beyond_ascii_are_capitals():
    """And what has no case is none."""
    train = [(f"Öl und Äther {WORDS[i % 20]} 天气 {i}", "a") for i in range(100)]
    (finding,) = find("text-drift", train=train, test=[(text.lower(), label) for text, label in train[:60]])
    assert set(finding.evidence["effects"]) == {"capitals"}


def test_the_words_that_moved_are_named():
    """Before, and now."""
    test = [(text.lower().replace("card", "cheque"), label) for text, label in texts(200, seed=2)]
    (finding,) = find("text-drift", train=texts(400), test=test)
    assert finding.evidence["words"]["cheque"][0] == 0
    assert finding.evidence["words"]["card"][1] == 0


def test_copies_count_once():
    """A text that stands fifty times is no drift."""
    assert find("text-drift", train=texts(400), test=[*texts(100, seed=2), *[("Why?", "a")] * 50]) == []


def test_a_handful_of_texts_is_not_compared():
    """`min_rows` moves the limit."""
    test = [(text.upper(), label) for text, label in texts(20, seed=2)]
    assert find("text-drift", train=texts(100), test=test) == []
    assert find("text-drift", train=texts(100), test=test, options={"min_rows": 20})


def test_a_smaller_effect_is_a_remark():
    """`warn_effect` moves the limit."""
    test = [(text.upper() if i % 3 == 0 else text, label) for i, (text, label) in enumerate(texts(300, seed=2))]
    (remark,) = find("text-drift", train=texts(500), test=test)
    assert remark.severity is Severity.INFO
    (warning,) = find("text-drift", train=texts(500), test=test, options={"warn_effect": 0.2})
    assert warning.severity is Severity.WARNING


def test_rows_of_old_are_compared_with_those_to_learn_from():
    """Only where such are given."""
    now = corpus([(text.upper(), label) for text, label in texts(100)])
    (finding,) = (
        f for f in validate(now, reference=corpus(texts(100, seed=2))).findings if f.code == "text-drift"
    )
    assert (finding.split, finding.evidence["against"]) == ("train", "reference")


def test_long_texts_are_as_long_as_they_are():
    """Though the ends alone are read."""
    pages = [(" ".join([text] * 400), label) for text, label in texts(30, seed=3)]
    (finding, *_) = find("text-drift", train=texts(60), test=pages)
    assert finding.evidence["means"]["characters"][1] == round(sum(len(text) for text, _ in pages) / 30, 4)
