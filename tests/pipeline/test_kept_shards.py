"""What augmentation has done is not done again, and never told wrongly."""

import json

import pytest
from support import sms, write_jsonl

from datakit.core.corpus import Corpus, Splits
from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.workspace import Workspace

ROWS = 505


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    """Make shards small enough that a few rows make several."""
    monkeypatch.setattr("datakit.augmentation.shards.SIZE", 20)


def augmented(project, **augment):
    """Bring `augment` up to date; return the run's folder and how its requests were answered."""
    recipe = {
        "source": "raw.jsonl",
        "workers": 1,
        "accept": ["duplicate-text"],
        "split": {"assignment": "assignment.parquet"},
        "augment": {"target": "balanced", "operators": [{"name": "insert-punctuation"}], **augment},
    }
    outcome = bring_up_to(Workspace(project), parse(recipe, where="test"), "augment", command="test")
    log = outcome.folder / "shards.jsonl"
    return outcome.folder, [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def asked_and_kept(rounds):
    """Return how many requests were handed out, and how many were not."""
    return sum(one["asked"] for one in rounds), sum(one["kept"] for one in rounds)


def test_appended_rows_cost_only_themselves(project):
    """One row in a hundred more: at most three requests in a hundred, and no old row changes its split."""
    rows = sms(ROWS)
    write_jsonl(project / "raw.jsonl", rows[: ROWS * 100 // 101])
    folder, _ = augmented(project)
    before = Splits.open(folder / "splits")
    write_jsonl(project / "raw.jsonl", rows)
    folder, rounds = augmented(project)
    asked, kept = asked_and_kept(rounds)
    assert 0 < asked <= 0.03 * (asked + kept)
    assert sum(one["shards"] for one in rounds) <= len(rounds)
    after = Splits.open(folder / "splits")
    split_of = {id_: name for name, corpus in after.items() for id_ in corpus.ids}
    assert all(split_of[id_] == name for name, corpus in before.items() for id_ in corpus.ids)


def test_what_was_kept_gives_the_same_bytes(project):
    """A stage that runs again, its cache record gone, asks for nothing and gives the same."""
    folder, rounds = augmented(project)
    asked, kept = asked_and_kept(rounds)
    assert (asked > 0, kept) == (True, 0)
    for record in (project / ".datakit" / "cache").rglob("*.json"):
        record.unlink()
    again, rounds = augmented(project)
    assert asked_and_kept(rounds) == (0, asked)
    for name in ("augmented.parquet", "rejected.jsonl", "augment.json"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_another_target_asks_only_for_what_is_new(project):
    """Fewer rows are found among those that were made; more are gone on to."""
    augmented(project, target="count=200")
    _, rounds = augmented(project, target="count=120")
    assert asked_and_kept(rounds)[0] == 0
    _, rounds = augmented(project, target="count=300")
    assert asked_and_kept(rounds)[0] > 0


def test_the_report_names_the_shelves(project):
    """So that what no run has used can be told from the rest."""
    folder, rounds = augmented(project)
    shelves = json.loads((folder / "augment.json").read_bytes())["figures"]["shelves"]
    assert shelves == [rounds[0]["shelf"]] == [path.name for path in (project / ".datakit" / "shards").iterdir()]
    assert Corpus.open(folder / "augmented.parquet").texts
