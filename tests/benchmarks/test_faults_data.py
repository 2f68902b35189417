"""The planter of the fault benchmark and the rule by which a fault counts as detected."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "faults_data"
sys.path.insert(0, str(BENCHMARK))
try:
    from judge import gathered, judged
    from plant import FAULTS, Clean, clean, planted, serialised
finally:
    sys.path.remove(str(BENCHMARK))

SENTENCE = "please tell the clerk that a parcel for our office came back again because nobody had signed"


def rows(n: int, prefix: str) -> list[dict[str, str]]:
    """Return n rows of four uneven classes, all texts different and longer than eight words."""
    words = SENTENCE.split()
    labels = ("order", "order", "order", "refund", "refund", "Complaint", "praise")
    return [
        {
            "id": f"{prefix}-{i}",
            "text": f"{prefix} {i} " + " ".join(words[i % 5 : 10 + i % 5]),
            "label": labels[i % len(labels)],
        }
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def files() -> Clean:
    """Give a clean file of 700 rows with a test file of 210."""
    return clean(rows(700, "letter"), rows(210, "call"), 13)


def written(lines) -> list[str]:
    """Return the lines of the file as they would stand on the disk."""
    return serialised(lines).decode().removesuffix("\n").split("\n")


@pytest.mark.parametrize("name", FAULTS)
def test_the_planted_lines_and_no_others_differ_from_the_clean_file(files, name):
    """Rows that were not there before stand on the lines that the planter names, in at least one of the files."""
    faulty = planted(files, name, 13)
    for split, lines in faulty.lines.items():
        before = set(written(getattr(files, split)))
        new = [i for i, line in enumerate(written(getattr(faulty, split)), 1) if line not in before]
        # Of a pair over both files, one side is as it was.
        assert new in (sorted(lines), []), split
    changed = [s for s in ("train", "test") if written(getattr(faulty, s)) != written(getattr(files, s))]
    assert len(changed) == 1


@pytest.mark.parametrize("name", FAULTS)
def test_a_seed_gives_the_same_bytes_again(files, name):
    """Nothing but the seed and the file decides."""
    first, again = planted(files, name, 13), planted(files, name, 13)
    assert serialised(first.train) == serialised(again.train)
    assert serialised(first.test) == serialised(again.test)
    assert first.lines == again.lines


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_says_what_it_plants_and_what_names_it(name):
    """The table of the README and the judge need both."""
    assert FAULTS[name].magnitude.endswith(".")
    assert FAULTS[name].named_by


def test_there_are_thirty_faults_and_five_of_the_file():
    """The thirty of the first study come first."""
    assert len(FAULTS) == 35
    assert [f.group for f in FAULTS.values()][30:] == ["file"] * 4 + ["lineage"]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("exact-copies", 35),
        ("conflicting-copies", 21),
        ("flipped-labels", 56),
        ("null-texts", 14),
        ("mojibake", 21),
    ],
)
def test_as_many_rows_are_planted_as_the_magnitude_says(files, name, count):
    """The share is one of the file's rows."""
    assert len(planted(files, name, 13).lines["train"]) == count


@given(n=st.integers(40, 200), seed=st.integers(0, 2**32))
def test_a_copy_stands_after_its_source(n, seed):
    """A tool that reports the later of two equal rows reports the planted one."""
    faulty = planted(clean(rows(n, "letter"), [], seed), "exact-copies", seed)
    texts = [row["text"] for row in faulty.train]
    assert faulty.lines["train"]
    assert all(texts.index(texts[line - 1]) < line - 1 for line in faulty.lines["train"])


def test_all_copies_of_a_text_are_held_out_together():
    """Where a set has no test file, no text stands on both sides, whatever its case."""
    letters = rows(300, "letter")
    files = clean([*letters, *({**row, "text": row["text"].upper()} for row in letters)], None, 13)
    train, test = ({row["text"].lower() for row in side} for side in (files.train, files.test))
    assert not train & test
    assert 0.1 < len(test) / 300 < 0.3


