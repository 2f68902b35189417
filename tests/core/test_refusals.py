import errno
import os
from pathlib import Path

import pytest

from datakit.core.errors import DatakitError, InputError, Problem, TransientError, UsageError
from datakit.core.refusals import refusals_told

HERE = Path("here")


def told(error):
    """Return what becomes of an error."""
    with (
        pytest.raises(type(error) if isinstance(error, DatakitError) else Exception) as caught,
        refusals_told(HERE),
    ):
        raise error
    return caught.value


def test_what_time_may_mend_is_to_be_tried_again():
    """A full disk: exit code 75, with the path, the reason and what to do."""
    full = told(OSError(errno.ENOSPC, "No space left on device", "deep/file"))
    assert isinstance(full, TransientError)
    (problem,) = full.problems
    assert (problem.where, problem.got) == ("deep/file", "no space left on device")
    assert "make room" in problem.fix


def test_what_stays_refused_is_to_be_changed():
    """No permission: exit code 2; where the error names no path, the place is told at which it was raised."""
    refused = told(PermissionError(errno.EACCES, "Permission denied"))
    assert isinstance(refused, UsageError)
    assert refused.problems[0].where == "here"


def test_the_systems_words_are_found_in_those_of_a_library():
    """What safetensors raises for a full disk is no OSError."""
    raised = RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)")
    assert isinstance(told(raised), TransientError)


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)),
        ValueError("Os"),
        InputError(Problem(where="a", got="b", fix="c")),
    ],
)
def test_other_errors_pass(error):
    """A file that is missing where it must be is a bug of ours, and keeps its traceback."""
    assert told(error) is error
