"""The search for settings, on an objective whose best point is known."""

import math

import pytest

from datakit.core.errors import UsageError
from datakit.training.search import Pruned, Range, Search, open_study
from datakit.training.settings import Settings

SPACE = {"learning_rate": Range(low=1e-5, high=1e-2, log=True), "batch_size": (8, 16, 32)}


def bowl(settings, seed=0, watch=lambda *_: None):
    """Score settings: best at a rate of 3e-4 and a batch of 8."""
    score = 0.9 - 0.1 * abs(math.log10(settings.learning_rate / 3e-4)) - 0.002 * (settings.batch_size - 8)
    for epoch in range(1, settings.epochs + 1):
        watch(epoch, score * epoch / settings.epochs)
    return score + (seed % 7) / 10_000


def search(**options):
    """Return a search around the defaults."""
    return Search(base=Settings(learning_rate=1e-5, epochs=4), space=SPACE, **options)


def study(tmp_path, pruner="none", name="test"):
    """Open a study in a journal file."""
    return open_study(name, str(tmp_path / "journal.log"), pruner, 4)


def test_tpe_finds_a_better_rate_than_it_set_out_from(tmp_path):
    """The best of 25 trials is near the optimum; the start is among what was run again."""
    found = search(trials=25).run(study(tmp_path), bowl)
    assert 1e-4 < found.best.options["learning_rate"] < 1e-3
    assert found.best.mean > found.start.mean + 0.05
    assert found.start in found.finalists
    assert len(found.trials) == 25
    assert len(found.best.macro_f1) == 3
    assert math.isclose(sum(found.importance.values()), 1, abs_tol=0.001)
    assert max(found.importance, key=found.importance.get) == "learning_rate"


def test_the_first_trial_is_what_the_search_sets_out_from(tmp_path):
    """So that it can only get better."""
    found = search(trials=2).run(study(tmp_path), bowl)
    assert found.trials[0].options == {"learning_rate": 1e-5, "batch_size": 16}


def test_a_grid_tries_every_point_once(tmp_path):
    """And needs no more trials than it has points."""
    space = {"learning_rate": (1e-5, 1e-4), "batch_size": (8, 16, 32)}
    found = Search(base=Settings(learning_rate=1e-5, epochs=4), space=space, searcher="grid", trials=50).run(
        study(tmp_path), bowl
    )
    assert len({tuple(trial.options.items()) for trial in found.trials}) == len(found.trials) == 6


def test_a_search_that_was_killed_goes_on_to_the_same_end(tmp_path):
    """The broken-off trial is run again; no other one is, and the proposals are those of an undisturbed search."""
    calls = []

    def dies(settings, seed, watch):
        calls.append(settings)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return bowl(settings, seed, watch)

    with pytest.raises(KeyboardInterrupt):
        search(trials=12).run(study(tmp_path, name="killed"), dies)
    resumed = search(trials=12).run(study(tmp_path, name="killed"), dies)
    assert len(calls) == 1 + 12 + 4 * 3
    whole = search(trials=12).run(study(tmp_path, name="whole"), bowl)
    assert [t.options for t in resumed.trials] == [t.options for t in whole.trials]
    assert resumed.best == whole.best
    again = search(trials=12).run(study(tmp_path, name="killed"), dies)
    assert again == resumed
    assert len(calls) == 1 + 12 + 4 * 3


def test_hopeless_trials_are_pruned(tmp_path):
    """By successive halving on the metric after each epoch; a pruned trial is no finalist."""
    ends = []

    def objective(settings, seed, watch):
        try:
            return bowl(settings, seed, watch)
        except Pruned:
            ends.append(settings)
            raise

    found = search(trials=20, pruner="asha").run(study(tmp_path, "asha"), objective)
    states = [trial.state for trial in found.trials]
    assert states.count("pruned") == len(ends) > 0
    pruned = [trial.options for trial in found.trials if trial.state == "pruned"]
    assert all(finalist.options not in pruned for finalist in found.finalists)


def test_a_wrong_space_is_refused_with_all_its_faults():
    """Unknown options, impossible values and ranges in a grid; before anything is trained."""
    space = {"learning_rat": (1e-4,), "batch_size": (0, 8), "warmup": Range(low=0.0, high=0.5)}
    with pytest.raises(UsageError) as caught:
        Search(base=Settings(), space=space, searcher="grid")
    told = str(caught.value)
    assert all(part in told for part in ("learning_rat", "batch_size", "a range"))


def test_an_unusable_storage_is_told():
    """With what was got."""
    with pytest.raises(UsageError, match=r"tune\.storage"):
        open_study("x", "postgresql+nodriver://nowhere/x", "none", 4)
