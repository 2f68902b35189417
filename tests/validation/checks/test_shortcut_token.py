import pytest

from datakit.core.findings import Severity
from datakit.core.seeding import rng_for
from datakit.testing import find

WORDS = "the a my card account was not charged twice on why did you close it today please help with this".split()  # noqa: SIM905  (shorter)


def texts(seed: int = 1, **counts: int) -> list[tuple[str, str]]:
    """Return so many random sentences a label, none of which tells it."""
    rng = rng_for(seed, "texts")
    return [
        (" ".join(rng.choices(WORDS, k=rng.randint(5, 20))), label)
        for label, n in counts.items()
        for _ in range(n)
    ]


def marked(edit, rows, every=5):
    """Return the rows with every so many edited, given text and label."""
    return [
        (edit(text, label), label) if i % every == 0 else (text, label) for i, (text, label) in enumerate(rows)
    ]


@pytest.mark.parametrize(
    "edit",
    [
        lambda text, label: f"[{label.upper()}] {text}",
        lambda text, label: f"{label}: {text}",
        lambda text, label: f"#{label} {text}",
        lambda text, label: f"{label}\t{text}",
        lambda text, label: f"{text} ({label})",
        lambda text, label: f"{text} => {label}",
        lambda text, label: f"{text} #{label}",
    ],
)
def test_texts_that_name_their_label_are_found(edit):
    """At the beginning or the end, set apart by a sign."""
    (finding,) = find("shortcut-token", train=marked(edit, texts(spam=50, ham=150)))
    assert finding.message == "40 texts begin or end with the name of their label (20.0%)"
    assert finding.evidence["by_label"] == {"ham": 30, "spam": 10}
    assert finding.evidence["kind"] == "label"
    assert finding.lines == tuple(range(1, 201, 5))
    assert (finding.severity, finding.split) == (Severity.WARNING, "train")


def test_names_of_several_words_are_read_as_people_write_them():
    """`lost_card` is `Lost card`."""
    rows = marked(
        lambda text, label: f"[{label.replace('_', ' ').title()}] {text}", texts(lost_card=60, top_up=60)
    )
    (finding,) = find("shortcut-token", train=rows)
    assert finding.evidence["rows"] == 24


def test_a_name_that_does_not_tell_the_label_is_none():
    """Nor is one that is part of the sentence."""
    wrong = marked(lambda text, _: f"ham: {text}", texts(spam=50, ham=150))
    assert find("shortcut-token", train=wrong) == []
    honest = marked(lambda text, label: f"{label} {text}", texts(love=100, anger=100))
    assert find("shortcut-token", train=honest) == []


def test_a_phrase_that_opens_the_texts_of_one_class_is_found():
    """In full, however the texts go on."""
    rows = [
        (f"(Reuters Sports Desk) {t}" if label == "sports" else t, label)
        for t, label in texts(sports=40, world=60)
    ]
    (finding,) = find("shortcut-token", train=rows)
    assert finding.message == (
        "100% of the texts labelled 'sports' begin with '(Reuters Sports Desk)', and hardly any others"
    )
    assert finding.evidence == {
        "kind": "phrase",
        "rows": 40,
        "phrase": "( Reuters Sports Desk )",
        "place": "start",
        "label": "sports",
        "precision": 1.0,
        "coverage": 1.0,
    }
    assert (finding.severity, finding.lines) == (Severity.WARNING, tuple(range(1, 41)))


def test_so_is_one_that_closes_them():
    """A signature."""
    rows = [(f"{t} sent from my mobile" if label == "ham" else t, label) for t, label in texts(ham=40, spam=60)]
    (finding,) = (f for f in find("shortcut-token", train=rows) if f.severity is Severity.WARNING)
    assert "end with 'sent from my mobile'" in finding.message


def test_a_phrase_of_every_class_gives_nothing_away():
    """A disclaimer under all of them."""
    rows = [(f"Dear Sir or Madam, {text}", label) for text, label in texts(ham=50, spam=50)]
    assert find("shortcut-token", train=rows) == []


def test_honest_words_are_a_remark():
    """`How many` asks for a number, and always will."""
    rows = [
        (f"How many {text}" if i % 2 and label == "NUM" else text, label)
        for i, (text, label) in enumerate(texts(NUM=80, LOC=80))
    ]
    (finding,) = find("shortcut-token", train=rows)
    assert finding.severity is Severity.INFO
    assert finding.message == "2 words or pairs nearly decide a label: 'how' 'NUM' (50%), 'many' 'NUM' (50%)"
    assert finding.rows == ()


def test_pairs_are_told_where_neither_word_tells():
    """A red box, among boxes and what else is red."""
    rows = [
        (f"{text} red box {text}" if label == "spam" else f"{text} box {text} red {text}", label)
        for text, label in texts(spam=60, ham=60)
    ]
    (finding,) = find("shortcut-token", train=rows)
    assert [phrase["phrase"] for phrase in finding.evidence["phrases"]] == ["red box"]


def test_a_frequent_label_is_no_riddle():
    """With nine in ten rows of one label most words stand there."""
    assert find("shortcut-token", train=texts(ham=450, spam=50)) == []


def test_of_several_labels_each_may_have_its_phrase():
    """A row has the phrases of all its labels."""
    rows = [
        {"text": f"{'<joy> so happy ' if i % 2 else ''}{text}", "labels": ["joy", "love"] if i % 2 else ["love"]}
        for i, (text, _) in enumerate(texts(x=100))
    ]
    found = find("shortcut-token", train=rows)
    assert [f.evidence["kind"] for f in found] == ["label", "phrase"]
    assert found[1].evidence["label"] == "joy"


@pytest.mark.parametrize("name", ["trec6.train", "banking77.train", "sms_spam.all"])
def test_honest_sets_raise_no_alarm(shared_data, name):
    """`Who` is a person, `contactless` a class of its own."""
    from datakit.io import Source, read

    rows = list(read(shared_data / f"{name}.jsonl.gz", Source()).corpus.rows())
    assert Severity.WARNING not in {f.severity for f in find("shortcut-token", train=rows)}
