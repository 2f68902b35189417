"""Validation of files as they stream by: what the stage and `datakit.validate` have in common."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datakit.core.corpus import SPLIT_NAMES, Corpus, CorpusFile, Splits
from datakit.core.errors import Problem, UsageError
from datakit.core.findings import Finding, Report
from datakit.core.names import suggest
from datakit.core.quarantine import Reject
from datakit.io import Account, Source, read, scan
from datakit.validation import Survey, Validation, digest
from datakit.validation import validate as validate_in_memory
from datakit.validation.profile import profile
from datakit.validation.rejected import rejected
from datakit.validation.survey import Digest, Surveyor

File = str | os.PathLike[str]


def validate(
    source: File | Corpus | Splits | Mapping[str, File],
    options: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    deep: bool | None = None,
    reference: File | Corpus | None = None,
    **how: Any,  # noqa: ANN401  (the fields of Source)
) -> Report:
    """Check labelled text.

    A file is read once, in pieces, in bounded memory (but for the deep checks), and its unreadable rows are
    findings; what is in memory already is checked there.

    Args:
        source: a file, which counts as the training split, files by split, a corpus or splits.
        options: options of checks by name, e.g. `{"class-imbalance": {"max_ratio": 5}}`.
        deep: whether the checks that read all texts at once are run; None: where there are few rows.
        reference: rows of old; what has drifted away from them is told.
        how: of files, the fields of `io.Source`, e.g. `text_column="review"`.

    Raises:
        InputError: a file as a whole cannot be read, or not one of its rows.
        UsageError: unknown check or option.
    """
    if isinstance(reference, str | os.PathLike):
        reference = read(reference, Source(**how)).corpus
    if isinstance(source, Corpus | Splits):
        return validate_in_memory(source, options, deep=deep, reference=reference)
    files: Mapping[str, Any] = source if isinstance(source, Mapping) else {"train": source}
    if unknown := [name for name in files if name not in SPLIT_NAMES]:
        raise UsageError(
            *(
                Problem(where="validate", got=f"no split {name!r}", fix=suggest(name, SPLIT_NAMES))
                for name in unknown
            )
        )
    validation = Validation.of(options, deep=deep)
    seen = look_into(
        {split: Path(path) for split, path in files.items()},
        Source(**how),
        validation,
        None if reference is None else digest(reference),
    )
    return Report(stage="validate", findings=tuple(seen.findings(validation)), figures=seen.figures())


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What reading the files once has given."""

    accounts: Mapping[str, Account]  #: by split
    survey: Survey

    @property
    def set_aside(self) -> Mapping[str, tuple[Reject, ...]]:
        """Rows that cannot be read or used, by split."""
        return {split: (*a.rejects, *self.survey.quarantined[split]) for split, a in self.accounts.items()}

    def findings(self, validation: Validation) -> Iterator[Finding]:
        """Yield what is wrong with the rows that were set aside, then with the others."""
        for split, account in self.accounts.items():
            yield from rejected(account.rejects, split)
        yield from validation.findings(self.survey)

    def figures(self) -> dict[str, Any]:
        """Return what was measured, JSON-able."""
        set_aside = self.set_aside
        return {
            "profile": profile(self.survey.train, quarantined=len(set_aside["train"])),
            "columns": self.accounts["train"].columns.names,
            "notes": {split: account.notes for split, account in self.accounts.items()},
            "quarantined": {split: len(rows) for split, rows in set_aside.items()},
        }


def look_into(
    files: Mapping[str, Path],
    how: Source,
    validation: Validation,
    reference: Digest | None = None,
    *,
    usable: Path | None = None,
) -> Seen:
    """Read each file once; the rows that can be used are written to `usable`, a folder, if that is given."""
    surveyors = {split: validation.surveyor(split) for split in files}
    accounts = {split: _read(path, how, surveyors[split], usable) for split, path in files.items()}
    return Seen(accounts=accounts, survey=validation.survey(surveyors, reference))


def _read(path: Path, how: Source, surveyor: Surveyor, usable: Path | None) -> Account:
    with ExitStack() as stack:
        if usable is not None:
            usable.mkdir(parents=True, exist_ok=True)

        def begin() -> Callable[[Corpus], object]:
            stack.close()  # what an earlier reading wrote is void, and so is what it saw
            surveyor.begin()
            if usable is None:
                return surveyor.take
            file = stack.enter_context(CorpusFile(usable / f"{surveyor.split}.parquet"))
            return lambda rows: file.add(surveyor.take(rows))

        return scan(path, how, begin)
