"""Turn labelled text into train, validation and test."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import Problem, UsageError
from datakit.core.findings import Finding, Severity
from datakit.core.registry import Registry
from datakit.core.text import keys_of
from datakit.splitting.assignment import Assignment
from datakit.splitting.hashing import mixed
from datakit.splitting.kinship import Kinship
from datakit.splitting.splitters._base import NEW, Splitter

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

splitters: Registry[Splitter] = Registry("splitters", "datakit.splitting.splitters")


class Partition(Splits):
    """Splits that `split` made, and what there is to say about them: which rows stand in none, and why."""

    def __init__(self, corpora: Mapping[str, Corpus], findings: Sequence[Finding]) -> None:
        super().__init__(corpora)
        self.findings = tuple(findings)


def split(
    data: Corpus | Splits,
    *,
    validation: float = 0.1,
    test: float = 0.1,
    splitter: str = "stratified",
    options: Mapping[str, Any] | None = None,
    near: bool = True,
    before: Assignment | None = None,
    seed: int = 13,
) -> Partition:
    """Split labelled text three ways; a split that is given already stays as it is.

    Copies of a text, near-duplicates, and augmented rows with what they were made from stand on one side. Where
    that cannot be, new rows are withheld, never given ones: rows of `train` beside a row of a given split, and
    rows that link two splits of `before`. Augmented rows are withheld from held-out splits. The findings name
    all of these. The rows of the made splits stand in an order of their own, that of a hash of their ids.

    Args:
        data: one corpus, or splits of which `validation` and `test` may be given.
        validation: fraction of the rows, 0..1, for the validation split where it is not given.
        test: the same for the test split.
        splitter: the name of the splitter.
        options: the splitter's options.
        near: keep near-duplicates on one side too, not only copies.
        before: where texts stood in an earlier split of this data: they stay there, however it has grown.
        seed: decides which rows go where.

    Raises:
        UsageError: fractions that leave nothing to learn from; an unknown splitter or option; a `before` that
            is about other texts.
    """
    given = Splits({"train": data}) if isinstance(data, Corpus) else data
    fractions = _fractions(given, {"validation": validation, "test": test})
    if before is not None and not before.knows(given.train):
        raise UsageError(
            Problem(
                where="split",
                got="the former assignment knows none of these texts",
                fix="give that of an earlier state of the same data, or none",
            )
        )

    def homes(train: Corpus) -> Ints:
        return np.full(len(train), NEW) if before is None else before.homes_of(train, list(fractions))

    given, groups, findings = _apart(given, homes, near=near)
    parts = {"train": given.train}
    if fractions:
        dealt = splitters.build(splitter, options).assign(given.train, groups, fractions, seed, homes(given.train))
        parts = {name: _rows(given.train, dealt == home) for home, name in enumerate(fractions)}
        findings += _uneven(parts, fractions, groups)
        made = {name: parts[name].table["parent"].is_valid().to_numpy() for name in fractions if name != "train"}
        findings += _withheld("augmented-held-out", [_rows(parts[name], rows) for name, rows in made.items()])
        parts |= {name: _rows(parts[name], ~rows) for name, rows in made.items()}
    return Partition(given | {name: _shuffled(rows, seed) for name, rows in parts.items()}, findings)


def _apart(given: Splits, homes: Callable[[Corpus], Ints], *, near: bool) -> tuple[Splits, Ints, list[Finding]]:
    """Take rows out of train until none is beside a given split, and no new one links two homes.

    Returns:
        the splits, the groups of the rows of train, and what there is to say of the rows taken out.
    """
    beside_given, bridging_homes = [], []
    while True:
        train = given.train
        kin = Kinship.of(list(given.values()), near=near)
        held_out = np.arange(len(kin.text)) >= len(train)
        groups, torn = _torn(kin.groups(~held_out)[~held_out], homes(train))
        beside = kin.beside(held_out)[~held_out]
        bridging = torn & (homes(train) == NEW) & ~beside
        beside_given.append(_rows(train, beside))
        bridging_homes.append(_rows(train, bridging))
        if not (beside | bridging).any():
            break
        # Looked at again: texts count as nearly the same by how rare their words are among all that is left.
        given |= {"train": _rows(train, ~(beside | bridging))}
    findings = [*_withheld("withheld-rows", beside_given), *_withheld("bridging-rows", bridging_homes)]
    return given, groups, findings


_FEW = 10  # rows: of smaller numbers half is soon reached, by the one row that every label has in every split

_WITHHELD = {
    "withheld-rows": "training rows are the same, or nearly the same, as a given validation or test row",
    "bridging-rows": "new rows link texts that stand in different splits already",
    "augmented-held-out": "augmented rows belong to rows of validation or test",
}


def _withheld(code: str, corpora: Sequence[Corpus]) -> Iterator[Finding]:
    """Yield a finding that names the rows of `corpora`, if there are any."""
    rows = Corpus.join(corpora)
    if len(rows):
        yield Finding(
            code=code,
            severity=Severity.INFO,
            message=f"{_WITHHELD[code]}; {len(rows):,} rows were left out",
            fix="nothing to do: what figures are told on stays apart from what is learnt",
            evidence={"rows": len(rows)},
            rows=tuple(rows.ids),
            lines=tuple(line for line in rows.lines if line is not None),
        )


def _uneven(parts: Mapping[str, Corpus], fractions: Mapping[str, float], groups: Ints) -> Iterator[Finding]:
    """Yield a finding if a split is off by more than half of what was asked for, and by more than a few rows."""
    rows = {name: len(part) for name, part in parts.items()}
    wanted = {name: round(fraction * len(groups)) for name, fraction in fractions.items()}
    if any(abs(rows[name] - wanted[name]) > max(wanted[name] / 2, _FEW) for name in rows):
        largest = int(np.unique(groups, return_counts=True)[1].max())
        yield Finding(
            code="uneven-splits",
            severity=Severity.WARNING,
            message=f"the splits have {rows} rows, {wanted} were asked for; {largest:,} rows belong together",
            fix="take out duplicates, or let near-duplicates stand on two sides: near=False",
            evidence={"rows": rows, "wanted": wanted, "largest_group": largest},
        )


def _fractions(given: Splits, wanted: Mapping[str, float]) -> dict[str, float]:
    """Return the share of each split that is to be made of train, train's own first; none if all are given."""
    made = {name: fraction for name, fraction in wanted.items() if name not in given}
    if any(not 0 < fraction < 1 for fraction in made.values()) or sum(made.values()) >= 1:
        raise UsageError(
            Problem(
                where="split",
                got=f"fractions {made} leave no rows for every split",
                fix="give fractions above 0 that sum to less than 1, e.g. validation 0.1, test 0.1",
            )
        )
    return {"train": 1 - sum(made.values()), **made} if made else {}


def _torn(groups: Ints, homes: Ints) -> tuple[Ints, Flags]:
    """Tell which rows are in a group that has rows at two homes; return the groups with these taken apart."""
    _, group = np.unique(groups, return_inverse=True)
    lowest, highest = np.full((2, len(group)), [[len(group)], [NEW]])
    np.minimum.at(lowest, group[homes != NEW], homes[homes != NEW])
    np.maximum.at(highest, group, homes)
    torn = (lowest < highest)[group]
    return np.where(torn, group + (homes + 1) * len(group), group), torn


def _rows(corpus: Corpus, chosen: Flags) -> Corpus:
    return corpus.take(np.flatnonzero(chosen).tolist())


def _shuffled(corpus: Corpus, seed: int) -> Corpus:
    """Return the rows in the order of a hash of their ids, whatever order they came in."""
    keys = keys_of(id_.encode() for id_ in corpus.ids)
    return corpus.take(np.argsort(mixed(keys, seed, "order"), kind="stable").tolist())
