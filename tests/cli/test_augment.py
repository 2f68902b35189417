"""What `datakit augment` shows."""

import json

import pytest
from support import sms, write_jsonl

from datakit.augmentation.lexicon import tagger, thesaurus, wordnet
from datakit.cli.main import run
from datakit.core.corpus import Corpus
from datakit.pipeline.recipe import parse
from datakit.pipeline.stages.augment import Augment


@pytest.fixture
def datakit(project, capsys):
    """Give a function that runs a command line in a folder with raw.jsonl: exit code, standard output, error."""

    def call(*arguments):
        code = run(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    call.folder = project
    return call


def test_a_dry_run_shows_the_plan_and_runs_nothing(datakit):
    """Per label the rows, those wanted, the new ones and the rows they can be made from; no run is written."""
    assert datakit("validate", "raw.jsonl")[0] == 0
    code, _, err = datakit("augment", "--dry-run")
    assert code == 2
    assert "fix: datakit split" in err
    assert datakit("split")[0] == 0
    before = sorted(path.name for path in (datakit.folder / ".datakit" / "runs").iterdir())
    recipe = (datakit.folder / ".datakit" / "recipe.yaml").read_bytes()
    code, out, _ = datakit("augment", "--dry-run", "--max-per-row", "1", "--json")
    ham, spam = json.loads(out)["plan"]
    assert code == 0
    assert ham["planned"] == 0
    assert spam["planned"] == spam["parents"] == spam["before"] < spam["wanted"] == ham["before"]
    assert spam["reason"] == "max-per-row"
    code, out, _ = datakit("augment", "--dry-run", "--target", "{spam: 30}")
    assert code == 0
    assert "30" in out
    assert "rows to make them from" in out
    assert sorted(path.name for path in (datakit.folder / ".datakit" / "runs").iterdir()) == before
    assert (datakit.folder / ".datakit" / "recipe.yaml").read_bytes() == recipe
    assert datakit("augment", "--dry-run", "--target", "{spma: 30}")[0] == 2


def test_new_and_rejected_rows_are_shown_beside_their_parents(datakit):
    """As many as asked for, also where nothing ran; nothing of the kind with --quiet."""
    rows = [*sms(), *({"text": text, "label": "spam"} for text in ("a big car and a big bus", "A BIG auto"))]
    write_jsonl(datakit.folder / "raw.jsonl", rows)
    assert datakit("validate", "raw.jsonl")[0] == 0
    code, out, _ = datakit("augment", "--sample", "3")
    assert code == 0
    assert out.count("spam  ") - out.count("  spam  ") >= 3
    code, out, _ = datakit("augment", "--sample", "2", "--show-rejected")
    assert code == 0
    assert "nothing to do" in out
    assert sum(line.startswith("spam  ") for line in out.splitlines()) == 2
    assert datakit("augment", "--sample", "2", "--quiet")[1] == ""


def test_labels_by_name_and_several_labels_a_row(datakit):
    """A target by label; rows with several labels keep all of them."""
    rows = [{"text": row["text"], "labels": [row["label"], *["x"] * (i % 7 == 0)]} for i, row in enumerate(sms())]
    write_jsonl(datakit.folder / "raw.jsonl", rows)
    assert datakit("validate", "raw.jsonl")[0] == 0
    code, out, _ = datakit("augment", "--target", "{x: 30}", "--json")
    figures = json.loads(out)["stages"]["augment"]["figures"]
    assert code == 0
    assert figures["new_rows"] == figures["added"]["x"] < figures["wanted"]["x"]
    assert 0 < figures["added"]["ham"] <= figures["before"]["ham"] / 10
    assert "grew along, on rows that they share: ham" in datakit("augment", "--target", "{x: 30}")[1]


def test_operators_share_the_work_by_weights(datakit):
    """Who made how many, in which language and with what, is said; each row can be made again."""
    assert datakit("validate", "raw.jsonl")[0] == 0
    code, out, _ = datakit("augment", "--operator", "insert-punctuation:1", "--operator", "random-deletion:1")
    assert code == 0
    line = next(line for line in out.splitlines() if "made by: insert-punctuation" in line)
    assert "language: English" in out
    assert "random-deletion.wordnet" in out
    assert "random-deletion 0" not in line
    code, out, _ = datakit(
        "augment", "--json", "--operator", "insert-punctuation:1", "--operator", "random-deletion:1"
    )
    figures = json.loads(out)["stages"]["augment"]["figures"]
    assert sum(figures["made_by"].values()) == figures["new_rows"]
    latest = json.loads((datakit.folder / ".datakit" / "refs" / "runs" / "latest.json").read_text())["run"]
    train = Corpus.open(datakit.folder / ".datakit" / "runs" / latest / "augmented.parquet")
    for op in ("insert-punctuation", "random-deletion"):
        assert datakit("replay", next(id_ for id_ in train.ids if f"~{op}-" in id_))[0] == 0
    code, _, err = datakit("augment", "--operator", "synonym:much")
    assert code == 2
    assert "augment.operators.0.weight" in err


def test_without_any_wordnet_the_command_that_installs_one_is_told(datakit, monkeypatch, tmp_path):
    """Exit code 2, no traceback."""
    monkeypatch.setattr("datakit.augmentation.lexicon.nltk_data.search_path", list)
    monkeypatch.setattr("datakit.augmentation.lexicon.wordnet.DEBIAN", tmp_path / "none")
    for load in (wordnet.load, thesaurus.load, tagger.load):
        load.cache_clear()
    assert datakit("validate", "raw.jsonl")[0] == 0
    code, _, err = datakit("augment")
    assert code == 2
    assert "apt-get install wordnet-base" in err
    assert datakit("augment", "--operator", "insert-punctuation")[0] == 0


def test_the_kind_of_device_is_in_the_key_where_a_neural_model_is_used(tmp_path):
    """Not for the other operators: their texts are the same everywhere."""

    def stage(*operators):
        chosen = {"operators": list(operators)}
        return Augment.of(parse({"source": "raw.jsonl", "augment": chosen}, where="x"), tmp_path)

    assert "device" not in stage({"name": "synonym"}).outside()
    assert "device" not in stage({"name": "back-translation", "engine": "apertium", "pivots": ["es"]}).outside()
    assert stage({"name": "contextual", "model": str(tmp_path)}).outside()["device"]
