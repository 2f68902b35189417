import gzip
import json

import pytest
from support import printed_under_hash_seeds

from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import UsageError
from datakit.core.findings import Severity
from datakit.splitting import Assignment, certify, split
from datakit.testing import corpus

PARCEL = "the parcel that I ordered three weeks ago has still not arrived at my door"
EDITED = "the parcel that I ordered three weeks ago has still not arrived at my house"


def rows(n: int, prefix: str = "text") -> Corpus:
    """Return n different texts in two classes."""
    return corpus([(f"{prefix} {i}", "ab"[i % 2]) for i in range(n)])


def test_one_corpus_becomes_three_splits():
    """In the usual order; together they hold every row, line numbers included."""
    given = rows(100)
    splits = split(given)
    assert {name: len(part) for name, part in splits.items()} == {"train": 80, "validation": 10, "test": 10}
    assert sorted(line for part in splits.values() for line in part.lines) == list(range(1, 101))
    assert {label: n for part in splits.values() for label, n in part.label_counts.items()} == {"a": 5, "b": 5}
    assert splits.train.label_counts == {"a": 40, "b": 40}


def test_the_rows_stand_in_an_order_of_their_own():
    """A file sorted by label trains no worse, and the order of the file leaves no trace."""
    given = rows(60)
    backwards = given.take(list(reversed(range(60))))
    assert split(given).train.ids == split(backwards).train.ids
    assert split(given).train.lines != sorted(split(given).train.lines)
    assert split(given).test.ids == split(given, seed=13).test.ids
    assert split(given, seed=1).test.ids != split(given, seed=2).test.ids


def test_a_given_test_split_is_untouched():
    """Its rows and their order are what others compare with."""
    test = rows(30, "held out")
    splits = split(Splits({"train": rows(90), "test": test}), validation=0.2)
    assert splits.test is test
    assert {name: len(part) for name, part in splits.items()} == {"train": 72, "validation": 18, "test": 30}


def test_equal_texts_leave_train_not_the_given_split():
    """The given rows keep their worth; what train loses is also kept out of the made split."""
    train = rows(90).extend(corpus([("Held  OUT 3", "a"), ("held out 4", "b")]))
    splits = split(Splits({"train": train, "test": rows(30, "held out")}))
    assert {name: len(part) for name, part in splits.items()} == {"train": 81, "validation": 9, "test": 30}
    assert not any("held" in text for text in [*splits.train.normalised, *splits.validation.normalised])


def test_splits_that_are_all_given_are_cleaned_only():
    """Fractions do not matter then."""
    given = Splits({"train": rows(10), "validation": rows(3), "test": rows(3, "held out")})
    splits = split(given, validation=5.0, test=-1.0)
    assert (splits.validation, splits.test) == (given.validation, given.test)
    assert sorted(splits.train.texts) == [f"text {i}" for i in range(3, 10)]


def test_rows_beside_a_given_row_are_withheld_by_name():
    """The same, nearly the same, or made from it: the finding names them all."""
    beside = [
        {"id": "same", "text": PARCEL.upper(), "label": "a", "line": 7},
        {"id": "near", "text": EDITED, "label": "a", "line": 8},
        {"id": "made", "text": "a box on its way", "label": "a", "parent": "t", "line": None},
    ]
    train, test = rows(90).extend(corpus(beside)), corpus([{"id": "t", "text": PARCEL, "label": "a"}])
    splits = split(Splits({"train": train, "test": test}))
    assert [len(part) for part in splits.values()] == [81, 9, 1]
    (told,) = splits.findings
    assert (told.code, told.severity, told.evidence) == ("withheld-rows", Severity.INFO, {"rows": 3})
    assert (told.rows, told.lines) == (("same", "near", "made"), (7, 8))
    assert certify(splits)["clean"]


def test_near_duplicates_need_not_be_kept_together():
    """Copies are, in any case."""
    train = rows(90).extend(corpus([(PARCEL.upper(), "a"), (EDITED, "a")]))
    splits = split(Splits({"train": train, "test": corpus([(PARCEL, "a")])}), near=False)
    assert splits.findings[0].evidence == {"rows": 1}
    assert EDITED in [*splits.train.texts, *splits.validation.texts]


def test_clean_data_leaves_nothing_to_say():
    """No row is withheld."""
    assert split(rows(100)).findings == ()


def grown(splits: Splits, *new) -> Corpus:
    """Return all rows of the splits and some new ones."""
    return Corpus.join([*splits.values(), corpus(new)])


def test_growth_moves_nothing():
    """Whatever the seed; new copies and near-duplicates go where the old ones are."""
    before = split(rows(100).extend(corpus([(PARCEL, "a")])))
    (home,) = (name for name, part in before.items() if PARCEL in part.texts)
    after = split(
        grown(before, (EDITED, "b"), *((f"more {n}", "ab"[n % 2]) for n in range(10))),
        before=Assignment.of(before),
        seed=99,
    )
    assert all(set(before[name].ids) <= set(after[name].ids) for name in before)
    assert EDITED in after[home].texts
    assert [len(part) for part in after.values()] == pytest.approx([90, 11, 11], abs=1)
    assert certify(after)["clean"]


