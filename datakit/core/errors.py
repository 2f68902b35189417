"""What can go wrong, and the exit code that each kind ends a command with.

    DatakitError
    ├── UsageError            2   an option, a name or a call that cannot be followed
    │   └── RecipeError       2   the same, found in a recipe file
    ├── InputError            2   a file that cannot be read as labelled text
    ├── GateError             3   the data did not pass a gate
    ├── LockHeldError         5   another datakit process is using the workspace
    ├── TransientError       75   try again later
    └── TimedOutError       124   a stage took longer than it may

Bad data is a Finding, not an error; anything else than a DatakitError is a bug of ours.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong: where, what was got, and what to do about it."""

    where: str  #: `path`, `path:line`, `path:line:column`, or the option's name
    got: str
    fix: str
    quote: str = ""  #: of the user's data, that shows what is meant; for who sits there, never for a log

    @property
    def told(self) -> str:
        """What was got, with the quotation."""
        return f"{self.got}: {self.quote}" if self.quote else self.got

    def __str__(self) -> str:
        return f"{self.where}: {self.told}\n  fix: {self.fix}"


class DatakitError(Exception):
    """Base of all errors that a user can mend. Carries every problem found, not just the first."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))

    @property
    def plainly(self) -> str:
        """What is wrong, in one line, without a word of the user's data: for logs and news."""
        return "; ".join(f"{problem.where}: {problem.got}" for problem in self.problems)


class UsageError(DatakitError):
    """An option, a name or a call that cannot be followed. Change the call."""

    exit_code = 2


class RecipeError(UsageError):
    """A recipe that cannot be followed. Change the named lines."""


class InputError(DatakitError):
    """A file that cannot be read as labelled text. Change the file or say how to read it."""

    exit_code = 2


class GateError(DatakitError):
    """The data did not pass a gate. Mend the data, or accept the finding by its code."""

    exit_code = 3


class LockHeldError(DatakitError):
    """Another datakit process is using the workspace. Wait for it."""

    exit_code = 5


class TransientError(DatakitError):
    """Something outside failed for now. Try again later."""

    exit_code = 75


class TimedOutError(DatakitError):
    """A stage took longer than the recipe allows it. Allow more, or give it less to do."""

    exit_code = 124
