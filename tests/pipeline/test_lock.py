"""The lock."""

import pytest

from datakit.core.errors import LockHeldError
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
