"""What `datakit split` adds to the verbs of the pipeline."""

import json

import pytest
from support import sms, write_jsonl

from datakit.cli.main import run
from datakit.core.corpus import Splits


@pytest.fixture
def splits_folder(project):
    """Give a function that returns the folder of the latest splits."""

    def folder():
        latest = json.loads((project / ".datakit" / "refs" / "runs" / "latest.json").read_text())["run"]
        return project / ".datakit" / "runs" / latest / "splits"

    return folder


def test_splits_are_verified(splits_folder, capsys):
    """Exit code 3 and each difference where they are not what was certified."""
    assert run(["validate", "raw.jsonl"]) == 0
    assert run(["split", "--verify"]) == 2
    assert "nothing was split here yet" in capsys.readouterr().err
    assert run(["split"]) == 0
    assert run(["split", "--verify", "--json"]) == 0
    assert '"differences": []' in capsys.readouterr().out
    splits = Splits.open(splits_folder())
    path = splits_folder() / "test.parquet"
    path.unlink()  # a hard link to what the store holds
    splits.test.extend(splits.train.take([0])).save(path)
    assert run(["split", "--verify"]) == 3
    assert "shared, train/test, texts: certified 0, found 1" in capsys.readouterr().err
    path.write_bytes(b"no table")
    assert run(["split", "--verify"]) == 3
    assert "cannot be read" in capsys.readouterr().err


def test_an_assignment_keeps_rows_where_they_stood(project, splits_folder, capsys):
    """The file has twice as many rows the next night, and another seed."""

    def homes():
        return {row: name for name, part in Splits.open(splits_folder()).items() for row in part.ids}

    assert run(["validate", "raw.jsonl"]) == 0
    assert run(["split", "--stable"]) == 0
    before = homes()
    write_jsonl(project / "raw.jsonl", sms(240))
    assert run(["split", "--seed", "99"]) == 0
    after = homes()
    assert len(after) == 240
    assert all(after[row] == name for row, name in before.items())
    assert run(["split"]) == 0  # the kept file has grown with the data
    capsys.readouterr()
    assert run(["split"]) == 0
    assert "nothing to do" in capsys.readouterr().out
