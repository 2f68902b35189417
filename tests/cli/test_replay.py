"""`datakit replay`."""

import json

import pytest

from datakit.cli.main import run
from datakit.core.corpus import Corpus


@pytest.fixture
def augmented(project):
    """Give the augmented train of a run in a folder with raw.jsonl, and its path."""
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    assert (
        run(["augment", "--quiet", "--seed", "7", "--set", "augment.operators=[{name: insert-punctuation}]"]) == 0
    )
    latest = json.loads((project / ".datakit" / "refs" / "runs" / "latest.json").read_text())["run"]
    path = project / ".datakit" / "runs" / latest / "augmented.parquet"
    return Corpus.open(path), path


def test_a_row_is_made_again_in_any_later_run(augmented, capsys):
    """With the operators and the seed of its own run, whatever was asked for since."""
    train, path = augmented
    made = train.ids[-1]
    assert run(["replay", made]) == 0
    out = capsys.readouterr().out
    assert "the same to the byte" in out
    assert '{"name": "insert-punctuation"}' in out
    assert run(["augment", "--target", "none", "--seed", "8", "--quiet"]) == 0
    assert run(["replay", made]) == 2
    capsys.readouterr()
    assert run(["replay", made, "--run", path.parent.name, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["same"]
    assert (told["row"]["seed"], told["row"]["text"]) == (7, train.texts[-1])
    assert "nltk" in told["made_with"]
    assert not {"wordnet", "insert-punctuation.wordnet"} & told["made_with"].keys()
    assert told["changed"] == []


def test_a_row_that_is_not_what_was_made_exits_with_3(augmented, capsys):
    """The text that comes out is told."""
    train, path = augmented
    rows = [*train.rows()]
    text, rows[-1]["text"] = rows[-1]["text"], "somebody wrote this"
    path.unlink()  # a hard link to what the store holds
    Corpus.from_rows(rows).save(path)
    assert run(["replay", train.ids[-1]]) == 3
    err = capsys.readouterr().err
    assert repr(text) in err
    assert "changed since: nothing" in err


def test_where_nothing_was_augmented_the_command_to_type_is_told(project, capsys):
    """Exit code 2."""
    assert run(["replay", "any"]) == 2
    assert "fix: datakit augment" in capsys.readouterr().err
    assert project.is_dir()
