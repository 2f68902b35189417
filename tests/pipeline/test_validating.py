import json

import pytest

import datakit as dk
from datakit.core.errors import UsageError
from datakit.testing import corpus

ROWS = [(f"text {i}", "ab"[i % 2]) for i in range(60)]


@pytest.fixture
def path(tmp_path):
    """Give a file of 60 good rows, a repeated one, one without text, and one that is no JSON."""
    lines = [json.dumps({"text": text, "label": label}) for text, label in [*ROWS, ("TEXT 1", "b"), ("", "a")]]
    (tmp_path / "raw.jsonl").write_text("\n".join([*lines, "{"]), encoding="utf-8")
    return tmp_path / "raw.jsonl"


def told(report):
    """Return what was found where."""
    return [(f.code, f.split, f.lines) for f in report.findings]


def test_a_file_is_checked_as_what_it_holds_would_be(path):
    """Line by line the same, whether it streams by or is in memory, and in pieces of any size."""
    report = dk.validate(path)
    assert told(report) == [
        ("unreadable-line", "train", (63,)),
        ("empty-text", "train", (62,)),
        ("duplicate-text", "train", (61,)),
    ]
    in_memory = dk.validate(corpus([*ROWS, ("TEXT 1", "b"), ("", "a")]))
    assert told(in_memory) == told(report)[1:]
    assert report.figures["quarantined"] == {"train": 2}
    assert report.figures["profile"]["rows"] == 61


@pytest.mark.parametrize("block", [64, 500])
def test_the_size_of_the_pieces_makes_no_difference(path, monkeypatch, block):
    """Findings and figures are those of the whole file."""
    whole = dk.validate(path)
    monkeypatch.setattr("datakit.io.files.BLOCK", block)
    assert dk.validate(path) == whole


def test_files_by_split_are_compared(path, tmp_path):
    """A test file of one's own, named as such."""
    (tmp_path / "test.jsonl").write_text('{"text": "text 3", "label": "b"}\n', encoding="utf-8")
    report = dk.validate({"train": path, "test": tmp_path / "test.jsonl"})
    assert ("split-leakage", "test", (1,)) in told(report)


def test_what_the_end_of_a_file_belies_is_forgotten(tmp_path):
    """Ids that turn out not to be unique make reading begin anew; nothing is counted twice."""
    rows = [{"id": i, "text": f"text {i}", "label": "ab"[i % 2]} for i in range(60)]
    lines = [json.dumps(row) for row in [*rows, {"id": 3, "text": "other", "label": "a"}]]
    (tmp_path / "raw.jsonl").write_text("\n".join(lines), encoding="utf-8")
    report = dk.validate(tmp_path / "raw.jsonl")
    assert report.figures["profile"]["rows"] == 61
    assert told(report) == []


def test_files_may_be_read_in_their_own_way(tmp_path):
    """The fields of `Source`; an unknown check is refused."""
    (tmp_path / "raw.csv").write_text("review,stars\n" + "".join(f"r {i},{i % 2}\n" for i in range(60)))
    report = dk.validate(tmp_path / "raw.csv", text_column="review", label_column="stars")
    assert report.figures["profile"]["label_counts"] == {"0": 30, "1": 30}
    with pytest.raises(UsageError, match="did you mean"):
        dk.validate(tmp_path / "raw.csv", {"rare-clas": {}}, text_column="review", label_column="stars")


@pytest.mark.parametrize(("name", "word"), [("dev", "no split 'dev'"), ("test", "no train split")])
def test_splits_have_their_names_and_one_is_train(path, name, word):
    """Nothing is left out silently because it was called otherwise."""
    with pytest.raises(UsageError, match=word):
        dk.validate({name: path})
