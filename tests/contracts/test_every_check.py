"""What every check promises, ours and those that are yet to be written."""

import json

import pytest

from datakit.core.corpus import Corpus, Splits
from datakit.core.files import to_json
from datakit.core.findings import Severity
from datakit.core.seeding import rng_for
from datakit.testing import corpus
from datakit.validation import Validation, checks

CLEAN = Splits(
    {
        name: corpus([(f"{name} text {i}", "ab"[i % 2]) for i in range(n)])
        for name, n in {"train": 80, "validation": 10, "test": 10}.items()
    }
)

_COMMON = [(" ".join(f"common{8 * i + j}" for j in range(8)), "a") for i in range(120)]
_FAULTS = [("", "a"), (None, "b"), ("no label", None), ("blank label", " ")]
_SAME = [("twice", "a"), ("TWICE", "b"), ("twice", "a")]
_LONG = [("word " * 400, "rare"), ("leak", "rare")]
_CHARACTERS = [
    ("<b>fr\u200bee</b>\x07 caf\u00c3\u00a9 p\u0430y a@b.example", "a"),
    ("N/A", "a"),
    ("one two three four five " * 9, "a"),
    ("\u043f\u043e-\u0440\u0443\u0441\u0441\u043a\u0438", "a"),
]
_SIGNS = [*[(f"[B] sign {i}", "b") for i in range(12)], ("\U0001f71a " * 9, "A "), ("slip", "unsene")]
_OTHER = [(f"QUITE ANOTHER TEXT, {i}!", "unseen") for i in range(60)]
_SENTENCE = "please send the parcel to my new address in the old town before friday noon"
_NEAR = [(_SENTENCE, "a"), (f"{_SENTENCE} please", "b")]
_WORDS = {
    "shop": "refund money order parcel broken return invoice charge card payment",
    "life": "dinner film friend party music dance walk beach summer holiday",
}


def _learnable():
    """Return rows whose words tell the label, one in twenty with the wrong one."""
    rng = rng_for(13, "learnable")
    for i in range(400):
        label, other = ("shop", "life") if i % 2 else ("life", "shop")
        yield " ".join(rng.sample(_WORDS[label].split(), 6)), other if i % 20 == 3 else label


DIRTY = Splits(
    {
        "train": corpus([*_COMMON, *_FAULTS, *_SAME, *_LONG, *_CHARACTERS, *_SIGNS, *_NEAR, *_learnable()]),
        "test": corpus([*_FAULTS, *_SAME, *_LONG, ("new", "unseen"), *_OTHER, (f"{_SENTENCE} sharp", "a")]),
    }
)

every_check = pytest.mark.parametrize("name", checks.names())


def found(name, splits):
    """Return what a check finds with its default options, in rows as it gets them in a run."""
    unusable = [check for check in checks.all() if getattr(check, "unusable", False) and check.code != name]
    validation = Validation(checks=[*unusable, checks.build(name)], deep=True)
    return [f for f in validation.findings(validation.look_at(splits)) if f.code == name]


def contents(splits):
    """Return all rows."""
    return {name: list(rows.rows()) for name, rows in splits.items()}


@every_check
def test_it_is_silent_on_clean_rows(name):
    """Nobody reads findings about nothing."""
    assert found(name, CLEAN) == []


@every_check
def test_it_finds_something_in_rows_with_every_fault(name):
    """A third party's check may look for what is not there."""
    if not type(checks.build(name)).__module__.startswith("datakit."):
        pytest.skip("not one of ours")
    assert found(name, DIRTY)


@every_check
def test_it_survives_empty_splits(name):
    """With no rows there is nothing to find, whichever split they are missing from."""
    empty = Corpus.from_columns([], [])
    assert found(name, Splits(dict.fromkeys(("train", "validation", "test"), empty))) == []
    found(name, CLEAN | {"train": empty})
    assert found(name, Splits({"train": CLEAN.train, "test": empty})) == []
    assert found(name, Splits({"train": CLEAN.train})) == []


@every_check
def test_it_leaves_the_rows_as_they_are(name):
    """Others look at the same rows."""
    before = contents(DIRTY)
    found(name, DIRTY)
    assert contents(DIRTY) == before


@every_check
def test_it_finds_the_same_twice(name):
    """A check remembers nothing."""
    assert found(name, DIRTY) == found(name, DIRTY)


@every_check
def test_its_findings_say_what_and_where_and_what_to_do(name):
    """The code is its name; message and fix are two things; the figures can be written as JSON."""
    for finding in found(name, DIRTY):
        assert finding.code == name
        assert finding.severity in Severity
        assert finding.message.strip()
        assert finding.fix.strip()
        assert finding.fix.strip().lower() != finding.message.strip().lower()
        assert finding.split in {None, *DIRTY}
        assert finding.evidence
        assert json.loads(to_json(finding.evidence)) == finding.evidence


@every_check
def test_its_rows_and_lines_are_those_of_the_split(name):
    """In the order of the file, each id beside its line."""
    for finding in found(name, DIRTY):
        if finding.split is None:
            assert (finding.rows, finding.lines) == ((), ())
            continue
        rows = DIRTY[finding.split]
        line_of = dict(zip(rows.ids, rows.lines, strict=True))
        assert finding.lines == tuple(line_of[row] for row in finding.rows)
        assert list(finding.lines) == sorted(set(finding.lines))


@every_check
def test_rows_without_lines_are_known_by_their_ids(name):
    """Rows from memory have no lines; the findings stay the same otherwise."""
    bare = Splits(
        {split: Corpus.from_columns(rows.texts, rows.labels, id=rows.ids) for split, rows in DIRTY.items()}
    )
    with_lines, without = found(name, DIRTY), found(name, bare)
    assert [finding.lines for finding in without] == [()] * len(without)
    assert [(f.message, f.rows, f.evidence) for f in without] == [
        (f.message, f.rows, f.evidence) for f in with_lines
    ]


@every_check
def test_the_order_of_the_rows_changes_no_figure(name):
    """A shuffled file has the same faults, one finding each; examples may be others."""
    if name == "sorted-by-label":
        pytest.skip("the order is its subject")

    def told(splits):
        return sorted(
            (f.severity, f.split or "", str({k: v for k, v in f.evidence.items() if not k.startswith("example")}))
            for f in found(name, splits)
        )

    orders = {split: list(range(len(rows))) for split, rows in DIRTY.items()}
    for split, order in orders.items():
        rng_for(13, split).shuffle(order)
    assert told(Splits({split: DIRTY[split].take(order) for split, order in orders.items()})) == told(DIRTY)
