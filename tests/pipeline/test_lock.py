"""The lock."""

import pytest

from datakit.core.errors import LockHeldError, UsageError
from datakit.pipeline.lock import locked


def test_a_second_holder_is_told_who_has_it(tmp_path):
    """The message names process and command; after the first is done, the lock is free."""
    path = tmp_path / "deep" / "lock"
    with locked(path, "finetune --epochs 3"):
        second = locked(path, "validate")
        with pytest.raises(LockHeldError, match="finetune --epochs 3"):
            second.__enter__()
    with locked(path, "validate"):
        pass


def test_a_launcher_that_starts_a_command_several_times_is_told_of_the_option(tmp_path, monkeypatch):
    """Each would go through the whole pipeline; only training has a use for several processes."""
    monkeypatch.setenv("WORLD_SIZE", "4")
    with pytest.raises(UsageError, match="--processes 4"):
        locked(tmp_path / "lock", "finetune").__enter__()


def test_workers_share_it_among_themselves(tmp_path):
    """Nobody else gets in while one of them is there, and they do not while somebody else is."""
    path = tmp_path / "lock"
    one, other = (locked(path, f"worker --shard {i}/2", shared=True) for i in (1, 2))
    with one, other, pytest.raises(LockHeldError, match="worker --shard"):
        locked(path, "augment").__enter__()
    with locked(path, "augment"), pytest.raises(LockHeldError, match="augment"):
        locked(path, "worker --shard 1/2", shared=True).__enter__()