def test_a_row_that_bridges_two_splits_is_withheld_by_name():
    """It can stand on neither side, and what it bridges stays."""
    exam = {"id": "exam", "text": "a text of the test split", "label": "a"}
    before = Splits({"train": rows(80).extend(corpus([(PARCEL, "a")])), "test": corpus([exam])})
    bridge = {"id": "bridge", "text": EDITED, "label": "a", "parent": "exam", "line": 4}
    after = split(grown(before, bridge, ("another one", "a")), before=Assignment.of(before))
    (told,) = after.findings
    assert (told.code, told.rows, told.lines) == ("bridging-rows", ("bridge",), (4,))
    assert PARCEL in after.train.texts
    assert "exam" in after.test.ids
    assert sum(map(len, after.values())) == 83
    assert certify(after)["clean"]


def test_what_a_former_split_parted_stays_parted():
    """Nothing moves, even where near-duplicates stand on two sides since then; the certificate tells."""
    before = Splits({"train": rows(80).extend(corpus([(PARCEL, "a")])), "test": corpus([(EDITED, "a")])})
    after = split(grown(before), before=Assignment.of(before))
    assert (PARCEL in after.train.texts, EDITED in after.test.texts) == (True, True)
    assert certify(after)["shared"]["train/test"]["near"] == 1


def test_an_assignment_of_other_data_is_refused():
    """All rows would be new, and the splits others."""
    with pytest.raises(UsageError, match="knows none of these texts"):
        split(rows(10), before=Assignment.of(split(rows(10, "other"))))


def test_augmented_rows_are_not_held_out():
    """They follow their parent; where that is held out, they are withheld."""
    children = [
        {"id": f"{id_}~0", "text": f"sentence {n}", "label": "ab"[n % 2], "parent": id_}
        for n, id_ in enumerate(rows(100).ids)
    ]
    splits = split(rows(100).extend(corpus(children)))
    assert {name: len(part) for name, part in splits.items()} == {"train": 160, "validation": 10, "test": 10}
    assert {finding.code: finding.evidence for finding in splits.findings} == {"augmented-held-out": {"rows": 20}}
    assert certify(splits)["clean"]


def test_rows_may_carry_several_labels():
    """No splitter need be named."""
    labels = [["a"], ["a", "b"], []]
    splits = split(
        Corpus.from_columns([f"text {n}" for n in range(90)], None, labels=[labels[n % 3] for n in range(90)])
    )
    assert {name: part.label_counts for name, part in splits.items()} == {
        "train": {"a": 48, "b": 24},
        "validation": {"a": 6, "b": 3},
        "test": {"a": 6, "b": 3},
    }


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_rows_stand_in_train(n):
    """And the other splits are empty."""
    assert {name: len(part) for name, part in split(rows(n)).items()} == {"train": n, "validation": 0, "test": 0}


def test_an_empty_given_split_stays_as_it_is():
    """It is given all the same."""
    splits = split(Splits({"train": rows(20), "validation": rows(0)}))
    assert {name: len(part) for name, part in splits.items()} == {"train": 18, "validation": 0, "test": 2}


def test_a_group_larger_than_its_split_is_told():
    """It is not divided, so the splits have other sizes than were asked for."""
    splits = split(rows(100).extend(corpus([(PARCEL, "a")] * 1000)), test=0.3)
    (told,) = splits.findings
    assert (told.code, told.evidence["largest_group"]) == ("uneven-splits", 1000)
    assert len(splits.train) >= 1000


def test_any_script_will_do():
    """Texts that Unicode holds for the same are copies."""
    texts = ["\u00e9t\u00e9", "e\u0301te\u0301", "\u5f88\u597d\u5403", "\uff21\uff22\uff23", "abc"]
    splits = split(rows(40).extend(corpus([(text, "a") for text in texts])))
    homes = {text: name for name, part in splits.items() for text in part.texts}
    assert homes[texts[0]] == homes[texts[1]]
    assert homes[texts[3]] == homes[texts[4]]


def test_the_hash_seed_does_not_matter():
    """Nor does what ran before."""
    code = (
        "from datakit.splitting import certify, split; from datakit.testing import corpus;"
        "print(certify(split(corpus([(f'text {n}', 'abc'[n % 3]) for n in range(99)]))))"
    )
    assert len(printed_under_hash_seeds(code)) == 1


def test_official_splits_of_real_data_become_clean(shared_data):
    """TREC has test questions in train: exact and nearly the same."""

    def read(name):
        with (gzip.open if name.endswith(".gz") else open)(shared_data / name, "rt", encoding="utf-8") as lines:
            found = [json.loads(line) for line in lines]
        ids = [f"{name}-{n}" for n in range(len(found))]
        return Corpus.from_columns([row["text"] for row in found], [row["label"] for row in found], id=ids)

    given = Splits({"train": read("trec6.train.jsonl.gz"), "test": read("trec6.test.jsonl")})
    splits = split(given)
    (told,) = splits.findings
    assert told.evidence["rows"] > 11  # the exact ones
    assert set(told.rows) <= set(given.train.ids)
    assert len(splits.train) + len(splits.validation) + len(told.rows) == len(given.train)
    assert splits.test is given.test
    assert certify(splits)["clean"]


@pytest.mark.parametrize(
    ("validation", "test"), [(0, 0.1), (0.1, 0), (-0.1, 0.1), (0.5, 0.5), (1, 0.1), (float("nan"), 0.1)]
)
def test_fractions_that_leave_a_split_empty_are_refused(validation, test):
    """The message says what was got and what would do."""
    with pytest.raises(UsageError, match=r"validation 0\.1, test 0\.1") as error:
        split(rows(10), validation=validation, test=test)
    assert str(validation) in str(error.value)


def test_an_unknown_splitter_lists_the_known_ones():
    """As every registry does."""
    with pytest.raises(UsageError, match="did you mean 'stratified'"):
        split(rows(10), splitter="stratify")
