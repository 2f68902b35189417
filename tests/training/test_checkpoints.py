"""Going on after a kill."""

import os
import shutil

import pytest
from support import sms

from datakit.core.corpus import Corpus
from datakit.core.files import digest_of_tree
from datakit.splitting import split
from datakit.training import finetune as module
from datakit.training.checkpoints import Checkpoints, DueCheckpoints
from datakit.training.settings import Settings


class Killed(Exception):  # noqa: N818  (it stands for a signal)
    """Stands for the kill: nothing of ours catches it."""


@pytest.fixture
def train(tiny_encoder, tmp_path, monkeypatch):
    """Return a function that trains for 3 epochs of 16 steps, a checkpoint wherever one may be."""
    monkeypatch.setattr(module, "DueCheckpoints", lambda: DueCheckpoints(seconds=0))
    rows = sms(80)
    splits = split(Corpus.from_columns([r["text"] for r in rows], [r["label"] for r in rows]))

    def run(name, killed_at=None, **settings):
        def progress(done, *_):
            if done == killed_at:
                raise Killed

        history = module.finetune(
            tiny_encoder,
            splits.train,
            splits.validation,
            tmp_path / name / "model",
            settings=Settings(epochs=3, batch_size=4, learning_rate=5e-3, max_length=32, **settings),
            seed=13,
            events=tmp_path / name / "events",
            progress=progress,
            checkpoints=tmp_path / name / "checkpoints",
        )
        return history, digest_of_tree(tmp_path / name / "model")

    return run


@pytest.mark.parametrize("killed_at", [1, 7, 16, 17, 40, 48])
def test_a_resumed_training_gives_the_same_weights_to_the_byte(train, killed_at):
    """Killed before the first checkpoint, inside an epoch, at an epoch's end and at the last step; history too."""
    with pytest.raises(Killed):
        train("killed", killed_at)
    assert train("killed") == train("whole")


def test_a_training_that_is_resumed_stops_as_early(train):
    """Patience counts the epochs before the kill."""
    settings = {"patience": 1}
    with pytest.raises(Killed):
        train("killed", 20, **settings)
    assert train("killed", **settings) == train("whole", **settings)


def test_there_is_always_a_whole_checkpoint(tmp_path):
    """A new one replaces the old only when it is complete, wherever the process ends in between."""
    kept = Checkpoints(tmp_path)
    assert kept.newest() is None
    for name in ("first", "second"):
        written = kept.scratch / name
        written.mkdir(parents=True)
        (written / "state").write_text(name, encoding="utf-8")
        kept.keep(written, None)
        assert (kept.newest() / "state").read_text(encoding="utf-8") == name
    kept.newest().rename(tmp_path / "former")  # killed between the two moves
    assert (kept.newest() / "state").read_text(encoding="utf-8") == "second"


DAMAGES = {
    "truncated": lambda folder: os.truncate(folder / "optimizer.pt", 2),
    "a byte changed": lambda folder: (folder / "optimizer.pt").write_bytes(b"stats"),
    "a file gone": lambda folder: (folder / "optimizer.pt").unlink(),
    "not finished": lambda folder: (folder / "complete.json").unlink(),
    "its list cut short": lambda folder: os.truncate(folder / "complete.json", 20),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_checkpoint_that_is_not_whole_is_passed_over(tmp_path, damage):
    """The one before is taken, where it is still there; else there is none."""
    kept = Checkpoints(tmp_path)
    for state in (b"older", b"state"):
        written = kept.scratch / "new"
        written.mkdir(parents=True)
        (written / "optimizer.pt").write_bytes(state)
        kept.keep(written, None)
        if state == b"older":
            shutil.copytree(kept.newest(), tmp_path / "saved")
    DAMAGES[damage](kept.newest())
    assert kept.newest() is None
    (tmp_path / "saved").rename(tmp_path / "former")
    assert (kept.newest() / "optimizer.pt").read_bytes() == b"older"


def test_a_training_whose_checkpoint_was_cut_short_gives_the_same_weights(train, tmp_path):
    """It begins anew instead of with half a state."""
    with pytest.raises(Killed):
        train("killed", 20)
    checkpoint = Checkpoints(tmp_path / "killed" / "checkpoints" / "batch-4").newest()
    os.truncate(checkpoint / "optimizer.pt", 100)
    assert train("killed") == train("whole")
