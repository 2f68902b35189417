"""Drops records that could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.corpus import Corpus
from datakit.core.quarantine import Reject
from datakit.validation.fixes._base import Change, Fix, Step


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable(Fix):
    """Drops the records that could not be read.

    What:
        Lines that are no JSON object, records with a wrong number of fields, labels of another type than most:
        all that `validate` tells of with a code such as `unreadable-line` and puts in quarantine. Without this
        fix they are copied as they were found, for they may be worth mending by hand.
    Why:
        Other readers stop at such a record, or cast it without a word.
    Example:
        `{"text": "cut in the mid` goes
    Fix:
        datakit clean --fix unreadable
    Source:
        docs/reading.md lists the codes.
    """

    step: ClassVar[Step] = Step.UNUSABLE

    def changes(self, rows: Corpus) -> Iterator[Change]:  # noqa: ARG002  (rows have been read)
        """Yield nothing: a row that was read is none of these."""
        return iter(())

    def discards(self, reject: Reject) -> bool:  # noqa: ARG002  (all of them)
        """Tell that it is dropped, whatever is wrong with it."""
        return True
