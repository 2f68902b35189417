import pickle

import pytest

from datakit.core.errors import (
    DatakitError,
    GateError,
    InputError,
    LockHeldError,
    Problem,
    RecipeError,
    TransientError,
    UsageError,
)

TWO = (
    Problem(where="raw.jsonl:3", got="no text", fix="write one"),
    Problem(where="raw.jsonl:9", got="no label", fix="label it"),
)


def test_every_problem_is_told():
    """Where, what and the fix of each, in their order."""
    assert str(InputError(*TWO)) == (
        "raw.jsonl:3: no text\n  fix: write one\nraw.jsonl:9: no label\n  fix: label it"
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [(UsageError, 2), (RecipeError, 2), (InputError, 2), (GateError, 3), (LockHeldError, 5), (TransientError, 75)],
)
def test_exit_codes(error, code):
    """Scripts and schedulers rely on these."""
    assert issubclass(error, DatakitError)
    assert error.exit_code == code


def test_a_recipe_error_is_a_usage_error():
    """Whoever catches the wide one gets the narrow one."""
    assert issubclass(RecipeError, UsageError)


def test_errors_survive_the_way_between_processes():
    """A worker's error arrives with its problems, not with their text alone."""
    arrived = pickle.loads(pickle.dumps(InputError(*TWO)))  # noqa: S301  (our own bytes)
    assert (type(arrived), arrived.problems, str(arrived)) == (InputError, TWO, str(InputError(*TWO)))
