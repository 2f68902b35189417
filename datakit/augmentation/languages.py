"""Which rows an operator may be given: those in the language that it is made for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.core.findings import Finding, Severity
from datakit.core.languages import NAMES, common_language, is_in
from datakit.core.text import normalise

#: The language is told from the rows.
AUTO = "auto"

#: Texts that the common language is told from; far fewer would do.
_SAMPLE = 2000


def language_of(operator: object) -> str:
    """Return the ISO 639-1 code of the only language that an operator can be given; empty where all will do."""
    return str(getattr(operator, "language", ""))


def _name(code: str) -> str:
    return NAMES.get(code, code)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """The languages of the rows of train."""

    common: str  #: that of most rows, or their script; empty where it is not clear
    given: bool  #: whether the user said so: then all rows are in it

    @classmethod
    def of(cls, train: Corpus | None, language: str) -> Self:
        """Return what is said, or else told from a sample of the rows that their order has no part in.

        Args:
            train: the rows; None where there is nothing to be told.
            language: an ISO 639-1 code, or `auto`.

        Raises:
            UsageError: it is neither.
        """
        if language != AUTO:
            if not re.fullmatch("[a-z]{2,3}", language):
                fix = "auto, or a code of ISO 639, such as en or de"
                raise UsageError(Problem(where="language", got=repr(language), fix=fix))
            return cls(common=_name(language), given=True)
        if train is None:
            return cls(common="", given=False)
        _, rows = np.unique(train.text_keys, return_index=True)
        return cls(common=common_language(train.normalised[i] for i in rows[:_SAMPLE].tolist()), given=False)

    def among(self, rows: Mapping[str, str], code: str) -> set[str]:
        """Return the ids of the rows, given with their texts, that an operator for this language can be given."""
        if not code:
            return set(rows)
        if self.given:
            return set(rows) if _name(code) == self.common else set()
        return {id_ for id_, text in rows.items() if is_in(_name(code), normalise(text), self.common)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Which operators made the new rows, and which were not given some because of their language."""

    common: str  #: language of most rows
    rows: int  #: that new ones could be made from
    withheld: Mapping[str, tuple[str, int]]  #: by operator: its language by code, and the rows not in it
    made_by: Mapping[str, int]  #: new rows by operator, in the order of the operators

    def findings(self) -> Iterator[Finding]:
        """Yield a remark for each operator that was not given all rows."""
        for operator, (code, n) in self.withheld.items():
            yield Finding(
                code="operator-language",
                severity=Severity.INFO,
                message=self._message(operator, _name(code), n),
                fix="name an operator for the language of the texts; or give augment.language, if it is another",
                evidence={
                    "operator": operator,
                    "for": code,
                    "language": self.common,
                    "rows": self.rows,
                    "withheld": n,
                    "made_by": self.made_by,
                },
                split="train",
            )

    def _message(self, operator: str, language: str, n: int) -> str:
        if self.common == language:
            return f"rows that are not in {language} were not given to {operator!r}: {n:,} of {self.rows:,}"
        texts = f"the texts are {self.common}" if self.common else "the language of the texts is not clear"
        given = "was not used" if n == self.rows else f"was given {self.rows - n:,} rows of {self.rows:,}"
        made = ", ".join(f"{name} {new:,}" for name, new in self.made_by.items() if name != operator and new)
        others = f"others made the new rows: {made}" if made else "no other operator made new rows"
        return f"{texts}: {operator!r} is for {language} and {given}; {others}"