def test_a_class_collapses_to_three_percent(files):
    """It is the second largest, so that it becomes the smallest."""
    faulty = planted(files, "minority-collapse", 13)
    assert sum(row["label"] == "refund" for row in files.train) == 200
    assert sum(row["label"] == "refund" for row in faulty.train) == 6


def test_a_leaked_row_keeps_the_id_of_the_row_that_it_replaces(files):
    """Only its text and label come from train."""
    faulty = planted(files, "exact-leakage", 13)
    assert [row["id"] for row in faulty.test] == [row["id"] for row in files.test]
    train_texts = {row["text"] for row in files.train}
    assert [i for i, row in enumerate(faulty.test, 1) if row["text"] in train_texts] == list(faulty.lines["test"])


def test_a_file_can_be_broken_below_its_rows(files):
    """Keys stand twice, a byte order mark comes first, the last line ends in the middle."""
    twice = planted(files, "duplicate-keys", 13)
    for line in twice.lines["train"]:
        keys = [key for key, _ in json.loads(written(twice.train)[line - 1], object_pairs_hook=list)]
        assert keys == ["id", "text", "label", "label"]
    assert serialised(planted(files, "byte-order-mark", 13).train).startswith(b"\xef\xbb\xbf{")
    with pytest.raises(json.JSONDecodeError):
        json.loads(written(planted(files, "truncated-last-line", 13).train)[-1])


def alarm(kind: str, *lines: int, size: float | None = None, split: str = "train") -> dict[str, object]:
    """Return one alarm as a tool prints it."""
    return {"kind": kind, "split": split, "lines": lines, "size": len(lines) if size is None else size}


def test_a_new_alarm_detects_but_only_the_right_kind_names():
    """Any other is an accident, and its rows do not count as found."""
    verdict = judged(gathered([alarm("short", 1, 2)]), gathered([]), {"train": (1, 2)}, ("empty",))
    assert (verdict.detected, verdict.named, verdict.by, verdict.recall) == (True, False, ("short",), 0)
    verdict = judged(gathered([alarm("empty", 2, 9)]), gathered([]), {"train": (1, 2)}, ("empty",))
    assert (verdict.detected, verdict.named, verdict.recall) == (True, True, 0.5)


@pytest.mark.parametrize(("lines", "detected"), [((1, 2, 3, 4), False), ((1, 2, 3, 4, 5), True)])
def test_an_alarm_of_the_clean_file_must_grow_by_half_of_what_was_planted(lines, detected):
    """Three rows before, four planted: five are enough, four are chance."""
    before = gathered([alarm("empty", 1, 2, 3)])
    assert judged(gathered([alarm("empty", *lines)]), before, {"train": (4, 5, 6, 7)}, None).detected is detected


@pytest.mark.parametrize(("ratio", "detected"), [(14.0, False), (15.0, True)])
def test_a_figure_must_grow_by_half_of_itself(ratio, detected):
    """A figure and a count of rows cannot be compared."""
    before = gathered([alarm("imbalance", size=10.0)])
    assert judged(gathered([alarm("imbalance", size=ratio)]), before, {}, None).detected is detected


def test_a_note_counts_only_for_the_fault_that_it_names():
    """It is no warning."""
    said = gathered([alarm("note: BOM removed", size=1)])
    assert judged(said, gathered([]), {}, ("note: BOM removed",)).named
    assert not judged(said, gathered([]), {}, ("empty",)).detected


def test_of_a_pair_over_two_files_either_side_will_do():
    """A leaked text may be reported where it was copied from or to."""
    said = gathered([alarm("leak", 7, 8, split="test")])
    assert judged(said, gathered([]), {"train": (1, 2), "test": (7, 8)}, None).recall == 1


def test_a_tool_without_names_is_judged_by_all_that_it_says():
    """A peer's kinds are not ours; whether it names a fault is left open."""
    verdict = judged(gathered([alarm("anything", 1)]), gathered([]), {"train": (1,)}, None)
    assert (verdict.detected, verdict.named, verdict.recall) == (True, None, 1)
